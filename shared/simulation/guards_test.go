//go:build !race

// A simulated world runs in one goroutine: under the race detector it is only slower,
// and a guard that is missed takes many seeds.

package simulation

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/words"
)

const (
	// enough is within how many seeds each guard has to be missed.
	enough = 60
	// few are their sales: among many, lanes are busy for hours, and nothing happens
	// too soon.
	few = 80
)

// guard is what keeps one order one document, taken out, and what that breaks.
type guard struct {
	name    string
	without seams
	breaks  string
	// only names the one ERP for which this is so; empty: both.
	only string
	// sales are the seeds', where what it breaks is rare in few.
	sales int
}

// What some guards are for one ERP alone.
const (
	omieKind   = "omie"
	sensioKind = "sensio"
)

const (
	doubled = "^[0-9]+ documents"
	// ofTwoKinds: one order is an OS and a pedido.
	ofTwoKinds = "^2 documents: (os, pedido|pedido, os)$"
	unprovenID = "created as .*, and the ERP has no such document"
	blocked    = "limit was broken: .* during a block"
	tooSoon    = "limit was broken: .* after the account's last call"
	// unplaced: paid, and never placed for a cause that isn't there any more.
	unplaced = "rejected without a cause"
	wrong    = "nobody is told"
	twins    = "has two customers of one tax id"
	// Omie itself keeps the second create away for a minute; what the spacing is for
	// there is that limit.
	identical = "limit was broken: (Consultar|Incluir)(OS|Pedido): identical call"
)

func guards() []guard {
	ledgered := func(wrap func(ledger.Ledger, *process) ledger.Ledger) seams { return seams{ledger: wrap} }
	asked := func(wrap func(erp.Client, *process) erp.Client) seams { return seams{client: wrap} }
	trust := asked(func(e erp.Client, _ *process) erp.Client { return trusting{e} })
	trust.sight = "filter that finds nothing"
	quick := seams{spacing: time.Second, intensity: 1}
	adopt := asked(func(e erp.Client, p *process) erp.Client { return credulous{e, p} })
	adopt.seized = .3
	keyless := asked(func(e erp.Client, _ *process) erp.Client { return keyless{e} })
	keyless.rekeyed = 40
	tireless := asked(func(e erp.Client, _ *process) erp.Client { return tireless{e} })
	tireless.restless = true
	hasty := ledgered(func(l ledger.Ledger, _ *process) ledger.Ledger { return hasty{l} })
	hasty.busy = true
	uncertain := seams{twins: true, transport: func(to http.RoundTripper) http.RoundTripper { return sure{to} }}
	unfinished := ledgered(func(l ledger.Ledger, _ *process) ledger.Ledger { return unfinished{l} })
	unfinished.sight = "buyers who are created, and nobody is ever found"
	atOnce := ledgered(func(l ledger.Ledger, _ *process) ledger.Ledger { return curious{l} })
	// What is rare is seen where little else goes wrong.
	atOnce.sight, atOnce.twins, atOnce.tardy, atOnce.intensity = "buyers who are created, and nobody who has to be found", true, .5, .3
	strangers := ledgered(func(l ledger.Ledger, p *process) ledger.Ledger { return stranger{l, p} })
	strangers.swapped = true
	adrift := asked(func(e erp.Client, p *process) erp.Client { return adrift{e, p} })
	adrift.switching = true
	return []guard{
		{name: "write before call", breaks: doubled, without: ledgered(func(l ledger.Ledger, p *process) ledger.Ledger { return &callFirst{Ledger: l, access: p.access} })},
		{name: "fence", breaks: doubled, without: ledgered(func(l ledger.Ledger, p *process) ledger.Ledger { return &unfenced{Ledger: l, access: p.access} })},
		{name: "look-up", breaks: doubled, without: asked(func(e erp.Client, _ *process) erp.Client { return blind{e} })},
		{name: "spacing", breaks: identical, only: omieKind, without: seams{spacing: time.Second}},
		{name: "spacing", breaks: doubled, only: sensioKind, without: quick},
		{name: "note of the question", breaks: "limit was broken: (ListarClientes|IncluirCliente): identical call", only: omieKind,
			without: ledgered(func(l ledger.Ledger, _ *process) ledger.Ledger { return curious{l} })},
		{name: "lessons of the customer", breaks: "not done: waiting|^took ", only: omieKind,
			without: ledgered(func(l ledger.Ledger, _ *process) ledger.Ledger { return unteachable{l} })},
		{name: "question before the creation", breaks: twins, without: uncertain},
		{name: "note of the question", breaks: twins, only: sensioKind, without: atOnce},
		{name: "note before the creation", breaks: twins, only: sensioKind, without: unfinished},
		{name: "proof before adoption", breaks: unprovenID, without: adopt},
		{name: "proof of the filter", breaks: doubled, only: sensioKind, without: trust},
		{name: "frozen code", breaks: doubled, without: asked(func(e erp.Client, p *process) erp.Client { return thawed{e, p} })},
		{name: "frozen kind of document", breaks: ofTwoKinds, only: omieKind, without: adrift},
		{name: "kind of document that is asked for", breaks: "^taken in for os, and pedido is asked for", only: omieKind,
			without: ledgered(func(l ledger.Ledger, _ *process) ledger.Ledger { return habitual{l} })},
		{name: "lane", breaks: blocked, without: ledgered(func(l ledger.Ledger, _ *process) ledger.Ledger { return restless{l} })},
		{name: "pace before a lane is given up", breaks: tooSoon, without: asked(func(e erp.Client, _ *process) erp.Client { return impatient{e} })},
		{name: "key by order", breaks: doubled, without: seams{send: func(m *queue.Message) {
			if m.Type == queue.Paid {
				m.OrderID += "/" + m.Correlation
				m.Key = m.Connection + "#" + m.OrderID
			}
		}}},
		{name: "dedup ids", breaks: unplaced, without: seams{send: func(m *queue.Message) { m.Dedup = m.Key }}},
		{name: "newer contents only before sending", breaks: wrong, without: ledgered(func(l ledger.Ledger, _ *process) ledger.Ledger { return eager{l} })},
		{name: "absence under the same key alone", breaks: doubled, only: omieKind, without: keyless},
		{name: "news by what it changes", breaks: "told of a change, and nothing changed", without: ledgered(func(l ledger.Ledger, _ *process) ledger.Ledger { return literal{l} })},
		{name: "the version of what is no news", sales: 400, breaks: "told of an older notice as of a change", without: ledgered(func(l ledger.Ledger, _ *process) ledger.Ledger { return forgetful{l} })},
		{name: "rank of the moment of payment", breaks: "the better moment of payment came", without: seams{send: func(m *queue.Message) {
			if m.Topic == ordersUpdated {
				m.PaidRank = order.ByPayment
			}
		}}},
		{name: "count of an order's own rests", breaks: "its account rest again and again", without: ledgered(func(l ledger.Ledger, _ *process) ledger.Ledger { return uncounted{l} })},
		{name: "bound of a rest", breaks: " rests for [0-9]+h", without: tireless},
		{name: "quiet until, also where a rest is ended", breaks: "resumed before quiet_until", without: hasty},
		{name: "absence of the same ERP alone", breaks: doubled, only: omieKind, without: strangers},
		{name: "watch over the clock", breaks: "^((Incluir|Consultar)(OS|Pedido)|GET /sales|POST /sales) begins .* before quiet_until", without: seams{machine: true, unwatched: true, intensity: 1}},
	}
}

// keyless doesn't tell which app was asked.
type keyless struct{ erp.Client }

func (g keyless) LookUp(ctx context.Context, ref erp.Reference) erp.Answer {
	a := g.Client.LookUp(ctx, ref)
	a.Key = ""
	return a
}

// stranger takes an account of another ERP for the one that it has the name of.
type stranger struct {
	ledger.Ledger
	p *process
}

func (g stranger) Get(ctx context.Context, key string) (ledger.Entry, error) {
	e, err := g.Ledger.Get(ctx, key)
	if kind := g.p.config.Accounts[e.Account].Kind; err == nil && kind != "" && kind != e.ERPKind {
		e.ERPKind, e.Reference.DocumentKind = kind, ""
	}
	return e, err
}

// tireless rests for as long as it is asked to.
type tireless struct{ erp.Client }

func (tireless) LongestRest() time.Duration { return 1000 * time.Hour }

func (g tireless) Create(ctx context.Context, doc erp.Document) erp.Answer {
	a := g.Client.Create(ctx, doc)
	if a.Kind == erp.AccountRests && a.RetryAfter >= g.Client.LongestRest() {
		a.RetryAfter = 72 * time.Hour // the clients' own bound is out, too
	}
	return a
}

// literal takes every notice with other bytes for news.
type literal struct{ ledger.Ledger }

func (g literal) Write(ctx context.Context, before, after ledger.Entry) (ledger.Entry, error) {
	if before.State == ledger.Created && len(after.Seen) > len(before.Seen) && len(after.Timeline) == len(before.Timeline) {
		after.Timeline = append(after.Timeline, ledger.Attempt{Did: "newer_contents", Became: ledger.Created})
	}
	return g.Ledger.Write(ctx, before, after)
}

// forgetful knows no version of a notice without news.
type forgetful struct{ ledger.Ledger }

func (g forgetful) Write(ctx context.Context, before, after ledger.Entry) (ledger.Entry, error) {
	if before.State == ledger.Created && len(after.Timeline) == len(before.Timeline) {
		after.Version = before.Version
	}
	return g.Ledger.Write(ctx, before, after)
}

// uncounted has an order's own rests begin anew each time.
type uncounted struct{ ledger.Ledger }

func (g uncounted) Write(ctx context.Context, before, after ledger.Entry) (ledger.Entry, error) {
	after.OwnRests = min(after.OwnRests, 1)
	return g.Ledger.Write(ctx, before, after)
}

// hasty wakes what waited for a rest at once.
type hasty struct{ ledger.Ledger }

func (g hasty) Write(ctx context.Context, before, after ledger.Entry) (ledger.Entry, error) {
	if before.Rests && !after.Rests && after.Owner == "" && before.Owner == "" && before.State == after.State {
		after.Until, after.QuietUntil = after.UpdatedAt, time.Time{}
		after.Due = after.Until
	}
	return g.Ledger.Write(ctx, before, after)
}

// callFirst keeps back the write that makes an entry creating, until the call has
// ended.
type callFirst struct {
	ledger.Ledger
	access *access
	task   *task
	before ledger.Entry
	seen   ledger.Entry
}

func (g *callFirst) Get(ctx context.Context, key string) (ledger.Entry, error) {
	if g.task == g.access.task && g.seen.Key == key {
		return g.seen, nil
	}
	return g.Ledger.Get(ctx, key)
}

func (g *callFirst) Write(ctx context.Context, before, after ledger.Entry) (ledger.Entry, error) {
	if after.State == ledger.Creating && before.State != ledger.Creating {
		g.task, g.before, g.seen = g.access.task, before, after
		g.seen.Rev++
		return g.seen, nil
	}
	if g.task == g.access.task && g.seen.Key == after.Key {
		g.task = nil
		before = g.before
	}
	return g.Ledger.Write(ctx, before, after)
}

// unfenced lets a holder go on with what it knew, and write over what others wrote
// since.
type unfenced struct {
	ledger.Ledger
	access *access
	task   *task
	mine   ledger.Entry
}

func (g *unfenced) Get(ctx context.Context, key string) (ledger.Entry, error) {
	if g.task == g.access.task && g.mine.Key == key {
		return g.mine, nil
	}
	return g.Ledger.Get(ctx, key)
}

func (g *unfenced) Write(ctx context.Context, before, after ledger.Entry) (ledger.Entry, error) {
	is, err := g.Ledger.Get(ctx, after.Key)
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return ledger.Entry{}, err
	}
	before.Rev, before.Token = is.Rev, is.Token
	stored, err := g.Ledger.Write(ctx, before, after)
	if err == nil {
		g.task, g.mine = g.access.task, stored
	}
	return stored, err
}

// blind takes every order that is looked up for absent.
type blind struct{ erp.Client }

func (blind) LookUp(context.Context, erp.Reference) erp.Answer { return erp.Answer{Kind: erp.Absent} }

// trusting takes what proves nothing for a proof.
type trusting struct{ erp.Client }

func (g trusting) LookUp(ctx context.Context, ref erp.Reference) erp.Answer {
	a := g.Client.LookUp(ctx, ref)
	if a.Kind == erp.Unprovable {
		a.Kind = erp.Absent
	}
	return a
}

// credulous takes every document that has our code for ours.
type credulous struct {
	erp.Client
	p *process
}

func (g credulous) LookUp(ctx context.Context, ref erp.Reference) erp.Answer {
	a := g.Client.LookUp(ctx, ref)
	if e, err := g.p.world.ledger.Get(context.Background(), g.p.task.key); err == nil && a.Kind == erp.Present {
		a.Found = erp.Found{Total: e.Document.Total, OrderNumber: e.Document.OrderNumber, CustomerID: e.Document.CustomerID}
	}
	return a
}

// thawed makes the code of the configuration that is deployed.
type thawed struct {
	erp.Client
	p *process
}

func (g thawed) today(ref erp.Reference) erp.Reference {
	connections := g.p.config.Connections
	connection, id, _ := strings.Cut(g.p.task.key, "#")
	if ref.OrigID == "" {
		return ref
	}
	is := erp.NewReference(connection, connections[connection].Orig, id)
	is.Code = erp.NewReference(connections[turmas].Account, "", ref.Code).Code
	return is
}

func (g thawed) Document(o order.Order, ref erp.Reference) (erp.Document, error) {
	return g.Client.Document(o, g.today(ref))
}

func (g thawed) LookUp(ctx context.Context, ref erp.Reference) erp.Answer {
	return g.Client.LookUp(ctx, g.today(ref))
}

// adrift makes of an order the kind of document that is asked for now.
type adrift struct {
	erp.Client
	p *process
}

func (g adrift) today(ref erp.Reference) erp.Reference {
	connection, _, _ := strings.Cut(g.p.task.key, "#")
	ref.DocumentKind = g.p.world.asks(connection)
	return ref
}

func (g adrift) Document(o order.Order, ref erp.Reference) (erp.Document, error) {
	return g.Client.Document(o, g.today(ref))
}

func (g adrift) LookUp(ctx context.Context, ref erp.Reference) erp.Answer {
	return g.Client.LookUp(ctx, g.today(ref))
}

// habitual takes every order in for what all were taken in for once.
type habitual struct{ ledger.Ledger }

func (g habitual) Write(ctx context.Context, before, after ledger.Entry) (ledger.Entry, error) {
	if before.Rev == 0 {
		after.Reference.DocumentKind = ""
	}
	return g.Ledger.Write(ctx, before, after)
}

// restless reads every lane as open.
type restless struct{ ledger.Ledger }

func (restless) Lane(context.Context, string) (ledger.Lane, error) { return ledger.Lane{}, nil }

// impatient gives up an account's lane at once.
type impatient struct{ erp.Client }

func (impatient) Pace(context.Context) error { return nil }

// curious forgets that somebody asked about a customer.
type curious struct{ ledger.Ledger }

func (g curious) WriteNote(ctx context.Context, account, hash string, before, after erp.Note) (bool, error) {
	after.QuietUntil = time.Time{}
	return g.Ledger.WriteNote(ctx, account, hash, before, after)
}

// sure creates a customer without a question: it answers itself that there is none.
type sure struct{ http.RoundTripper }

func (g sure) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	status, none := http.StatusInternalServerError, `{"faultstring":"ERROR: Não existem registros para a página [1]!","faultcode":"SOAP-ENV:Client-5113"}`
	switch {
	case r.Method == http.MethodGet && r.URL.Path == "/people":
		status, none = http.StatusOK, `{"success":true,"response":[]}`
	case !bytes.Contains(body, []byte(`"call":"ListarClientes"`)):
		return g.RoundTripper.RoundTrip(r)
	}
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(none)), ProtoMajor: 1, ProtoMinor: 1}, nil
}

// unfinished doesn't note of a customer that their creation began.
type unfinished struct{ ledger.Ledger }

func (g unfinished) WriteNote(ctx context.Context, account, hash string, before, after erp.Note) (bool, error) {
	if strings.HasPrefix(after.ID, "{") && !strings.HasPrefix(hash, "~") {
		after.ID = ""
	}
	return g.Ledger.WriteNote(ctx, account, hash, before, after)
}

// unteachable learns nothing of a customer.
type unteachable struct{ ledger.Ledger }

func (g unteachable) Write(ctx context.Context, before, after ledger.Entry) (ledger.Entry, error) {
	after.Lessons = erp.Lessons{}
	return g.Ledger.Write(ctx, before, after)
}

// eager lets newer contents replace those that were sent.
type eager struct{ ledger.Ledger }

func (g eager) Write(ctx context.Context, before, after ledger.Entry) (ledger.Entry, error) {
	if n := after.Newer; n != nil {
		after.Payload, after.Version, after.Digest, after.Newer = n.Payload, n.Version, n.Digest, nil
	}
	return g.Ledger.Write(ctx, before, after)
}

func TestWithoutAnyOneGuardAnOrderIsLostOrDoubledOrALimitBroken(t *testing.T) {
	if testing.Short() {
		t.Skip("each guard takes seconds to be missed: make test looks for it")
	}
	t.Logf("%-36s %-8s %5s  %s", "guard taken out", "ERP", "seeds", "what broke")
	for _, g := range guards() {
		for _, kind := range []string{omieKind, sensioKind} {
			if g.only != "" && g.only != kind {
				continue
			}
			g.without.kind = kind
			seeds, what := missed(t, g)
			if seeds == 0 {
				t.Errorf("%s, without %s: nothing broke in %d seeds", kind, g.name, enough)
				continue
			}
			t.Logf("%-36s %-8s %5d  %s", g.name, kind, seeds, what)
		}
	}
}

// missed is how many seeds it takes until the guard is missed.
func missed(t *testing.T, g guard) (int, Problem) {
	without, breaks := g.without, regexp.MustCompile(g.breaks)
	without.notUnique, without.prompt, without.intensity = true, true, cmp.Or(without.intensity, 3)
	atATime := runtime.GOMAXPROCS(0)
	for first := 0; first < enough; first += atATime {
		for _, p := range Many(t.Context(), Options{Seed: uint64(first), Orders: cmp.Or(g.sales, few), seams: without}, atATime, atATime).Problems {
			if breaks.MatchString(p.What) {
				return int(p.Seed) + 1, p
			}
		}
	}
	return 0, Problem{}
}

func TestWithTheGuardsInNothingBreaksWhereTheERPTakesACodeTwice(t *testing.T) {
	all := Many(t.Context(), Options{Seed: 0, Orders: 200, seams: seams{notUnique: true, twins: true, tardy: .2, intensity: 3}}, orFew(guarded, 3), runtime.GOMAXPROCS(0))
	for _, p := range all.Problems {
		t.Error(p)
	}
}

func TestAFailureSaysHowToSeeItAgain(t *testing.T) {
	o := Options{Orders: 200, seams: guards()[2].without}
	o.seams.notUnique, o.seams.intensity, o.seams.kind = true, 3, omieKind
	r := Run(o)
	for len(r.Problems) == 0 {
		if o.Seed++; o.Seed == enough {
			t.Fatal("nothing broke")
		}
		r = Run(o)
	}
	var out bytes.Buffer
	r.Write(&out, words.Language{})
	if !strings.Contains(out.String(), "PROBLEM "+r.Problems[0].String()+fmt.Sprintf("\n  carimbo simulate --seed %d --orders 200\n", o.Seed)) {
		t.Errorf("printed:\n%s", &out)
	}
	out.Reset()
	r.Trace(o, &out)
	if !strings.Contains(out.String(), r.Problems[0].Key) || !strings.Contains(out.String(), "IncluirOS: 200") {
		t.Errorf("the trace:\n%s", &out)
	}
}
