package simulation

import (
	"context"
	"errors"
	"maps"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/queue"
)

// enough is within how many seeds each guard has to be missed.
const enough = 60

// guards are what keeps one order one document. Each is taken out by itself.
func guards() map[string]seams {
	return map[string]seams{
		"write before call": {ledger: func(l ledger.Ledger, p *process) ledger.Ledger {
			return &callFirst{Ledger: l, access: p.access}
		}},
		"fence":                 {ledger: func(l ledger.Ledger, p *process) ledger.Ledger { return &unfenced{Ledger: l, access: p.access} }},
		"look-up":               {erp: func(e erp.ERP, _ *process) erp.ERP { return blind{e} }},
		"spacing":               {spacing: time.Second},
		"proof before adoption": {erp: func(e erp.ERP, p *process) erp.ERP { return credulous{e, p} }},
		"frozen code":           {erp: func(e erp.ERP, p *process) erp.ERP { return thawed{e, p} }},
		"lane":                  {ledger: func(l ledger.Ledger, _ *process) ledger.Ledger { return restless{l} }},
		"key by order": {send: func(m *queue.Message) {
			if m.Type == queue.Paid {
				m.OrderID += "/" + m.Correlation
				m.Key = m.Connection + "#" + m.OrderID
			}
		}},
		"dedup ids":                          {send: func(m *queue.Message) { m.Dedup = m.Key }},
		"newer contents only before sending": {ledger: func(l ledger.Ledger, _ *process) ledger.Ledger { return eager{l} }},
	}
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
type blind struct{ erp.ERP }

func (blind) LookUp(context.Context, erp.Reference) erp.Answer { return erp.Answer{Kind: erp.Absent} }

// credulous takes every document that has our code for ours.
type credulous struct {
	erp.ERP
	p *process
}

func (g credulous) LookUp(ctx context.Context, ref erp.Reference) erp.Answer {
	a := g.ERP.LookUp(ctx, ref)
	if e, err := g.p.world.ledger.Get(context.Background(), g.p.task.key); err == nil && a.Kind == erp.Present {
		a.Found = erp.Found{Total: e.Document.Total, OrderNumber: e.Document.OrderNumber, CustomerID: e.Document.CustomerID}
	}
	return a
}

// thawed makes the code of the configuration that is deployed.
type thawed struct {
	erp.ERP
	p *process
}

func (g thawed) today(ref erp.Reference) erp.Reference {
	return erp.NewReference(g.p.config.Connections["turmas"].ERP, "", ref.Code)
}

func (g thawed) Document(o order.Order, ref erp.Reference) (erp.Document, error) {
	return g.ERP.Document(o, g.today(ref))
}

func (g thawed) LookUp(ctx context.Context, ref erp.Reference) erp.Answer {
	return g.ERP.LookUp(ctx, g.today(ref))
}

// restless reads every lane as open.
type restless struct{ ledger.Ledger }

func (restless) Lane(context.Context, string) (ledger.Lane, error) { return ledger.Lane{}, nil }

// eager lets newer contents replace those that were sent.
type eager struct{ ledger.Ledger }

func (g eager) Write(ctx context.Context, before, after ledger.Entry) (ledger.Entry, error) {
	if n := after.Newer; n != nil {
		after.Payload, after.Version, after.Digest, after.Newer = n.Payload, n.Version, n.Digest, nil
	}
	return g.Ledger.Write(ctx, before, after)
}

// breaks is what each guard is there for, as a problem says it.
var breaks = map[string]string{
	"write before call":                  "2 documents",
	"fence":                              "2 documents",
	"look-up":                            "2 documents",
	"spacing":                            "identical call|2 documents",
	"proof before adoption":              "created as",
	"frozen code":                        "2 documents",
	"lane":                               "during a block",
	"key by order":                       "[0-9] documents",
	"dedup ids":                          "left no trace|without a cause|nobody is told",
	"newer contents only before sending": "nobody is told",
}

func TestWithoutAnyOneGuardAnOrderIsLostOrDoubledOrALimitBroken(t *testing.T) {
	t.Logf("%-36s %5s  %s", "guard taken out", "seeds", "what broke")
	for _, name := range slices.Sorted(maps.Keys(guards())) {
		seeds, what := missed(guards()[name], regexp.MustCompile(breaks[name]))
		if seeds == 0 {
			t.Errorf("without %s nothing broke in %d seeds", name, enough)
			continue
		}
		t.Logf("%-36s %5d  %s", name, seeds, what)
	}
}

// missed is how many seeds it takes until the guard is missed.
func missed(without seams, breaks *regexp.Regexp) (int, Problem) {
	without.notUnique, without.intensity = true, 3
	for seed := range uint64(enough) {
		for _, p := range Run(Options{Seed: seed, Orders: 200, seams: without}).Problems {
			if breaks.MatchString(p.What) {
				return int(seed) + 1, p
			}
		}
	}
	return 0, Problem{}
}

func TestWithTheGuardsInNothingBreaksWhereTheERPTakesACodeTwice(t *testing.T) {
	for seed := range uint64(enough / 2) {
		for _, p := range Run(Options{Seed: seed, Orders: 200, seams: seams{notUnique: true, intensity: 3}}).Problems {
			t.Error(p)
		}
	}
}
