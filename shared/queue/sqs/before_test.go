package sqs_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/queue/sqs"
	"github.com/carimbo/carimbo/shared/stored/storedtest"
)

// testdata/before.json is what the release before sent, which had no form, beside
// what it meant by it. A field that this release doesn't know is an error here.
func TestWhatTheReleaseBeforeSentIsRead(t *testing.T) {
	var sent []struct {
		Body    string        `json:"body"`
		Message queue.Message `json:"message"`
	}
	storedtest.Read(t, "testdata/before.json", &sent)
	seen := map[queue.Type]bool{}
	for _, s := range sent {
		got, err := sqs.Decode(s.Body)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s.Message, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		whole := map[queue.Type]bool{queue.Paid: len(got.Payload) > 0, queue.Raw: len(got.Payload) > 0, queue.Reversed: got.Digest != "", queue.Wake: true}
		seen[got.Type] = whole[got.Type] && got.V == 0
	}
	for _, of := range []queue.Type{queue.Paid, queue.Reversed, queue.Raw, queue.Wake} {
		if !seen[of] {
			t.Errorf("no %s of the release before was read whole", of)
		}
	}
}

func TestWhatFitsOfANewerMessageIsRead(t *testing.T) {
	got, err := sqs.Decode(`{"v":2,"type":"paid","key":"cursos#HP1","account":"estudio","dedup":"r1","version":"2026-11-21","paid_at":1795262426,"payload":{"text":"x"}}`)
	want := queue.Message{V: 2, Type: queue.Paid, Key: "cursos#HP1", Account: "estudio", Dedup: "r1"}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v, (-want +got):\n%s", err, diff)
	}
}
