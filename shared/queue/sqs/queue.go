// Package sqs is the queue of a stack: an SQS FIFO queue per kind of ERP, whose
// message groups are the accounts, and beside each one for its reversals.
//
// The actions, by resource:
//
//	the queue  sqs:SendMessage     Send (webhook and sweep)
//	           sqs:ReceiveMessage  Receive
//	           sqs:DeleteMessage   Ack
//
// and for whoever lists or redrives dead letters:
//
//	the queue     sqs:SendMessage
//	its dead ones sqs:ReceiveMessage, sqs:DeleteMessage,
//	              sqs:ChangeMessageVisibility, sqs:GetQueueAttributes
//
// A worker never calls Receive and Ack: Lambda receives for it and removes what it
// didn't report, for which its role needs both and sqs:GetQueueAttributes. Its
// events hold bodies for Decode.
//
// The visibility time-out, the limit of receives and the dead letters are the
// queue's own attributes. How often and for how long a call is tried again is for
// the main to say in its aws.Config: a webhook has to answer in time.
package sqs

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"

	"github.com/carimbo/carimbo/shared/queue"
)

// API is what a queue uses of a *sqs.Client.
type API interface {
	SendMessage(context.Context, *sqs.SendMessageInput, ...func(*sqs.Options)) (*sqs.SendMessageOutput, error)
	ReceiveMessage(context.Context, *sqs.ReceiveMessageInput, ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error)
	DeleteMessage(context.Context, *sqs.DeleteMessageInput, ...func(*sqs.Options)) (*sqs.DeleteMessageOutput, error)
}

// Queue is a queue.Queue in SQS.
type Queue struct {
	client API
	url    *string
}

var _ queue.Queue = (*Queue)(nil)

// New makes a queue of the FIFO queue at url.
func New(client API, url string) *Queue { return &Queue{client: client, url: aws.String(url)} }

// Send returns when SQS has the message.
func (q *Queue) Send(ctx context.Context, m queue.Message) error {
	m, err := queue.Prepare(m)
	if err != nil {
		return fmt.Errorf("send message: %w", err)
	}
	body, err := encode(m)
	if err != nil {
		return fmt.Errorf("send message: %w", err)
	}
	_, err = q.client.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: q.url, MessageBody: aws.String(body),
		MessageGroupId: aws.String(identifier(m.Group())), MessageDeduplicationId: aws.String(identifier(m.Dedup)),
	})
	if err != nil {
		return fmt.Errorf("send message: %w", err)
	}
	return nil
}

// Receive returns at most limit deliveries, at most one message per group at a
// time. It asks for one message after another, since SQS fills a larger answer
// with messages of one group.
func (q *Queue) Receive(ctx context.Context, limit int) ([]queue.Delivery, error) {
	var deliveries []queue.Delivery
	for len(deliveries) < limit {
		d, ok, err := q.receiveOne(ctx)
		// What came before an error must not be lost for a visibility time-out.
		if err != nil && len(deliveries) == 0 {
			return nil, fmt.Errorf("receive messages: %w", err)
		}
		if err != nil || !ok {
			break
		}
		deliveries = append(deliveries, d)
	}
	return deliveries, nil
}

func (q *Queue) receiveOne(ctx context.Context) (d queue.Delivery, ok bool, err error) {
	out, err := q.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: q.url, MaxNumberOfMessages: 1,
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameApproximateReceiveCount},
	})
	if err != nil || len(out.Messages) == 0 {
		return queue.Delivery{}, false, err
	}
	d, err = delivery(out.Messages[0])
	return d, true, err
}

func delivery(m types.Message) (queue.Delivery, error) {
	message, err := Decode(aws.ToString(m.Body))
	if err != nil {
		return queue.Delivery{}, err
	}
	receives, err := strconv.Atoi(m.Attributes[string(types.MessageSystemAttributeNameApproximateReceiveCount)])
	if err != nil {
		return queue.Delivery{}, fmt.Errorf("receive count: %w", err)
	}
	return queue.Delivery{Message: message, Receipt: aws.ToString(m.ReceiptHandle), Receives: receives}, nil
}

// Ack removes a message for good, or says queue.ErrReceipt: SQS refuses a receipt
// whose visibility time-out has ended, received again or not.
func (q *Queue) Ack(ctx context.Context, d queue.Delivery) error {
	_, err := q.client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: q.url, ReceiptHandle: aws.String(d.Receipt)})
	if isReceiptRefused(err) {
		err = queue.ErrReceipt
	}
	if err != nil {
		return fmt.Errorf("acknowledge message: %w", err)
	}
	return nil
}

// isReceiptRefused: of an expired receipt a FIFO queue says InvalidParameterValue,
// and the receipt is the one parameter beside the queue.
func isReceiptRefused(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return false
	}
	switch api.ErrorCode() {
	case "ReceiptHandleIsInvalid", "InvalidParameterValue", "InvalidParameterValueException":
		return true
	}
	return false
}
