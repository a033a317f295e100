package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/carimbo/carimbo/shared/queue/sqs"
)

const (
	// batch is the most that SQS gives at once.
	batch = 10
	// hold is how long a dead letter that was received is hidden from others: it is
	// given back or gone long before.
	hold = 30 * time.Second
	// handBack is how long giving back may take when the command was interrupted.
	handBack = 5 * time.Second
)

// sqsAPI is what dead letters use of a *sqs.Client.
type sqsAPI interface {
	ReceiveMessage(context.Context, *awssqs.ReceiveMessageInput, ...func(*awssqs.Options)) (*awssqs.ReceiveMessageOutput, error)
	SendMessage(context.Context, *awssqs.SendMessageInput, ...func(*awssqs.Options)) (*awssqs.SendMessageOutput, error)
	DeleteMessage(context.Context, *awssqs.DeleteMessageInput, ...func(*awssqs.Options)) (*awssqs.DeleteMessageOutput, error)
	ChangeMessageVisibilityBatch(context.Context, *awssqs.ChangeMessageVisibilityBatchInput, ...func(*awssqs.Options)) (*awssqs.ChangeMessageVisibilityBatchOutput, error)
	GetQueueAttributes(context.Context, *awssqs.GetQueueAttributesInput, ...func(*awssqs.Options)) (*awssqs.GetQueueAttributesOutput, error)
}

// stackDeadLetters are those of a stack, which has a queue of them per kind of ERP.
type stackDeadLetters struct {
	client sqsAPI
	queues []redriven
	// patience is how long an answer waits for messages: without any SQS asks some
	// of its servers alone, and may say that there is nothing.
	patience time.Duration
}

// redriven is a queue of dead letters and the queue in which they died.
type redriven struct{ dead, source string }

func (d *stackDeadLetters) list(ctx context.Context) ([]letter, int, error) {
	var seen []letter
	all := 0
	for _, q := range d.queues {
		count, err := d.count(ctx, q.dead)
		if err != nil {
			return nil, 0, err
		}
		letters, err := d.look(ctx, q.dead)
		if err != nil {
			return nil, 0, err
		}
		seen = append(seen, letters...)
		// The count is approximate.
		all += max(count, len(letters))
	}
	return seen, all, nil
}

func (d *stackDeadLetters) count(ctx context.Context, url string) (int, error) {
	names := []types.QueueAttributeName{types.QueueAttributeNameApproximateNumberOfMessages, types.QueueAttributeNameApproximateNumberOfMessagesNotVisible}
	out, err := d.client.GetQueueAttributes(ctx, &awssqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: names})
	if err != nil {
		return 0, fmt.Errorf("count dead letters: %w", err)
	}
	sum := 0
	for _, name := range names {
		n, err := strconv.Atoi(out.Attributes[string(name)])
		if err != nil {
			return 0, fmt.Errorf("count dead letters: %w", err)
		}
		sum += n
	}
	return sum, nil
}

// look receives what can be received and gives it back.
func (d *stackDeadLetters) look(ctx context.Context, url string) (letters []letter, err error) {
	var held []types.Message
	defer func() { d.giveBack(ctx, url, held) }()
	for {
		messages, err := d.receive(ctx, url)
		if err != nil || len(messages) == 0 {
			return letters, err
		}
		held = append(held, messages...)
		for _, m := range messages {
			letters = append(letters, letterIn(m))
		}
	}
}

func (d *stackDeadLetters) receive(ctx context.Context, url string) ([]types.Message, error) {
	out, err := d.client.ReceiveMessage(ctx, &awssqs.ReceiveMessageInput{QueueUrl: &url, MaxNumberOfMessages: batch,
		VisibilityTimeout: int32(hold.Seconds()), WaitTimeSeconds: int32(d.patience.Seconds()),
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{
			types.MessageSystemAttributeNameApproximateReceiveCount, types.MessageSystemAttributeNameMessageGroupId}})
	if err != nil {
		return nil, fmt.Errorf("receive dead letters: %w", err)
	}
	return out.Messages, nil
}

// letterIn has the account of a body that nobody can read from its group.
func letterIn(m types.Message) letter {
	l := letter{Type: noMessage, Account: groupOf(m)}
	if message, err := sqs.Decode(aws.ToString(m.Body)); err == nil {
		l = letterOf(message)
	}
	l.Tries, _ = strconv.Atoi(m.Attributes[string(types.MessageSystemAttributeNameApproximateReceiveCount)])
	return l
}

func groupOf(m types.Message) string {
	return m.Attributes[string(types.MessageSystemAttributeNameMessageGroupId)]
}

// giveBack lets others see the messages at once. What can't be given back comes
// back by itself when hold is over, so an error is no news.
func (d *stackDeadLetters) giveBack(ctx context.Context, url string, messages []types.Message) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), handBack)
	defer cancel()
	for len(messages) > 0 {
		n := min(batch, len(messages))
		in := &awssqs.ChangeMessageVisibilityBatchInput{QueueUrl: &url}
		for i, m := range messages[:n] {
			in.Entries = append(in.Entries, types.ChangeMessageVisibilityBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: 0})
		}
		_, _ = d.client.ChangeMessageVisibilityBatch(ctx, in)
		messages = messages[n:]
	}
}

// redrive sends one message after another itself: StartMessageMoveTask would do
// it in AWS's own time, without a word about how it went.
func (d *stackDeadLetters) redrive(ctx context.Context) (int, error) {
	total := 0
	for _, q := range d.queues {
		for {
			messages, err := d.receive(ctx, q.dead)
			if err != nil {
				return total, err
			}
			if len(messages) == 0 {
				break
			}
			n, err := d.move(ctx, q, messages)
			total += n
			if err != nil {
				return total, err
			}
		}
	}
	return total, nil
}

// move sends messages to the queue in which they died, in their order, and takes
// each out of the dead letters once it is sent. At the first that can't be moved
// it stops, so that none overtakes another of its account.
func (d *stackDeadLetters) move(ctx context.Context, q redriven, messages []types.Message) (int, error) {
	for i, m := range messages {
		if err := d.moveOne(ctx, q, m); err != nil {
			d.giveBack(ctx, q.dead, messages[i:])
			return i, err
		}
	}
	return len(messages), nil
}

// moveOne sends the body as it is: what this release can't read another may. The
// message's former deduplication id may still be remembered, and would swallow it.
// Its id is new for every death, and the same when a letter that couldn't be
// deleted is redriven again.
func (d *stackDeadLetters) moveOne(ctx context.Context, q redriven, m types.Message) error {
	_, err := d.client.SendMessage(ctx, &awssqs.SendMessageInput{QueueUrl: &q.source, MessageBody: m.Body,
		MessageGroupId: aws.String(groupOf(m)), MessageDeduplicationId: aws.String("redrive#" + aws.ToString(m.MessageId))})
	if err != nil {
		return fmt.Errorf("send a dead letter again: %w", err)
	}
	_, err = d.client.DeleteMessage(ctx, &awssqs.DeleteMessageInput{QueueUrl: &q.dead, ReceiptHandle: m.ReceiptHandle})
	if err != nil {
		return fmt.Errorf("take a letter that was sent again out of the dead letters: %w", err)
	}
	return nil
}
