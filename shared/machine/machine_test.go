package machine_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/platform/shopify"
)

func TestAPaidPurchaseBecomesOneOSWithTotalCustomerAndCode(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.purchase(1)
	b.accept(p)
	e := b.reaches(p.key(), ledger.Created)
	documents := b.sim.Documents()
	if len(documents) != 1 {
		t.Fatalf("the ERP holds %d documents, want one", len(documents))
	}
	d := documents[0]
	if d.CodInt != e.Reference.Code || d.Total.String() != "101.90" || d.CustomerTaxID != p.document || d.OrderNumber != p.transaction {
		t.Errorf("the document is %+v", d)
	}
	if e.ERPNumber != d.NumOS || e.Found || e.Total != "101.90" || e.Customer != "A.L." || e.Payload != nil {
		t.Errorf("the entry is %+v", e)
	}
}

func TestTheSameWebhookTwentyTimesAndAnHourLaterIsOneOS(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.purchase(1)
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if status := b.deliver(p); status != 200 {
				t.Errorf("answered %d, want 200", status)
			}
		})
	}
	group.Wait()
	b.reaches(p.key(), ledger.Created)
	b.later(time.Hour)
	again := b.purchase(2)
	b.accept(p, again)
	// The lane is serial: when the second order is there, the repeat was handled.
	b.reaches(again.key(), ledger.Created)
	if n := len(b.sim.Documents()); n != 2 {
		t.Errorf("the ERP holds %d documents for two purchases", n)
	}
}

func TestTwentyOrdersOutliveAnERPThatIsDownForAWhile(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	up := b.down()
	var purchases []purchase
	for n := range 20 {
		purchases = append(purchases, b.purchase(n))
	}
	b.accept(purchases...)
	for _, p := range purchases {
		if e := b.reaches(p.key(), ledger.Waiting); e.Reason.Kind != order.ERPDown {
			t.Errorf("%s waits for %s, want %s", p.transaction, e.Reason.Kind, order.ERPDown)
		}
	}
	up()
	b.later(placing.Spacing)
	for _, p := range purchases {
		b.reaches(p.key(), ledger.Created)
	}
	if n := len(b.sim.Documents()); n != 20 {
		t.Errorf("the ERP holds %d documents for 20 purchases", n)
	}
}

func TestALostAnswerIsLookedUpAndTheDocumentAdopted(t *testing.T) {
	t.Parallel()
	for _, mode := range []omiesim.Mode{omiesim.WriteThenReset, omiesim.WriteThenHTML, omiesim.WriteThenGarbage} {
		t.Run(string(mode), func(t *testing.T) {
			b := newBench(t)
			b.sim.Inject(omiesim.Fault{Method: "IncluirOS", Mode: mode})
			p := b.purchase(1)
			b.accept(p)
			e := b.reaches(p.key(), ledger.Uncertain)
			if e.Reason.Kind != order.LostAnswer {
				t.Errorf("uncertain for %s, want %s", e.Reason.Kind, order.LostAnswer)
			}
			b.later(placing.Spacing - time.Second)
			if looked := calls(b, "ConsultarOS"); looked != 0 {
				t.Errorf("looked up %d times before 61 s were over", looked)
			}
			b.later(2 * time.Second)
			if e := b.reaches(p.key(), ledger.Created); !e.Found {
				t.Error("a document that a look-up found is not marked as found")
			}
			if n := len(b.sim.Documents()); n != 1 {
				t.Errorf("the ERP holds %d documents, want one", n)
			}
		})
	}
}

func TestALostAnswerWithoutADocumentIsCreatedAfterTheProof(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.sim.Inject(omiesim.Fault{Method: "IncluirOS", Mode: omiesim.Reset})
	p := b.purchase(1)
	b.accept(p)
	b.reaches(p.key(), ledger.Uncertain)
	b.later(placing.Spacing)
	b.reaches(p.key(), ledger.Created)
	if n := len(b.sim.Documents()); n != 1 || calls(b, "ConsultarOS") != 1 {
		t.Errorf("%d documents after %d look-ups, want one after one", n, calls(b, "ConsultarOS"))
	}
}

func TestALostCallThatIsAppliedLateIsNotDoubled(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.sim.Inject(omiesim.Fault{Method: "IncluirOS", Mode: omiesim.DelayedApplyReset, Delay: 50 * time.Second})
	p := b.purchase(1)
	b.accept(p)
	b.reaches(p.key(), ledger.Uncertain)
	b.later(placing.Spacing)
	b.reaches(p.key(), ledger.Created)
	if n := len(b.sim.Documents()); n != 1 {
		t.Errorf("the ERP holds %d documents, want one", n)
	}
}

func TestABlockedAccountRestsAndNoCallGoesOut(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.sim.Inject(omiesim.Fault{Method: "IncluirOS", Mode: omiesim.Blocked, Delay: 30 * time.Minute})
	first, second := b.purchase(1), b.purchase(2)
	b.accept(first)
	if e := b.reaches(first.key(), ledger.Waiting); e.Reason.Kind != order.AccountRests || e.Attempts != 0 {
		t.Errorf("waits for %s after %d attempts, want %s after none", e.Reason.Kind, e.Attempts, order.AccountRests)
	}
	before := len(b.sim.Calls())
	b.accept(second)
	b.reaches(second.key(), ledger.Waiting)
	b.later(29 * time.Minute)
	if n := len(b.sim.Calls()); n != before {
		t.Errorf("%d calls went out of an account that rests", n-before)
	}
	b.later(2*time.Minute + placing.Spacing) // the one that drew the rest goes behind the other
	b.reaches(first.key(), ledger.Created)
	b.reaches(second.key(), ledger.Created)
}

func TestARefusedKeyIsProbedEverMoreSeldom(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.sim.Inject(omiesim.Fault{Mode: omiesim.KeyRefused, Times: 2})
	p := b.purchase(1)
	b.accept(p)
	e := b.reaches(p.key(), ledger.Waiting)
	first := e.Until.Sub(b.clock.Now())
	b.clock.Pass(first)
	b.machine.Wake(t.Context())
	b.until("the second refusal", func() bool { return b.entry(p.key()).Until.After(e.Until) })
	second := b.entry(p.key()).Until.Sub(b.clock.Now())
	if second < 2*first-5*time.Second {
		t.Errorf("the account rested %s and then %s", first, second)
	}
	b.later(second)
	b.reaches(p.key(), ledger.Created)
	if lane, err := b.machine.Ledger().Lane(t.Context(), "estudio"); err != nil || lane.Strikes != 0 {
		t.Errorf("after a call that was let in the breaker has %d strikes (%v)", lane.Strikes, err)
	}
}

func TestAnUnknownRefusalIsLookedUpOnceAndNeverCreatedAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.sim.Inject(omiesim.Fault{Method: "IncluirOS", Mode: omiesim.Refusal, Status: 500, Code: "SOAP-ENV:Client-9999", Text: "ERROR: O astro rei não brilhou hoje."})
	p := b.purchase(1)
	b.accept(p)
	if e := b.reaches(p.key(), ledger.Uncertain); e.Reason.Kind != order.UnknownFault {
		t.Errorf("uncertain for %s, want %s", e.Reason.Kind, order.UnknownFault)
	}
	b.later(placing.Spacing)
	e := b.reaches(p.key(), ledger.Rejected)
	if e.Reason.Kind != order.RefusedByERP || !strings.Contains(e.Reason.Message.String(), "astro rei") {
		t.Errorf("rejected for %+v, want the ERP's words", e.Reason)
	}
	b.later(24 * time.Hour)
	if calls(b, "IncluirOS") != 1 {
		t.Errorf("created %d times, want once", calls(b, "IncluirOS"))
	}
}

func TestAnUnmappedSKUGoesThroughAfterTheMappingIsAdded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.purchase(1)
	p.offer = "SEM-MAPA"
	b.accept(p)
	e := b.reaches(p.key(), ledger.Rejected)
	for _, word := range []string{"SEM-MAPA", "erps.estudio.services", "connections.yaml"} {
		if e.Reason.Kind != order.Mapping || !strings.Contains(e.Reason.Message.String(), word) {
			t.Errorf("the reason %+v does not say %s", e.Reason, word)
		}
	}
	b.configure(strings.Replace(plainConfig, `"services": {`, `"services": {"SEM-MAPA": {"cCodIntServico": "MANUT-01"}, `, 1))
	if step := b.apply(p.key(), placing.Retry{Person: placing.Person{By: "ana"}}); step.Do == placing.Refuse {
		t.Fatalf("retry was refused: %s", step.Why)
	}
	b.machine.Wake(t.Context())
	b.reaches(p.key(), ledger.Created)
}

func TestARejectedPurchaseGoesThroughWhenItComesAgainMended(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	wrong := b.purchase(1)
	wrong.document = "52998224720"
	b.accept(wrong)
	if e := b.reaches(wrong.key(), ledger.Rejected); e.Reason.Kind != order.TaxIDReason {
		t.Errorf("rejected for %s, want %s", e.Reason.Kind, order.TaxIDReason)
	}
	b.clock.Pass(time.Minute)
	mended := b.purchase(1)
	b.accept(mended)
	b.reaches(mended.key(), ledger.Created)
	if d := b.sim.Documents(); len(d) != 1 || d[0].CustomerTaxID != mended.document {
		t.Errorf("the ERP holds %+v", d)
	}
}

func TestAWrongOrderIsRejectedWithAReasonAndNothingIsSent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		mend   func(*purchase)
		config func(string) string
		kind   order.ReasonKind
		says   string
	}{
		{name: "another currency", mend: func(p *purchase) { p.currency = "USD" }, kind: order.CurrencyReason, says: "USD"},
		{name: "a negative amount", mend: func(p *purchase) { p.price = "-1.00" }, kind: order.TotalReason, says: "-1.00"},
		{name: "a fraction of a cent", mend: func(p *purchase) { p.price = "10.001" }, kind: order.TotalReason, says: "10.001"},
		{name: "an SKU that is not mapped", mend: func(p *purchase) { p.offer = "OUTRA" }, kind: order.Mapping, says: "OUTRA"},
		{name: "no tax id and no default customer", mend: func(p *purchase) { p.document = "" }, kind: order.TaxIDReason, says: "customer"},
		{name: "a wrong tax id", mend: func(p *purchase) { p.document = "11111111111" }, kind: order.TaxIDReason, says: "tax id"},
		{name: "a wrong tax id, whatever the default customer", mend: func(p *purchase) { p.document = "123" }, config: withDefaultCustomer, kind: order.TaxIDReason, says: "tax id"},
		{name: "paid more than 400 days ago", mend: func(p *purchase) { p.approved = p.approved.AddDate(0, 0, -401) }, config: since2020, kind: order.TooOld, says: "400 days"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			if c.config != nil {
				b.configure(c.config(plainConfig))
			}
			p := b.purchase(1)
			c.mend(&p)
			b.accept(p)
			e := b.reaches(p.key(), ledger.Rejected)
			if e.Reason.Kind != c.kind || !strings.Contains(e.Reason.Message.String(), c.says) {
				t.Errorf("rejected for %+v, want %s and %q", e.Reason, c.kind, c.says)
			}
			if p.document != "" && strings.Contains(e.Reason.Message.String(), p.document) {
				t.Error("the reason shows the tax id")
			}
			if n := len(b.sim.Calls()); n != 0 {
				t.Errorf("%d calls went to the ERP", n)
			}
		})
	}
}

func withDefaultCustomer(config string) string {
	return strings.Replace(config, `"services":`, `"customer": {"default": 3795260786}, "services":`, 1)
}

func since2020(config string) string { return strings.Replace(config, "2026-11-01", "2020-01-01", 1) }

func TestAnOrderWithoutATaxIDGoesToTheDefaultCustomer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.configure(withDefaultCustomer(plainConfig))
	p := b.purchase(1)
	p.document = ""
	b.accept(p)
	b.reaches(p.key(), ledger.Created)
	if d := b.sim.Documents(); len(d) != 1 || d[0].CustomerID != "3795260786" {
		t.Errorf("the ERP holds %+v", d)
	}
}

// TestAfterTheCreateNothingPersonalStays is rule 18.
func TestAfterTheCreateNothingPersonalStays(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.purchase(1)
	b.accept(p)
	e := b.reaches(p.key(), ledger.Created)
	kept, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	for _, private := range []string{"Ana", "Lima", "ana@example.com", p.document} {
		if strings.Contains(string(kept), private) {
			t.Errorf("the entry keeps %q", private)
		}
	}
	if e.Digest == "" || e.Document.Digest == "" {
		t.Error("the digests of payload and document did not stay")
	}
}

func TestWhatNobodyUnderstandsIsOnAPersonsList(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r, err := http.NewRequest(http.MethodPost, b.url+"/webhooks/cursos", strings.NewReader("<order/>"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Hotmart-Hottok", token)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	var mine []ledger.Entry
	b.until("one order waits for a person", func() bool {
		mine = nil
		err := b.machine.Ledger().List(t.Context(), ledger.Filter{Mine: true}, func(e ledger.Entry) bool { mine = append(mine, e); return true })
		return err == nil && len(mine) == 1
	})
	if response.StatusCode != 200 || mine[0].Reason.Kind != order.NotUnderstood {
		t.Errorf("answered %d, listed %+v", response.StatusCode, mine[0])
	}
	if step := b.apply(mine[0].Key, placing.Retry{}); step.Do != placing.Refuse {
		t.Error("an order that nobody understands may be retried, under a key that is not its own")
	}
}

func TestARefundBeforeTheCreateMakesNoDocument(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"before the purchase", "while it waits"} {
		t.Run(when, func(t *testing.T) {
			b := newBench(t)
			paid := b.purchase(1)
			refund := paid
			refund.event = "PURCHASE_REFUNDED"
			if when == "before the purchase" {
				b.accept(refund, paid)
				// The lane is serial: a later order there says that both were handled.
			} else {
				up := b.down()
				b.accept(paid)
				b.reaches(paid.key(), ledger.Waiting)
				b.accept(refund)
				b.reaches(paid.key(), ledger.Rejected)
				up()
			}
			other := b.purchase(2)
			b.accept(other)
			b.reaches(other.key(), ledger.Created)
			b.later(time.Hour)
			e := b.reaches(paid.key(), ledger.Rejected)
			if e.Reason.Kind != order.Reversed || b.sim.Count(e.Reference.Code) != 0 {
				t.Errorf("%s: rejected for %s with %d documents", when, e.Reason.Kind, b.sim.Count(e.Reference.Code))
			}
		})
	}
}

func TestWhatBreaksInOneAccountLeavesTheOthersAlone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.configure(strings.NewReplacer(
		`"erps": {`, `"erps": {"quebrada": {"kind": "omie", "services": {}}, `,
		`"connections": {`, `"connections": {"outra": {"platform": "hotmart", "erp": "quebrada", "since": "2026-11-01"}, `).Replace(plainConfig))
	p := b.purchase(1)
	b.accept(p)
	b.reaches(p.key(), ledger.Created)
}

func TestAMachineThatStopsInTheMiddleLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var purchases []purchase
	for n := range 10 {
		purchases = append(purchases, b.purchase(n))
	}
	b.accept(purchases...)
	b.stop()
	b.start()
	for _, p := range purchases {
		b.reaches(p.key(), ledger.Created)
	}
	if n := len(b.sim.Documents()); n != 10 {
		t.Errorf("the ERP holds %d documents for 10 purchases", n)
	}
}

func TestAMachineThatIsToldToEndSaysForHowManyOrdersItWaits(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.accept(b.purchase(1))
	b.reaches(b.purchase(1).key(), ledger.Created)
	b.until("nothing is under way", func() bool { return b.machine.UnderWay() == 0 })
	b.stop()
	select {
	case n := <-b.drains:
		t.Errorf("it waited for %d orders where all were done", n)
	default:
	}
	b.start()
	b.sim.Inject(omiesim.Fault{Method: "IncluirOS", Mode: omiesim.Hang})
	p := b.purchase(2)
	b.accept(p)
	b.until("the call is under way", func() bool { return b.entry(p.key()).State == ledger.Creating })
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b.stop()
	}()
	if n := <-b.drains; n != 1 {
		t.Errorf("it waits for %d orders, want one", n)
	}
	b.sim.Close()
	b.erp.CloseClientConnections()
	<-ended
}

// TestALeaseOfADeadProcessCountsAsLapsedAtTheStart is trace 6: a look-up at once
// would miss what the dead process sent a moment ago.
func TestALeaseOfADeadProcessCountsAsLapsedAtTheStart(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.purchase(1)
	up := b.down()
	b.accept(p)
	b.reaches(p.key(), ledger.Waiting)
	b.stop()
	up()
	// What a process leaves that was killed between its write and its call.
	b.leave(p.key(), ledger.Creating)
	b.start()
	e := b.reaches(p.key(), ledger.Uncertain)
	if wait := e.Until.Sub(b.clock.Now()); e.Reason.Kind != order.Lapsed || wait < placing.Spacing-time.Second {
		t.Errorf("uncertain for %s and looked up in %s, want %s and %s", e.Reason.Kind, wait, order.Lapsed, placing.Spacing)
	}
	b.later(placing.Spacing)
	b.reaches(p.key(), ledger.Created)
	if n := len(b.sim.Documents()); n != 1 {
		t.Errorf("the ERP holds %d documents, want one", n)
	}
}

func TestTheBuyerOfTwoOrdersIsAskedAboutOnceAMinute(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.sim.Inject(omiesim.Fault{Method: "ListarClientes", Mode: omiesim.Reset})
	first, second := b.purchase(1), b.purchase(2)
	second.document = first.document
	b.accept(first, second)
	for _, p := range []purchase{first, second} {
		b.reaches(p.key(), ledger.Waiting)
	}
	if asked := calls(b, "ListarClientes"); asked != 1 {
		t.Errorf("asked %d times", asked)
	}
	b.later(placing.Spacing)
	for _, p := range []purchase{first, second} {
		b.reaches(p.key(), ledger.Created)
	}
	if asked := calls(b, "ListarClientes"); asked != 2 {
		t.Errorf("asked %d times, want once more for both", asked)
	}
}

func TestTheQuestionOfADeadProcessCountsAsEndedAtTheStart(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.sim.Inject(omiesim.Fault{Method: "ListarClientes", Mode: omiesim.Reset})
	p := b.purchase(1)
	b.accept(p)
	b.reaches(p.key(), ledger.Waiting)
	b.stop()
	// What a process leaves that was killed while it asked.
	l, err := sqlite.Open(t.Context(), b.dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.DB().ExecContext(t.Context(), "UPDATE customers SET quiet_until = ?", b.clock.Now().Add(time.Hour).UnixMilli()); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	b.start()
	var quiet int64
	if err := b.machine.Ledger().DB().QueryRowContext(t.Context(), "SELECT quiet_until FROM customers").Scan(&quiet); err != nil {
		t.Fatal(err)
	}
	if rest := time.UnixMilli(quiet).Sub(b.clock.Now()); rest != placing.Spacing {
		t.Errorf("nothing is asked for %s, want %s", rest, placing.Spacing)
	}
	b.later(placing.Spacing)
	b.reaches(p.key(), ledger.Created)
}

func TestAMachineKeepsTheTokensOfItsStores(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	first, _ := b.machine.Worker().Platform("shopify")
	again, _ := b.machine.Worker().Platform("shopify")
	if p, ok := first.(shopify.Platform); !ok || p.Tokens == nil || p != again {
		t.Error("each order gets a token of its own")
	}
}

func TestTheDataFolderHasOneMachine(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if second, err := b.openAgain(); err == nil {
		_ = second.Close()
		t.Error("a second machine opened the folder")
	} else if !strings.Contains(err.Error(), "--data") {
		t.Errorf("the error does not say what to do: %v", err)
	}
}

func TestAPanicIsRecordedAndTheOrderGoesOn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.purchase(1)
	b.breaks.Store(true)
	b.accept(p)
	if e := b.reaches(p.key(), ledger.Waiting); e.Reason.Kind != order.Panic {
		t.Errorf("waits for %s, want %s", e.Reason.Kind, order.Panic)
	}
	b.later(placing.Spacing)
	b.reaches(p.key(), ledger.Created)
}

func calls(b *bench, method string) int {
	n := 0
	for _, c := range b.sim.Calls() {
		if c.Method == method {
			n++
		}
	}
	return n
}
