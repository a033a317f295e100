package omie_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/words/wordstest"
)

// explainable is an order with all that Omie may be told of its customer.
func explainable() order.Order {
	return order.Order{Number: "4127", Total: order.Cents(10000), PaidAt: time.Date(2026, 11, 21, 15, 0, 0, 0, time.UTC),
		Customer: order.Customer{Name: "Helena Prado", TaxID: "38491726519", Email: "helena@example.com", Phone: "31955550142",
			Address: order.Address{Street: "Rua A", Number: "4", City: "Belo Horizonte", State: "MG", PostalCode: "30140120", Country: "BR"}},
		Payments: []order.Payment{{Method: order.Pix, Amount: order.Cents(10000), Installments: 1}}}
}

func explanation(t *testing.T, settings string, o order.Order) erp.Explanation {
	t.Helper()
	e, err := omie.Kind().Explain(json.RawMessage(settings), o, erp.NewReference("loja", "", o.ID))
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

func TestTheCustomerThatOmieIsAskedForIsShown(t *testing.T) {
	const services = `"services": {"*": {"nCodServico": 1}}`
	e := explanation(t, "{"+services+"}", explainable())
	want := []erp.CustomerCall{
		{Call: "ListarClientes", Fields: map[string]any{"cnpj_cpf": "38491726519"}},
		{Call: "IncluirCliente", Fields: map[string]any{"codigo_cliente_integracao": "***", "razao_social": "Helena Prado", "nome_fantasia": "Helena Prado",
			"cnpj_cpf": "384.917.265-19", "email": "helena@example.com", "telefone1_ddd": "31", "telefone1_numero": "955550142", "endereco": "Rua A",
			"endereco_numero": "4", "cep": "30140120", "pesquisar_cep": "S", "cidade": "BELO HORIZONTE (MG)", "estado": "MG", "codigo_pais": "1058"}},
	}
	if diff := cmp.Diff(want, e.Asked, wordstest.InEnglish()); diff != "" || len(e.Dropped) > 0 {
		t.Errorf("%v (-want +got):\n%s", e.Dropped, diff)
	}
	nobody := explainable()
	nobody.Customer.TaxID = ""
	if e := explanation(t, "{"+services+"}", nobody); e.How.String() != "nobody: the order has no tax id, and the account no customer.default" || len(e.Asked) > 0 {
		t.Errorf("%+v", e)
	}
	e = explanation(t, `{"customer": {"default": 3795260786}, `+services+"}", nobody)
	if e.How.String() != "nCodCli 3795260786, the default customer: the order has no tax id" || len(e.Dropped) != 1 {
		t.Errorf("%+v", e)
	}
}

func TestWhatOmieIsNotToldOfTheCustomerIsShown(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*order.Customer)
		want   string
	}{
		"all is told":    {func(*order.Customer) {}, ""},
		"nothing to say": {func(c *order.Customer) { *c = order.Customer{Name: c.Name, TaxID: c.TaxID} }, ""},
		"e-mail":         {func(c *order.Customer) { c.Email = "helena" }, "the customer's e-mail"},
		"phone":          {func(c *order.Customer) { c.Phone = "1 650 555 0100 9999" }, "the customer's phone"},
		"abroad":         {func(c *order.Customer) { c.Address.Country = "US" }, "the customer's phonethe customer's citythe customer's postal code"},
		"no such land":   {func(c *order.Customer) { c.Address = order.Address{Country: "XX"} }, "the customer's phonethe customer's country"},
		"no street":      {func(c *order.Customer) { c.Address.Street = "" }, ""},
		"nor a CEP":      {func(c *order.Customer) { c.Address.Street, c.Address.PostalCode = "", "" }, "the customer's address"},
		"postal code":    {func(c *order.Customer) { c.Address.PostalCode = "1" }, "the customer's postal code"},
		"state":          {func(c *order.Customer) { c.Address.State = "" }, "the customer's city"},
		"foreign id":     {func(c *order.Customer) { c.ForeignID = "X1" }, "the customer's foreign document"},
	} {
		o := explainable()
		c.change(&o.Customer)
		got := ""
		for _, d := range explanation(t, `{"services": {"*": {"nCodServico": 1}}}`, o).Dropped {
			got += d.What.String()
		}
		if got != c.want {
			t.Errorf("%s: %q is dropped", name, got)
		}
	}
}

func TestAConstantThatContradictsTheOrderIsNamed(t *testing.T) {
	for name, c := range map[string]struct{ os, want string }{
		"nothing":            {`{}`, ""},
		"of the order":       {`{"Cabecalho": {"dDtPrevisao": "+3d", "nQtdeParc": 1}, "InformacoesAdicionais": {"cNumPedido": "{order.number}"}, "Email": {"cEnviarPara": "{customer.email}"}}`, ""},
		"the same":           {`{"Cabecalho": {"dDtPrevisao": "21/11/2026"}, "InformacoesAdicionais": {"cNumPedido": "4127"}, "Email": {"cEnviarPara": "nota@loja.example, HELENA@example.com"}}`, ""},
		"a day before":       {`{"Cabecalho": {"dDtPrevisao": "20/11/2026"}}`, "os.Cabecalho.dDtPrevisao is 20/11/2026, and the order was paid on 21/11/2026"},
		"instalments":        {`{"Cabecalho": {"nQtdeParc": 3, "cCodParc": "003"}}`, "os.Cabecalho.nQtdeParc is 3, and the order was paid in 1"},
		"a number":           {`{"InformacoesAdicionais": {"cNumPedido": "1"}}`, `os.InformacoesAdicionais.cNumPedido is "1", and the order's number is "4127"`},
		"an address":         {`{"Email": {"cEnviarPara": "nota@loja.example"}}`, "os.Email.cEnviarPara is the same for every order, and not the buyer's e-mail"},
		"a means of payment": {`{"Parcelas": [{"meio_pagamento": "03"}]}`, `os.Parcelas.0.meio_pagamento is "03", and the order was paid by pix`},
		"the same means":     {`{"Parcelas": [{"meio_pagamento": "17"}]}`, ""},
		"an old parcel":      {`{"Parcelas": [{"dDtVenc": "01/01/2026"}]}`, "os.Parcelas.0.dDtVenc is 01/01/2026, and the order was paid on 21/11/2026"},
	} {
		got := ""
		for _, p := range explanation(t, `{"os": `+c.os+`, "services": {"*": {"nCodServico": 1}}}`, explainable()).Contradictions {
			got += fmt.Sprint(p.Path, " ", p.Message)
		}
		if got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestAConstantOfOneInstalmentIsNamedWhereThereAreMore(t *testing.T) {
	paid := func(numbers ...int) (payments []order.Payment) {
		for _, n := range numbers {
			payments = append(payments, order.Payment{Method: order.CreditCard, Amount: order.Cents(5000), Installments: n})
		}
		return payments
	}
	const in12 = "os.Cabecalho.nQtdeParc is 1, and the order was paid in 12"
	for _, c := range []struct {
		os       string
		payments []order.Payment
		want     string
	}{
		{`{"Cabecalho": {"nQtdeParc": 1}}`, paid(12), in12},
		{`{"Cabecalho": {"nQtdeParc": 1}}`, paid(12, 3), in12},
		{`{"Cabecalho": {"nQtdeParc": 1}}`, paid(12, 1), ""},
		{`{"Cabecalho": {"nQtdeParc": 12, "cCodParc": "012"}}`, paid(12), ""},
		{`{"Cabecalho": {"nQtdeParc": 1}}`, paid(1), ""},
		{`{"Cabecalho": {"nQtdeParc": 1}}`, paid(0), ""},
		{`{"Cabecalho": {"nQtdeParc": 3, "cCodParc": "003"}}`, paid(0), ""},
		{`{"Cabecalho": {"nQtdeParc": 3, "cCodParc": "003"}}`, nil, ""},
		{`{"Cabecalho": {"nQtdeParc": 3, "cCodParc": "003"}}`, []order.Payment{{Method: order.Pix}}, "os.Cabecalho.nQtdeParc is 3, and the order was paid in 1"},
		{`{"Parcelas": [{"nPercentual": 50}, {"nPercentual": 50, "nDias": 30}]}`, []order.Payment{{Method: order.Pix}}, "os.Parcelas are 2, and the order was paid in 1"},
		{`{"Parcelas": [{"nPercentual": 50}, {"nPercentual": 50}]}`, []order.Payment{{Method: order.Pix}, {Method: order.Cash}}, ""},
		{`{"Parcelas": [{"nPercentual": 50}, {"nPercentual": 50}]}`, paid(0), ""},
		{`{}`, paid(12), ""}, // no constant of the account's
	} {
		o, got := explainable(), ""
		o.Payments = c.payments
		for _, p := range explanation(t, `{"os": `+c.os+`, "services": {"*": {"nCodServico": 1}}}`, o).Contradictions {
			got += fmt.Sprint(p.Path, " ", p.Message)
		}
		if got != c.want {
			t.Errorf("%s, %d payments: %s", c.os, len(c.payments), got)
		}
	}
}

func TestEachTextThatIsCutIsToldWithItsFieldAndLength(t *testing.T) {
	long, long100 := strings.Repeat("Ação ", 13)+"x", strings.Repeat("n", 101)
	for name, c := range map[string]struct {
		change func(*order.Order)
		want   []order.Dropped
	}{
		"nothing":   {func(*order.Order) {}, nil},
		"name":      {func(o *order.Order) { o.Customer.Name = long }, cuts("the customer's name", "razao_social takes 60 bytes, and it has 92")},
		"long name": {func(o *order.Order) { o.Customer.Name = long100 }, cuts("the customer's name", "razao_social takes 60 bytes, and it has 101", "nome_fantasia takes 100 bytes, and it has 101")},
		"street":    {func(o *order.Order) { o.Customer.Address.Street = long }, cuts("the street", "endereco takes 60 bytes, and it has 92")},
		"number":    {func(o *order.Order) { o.Customer.Address.Number = long }, cuts("the address's complement", "complemento takes 60 bytes, and it has 92")},
		"complement": {func(o *order.Order) { o.Customer.Address.Complement = long },
			cuts("the address's complement", "complemento takes 60 bytes, and it has 92")},
		"district": {func(o *order.Order) { o.Customer.Address.District = long }, cuts("the district", "bairro takes 60 bytes, and it has 92")},
		"city":     {func(o *order.Order) { o.Customer.Address.City = long }, cuts("the city", "cidade takes 35 bytes, and it has 66")},
		"order number": {func(o *order.Order) { o.Number = strings.Repeat("9", 25) }, []order.Dropped{{What: words.Plain("the end of cNumPedido"),
			Why: words.Plain("Omie is said to keep 30 characters of os.InformacoesAdicionais.cNumPedido, in which one with an accent may count as 8: of 32, 30 are surely kept")}}},
		"order number with accents": {func(o *order.Order) { o.Number = "ãé-é" }, []order.Dropped{{What: words.Plain("the end of cNumPedido"),
			Why: words.Plain("Omie is said to keep 30 characters of os.InformacoesAdicionais.cNumPedido, in which one with an accent may count as 8: of 11, 10 are surely kept")}}},
	} {
		o := explainable()
		c.change(&o)
		e := explanation(t, `{"os": {"InformacoesAdicionais": {"cNumPedido": "Pedido {order.number}"}}, "services": {"*": {"nCodServico": 1}}}`, o)
		if diff := cmp.Diff(c.want, e.Dropped, wordstest.InEnglish()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func cuts(what string, why ...string) (all []order.Dropped) {
	for _, w := range why {
		all = append(all, order.Dropped{What: words.Plain("the end of " + what), Why: words.Plain(w)})
	}
	return all
}

func TestInstalmentsOfThePaymentsContradictNothing(t *testing.T) {
	o := explainable()
	o.Payments = []order.Payment{{Method: order.CreditCard, Amount: order.Cents(10000), Installments: 12, Reference: strings.Repeat("x", 120)}}
	e := explanation(t, `{"parcelas": "payments", "os": {"Cabecalho": {"nQtdeParc": 1, "cCodParc": "000"}, "InformacoesAdicionais": {"cContato": "`+strings.Repeat("y", 120)+`"}}, "services": {"*": {"nCodServico": 1}}}`, o)
	if len(e.Contradictions) > 0 {
		t.Errorf("%+v", e.Contradictions)
	}
	var got []string
	for _, d := range e.Dropped {
		got = append(got, d.What.String()+": "+d.Why.String())
	}
	want := []string{"the end of what the account says: cContato takes 100 bytes, and it has 120", "the end of the payment's reference: nsu takes 100 bytes, and it has 120"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what is cut (-want +got):\n%s", diff)
	}
}

func TestCheckNamesConstantsThatEachOrderHasItsOwnOf(t *testing.T) {
	for path, os := range map[string]string{
		"os.InformacoesAdicionais.cNumPedido": `{"InformacoesAdicionais": {"cNumPedido": "1"}}`,
		"os.Email.cEnviarPara":                `{"Email": {"cEnviarPara": "nota@loja.example"}}`,
	} {
		found := false
		for _, p := range omie.Check(json.RawMessage(`{"os": ` + os + `, "services": {"*": {"nCodServico": 1}}}`)) {
			wordstest.Translated(t, p.Message)
			found = found || p.Path == path && p.Warning
		}
		if !found {
			t.Errorf("%s is not warned about", path)
		}
	}
}
