package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/queue"
)

// upgrade has a newer release write the order, as it stands.
func (b book) upgrade(t *testing.T, id string) {
	t.Helper()
	b.use(t, func(l ledger.Ledger) error {
		before, err := l.Get(t.Context(), "cursos#"+id)
		if err != nil {
			return err
		}
		after := before
		after.V, after.Token = ledger.Version+1, "a newer release's write"
		_, err = l.Write(t.Context(), before, after)
		return err
	})
}

func TestAnOrderOfANewerReleaseIsShownAndNotTouched(t *testing.T) {
	const update = "written by a newer carimbo: update this program"
	onBoth(t, func(t *testing.T, told func(*testing.T) book) {
		b := told(t)
		b.upgrade(t, "HP02")
		b.upgrade(t, "HP05")
		for args, want := range map[string][]string{
			"list":             {"rejected, newer version", "uncertain, newer version", "cursos#HP02: " + update},
			"list --json":      {`"written_by_newer": true`},
			"show cursos#HP02": {"rejected, newer version", "what to do    " + update, "What happened"},
		} {
			got := typeIn(t, slices.Concat([]string{"orders"}, strings.Fields(args), b.flags())...)
			for _, said := range want {
				if got.code != exitDone || !strings.Contains(got.out, said) {
					t.Errorf("%s ends with %d and doesn't say %q:\n%s%s", args, got.code, said, got.out, got.errors)
				}
			}
		}
		for _, args := range [][]string{
			{"retry", "cursos#HP02"},
			{"retry", "cursos#HP02", "--dry-run"},
			{"retry", "--kind", "mapping", "--yes"},
			{"resolve", "cursos#HP05", "--created", "3847270999"},
			{"resolve", "cursos#HP05", "--absent", "--note", "searched"},
		} {
			before := []ledger.Entry{b.entry(t, "HP02"), b.entry(t, "HP05")}
			got := typeIn(t, slices.Concat([]string{"orders"}, args, b.flags())...)
			if got.code != exitFailed || !strings.Contains(got.errors, update) {
				t.Errorf("%q ends with %d: %s%s", args, got.code, got.out, got.errors)
			}
			if diff := cmp.Diff(before, []ledger.Entry{b.entry(t, "HP02"), b.entry(t, "HP05")}); diff != "" {
				t.Errorf("%q wrote (-before +after):\n%s", args, diff)
			}
		}
	})
}

// A later release's message may be of a type that isn't known, with fields that mean
// something else.
func TestADeadLetterOfANewerReleaseIsListedAndGoesBackAsItIs(t *testing.T) {
	const body = `{"v":2, "type":"split", "key":"cursos#HP1", "account":"estudio", "dedup":"r1", "payload":["helena@example.com"], "parts":2}`
	t.Run("stack", func(t *testing.T) {
		s := deploy(t, nil)
		_, err := s.sqs.SendMessage(t.Context(), &awssqs.SendMessageInput{QueueUrl: aws.String(s.outputs[deadLettersOutput("omie")]),
			MessageBody: aws.String(body), MessageGroupId: aws.String("estudio"), MessageDeduplicationId: aws.String("1")})
		if err != nil {
			t.Fatal(err)
		}
		listsNewer(t, "--stack", s.name)
		if got := typeIn(t, "dlq", "redrive", "--stack", s.name); got.code != exitDone {
			t.Errorf("%+v", got)
		}
		if back := s.waiting(t, queueOutput("omie")); len(back) != 1 || *back[0].Body != body {
			t.Errorf("redriven: %v", back)
		}
	})
	t.Run("machine", func(t *testing.T) {
		m := queue.Message{V: queue.Version + 1, Type: "split", Key: "cursos#HP1", Account: "estudio", Dedup: "r1", Payload: []byte(private)}
		listsNewer(t, "--data", machineWithLetters(t, []queue.Message{m}))
	})
}

func listsNewer(t *testing.T, where ...string) {
	t.Helper()
	got := typeIn(t, slices.Concat([]string{"dlq", "list", "--json"}, where)...)
	var letters []operator.DeadLetterView
	if err := json.Unmarshal([]byte(got.out), &letters); err != nil {
		t.Fatalf("%v: %+v", err, got)
	}
	for i := range letters {
		letters[i].Tries = 0
	}
	want := []operator.DeadLetterView{{Type: "newer", Key: "cursos#HP1", Connection: "cursos", Account: "estudio"}}
	if diff := cmp.Diff(want, letters); diff != "" || strings.Contains(got.out, private) {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
