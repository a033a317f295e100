package queuetest

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/queue"
)

// delivering is what a consumer sees while nothing goes wrong.
var delivering = map[string]func(*testing.T, Subject){
	"an empty queue delivers nothing, and that is no error": func(t *testing.T, s Subject) {
		s.wantNone(t, "empty")
	},

	"a message comes back whole": func(t *testing.T, s Subject) {
		at := time.Date(2026, 11, 21, 12, 0, 0, 123456789, time.FixedZone("", -3*3600))
		m := queue.Message{
			V: queue.Version, Type: queue.Paid, Key: "cursos#1", Account: "estudio", Dedup: "r1", Connection: "cursos", Platform: "hotmart",
			OrderID: "1", StoreNumber: "#1001 é", Topic: "PURCHASE_APPROVED", Version: 1 << 53, Digest: "d1", PaidAt: at, PaidRank: order.ByPayment, DayOpen: true,
			ReceivedAt: at.Add(time.Second), Payload: []byte{0, 0xff, '{'}, Correlation: "c1",
		}
		v := reflect.ValueOf(m)
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				t.Fatalf("teach queuetest to fill %s", v.Type().Field(i).Name)
			}
		}
		s.send(t, m)
		if d := s.wantOne(t, m); d.Receives != 1 || d.Receipt == "" {
			t.Fatalf("receives %d, receipt %q", d.Receives, d.Receipt)
		}
	},

	"a message is sent in the form of this release": func(t *testing.T, s Subject) {
		m := message("estudio", 1)
		m.V = 0
		s.send(t, m)
		s.wantOne(t, message("estudio", 1))
	},

	"a payload of 300 KB comes back": func(t *testing.T, s Subject) {
		m := message("estudio", 1)
		m.Payload = noise(300 << 10)
		s.send(t, m)
		s.wantOne(t, m)
	},

	"a reversal waits behind none of its account's, and is acknowledged": func(t *testing.T, s Subject) {
		first, reversal := message("estudio", 1), message("estudio", 2)
		reversal.Type = queue.Reversed
		s.send(t, first, reversal)
		for range 2 {
			deliveries := s.receive(t, 1)
			if len(deliveries) != 1 {
				t.Fatalf("received %d", len(deliveries))
			}
			if d := deliveries[0]; d.Message.Type == queue.Reversed {
				s.ack(t, d)
			}
		}
		s.lapse()
		s.wantOne(t, first)
	},

	"messages of an account come in the order in which they were sent": func(t *testing.T, s Subject) {
		for n := range 12 {
			s.send(t, message("estudio", n))
		}
		for n := range 12 {
			s.ack(t, s.wantOne(t, message("estudio", n)))
		}
		s.wantNone(t, "after all were acknowledged")
	},

	"one message per account is in flight, and other accounts go on": func(t *testing.T, s Subject) {
		s.send(t, message("estudio", 1), message("estudio", 2), message("loja", 1), message("loja", 2))
		held := s.want(t, message("estudio", 1), message("loja", 1))
		s.wantNone(t, "while one of each account is in flight")
		s.send(t, message("estudio", 3), message("outra", 1))
		held["outra"] = s.wantOne(t, message("outra", 1))
		s.ack(t, held["loja"])
		s.wantOne(t, message("loja", 2))
		s.ack(t, held["estudio"])
		s.wantOne(t, message("estudio", 2))
		s.wantNone(t, "while one of each account is in flight")
	},

	"a reversal waits behind none of its account's messages": func(t *testing.T, s Subject) {
		s.send(t, message("estudio", 1), message("estudio", 2), reversal("estudio", 1), reversal("estudio", 2), reversal("loja", 1))
		paid, first, other := message("estudio", 1), reversal("estudio", 1), reversal("loja", 1)
		held := s.want(t, paid, first, other)
		s.wantNone(t, "while one of each group is in flight")
		s.ack(t, held[first.Group()])
		second := s.wantOne(t, reversal("estudio", 2))
		s.wantNone(t, "while the account's order is in flight, and a reversal of it")
		s.ack(t, held[paid.Group()])
		s.ack(t, s.wantOne(t, message("estudio", 2)))
		s.ack(t, second)
		s.ack(t, held[other.Group()])
		s.wantNone(t, "after all were acknowledged")
	},

	"what was sent in one group is no new message in another": func(t *testing.T, s Subject) {
		m := message("estudio", 1)
		same := m
		same.Type = queue.Reversed
		s.send(t, m, same)
		s.ack(t, s.wantOne(t, m))
		s.wantNone(t, "after the one that came first")
	},

	"no more come than were asked for": func(t *testing.T, s Subject) {
		const accounts = 5
		for n := range accounts {
			s.send(t, message(fmt.Sprint("account", n), 1))
		}
		seen := map[string]bool{}
		for len(seen) < accounts {
			deliveries := s.receive(t, 2)
			if len(deliveries) == 0 || len(deliveries) > 2 {
				t.Fatalf("%d deliveries of 2, after %d of %d", len(deliveries), len(seen), accounts)
			}
			for _, d := range deliveries {
				seen[d.Message.Account] = true
			}
		}
	},

	"a resend within five minutes is accepted and not delivered again": func(t *testing.T, s Subject) {
		m := message("estudio", 1)
		resend := m
		resend.Correlation = "another"
		s.send(t, m, resend)
		d := s.wantOne(t, m)
		s.send(t, resend)
		s.ack(t, d)
		s.send(t, resend)
		s.wantNone(t, "after the message was acknowledged")
	},

	"the same order in another message is delivered again": func(t *testing.T, s Subject) {
		m := message("estudio", 1)
		again := m
		again.Dedup = "another request"
		s.send(t, m, again)
		s.ack(t, s.wantOne(t, m))
		s.ack(t, s.wantOne(t, again))
	},

	"a message without an account or a dedup is refused": func(t *testing.T, s Subject) {
		for _, m := range []queue.Message{{Type: queue.Wake, Key: "cursos#1", Dedup: "1"}, {Type: queue.Wake, Key: "cursos#1", Account: "estudio"}} {
			if err := s.Queue.Send(t.Context(), m); err == nil {
				t.Errorf("%+v was accepted", m)
			}
		}
		s.wantNone(t, "after refusals")
	},

	"a cancelled call fails and changes nothing": func(t *testing.T, s Subject) {
		ctx := cancelled(t)
		s.send(t, message("estudio", 1))
		for range 20 { // a sender that chooses by chance would choose wrong once
			mustBe(t, s.Queue.Send(ctx, message("estudio", 2)), ctx.Err())
		}
		s.send(t, message("estudio", 3))

		_, err := s.Queue.Receive(ctx, 10)
		mustBe(t, err, ctx.Err())
		d := s.wantOne(t, message("estudio", 1))
		mustBe(t, s.Queue.Ack(ctx, d), ctx.Err())
		s.ack(t, d)
		s.ack(t, s.wantOne(t, message("estudio", 3)))
		s.wantNone(t, "after all were acknowledged")
	},
}

// noise is what gzip leaves of a payload: bytes without a pattern.
func noise(n int) []byte {
	source := rand.NewChaCha8([32]byte{1})
	b := make([]byte, n)
	source.Read(b)
	return b
}
