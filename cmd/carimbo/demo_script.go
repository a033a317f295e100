package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/hotmart"
	"github.com/carimbo/carimbo/shared/platform/shopify"
	"github.com/carimbo/carimbo/shared/platform/woocommerce"
)

// demoShop is a connection as demo/connections.yaml and demo/secrets.yaml have it.
type demoShop struct {
	connection string
	platform   platform.Platform
	samples    string
	kind       string
	secret     string
}

func demoCourses() demoShop {
	return demoShop{"cursos", hotmart.Platform{}, "hotmart", "omie", "demo-hottok"}
}

func demoOnline() demoShop {
	return demoShop{"loja-online", shopify.Platform{}, "shopify", "sensio", "demo-shopify-secret"}
}

func demoWordPress() demoShop {
	return demoShop{"loja-wp", woocommerce.Platform{}, "woocommerce", "sensio", "demo-woocommerce-secret"}
}

// script is what the demo sends, in this order.
type script []step

// step is one webhook, and what has to come of it.
type step struct {
	what string
	from demoShop
	// sample is a file of the platform's payloads; empty is the platform's ping.
	sample string
	// transaction replaces that of a Hotmart sample; empty leaves it.
	transaction string
	forged      bool
	// lost: the ERP's answer to the order's first create gets lost.
	lost   bool
	status int
	state  ledger.State
	kind   order.ReasonKind

	// orderID, key and path are of the payload that writeScript wrote.
	orderID, key, path string
}

// looked is the order in Sensio that is found, which has the most to show.
func (sc script) looked() step {
	return sc[slices.IndexFunc(sc, func(st step) bool { return st.lost && st.from.kind == demoOnline().kind })]
}

func writeScript(dir string, now time.Time) (script, error) {
	courses, online, wordPress := demoCourses(), demoOnline(), demoWordPress()
	sc := script{
		{what: "Hotmart: a paid purchase", from: courses, sample: "purchase_approved", status: http.StatusOK, state: ledger.Created},
		{what: "Hotmart: the same purchase, delivered again", from: courses, sample: "purchase_approved", status: http.StatusOK, state: ledger.Created},
		{what: "Hotmart: Omie will write its OS, and the answer will get lost", from: courses, sample: "purchase_approved", transaction: "HP2640930551", lost: true, status: http.StatusOK, state: ledger.Created},
		{what: "Hotmart: a product that is not mapped", from: courses, sample: "purchase_approved_unmapped", status: http.StatusOK, state: ledger.Rejected, kind: order.Mapping},
		{what: "Hotmart: a wrong CPF", from: courses, sample: "purchase_approved_wrong_tax_id", status: http.StatusOK, state: ledger.Rejected, kind: order.TaxIDReason},
		{what: "Hotmart: forged", from: courses, sample: "purchase_approved", transaction: "HP2640900000", forged: true, status: http.StatusUnauthorized},
		{what: "WooCommerce: its test of the URL", from: wordPress, status: http.StatusOK},
		{what: "WooCommerce: Sensio will write its sale, and the answer will get lost", from: wordPress, sample: "order_processing", lost: true, status: http.StatusOK, state: ledger.Created},
		{what: "Shopify: a paid order", from: online, sample: "order_paid", status: http.StatusOK, state: ledger.Created},
	}
	for i := range sc {
		if err := sc[i].write(dir, now); err != nil {
			return nil, fmt.Errorf("prepare the demo: %w", err)
		}
	}
	return sc, nil
}

// perform sends one webhook and compares the answer.
func (c *console) perform(ctx context.Context, s *serving, st step) error {
	request, err := st.request(c.now())
	if err != nil {
		return err
	}
	target, err := url.Parse(s.url + "/webhooks/" + st.from.connection)
	if err != nil {
		return err
	}
	status, answer, err := post(ctx, target, request)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "  %d  %-*s  %s\n", status, keyWidth, safe(st.key), st.what)
	if status != st.status {
		return fmt.Errorf("%s: the answer was %d instead of %d: %s", st.what, status, st.status, safe(strings.TrimSpace(string(answer))))
	}
	return nil
}

// keyWidth aligns what is told of the orders: it is that of the longest key.
const keyWidth = len("loja-online#6120438815907")

func (s step) reference() erp.Reference {
	return erp.NewReference(s.from.connection, "", s.orderID)
}

// loseAnswers has the simulators write the documents of the steps that say so, and
// break the connection instead of answering. A simulator tells of a create by what it
// knows of its reference.
func (sc script) loseAnswers(sims *simulators) {
	for _, sim := range sims.running {
		var mu sync.Mutex
		var left []erp.Reference
		for _, st := range sc {
			if st.lost && st.from.kind == sim.kind.Name {
				left = append(left, st.reference())
			}
		}
		sim.LoseAnswers(func(asked erp.Reference) bool {
			mu.Lock()
			defer mu.Unlock()
			i := slices.IndexFunc(left, func(ref erp.Reference) bool {
				return asked.Code != "" && asked.Code == ref.Code || asked.OrigID != "" && asked.OrigID == ref.OrigID
			})
			if i < 0 {
				return false
			}
			left = slices.Delete(left, i, i+1)
			return true
		})
	}
}

// keys are the orders that have to come of the script, each once.
func (sc script) keys() []string {
	var keys []string
	seen := map[string]bool{}
	for _, st := range sc {
		if st.state != "" && !seen[st.key] {
			seen[st.key] = true
			keys = append(keys, st.key)
		}
	}
	return keys
}

// verify compares the ledger, and what the simulators hold, with the script.
func (sc script) verify(ctx context.Context, l ledger.Ledger, sims *simulators) error {
	orders := map[string]map[string]bool{}
	for _, st := range sc {
		if err := st.verify(ctx, l, sims); err != nil {
			return fmt.Errorf("%s: %w", st.what, err)
		}
		if orders[st.from.kind] == nil {
			orders[st.from.kind] = map[string]bool{}
		}
		if st.state == ledger.Created {
			orders[st.from.kind][st.key] = true
		}
	}
	for _, sim := range sims.running {
		if n, want := sim.Documents(), len(orders[sim.kind.Name]); n != want {
			return fmt.Errorf("the simulator of %s holds %s instead of %d", titleOf(sim.kind.Name), plural(n, "document"), want)
		}
		if v := sim.Violations(); len(v) > 0 {
			return fmt.Errorf("a limit of %s was broken: %s", titleOf(sim.kind.Name), v[0])
		}
	}
	return nil
}

func (s step) verify(ctx context.Context, l ledger.Ledger, sims *simulators) error {
	e, err := l.Get(ctx, s.key)
	want := 0
	switch {
	case s.state == "" && err == nil:
		return fmt.Errorf("there is an order of it")
	case s.state == "":
	case err != nil:
		return err
	case e.State != s.state || e.Reason.Kind != s.kind || e.Found != s.lost:
		return fmt.Errorf("the order is %s %s instead of %s %s", e.State, e.Reason.Kind, s.state, s.kind)
	case s.state == ledger.Created:
		want = 1
	}
	if n := sims.of(s.from.kind).Count(s.reference()); n != want {
		return fmt.Errorf("%s holds %s of it instead of %d", titleOf(s.from.kind), plural(n, "document"), want)
	}
	return nil
}
