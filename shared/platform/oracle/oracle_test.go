// Package oracle is a second reading of what the platforms send: docs/platforms/*.md as
// paths and arithmetic, written without the decoders and sharing nothing with them. It is
// held against the product on orders that are made here, and knows nothing of phones and
// addresses yet.
//
// The number of an order makes it what it is, and a difference says the number:
//
//	go test ./shared/platform/oracle -v
//	go test ./shared/platform/oracle -run EachPlatform/shopify -oracle.from 4711 -oracle.orders 1
package oracle

import (
	"flag"
	"math/rand/v2"
	"testing"

	"github.com/carimbo/carimbo/shared/platform/registry"
)

var (
	orders = flag.Uint64("oracle.orders", 0, "how many orders of each platform are read twice; 0 are 20000, with -short 300, under the race detector 1000")
	most   = flag.Int("oracle.differences", 5, "how many differences are shown")
	from   = flag.Uint64("oracle.from", 0, "the number of the first one, which makes it what it is")
)

// reading is one platform: how its orders are made, and how the oracle reads them.
type reading struct {
	order func(dice) call
	read  func(words, call) answer
}

func readings() map[string]reading {
	return map[string]reading{
		"shopify":     {dice.orderOfShopify, words.readShopify},
		"woocommerce": {dice.orderOfWooCommerce, words.readWooCommerce},
		"hotmart":     {dice.orderOfHotmart, words.readHotmart},
		"generic":     {dice.orderOfAnyCheckout, words.readGeneric},
	}
}

func TestEachPlatformIsReadAsTheOracleReadsIt(t *testing.T) {
	page, all, wanted := pageOfPayers(), readings(), *orders
	switch {
	case wanted > 0:
	case testing.Short():
		wanted = 300
	default:
		wanted = enoughOrders
	}
	for _, name := range registry.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, ok := all[name]
			if !ok {
				t.Fatal("the oracle doesn't read this platform")
			}
			seen := r.compare(t, page, wanted)
			t.Logf("%d orders: %v", wanted, seen)
			if wanted >= 300 && !t.Failed() {
				enough(t, seen, name, wanted)
			}
		})
	}
}

// compare reads so many orders twice, and counts what became of them.
func (r reading) compare(t *testing.T, page words, wanted uint64) map[string]uint64 {
	seen := map[string]uint64{}
	differing := 0
	for n := *from; n < *from+wanted && differing < *most; n++ {
		c := r.order(dice{rand.New(rand.NewPCG(n, 0))})
		oracle := r.read(page, c)
		product, err := c.productSays()
		if difference := oracle.difference(product); err != nil || difference != "" {
			differing++
			t.Errorf("order %d (-oracle.from %d): %v %s\n%+v, topic %q\n%s", n, n, err, difference, c.settings, c.topic, c.body)
		}
		if c.off && product.verdict == sale {
			t.Errorf("order %d (-oracle.from %d): its sum is wrong by a cent, and it went through\n%s", n, n, c.body)
		}
		if c.off {
			seen["off by a cent"]++
		}
		if c.wrongPart && product.verdict == sale {
			t.Errorf("order %d (-oracle.from %d): a total of its parts is wrong, and it went through\n%s", n, n, c.body)
		}
		if c.wrongPart {
			seen["a part's total is wrong"]++
		}
		seen[oracle.verdict]++
		for _, reason := range oracle.reasons {
			seen[reason]++
		}
	}
	return seen
}

// enough checks that the orders were worth reading: a fifth goes through, and every
// verdict and reason is there.
func enough(t *testing.T, seen map[string]uint64, name string, wanted uint64) {
	t.Helper()
	if seen[sale] < wanted/5 {
		t.Errorf("only %d orders go through", seen[sale])
	}
	kinds := []string{ignored, reversed, rejected, "tax_id", "currency", "total", "off by a cent"}
	if name == "hotmart" { // which has one amount, and nothing to hold it against
		kinds = []string{ignored, reversed, rejected, "tax_id", "currency", "unsupported"}
	}
	if name == "woocommerce" {
		kinds = append(kinds, "a part's total is wrong")
	}
	for _, kind := range kinds {
		if seen[kind] < wanted/200 {
			t.Errorf("%s came only %d times", kind, seen[kind])
		}
	}
}
