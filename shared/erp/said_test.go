package erp_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/erp/sensio"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/platformtest"
	"github.com/carimbo/carimbo/shared/platform/woocommerce"
)

// said is what both ERPs are asked for: the lines of the OS, and those of the sale with
// its discount, freight and expenses.
func said(t *testing.T, body []byte) (inOmie, inSensio string) {
	t.Helper()
	o, err := woocommerce.Platform{}.Order(platform.Payload{Body: body}, platform.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Check(o.PaidAt); err != nil {
		return err.Error(), err.Error()
	}
	return osOf(t, o), saleOf(t, o)
}

func osOf(t *testing.T, o order.Order) string {
	t.Helper()
	config, err := omie.Parse(json.RawMessage(`{"kind": "omie", "customer": {"default": 1}, "services": {"*": {"cDescServ": "{line.name}", "cCodServLC116": "7.07", "cCodServMun": "1", "cTribServ": "01"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := omie.New(config, erp.Options{Account: "estudio"}).Document(o, erp.NewReference("loja", "", o.ID))
	if err != nil {
		return err.Error()
	}
	var out []string
	for _, line := range doc.Body.(omie.OS)["ServicosPrestados"].([]any) {
		l := line.(map[string]any)
		text := fmt.Sprintf("%s %s x %s", l["cDescServ"], l["nQtde"], l["nValUnit"])
		if l["nValorDesconto"] != nil {
			text += fmt.Sprintf(" - %s", l["nValorDesconto"])
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

func saleOf(t *testing.T, o order.Order) string {
	t.Helper()
	config, err := sensio.Parse(json.RawMessage(`{"kind": "sensio", "base_url": "https://sensio.example", "headers": {"A": "{app_secret}"},
		"customer": {"default": "1"}, "items": {"*": {"productId": "p", "details": "{line.name}"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := sensio.New(config, erp.Options{Account: "loja"}).Document(o, erp.NewReference("loja", "", o.ID))
	if err != nil {
		return err.Error()
	}
	sale := doc.Body.(sensio.Sale)
	var out []string
	for _, l := range sale.SaleLines {
		out = append(out, fmt.Sprintf("%s %s x %s", l.Details, l.Qty, l.Price))
	}
	return fmt.Sprintf("%s | %s - %s + %s + %s", strings.Join(out, ", "), sale.Total, sale.Discount, sale.TransportFee, sale.OtherExpenses)
}

func caseOf(t *testing.T, name string, changes map[string]any) []byte {
	t.Helper()
	return platformtest.Edit(t, platformtest.CaseFileAt(t, "../platform/woocommerce/", name), changes)
}

type list []map[string]any

func TestEachPartIsSaidInTheERPsOwnWay(t *testing.T) {
	screw := func(quantity int, total string) list {
		return list{{"name": "Parafuso", "quantity": quantity, "subtotal": total, "total": total, "sku": "W-1"}}
	}
	fees := func(amounts ...string) (fees list) {
		for _, amount := range amounts {
			fees = append(fees, map[string]any{"name": "Taxa", "total": amount})
		}
		return fees
	}
	for _, c := range []struct {
		what, file   string
		changes      map[string]any
		omie, sensio string
	}{
		{"a fee for paying by Pix", "pix-fee", nil, "Sabonete 2 x 25 - 2.5, Toalha 1 x 30 - 1.5", "Sabonete 2 x 25, Toalha 1 x 30 | 80 - 4 + 0 + 0"},
		{"two of them", "pix-fee", map[string]any{"fee_lines": fees("-4.00", "-0.80"), "total": "75.20"},
			"Sabonete 2 x 25 - 3, Toalha 1 x 30 - 1.8", "Sabonete 2 x 25, Toalha 1 x 30 | 80 - 4.8 + 0 + 0"},
		{"one beside a fee on top", "pix-fee", map[string]any{"fee_lines": fees("-4.00", "5.00"), "total": "81.00"},
			"total: the order has fees of 5.00, for which an OS has no field: the OS would come to 76.00, but 81.00 was paid; set erps.estudio.fees in connections.yaml to { service: ... } for a line of its own, { expense: ... } for despesasReembolsaveis, or spread for the prices of the lines", "Sabonete 2 x 25, Toalha 1 x 30 | 80 - 4 + 0 + 5"},
		{"one of all that was bought", "pix-fee", map[string]any{"fee_lines": fees("-80.00"), "total": "0.00"},
			"Sabonete 2 x 25 - 50, Toalha 1 x 30 - 30", "Sabonete 2 x 25, Toalha 1 x 30 | 80 - 80 + 0 + 0"},
		{"a thousand at 0.01234", "four-decimals", nil, "1000 x Parafuso 1 x 12.34", "1000 x Parafuso 1 x 12.34 | 12.34 - 0 + 0 + 0"},
		{"a thousand at 0.0123", "four-decimals", map[string]any{"line_items": screw(1000, "12.3000"), "total": "12.3000"},
			"Parafuso 1000 x 0.0123", "1000 x Parafuso 1 x 12.3 | 12.3 - 0 + 0 + 0"},
		{"three at 0.3333", "four-decimals", map[string]any{"line_items": screw(3, "0.9999"), "total": "0.9999"},
			"Parafuso 3 x 0.3333", "3 x Parafuso 1 x 1 | 1 - 0 + 0 + 0"},
		{"three for 10.00", "four-decimals", map[string]any{"line_items": screw(3, "10.00"), "total": "10.00"},
			"Parafuso 3 x 3.3333", "3 x Parafuso 1 x 10 | 10 - 0 + 0 + 0"},
		{"fine, with a fee for Pix", "four-decimals", map[string]any{"fee_lines": fees("-0.3402"), "total": "11.9998"},
			"1000 x Parafuso 1 x 12.34 - 0.34", "1000 x Parafuso 1 x 12.34 | 12.34 - 0.34 + 0 + 0"},
		{"freight finer than a cent", "four-decimals", map[string]any{"shipping_lines": fees("5.4321"), "total": "17.7721"},
			"total: the order has freight of 5.4321, for which an OS has no field: the OS would come to 12.34, but 17.77 was paid; set erps.estudio.freight in connections.yaml to { service: ... } for a line of its own, { expense: ... } for despesasReembolsaveis, or spread for the prices of the lines", "1000 x Parafuso 1 x 12.34 | 12.34 - 0 + 5.43 + 0"},
	} {
		inOmie, inSensio := said(t, caseOf(t, c.file, c.changes))
		if inOmie != c.omie || inSensio != c.sensio {
			t.Errorf("%s:\n%s\n%s, want\n%s\n%s", c.what, inOmie, inSensio, c.omie, c.sensio)
		}
	}
}
