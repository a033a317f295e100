package simulation

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"strconv"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/registry"
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
)

// sorts are the sales of a store, by hundreds.
var sorts = []struct {
	sort  sort
	share int
}{
	{plain, 66}, {edited, 8}, {mended, 6}, {unmapped, 2}, {wrongTaxID, 2}, {inDollars, 1}, {crooked, 2},
	{refunded, 8}, {unpaid, 2}, {forged, 2}, {garbled, 1},
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
	// news is when the store, an operator or a doubled message last speaks of it.
	news time.Time
	// accepted are the versions that were answered 200, newest the newest of them;
	// -1 where none was.
	accepted []bool
	newest   int
	// overtaken: a version may have come before an older one.
	overtaken bool
	// reversal tells that a reversal was answered 200.
	reversal bool

	// harmed: a fault befell something that was done about it.
	harmed bool
	// refusals are the words in which the ERP refused it on purpose since it last
	// went on. contradicted: the ERP said what it doesn't show. taken: a foreign
	// document has our code.
	refusals            []string
	contradicted, taken bool
	// unsure: its last create ended without an answer that says what became of it.
	unsure bool
	// retried: an operator lets it go on though it was reversed.
	retried bool
	// stopped: rejected as reversed when nothing was in the ERP, and no person
	// let it go on.
	stopped bool
	// began counts the creates that began, creates those that reached the ERP; one
	// may be applied until landing.
	began, creates int
	landing        time.Time

	// rev is the last write seen; since is when its state began.
	rev    int64
	since  time.Time
	holder *task
	// account is where it was frozen to go.
	account *account
	end     ending
}

// contents are one version of a sale.
type contents struct {
	cents int64
	sku   string
	body  []byte
	bad   order.Kind
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
	// Now and then turmas goes to and fro, so that messages of one order are in three
	// lanes at once.
	for range []int{0, 1, 2, 3, 60}[w.rng.IntN(5)] {
		sometime(w.redeploy)
	}
	for range w.rng.IntN(12) {
		sometime(w.rotate)
	}
	if w.busy {
		for range w.rng.IntN(40) {
			sometime(w.commandAny)
		}
	}
	for _, a := range w.accounts {
		if a.sight == goesDeaf {
			sometime(func() { a.service.(*sensioAccount).sim.SetFilter(filters[deaf]) })
		}
	}
}

// selling are the stores that sell: all of them, unless a test wants one ERP alone.
func (w *world) selling() []store {
	var list []store
	for _, s := range w.stores() {
		if kind := w.opts.seams.kind; kind == "" || w.account(s.account).kind == kind {
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
		// Both simulators call these alike; nil is that nobody reaches it.
		outages := []*fault{{mode: string(omiesim.Outage)}, {mode: string(omiesim.Hang)}, {mode: string(omiesim.Reset)}, {mode: keyRefused}, nil}
		a.outage = outages[w.rng.IntN(len(outages))]
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
	w.config = w.configs[w.rng.IntN(len(w.configs))]
	w.deployed++
	w.idle = nil
	for _, s := range w.sales {
		// Its messages may now be in two lanes.
		s.overtaken = s.overtaken || s.store.name == turmas
	}
	w.tell("", "redeployed: turmas to %s", w.config.Connections[turmas].ERP)
}

func (w *world) rotate() {
	w.befell(NewSecret)
	n := 1 + w.rng.IntN(1000)
	if name := hooks[w.rng.IntN(len(hooks))]; w.rng.IntN(2) == 0 {
		w.secrets.rotate("hook/"+name, w.now, map[string]string{secret.SigningKey: signingSecret(name, n)})
		return
	}
	a := w.accounts[w.rng.IntN(len(w.accounts))]
	w.secrets.rotate(a.secret(), w.now, map[string]string{"app_secret": "segredo-" + strconv.Itoa(n)})
	w.tell("", "the secret of %s is rotated", a.name)
}

func signingSecret(name string, n int) string {
	text := fmt.Sprintf("the-secret-of-%s-%d", name, n)
	if name == "checkout" || name == "loja-online" {
		return "whsec_" + base64.StdEncoding.EncodeToString([]byte(text))
	}
	return text
}

func (w *world) newSale(n int, stores []store) *sale {
	s := &sale{sort: w.drawSort(), newest: -1, number: fmt.Sprintf("HP%010d", 1000+n), buyer: w.rng.IntN(max(1, w.opts.Orders/2))}
	s.store = stores[w.rng.IntN(len(stores))]
	for s.sort == crooked && s.store.platform != "generic" {
		s.store = stores[w.rng.IntN(len(stores))]
	}
	if s.sort == plain && s.store.name == turmas {
		s.sort = []sort{plain, plain, edited, refunded}[w.rng.IntN(4)]
	}
	s.key = s.store.name + "#" + s.number
	good := contents{cents: 100 + w.rng.Int64N(500000), sku: []string{"CURSO-GO", "MANUT-01"}[w.rng.IntN(2)]}
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
	case edited, refunded:
		changes := w.rng.IntN(2)
		if s.sort == edited {
			changes++
		}
		for range changes {
			good.cents += 1 + w.rng.Int64N(1000)
			s.add(good)
		}
	}
	return s
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
		s.key = s.store.name + "#!" + s.request(c.body, "x", time.Time{}).digest()
	}
}

// news notes that somebody speaks of the sale after a while.
func (w *world) news(s *sale, after time.Duration) {
	at := w.now.Add(max(after, 0))
	w.lastNews = later(w.lastNews, at)
	if s != nil {
		s.news = later(s.news, at)
	}
}

// sell is a sale: its notices, in the order in which the store has them, and what
// comes of them on the way.
func (w *world) sell(s *sale) {
	switch {
	case s.sort == forged:
		w.forge(s)
		return
	case w.chance(cmp.Or(w.opts.seams.seized, .04)) && w.now.Before(w.calmAt) && s.sort == plain:
		w.seize(s)
	case w.chance(.03):
		// Somebody without the secret tries to change the price.
		w.in(w.within(10*time.Minute), func() { w.forge(s) })
	}
	shuffled := len(s.versions) > 1 || s.sort == refunded
	shuffled = shuffled && w.fails(Shuffled)
	after := time.Duration(0)
	for i := range s.versions {
		if shuffled {
			after = w.logarithmic(time.Second, 4*24*time.Hour)
		}
		w.speak(s, after, func() { w.notice(s, i) })
		after += w.logarithmic(time.Second, 3*time.Hour)
	}
	if s.sort == refunded {
		w.speak(s, w.refundAfter(shuffled), func() { w.reverse(s) })
	}
	if w.fails(SentTwice) {
		w.speak(s, w.logarithmic(time.Second, time.Hour), func() { w.notice(s, 0) })
	}
	if w.fails(Reordered) {
		w.speak(s, 24*time.Hour+w.within(72*time.Hour), func() { w.notice(s, w.rng.IntN(len(s.versions))) })
	}
}

func (w *world) refundAfter(shuffled bool) time.Duration {
	if shuffled {
		return w.within(time.Minute)
	}
	return w.logarithmic(time.Second, 6*time.Hour) - w.within(2*time.Second)
}

// speak plans something that a store says.
func (w *world) speak(s *sale, after time.Duration, do func()) {
	w.news(s, after)
	w.in(after, do)
}

// notice sends a version of the sale until it is answered 200.
func (w *world) notice(s *sale, version int) {
	c := s.versions[version]
	for older := range version {
		s.overtaken = s.overtaken || !s.accepted[older]
	}
	w.deliver(s, c.body, func() {
		if s.sort != unpaid {
			s.accepted[version] = true
			s.newest = max(s.newest, version)
		}
	})
}

func (w *world) reverse(s *sale) {
	w.deliver(s, s.reversalBody(), func() { s.reversal = true })
}

// deliver is the store that sends until it is told 200.
func (w *world) deliver(s *sale, body []byte, accepted func()) {
	w.news(s, 0)
	key := w.secrets["hook/"+s.store.name].Values[secret.SigningKey]
	tries := 0
	var send func()
	send = func() {
		w.webhook(s.key, s.store.name, func(t *task) platform.Request {
			return s.request(body, key, w.now).request
		}, func(status int) {
			if w.fails(AnswerLost) {
				status = 0
			}
			if status == 200 {
				if key != w.secrets["hook/"+s.store.name].Values[secret.SigningKey] {
					w.effect(formerSecret)
				}
				w.news(s, 0)
				accepted()
				return
			}
			if status != 0 && status != 503 {
				// The secret was rotated long ago: the store signs with the new one.
				key = w.secrets["hook/"+s.store.name].Values[secret.SigningKey]
			}
			tries++
			w.in(min(time.Duration(tries)*20*time.Second, 10*time.Minute), send)
		})
	}
	send()
}

// forge is a call that nobody's secret signed, that nobody signed, or, where a
// signature is one of the body, that was changed after it was signed.
func (w *world) forge(s *sale) {
	w.faults[string(NotGenuine)]++
	c := s.versions[0]
	genuine := s.body(c, 99)
	c.cents += 777
	body := s.body(c, 99)
	w.webhook(s.key, s.store.name, func(*task) platform.Request {
		r := s.request(body, signingSecret(s.store.name, -1), w.now).request
		switch {
		case s.buyer%3 == 1:
			clear(r.Header)
		case s.buyer%3 == 2 && s.store.platform == "generic" && s.sort != garbled:
			r = s.request(genuine, w.secrets["hook/"+s.store.name].Values[secret.SigningKey], w.now).request
			r.Body = body
		}
		return r
	}, func(status int) {
		if status == 200 {
			w.broken(s.key, "a forged call was answered 200")
		}
	})
}

// signed is a request as the store sends it.
type signed struct {
	platform platform.Platform
	request  platform.Request
}

func (s *sale) request(body []byte, key string, now time.Time) signed {
	p, _ := registry.Get(s.store.platform)
	return signed{p, p.Sign(body, key, now)}
}

func (r signed) digest() string {
	n, _ := r.platform.Read(r.request, platform.Settings{})
	return n.Payload.Digest()
}

// seize has somebody else's document take the reference of the sale, before
// anything of it comes.
func (w *world) seize(s *sale) {
	s.taken = true
	conn := w.config.Connections[s.store.name]
	ref := erp.NewReference(s.store.name, conn.Orig, s.number)
	w.befell(kindOf(w.account(conn.ERP).kind, seized))
	for _, a := range w.accounts {
		a.service.foreign(ref)
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
