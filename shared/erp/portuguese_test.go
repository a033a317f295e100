package erp_test

import (
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/words/wordstest"
)

func TestWhatIsSaidOfEveryERPIsReadInPortuguese(t *testing.T) {
	pt := wordstest.Portuguese(t)
	without := func(parts ...string) words.Text { return erp.Lessons{LeftOut: parts}.Without() }
	var e erp.Explanation
	e.Cut("razao_social", 3, words.Say("the end of the customer's name"), "Ana Prado")
	total := erp.Document{Order: order.Order{ID: "1"}, Total: order.Cents(1)}.Preflight(time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC))
	for want, said := range map[string]words.Text{
		"": without(),
		"sem estes dados do cliente, que o ERP recusou: e-mail":                                                 without(erp.PartEmail),
		"sem estes dados do cliente, que o ERP recusou: telefone e nome fantasia e cidade e endereço e unknown": without(erp.PartPhone, erp.PartTrade, erp.PartCity, erp.PartAddress, "unknown"),
		"o fim do nome do cliente":                     e.Dropped[0].What,
		"razao_social aceita 3 bytes, e o texto tem 9": e.Dropped[0].Why,
		"o total do documento não é o que foi pago: corrija no pedido da loja, ou lance o pedido manualmente no ERP": total[0].Message,
	} {
		if got := said.In(pt); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		wordstest.Translated(t, said)
	}
	if got := without(erp.PartTrade, erp.PartCity).String(); got != "without the customer's trade name and city, which the ERP refused" {
		t.Error(got)
	}
}
