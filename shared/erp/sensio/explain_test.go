package sensio_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/sensio"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/words/wordstest"
)

func explanation(t *testing.T, more string, o order.Order) erp.Explanation {
	t.Helper()
	e, err := sensio.Kind().Explain(json.RawMessage(`{"base_url": "https://a.example.com", "items": {"*": {"productId": "p"}}`+more+`}`), o, erp.NewReference("loja", "", o.ID))
	if err != nil {
		t.Fatal(err)
	}
	told := []words.Text{e.How}
	for _, d := range e.Dropped {
		told = append(told, d.What, d.Why)
	}
	for _, p := range e.Contradictions {
		told = append(told, p.Message)
	}
	wordstest.Translated(t, told...)
	return e
}

func TestByWhatSensioKnowsTheCustomerIsShown(t *testing.T) {
	o := paid(t, "10", "1 x 10")
	o.Customer = order.Customer{Name: "Rui Sá", TaxID: "38491726519"}
	name := erp.CustomerCall{Call: "POST /sales", Fields: map[string]any{"customer": "Rui Sá"}}
	query := `, "customer": {"query": {"path": "/people?doc={customer.tax_id}", "rows": "", "id": "id", "tax_id": "doc"}, "default": "pes-1"}`
	asked := erp.CustomerCall{Call: "GET /people?doc={customer.tax_id}", Fields: map[string]any{"customer.tax_id": "38491726519"}}
	without, wrong := o, o
	without.Customer.TaxID = ""
	wrong.Customer.TaxID, wrong.Customer.TaxIDWrong = "", true
	for what, c := range map[string]struct {
		more  string
		order order.Order
		how   string
		asked []erp.CustomerCall
	}{
		"by name":     {"", o, "by name alone: the account has no customer.query", []erp.CustomerCall{name}},
		"by tax id":   {query, o, "asked for by tax id, and by name alone if Sensio knows nobody; nobody is created", []erp.CustomerCall{asked, name}},
		"the default": {query, without, "the default customer, beside the name: the order has no tax id", []erp.CustomerCall{{Call: "POST /sales", Fields: map[string]any{"customer": "Rui Sá", "customerId": "pes-1"}}}},
		"nobody":      {"", without, "nobody: the order has no tax id, and the account no customer.default", nil},
		"wrong":       {query, wrong, "nobody: the tax id can't be used", nil},
	} {
		e := explanation(t, c.more, c.order)
		if diff := cmp.Diff(c.asked, e.Asked); diff != "" || e.How.String() != c.how {
			t.Errorf("%s: %s (-want +got):\n%s", what, e.How, diff)
		}
	}
}

func TestWhatASaleHasNoFieldForIsShown(t *testing.T) {
	o := paid(t, "10", "1 x 10")
	o.Customer = order.Customer{Name: "Rui Sá", TaxID: "38491726519", Email: "rui@example.com", Phone: "11955550142", Address: order.Address{City: "Santos"}}
	dropped := func(e erp.Explanation) (all string) {
		for _, d := range e.Dropped {
			all += d.What.String() + "; "
		}
		return all
	}
	if got := dropped(explanation(t, "", o)); got != "the customer's tax id; the customer's e-mail; the customer's phone; the customer's address; " {
		t.Error(got)
	}
	if got := dropped(explanation(t, `, "sale": {"details": "{customer.email} {customer.phone}"}`, o)); got != "the customer's tax id; the customer's address; " {
		t.Error(got)
	}
	if got := dropped(explanation(t, `, "sale": {"details": "{customer.tax_id} {address.city}"}`, o)); got != "the customer's e-mail; the customer's phone; " {
		t.Error(got)
	}
}

func TestAConstantThatContradictsTheOrderIsNamed(t *testing.T) {
	o := paid(t, "28.90", "1 x 10")
	o.Freight, o.Number = order.Cents(1890), "4127"
	o.Payments = []order.Payment{{Method: order.Pix, Amount: o.Total, Installments: 1}}
	for name, c := range map[string]struct{ sale, want string }{
		"nothing":            {`{}`, ""},
		"of the order":       {`{"oc": "{order.number}", "paymentMethod": "PIX", "paymentConditionType": "1x", "modFrete": "0 - Por conta do emitente", "type": "Venda", "bonificacao": false}`, ""},
		"method":             {`{"paymentMethod": "Cartão de Crédito"}`, `sale.paymentMethod is "Cartão de Crédito", and the order was paid by "PIX"`},
		"condition":          {`{"paymentConditionType": "3x"}`, `sale.paymentConditionType is "3x", and the sale has payments in 1: none is sent`},
		"days of each":       {`{"paymentConditionType": "30 60"}`, `sale.paymentConditionType is "30 60", and the sale has payments in 1: none is sent`},
		"words":              {`{"paymentConditionType": "À vista"}`, ""},
		"freight":            {`{"modFrete": "9 - Sem frete"}`, `sale.modFrete is "9 - Sem frete", and the order has freight of 18.90: "0 - Por conta do emitente" is sent instead; write { with: "0 - Por conta do emitente", without: "9 - Sem frete" } to say one for each`},
		"freight said twice": {`{"modFrete": {"with": "0 - Por conta do emitente", "without": "9 - Sem frete"}, "oc": "1"}`, `sale.oc is "1", and the order's number is "4127"`},
		"type":               {`{"type": "Outros"}`, `sale.type is "Outros", and a paid order is a Venda`},
		"a gift":             {`{"bonificacao": true, "type": "Bonificação/Remessa"}`, `sale.type is "Bonificação/Remessa", and a paid order is a Vendasale.bonificacao is true, and 28.90 was paid`},
		"number":             {`{"oc": "1"}`, `sale.oc is "1", and the order's number is "4127"`},
		"a day before":       {`{"shipmentDate": "2020-01-01"}`, "sale.shipmentDate is 2020-01-01, and the order was paid on " + order.Moment{At: o.PaidAt}.Day()},
	} {
		got := ""
		for _, p := range explanation(t, `, "sale": `+c.sale, o).Contradictions {
			got += fmt.Sprint(p.Path, " ", p.Message)
		}
		if got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestCheckNamesConstantsThatEachOrderHasItsOwnOf(t *testing.T) {
	for _, name := range []string{"oc", "shipmentCode"} {
		found := false
		for _, p := range sensio.Check(json.RawMessage(`{"base_url": "https://a.example.com", "items": {"*": {"productId": "p"}}, "sale": {"` + name + `": "1"}}`)) {
			wordstest.Translated(t, p.Message)
			found = found || p.Path == "sale."+name && p.Warning
		}
		if !found {
			t.Errorf("sale.%s is not warned about", name)
		}
	}
}
