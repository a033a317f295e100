package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/carimbo/carimbo/shared/platform/platformtest"
)

// withoutFreight is an account whose constant says that no order has freight.
const withoutFreight = `
erps:
  loja:
    kind: sensio
    base_url: http://127.0.0.1:9/api
    headers: { Authorization: "Bearer {app_secret}" }
    customer: { default: "64f0c1a2b3d4e5f601020399" }
    sale: { type: Venda, status: Em aberto, modFrete: "9 - Sem frete" }
    items:
      "*": { productId: 64f0c1a2b3d4e5f601020304, details: "{line.name}" }
connections:
  loja-online: { platform: shopify, erp: loja, since: 2026-01-01 }
`

func TestNoConstantContradictsTheOrdersFreight(t *testing.T) {
	body, err := os.ReadFile("../../shared/platform/shopify/testdata/freight-modfrete.json")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	file := func(name string, body []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, body, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	connections := file("connections.yaml", []byte(withoutFreight))
	shipping := func(price, discount string) []any {
		return []any{map[string]any{"title": "PAC", "price": price, "discount_allocations": []any{map[string]any{"amount": discount}}}}
	}
	total := func(text string, lines []any) map[string]any {
		return map[string]any{"total_price": text, "total_price_set": nil, "current_total_price": text, "current_total_price_set": nil, "shipping_lines": lines}
	}
	for name, c := range map[string]struct {
		change map[string]any
		want   string
	}{
		"as it was met":        {nil, "0 - Por conta do emitente"},
		"none":                 {total("107.89", []any{}), "9 - Sem frete"},
		"all of it taken off":  {total("107.89", shipping("15.00", "15.00")), "9 - Sem frete"},
		"a cent of it is left": {total("107.90", shipping("15.00", "14.99")), "0 - Por conta do emitente"},
	} {
		got := typeIn(t, "preview", "--connection", "loja-online", "--connections", connections, file("order.json", platformtest.Edit(t, body, c.change)))
		var sale struct{ ModFrete string }
		if err := json.Unmarshal([]byte(got.out), &sale); err != nil || got.code != exitDone || sale.ModFrete != c.want {
			t.Errorf("%s: %q, want %q: %s, %v", name, sale.ModFrete, c.want, got.errors, err)
		}
	}
}
