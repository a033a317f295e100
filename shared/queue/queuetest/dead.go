package queuetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/queue"
)

// deadLetters is what a person can do about messages that died.
var deadLetters = map[string]func(*testing.T, Subject){
	"a list leaves the dead letters where they are": func(t *testing.T, s Subject) {
		s.kill(t, message("estudio", 1), message("estudio", 2))
		for range 2 {
			s.wantDead(t, message("estudio", 1), message("estudio", 2))
		}
		s.redrive(t, 2)
	},

	"dead letters of one account come back in their order": func(t *testing.T, s Subject) {
		s.kill(t, message("estudio", 1), message("estudio", 2))
		s.send(t, message("estudio", 3))
		s.redrive(t, 2)
		s.wantDead(t)
		for _, n := range []int{3, 1, 2} {
			d := s.wantOne(t, message("estudio", n))
			if d.Receives != 1 {
				t.Errorf("the %d. message is received for the %d. time", n, d.Receives)
			}
			s.ack(t, d)
		}
		s.wantNone(t, "after all were acknowledged")
	},

	"a redriven message may die again and come back again": func(t *testing.T, s Subject) {
		s.kill(t, message("estudio", 1))
		s.redrive(t, 1)
		s.exhaust(t, message("estudio", 1))
		s.wantNone(t, "after the message died again")
		s.wantDead(t, message("estudio", 1))
		s.redrive(t, 1)
		s.ack(t, s.wantOne(t, message("estudio", 1)))
	},

	"without dead letters there is nothing to list or redrive": func(t *testing.T, s Subject) {
		s.send(t, message("estudio", 1))
		s.wantDead(t)
		s.redrive(t, 0)
		s.ack(t, s.wantOne(t, message("estudio", 1)))
		s.wantNone(t, "after the only message")
	},

	"a cancelled list or redrive fails and changes nothing": func(t *testing.T, s Subject) {
		s.kill(t, message("estudio", 1))
		ctx := cancelled(t)
		_, _, err := s.Dead.Dead(ctx)
		mustBe(t, err, ctx.Err())
		n, err := s.Dead.Redrive(ctx)
		mustBe(t, err, ctx.Err())
		if n != 0 {
			t.Errorf("%d were redriven", n)
		}
		s.wantNone(t, "after a cancelled redrive")
		s.wantDead(t, message("estudio", 1))
	},
}

// kill makes dead letters of the messages of one account, in this order.
func (s Subject) kill(t *testing.T, messages ...queue.Message) {
	t.Helper()
	s.send(t, messages...)
	for _, m := range messages {
		s.exhaust(t, m)
	}
	s.wantNone(t, "after all messages died")
}

func (s Subject) redrive(t *testing.T, want int) {
	t.Helper()
	if n, err := s.Dead.Redrive(t.Context()); n != want || err != nil {
		t.Fatalf("%d were redriven, want %d; error %v", n, want, err)
	}
}

func (s Subject) wantDead(t *testing.T, want ...queue.Message) {
	t.Helper()
	dead, all, err := s.Dead.Dead(t.Context())
	if err != nil {
		t.Fatalf("list dead letters: %v", err)
	}
	var got []queue.Message
	for _, d := range dead {
		if d.Unreadable {
			t.Errorf("the letter of %s is said to be unreadable", d.Message.Account)
		}
		got = append(got, d.Message)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("dead letters (-want +got):\n%s", diff)
	}
	if all != len(want) {
		t.Errorf("%d dead letters, want %d", all, len(want))
	}
}
