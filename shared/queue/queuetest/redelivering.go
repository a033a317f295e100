package queuetest

import (
	"testing"

	"github.com/carimbo/carimbo/shared/queue"
)

// redelivering is what becomes of a message whose holder failed.
var redelivering = map[string]func(*testing.T, Subject){
	"a delivery stays hidden until the visibility time-out, then it comes again": func(t *testing.T, s Subject) {
		s.send(t, message("estudio", 1), message("estudio", 2))
		s.wantOne(t, message("estudio", 1))
		s.Advance(s.Visibility / 2)
		s.wantNone(t, "half-way to the time-out")
		s.lapse()
		if again := s.wantOne(t, message("estudio", 1)); again.Receives != 2 {
			t.Fatalf("receives %d, want 2", again.Receives)
		}
		s.wantNone(t, "while it is in flight again")
	},

	"a former receipt acknowledges nothing, the latter does": func(t *testing.T, s Subject) {
		s.send(t, message("estudio", 1))
		former := s.wantOne(t, message("estudio", 1))
		s.lapse()
		latter := s.wantOne(t, message("estudio", 1))
		mustBe(t, s.Queue.Ack(t.Context(), former), queue.ErrReceipt)
		s.wantNone(t, "while the latter receipt's holder is at work")
		s.ack(t, latter)
		s.lapse()
		s.wantNone(t, "after the last receipt acknowledged it")
	},

	"what was acknowledged never comes again": func(t *testing.T, s Subject) {
		s.send(t, message("estudio", 1))
		s.ack(t, s.wantOne(t, message("estudio", 1)))
		s.lapse()
		s.wantNone(t, "after the time-out")
	},

	"messages survive a crash, those in flight too, in their order": func(t *testing.T, s Subject) {
		s.send(t, message("estudio", 1), message("estudio", 2), message("loja", 1), message("outra", 1))
		held := s.want(t, message("estudio", 1), message("loja", 1), message("outra", 1))
		s.ack(t, held["loja"])

		s.Queue = s.Reopen(t)
		s.lapse()
		held = s.want(t, message("estudio", 1), message("outra", 1))
		s.ack(t, held["estudio"])
		s.ack(t, s.wantOne(t, message("estudio", 2)))
	},

	"a resend is recognized after a crash": func(t *testing.T, s Subject) {
		s.send(t, message("estudio", 1))
		s.ack(t, s.wantOne(t, message("estudio", 1)))
		s.Queue = s.Reopen(t)
		s.send(t, message("estudio", 1))
		s.wantNone(t, "after a resend")
	},

	"a message that was received too often becomes a dead letter, and its account goes on": func(t *testing.T, s Subject) {
		poison, next := message("estudio", 1), message("estudio", 2)
		s.send(t, poison, next)
		s.exhaust(t, poison)
		s.wantDead(t)
		s.ack(t, s.wantOne(t, next))
		s.wantDead(t, poison)
		s.lapse()
		s.wantNone(t, "after the message died")
	},

	"the last receipt that is allowed can still acknowledge": func(t *testing.T, s Subject) {
		s.send(t, message("estudio", 1))
		for n := 1; n < s.MaxReceives; n++ {
			s.wantOne(t, message("estudio", 1))
			s.lapse()
		}
		s.ack(t, s.wantOne(t, message("estudio", 1)))
		s.lapse()
		s.wantNone(t, "after the acknowledgement")
		s.wantDead(t)
	},

	"a message of a newer release comes, dies and comes back in its form": func(t *testing.T, s Subject) {
		newer := message("estudio", 1)
		newer.V, newer.Payload = queue.Version+1, noise(2<<10)
		s.send(t, newer)
		s.exhaust(t, newer)
		s.wantNone(t, "after the message died")
		s.wantDead(t, newer)
		s.redrive(t, 1)
		s.wantOne(t, newer)
	},

	"a reversal that comes back from the dead letters waits behind nothing either": func(t *testing.T, s Subject) {
		refund := reversal("estudio", 1)
		s.send(t, refund)
		s.exhaust(t, refund)
		s.wantNone(t, "after the message died")
		s.wantDead(t, refund)
		s.send(t, message("estudio", 1))
		s.wantOne(t, message("estudio", 1))
		s.redrive(t, 1)
		s.ack(t, s.wantOne(t, refund))
	},

	"redrive brings dead letters back as new ones": func(t *testing.T, s Subject) {
		poison := message("estudio", 1)
		poison.Payload = noise(2 << 10)
		s.send(t, poison)
		s.exhaust(t, poison)
		s.wantNone(t, "after the message died")
		s.redrive(t, 1)
		s.wantDead(t)
		d := s.wantOne(t, poison)
		if d.Receives != 1 {
			t.Fatalf("receives %d after a redrive, want 1", d.Receives)
		}
		s.ack(t, d)
	},
}

// exhaust receives the message as often as the queue allows, without an
// acknowledgement.
func (s Subject) exhaust(t *testing.T, m queue.Message) {
	t.Helper()
	for n := 1; n <= s.MaxReceives; n++ {
		if d := s.wantOne(t, m); d.Receives != n {
			t.Fatalf("receives %d, want %d", d.Receives, n)
		}
		s.lapse()
	}
}
