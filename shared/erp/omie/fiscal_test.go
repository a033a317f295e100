package omie_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/preflight"
)

func TestOnlyServicesThatTheOSDescribesAreJudged(t *testing.T) {
	const inline = `{"cDescServ": "x", "cCodServLC116": "8.02", "cCodServMun": "080201", "cTribServ": "01"`
	day := time.Date(2027, 1, 2, 12, 0, 0, 0, order.SaoPaulo())
	for _, c := range []struct{ what, service, regime, want string }{
		{"of the catalogue", `{"nCodServico": 1}`, ``, ""},
		{"by its code there", `{"cCodIntServico": "A"}`, ``, ""},
		{"described", inline + `}`, ``, "nbs-missing ServicosPrestados.0.cNbs, ibs-cbs-refused! ServicosPrestados.0.impostos.cClassTrib"},
		{"described, of the Simples", inline + `}`, `simples`, "nbs-missing-simples ServicosPrestados.0.cNbs, ibs-cbs-simples ServicosPrestados.0.impostos.cClassTrib"},
		{"with all of it", inline + `, "cNbs": "122052300", "impostos": {"cCST": "000", "cClassTrib": "000001", "cIndOPer": "030101"}}`, `normal`, ""},
		{"with forms that are none", inline + `, "cNbs": "1", "impostos": {"cCST": "0", "cClassTrib": "1", "cIndOPer": "x"}}`, `normal`,
			"nbs-form ServicosPrestados.0.cNbs, class-trib-form ServicosPrestados.0.impostos.cClassTrib, cst-form ServicosPrestados.0.impostos.cCST, ind-op-form ServicosPrestados.0.impostos.cIndOPer"},
	} {
		settings := `{"customer": {"default": 1}, "services": {"*": ` + c.service + `}}`
		if c.regime != "" {
			settings = strings.Replace(settings, `{"customer"`, `{"regime": "`+c.regime+`", "customer"`, 1)
		}
		config, err := omie.Parse(json.RawMessage(settings))
		if err != nil {
			t.Fatal(err)
		}
		o := order.Order{ID: "1", Number: "1", PaidAt: day, Total: order.Cents(1000), Lines: []order.Line{{SKUs: []string{"A"}, Name: "x", Quantity: order.Pieces(1), UnitPrice: order.Cents(1000)}}}
		doc, err := omie.New(config, erp.Options{Account: "estudio"}).Document(o, erp.NewReference("c", "", "1"))
		if err != nil {
			t.Fatal(err)
		}
		if got := rulesOf(doc.Preflight(day)); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
		for _, f := range doc.Facts {
			if f.About == preflight.ClassTrib && (!strings.Contains(f.Mend.String(), "erps.estudio.services.* in connections.yaml") || strings.Join(f.At, ".") != "services.*.impostos.cClassTrib") {
				t.Errorf("%s: mended at %s, %v", c.what, f.Mend, f.At)
			}
		}
		// The account alone says the same of its services.
		if got := rulesOf(preflight.Check(omie.Kind().Fiscal(json.RawMessage(settings)), day)); got != strings.ReplaceAll(c.want, "ServicosPrestados.0.", "") {
			t.Errorf("%s, of the account: %s, want %s", c.what, got, c.want)
		}
	}
	if facts := omie.Kind().Fiscal(json.RawMessage(`{"services": 5}`)); facts != nil {
		t.Errorf("of what is no account: %v", facts)
	}
}

func rulesOf(found []preflight.Finding) string {
	var names []string
	for _, f := range found {
		names = append(names, fmt.Sprint(f.Rule, map[bool]string{true: "!"}[f.Refused], " ", f.Field))
	}
	return strings.Join(names, ", ")
}

func TestABuyerIsJudgedUnlessTheDefaultCustomerStandsForThem(t *testing.T) {
	day := time.Date(2026, 12, 2, 12, 0, 0, 0, order.SaoPaulo())
	config, err := omie.Parse(json.RawMessage(`{"customer": {"default": 1}, "services": {"*": {"nCodServico": 1}}}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what     string
		customer order.Customer
		want     string
	}{
		{"nobody", order.Customer{Name: "Ana"}, ""},
		{"without an address", order.Customer{Name: "Ana", TaxID: "52998224725"}, "email-missing email, city-missing cidade, state-missing estado"},
		{"whole", order.Customer{Name: "Ana", TaxID: "52998224725", Email: "a@b.example", Address: order.Address{City: "Santos", State: "SP"}}, ""},
		{"abroad", order.Customer{Name: "Ana", TaxID: "52998224725", Email: "a@b.example", Address: order.Address{City: "Lisboa", Country: "PT"}}, ""},
		{"a state that is none", order.Customer{Name: "Ana", TaxID: "52998224725", Email: "x", Address: order.Address{City: "Santos", State: "XX", Country: "BR"}}, "email-form email, state-form estado"},
	} {
		o := order.Order{ID: "1", Number: "1", PaidAt: day, Total: order.Cents(0), Customer: c.customer,
			Lines: []order.Line{{SKUs: []string{"A"}, Name: "x", Quantity: order.Pieces(1), UnitPrice: order.Cents(1000), Discount: order.Cents(1000)}}}
		doc, err := omie.New(config, erp.Options{Account: "estudio"}).Document(o, erp.NewReference("c", "", "1"))
		if err != nil {
			t.Fatal(err)
		}
		want := strings.TrimPrefix(c.want+", nothing-to-invoice ServicosPrestados.0.nValUnit", ", ")
		if got := rulesOf(doc.Preflight(day)); got != want {
			t.Errorf("%s: %s, want %s", c.what, got, want)
		}
	}
}
