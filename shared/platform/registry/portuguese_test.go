package registry_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/registry"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/words/portuguese"
)

func portugueseOf(t *testing.T) words.Language {
	t.Helper()
	pt, err := portuguese.Language()
	if err != nil {
		t.Fatal(err)
	}
	return pt
}

func TestWhyAnOrderIsNoneIsSaidInPortuguese(t *testing.T) {
	t.Parallel()
	pt := portugueseOf(t)
	for _, c := range []struct{ platform, body, want string }{
		{"generic", `{"order":{}}`, "falta order.id: envie o pedido de novo com um id"},
		{"generic", `{"order":{"id":"1","paid_at":"ontem"}}`, "order.paid_at não é data e hora: escreva como 2026-11-21T12:00:00-03:00 e envie o pedido de novo"},
		{"generic", `{"order":{"id":"1","lines":"x"}}`, "order.lines não pode ser do tipo string em JSON: envie o pedido de novo no formato documentado"},
		{"hotmart", `{"data":{"purchase":{"transaction":"HP1"}}}`, "falta data.purchase.price.value: veja a compra na Hotmart e lance-a no ERP manualmente"},
		{"shopify", `{"id":1,"line_items":[{"quantity":1}]}`, "falta total_price: veja o pedido em Shopify e lance-o no ERP manualmente"},
		{"shopify", `x`, "o corpo não é JSON: lance o pedido no ERP manualmente"},
		{"woocommerce", `{"id":1,"total":"muito"}`, "total não é um valor: veja o pedido em WooCommerce e lance-o no ERP manualmente"},
		{"woocommerce", `{"id":1,"total":"1","parent_id":7}`, "parent_id é 7: este pedido é parte daquele, que é vendido inteiro: dispense este se o pedido principal estiver no ERP, ou lance as partes manualmente no lugar dele"},
	} {
		p, _ := registry.Get(c.platform)
		_, err := p.Order(platform.Payload{Body: []byte(c.body)}, platform.Settings{})
		if got := words.Of(err).In(pt); got != c.want {
			t.Errorf("%s: %q, want %q", c.body, got, c.want)
		}
	}
	p, _ := registry.Get("shopify")
	err := p.(platform.Fetcher).CheckStore(map[string]string{"shop": "loja.myshopify.com", "client_id": "shpat_0123456789abcdef", "client_secret": "x"})
	if got := words.Of(err).In(pt); got != "client_id contém um token de acesso (shpat_): ele vai em access_token, só com shop ao lado" {
		t.Errorf("%q", got)
	}
}

// english are words that no Portuguese text has.
var english = regexp.MustCompile(`(?i)\b(?:the|is|and|of|this|not|has|its?|was|with|whose|that)\b`)

func TestWhatAPreviewSaysOfASampleIsPortuguese(t *testing.T) {
	t.Parallel()
	pt := portugueseOf(t)
	told := 0
	for _, folder := range []string{filepath.Join("..", "..", "..", "events", "payloads"), os.Getenv("CARIMBO_FIXTURES")} {
		for _, name := range registry.Names() {
			for _, file := range files(t, filepath.Join(folder, name)) {
				body, err := os.ReadFile(filepath.Join(folder, name, file))
				if err != nil {
					t.Fatal(err)
				}
				p, _ := registry.Get(name)
				o, err := p.Order(platform.Payload{Body: body}, platform.Settings{})
				texts := append([]words.Text{words.Of(err), words.Of(o.Check(o.PaidAt.Add(time.Hour))), o.Origins.Rule}, o.Origins.Discount...)
				for _, d := range append(o.Origins.Dropped, order.Dropped{}) {
					texts = append(texts, d.What, d.Why)
				}
				for _, text := range texts {
					if !text.IsZero() {
						told++
					}
					if said := text.In(pt); english.MatchString(said) {
						t.Errorf("%s/%s: %s", name, file, said)
					}
				}
			}
		}
	}
	if told < 10 {
		t.Errorf("only %d texts were told", told)
	}
}
