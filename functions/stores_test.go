package functions_test

import (
	"time"

	"github.com/carimbo/carimbo/shared/erp/sensio/sensiosim"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
)

// ordersAreSales has freight in both orders, a discount on each line of one and a
// negative fee in the other.
func ordersAreSales(s *stack) {
	webhook, lane := s.start("webhook"), s.mapping("sensio-sale", s.start("sensio-sale"))
	orders := []purchase{s.buys("camisetas"), s.buys("canecas"), s.buys("livros")}
	s.accepts(webhook, orders...)
	s.accepts(webhook, orders...)
	if n := lane.drain(); n < 2*len(orders) || len(lane.hidden) != 0 {
		s.t.Errorf("%d messages, %d of them not acknowledged:\n%s", n, len(lane.hidden), s.log())
	}
	// Once more, now that they are created.
	s.accepts(webhook, orders...)
	lane.drain()
	s.sold(orders...)
	for _, p := range orders {
		if e := s.entry(p); e.ERPKind != "sensio" || e.Account != "loja" || e.Attempts != 1 || e.Found || e.Payload != nil || e.Total != p.total {
			s.t.Errorf("%+v", e)
		}
	}
	s.sweepsNothing(s.start("sweep"), lane)
}

func lostSaleIsAPersons(s *stack) {
	webhook, lane, sweep := s.start("webhook"), s.mapping("sensio-sale", s.start("sensio-sale")), s.laterSweep()
	p, behind := s.buys("camisetas"), s.buys("canecas")
	s.shop.Inject(sensiosim.Fault{Method: "POST /sales", Mode: sensiosim.WriteThenReset})
	s.accepts(webhook, p)
	lane.drain()
	if e := s.isIn(p, ledger.Uncertain, string(order.NeedsPerson)); !e.Parked() || e.Attempts != 1 {
		s.t.Errorf("%+v", e)
	}
	// Neither the store, nor time, nor the account's next order touches it.
	s.accepts(webhook, p, behind)
	lane.drain()
	s.clock.advance(8 * 24 * time.Hour)
	if n := sweep() + lane.drain(); n != 0 {
		s.t.Errorf("woken %d times", n)
	}
	s.isIn(p, ledger.Uncertain, string(order.NeedsPerson))
	s.isIn(behind, ledger.Created, "")
	if n, calls := s.shop.Count(p.connection, p.id), s.shop.Calls(); n != 1 || len(calls) != 2 || len(s.shop.Documents()) != 2 {
		s.t.Errorf("%d sales of one order; calls: %+v", n, calls)
	}
}

// killedWithTheSale kills a worker whose sale was made and that never hears of it.
// Without a look-up nobody but a person can know.
func killedWithTheSale(s *stack) {
	webhook, worker := s.start("webhook"), s.start("sensio-sale")
	lane := s.mapping("sensio-sale", worker)
	p := s.buys("canecas")
	s.accepts(webhook, p)
	s.shop.OnCall(func(string, string) *sensiosim.Fault {
		go worker.kill()
		return &sensiosim.Fault{Mode: sensiosim.WriteThenSilence}
	})
	lane.drain()
	s.shop.OnCall(nil)
	// The message comes again while the claim of the dead one lives, and the store
	// delivers the order once more.
	lane.lapse()
	s.accepts(webhook, p)
	lane.drain()
	s.isIn(p, ledger.Creating, "")

	sweep, later := s.laterSweep(), s.mapping("sensio-sale", s.laterSensioWorker())
	s.clock.advance(leaseAndSpacing)
	if sweep() != 1 || later.drain() != 1 {
		s.t.Error("not woken")
	}
	if e := s.isIn(p, ledger.Uncertain, string(order.NeedsPerson)); !e.Parked() {
		s.t.Errorf("%+v", e)
	}
	if n, calls := s.shop.Count(p.connection, p.id), s.shop.Calls(); n != 1 || len(calls) != 1 {
		s.t.Errorf("%d sales; calls: %+v", n, calls)
	}
}

func rotatedSensioSecret(s *stack) {
	webhook, sweep, later := s.start("webhook"), s.start("sweep"), s.laterSweep()
	lane := s.mapping("sensio-sale", s.laterSensioWorker())
	p := s.buys("camisetas")
	s.shop.Inject(sensiosim.Fault{Method: "POST /sales", Mode: sensiosim.KeyRefused})
	s.accepts(webhook, p)
	lane.drain()
	s.isIn(p, ledger.Waiting, string(order.AccountRests))
	swept := func() ledger.Lane {
		s.t.Helper()
		if _, err := sweep.invoke(`{"time":"2026-11-22T09:00:00Z"}`); err != nil {
			s.t.Fatalf("%v\n%s", err, s.log())
		}
		rest, err := s.ledger.Lane(s.t.Context(), "loja")
		if err != nil {
			s.t.Fatal(err)
		}
		return rest
	}
	if rest := swept(); rest.Secret == "" || !rest.Refused() {
		s.t.Errorf("the rest is ended, or doesn't know its secret: %+v", rest)
	}
	s.rotate("sensio/loja", `{"app_key":"another","app_secret":"`+appSecret+`"}`)
	if rest := swept(); !rest.BlockedUntil.IsZero() || rest.Refused() {
		s.t.Errorf("the rest of the former secret stands: %+v", rest)
	}
	// The refused call was a create: none follows within 61 seconds of it.
	if n := later(); n != 0 {
		s.t.Errorf("woken %d within the spacing", n)
	}
	s.clock.advance(placing.Spacing + time.Second)
	if n := later(); n != 1 {
		s.t.Errorf("woken %d", n)
	}
	lane.drain()
	s.sold(p)
}

func sweepWakesSensio(s *stack) {
	webhook, hurried := s.start("webhook"), s.start("sensio-sale")
	// Lambda's deadline comes before a create could be recorded.
	hurried.timeout = 30 * time.Second
	p := s.buys("camisetas")
	s.accepts(webhook, p)
	s.mapping("sensio-sale", hurried).drain()
	s.isIn(p, ledger.Waiting, "not_sent")
	lane := s.mapping("sensio-sale", s.start("sensio-sale"))
	if _, err := s.start("sweep").invoke(`{"time":"2026-11-22T09:00:00Z"}`); err != nil {
		s.t.Fatalf("%v\n%s", err, s.log())
	}
	if n := lane.drain(); n != 1 {
		s.t.Errorf("%d wake-ups", n)
	}
	s.sold(p)
}

// shopifyIsOneOS has an order that is picked up: an OS has no freight.
func shopifyIsOneOS(s *stack) {
	webhook, lane := s.start("webhook"), s.mapping("omie-os", s.start("omie-os"))
	p := s.buys("retiradas", "24.60", "0.00", "302.52", "277.92")
	p.total = "277.92"
	s.accepts(webhook, p, p)
	if n := lane.drain(); n < 2 {
		s.t.Errorf("%d messages", n)
	}
	s.stamped(p)
}
