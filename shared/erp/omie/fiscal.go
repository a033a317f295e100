package omie

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/preflight"
	"github.com/carimbo/carimbo/shared/words"
)

// fiscalFields are the fields of a service, by what fiscal rules call them.
var fiscalFields = []struct {
	about preflight.About
	field string
}{
	{preflight.ListItem, "cCodServLC116"}, {preflight.MunicipalCode, "cCodServMun"}, {preflight.NBS, "cNbs"},
	{preflight.ClassTrib, "impostos.cClassTrib"}, {preflight.CST, "impostos.cCST"}, {preflight.IndOp, "impostos.cIndOPer"},
} // never written to

func store() words.Text { return words.Say("the store's order") }

// buyerFacts are what fiscal rules may speak of in the customer, unless the default one stands
// for them.
func buyerFacts(o order.Order) []preflight.Fact {
	found := []preflight.Fact{}
	if o.Customer.TaxID != "" {
		found = append(found, preflight.Fact{About: preflight.TaxID, Value: string(o.Customer.TaxID), Field: words.Plain("cnpj_cpf"), Mend: store()},
			preflight.Fact{About: preflight.Email, Value: o.Customer.Email, Field: words.Plain("email"), Mend: store()})
	}
	if a := o.Customer.Address; o.Customer.TaxID != "" && (a.Country == "" || a.Country == "BR") {
		found = append(found, preflight.Fact{About: preflight.City, Value: a.City, Field: words.Plain("cidade"), Mend: store()},
			preflight.Fact{About: preflight.State, Value: a.State, Field: words.Plain("estado"), Mend: store()})
	}
	return found
}

// facts are those of the services that the OS describes itself.
func (os OS) facts(c *Client, o order.Order) (found []preflight.Fact) {
	lines, _ := os["ServicosPrestados"].([]any)
	skus, _ := wire.Mapped(c.config.Services, "", o.Lines) // the lines were made of them
	for i, line := range lines {
		fields, _ := line.(map[string]any)
		at := []string{}
		mend := words.Say("%s in connections.yaml", "erps."+c.account)
		if i < len(skus) {
			at, mend = []string{"services", skus[i]}, words.Say("%s in connections.yaml", "erps."+c.account+".services."+skus[i])
		}
		found = append(found, serviceFacts(fields, c.config.Regime, fmt.Sprintf("ServicosPrestados.%d.", i), mend, at)...)
		if i < len(o.Lines) {
			found = append(found, preflight.Fact{About: preflight.LineTotal, Value: o.Lines[i].Total().String(), Field: words.Plain(fmt.Sprintf("ServicosPrestados.%d.nValUnit", i)), Mend: store()})
		}
	}
	return found
}

// fiscal are the facts of the services that an account describes itself, as far as they
// don't hang on an order.
func fiscal(settings json.RawMessage) (found []preflight.Fact) {
	c, err := Parse(settings)
	if err != nil {
		return nil // Check says why
	}
	for _, sku := range slices.Sorted(maps.Keys(c.Services)) {
		of := serviceFacts(c.Services[sku], c.Regime, "", words.Text{}, []string{"services", sku})
		found = append(found, slices.DeleteFunc(of, func(f preflight.Fact) bool { return strings.Contains(f.Value, "{") })...)
	}
	return found
}

// serviceFacts are those of one service; none of one that is in Omie's catalogue, which
// fills in what the OS leaves blank.
func serviceFacts(fields map[string]any, regime, prefix string, mend words.Text, at []string) (found []preflight.Fact) {
	if fields["nCodServico"] != nil || fields["cCodIntServico"] != nil || fields["cCodServLC116"] == nil && fields["cCodServMun"] == nil {
		return nil
	}
	item, _ := fields["cCodServLC116"].(string)
	for _, f := range fiscalFields {
		in, name := fields, f.field
		if part, below, nested := strings.Cut(f.field, "."); nested {
			in, _ = fields[part].(map[string]any)
			name = below
		}
		value, _ := in[name].(string)
		found = append(found, preflight.Fact{About: f.about, Value: value, Item: item, Regime: regime, Field: words.Plain(prefix + f.field), Mend: mend, At: append(slices.Clone(at), strings.Split(f.field, ".")...)})
	}
	return found
}
