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
	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/registry"
	"github.com/carimbo/carimbo/shared/words"
)

// demoShop is a store of an example account.
type demoShop struct {
	erp.ExampleStore
	platform platform.Platform
	// kind is the account's.
	kind   erp.Kind
	secret string
}

// demoShops are the stores of all kinds' examples.
func demoShops() (shops []demoShop) {
	for _, kind := range kinds.All() {
		for _, store := range kind.Example.Stores {
			p, _ := registry.Get(store.Platform)
			shops = append(shops, demoShop{ExampleStore: store, platform: p, kind: kind, secret: demoSecret(store.Platform)})
		}
	}
	return shops
}

// demoSecret is what a store's platform proves itself with.
func demoSecret(platform string) string {
	switch platform {
	case "hotmart":
		return "demo-hottok"
	case "generic":
		return "whsec_ZGVtby1zZWNyZXQtb2YtYS1jaGVja291dCEh"
	}
	return "demo-" + platform + "-secret"
}

// script is what the demo sends, in this order.
type script []step

// step is one webhook, and what has to come of it.
type step struct {
	what words.Text
	from demoShop
	// sample is a file in events/payloads; empty is the platform's ping.
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

// looked is an order that is found, which has the most to show.
func (sc script) looked() step {
	found := slices.DeleteFunc(slices.Clone(sc), func(st step) bool { return !st.lost })
	return found[len(found)-1]
}

func writeScript(dir string, now time.Time) (script, error) {
	var sc script
	losing := map[string]bool{}
	for _, shop := range demoShops() {
		// One answer of each kind of ERP gets lost.
		sc = append(sc, shop.script(!losing[shop.kind.Name])...)
		losing[shop.kind.Name] = true
	}
	for i := range sc {
		if err := sc[i].write(dir, now); err != nil {
			return nil, words.Errorf("prepare the demo: %s", err)
		}
	}
	return sc, nil
}

// script is what the store sends, and whether the answer to an order of it gets lost.
func (shop demoShop) script(loses bool) script {
	document, _ := shop.kind.Document(shop.Document)
	lost := words.Say("%s will write its %s, and the answer will get lost", shop.kind.Title, document.Title)
	paid := step{what: words.Say("a paid order"), sample: shop.Paid, status: http.StatusOK, state: ledger.Created}
	if shop.Document != "" {
		paid.what = words.Say("a paid order of goods, which becomes a %s", document.Title)
	}
	if loses {
		paid.what, paid.lost = lost, true
	}
	sc, title := script{paid}, words.Say("A checkout")
	switch shop.Platform {
	case "hotmart":
		title, sc = words.Plain("Hotmart"), script{
			{what: words.Say("a paid purchase"), sample: shop.Paid, status: http.StatusOK, state: ledger.Created},
			{what: words.Say("the same purchase, delivered again"), sample: shop.Paid, status: http.StatusOK, state: ledger.Created},
			{what: lost, sample: shop.Paid, transaction: "HP2640930551", lost: true, status: http.StatusOK, state: ledger.Created},
			{what: words.Say("a product that is not mapped"), sample: "hotmart/purchase_approved_unmapped.json", status: http.StatusOK, state: ledger.Rejected, kind: order.Mapping},
			{what: words.Say("a wrong CPF"), sample: "hotmart/purchase_approved_wrong_tax_id.json", status: http.StatusOK, state: ledger.Rejected, kind: order.TaxIDReason},
			{what: words.Say("forged"), sample: shop.Paid, transaction: "HP2640900000", forged: true, status: http.StatusUnauthorized},
		}
	case "woocommerce":
		title, sc = words.Plain("WooCommerce"), script{{what: words.Say("its test of the URL"), status: http.StatusOK}, paid}
	case "shopify":
		title = words.Plain("Shopify")
	}
	for i := range sc {
		sc[i].what, sc[i].from = words.Say("%s: %s", title, sc[i].what), shop
	}
	return sc
}

// perform sends one webhook and compares the answer.
func (c *console) perform(ctx context.Context, s *serving, st step, width int) error {
	request, err := st.request(c.now())
	if err != nil {
		return err
	}
	target, err := url.Parse(s.url + "/webhooks/" + st.from.Connection)
	if err != nil {
		return err
	}
	status, answer, err := post(ctx, target, request)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "  %d  %-*s  %s\n", status, width, safe(st.key), c.text(st.what))
	if status != st.status {
		return words.Errorf("%s: the answer was %d instead of %d: %s", st.what, status, st.status, safe(strings.TrimSpace(string(answer))))
	}
	return nil
}

// width aligns what is told of the orders: it is that of the longest key.
func (sc script) width() (longest int) {
	for _, st := range sc {
		longest = max(longest, len(st.key))
	}
	return longest
}

func (s step) reference() erp.Reference {
	return erp.NewReference(s.from.Connection, "", s.orderID)
}

// loseAnswers has the simulators write the documents of the steps that say so, and
// break the connection instead of answering. A simulator tells of a create by what it
// knows of its reference.
func (sc script) loseAnswers(sims *simulators) {
	for _, sim := range sims.running {
		var mu sync.Mutex
		var left []erp.Reference
		for _, st := range sc {
			if st.lost && st.from.kind.Name == sim.kind.Name {
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
			return words.Errorf("%s: %s", st.what, err)
		}
		if orders[st.from.kind.Name] == nil {
			orders[st.from.kind.Name] = map[string]bool{}
		}
		if st.state == ledger.Created {
			orders[st.from.kind.Name][st.key] = true
		}
	}
	for _, sim := range sims.running {
		if n, want := sim.Documents(), len(orders[sim.kind.Name]); n != want {
			return words.Errorf("the simulator of %s holds %s instead of %d", titleOf(sim.kind.Name), words.Count(n, "%d document", "%d documents"), want)
		}
		if v := sim.Violations(); len(v) > 0 {
			return words.Errorf("a limit of %s was broken: %s", titleOf(sim.kind.Name), v[0])
		}
	}
	return nil
}

func (s step) verify(ctx context.Context, l ledger.Ledger, sims *simulators) error {
	e, err := l.Get(ctx, s.key)
	want := 0
	switch {
	case s.state == "" && err == nil:
		return words.Errorf("there is an order of it")
	case s.state == "":
	case err != nil:
		return err
	case e.State != s.state || e.Reason.Kind != s.kind || e.Found != s.lost:
		return words.Errorf("the order is %s %s instead of %s %s", e.State, e.Reason.Kind, s.state, s.kind)
	case s.state == ledger.Created:
		want = 1
	}
	if n := sims.of(s.from.kind.Name).Count(s.reference()); n != want {
		return words.Errorf("%s holds %s of it instead of %d", s.from.kind.Title, words.Count(n, "%d document", "%d documents"), want)
	}
	return nil
}
