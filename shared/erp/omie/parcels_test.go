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
	"github.com/carimbo/carimbo/shared/words/wordstest"
)

// paidBy is an order of that total with the payments, all of them made on January 31st.
func paidBy(t *testing.T, total string, payments ...order.Payment) order.Order {
	t.Helper()
	o := paid(t, total, "1 x "+total)
	o.Customer = order.Customer{}
	o.PaidAt = time.Date(2026, 1, 31, 23, 30, 0, 0, order.SaoPaulo())
	o.Payments = payments
	return o
}

func by(m order.Method, cents int64, installments int, reference string) order.Payment {
	return order.Payment{Method: m, Amount: order.Cents(cents), Installments: installments, Reference: reference}
}

// plan is a document's instalments in a line each, and what the header says of them.
func plan(t *testing.T, doc erp.Document) string {
	t.Helper()
	os := param(t, doc)
	header := os["Cabecalho"].(map[string]any)
	text := fmt.Sprint(header["cCodParc"], " ", header["nQtdeParc"])
	list, _ := os["Parcelas"].([]any)
	for _, v := range list {
		p := v.(map[string]any)
		text += fmt.Sprintf("; %s %s %s %s%% %v %v", p["nParcela"], p["dDtVenc"], p["nValor"], p["nPercentual"], p["meio_pagamento"], p["nsu"])
	}
	return text
}

func TestInstalmentsAreThoseOfThePaymentsToTheCent(t *testing.T) {
	for name, c := range map[string]struct {
		total    string
		payments []order.Payment
		want     string
	}{
		"100.00 in 3": {"100", []order.Payment{by(order.CreditCard, 100_00, 3, "tid-1")},
			"999 3; 1 31/01/2026 33.34 33.34% 03 tid-1; 2 28/02/2026 33.33 33.33% 03 tid-1; 3 31/03/2026 33.33 33.33% 03 tid-1"},
		"a Pix":          {"59.90", []order.Payment{by(order.Pix, 59_90, 0, "E1234")}, "999 1; 1 31/01/2026 59.9 100% 17 E1234"},
		"no reference":   {"59.90", []order.Payment{by(order.Boleto, 59_90, 1, "")}, "999 1; 1 31/01/2026 59.9 100% 15 <nil>"},
		"nobody knows":   {"59.90", nil, "999 1; 1 31/01/2026 59.9 100% 99 <nil>"},
		"with interest":  {"1000", []order.Payment{by(order.CreditCard, 1100_00, 2, "")}, "999 2; 1 31/01/2026 500 50% 03 <nil>; 2 28/02/2026 500 50% 03 <nil>"},
		"two ways":       {"30", []order.Payment{by(order.GiftCard, 10_00, 1, ""), by(order.Pix, 20_00, 1, "E1")}, "999 2; 1 31/01/2026 10 33.3333% 12 <nil>; 2 31/01/2026 20 66.6667% 17 E1"},
		"fewer cents":    {"0.02", []order.Payment{by(order.CreditCard, 2, 3, "")}, "999 2; 1 31/01/2026 0.01 50% 03 <nil>; 2 28/02/2026 0.01 50% 03 <nil>"},
		"nothing to pay": {"0", []order.Payment{by(order.Free, 0, 1, "")}, "000 1"},
		"each other way": {"5", []order.Payment{by(order.DebitCard, 1_00, 1, ""), by(order.Wallet, 1_00, 1, ""), by(order.Cash, 1_00, 1, ""), by(order.Transfer, 1_00, 1, ""), by("pigeon", 1_00, 1, "")}, "999 5; 1 31/01/2026 1 20% 04 <nil>; 2 31/01/2026 1 20% 18 <nil>; 3 31/01/2026 1 20% 01 <nil>; 4 31/01/2026 1 20% 18 <nil>; 5 31/01/2026 1 20% 99 <nil>"},
		"a long nsu":     {"1", []order.Payment{by(order.Pix, 1_00, 1, strings.Repeat("x", 120))}, "999 1; 1 31/01/2026 1 100% 17 " + strings.Repeat("x", 100)},
	} {
		t.Run(name, func(t *testing.T) {
			s := simulate(t, within(`"parcelas": "payments"`))
			doc := s.document(t, paidBy(t, c.total, c.payments...))
			if got := plan(t, doc); got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
			if got := s.Create(t.Context(), doc); got.Kind != erp.Created {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestTwelveInstalmentsComeToTheTotalWhateverItIs(t *testing.T) {
	for cents := int64(1); cents < 3000; cents += 7 {
		doc, err := client(t, within(`"parcelas": "payments"`)).Document(paidBy(t, order.Cents(cents).String(), by(order.CreditCard, cents, 12, "")), reference)
		if err != nil {
			t.Fatal(err)
		}
		var sum, percent order.Money
		for _, v := range param(t, doc)["Parcelas"].([]any) {
			p := v.(map[string]any)
			sum, percent = sum.Add(money(t, p["nValor"].(json.Number).String())), percent.Add(money(t, p["nPercentual"].(json.Number).String()))
		}
		if !sum.Equal(order.Cents(cents)) || !percent.Equal(order.Cents(100_00)) {
			t.Errorf("%d cents: %s, %s %%", cents, sum, percent)
		}
	}
}

func TestWhatInstalmentsHaveBesidesIsTheAccounts(t *testing.T) {
	doc, err := client(t, `{"parcelas": "payments", "os": {"Cabecalho": {"cCodParc": "000", "nQtdeParc": 1}, "Parcelas": [{"nao_gerar_boleto": "S", "tipo_documento": "99", "meio_pagamento": "05", "nsu": "{order.number}"}]},
		"customer": {"default": 1}, "services": {"*": {"nCodServico": 1}}}`).Document(paidBy(t, "2", by(order.CreditCard, 2_00, 2, "tid")), reference)
	if err != nil {
		t.Fatal(err)
	}
	parcel := func(n, due string) map[string]any {
		return map[string]any{"nParcela": json.Number(n), "dDtVenc": due, "nValor": json.Number("1"), "nPercentual": json.Number("50"),
			"nao_gerar_boleto": "S", "tipo_documento": "99", "meio_pagamento": "05", "nsu": "#1001"}
	}
	if diff := cmp.Diff([]any{parcel("1", "31/01/2026"), parcel("2", "28/02/2026")}, param(t, doc)["Parcelas"]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestInstalmentsThatCannotBeDatedAreRejected(t *testing.T) {
	o := paidBy(t, "2", by(order.CreditCard, 2_00, 121, ""))
	_, err := client(t, within(`"parcelas": "payments"`)).Document(o, reference)
	if reason, _ := order.AsRejection(err); reason.Kind != order.Preflight || !strings.Contains(reason.Message.String(), "121 instalments") {
		t.Errorf("%v", err)
	}
}

func TestWithoutPaymentsTheAccountsPlanIsKept(t *testing.T) {
	for name, c := range map[string]struct{ os, want string }{
		"as in Omie's help":   {`"Cabecalho": {"cCodParc": "999", "nQtdeParc": 3}`, "999 3"},
		"one of all of it":    {`"Parcelas": [{"meio_pagamento": "17"}]`, "999 1; 1 31/01/2026 100 100% 17 <nil>"},
		"in its words":        {`"Cabecalho": {"cCodParc": "999"}, "Parcelas": [{"nParcela": 1, "dDtVenc": "+30d", "nValor": "{order.total}", "nPercentual": 100}]`, "999 1; 1 02/03/2026 100 100% <nil> <nil>"},
		"by percentages":      {`"Parcelas": [{"nPercentual": 33.33}, {"nPercentual": 66.67, "nDias": 30}]`, "999 2; 1 31/01/2026 33.33 33.33% <nil> <nil>; 2 02/03/2026 66.67 66.67% <nil> <nil>"},
		"thirds, to the cent": {`"Parcelas": [{"nPercentual": 33.3}, {"nPercentual": 33.3}, {"nPercentual": 33.4}]`, "999 3; 1 31/01/2026 33.3 33.3% <nil> <nil>; 2 31/01/2026 33.3 33.3% <nil> <nil>; 3 31/01/2026 33.4 33.4% <nil> <nil>"},
	} {
		settings := `{"os": {"InformacoesAdicionais": {"cCodCateg": "1.01.02", "nCodCC": 3731356020}, ` + c.os + `}, "customer": {"default": 3795260786}, "services": {"*": {"nCodServico": 3846592864}}}`
		for _, p := range omie.Check(json.RawMessage(settings)) {
			wordstest.Translated(t, p.Message)
			t.Errorf("%s: %+v", name, p)
		}
		s := simulate(t, settings)
		doc := s.document(t, paidBy(t, "100", by(order.CreditCard, 100_00, 3, "tid")))
		if got := plan(t, doc); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if got := s.Create(t.Context(), doc); got.Kind != erp.Created {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestDepartmentsShareTheTotalToTheCent(t *testing.T) {
	for total, c := range map[string]struct{ shares, want string }{
		"100":    {`{"cCodDepto": "1", "nPerc": 33.33}, {"cCodDepto": "2", "nPerc": 33.33}, {"cCodDepto": "3", "nPerc": 33.34}`, "1 33.33 33.33 N, 2 33.33 33.33 N, 3 33.34 33.34 N"},
		"0.01":   {`{"cCodDepto": "1", "nPerc": 50}, {"cCodDepto": "2", "nPerc": 50, "nValorFixo": "S"}`, "1 50 0.01 N, 2 50 0 S"},
		"302.52": {`{"cCodDepto": "1", "nPerc": 12.5}, {"cCodDepto": "2", "nPerc": 87.5}`, "1 12.5 37.82 N, 2 87.5 264.7 N"},
		"59.90":  {`{"cCodDepto": "7"}`, "7 100 59.9 N"},
		"0":      {`{"cCodDepto": "7", "nPerc": 100, "nValor": "{order.total}"}`, "7 100 0 N"},
	} {
		settings := `{"os": {"InformacoesAdicionais": {"cCodCateg": "1.01.02", "nCodCC": 3731356020}, "Departamentos": [` + c.shares + `]}, "customer": {"default": 3795260786}, "services": {"*": {"nCodServico": 3846592864}}}`
		for _, p := range omie.Check(json.RawMessage(settings)) {
			wordstest.Translated(t, p.Message)
			t.Errorf("%s: %+v", total, p)
		}
		s := simulate(t, settings)
		o := paidBy(t, total)
		doc := s.document(t, o)
		var got []string
		for _, v := range param(t, doc)["Departamentos"].([]any) {
			d := v.(map[string]any)
			got = append(got, fmt.Sprint(d["cCodDepto"], " ", d["nPerc"], " ", d["nValor"], " ", d["nValorFixo"]))
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: %s, want %s", total, s, c.want)
		}
		if got := s.Create(t.Context(), doc); got.Kind != erp.Created {
			t.Errorf("%s: %+v", total, got)
		}
	}
}

func TestCheckHoldsMoneyToTheOrdersTotal(t *testing.T) {
	for name, c := range map[string]struct {
		more, os, path, says string
		warning              bool
	}{
		"90 % of departments":        {os: `"Departamentos": [{"cCodDepto": "1", "nPerc": 40}, {"cCodDepto": "2", "nPerc": 50}]`, path: "os.Departamentos", says: "add up to 100, and comes to 90"},
		"110 %":                      {os: `"Departamentos": [{"cCodDepto": "1", "nPerc": 60}, {"cCodDepto": "2", "nPerc": 50}]`, path: "os.Departamentos", says: "comes to 110"},
		"three thirds of 33.33":      {os: `"Departamentos": [{"cCodDepto": "1", "nPerc": 33.33}, {"cCodDepto": "2", "nPerc": 33.33}, {"cCodDepto": "3", "nPerc": 33.33}]`, path: "os.Departamentos", says: "comes to 99.99"},
		"one with half of it":        {os: `"Departamentos": [{"cCodDepto": "1", "nPerc": 50}]`, path: "os.Departamentos", says: "comes to 50"},
		"no share at all":            {os: `"Departamentos": [{"cCodDepto": "1", "nPerc": 60}, {"cCodDepto": "2"}]`, path: "os.Departamentos.1.nPerc", says: "is missing"},
		"a share below nothing":      {os: `"Departamentos": [{"cCodDepto": "1", "nPerc": 110}, {"cCodDepto": "2", "nPerc": -10}]`, path: "os.Departamentos.1.nPerc", says: "from 0 to 100"},
		"the total for each":         {os: `"Departamentos": [{"cCodDepto": "1", "nPerc": 50, "nValor": "{order.total}"}, {"cCodDepto": "2", "nPerc": 50}]`, path: "os.Departamentos.0.nValor", says: "must be left out"},
		"the total in each parcel":   {os: `"Cabecalho": {"cCodParc": "999", "nQtdeParc": 2}, "Parcelas": [{"nPercentual": 50, "nValor": "{order.total}"}, {"nPercentual": 50, "nValor": "{order.total}"}]`, path: "os.Parcelas.1.nValor", says: "must be left out"},
		"parcels of 200 %":           {os: `"Parcelas": [{"nPercentual": 100}, {"nPercentual": 100}]`, path: "os.Parcelas", says: "comes to 200"},
		"parcels of 99 %":            {os: `"Parcelas": [{"nPercentual": 50}, {"nPercentual": 49}]`, path: "os.Parcelas", says: "comes to 99"},
		"a parcel in reais":          {os: `"Parcelas": [{"nValor": 50}]`, path: "os.Parcelas.0.nValor", says: "would change an amount"},
		"more parcels than said":     {os: `"Cabecalho": {"cCodParc": "999", "nQtdeParc": 3}, "Parcelas": [{"nPercentual": 50}, {"nPercentual": 50}]`, path: "os.Cabecalho.nQtdeParc", says: "must be 2"},
		"parcels out of order":       {os: `"Parcelas": [{"nParcela": 2, "nPercentual": 50}, {"nParcela": 1, "nPercentual": 50}]`, path: "os.Parcelas.0.nParcela", says: "must be 1"},
		"parcels at once":            {os: `"Cabecalho": {"cCodParc": "000"}, "Parcelas": [{"meio_pagamento": "17"}]`, path: "os.Cabecalho.cCodParc", says: "contradicts Parcelas", warning: true},
		"parcels beside the order's": {more: `"parcelas": "payments",`, os: `"Parcelas": [{"nPercentual": 50}, {"nPercentual": 50}]`, path: "os.Parcelas", says: "must have one element"},
		"a date beside the order's":  {more: `"parcelas": "payments",`, os: `"Parcelas": [{"dDtVenc": "+30d"}]`, path: "os.Parcelas.0.dDtVenc", says: "which fills it in"},
		"a term beside the order's":  {more: `"parcelas": "payments",`, os: `"Cabecalho": {"cCodParc": "003", "nQtdeParc": 3}`, path: "os.Cabecalho.cCodParc", says: "goes with", warning: true},
		"a count beside the order's": {more: `"parcelas": "payments",`, os: `"Cabecalho": {"nQtdeParc": 3}`, path: "os.Cabecalho.nQtdeParc", says: "counts the instalments", warning: true},
		"another word":               {more: `"parcelas": "all",`, os: `"Cabecalho": {}`, path: "parcelas", says: "must be none or payments"},
		"three at once":              {os: `"Cabecalho": {"cCodParc": "000", "nQtdeParc": 3}`, path: "os.Cabecalho.nQtdeParc", says: `cCodParc "000" means 1`, warning: true},
		"three, without a term":      {os: `"Cabecalho": {"nQtdeParc": 3}`, path: "os.Cabecalho.nQtdeParc", says: `cCodParc "000" means 1`, warning: true},
		"two in three months":        {os: `"Cabecalho": {"cCodParc": "003", "nQtdeParc": 2}`, path: "os.Cabecalho.nQtdeParc", says: `cCodParc "003" means 3`, warning: true},
		"two in thirty days":         {os: `"Cabecalho": {"cCodParc": "A30", "nQtdeParc": 2}`, path: "os.Cabecalho.nQtdeParc", says: "means 1", warning: true},
		"a boleto for what is paid":  {os: `"Email": {"cEnvBoleto": "S"}`, path: "os.Email.cEnvBoleto", says: "asked to pay", warning: true},
		"a Pix for what is paid":     {os: `"Email": {"cEnvPix": "S"}`, path: "os.Email.cEnvPix", says: "asked to pay", warning: true},
		"one day of every RPS":       {os: `"InformacoesAdicionais": {"dDataRps": "01/12/2026"}`, path: "os.InformacoesAdicionais.dDataRps", says: "same for every order", warning: true},
		"stage 50":                   {os: `"Cabecalho": {"cEtapa": "50"}`, path: "os.Cabecalho.cEtapa", says: "Faturar", warning: true},
	} {
		found := false
		problems := omie.Check(json.RawMessage(`{` + c.more + `"os": {` + c.os + `}, ` + goodService + `}`))
		for _, p := range problems {
			found = found || p.Path == c.path && strings.Contains(p.Message.String(), c.says) && p.Warning == c.warning
		}
		if !found {
			t.Errorf("%s: no problem at %q with %q in %+v", name, c.path, c.says, problems)
		}
	}
	for _, os := range []string{
		`"Cabecalho": {"cCodParc": "003", "nQtdeParc": 3}`, `"Cabecalho": {"cCodParc": "999", "nQtdeParc": 3}`, `"Cabecalho": {"cCodParc": "S01", "nQtdeParc": 2}`,
		`"Cabecalho": {"cEtapa": "10"}`, `"Departamentos": []`, `"Parcelas": []`,
	} {
		for _, p := range omie.Check(json.RawMessage(`{"os": {"InformacoesAdicionais": {"cCodCateg": "1", "nCodCC": 1}, ` + os + `}, ` + goodService + `}`)) {
			wordstest.Translated(t, p.Message)
			t.Errorf("%s: %+v", os, p)
		}
	}
}
