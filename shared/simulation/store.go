package simulation

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp/erpsim"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/secret"
)

// sort is what kind of sale it is.
type sort string

const (
	plain      sort = "plain"
	edited     sort = "edited"   // other contents while it is on its way
	mended     sort = "mended"   // rejected at first, then mended in the store
	unmapped   sort = "unmapped" // never mended
	wrongTaxID sort = "wrong tax id"
	inDollars  sort = "in dollars"
	crooked    sort = "sums differ"
	refunded   sort = "refunded"
	unpaid     sort = "unpaid"
	forged     sort = "forged"
	garbled    sort = "not understood"
	shipped    sort = "told again" // shipped, tagged, completed
	poison     sort = "poison"     // the ERP has the account rest for it alone
)

// sorts are the sales of a store, by hundreds.
var sorts = []struct {
	sort  sort
	share int
}{
	{plain, 56}, {edited, 10}, {mended, 6}, {unmapped, 2}, {wrongTaxID, 2}, {inDollars, 1}, {crooked, 2},
	{refunded, 8}, {unpaid, 2}, {forged, 2}, {garbled, 1}, {shipped, 7}, {poison, 1},
}

// sale is one sale of a store, and what the simulation knows of it apart from
// Carimbo.
type sale struct {
	sort     sort
	store    store
	number   string
	key      string
	buyer    int
	versions []contents
	// unpacked are the versions by their packed payloads, as far as any were asked for.
	unpacked map[string]int
	// news is when the store, an operator or a doubled message last speaks of it.
	news time.Time
	// accepted are the versions that were answered 200, newest the newest of them;
	// -1 where none was.
	accepted []bool
	newest   int
	// overtaken: a version may have come before an older one.
	overtaken bool
	// reversal tells that a reversal was answered 200, at reversedAt.
	reversal   bool
	reversedAt time.Time
	// reversalIn is when a reversal of it was first recorded.
	reversalIn time.Time

	// recorded is the newest version that is in the ledger, sent the one that went out
	// last, with its day; -1 where none did. heard is the best moment of payment that is
	// in the ledger.
	recorded, sent int
	day            string
	heard          order.Moment
	// unread: the key to compare contents by could not be read, once.
	unread bool
	// rests counts those that its own calls drew, the first at restsSince.
	rests      int
	restsSince time.Time
	poisoned

	// harmed: a fault befell something that was done about it. doubted: when its buyer may
	// just have been created.
	harmed, doubted bool
	// refusals are the words in which the ERP refused it on purpose since it last
	// went on, and what a person is told that each is about. contradicted: the ERP said what it doesn't show. taken: a foreign
	// document has our code.
	refusals []refusal
	// buyerDeleted: somebody deleted its buyer in the ERP, so that nothing may be written
	// for them.
	buyerDeleted        bool
	contradicted, taken bool
	// unsure: its last create ended without an answer that says what became of it.
	unsure bool
	// retried: an operator lets it go on though it was reversed.
	retried bool
	// stopped: rejected as reversed when nothing was in the ERP, and no person
	// let it go on.
	stopped bool
	// quiet is until when no call about it may begin, as its entry says, by no clock.
	quiet   time.Time
	quietBy *task
	// lookedUnder is the App Key that it was looked up under last.
	lookedUnder string
	// began counts the creates that began, creates those that reached the ERP; one
	// may be applied until landing.
	began, creates int
	landing        time.Time

	// rev is the last write seen; since is when its state began.
	rev    int64
	since  time.Time
	holder *task
	// account is where it was frozen to go, and document what it was to become there, where
	// the ERP has several kinds.
	account  *account
	document string
	end      ending
}

// plan lays out the sales and everything that is planned to go wrong.
func (w *world) plan() {
	stores := w.selling()
	for n := range w.opts.Orders {
		s := w.newSale(n, stores)
		w.sales = append(w.sales, s)
		w.byKey[s.key], w.numbers[s.number] = s, s
		w.in(w.within(w.window), func() { w.sell(s) })
	}
	if w.calm() {
		return
	}
	sometime := func(do func()) { w.in(w.within(w.calmAt.Sub(epoch)), do) }
	w.planOutage(sometime)
	if w.machine != nil {
		w.planMachine(sometime)
	}
	// Now and then turmas goes to and fro, so that messages of one order are in three
	// lanes at once.
	redeployed := []int{0, 1, 2, 3, 60}[w.rng.IntN(5)]
	if w.opts.seams.swapped || w.opts.seams.switching {
		redeployed = 60
	}
	for range redeployed {
		sometime(w.redeploy)
	}
	for range w.rng.IntN(12) {
		sometime(w.rotate)
	}
	for range []int{w.opts.seams.rekeyed, w.opts.seams.rekeyed, 1, 2, 8}[w.rng.IntN(5)] {
		sometime(w.rekey)
	}
	if w.busy {
		for range w.rng.IntN(40) {
			sometime(w.commandAny)
		}
		for range w.rng.IntN(20) {
			sometime(w.resumeAny)
		}
	}
	for range w.rng.IntN(30) {
		sometime(w.deleteCustomer)
	}
	for _, a := range w.accounts {
		if a.sight.Deafens {
			sometime(func() {
				for _, company := range a.companies {
					company.Deafen()
				}
			})
		}
	}
}

// deleteCustomer is somebody who deletes one in the ERP, of whom an order may be on its way.
func (w *world) deleteCustomer() {
	a, s := w.accounts[w.rng.IntN(len(w.accounts))], w.sales[w.rng.IntN(len(w.sales))]
	taxID := s.taxID(contents{})
	if taxID == "" {
		return
	}
	for _, key := range a.appKeys() {
		if !a.companies[key].Lose(taxID) {
			continue
		}
		w.befell(Deleted)
		for _, of := range w.sales {
			if of.taxID(contents{}) == taxID {
				of.buyerDeleted = true
			}
		}
		w.tell(s.key, "somebody deletes the buyer in %s", a.name)
	}
}

// goneAgain is how an entry says that its customer was gone twice.
const goneAgain = "for the second time the ERP has no such customer"

// selling are the stores that sell: all of them, unless a test wants one ERP alone.
func (w *world) selling() []store {
	var list []store
	for _, s := range w.stores() {
		kind, of := w.opts.seams.kind, w.account(s.account)
		if kind == "" || of.kind == kind && (of.twin == nil || w.opts.seams.swapped) {
			list = append(list, s)
		}
	}
	return list
}

// planOutage lets one account be down for up to 72 hours.
func (w *world) planOutage(sometime func(func())) {
	if w.rng.IntN(2) > 0 {
		return
	}
	a := w.accounts[w.rng.IntN(len(w.accounts))]
	lasts := w.logarithmic(time.Minute, 72*time.Hour)
	if w.rng.IntN(4) == 0 {
		lasts = 72 * time.Hour
	}
	sometime(func() {
		a.outageEnds = w.now.Add(lasts)
		// nil is that nobody reaches it.
		modes := []erpsim.Mode{erpsim.Outage, erpsim.Hang, erpsim.Reset, a.stage.KeyRefused, ""}
		a.outage = nil
		if mode := modes[w.rng.IntN(len(modes))]; mode != "" {
			a.outage = &fault{Mishap: erpsim.Mishap{Mode: mode}}
		}
		w.befell(kindOf(a.kind, outage))
		if lasts == 72*time.Hour {
			w.faults[string(kindOf(a.kind, outage72))]++
		}
		a.lasts(a.outageEnds)
		w.tell("", "outage of %s for %s: %+v", a.name, lasts, a.outage)
	})
}

// redeploy changes the configuration. What runs goes on as it was deployed.
func (w *world) redeploy() {
	w.befell(Redeployed)
	before := w.asked()
	w.configured = w.rng.IntN(len(w.configs))
	w.config = w.configs[w.configured]
	w.noteSwitched(before)
	w.deployed++
	w.idle = nil
	for _, s := range w.sales {
		// Its messages may now be in two lanes.
		s.overtaken = s.overtaken || s.store.name == turmas
		s.harmed = s.harmed || s.store.name == swapped
	}
	w.tell("", "redeployed: turmas to %s", w.config.Connections[turmas].Account)
}

func (w *world) rotate() {
	w.befell(NewSecret)
	n := 1 + w.rng.IntN(1000)
	stores := w.stores()
	if s := stores[w.rng.IntN(len(stores))]; w.rng.IntN(2) == 0 {
		w.secrets.rotate("hook/"+s.name, w.now, map[string]string{secret.SigningKey: s.signingSecret(n)})
		return
	}
	w.resecret(w.accounts[w.rng.IntN(len(w.accounts))], n)
}

func (s store) signingSecret(n int) string {
	text := fmt.Sprintf("the-secret-of-%s-%d", s.name, n)
	if s.platform == "generic" {
		return "whsec_" + base64.StdEncoding.EncodeToString([]byte(text))
	}
	return text
}

func (w *world) newSale(n int, stores []store) *sale {
	s := &sale{sort: w.drawSort(), newest: -1, recorded: -1, sent: -1, number: fmt.Sprintf("HP%010d", 1000+n), buyer: w.rng.IntN(max(1, w.opts.Orders/2)), unpacked: map[string]int{}}
	s.store = stores[w.rng.IntN(len(stores))]
	for s.sort == crooked && s.store.platform != "generic" {
		s.store = stores[w.rng.IntN(len(stores))]
	}
	if s.sort == plain && s.store.name == turmas {
		s.sort = []sort{plain, plain, edited, refunded}[w.rng.IntN(4)]
	}
	s.key = s.store.name + "#" + s.id()
	if s.sort == poison {
		s.poisoned = w.poison(s.store)
	}
	good := contents{parts: parts{cents: 100 + w.rng.Int64N(500000), sku: []string{"CURSO-GO", "MANUT-01"}[w.rng.IntN(2)]}}
	w.addVersions(s, good)
	return s
}

// addVersions are what the store says of the sale, one after another.
func (w *world) addVersions(s *sale, good contents) {
	first := good
	switch s.sort {
	case mended, unmapped:
		first.sku, first.bad = "SEM-MAPA", order.Mapping
	case wrongTaxID:
		first.bad = order.TaxIDReason
	case inDollars:
		first.bad = order.CurrencyReason
	case crooked:
		first.bad = order.TotalReason
	case garbled:
		first.bad = order.NotUnderstood
	}
	s.add(first)
	switch s.sort {
	case mended:
		s.add(good)
	case shipped:
		for range 1 + w.rng.IntN(3) {
			s.add(good)
		}
	case edited, refunded:
		changes := w.rng.IntN(2)
		if s.sort == edited {
			changes += 1 + w.rng.IntN(2)
		}
		for range changes {
			w.change(s, &good)
			s.add(good)
		}
		if s.sort == edited && w.rng.IntN(3) == 0 {
			s.add(first) // and back
		}
	}
}

// id is the store's own for the order.
func (s *sale) id() string {
	if s.store.platform == shopify {
		return strings.TrimLeft(s.number, "HP0")
	}
	return s.number
}

func (w *world) drawSort() sort {
	n := w.rng.IntN(100)
	for _, s := range sorts {
		if n -= s.share; n < 0 {
			return s.sort
		}
	}
	return plain
}

func (s *sale) add(c contents) {
	c.body = s.body(c, len(s.versions)+1)
	s.versions, s.accepted = append(s.versions, c), append(s.accepted, false)
	if s.sort == garbled {
		s.key = s.store.name + "#!" + s.request(c.body, "x", time.Time{}, "").digest()
	}
}

func later(first time.Time, others ...time.Time) time.Time {
	for _, t := range others {
		if t.After(first) {
			first = t
		}
	}
	return first
}
