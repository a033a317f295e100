package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/awstest"
	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/operator"
)

const (
	// troubledLives is how often serve is started and killed, and calmLives how
	// often it may be started until nothing is left to do: an order rests for an hour
	// at most.
	troubledLives = 13
	calmLives     = 20
	// lifeOrders is how many orders could be placed in the longest life.
	lifeOrders = 6
)

// troubledShop is a shop whose serve is killed at random moments, while the
// network between it and Omie, and between the store and it, cuts connections off,
// and Omie can't be reached now and then.
//
// A process has no clock but the machine's. So time passes between its lives, by
// making older what the ledger remembers; Omie's clock goes on with it.
type troubledShop struct {
	*shop
	trouble     *awstest.Trouble
	omie, store *awstest.Line
	// ahead is how far Omie's clock is ahead of the machine's.
	ahead atomic.Int64
	// unit is how long an order takes here and now.
	unit time.Duration

	bodies map[int][]byte
	// unheard are the purchases to whose delivery the store heard no 200.
	mu      sync.Mutex
	unheard []int
	// lost are the answers of creates that were lost for certain.
	lost atomic.Int64
}

func TestServeThatDiesAtAnyMomentLosesAndDoublesNothing(t *testing.T) {
	t.Parallel() // it mostly waits, as the ERP's limits have it
	s := newTroubledShop(t)
	s.measures()
	s.losesAndDies()
	for range troubledLives {
		s.life()
		s.pass([]time.Duration{0, 62 * time.Second, 6 * time.Minute, 31 * time.Minute}[s.trouble.IntN(4)])
	}
	made, asked := len(s.sim.Documents()), len(s.sim.Calls())
	s.calms()
	s.counts()
	s.happened()
	t.Logf("%d purchases, %d documents of them and %d calls of Omie while serve died %d times; %s", len(s.bodies), made, asked, 1+troubledLives, s.trouble)
}

func newTroubledShop(t *testing.T) *troubledShop {
	t.Helper()
	s := &troubledShop{trouble: awstest.NewTrouble(t), bodies: map[int][]byte{}}
	// An Omie that takes the same cCodIntOS twice: only the ledger stands between a
	// purchase and a second OS.
	sim := omiesim.New(omiesim.Options{NotUnique: true, Now: func() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }})
	t.Cleanup(sim.Close)
	s.omie = awstest.NewLine(t, sim, s.trouble.Fates(6, 100*time.Millisecond))
	s.shop = newShopWith(t, sim, s.omie.URL, "61s")
	to, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	s.store = awstest.NewLine(t, &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(to) },
		Transport: &http.Transport{DisableKeepAlives: true},
		// Who was killed is no news.
		ErrorLog: log.New(io.Discard, "", 0),
	}, s.trouble.Fates(6, 20*time.Millisecond))
	s.url = s.store.URL
	return s
}

// buys makes a purchase.
func (s *troubledShop) buys() int {
	n := len(s.bodies) + 1
	s.bodies[n] = s.body(n)
	return n
}

// measures how long an order takes, so that serve dies in the middle of one on a
// slow machine too.
func (s *troubledShop) measures() {
	s.serve()
	s.listening()
	for range 2 {
		n := s.buys()
		begin := time.Now()
		s.delivered(n)
		s.created(1)
		s.unit = max(200*time.Millisecond, time.Since(begin))
	}
	s.kill()
}

// delivered delivers the purchase until the store hears a 200.
func (s *troubledShop) delivered(n int) {
	s.t.Helper()
	limit := time.After(clocktest.Hang)
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		status, _ := s.send(s.bodies[n])
		if status == http.StatusOK {
			return
		}
		select {
		case <-again.C:
		case <-limit:
			s.t.Fatalf("purchase %d was answered %d for %s", n, status, clocktest.Hang)
		}
	}
}

// losesAndDies is a life of what chance could leave out: Omie makes an OS, and serve
// hears nothing of it; it makes the next one, and serve dies before it could hear.
func (s *troubledShop) losesAndDies() {
	s.t.Helper()
	defer s.settles()
	made, died := make(chan struct{}), make(chan struct{})
	defer close(died)
	create := func(_ *http.Request, body []byte) bool { return bytes.Contains(body, []byte(`"IncluirOS"`)) }
	s.omie.LoseOne(create, func() { s.lost.Add(1) })
	s.omie.LoseOne(create, func() {
		s.lost.Add(1)
		close(made)
		<-died
	})
	s.serve()
	s.listening()
	s.delivered(s.buys())
	s.delivered(s.buys())
	select {
	case <-made:
	case <-time.After(clocktest.Hang):
		s.t.Errorf("%d of 2 creates reached Omie in %s", s.lost.Load(), clocktest.Hang)
	}
	s.kill()
}

// life starts serve and kills it at some moment, which may come before it listens.
func (s *troubledShop) life() {
	s.t.Helper()
	sent := make(chan int, 2*len(s.bodies)+16)
	for range 3 {
		sent <- s.buys()
	}
	// The store delivers again what it was answered 200 too.
	for range 2 {
		sent <- 1 + s.trouble.IntN(len(s.bodies))
	}
	for _, n := range s.unheard {
		sent <- n
	}
	s.unheard = nil
	close(sent)

	s.trouble.Begin()
	s.serve()
	ctx, die := context.WithTimeout(s.t.Context(), s.trouble.Moment(0, min(lifeOrders*s.unit, 5*time.Second)))
	defer die()
	var around sync.WaitGroup
	for range 2 {
		around.Go(func() { s.delivers(ctx, sent) })
	}
	if s.trouble.OneIn(3) {
		around.Go(func() { s.omieDown(ctx) })
	}
	<-ctx.Done()
	s.kill()
	s.trouble.End()
	around.Wait()
	s.settles()
}

// settles lets what the dead asked for be carried out: no call of theirs arrives
// after the time that passes next, since Omie is not that slow.
func (s *troubledShop) settles() {
	s.t.Helper()
	for _, line := range []*awstest.Line{s.store, s.omie} {
		line.Refuse()
		line.Settle()
		line.Accept(s.t)
	}
}

// waits for a time between the two, and is false if the life is over.
func (s *troubledShop) waits(ctx context.Context, from, to time.Duration) bool {
	select {
	case <-time.After(s.trouble.Moment(from, to)):
		return true
	case <-ctx.Done():
		return false
	}
}

// delivers as a store does, which repeats what it hears no 200 to.
func (s *troubledShop) delivers(ctx context.Context, sent <-chan int) {
	for n := range sent {
		heard := false
		s.waits(ctx, 0, s.unit)
		for !heard && ctx.Err() == nil {
			status, answer := s.send(s.bodies[n])
			heard = status == http.StatusOK
			switch status {
			case 0, http.StatusOK, http.StatusServiceUnavailable, http.StatusBadGateway: // the last is the line's
			default:
				s.t.Errorf("purchase %d was answered %d %s", n, status, answer)
			}
			if !heard {
				s.waits(ctx, 0, 40*time.Millisecond)
			}
		}
		if !heard {
			s.mu.Lock()
			s.unheard = append(s.unheard, n)
			s.mu.Unlock()
		}
	}
}

// omieDown has Omie refuse connections for a while.
func (s *troubledShop) omieDown(ctx context.Context) {
	if s.waits(ctx, 0, s.unit) {
		s.omie.Refuse()
		s.waits(ctx, 0, 4*s.unit)
		s.omie.Accept(s.t)
	}
}

// pass lets time pass, which serve doesn't live through.
func (s *troubledShop) pass(d time.Duration) {
	s.t.Helper()
	s.ahead.Add(int64(d))
	l, err := sqlite.Open(s.t.Context(), filepath.Join(s.dir, "data"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer l.Close()
	for key := range s.keys(l) {
		e, err := l.Get(s.t.Context(), key)
		if err == nil {
			_, err = l.Write(s.t.Context(), e, awstest.Older(e, d))
		}
		if err != nil {
			s.t.Fatal(err)
		}
	}
	for _, older := range []string{"UPDATE lanes SET blocked_until = blocked_until - ?", "UPDATE customers SET quiet_until = quiet_until - ?"} {
		if _, err := l.DB().ExecContext(s.t.Context(), older, d.Milliseconds()); err != nil {
			s.t.Fatal(err)
		}
	}
}

func (s *troubledShop) keys(l *sqlite.Ledger) map[string]bool {
	s.t.Helper()
	keys := map[string]bool{}
	if err := l.List(s.t.Context(), ledger.Filter{}, func(e ledger.Entry) bool {
		keys[e.Key] = true
		return true
	}); err != nil {
		s.t.Fatal(err)
	}
	return keys
}

// calms has the store deliver what is left, and goes on until all is created.
func (s *troubledShop) calms() {
	s.t.Helper()
	for range calmLives {
		s.serve()
		for _, n := range s.unheard {
			s.delivered(n)
		}
		s.unheard = nil
		done := s.rests()
		s.kill()
		if done {
			return
		}
		// A start keeps quiet for a minute more whatever a call ended for within a day: its
		// clock may have been set meanwhile. These lives are shorter than that.
		s.pass(25 * time.Hour)
	}
}

// rests waits until serve can do nothing more for now, and tells whether all is
// created.
func (s *troubledShop) rests() bool {
	s.t.Helper()
	limit := time.After(clocktest.Hang)
	again := time.NewTicker(250 * time.Millisecond)
	defer again.Stop()
	for {
		created, later := 0, 0
		orders := s.orders()
		for _, o := range orders {
			switch {
			case o.State == ledger.Created:
				created++
			case (o.State == ledger.Waiting || o.State == ledger.Uncertain) && time.Until(o.NextAttemptAt) > 5*time.Second:
				later++
			}
		}
		if created+later == len(s.bodies) {
			return later == 0
		}
		select {
		case <-again.C:
		case <-limit:
			s.t.Fatalf("of %d purchases %d are created and %d wait:\n%+v", len(s.bodies), created, later, orders)
		}
	}
}

func (s *troubledShop) orders() []operator.EntryView {
	s.t.Helper()
	var orders []operator.EntryView
	if out := s.carimbo("orders", "list", "--json"); json.Unmarshal(out, &orders) != nil {
		s.t.Fatalf("orders list --json printed %q", out)
	}
	return orders
}

// counts checks that each purchase is one document and one entry, and that nothing
// else is left anywhere. A process that was killed makes no dead letter.
func (s *troubledShop) counts() {
	s.t.Helper()
	paid, noted, made := map[string]string{}, map[string]string{}, map[string]string{}
	for n := range s.bodies {
		id := fmt.Sprintf("HP%06d", n)
		paid[erp.NewReference("cursos", "", id).Code] = fmt.Sprintf("%s for %s over %d.90", id, taxIDOf(buyerOf(n)), 100+n)
	}
	entries := s.orders()
	for _, o := range entries {
		noted[o.Code] = string(o.State) + " over " + o.Total + " as " + o.ERPID + " number " + o.ERPNumber
	}
	documents, ids := s.sim.Documents(), map[string]string{}
	for _, d := range documents {
		made[d.CodInt] = d.OrderNumber + " for " + d.CustomerTaxID + " over " + d.Total.String()
		ids[d.CodInt] = "created over " + d.Total.String() + " as " + strconv.FormatInt(d.NCodOS, 10) + " number " + d.NumOS
	}
	if diff := cmp.Diff(paid, made); diff != "" || len(documents) != len(paid) {
		s.t.Errorf("%d documents for %d purchases (-paid +Omie):\n%s", len(documents), len(paid), diff)
	}
	if diff := cmp.Diff(ids, noted); diff != "" || len(entries) != len(paid) {
		s.t.Errorf("%d entries for %d purchases (-Omie +ledger):\n%s", len(entries), len(paid), diff)
	}
	var dead []operator.DeadLetterView
	if out := s.carimbo("dlq", "list", "--json"); json.Unmarshal(out, &dead) != nil || len(dead) != 0 {
		s.t.Errorf("dead letters: %s", out)
	}
	for _, v := range s.sim.Violations() {
		s.t.Errorf("a limit of Omie was broken: %s", v)
	}
}

// happened checks that this test saw what it is about: a create of which serve
// heard nothing and one of which it died, and look-ups that found what both made.
func (s *troubledShop) happened() {
	s.t.Helper()
	l, err := sqlite.Open(s.t.Context(), filepath.Join(s.dir, "data"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer l.Close()
	found := map[string]int{}
	for key := range s.keys(l) {
		e, err := l.Get(s.t.Context(), key)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, a := range e.Timeline {
			if e.Found && a.Did == "create" {
				found[a.Answer]++
			}
		}
	}
	if lost := s.lost.Load(); lost != 2 || found[string(erp.Lost)] == 0 || found["lapsed"] == 0 {
		s.t.Errorf("the answers of %d creates were lost for certain; of the documents that look-ups found the creates' answers were %v", lost, found)
	}
}
