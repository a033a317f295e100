package sensio_test

import (
	"encoding/json"
	"testing"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/sensio"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/words/wordstest"
)

func TestWhatIsSaidOfSensioIsReadInPortuguese(t *testing.T) {
	kind, pt := sensio.Kind(), wordstest.Portuguese(t)
	about := func(more, path string) words.Text {
		for _, p := range sensio.Check(json.RawMessage(`{"base_url": "https://a.example.com", "items": {"*": {"productId": "p"}}, ` + more + `}`)) {
			if p.Path == path {
				return p.Message
			}
		}
		t.Errorf("nothing is said of %s", path)
		return words.Text{}
	}
	o := paid(t, "10", "1 x 10")
	var err error
	if o.Lines[0].Quantity, err = order.ParseQuantity("0.5"); err != nil {
		t.Fatal(err)
	}
	_, err = calling(t, "http://127.0.0.1").Document(o, reference)
	half, _ := order.AsRejection(err)
	for want, said := range map[string]words.Text{
		`os mesmos orig "loja" e origId "1"`:          kind.SameCode(erp.Reference{Orig: "loja", OrigID: "1"}),
		`Procure por orig "loja", origId "1"`:         kind.WhereToLook(erp.Reference{Orig: "loja", OrigID: "1"}),
		"1 venda":                                     kind.Documents[0].Count(1),
		"2 vendas":                                    kind.Documents[0].Count(2),
		"precisa ser um destes: Em aberto | Faturado": about(`"sale": {"status": "Aberto"}`, "sale.status"),
		"não é conhecido (você quis dizer query?); os conhecidos são default, query e create":                                     about(`"customer": {"qery": {}}`, "customer.qery"),
		"não pode ser configurado: mudaria um valor: o preço do pedido é preenchido":                                              about(`"items": {"A": {"productId": "p", "price": 5}}`, "items.A.price"),
		"item 1: a quantidade 0.5 não é inteira, e o Sensio só aceita quantidades inteiras: lance o pedido manualmente no Sensio": half.Message,
		"a conta não tem consulta, ou o pedido não tem referência para consultar":                                                 calling(t, "http://127.0.0.1").LookUp(t.Context(), erp.Reference{}).Text,
	} {
		if got := said.In(pt); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		wordstest.Translated(t, said)
	}
	wordstest.Translated(t, kind.IDForm)
}
