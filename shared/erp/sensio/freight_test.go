package sensio_test

import (
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/erp/sensio"
	"github.com/carimbo/carimbo/shared/erp/sensio/sensiosim"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words/wordstest"
)

func TestTheKindOfFreightDoesNotContradictTheOrder(t *testing.T) {
	const both = `{ "with": "1 - Por conta do destinatário/remetente", "without": "9 - Sem frete" }`
	for name, c := range map[string]struct{ configured, freight, without string }{
		"no freight, for all":    {`"9 - Sem frete"`, "0 - Por conta do emitente", "9 - Sem frete"},
		"the recipient, for all": {`"1 - Por conta do destinatário/remetente"`, "1 - Por conta do destinatário/remetente", "1 - Por conta do destinatário/remetente"},
		"one for each":           {both, "1 - Por conta do destinatário/remetente", "9 - Sem frete"},
		"none":                   {`null`, "", ""},
	} {
		text := strings.Replace(settings, `"items"`, `"sale": {"modFrete": `+c.configured+`}, "items"`, 1)
		for _, p := range sensio.Check([]byte(text)) {
			wordstest.Translated(t, p.Message)
			if strings.HasPrefix(p.Path, "sale") && !p.Warning {
				t.Fatal(name, p)
			}
		}
		for freight, want := range map[order.Money]string{order.Cents(0): c.without, order.Cents(1): c.freight, order.Cents(1500): c.freight} {
			o := paid(t, "100", "1 x 100")
			o.Freight, o.Total = freight, o.Total.Add(freight)
			doc := document(t, client(t, text), o)
			if got := doc.Body.(sensio.Sale).ModFrete; got != want {
				t.Errorf("%s, freight of %s: %q, want %q", name, freight, got, want)
			}
			take(t, sensiosim.New(sensiosim.Options{}), doc)
		}
	}
}
