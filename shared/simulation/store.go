package simulation

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
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
	foreign    sort = "in dollars"
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
	{plain, 66}, {edited, 8}, {mended, 6}, {unmapped, 2}, {wrongTaxID, 2}, {foreign, 1}, {crooked, 2},
	{refunded, 8}, {unpaid, 2}, {forged, 2}, {garbled, 1},
}

// sale is one sale of a store, and what the simulation knows of it apart from
// Carimbo.
type sale struct {
	sort       sort
	connection string
	platform   string
	number     string
	key        string
	buyer      int
	madeAt     time.Time
	versions   []contents
	// newest is the newest version that was answered 200; -1 where none was.
	newest int
	// reversal tells that a reversal was answered 200.
	reversal bool

	// refused and contradicted: the ERP did so on purpose. taken: a foreign document
	// has our code.
	refused, contradicted, taken bool
	// commanded: an operator gave a command.
	commanded, retried bool
	// stopped: rejected as reversed when nothing was in the ERP, and no person
	// let it go on.
	stopped bool
	// calls counts the creates that reached the ERP.
	calls     int
	createdAt time.Time
	end       ending
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
	window := w.window
	for n := range w.opts.Orders {
		s := w.newSale(n)
		w.sales = append(w.sales, s)
		w.byKey[s.key], w.numbers[s.number] = s, s
		w.in(w.within(window), func() { w.sell(s) })
	}
	if !w.calmAt.After(epoch) {
		return
	}
	w.planOutage()
	for range w.rng.IntN(3) {
		w.in(w.within(w.calmAt.Sub(epoch)), w.redeploy)
	}
	for range w.rng.IntN(3) {
		w.in(w.within(w.calmAt.Sub(epoch)), w.rotate)
	}
	if w.rng.IntN(3) == 0 {
		for range w.rng.IntN(40) {
			w.in(w.within(w.calmAt.Sub(epoch)), w.command)
		}
	}
}

// planOutage lets one account be down for up to 72 hours.
func (w *world) planOutage() {
	if w.rng.IntN(4) > 0 {
		return
	}
	a := w.apps[[]string{"estudio", "filial"}[w.rng.IntN(2)]]
	lasts := w.logarithmic(time.Minute, 72*time.Hour)
	w.in(w.within(w.calmAt.Sub(epoch)), func() {
		a.outageEnds = w.now.Add(lasts)
		a.outage = []omiesim.Mode{omiesim.Outage, omiesim.Hang, omiesim.Reset, omiesim.KeyRefused, ""}[w.rng.IntN(5)]
		a.unreachable = a.outage == ""
		w.befell(Outage)
		w.lasts(a.outageEnds)
		w.tell("", "outage of %s (%s) for %s", a.name, a.outage, lasts)
	})
}

// redeploy changes the configuration. What runs goes on as it was deployed.
func (w *world) redeploy() {
	w.befell(Redeployed)
	w.config = w.configs[w.rng.IntN(len(w.configs))]
	w.idle = nil
	w.tell("", "redeployed: turmas to %s", w.config.Connections["turmas"].ERP)
}

func (w *world) rotate() {
	w.befell(NewSecret)
	n := w.rng.IntN(1000)
	if name := []string{"cursos", "turmas", "checkout"}[w.rng.IntN(3)]; w.rng.IntN(2) == 0 {
		w.secrets.rotate("hook/"+name, w.now, map[string]string{secret.SigningKey: signingSecret(name, n)})
		return
	}
	account := []string{"estudio", "filial"}[w.rng.IntN(2)]
	w.secrets.rotate("omie/"+account, w.now, map[string]string{"app_secret": "segredo-" + strconv.Itoa(n)})
}

func signingSecret(name string, n int) string {
	text := fmt.Sprintf("the-secret-of-%s-%d", name, n)
	if name == "checkout" {
		return "whsec_" + base64.StdEncoding.EncodeToString([]byte(text))
	}
	return text
}

func (w *world) newSale(n int) *sale {
	s := &sale{sort: w.drawSort(), newest: -1, number: fmt.Sprintf("HP%010d", 1000+n), buyer: w.rng.IntN(max(1, w.opts.Orders/2)), madeAt: epoch}
	s.connection = []string{"cursos", "turmas", "checkout"}[w.rng.IntN(3)]
	if s.sort == crooked {
		s.connection = "checkout"
	}
	s.platform = "hotmart"
	if s.connection == "checkout" {
		s.platform = "generic"
	}
	s.key = s.connection + "#" + s.number
	good := contents{cents: 100 + w.rng.Int64N(500000), sku: []string{"CURSO-GO", "MANUT-01"}[w.rng.IntN(2)]}
	first := good
	switch s.sort {
	case mended, unmapped:
		first.sku, first.bad = "SEM-MAPA", order.Mapping
	case wrongTaxID:
		first.bad = order.TaxIDReason
	case foreign:
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
	s.versions = append(s.versions, c)
	if s.sort == garbled {
		s.key = s.connection + "#!" + s.request(c.body, "x", time.Time{}).digest()
	}
}

// sell is a sale: its notices, in the order in which the store has them, and what
// comes of them on the way.
func (w *world) sell(s *sale) {
	s.madeAt = w.now
	switch {
	case s.sort == forged:
		w.befell(NotGenuine)
		w.forge(s)
		return
	case w.chance(.01) && w.now.Before(w.calmAt) && s.sort == plain:
		w.seize(s)
	case w.chance(.03) && w.now.Before(w.calmAt):
		// Somebody without the secret tries to change the price.
		w.befell(NotGenuine)
		w.in(w.within(10*time.Minute), func() { w.forge(s) })
	}
	after := time.Duration(0)
	for i := range s.versions {
		w.in(after, func() { w.notice(s, i) })
		after += w.logarithmic(time.Second, 3*time.Hour)
	}
	if s.sort == refunded {
		w.in(w.logarithmic(time.Second, 6*time.Hour)-w.within(2*time.Second), func() { w.reverse(s) })
	}
	if !w.now.Before(w.calmAt) {
		return
	}
	if w.chance(.08) {
		w.in(w.logarithmic(time.Second, time.Hour), func() { w.befell(SentTwice); w.notice(s, 0) })
	}
	if w.chance(.03) {
		w.in(w.within(4*24*time.Hour), func() { w.befell(Reordered); w.notice(s, w.rng.IntN(len(s.versions))) })
	}
}

// notice sends a version of the sale until it is answered 200.
func (w *world) notice(s *sale, version int) {
	c := s.versions[version]
	w.deliver(s, c.body, func() {
		if s.sort != unpaid {
			s.newest = max(s.newest, version)
		}
	})
}

func (w *world) reverse(s *sale) {
	w.deliver(s, s.reversalBody(), func() { s.reversal = true })
}

// deliver is the store that sends until it is told 200.
func (w *world) deliver(s *sale, body []byte, accepted func()) {
	w.lastNews = later(w.lastNews, w.now)
	key := w.secrets["hook/"+s.connection].Values[secret.SigningKey]
	tries := 0
	var send func()
	send = func() {
		w.webhook(s.key, s.connection, func(t *task) platform.Request {
			return s.request(body, key, w.now).request
		}, func(status int) {
			if w.fails(AnswerLost) {
				status = 0
			}
			if status == 200 {
				w.lastNews = later(w.lastNews, w.now)
				accepted()
				return
			}
			if status != 0 && status != 503 {
				// The secret was rotated long ago: the store signs with the new one.
				key = w.secrets["hook/"+s.connection].Values[secret.SigningKey]
			}
			tries++
			w.in(min(time.Duration(tries)*20*time.Second, 10*time.Minute), send)
		})
	}
	send()
}

// forge is a call that nobody's secret signed.
func (w *world) forge(s *sale) {
	c := s.versions[0]
	c.cents += 777
	body := s.body(c, 99)
	w.webhook(s.key, s.connection, func(*task) platform.Request {
		return s.request(body, signingSecret(s.connection, -1), w.now).request
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
	p, _ := registry.Get(s.platform)
	return signed{p, p.Sign(body, key, now)}
}

func (r signed) digest() string {
	n, _ := r.platform.Read(r.request, platform.Settings{})
	return n.Payload.Digest()
}

// seize has somebody else's document take the code of the sale, before anything
// of it comes.
func (w *world) seize(s *sale) {
	w.befell(Foreign)
	s.taken = true
	code := erp.NewReference(s.connection, "", s.number).Code
	body := fmt.Sprintf(`{"call":"IncluirOS","app_key":"outro","app_secret":"outro","param":[{
		"Cabecalho":{"cCodIntOS":"%s","nCodCli":3795260786,"cEtapa":"10","cCodParc":"000","nQtdeParc":1,"dDtPrevisao":"10/03/2024"},
		"InformacoesAdicionais":{"cCodCateg":"1.01.02","nCodCC":3731356020,"cNumPedido":"OUTRO"},
		"ServicosPrestados":[{"nCodServico":3846592864,"nQtde":1,"nValUnit":7}]}]}`, code)
	for _, name := range []string{"estudio", "filial"} {
		a := w.apps[name]
		if r := a.sim.Call("servicos/os/", []byte(body)); r.Status != 200 {
			w.broken("", "a foreign document: %s", clipped(r.Body))
		}
	}
}

// command is an operator who looks before they speak.
func (w *world) command() {
	s := w.sales[w.rng.IntN(len(w.sales))]
	e, err := w.ledger.Get(context.Background(), s.key)
	for tries := 0; tries < 20 && (err != nil || e.State == ledger.Created); tries++ {
		s = w.sales[w.rng.IntN(len(w.sales))]
		e, err = w.ledger.Get(context.Background(), s.key)
	}
	if err != nil || e.State == ledger.Rejected && e.Reason.Kind == order.Reversed && w.rng.IntN(4) > 0 {
		return
	}
	app := w.apps[e.Account]
	var ev placing.Event = placing.Retry{}
	if e.State == ledger.Uncertain && w.rng.IntN(2) == 0 {
		if ours := w.document(app, s); ours != nil {
			ev = placing.ResolveCreated{ID: strconv.FormatInt(ours.NCodOS, 10)}
		} else {
			ev = placing.ResolveAbsent{}
		}
	}
	now := w.now.Add(w.skew(skewLimit))
	after, step, err := placing.Apply(context.Background(), w.ledger, placing.Rules{Spacing: w.spacing, CanLookUp: true}, s.key, ev, func() time.Time { return now })
	if err != nil || step.Do == placing.Refuse {
		return
	}
	w.befell(Commanded)
	s.commanded = true
	s.retried = s.retried || e.ReversedAt != after.ReversedAt
	s.stopped = s.stopped && !after.ReversedAt.IsZero()
	w.lastNews = later(w.lastNews, w.now)
	w.tell(s.key, "operator: %T: %s -> %s %s", ev, e.State, after.State, after.Reason.Kind)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
