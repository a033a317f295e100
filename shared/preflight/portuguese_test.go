package preflight_test

import (
	"testing"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/preflight"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/words/wordstest"
)

func TestEachRuleIsReadInPortuguese(t *testing.T) {
	pt := wordstest.Portuguese(t)
	for _, r := range rows {
		facts := []preflight.Fact{{About: r.about, Value: r.wrong, Paid: "10.00", Item: r.item, Regime: r.regime, Field: words.Plain("cField"), Mend: words.Say("the store's order")}}
		for _, f := range preflight.Check(facts, noonOf(t, r.within)) {
			wordstest.Translated(t, f.Message, f.Source, f.Says)
		}
	}
	facts := []preflight.Fact{{About: preflight.LineTotal, Value: "0.00", Field: words.Plain("saleLines.0.price"), Mend: words.Say("the store's order")},
		{About: preflight.ClassTrib, Item: "8.02", Field: words.Plain("cClassTrib"), Mend: words.Say("%s in connections.yaml", "erps.estudio.services.A")}}
	found := preflight.Check(facts, noonOf(t, "2027-01-02"))
	reason, _ := order.AsRejection(preflight.Refusal(found))
	for want, said := range map[string]words.Text{
		"saleLines.0.price é 0: não há o que faturar: se o item não deve sair na nota fiscal, retire-o no pedido da loja": found[0].Message,
		"cClassTrib está faltando: desde 01/01/2027 a NFS-e sem o grupo de IBS e CBS é recusada: se a empresa é do Simples, informe regime: simples; " +
			"se não é, preencha em erps.estudio.services.A no connections.yaml (" + found[1].Source.In(pt) + ")": reason.Message,
	} {
		if got := said.In(pt); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
