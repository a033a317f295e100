package omie_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/order"
)

// Invented people with generated tax ids.
const (
	someCPF  = order.TaxID("52998224725")
	someCNPJ = order.TaxID("11222333000181")
)

var reference = erp.Reference{Code: "k7m2qx4vbn3ptw6ydzra", Orig: "cursos"}

// settings is an account that maps everything by description.
const settings = `{
	"os": {"InformacoesAdicionais": {"cNumPedido": "{order.number}"}},
	"services": {"*": {"cDescServ": "{line.name}", "cCodServLC116": "7.07", "cCodServMun": "01015", "cTribServ": "01"}}
}`

func client(t *testing.T, settings string) *omie.Client {
	t.Helper()
	c, err := omie.Parse(json.RawMessage(settings))
	if err != nil {
		t.Fatal(err)
	}
	return omie.New(c, erp.Options{Account: "estudio", Credentials: credentials})
}

func money(t *testing.T, text string) order.Money {
	t.Helper()
	m, err := order.ParseMoney(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return m
}

func quantity(t *testing.T, text string) order.Quantity {
	t.Helper()
	q, err := order.ParseQuantity(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return q
}

// sold is a line: "quantity x price - discount".
func sold(t *testing.T, text string) order.Line {
	t.Helper()
	pieces := strings.Fields(text)
	l := order.Line{SKUs: []string{"CURSO-GO"}, Name: "Curso de Go", Quantity: quantity(t, pieces[0]), UnitPrice: money(t, pieces[2])}
	if len(pieces) == 5 {
		l.Discount = money(t, pieces[4])
	}
	return l
}

func paid(t *testing.T, total string, lines ...string) order.Order {
	t.Helper()
	o := order.Order{
		ID: "5001", Number: "#1001", Currency: "BRL", Total: money(t, total),
		PaidAt:   time.Date(2026, 11, 22, 1, 30, 0, 0, time.UTC), // the 21st in São Paulo
		Customer: order.Customer{Name: "Ana Prado", Email: "ana@exemplo.com.br", Phone: "+55 11 98765-4321", TaxID: someCPF},
	}
	for _, l := range lines {
		o.Lines = append(o.Lines, sold(t, l))
	}
	return o
}

// param is what a document asks for, read back from the request.
func param(t *testing.T, doc erp.Document) map[string]any {
	t.Helper()
	request, err := omie.Request(doc, "***", "***")
	if err != nil {
		t.Fatal(err)
	}
	return read(t, request)["param"].([]any)[0].(map[string]any)
}

func read(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var v map[string]any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func file(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTheRequestsOfOmiesHelpAreWritten(t *testing.T) {
	for _, name := range []string{"uncatalogued", "by-description", "two-services", "by-integration-code", "by-id", "by-description-alone"} {
		t.Run(name, func(t *testing.T) {
			var o order.Order
			if err := json.Unmarshal(file(t, name+".order.json"), &o); err != nil {
				t.Fatal(err)
			}
			doc, err := client(t, string(file(t, name+".account.json"))).Document(o, reference)
			if err != nil {
				t.Fatal(err)
			}
			request, err := omie.Request(doc, "***", "***")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(read(t, file(t, name+".want.json")), read(t, request)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if !doc.Total.Equal(o.Total) {
				t.Errorf("total %s, want %s", doc.Total, o.Total)
			}
		})
	}
}

func TestWhatIsNotConfiguredHasItsDefaultOrIsNotSent(t *testing.T) {
	doc, err := client(t, settings).Document(paid(t, "1497.00", "1 x 1497.00"), reference)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"Cabecalho": map[string]any{
			"cCodIntOS": reference.Code, "cCodParc": "000", "nQtdeParc": json.Number("1"), "cEtapa": "10",
			"dDtPrevisao": "21/11/2026", "nCodCli": nil,
		},
		"InformacoesAdicionais": map[string]any{"cNumPedido": "#1001"},
		"ServicosPrestados": []any{map[string]any{
			"cDescServ": "Curso de Go", "cCodServLC116": "7.07", "cCodServMun": "01015", "cTribServ": "01",
			"nQtde": json.Number("1"), "nValUnit": json.Number("1497"),
		}},
	}
	if diff := cmp.Diff(want, param(t, doc)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if doc.OrderNumber != "#1001" || doc.CustomerID != "" || doc.Reference != reference {
		t.Errorf("document %+v", doc)
	}
}

func TestTheOSAddsUpToWhatWasPaid(t *testing.T) {
	type line struct{ NQtde, NValUnit, NValorDesconto string }
	for name, c := range map[string]struct {
		order func(*order.Order)
		total string
		lines []string
		want  []line
	}{
		"no discount":                    {total: "300", lines: []string{"3 x 100"}, want: []line{{"3", "100", ""}}},
		"a line's own discount":          {total: "289.90", lines: []string{"3 x 100 - 10.10"}, want: []line{{"3", "100", "10.1"}}},
		"a fraction of a piece":          {total: "250", lines: []string{"2.5 x 100"}, want: []line{{"2.5", "100", ""}}},
		"a fraction that is rounded":     {total: "0.33", lines: []string{"0.333 x 1"}, want: []line{{"0.333", "1", ""}}},
		"a price with many decimals":     {total: "100", lines: []string{"3 x 33.3333"}, want: []line{{"3", "33.3333", ""}}},
		"four decimals on every line":    {total: "1", lines: []string{"1 x 0.3333", "1 x 0.3333", "1 x 0.3334"}, want: []line{{"1", "0.3333", ""}, {"1", "0.3333", ""}, {"1", "0.34", ""}}},
		"more decimals than an OS takes": {total: "12.34", lines: []string{"1000 x 0.01234"}, want: []line{{"1", "12.34", ""}}},
		"as many as it takes":            {total: "12.30", lines: []string{"1000 x 0.0123"}, want: []line{{"1000", "0.0123", ""}}},
		"more decimals, with a discount": {total: "11.34", lines: []string{"1000 x 0.01234 - 1"}, want: []line{{"1", "12.34", "1"}}},
		"a third":                        {total: "100", lines: []string{"3 x 33.333333333333333334"}, want: []line{{"3", "33.3333", ""}}},
		"a fine price beside an order's discount": {order: func(o *order.Order) { o.Discount = order.Cents(500) },
			total: "100.00", lines: []string{"7 x 0.7136", "1 x 100"}, want: []line{{"7", "0.7136", "0.24"}, {"1", "100", "4.76"}}},
		"pieces in parts, whose cents come together": {total: "1", lines: []string{"0.333 x 1", "0.333 x 1", "0.333 x 1"}, want: []line{{"0.333", "1.021", ""}, {"0.333", "1", ""}, {"0.333", "1", ""}}},
		"an order's discount is spread over its lines": {
			order: func(o *order.Order) { o.Discount = order.Cents(1000) },
			total: "290", lines: []string{"1 x 100", "1 x 200"}, want: []line{{"1", "100", "3.33"}, {"1", "200", "6.67"}},
		},
		"both kinds of discount": {
			order: func(o *order.Order) { o.Discount = order.Cents(1) },
			total: "99.98", lines: []string{"1 x 50.01 - 0.01", "1 x 50 - 0.01"}, want: []line{{"1", "50.01", "0.02"}, {"1", "50", "0.01"}},
		},
		"a cent left over goes where there is room": {
			total: "10.01", lines: []string{"1 x 10", "1 x 0.001", "1 x 0.001", "1 x 0.001", "1 x 0.001", "1 x 0.001"},
			want: []line{{"1", "10", ""}, {"1", "0.01", ""}, {"1", "0.001", ""}, {"1", "0.001", ""}, {"1", "0.001", ""}, {"1", "0.001", ""}},
		},
		"a gift beside something bought": {total: "100", lines: []string{"1 x 100", "1 x 0"}, want: []line{{"1", "100", ""}, {"1", "0", ""}}},
		"everything for nothing": {
			order: func(o *order.Order) { o.Discount = order.Cents(10000) },
			total: "0", lines: []string{"1 x 100"}, want: []line{{"1", "100", "100"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := paid(t, c.total, c.lines...)
			if c.order != nil {
				c.order(&o)
			}
			doc, err := client(t, settings).Document(o, reference)
			if err != nil {
				t.Fatal(err)
			}
			var got []line
			var sum order.Money
			for _, v := range param(t, doc)["ServicosPrestados"].([]any) {
				fields := v.(map[string]any)
				text := func(key string) string {
					n, _ := fields[key].(json.Number)
					return n.String()
				}
				l := line{text("nQtde"), text("nValUnit"), text("nValorDesconto")}
				got = append(got, l)
				sum = sum.Add(money(t, l.NValUnit).Times(quantity(t, l.NQtde)).Round())
				if l.NValorDesconto != "" {
					sum = sum.Sub(money(t, l.NValorDesconto))
				}
				if _, typed := fields["cTpDesconto"]; typed != (l.NValorDesconto != "") || typed && fields["cTpDesconto"] != "V" {
					t.Errorf("cTpDesconto %v beside nValorDesconto %q", fields["cTpDesconto"], l.NValorDesconto)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if !sum.Equal(o.Total) || !doc.Total.Equal(o.Total) {
				t.Errorf("the lines add up to %s, the document says %s, paid was %s", sum, doc.Total, o.Total)
			}
		})
	}
}

func TestAnOrderThatIsNoOSIsRejectedWithWhatToDo(t *testing.T) {
	const mapsOne = `{"services": {"MANUT-01": {"cCodIntServico": "MANUT-01"}}}`
	const hasDefault = `{"customer": {"default": 3795260786}, "services": {"*": {"nCodServico": 1}}}`
	for name, c := range map[string]struct {
		settings string
		order    func(*order.Order)
		kind     order.ReasonKind
		says     string
	}{
		"an SKU that is not mapped": {settings: mapsOne, kind: order.Mapping, says: `SKU "CURSO-GO" is not mapped: add it under erps.estudio.services in connections.yaml`},
		"none of several SKUs":      {settings: mapsOne, order: func(o *order.Order) { o.Lines[0].SKUs = []string{"off1", "77"} }, kind: order.Mapping, says: `SKU "off1" is not mapped: add it (or "77") under`},
		"a line without SKU":        {settings: mapsOne, order: func(o *order.Order) { o.Lines[0].SKUs = nil }, kind: order.Mapping, says: "line 1 has no SKU"},
		"no tax id":                 {order: func(o *order.Order) { o.Customer.TaxID = "" }, kind: order.TaxIDReason, says: "erps.estudio.customer.default"},
		"a wrong tax id":            {order: func(o *order.Order) { o.Customer.TaxID, o.Customer.TaxIDWrong = "", true }, kind: order.TaxIDReason, says: "correct it in the store"},
		"a wrong tax id in spite of a default": {
			settings: hasDefault, order: func(o *order.Order) { o.Customer.TaxID, o.Customer.TaxIDWrong = "", true }, kind: order.TaxIDReason, says: "correct it in the store",
		},
		"a tax id that nobody reads, in spite of a default": {
			settings: hasDefault, order: func(o *order.Order) { o.Customer.TaxID, o.Customer.TaxIDUnread = "", "cpf_aluno" }, kind: order.TaxIDReason, says: `"cpf_aluno" may be one`,
		},
		"no name":         {order: func(o *order.Order) { o.Customer.Name = " \n" }, kind: order.Preflight, says: "razao_social"},
		"no product name": {order: func(o *order.Order) { o.Lines[0].Name = "" }, kind: order.Preflight, says: "cDescServ"},
		"no date":         {order: func(o *order.Order) { o.PaidAt = time.Time{} }, kind: order.Preflight, says: "dDtPrevisao"},
		"no lines":        {order: func(o *order.Order) { o.Lines = nil }, kind: order.TotalReason, says: "no lines"},
		"freight":         {order: func(o *order.Order) { o.Freight = order.Cents(1000); o.Total = order.Cents(11000) }, kind: order.TotalReason, says: "freight of 10.00, for which an OS has no field: the OS would come to 100.00, but 110.00 was paid"},
		"fees":            {order: func(o *order.Order) { o.Fees = order.Cents(500); o.Total = order.Cents(10500) }, kind: order.TotalReason, says: "fees of 5.00"},
		"tax":             {order: func(o *order.Order) { o.Tax = order.Cents(1); o.Total = order.Cents(10001) }, kind: order.TotalReason, says: "tax of 0.01"},
		"another total":   {order: func(o *order.Order) { o.Total = order.Cents(9999) }, kind: order.TotalReason, says: "add up to 100.00, but 99.99 was paid"},
		"half a cent":     {order: func(o *order.Order) { o.Total = money(t, "99.996") }, kind: order.TotalReason, says: "99.996"},
		"negative":        {order: func(o *order.Order) { o.Discount = order.Cents(20000); o.Total = order.Cents(-10000) }, kind: order.TotalReason, says: "-100.00"},
		"a discount below zero": {order: func(o *order.Order) {
			o.Lines, o.Discount, o.Total = []order.Line{sold(t, "3 x 33.3333")}, order.Cents(-1), order.Cents(10001)
		}, kind: order.TotalReason, says: "100.01"},
		"negative piece":   {order: func(o *order.Order) { o.Lines = append(o.Lines, sold(t, "-1 x 10")); o.Total = order.Cents(9000) }, kind: order.TotalReason, says: "line 2"},
		"no piece at all":  {order: func(o *order.Order) { o.Lines = append(o.Lines, sold(t, "0 x 10")) }, kind: order.TotalReason, says: "line 2"},
		"twice below zero": {order: func(o *order.Order) { o.Lines = append(o.Lines, sold(t, "-1 x -10")); o.Total = order.Cents(11000) }, kind: order.TotalReason, says: "line 2"},
		"a surcharge": {order: func(o *order.Order) {
			o.Lines = []order.Line{sold(t, "3 x 33.3333 - -0.01")}
			o.Total = order.Cents(10001)
		}, kind: order.TotalReason, says: "line 1"},
		"line below zero": {order: func(o *order.Order) { o.Lines = append(o.Lines, sold(t, "1 x 10 - 20")); o.Total = order.Cents(9000) }, kind: order.TotalReason, says: "line 2"},
		"200 lines": {
			order: func(o *order.Order) {
				for range 199 {
					o.Lines = append(o.Lines, o.Lines[0])
				}
				o.Total = order.Cents(20000 * 100)
			},
			kind: order.Preflight, says: "at most 199",
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := paid(t, "100", "1 x 100")
			if c.order != nil {
				c.order(&o)
			}
			if c.settings == "" {
				c.settings = settings
			}
			_, err := client(t, c.settings).Document(o, reference)
			reason, ok := order.AsRejection(err)
			if !ok || reason.Kind != c.kind || !strings.Contains(reason.Message.String(), c.says) {
				t.Errorf("got %v, want %s: ...%s...", err, c.kind, c.says)
			}
			for _, private := range []string{"Ana", "exemplo.com.br", string(someCPF)} {
				if strings.Contains(reason.Message.String(), private) {
					t.Errorf("%q shows %q", reason.Message, private)
				}
			}
		})
	}
}

func TestAsManyLinesAsAnOSTakes(t *testing.T) {
	o := paid(t, "19900")
	for range 199 {
		o.Lines = append(o.Lines, sold(t, "1 x 100"))
	}
	doc, err := client(t, settings).Document(o, reference)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(param(t, doc)["ServicosPrestados"].([]any)); n != 199 {
		t.Errorf("%d lines", n)
	}
}

func TestTheBestMappedSKUIsTakenThenTheStar(t *testing.T) {
	const mapped = `{"services": {"off1": {"nCodServico": 1}, "77": {"nCodServico": 2}, "*": {"nCodServico": 3}}}`
	for want, skus := range map[string][]string{"1": {"off1", "77"}, "2": {"off2", "77"}, "3": {"off2", "78"}} {
		o := paid(t, "100", "1 x 100")
		o.Lines[0].SKUs = skus
		doc, err := client(t, mapped).Document(o, reference)
		if err != nil {
			t.Fatal(err)
		}
		if got := param(t, doc)["ServicosPrestados"].([]any)[0].(map[string]any)["nCodServico"]; got != json.Number(want) {
			t.Errorf("%v: nCodServico %v, want %s", skus, got, want)
		}
	}
}

func TestAnOrderWithoutTaxIDGoesToTheDefaultCustomer(t *testing.T) {
	c := client(t, `{"customer": {"default": 3795260786}, "services": {"*": {"nCodServico": 1}}}`)
	o := paid(t, "100", "1 x 100")
	o.Customer = order.Customer{}
	doc, err := c.Document(o, reference)
	if err != nil {
		t.Fatal(err)
	}
	if id := param(t, doc)["Cabecalho"].(map[string]any)["nCodCli"]; id != json.Number("3795260786") || doc.CustomerID != "3795260786" {
		t.Errorf("nCodCli %v, customer %q", id, doc.CustomerID)
	}
	if _, answer := c.Customer(t.Context(), doc); answer.Kind != erp.CustomerKnown {
		t.Errorf("answer %+v, want CustomerKnown without a call", answer)
	}
}

func TestPlaceholdersAreFilledAndEmptyOnesAreNotSent(t *testing.T) {
	c := client(t, `{
		"os": {
			"Cabecalho": {"dDtPrevisao": "+3d"},
			"InformacoesAdicionais": {"cDadosAdicNF": "Pedido {order.number} ({order.id}) de {customer.name}, {order.total}, {connection}", "cContato": "{customer.phone}", "nCodCC": 12345678901234567890},
			"Email": {"cEnviarPara": "{customer.email}"},
			"Departamentos": [{"cCodDepto": "7", "nPerc": 100, "nValor": "{order.total}", "nValorFixo": "N"}],
			"Observacoes": {"cObsOS": "a\u0000b\nc", "cTotal": "{order.total}", "cDias": "+3d"}
		},
		"services": {"*": {"nCodServico": 1, "cDadosAdicItem": "{line.name} [{line.sku}]"}}
	}`)
	o := paid(t, "100.50", "1 x 100.50")
	o.Customer.Phone = ""
	doc, err := c.Document(o, reference)
	if err != nil {
		t.Fatal(err)
	}
	got := param(t, doc)
	delete(got, "ServicosPrestados")
	want := map[string]any{
		"Cabecalho": map[string]any{
			"cCodIntOS": reference.Code, "cCodParc": "000", "nQtdeParc": json.Number("1"), "cEtapa": "10", "dDtPrevisao": "24/11/2026", "nCodCli": nil,
		},
		"InformacoesAdicionais": map[string]any{
			"cDadosAdicNF": "Pedido #1001 (5001) de Ana Prado, 100.50, cursos",
			"nCodCC":       json.Number("12345678901234567890"),
		},
		"Email":         map[string]any{"cEnviarPara": "ana@exemplo.com.br"},
		"Departamentos": []any{map[string]any{"cCodDepto": "7", "nPerc": json.Number("100"), "nValor": json.Number("100.5"), "nValorFixo": "N"}},
		"Observacoes":   map[string]any{"cObsOS": "ab c", "cTotal": "100.50", "cDias": "+3d"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if item := param(t, doc)["ServicosPrestados"].([]any)[0].(map[string]any)["cDadosAdicItem"]; item != "Curso de Go [CURSO-GO]" {
		t.Errorf("cDadosAdicItem %v", item)
	}

	o.Customer.Email = ""
	doc, err = c.Document(o, reference)
	if err != nil {
		t.Fatal(err)
	}
	if email, sent := param(t, doc)["Email"]; sent {
		t.Errorf("Email %v is sent with nothing in it", email)
	}
}

func TestTheForecastIsADayInSaoPaulo(t *testing.T) {
	for configured, want := range map[string]string{"": "21/11/2026", "+0d": "21/11/2026", "+10d": "01/12/2026", "27/02/2027": "27/02/2027"} {
		header := `{}`
		if configured != "" {
			header = `{"dDtPrevisao": ` + strconv.Quote(configured) + `}`
		}
		c := client(t, `{"os": {"Cabecalho": `+header+`}, "services": {"*": {"nCodServico": 1}}}`)
		o := paid(t, "100", "1 x 100")
		o.PlacedAt = o.PaidAt.AddDate(0, 0, -5)
		doc, err := c.Document(o, reference)
		if err != nil {
			t.Fatal(err)
		}
		if got := param(t, doc)["Cabecalho"].(map[string]any)["dDtPrevisao"]; got != want {
			t.Errorf("%q: %v, want %s", configured, got, want)
		}
	}
}

func TestOneOrdersDocumentLeavesTheConfigurationAlone(t *testing.T) {
	c := client(t, settings)
	for _, number := range []string{"#1", "#2"} {
		o := paid(t, "100", "1 x 100")
		o.Number, o.Lines[0].Name = number, "Curso "+number
		doc, err := c.Document(o, reference)
		if err != nil {
			t.Fatal(err)
		}
		if got := param(t, doc)["ServicosPrestados"].([]any)[0].(map[string]any)["cDescServ"]; doc.OrderNumber != number || got != "Curso "+number {
			t.Errorf("order %s: number %q, cDescServ %v", number, doc.OrderNumber, got)
		}
	}
}

func TestNoTextIsEscapedForHTML(t *testing.T) {
	o := paid(t, "100", "1 x 100")
	o.Lines[0].Name = `Go & <b>"nuvem"</b>`
	doc, err := client(t, settings).Document(o, reference)
	if err != nil {
		t.Fatal(err)
	}
	request, err := omie.Request(doc, "***", "***")
	if err != nil || !strings.Contains(string(request), `"Go & <b>\"nuvem\"</b>"`) || bytes.HasSuffix(request, []byte("\n")) {
		t.Errorf("%s, %v", request, err)
	}
}

// FuzzWholePiecesAlwaysMakeAnOS: prices of four decimals, discounts of the lines
// and of the order, and the OS still comes to what was paid, with no discount
// below zero or above its line.
func FuzzWholePiecesAlwaysMakeAnOS(f *testing.F) {
	f.Add(uint32(333333), uint32(100), uint32(50001), uint16(3), uint16(7), uint32(1234), uint32(99))
	f.Add(uint32(10), uint32(10), uint32(1000000), uint16(1), uint16(1), uint32(0), uint32(0))
	config, err := omie.Parse(json.RawMessage(settings))
	if err != nil {
		f.Fatal(err)
	}
	c := omie.New(config, erp.Options{Account: "estudio"})
	f.Fuzz(func(t *testing.T, a, b, d uint32, m, n uint16, lineDiscount, discount uint32) {
		o := paid(t, "0")
		for i, price := range []uint32{a, b, d} {
			l := order.Line{SKUs: []string{"A"}, Name: "A", UnitPrice: money(t, decimal(price)), Quantity: order.Pieces(int64([]uint16{m, n, 1}[i]) + 1)}
			if cut := money(t, decimal(lineDiscount)); i == 1 && l.UnitPrice.Times(l.Quantity).Cmp(cut) >= 0 {
				l.Discount = cut
			}
			o.Lines = append(o.Lines, l)
		}
		if cut := order.Cents(int64(discount)); o.Goods().Cmp(cut) >= 0 {
			o.Discount = cut
		}
		o.Total = o.Sum().Round()
		doc, err := c.Document(o, reference)
		if err != nil {
			t.Fatal(err)
		}
		var sum order.Money
		for _, v := range param(t, doc)["ServicosPrestados"].([]any) {
			fields := v.(map[string]any)
			cost := money(t, string(fields["nValUnit"].(json.Number))).Times(quantity(t, string(fields["nQtde"].(json.Number)))).Round()
			cut, _ := fields["nValorDesconto"].(json.Number)
			if cut != "" {
				if off := money(t, string(cut)); off.IsNegative() || off.Cmp(cost) > 0 || !off.Equal(off.Round()) {
					t.Errorf("discount %s of %s", off, cost)
				}
				cost = cost.Sub(money(t, string(cut)))
			}
			sum = sum.Add(cost)
		}
		if !sum.Equal(o.Total) {
			t.Errorf("the lines add up to %s, paid was %s", sum, o.Total)
		}
	})
}

// decimal writes ten-thousandths.
func decimal(n uint32) string {
	return fmt.Sprintf("%d.%04d", n/10000, n%10000)
}
