package sensio_test

import (
	"fmt"
	"strings"
	"testing"

	connections "github.com/carimbo/carimbo/shared/connection/file"
	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/yaml"
)

// Each constant that contradicts a paid order, in whatever spelling a person may choose, by
// the field, and by what check makes of it.
var contradicting = []struct {
	field, said string
	refused     bool
	spellings   string // apart by " | "
}{
	{"paymentMethod", "contradicts every order that was paid", true, `Sem Pagamento | "Sem Pagamento"`},
	{"paymentMethod", "is not a payment method", true, `sem pagamento | SEM PAGAMENTO | "Sem pagamento " | Sêm Pagamento | sempagamento | "90" | 90 | nenhum`},
	{"negotiationStatus", "contradicts every order", true, `Recusado`},
	{"negotiationStatus", "is not a", true, `recusado | RECUSADO | " Recusado" | recusada`},
	{"negotiationStatus", "says of every order that it is still negotiated", false, `Em orçamento`},
	{"negotiationStatus", "is not a", true, `em orçamento | EM ORÇAMENTO | Em orcamento`},
	{"bonificacao", "would leave what was paid out of the invoicing", true, `true`},
	{"bonificacao", "must be true or false", true, `"true" | S | Sim | 1 | yes`},
	{"shipped", "says of every order that it was shipped", false, `true`},
	{"shipped", "must be true or false", true, `"true" | S | Sim | 1 | yes`},
	{"approved", "says of every order that nobody approved it", false, `false`},
	{"modFrete", "contradicts each order with freight", false, `9 - Sem frete | "9 - Sem frete"`},
	{"modFrete", "is not a kind of freight", true, `9 - SEM FRETE | 9 - sem frete | 9 – Sem frete | 9-Sem frete | Sem frete | sem frete | SEM FRETE | "9" | 9`},
	{"modFrete.with", "is not a kind of freight", true, `{ with: 9 - Sem frete, without: 9 - Sem frete } | { with: 9, without: 9 - Sem frete } | { with: sem frete, without: 9 - Sem frete }`},
	{"transportFee", "remove it", true, `15 | 0 | "15.00"`},
	{"payments", "Carimbo fills the payments in from the order", true, `[] | [{ nDup: 1, dVenc: "2026-11-21", vDup: 10, tPag: PIX }]`},
	{"paymentConditionType", "is the same for every order: it is sent with those that were paid in 10", false,
		`10x | 10X | "10 x" | 10 vezes | EM 10 VEZES | em 10 vezes sem juros | 10 parcelas | 10 PARCELAS IGUAIS | 10 prestações`},
	{"paymentConditionType", "is the same for every order: it is sent with those that were paid in 3", false, `30 60 90 | "30/60/90" | 30/60/90 DIAS | 30, 60, 90 ddl`},
	{"paymentConditionType", "is the same for every order: it is sent with those that were paid in 1", false, `à vista | A VISTA | À Vista | Pagamento à vista | "30"`},
}

func TestNoContradictionPassesCheckWithoutAWord(t *testing.T) {
	for _, c := range contradicting {
		for value := range strings.SplitSeq(c.spellings, " | ") {
			field, _, _ := strings.Cut(c.field, ".")
			var about []yaml.Problem
			for _, p := range checked(t, fmt.Sprintf("%s: %s", field, value)) {
				if p.Path == "erps.loja.sale."+c.field {
					about = append(about, p)
				}
			}
			if len(about) != 1 || about[0].Warning == c.refused || !strings.Contains(about[0].Message.String(), c.said) {
				t.Errorf("%s: %s is refused %t, %q, and check says %+v", c.field, value, c.refused, c.said, about)
			}
		}
	}
}

// checked is what check says of an account with the sale.
func checked(t *testing.T, sale string) yaml.Problems {
	t.Helper()
	_, problems, err := connections.Parse("c.yaml", []byte(`erps:
  loja:
    kind: sensio
    base_url: https://sensio.example/api
    headers: { Authorization: "Bearer {app_secret}" }
    lookup: { path: "/sales?orig={orig}&origId={origId}", rows: response, id: id }
    sale:
      `+sale+`
    items: { "*": { productId: p } }
connections:
  loja-online: { platform: shopify, erp: loja, since: 2026-11-01 }
`), kinds.All())
	if err != nil && problems == nil {
		t.Fatal(err)
	}
	return problems
}

func TestAConstantWithoutFreightSaysTheWayOut(t *testing.T) {
	const wayOut = `{ with: "0 - Por conta do emitente", without: "9 - Sem frete" }`
	for _, beside := range []string{"", "\n      carrier: pes-3", "\n      shipment: Expresso"} {
		field, _, _ := strings.Cut(strings.TrimSpace(beside), ":")
		problems := checked(t, "modFrete: 9 - Sem frete"+beside)
		want := map[string]bool{"erps.loja.sale.modFrete": true, "erps.loja.sale." + field: field != ""}
		for _, p := range problems {
			if !p.Warning || !want[p.Path] || !strings.Contains(p.Message.String(), wayOut) {
				t.Errorf("%+v", p)
			}
			delete(want, p.Path)
		}
		if want["erps.loja.sale.modFrete"] || want["erps.loja.sale."+field] {
			t.Errorf("%q: %+v", beside, problems)
		}
		if problems := checked(t, "modFrete: "+wayOut+beside); len(problems) > 0 {
			t.Errorf("%q: %+v", beside, problems)
		}
	}
}
