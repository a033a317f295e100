package sqs_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/queue/sqs"
)

// letters are three of one account: a notice, a wake-up and another notice.
func letters() []queue.Message {
	first, wake, last := message(), message(), message()
	first.Key, first.Dedup = "cursos#HP01", "gw-1"
	wake = queue.Message{V: queue.Version, Type: queue.Wake, Key: "cursos#HP02", Account: wake.Account, Dedup: "cursos#HP02#1"}
	last.Key, last.Dedup = "cursos#HP03", "gw-3"
	return []queue.Message{first, wake, last}
}

// withLetters has the letters in its queue of dead letters.
func withLetters(t *testing.T) stack {
	t.Helper()
	s := newStack(t)
	for _, m := range letters() {
		if err := sqs.New(s.client, s.dlq).Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// receiveAll receives and removes all that the queue has.
func (s stack) receiveAll(t *testing.T) (all []queue.Message) {
	t.Helper()
	q := sqs.New(s.client, s.queue)
	for {
		deliveries, err := q.Receive(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(deliveries) == 0 {
			return all
		}
		all = append(all, deliveries[0].Message)
		if err := q.Ack(t.Context(), deliveries[0]); err != nil {
			t.Fatal(err)
		}
	}
}

// faulty is an SQS that refuses the nth send or delete.
type faulty struct {
	*awssqs.Client
	sends, deletes int
}

var errDown = errors.New("SQS is down")

func (f *faulty) SendMessage(ctx context.Context, in *awssqs.SendMessageInput, o ...func(*awssqs.Options)) (*awssqs.SendMessageOutput, error) {
	if f.sends--; f.sends == 0 {
		return nil, errDown
	}
	return f.Client.SendMessage(ctx, in, o...)
}

func (f *faulty) DeleteMessage(ctx context.Context, in *awssqs.DeleteMessageInput, o ...func(*awssqs.Options)) (*awssqs.DeleteMessageOutput, error) {
	if f.deletes--; f.deletes == 0 {
		return nil, errDown
	}
	return f.Client.DeleteMessage(ctx, in, o...)
}

func TestABrokenRedriveLosesNothingAndLetsNoneOvertake(t *testing.T) {
	for name, f := range map[string]*faulty{"send": {sends: 2}, "delete": {deletes: 2}} {
		t.Run(name, func(t *testing.T) {
			s := withLetters(t)
			f.Client = s.client
			dead := sqs.NewDeadLetters(f, 0, sqs.DeadLetterQueue{URL: s.dlq, Source: s.queue})
			if n, err := dead.Redrive(t.Context()); n != 1 || !errors.Is(err, errDown) {
				t.Fatalf("%d redriven, %v", n, err)
			}
			// What is left is there at once, in its order; nobody waits for a time-out.
			if n, err := dead.Redrive(t.Context()); n != 2 || err != nil {
				t.Fatalf("then %d redriven, %v", n, err)
			}
			if diff := cmp.Diff(letters(), s.receiveAll(t)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnUnreadableLetterHasTheAccountOfItsGroup(t *testing.T) {
	s := newStack(t)
	_, err := s.client.SendMessage(t.Context(), &awssqs.SendMessageInput{QueueUrl: &s.dlq,
		MessageBody: aws.String("helena@example.com"), MessageGroupId: aws.String("estudio"), MessageDeduplicationId: aws.String("1")})
	if err != nil {
		t.Fatal(err)
	}
	seen, all, err := sqs.NewDeadLetters(s.client, 0, sqs.DeadLetterQueue{URL: s.dlq, Source: s.queue}).Dead(t.Context())
	want := []queue.DeadLetter{{Message: queue.Message{Account: "estudio"}, Unreadable: true, Receives: 1}}
	if diff := cmp.Diff(want, seen); diff != "" || all != 1 || err != nil {
		t.Errorf("%d, %v (-want +got):\n%s", all, err, diff)
	}
}

// patient keeps what was asked.
type patient struct {
	sqs.DeadLettersAPI
	asked []*awssqs.ReceiveMessageInput
}

func (p *patient) ReceiveMessage(_ context.Context, in *awssqs.ReceiveMessageInput, _ ...func(*awssqs.Options)) (*awssqs.ReceiveMessageOutput, error) {
	p.asked = append(p.asked, in)
	return &awssqs.ReceiveMessageOutput{}, nil
}

// A poll that doesn't wait asks some of SQS's servers, and may miss a letter.
func TestDeadLettersAreAskedForOnAllOfSQSsServers(t *testing.T) {
	p := &patient{}
	dead := sqs.NewDeadLetters(p, time.Second, sqs.DeadLetterQueue{URL: "d", Source: "s"})
	if n, err := dead.Redrive(t.Context()); n != 0 || err != nil || len(p.asked) != 1 || p.asked[0].WaitTimeSeconds != 1 {
		t.Errorf("%d, %v: %+v", n, err, p.asked)
	}
}
