package sqs

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/carimbo/carimbo/shared/queue"
)

const (
	// atOnce is the most that SQS gives or takes at once.
	atOnce = 10
	// hiddenFor is how long a dead letter that was received is hidden from others: it
	// is given back or gone long before.
	hiddenFor = 30 * time.Second
	// giveBackLimit is how long giving back may take when the caller was interrupted.
	giveBackLimit = 5 * time.Second
)

// DeadLettersAPI is what dead letters use of a *sqs.Client.
type DeadLettersAPI interface {
	API
	DepthAPI
	ChangeMessageVisibilityBatch(context.Context, *sqs.ChangeMessageVisibilityBatchInput, ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityBatchOutput, error)
}

// DeadLetterQueue is the URL of a queue of dead letters, and of the one in which
// they died.
type DeadLetterQueue struct{ URL, Source string }

// DeadLetters are those of a stack, which has a queue of them per kind of ERP.
type DeadLetters struct {
	client DeadLettersAPI
	wait   time.Duration
	queues []DeadLetterQueue
}

var _ queue.DeadLetters = (*DeadLetters)(nil)

// NewDeadLetters makes the dead letters of queues. An answer waits so long for
// messages: without any wait SQS asks some of its servers alone, and may say that
// there is nothing.
func NewDeadLetters(client DeadLettersAPI, wait time.Duration, queues ...DeadLetterQueue) *DeadLetters {
	return &DeadLetters{client: client, wait: wait, queues: queues}
}

// Dead lists the first ten of each message group, since a FIFO queue hides the rest
// behind them. For some seconds nobody else sees those.
func (d *DeadLetters) Dead(ctx context.Context) ([]queue.DeadLetter, int, error) {
	var seen []queue.DeadLetter
	all := 0
	for _, q := range d.queues {
		count, err := d.count(ctx, q.URL)
		if err != nil {
			return nil, 0, err
		}
		letters, err := d.look(ctx, q.URL)
		if err != nil {
			return nil, 0, err
		}
		seen = append(seen, letters...)
		// The count is approximate.
		all += max(count, len(letters))
	}
	return seen, all, nil
}

func (d *DeadLetters) count(ctx context.Context, url string) (int, error) {
	waiting, held, err := Depth(ctx, d.client, url)
	if err != nil {
		return 0, fmt.Errorf("count dead letters: %w", err)
	}
	return waiting + held, nil
}

// look receives what can be received and gives it back.
func (d *DeadLetters) look(ctx context.Context, url string) (letters []queue.DeadLetter, err error) {
	var received []types.Message
	defer func() { d.giveBack(ctx, url, received) }()
	for {
		messages, err := d.receive(ctx, url)
		if err != nil || len(messages) == 0 {
			return letters, err
		}
		received = append(received, messages...)
		for _, m := range messages {
			letters = append(letters, deadLetter(m))
		}
	}
}

func (d *DeadLetters) receive(ctx context.Context, url string) ([]types.Message, error) {
	out, err := d.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &url, MaxNumberOfMessages: atOnce,
		VisibilityTimeout: int32(hiddenFor.Seconds()), WaitTimeSeconds: int32(d.wait.Seconds()),
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{
			types.MessageSystemAttributeNameApproximateReceiveCount, types.MessageSystemAttributeNameMessageGroupId}})
	if err != nil {
		return nil, fmt.Errorf("receive dead letters: %w", err)
	}
	return out.Messages, nil
}

// deadLetter has the account of a body that nobody can read from its group.
func deadLetter(m types.Message) queue.DeadLetter {
	message, err := Decode(aws.ToString(m.Body))
	if err != nil {
		message = queue.Message{Account: groupOf(m)}
	}
	receives, _ := strconv.Atoi(m.Attributes[string(types.MessageSystemAttributeNameApproximateReceiveCount)])
	return queue.DeadLetter{Message: message, Unreadable: err != nil, Receives: receives}
}

func groupOf(m types.Message) string {
	return m.Attributes[string(types.MessageSystemAttributeNameMessageGroupId)]
}

// giveBack lets others see the messages at once. What can't be given back comes
// back by itself when hiddenFor is over, so an error is no news.
func (d *DeadLetters) giveBack(ctx context.Context, url string, messages []types.Message) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), giveBackLimit)
	defer cancel()
	for len(messages) > 0 {
		n := min(atOnce, len(messages))
		in := &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &url}
		for i, m := range messages[:n] {
			in.Entries = append(in.Entries, types.ChangeMessageVisibilityBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: 0})
		}
		_, _ = d.client.ChangeMessageVisibilityBatch(ctx, in)
		messages = messages[n:]
	}
}

// Redrive sends one message after another itself: StartMessageMoveTask would do it
// in AWS's own time, without a word about how it went.
func (d *DeadLetters) Redrive(ctx context.Context) (int, error) {
	total := 0
	for _, q := range d.queues {
		for {
			messages, err := d.receive(ctx, q.URL)
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
func (d *DeadLetters) move(ctx context.Context, q DeadLetterQueue, messages []types.Message) (int, error) {
	for i, m := range messages {
		if err := d.moveOne(ctx, q, m); err != nil {
			d.giveBack(ctx, q.URL, messages[i:])
			return i, err
		}
	}
	return len(messages), nil
}

// moveOne sends the body as it is: what this release can't read another may. The
// message's former deduplication id may still be remembered, and would swallow it.
// Its id is new for every death, and the same when a letter that couldn't be
// deleted is redriven again.
func (d *DeadLetters) moveOne(ctx context.Context, q DeadLetterQueue, m types.Message) error {
	_, err := d.client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &q.Source, MessageBody: m.Body,
		MessageGroupId: aws.String(groupOf(m)), MessageDeduplicationId: aws.String("redrive#" + aws.ToString(m.MessageId))})
	if err != nil {
		return fmt.Errorf("send a dead letter again: %w", err)
	}
	_, err = d.client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &q.URL, ReceiptHandle: m.ReceiptHandle})
	if err != nil {
		return fmt.Errorf("take a letter that was sent again out of the dead letters: %w", err)
	}
	return nil
}
