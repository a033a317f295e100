package sqs_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"

	"github.com/carimbo/carimbo/shared/awstest"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/queue/queuetest"
	"github.com/carimbo/carimbo/shared/queue/sqs"
)

var server awstest.Server

func TestMain(m *testing.M) { server.Main(m) }

const (
	// visibility is long enough for real time not to end it during a test.
	visibility  = 12 * time.Hour
	maxReceives = 3
)

// stack is a queue and its dead letters.
type stack struct {
	client     *awssqs.Client
	queue, dlq string
}

func newStack(t testing.TB) stack {
	t.Helper()
	s := stack{client: awssqs.NewFromConfig(server.Start(t).Config)}
	fifo := map[string]string{"FifoQueue": "true", "VisibilityTimeout": fmt.Sprint(int(visibility.Seconds()))}
	create := func(name string) string {
		out, err := s.client.CreateQueue(t.Context(), &awssqs.CreateQueueInput{QueueName: aws.String(awstest.Name(name) + ".fifo"), Attributes: fifo})
		if err != nil {
			t.Fatal(err)
		}
		return *out.QueueUrl
	}
	s.dlq = create("dead")
	attributes, err := s.client.GetQueueAttributes(t.Context(), &awssqs.GetQueueAttributesInput{QueueUrl: &s.dlq,
		AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameQueueArn}})
	if err != nil {
		t.Fatal(err)
	}
	redrive, err := json.Marshal(map[string]any{"deadLetterTargetArn": attributes.Attributes["QueueArn"], "maxReceiveCount": maxReceives})
	if err != nil {
		t.Fatal(err)
	}
	fifo["RedrivePolicy"] = string(redrive)
	s.queue = create("queue")
	return s
}

// timed is moto's SQS with a clock that a test advances: a visibility time-out
// ends when the test says so, by a change to 0, and nobody has to wait. It adds
// two things that SQS's FIFO queues do and moto doesn't: it refuses a receipt
// that expired (moto takes any that a message ever had), and remembers a dedup
// after its message was removed.
type timed struct {
	*awssqs.Client
	mu      sync.Mutex
	now     time.Duration
	expires map[string]expiry        // by receipt
	sent    map[string]time.Duration // by dedup
}

// dedupWindow is SQS's.
const dedupWindow = 5 * time.Minute

// expiry is when a receipt's visibility time-out ends.
type expiry struct {
	queue *string
	at    time.Duration
}

func newTimed(client *awssqs.Client) *timed {
	return &timed{Client: client, expires: map[string]expiry{}, sent: map[string]time.Duration{}}
}

func (c *timed) SendMessage(ctx context.Context, in *awssqs.SendMessageInput, o ...func(*awssqs.Options)) (*awssqs.SendMessageOutput, error) {
	c.mu.Lock()
	at, known := c.sent[*in.MessageDeduplicationId]
	known = known && c.now < at+dedupWindow
	c.mu.Unlock()
	if known {
		return &awssqs.SendMessageOutput{}, ctx.Err()
	}
	out, err := c.Client.SendMessage(ctx, in, o...)
	if err == nil {
		c.mu.Lock()
		c.sent[*in.MessageDeduplicationId] = c.now
		c.mu.Unlock()
	}
	return out, err
}

func (c *timed) ReceiveMessage(ctx context.Context, in *awssqs.ReceiveMessageInput, o ...func(*awssqs.Options)) (*awssqs.ReceiveMessageOutput, error) {
	out, err := c.Client.ReceiveMessage(ctx, in, o...)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range out.Messages {
		c.expires[*m.ReceiptHandle] = expiry{queue: in.QueueUrl, at: c.now + visibility}
	}
	return out, nil
}

func (c *timed) DeleteMessage(ctx context.Context, in *awssqs.DeleteMessageInput, o ...func(*awssqs.Options)) (*awssqs.DeleteMessageOutput, error) {
	c.mu.Lock()
	_, live := c.expires[*in.ReceiptHandle]
	c.mu.Unlock()
	if !live {
		return nil, &smithy.GenericAPIError{Code: "InvalidParameterValue",
			Message: "Value for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired."}
	}
	out, err := c.Client.DeleteMessage(ctx, in, o...)
	if err == nil {
		c.mu.Lock()
		delete(c.expires, *in.ReceiptHandle)
		c.mu.Unlock()
	}
	return out, err
}

func (c *timed) advance(t *testing.T, d time.Duration) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now += d
	for receipt, e := range c.expires {
		if e.at > c.now {
			continue
		}
		delete(c.expires, receipt)
		if err := makeVisible(t.Context(), c.Client, e.queue, receipt); err != nil {
			t.Fatalf("end a visibility time-out: %v", err)
		}
	}
}

func makeVisible(ctx context.Context, client *awssqs.Client, url *string, receipt string) error {
	_, err := client.ChangeMessageVisibility(ctx, &awssqs.ChangeMessageVisibilityInput{QueueUrl: url, ReceiptHandle: &receipt, VisibilityTimeout: 0})
	return err
}

func TestQueuePromises(t *testing.T) {
	queuetest.Run(t, func(t *testing.T) queuetest.Subject {
		s := newStack(t)
		client := newTimed(s.client)
		return queuetest.Subject{
			Queue:       sqs.New(client, s.queue),
			Reopen:      func(*testing.T) queue.Queue { return sqs.New(client, s.queue) },
			Advance:     func(d time.Duration) { client.advance(t, d) },
			Visibility:  visibility,
			MaxReceives: maxReceives,
			// The tests' server answers one request after another, so none waits.
			Dead: sqs.NewDeadLetters(s.client, 0, sqs.DeadLetterQueue{URL: s.dlq, Source: s.queue}),
		}
	})
}
