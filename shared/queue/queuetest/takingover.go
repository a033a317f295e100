package queuetest

import (
	"testing"

	"github.com/carimbo/carimbo/shared/queue"
)

// takingOver is what comes of messages whose consumers are known to be gone.
var takingOver = map[string]func(*testing.T, Subject, OfOneProcess){
	"what was in flight comes back, and is not counted": func(t *testing.T, s Subject, q OfOneProcess) {
		s.send(t, message("estudio", 1), message("loja", 1), message("loja", 2))
		for range 2 * s.MaxReceives {
			for group, d := range s.want(t, message("estudio", 1), message("loja", 1)) {
				if d.Receives != 1 {
					t.Fatalf("%s is received for the %d. time", group, d.Receives)
				}
			}
			for range 2 { // killed once more before it received
				if err := q.Recover(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		s.wantDead(t)
	},

	"a receipt from before acknowledges nothing": func(t *testing.T, s Subject, q OfOneProcess) {
		s.send(t, message("estudio", 1))
		former := s.wantOne(t, message("estudio", 1))
		if err := q.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
		mustBe(t, q.Ack(t.Context(), former), queue.ErrReceipt)
		s.ack(t, s.wantOne(t, message("estudio", 1)))
	},

	"what nobody held is counted on": func(t *testing.T, s Subject, q OfOneProcess) {
		s.send(t, message("estudio", 1))
		for n := 1; n <= s.MaxReceives; n++ {
			d := s.wantOne(t, message("estudio", 1))
			if d.Receives != n {
				t.Fatalf("received for the %d. time, want the %d.", d.Receives, n)
			}
			s.lapse()
		}
		s.wantNone(t, "after it was received too often")
		if err := q.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.wantDead(t, message("estudio", 1))
	},

	"a cancelled takeover fails and changes nothing": func(t *testing.T, s Subject, q OfOneProcess) {
		s.send(t, message("estudio", 1))
		d := s.wantOne(t, message("estudio", 1))
		ctx := cancelled(t)
		mustBe(t, q.Recover(ctx), ctx.Err())
		s.wantNone(t, "while it is held")
		s.ack(t, d)
	},
}
