package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"

	ledgersqlite "github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/queue/sqlite"
	"github.com/carimbo/carimbo/shared/queue/sqs"
)

// private is in every payload, and must not be shown.
const private = "helena@example.com"

// letters are dead: a notice, a wake-up and a reversal of one account in this
// order, and a raw notice of another.
func letters() []queue.Message {
	notice := func(what queue.Type, key, account string) queue.Message {
		return queue.Message{V: queue.Version, Type: what, Key: "cursos#" + key, Account: account, Dedup: "gw-" + key, Connection: "cursos", Platform: "hotmart",
			OrderID: key, ReceivedAt: noon.Add(-time.Hour), Payload: []byte(private)}
	}
	return []queue.Message{
		notice(queue.Paid, "HP01", "estudio"),
		{V: queue.Version, Type: queue.Wake, Key: "cursos#HP02", Account: "estudio", Dedup: "cursos#HP02#1"},
		notice(queue.Reversed, "HP03\x1b[2J", "estudio"),
		notice(queue.Raw, "!9f2b", "outra"),
	}
}

// machineWithLetters is a data folder in which these died.
func machineWithLetters(t *testing.T, dead []queue.Message) string {
	t.Helper()
	dir := t.TempDir()
	now := noon
	useQueue(t, dir, sqlite.Options{Now: func() time.Time { return now }, MaxReceives: 1}, func(q *sqlite.Queue) {
		for _, m := range dead {
			if err := q.Send(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
		for depth := 1; depth > 0; now = now.Add(time.Hour) {
			_, err := q.Receive(t.Context(), 10)
			if depth, _ = q.Depth(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	})
	return dir
}

func useQueue(t *testing.T, dir string, o sqlite.Options, do func(*sqlite.Queue)) {
	t.Helper()
	l, err := ledgersqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	q, err := sqlite.New(t.Context(), l.DB(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	do(q)
}

// die puts messages into a queue of dead letters.
func (s *deployed) die(t *testing.T, output string, dead ...queue.Message) {
	t.Helper()
	for _, m := range dead {
		if err := sqs.New(s.sqs, s.outputs[output]).Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
}

// stackWithLetters has them in both of its queues.
func stackWithLetters(t *testing.T) *deployed {
	t.Helper()
	s := deploy(t, nil)
	all := letters()
	s.die(t, deadLettersOutput("omie"), all[:3]...)
	s.die(t, deadLettersOutput("sensio"), all[3])
	return s
}

// waiting receives and removes all that a queue has.
func (s *deployed) waiting(t *testing.T, output string) []types.Message {
	t.Helper()
	var all []types.Message
	for {
		out, err := s.sqs.ReceiveMessage(t.Context(), &awssqs.ReceiveMessageInput{QueueUrl: aws.String(s.outputs[output]), MaxNumberOfMessages: 1,
			MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll}})
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Messages) == 0 {
			return all
		}
		all = append(all, out.Messages[0])
		if _, err := s.sqs.DeleteMessage(t.Context(), &awssqs.DeleteMessageInput{QueueUrl: aws.String(s.outputs[output]), ReceiptHandle: out.Messages[0].ReceiptHandle}); err != nil {
			t.Fatal(err)
		}
	}
}

func messages(t *testing.T, received []types.Message) []queue.Message {
	t.Helper()
	var all []queue.Message
	for _, m := range received {
		decoded, err := sqs.Decode(*m.Body)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, decoded)
	}
	return all
}

func TestDeadLettersAreListedWithoutTheirContents(t *testing.T) {
	for name, c := range map[string]struct {
		golden string
		flags  func(t *testing.T) []string
	}{
		"machine":         {"dlq-list", func(t *testing.T) []string { return []string{"--data", machineWithLetters(t, letters())} }},
		"stack":           {"dlq-list-stack", func(t *testing.T) []string { return []string{"--stack", stackWithLetters(t).name} }},
		"none":            {"dlq-list-none", func(t *testing.T) []string { return []string{"--data", machineWithLetters(t, nil)} }},
		"none of a stack": {"dlq-list-none", func(t *testing.T) []string { return []string{"--stack", deploy(t, nil).name} }},
	} {
		t.Run(name, func(t *testing.T) {
			for extension, more := range map[string][]string{".txt": nil, ".json": {"--json"}} {
				got := typeIn(t, slices.Concat([]string{"dlq", "list"}, c.flags(t), more)...)
				if got.code != exitDone || got.errors != "" {
					t.Fatalf("%+v", got)
				}
				if extension == ".json" && !json.Valid([]byte(got.out)) {
					t.Errorf("not JSON: %s", got.out)
				}
				if strings.Contains(got.out, private) {
					t.Errorf("the payload is shown: %s", got.out)
				}
				golden(t, c.golden+extension, got.out)
			}
		})
	}
}

func TestAListLeavesTheDeadLettersWhereTheyAre(t *testing.T) {
	s := stackWithLetters(t)
	for range 2 {
		if got := typeIn(t, "dlq", "list", "--stack", s.name); strings.Count(got.out, "cursos#") != 4 {
			t.Fatalf("%+v", got)
		}
	}
	if diff := cmp.Diff(letters()[:3], messages(t, s.waiting(t, deadLettersOutput("omie"))), sameTime); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

var sameTime = cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })

func TestAMessageThatNobodyCanReadIsListedByItsAccount(t *testing.T) {
	s := deploy(t, nil)
	_, err := s.sqs.SendMessage(t.Context(), &awssqs.SendMessageInput{QueueUrl: aws.String(s.outputs[deadLettersOutput("omie")]),
		MessageBody: aws.String(private), MessageGroupId: aws.String("estudio"), MessageDeduplicationId: aws.String("1")})
	if err != nil {
		t.Fatal(err)
	}
	got := typeIn(t, "dlq", "list", "--stack", s.name, "--json")
	if want := "[\n  {\n    \"type\": \"unreadable\",\n    \"account\": \"estudio\",\n    \"tries\": 1\n  }\n]\n"; got.out != want {
		t.Errorf("%+v", got)
	}
	if got = typeIn(t, "dlq", "redrive", "--stack", s.name); got.code != exitDone {
		t.Errorf("%+v", got)
	}
	if back := s.waiting(t, queueOutput("omie")); len(back) != 1 || *back[0].Body != private {
		t.Errorf("redriven: %v", back)
	}
}

// A FIFO queue gives ten of one group, and nothing behind them until they are
// gone.
func TestWhatCannotBeSeenIsCountedAndRedriven(t *testing.T) {
	s := deploy(t, nil)
	var want []queue.Message
	for n := range 13 {
		want = append(want, queue.Message{V: queue.Version, Type: queue.Wake, Key: fmt.Sprintf("cursos#HP%02d", n), Account: "estudio", Dedup: fmt.Sprint(n)})
	}
	s.die(t, deadLettersOutput("omie"), want...)
	got := typeIn(t, "dlq", "list", "--stack", s.name, "--json")
	if got.code != exitDone || strings.Count(got.out, `"key"`) != 10 || got.errors != "carimbo: warning: 3 dead letters more can't be seen behind these; carimbo dlq redrive takes them too\n" {
		t.Errorf("%+v", got)
	}
	if got = typeIn(t, "dlq", "redrive", "--stack", s.name, "--json", "--yes"); got.code != exitDone || got.out != "{\n  \"redriven\": 13\n}\n" || got.errors != "" {
		t.Errorf("%+v", got)
	}
	if diff := cmp.Diff(want, messages(t, s.waiting(t, queueOutput("omie")))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRedrivenLettersComeBackInTheirOrder(t *testing.T) {
	all := letters()
	t.Run("machine", func(t *testing.T) {
		dir := machineWithLetters(t, all)
		var back []queue.Message
		// Beside whoever has the queue open, as carimbo serve does.
		useQueue(t, dir, sqlite.Options{}, func(q *sqlite.Queue) {
			for _, answer := range []string{"", "n\n", "yes?\n"} {
				got := typeWith(t, noon, answer, "dlq", "redrive", "--data", dir)
				if got.code != exitFailed || !strings.Contains(got.errors, "Have 4 dead letters delivered again? [y/N] ") || !strings.Contains(got.errors, "carimbo: nothing was done: answer y to the question, or give --yes\n") {
					t.Fatalf("answered %q: %+v", answer, got)
				}
			}
			got := typeWith(t, noon, "y\n", "dlq", "redrive", "--data", dir)
			if want := "4 dead letters went back to the queue; delivered within a second where carimbo serve runs.\n"; got.code != exitDone || got.out != want {
				t.Fatalf("%+v", got)
			}
			for {
				deliveries, err := q.Receive(t.Context(), 1)
				if err != nil {
					t.Fatal(err)
				}
				if len(deliveries) == 0 {
					break
				}
				back = append(back, deliveries[0].Message)
				if err := q.Ack(t.Context(), deliveries[0]); err != nil {
					t.Fatal(err)
				}
			}
		})
		// In the order in which they died: the heads of the groups, then the rest.
		if diff := cmp.Diff([]queue.Message{all[0], all[2], all[3], all[1]}, back, sameTime); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if got := typeIn(t, "dlq", "redrive", "--data", dir); got.code != exitDone || got.out != "No dead letters.\n" {
			t.Errorf("once more: %+v", got)
		}
	})
	t.Run("stack", func(t *testing.T) {
		s := stackWithLetters(t)
		if got := typeIn(t, "dlq", "redrive", "--stack", s.name); got.code != exitFailed || !strings.Contains(got.errors, "Have 4 dead letters delivered again?") {
			t.Fatalf("%+v", got)
		}
		if got := typeIn(t, "dlq", "redrive", "--stack", s.name, "--yes"); got.code != exitDone || got.out != "4 dead letters went back to the queue.\n" {
			t.Fatalf("%+v", got)
		}
		for output, want := range map[string][]queue.Message{queueOutput("omie"): all[:3], queueOutput("sensio"): all[3:], deadLettersOutput("omie"): nil, deadLettersOutput("sensio"): nil} {
			if diff := cmp.Diff(want, messages(t, s.waiting(t, output)), sameTime); diff != "" {
				t.Errorf("%s (-want +got):\n%s", output, diff)
			}
		}
		if got := typeIn(t, "dlq", "redrive", "--stack", s.name, "--json"); got.code != exitDone || got.out != "{\n  \"redriven\": 0\n}\n" {
			t.Errorf("once more: %+v", got)
		}
	})
}

// SQS remembers an id for five minutes, and swallows what has it again.
func TestARedrivenLetterHasAnIDOfItsOwn(t *testing.T) {
	s := deploy(t, nil)
	dead := letters()[0]
	ids := map[string]bool{dead.Dedup: true}
	for range 3 {
		s.die(t, deadLettersOutput("omie"), dead)
		typeIn(t, "dlq", "redrive", "--stack", s.name)
		back := s.waiting(t, queueOutput("omie"))
		if len(back) != 1 || back[0].Attributes["MessageGroupId"] != "estudio" {
			t.Fatal(back)
		}
		id := back[0].Attributes["MessageDeduplicationId"]
		if ids[id] {
			t.Errorf("%s was used before", id)
		}
		ids[id] = true
	}
}

// A poll that doesn't wait asks some of SQS's servers, and may miss a letter.
func TestAStacksDeadLettersAreWaitedFor(t *testing.T) {
	if c := newConsole(nil, nil, nil); c.patience != time.Second {
		t.Errorf("for %s", c.patience)
	}
}
