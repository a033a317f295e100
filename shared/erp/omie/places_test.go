package omie_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words/wordstest"
)

// within is an account with more settings, at the beginning of its object.
func within(more string) string {
	return "{" + more + `, "os": {"InformacoesAdicionais": {"cCodCateg": "1.01.02", "nCodCC": 3731356020, "cNumPedido": "{order.number}"}},
		"customer": {"default": 3795260786}, "services": {"*": {"nCodServico": 3846592864}}}`
}

// said is an OS in a line: its services, then its expenses.
func said(t *testing.T, os map[string]any) string {
	t.Helper()
	var parts []string
	for _, v := range os["ServicosPrestados"].([]any) {
		l := v.(map[string]any)
		text := fmt.Sprintf("%s x %s", l["nQtde"], l["nValUnit"])
		if off := l["nValorDesconto"]; off != nil {
			text += fmt.Sprintf(" - %s", off)
		}
		if name := l["cDescServ"]; name != nil {
			text = fmt.Sprintf("%s %s", name, text)
		}
		parts = append(parts, text)
	}
	all, _ := os["despesasReembolsaveis"].(map[string]any)
	list, _ := all["despesaReembolsavel"].([]any)
	for _, v := range list {
		e := v.(map[string]any)
		parts = append(parts, fmt.Sprintf("[%s %s %s]", e["cDescReemb"], e["dDataReemb"], e["nValorReemb"]))
	}
	return strings.Join(parts, ", ")
}

func TestPartsGoWhereTheAccountSaysToTheCent(t *testing.T) {
	const (
		line    = `"freight": {"service": {"cDescServ": "Frete de {order.number}"}}`
		expense = `"freight": {"expense": {"cDescReemb": "Frete de {order.number}", "dDataReemb": "+1d"}}`
		prices  = `"freight": "spread"`
	)
	for name, c := range map[string]struct {
		settings, freight, fees, tax, discount string
		lines                                  []string
		want                                   string
	}{
		"a line of its own":            {line, "18.50", "0", "0", "0", []string{"1 x 100"}, "1 x 100, Frete de #1001 1 x 18.5"},
		"an expense":                   {expense, "18.50", "0", "0", "0", []string{"1 x 100"}, "1 x 100, [Frete de #1001 22/11/2026 18.5]"},
		"an expense without words":     {`"freight": {"expense": {}}`, "18.50", "0", "0", "0", []string{"1 x 100"}, "1 x 100, [Frete 21/11/2026 18.5]"},
		"in the prices":                {prices, "18.50", "0", "0", "0", []string{"1 x 100", "1 x 300"}, "1 x 104.63, 1 x 313.87"},
		"in the price of pieces":       {prices, "10", "0", "0", "0", []string{"3 x 10"}, "3 x 13.3333"},
		"in a price that doesn't part": {prices, "0.01", "0", "0", "0", []string{"700 x 10"}, "1 x 7000.01"},
		"none of it":                   {line, "0", "0", "0", "0", []string{"1 x 100"}, "1 x 100"},
		"all three": {`"freight": "spread", "fees": {"service": {"cDescServ": "Taxa"}}, "tax": {"expense": {"cDescReemb": "Imposto"}}`, "1", "2", "3", "0",
			[]string{"1 x 100"}, "1 x 101, Taxa 1 x 2, [Imposto 21/11/2026 3]"},
		"three expenses": {`"freight": {"expense": {}}, "fees": {"expense": {}}, "tax": {"expense": {}}`, "1", "2", "3", "0",
			[]string{"1 x 100"}, "1 x 100, [Frete 21/11/2026 1], [Taxas 21/11/2026 2], [Impostos 21/11/2026 3]"},
		"a discount is off what was bought":         {line, "20", "0", "0", "30", []string{"1 x 100"}, "1 x 100 - 30, Frete de #1001 1 x 20"},
		"more than that is off the line":            {line, "20", "0", "0", "110", []string{"1 x 100"}, "1 x 100 - 100, Frete de #1001 1 x 20 - 10"},
		"more than that is off the expense":         {expense, "20", "0", "0", "110", []string{"1 x 100"}, "1 x 100 - 100, [Frete de #1001 22/11/2026 10]"},
		"all of the expense is off":                 {expense, "20", "0", "0", "120", []string{"1 x 100"}, "1 x 100 - 100"},
		"more than that is off what was spread":     {prices, "20", "0", "0", "110", []string{"1 x 100"}, "1 x 120 - 110"},
		"freight finer than a cent":                 {line, "5.4321", "0", "0", "0", []string{"1000 x 0.01234"}, "1 x 12.34, Frete de #1001 1 x 5.43"},
		"freight finer than a cent, in prices":      {prices, "5.4321", "0", "0", "0", []string{"1000 x 0.01234"}, "1 x 17.77"},
		"a gift that only its freight was paid for": {prices, "15", "0", "0", "0", []string{"1 x 0"}, "1 x 15"},
	} {
		t.Run(name, func(t *testing.T) {
			s := simulate(t, within(c.settings))
			o := paid(t, "0", c.lines...)
			o.Customer = order.Customer{}
			o.Freight, o.Fees, o.Tax, o.Discount = money(t, c.freight), money(t, c.fees), money(t, c.tax), money(t, c.discount)
			o.Total = o.Sum().Round()
			s.sim.Know([]omiesim.Service{{Description: "Frete de #1001"}, {Description: "Taxa"}}, nil, nil)
			doc := s.document(t, o)
			if got := said(t, param(t, doc)); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			if got := s.Create(t.Context(), doc); got.Kind != "created" {
				t.Fatalf("%+v", got)
			}
			if total := s.sim.Documents()[0].Total; !total.Equal(o.Total) || !doc.Total.Equal(o.Total) {
				t.Errorf("Omie adds up %s, the document %s, and %s was paid", total, doc.Total, o.Total)
			}
			if found := s.LookUp(t.Context(), reference); !found.Found.Total.Equal(o.Total) {
				t.Errorf("it is found with %s", found.Found.Total)
			}
		})
	}
}

func TestAPartWithoutAPlaceIsRejectedWithTheThreeWays(t *testing.T) {
	for part, set := range map[string]func(*order.Order){
		"freight": func(o *order.Order) { o.Freight = order.Cents(1000) },
		"fees":    func(o *order.Order) { o.Fees = order.Cents(1000) },
		"tax":     func(o *order.Order) { o.Tax = order.Cents(1000) },
	} {
		o := paid(t, "110", "1 x 100")
		set(&o)
		_, err := client(t, settings).Document(o, reference)
		reason, _ := order.AsRejection(err)
		for _, says := range []string{part + " of 10.00", "erps.estudio." + part, "{ service: ... }", "{ expense: ... }", "spread"} {
			if reason.Kind != order.TotalReason || !strings.Contains(reason.Message.String(), says) {
				t.Errorf("%v doesn't say %q", err, says)
			}
		}
		others := map[string]string{"freight": "fees", "fees": "tax", "tax": "freight"}
		if _, err := client(t, within(`"`+others[part]+`": "spread"`)).Document(o, reference); err == nil {
			t.Errorf("%s goes where %s does", part, others[part])
		}
		if _, err := client(t, within(`"`+part+`": "spread"`)).Document(o, reference); err != nil {
			t.Error(err)
		}
	}
}

func TestANegativePartIsRejected(t *testing.T) {
	for _, set := range []func(*order.Order){
		func(o *order.Order) { o.Freight = order.Cents(-1000) }, func(o *order.Order) { o.Fees = order.Cents(-1000) }, func(o *order.Order) { o.Tax = order.Cents(-1000) },
	} {
		o := paid(t, "90", "1 x 100")
		set(&o)
		if reason, _ := order.AsRejection(second(client(t, within(`"freight": "spread", "fees": "spread", "tax": "spread"`)).Document(o, reference))); reason.Kind != order.TotalReason {
			t.Errorf("%+v", reason)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestALineOfItsOwnCountsAmongAHundredNinetyNine(t *testing.T) {
	o := paid(t, "19910")
	for range 199 {
		o.Lines = append(o.Lines, sold(t, "1 x 100"))
	}
	o.Freight = order.Cents(1000)
	_, err := client(t, within(`"freight": {"service": {"nCodServico": 1}}`)).Document(o, reference)
	if reason, _ := order.AsRejection(err); reason.Kind != order.Preflight || !strings.Contains(reason.Message.String(), "200 lines") {
		t.Errorf("%v", err)
	}
	if _, err := client(t, within(`"freight": {"expense": {}}`)).Document(o, reference); err != nil {
		t.Error(err)
	}
}

func TestTheCategoryOfExpensesIsOneForAll(t *testing.T) {
	o := paid(t, "103", "1 x 100")
	o.Freight, o.Fees = order.Cents(100), order.Cents(200)
	doc, err := client(t, within(`"freight": {"expense": {"cCodCategReemb": "2.01.01"}}, "fees": {"expense": {}}`)).Document(o, reference)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"cCodCategReemb": "2.01.01", "despesaReembolsavel": []any{
		map[string]any{"cDescReemb": "Frete", "dDataReemb": "21/11/2026", "nValorReemb": json.Number("1")},
		map[string]any{"cDescReemb": "Taxas", "dDataReemb": "21/11/2026", "nValorReemb": json.Number("2")},
	}}
	if diff := cmp.Diff(want, param(t, doc)["despesasReembolsaveis"]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCheckRefusesAPlaceThatIsNone(t *testing.T) {
	for settings, want := range map[string]string{
		`"freight": "spred"`: "freight: must be spread, { service: ... }",
		`"fees": {}`:         "fees: must be spread",
		`"tax": {"service": {"nCodServico": 1}, "expense": {}}`: "tax: must be spread",
		`"tax": 5`: "tax: must be spread",
		`"freight": {"service": {"cTribServ": "01"}}`:                                                   "freight.service.cDescServ: is missing",
		`"freight": {"service": {"nCodServico": 1, "nValUnit": 15}}`:                                    "freight.service.nValUnit: can't be configured: it would change an amount",
		`"freight": {"service": {"cDescServ": "{line.name}"}}`:                                          "freight.service.cDescServ: {line.name} is not a placeholder that is known here",
		`"freight": {"expense": {"nValorReemb": 15}}`:                                                   "freight.expense.nValorReemb: can't be configured: it would change an amount",
		`"fees": {"expense": {"cDescReemb": "{line.name}"}}`:                                            "fees.expense.cDescReemb: {line.name} is not",
		`"freight": {"expense": {"cCodCategReemb": "1"}}, "fees": {"expense": {"cCodCategReemb": "2"}}`: "freight.expense.cCodCategReemb: must be one for all",
	} {
		var got []string
		for _, p := range omie.Check(json.RawMessage(within(settings))) {
			wordstest.Translated(t, p.Message)
			if !p.Warning {
				got = append(got, p.Path+": "+p.Message.String())
			}
		}
		if !strings.HasPrefix(strings.Join(got, "\n"), want) {
			t.Errorf("%s: %v, want %s", settings, got, want)
		}
	}
}

// FuzzPartsAlwaysMakeAnOS: parts of four decimals, each wherever the account may say, and a
// discount of whatever part of all of it: the OS still comes to what was paid.
func FuzzPartsAlwaysMakeAnOS(f *testing.F) {
	f.Add(uint8(0), uint32(185000), uint32(0), uint32(0), uint32(10000), uint16(3), uint32(1000000))
	f.Add(uint8(77), uint32(1), uint32(54321), uint32(9999), uint32(4000000000), uint16(999), uint32(123))
	words := []string{`{"service": {"nCodServico": 2}}`, `{"expense": {}}`, `"spread"`}
	var all []*omie.Client
	for i := range 27 {
		config, err := omie.Parse(json.RawMessage(within(fmt.Sprintf(`"parcelas": "payments", "freight": %s, "fees": %s, "tax": %s`, words[i%3], words[i/3%3], words[i/9]))))
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, omie.New(config, erp.Options{Account: "estudio"}))
	}
	f.Fuzz(func(t *testing.T, account uint8, freight, fees, tax, discount uint32, pieces uint16, price uint32) {
		o := paid(t, "0")
		o.Lines = []order.Line{{SKUs: []string{"A"}, Name: "A", Quantity: order.Pieces(int64(pieces) + 1), UnitPrice: money(t, decimal(price))},
			{SKUs: []string{"B"}, Name: "B", Quantity: order.Pieces(1), UnitPrice: money(t, decimal(price/3))}}
		o.Freight, o.Fees, o.Tax = money(t, decimal(freight)), money(t, decimal(fees)), money(t, decimal(tax))
		if off := money(t, decimal(discount)); off.Cmp(o.Sum()) <= 0 {
			o.Discount = off
		}
		o.Total = o.Sum().Round()
		doc, err := all[int(account)%len(all)].Document(o, reference)
		if err != nil {
			t.Fatal(err)
		}
		os := param(t, doc)
		var sum order.Money
		for _, v := range os["ServicosPrestados"].([]any) {
			fields := v.(map[string]any)
			cost := money(t, string(fields["nValUnit"].(json.Number))).Times(quantity(t, string(fields["nQtde"].(json.Number)))).Round()
			if off, is := fields["nValorDesconto"].(json.Number); is {
				if cut := money(t, string(off)); cut.IsNegative() || cut.Cmp(cost) > 0 || o.Discount.IsZero() {
					t.Errorf("a discount of %s of %s", cut, cost)
				}
				cost = cost.Sub(money(t, string(off)))
			}
			sum = sum.Add(cost)
		}
		expenses, _ := os["despesasReembolsaveis"].(map[string]any)
		list, _ := expenses["despesaReembolsavel"].([]any)
		for _, v := range list {
			amount := money(t, string(v.(map[string]any)["nValorReemb"].(json.Number)))
			if amount.IsNegative() || amount.IsZero() || !amount.Equal(amount.Round()) {
				t.Errorf("an expense of %s", amount)
			}
			sum = sum.Add(amount)
		}
		if !sum.Equal(o.Total) {
			t.Errorf("the OS comes to %s, and %s was paid", sum, o.Total)
		}
	})
}
