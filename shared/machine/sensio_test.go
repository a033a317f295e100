package machine_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp/sensio/sensiosim"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
)

const (
	sensioConfig = `{
	"erps": {"loja": {"kind": "sensio", "base_url": "https://sensio.example/v1", "headers": {"Authorization": "Bearer {app_secret}"},
		"items": {"CURSO-GO": {"productId": "prod-1"}}}},
	"connections": {"cursos": {"platform": "hotmart", "erp": "loja", "since": "2026-11-01"}}
}`
	lookUpConfig = `"lookup": {"path": "/sales?orig={orig}&origId={origId}", "rows": "response", "id": "id"}, "items"`
)

func withLookUp(config string) string {
	return strings.Replace(config, `"items"`, lookUpConfig, 1)
}

// sensioBench is a bench whose ERP is a strict Sensio. It has no uniqueness: who
// asks twice has two sales.
type sensioBench struct {
	*bench
	shop *sensiosim.Sim
	// canLookUp is what an operator's command knows of the account.
	canLookUp bool
	// others counts the orders of idle.
	others int
}

func newSensioBench(t *testing.T, config string, options sensiosim.Options) *sensioBench {
	t.Helper()
	b := plainBench(t, config)
	// Early enough for days to pass: deadlines are the wall clock's.
	b.clock.Set(time.Date(2026, 11, 5, 12, 0, 0, 0, time.UTC))
	options.Now, options.Authorization, options.Items = b.clock.Now, "Bearer secret-of-the-company", []sensiosim.Item{{ID: "prod-1"}}
	shop := sensiosim.New(options)
	server := httptest.NewServer(shop)
	t.Cleanup(func() {
		shop.Close()
		server.CloseClientConnections()
		server.Close()
	})
	b.sensioURL = server.URL
	b.start()
	return &sensioBench{bench: b, shop: shop, canLookUp: strings.Contains(config, "lookup")}
}

// apply carries out an operator's command and lets the machine go on.
func (b *sensioBench) apply(p purchase, command placing.Event) placing.Step {
	b.t.Helper()
	b.idle()
	rules := placing.Rules{Spacing: placing.Spacing, CanLookUp: b.canLookUp}
	_, step, err := placing.Apply(b.t.Context(), b.machine.Ledger(), rules, p.key(), command, b.clock.Now)
	if err != nil {
		b.t.Fatal(err)
	}
	b.machine.Wake(b.t.Context())
	return step
}

// lose sends a purchase whose create ends in the fault.
func (b *sensioBench) lose(n int, mode sensiosim.Mode) purchase {
	b.t.Helper()
	b.shop.Inject(sensiosim.Fault{Method: "POST /sales", Mode: mode})
	p := b.purchase(n)
	b.accept(p)
	b.reaches(p.key(), ledger.Uncertain)
	return p
}

// parked waits until the order is a person's and looks whether it says how to end
// that.
func (b *sensioBench) parked(p purchase) {
	b.t.Helper()
	b.until(p.key()+" is parked", func() bool {
		e := b.entry(p.key())
		return e.Parked() && e.Lease.IsZero()
	})
	if e := b.entry(p.key()); e.Reason.Kind != order.NeedsPerson || !strings.Contains(e.Reason.Message.String(), "orders resolve --created ID or --absent") {
		b.t.Errorf("parked for %+v", e.Reason)
	}
}

// idle places another order, so that all that was due before is done and its
// message gone: the lane is serial.
func (b *sensioBench) idle() {
	b.t.Helper()
	b.others++
	p := b.purchase(100 + b.others)
	b.accept(p)
	b.reaches(p.key(), ledger.Created)
}

// settled is idle a day later.
func (b *sensioBench) settled() {
	b.t.Helper()
	b.later(24 * time.Hour)
	b.idle()
}

// asked is how often Sensio was asked for a sale of the purchase, and looked up.
func (b *sensioBench) asked(p purchase) (creates, lookUps int) {
	for _, c := range b.shop.Calls() {
		switch {
		case c.Code != p.transaction:
		case c.Method == "POST /sales":
			creates++
		default:
			lookUps++
		}
	}
	return creates, lookUps
}

// id is Sensio's own of the purchase's sale.
func (b *sensioBench) id(p purchase) string {
	b.t.Helper()
	for _, d := range b.shop.Documents() {
		if d.OrigID == p.transaction {
			return d.ID
		}
	}
	b.t.Fatalf("%s has no sale", p.transaction)
	return ""
}

// sales is how many sales Sensio has of the purchase, and how often it was asked
// for one and looked up.
func (b *sensioBench) sales(p purchase, sales, creates, lookUps int) {
	b.t.Helper()
	asked, looked := b.asked(p)
	if n := b.shop.Count("cursos", p.transaction); n != sales || asked != creates || looked != lookUps {
		b.t.Errorf("%s: %d sales after %d creates and %d look-ups, want %d, %d and %d", p.transaction, n, asked, looked, sales, creates, lookUps)
	}
}

// prove lets the look-up find a sale of ours for once.
func (b *sensioBench) prove(n int) {
	b.t.Helper()
	p := b.lose(n, sensiosim.WriteThenReset)
	b.later(placing.Spacing)
	e := b.reaches(p.key(), ledger.Created)
	if !e.Found || e.ERPID != b.id(p) {
		b.t.Errorf("the entry is %+v", e)
	}
	b.sales(p, 1, 1, 1)
}

var ana = placing.Person{By: "ana", Note: "looked in Sensio"}

func TestAPaidPurchaseBecomesOneSaleOfSensio(t *testing.T) {
	t.Parallel()
	b := newSensioBench(t, sensioConfig, sensiosim.Options{})
	p := b.purchase(1)
	b.accept(p, p)
	e := b.reaches(p.key(), ledger.Created)
	b.settled()
	b.sales(p, 1, 1, 0)
	d := b.shop.Documents()[0]
	if d.Total.String() != "101.90" || d.Customer != "Ana Lima" || e.ERPID != d.ID || e.Found || e.Payload != nil {
		t.Errorf("the sale is %+v and the entry %+v", d, e)
	}
}

func TestAnUncertainSaleWithoutALookUpIsAPersonsAtOnce(t *testing.T) {
	t.Parallel()
	for mode, sales := range map[sensiosim.Mode]int{sensiosim.WriteThenReset: 1, sensiosim.WriteThenHTML: 1, sensiosim.WriteThenNoID: 1, sensiosim.Reset: 0, sensiosim.Mute: 0} {
		t.Run(string(mode), func(t *testing.T) {
			b := newSensioBench(t, sensioConfig, sensiosim.Options{})
			p := b.lose(1, mode)
			b.parked(p)
			if step := b.apply(p, placing.Retry{Person: ana}); step.Do != placing.Refuse || !strings.Contains(step.Why.String(), "carimbo orders resolve") {
				t.Errorf("a retry that could only guess: %+v", step)
			}
			b.accept(p) // the store sends it again
			b.settled()
			b.parked(p)
			b.sales(p, sales, 1, 0)
		})
	}
}

func TestResolvedAsCreatedItEndsWithTheIDThatThePersonSaw(t *testing.T) {
	t.Parallel()
	b := newSensioBench(t, sensioConfig, sensiosim.Options{})
	p := b.lose(1, sensiosim.WriteThenReset)
	b.parked(p)
	id := b.id(p)
	if step := b.apply(p, placing.ResolveCreated{Person: ana, ID: id}); step.Do == placing.Refuse {
		t.Fatal(step.Why)
	}
	if e := b.reaches(p.key(), ledger.Created); e.ERPID != id || e.Found || e.Payload != nil {
		t.Errorf("the entry is %+v", e)
	}
	b.settled()
	b.sales(p, 1, 1, 0)
}

func TestResolvedAsAbsentItIsCreatedOnceMore(t *testing.T) {
	t.Parallel()
	b := newSensioBench(t, sensioConfig, sensiosim.Options{})
	p := b.lose(1, sensiosim.Reset)
	b.parked(p)
	if step := b.apply(p, placing.ResolveAbsent{Person: ana}); step.Do != placing.Refuse || !strings.Contains(step.Why.String(), "may still be applied") {
		t.Errorf("absent a moment after the call: %+v", step)
	}
	b.clock.Pass(placing.Spacing)
	if step := b.apply(p, placing.ResolveAbsent{Person: ana}); step.Do == placing.Refuse {
		t.Fatal(step.Why)
	}
	b.reaches(p.key(), ledger.Created)
	b.settled()
	b.sales(p, 1, 2, 0)
}

func TestWithALookUpALostSaleEndsByItself(t *testing.T) {
	t.Parallel()
	b := newSensioBench(t, withLookUp(sensioConfig), sensiosim.Options{})
	// The first lost one is there. It is found, and that proves the look-up.
	b.prove(1)
	// So one that is not there is known not to be, and created again.
	p := b.lose(2, sensiosim.Reset)
	b.later(placing.Spacing)
	if e := b.reaches(p.key(), ledger.Created); e.Found {
		t.Error("a sale that was created is marked as found")
	}
	// One that arrives late is not doubled.
	b.shop.Inject(sensiosim.Fault{Method: "POST /sales", Mode: sensiosim.DelayedApplyReset, Delay: 50 * time.Second})
	late := b.purchase(3)
	b.accept(late)
	b.reaches(late.key(), ledger.Uncertain)
	b.later(placing.Spacing)
	b.reaches(late.key(), ledger.Created)
	b.settled()
	b.sales(p, 1, 2, 1)
	b.sales(late, 1, 1, 1)
}

// The answer of the first create is lost, the list is late, so the second create is
// refused, since the sale is there.
func TestASaleThatSensioHasAlreadyIsFoundInAnyWords(t *testing.T) {
	t.Parallel()
	for said, status := range map[string]int{"Já existe um pedido com este orig e origId": 400, "Venda já importada": 422, "E11000 duplicate key error": 500} {
		t.Run(said, func(t *testing.T) {
			b := newSensioBench(t, withLookUp(sensioConfig), sensiosim.Options{})
			b.prove(1)
			b.shop.SetLag(70 * time.Second)
			p := b.lose(2, sensiosim.WriteThenReset)
			b.shop.Inject(sensiosim.Fault{Method: "POST /sales", Mode: sensiosim.Refusal, Status: status, Text: said})
			b.later(placing.Spacing)
			b.until("it was created again", func() bool { creates, _ := b.asked(p); return creates == 2 })
			b.later(placing.Spacing)
			if e := b.reaches(p.key(), ledger.Created); !e.Found {
				t.Errorf("the entry is %+v", e)
			}
			b.settled()
			b.sales(p, 1, 2, 2)
		})
	}
}

func TestWhatContradictsItselfIsFoundOrKeepsItsReason(t *testing.T) {
	t.Parallel()
	b := newSensioBench(t, strings.Replace(withLookUp(sensioConfig), `"id": "id"`, `"id": "id", "none": {"success": false}`, 1), sensiosim.Options{None: sensiosim.NotSuccess})
	b.prove(1)
	there := b.lose(2, sensiosim.WriteThenFalse)
	b.shop.Inject(sensiosim.Fault{Method: "POST /sales", Mode: sensiosim.SuccessFalse, Status: 201})
	absent := b.purchase(3)
	b.accept(absent)
	b.reaches(absent.key(), ledger.Uncertain)
	b.later(placing.Spacing)
	if e := b.reaches(there.key(), ledger.Created); !e.Found {
		t.Errorf("the entry is %+v", e)
	}
	if e := b.reaches(absent.key(), ledger.Rejected); e.Reason.Kind != order.RefusedByERP || !strings.Contains(e.Reason.Message.String(), "Pedido não registrado") {
		t.Errorf("rejected for %+v", e.Reason)
	}
	b.settled()
	b.sales(there, 1, 1, 2) // it is what the other's absence is proved by
	b.sales(absent, 0, 1, 1)
}

func TestAnEmptyAnswerProvesNothingUntilTheLookUpHasFoundASale(t *testing.T) {
	t.Parallel()
	b := newSensioBench(t, withLookUp(sensioConfig), sensiosim.Options{})
	p := b.lose(1, sensiosim.Reset)
	b.later(placing.Spacing)
	b.parked(p)
	b.sales(p, 0, 1, 1)

	// A retry looks, and never creates.
	if step := b.apply(p, placing.Retry{Person: ana}); step.Do == placing.Refuse {
		t.Fatal(step.Why)
	}
	b.later(placing.Spacing)
	b.until("the retry looked", func() bool { _, looked := b.asked(p); return looked == 2 })
	b.parked(p)
	b.sales(p, 0, 1, 2)

	b.prove(2)
	b.parked(p)
	b.sales(p, 0, 1, 2)
	b.apply(p, placing.Retry{Person: ana})
	b.later(placing.Spacing)
	b.reaches(p.key(), ledger.Created)
	b.settled()
	b.sales(p, 1, 2, 3)
}

func TestAFilterThatIsNotHonouredMakesNoSecondSale(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mode  sensiosim.Mode
		sales int
	}{"of a sale that is there": {sensiosim.WriteThenReset, 1}, "of one that is not": {sensiosim.Reset, 0}} {
		t.Run(name, func(t *testing.T) {
			b := newSensioBench(t, withLookUp(sensioConfig), sensiosim.Options{PageSize: 1})
			b.prove(1)
			b.shop.SetFilter(sensiosim.Ignored)
			p := b.lose(2, c.mode)
			// The page that the look-up shows is another's.
			other := b.purchase(3)
			b.accept(other)
			b.reaches(other.key(), ledger.Created)
			b.later(placing.Spacing)
			b.parked(p)
			b.settled()
			b.sales(p, c.sales, 1, 1)
		})
	}
}

func TestAnIgnoredFilterThatShowsTheSaleProvesNoOthersAbsence(t *testing.T) {
	t.Parallel()
	b := newSensioBench(t, withLookUp(sensioConfig), sensiosim.Options{Filter: sensiosim.Ignored})
	other := b.purchase(1)
	b.accept(other)
	b.reaches(other.key(), ledger.Created)
	found := b.lose(2, sensiosim.WriteThenReset)
	b.later(placing.Spacing)
	if e := b.reaches(found.key(), ledger.Created); !e.Found {
		t.Error("a sale that a look-up found is not marked as found")
	}
	b.shop.SetFilter(sensiosim.Deaf)
	p := b.lose(3, sensiosim.WriteThenReset)
	b.later(placing.Spacing)
	b.parked(p)
	b.sales(p, 1, 1, 1)
}

func TestADeafLookUpIsAPersonsAndBothWordsEndIt(t *testing.T) {
	t.Parallel()
	b := newSensioBench(t, withLookUp(sensioConfig), sensiosim.Options{Filter: sensiosim.Deaf})
	there, absent := b.lose(1, sensiosim.WriteThenReset), b.lose(2, sensiosim.Reset)
	b.later(placing.Spacing)
	b.parked(there)
	b.parked(absent)
	b.clock.Pass(placing.Spacing)

	id := b.id(there)
	b.apply(there, placing.ResolveCreated{Person: ana, ID: id})
	b.later(placing.Spacing)
	if e := b.reaches(there.key(), ledger.Created); e.ERPID != id {
		t.Errorf("the entry is %+v", e)
	}
	if step := b.apply(absent, placing.ResolveAbsent{Person: ana}); step.Do == placing.Refuse {
		t.Fatal(step.Why)
	}
	b.reaches(absent.key(), ledger.Created)
	b.settled()
	b.sales(there, 1, 1, 2)
	b.sales(absent, 1, 2, 1)
}

func TestAWordThatTheLookUpContradictsDoesNotCount(t *testing.T) {
	t.Parallel()
	b := newSensioBench(t, withLookUp(sensioConfig), sensiosim.Options{})
	b.prove(1)
	b.shop.SetFilter(sensiosim.Missing)
	p := b.lose(2, sensiosim.WriteThenReset)
	b.shop.SetFilter(sensiosim.Honoured)
	b.apply(p, placing.ResolveCreated{Person: ana, ID: "another"})
	b.later(placing.Spacing)
	b.until("the wrong id is told", func() bool { return b.entry(p.key()).Parked() })
	if e := b.entry(p.key()); !strings.Contains(e.Reason.Message.String(), "resolve again with the right id") {
		t.Errorf("parked for %+v", e.Reason)
	}
	if step := b.apply(p, placing.ResolveCreated{Person: ana, ID: b.id(p)}); step.Do == placing.Refuse {
		t.Fatal(step.Why)
	}
	b.later(placing.Spacing)
	b.reaches(p.key(), ledger.Created)
	b.sales(p, 1, 1, 2)
}

func TestAnotherLookUpHasToProveItselfAnew(t *testing.T) {
	t.Parallel()
	b := newSensioBench(t, withLookUp(sensioConfig), sensiosim.Options{})
	b.prove(1)
	b.configure(strings.Replace(withLookUp(sensioConfig), "/sales?orig", "/sales?page=1&orig", 1))
	b.shop.SetFilter(sensiosim.Deaf)
	p := b.lose(2, sensiosim.WriteThenReset)
	b.later(placing.Spacing)
	b.parked(p)
	b.settled()
	b.sales(p, 1, 1, 1)
}

func TestALookUpThatIsNotThereIsGivenUpAfterSevenDays(t *testing.T) {
	t.Parallel()
	b := newSensioBench(t, withLookUp(sensioConfig), sensiosim.Options{Filter: sensiosim.Missing})
	p := b.lose(1, sensiosim.WriteThenReset)
	b.later(placing.Spacing)
	b.until("the look-up was tried", func() bool { _, looked := b.asked(p); return looked == 1 })
	b.reaches(p.key(), ledger.Uncertain)
	b.later(placing.Patience)
	b.parked(p)
	b.settled()
	b.sales(p, 1, 1, 2)
}
