package omie_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/ledger/memory"
	"github.com/carimbo/carimbo/shared/order"
)

// goods is an account whose orders become pedidos.
const goods = `{
	"document": "pedido",
	"pedido": {
		"cabecalho": {"data_previsao": "+3d"},
		"informacoes_adicionais": {"codigo_categoria": "1.01.03", "codigo_conta_corrente": 3731356020, "numero_pedido_cliente": "{order.number}"}
	},
	"customer": {"default": 3795260786}
}`

// pedidoReference is that of a pedido.
var pedidoReference = erp.Reference{DocumentKind: "pedido", Code: reference.Code, Orig: reference.Orig}

// pedido is the document, with its customer.
func (s *simulated) pedido(t *testing.T, o order.Order) erp.Document {
	t.Helper()
	return s.documentAs(t, o, pedidoReference)
}

// bought is an order of goods with freight, a fee, tax and a discount.
func bought(t *testing.T) order.Order {
	t.Helper()
	o := paid(t, "118.30", "2 x 50 - 5", "1 x 12.80")
	o.Lines[1].SKUs, o.Lines[1].Name = []string{"MANUT-01"}, "Kit"
	o.Freight, o.Fees, o.Tax, o.Discount = order.Cents(15_00), order.Cents(2_50), order.Cents(3_00), order.Cents(10_00)
	o.Customer = buyer()
	return o
}

func TestAStrictOmieTakesThePedidoAndShowsIt(t *testing.T) {
	s := simulate(t, goods)
	o := bought(t)
	doc := s.pedido(t, o)
	got := s.Create(t.Context(), doc)
	if got.Kind != erp.Created || got.ID == "" || got.Number == "" {
		t.Fatalf("%+v", got)
	}
	pedidos := s.sim.Pedidos()
	if len(pedidos) != 1 || len(s.sim.Documents()) != 0 || !pedidos[0].Total.Equal(o.Total) || pedidos[0].CustomerTaxID != string(someCPF) {
		t.Errorf("pedidos %+v", pedidos)
	}
	found := s.LookUp(t.Context(), pedidoReference)
	if found.Kind != erp.Present || found.ID != got.ID || found.Number != got.Number || !found.Found.Total.Equal(o.Total) ||
		found.Found.OrderNumber != o.Number || found.Found.CustomerID != doc.CustomerID || found.Found.Cancelled {
		t.Errorf("look-up %+v", found)
	}
	s.sim.CancelPedido(reference.Code)
	s.pass(61 * time.Second)
	if found = s.LookUp(t.Context(), pedidoReference); !found.Found.Cancelled {
		t.Errorf("look-up %+v, want cancelled", found)
	}
}

func TestAPedidoIsNoOSOfTheSameCode(t *testing.T) {
	s := simulate(t, goods)
	if got := s.Create(t.Context(), s.pedido(t, bought(t))); got.Kind != erp.Created {
		t.Fatalf("%+v", got)
	}
	for kind, want := range map[string]erp.AnswerKind{"": erp.Absent, "os": erp.Absent, "pedido": erp.Present} {
		ref := pedidoReference
		ref.DocumentKind = kind
		if got := s.LookUp(t.Context(), ref); got.Kind != want {
			t.Errorf("as %q: %+v", kind, got)
		}
		s.pass(61 * time.Second)
	}
}

func TestAPedidoThatIsThereIsADuplicate(t *testing.T) {
	s := simulate(t, goods)
	doc := s.pedido(t, bought(t))
	s.Create(t.Context(), doc)
	s.pass(61 * time.Second)
	if got := s.Create(t.Context(), doc); got.Kind != erp.Duplicate {
		t.Errorf("%+v", got)
	}
}

func TestAPedidoIsForeseenForNoDayThatIsOver(t *testing.T) {
	s := simulate(t, strings.Replace(goods, "+3d", "+0d", 1))
	o := bought(t)
	doc, err := s.Document(o, pedidoReference)
	if err != nil {
		t.Fatal(err)
	}
	if day := param(t, doc)["cabecalho"].(map[string]any)["data_previsao"]; day != "21/11/2026" {
		t.Errorf("of the order: %v", day)
	}
	s.pass(5 * 24 * time.Hour)
	sent := s.pedido(t, o)
	if day := param(t, sent)["cabecalho"].(map[string]any)["data_previsao"]; day != "27/11/2026" {
		t.Errorf("of the call: %v", day)
	}
	if day := param(t, doc)["cabecalho"].(map[string]any)["data_previsao"]; day != "21/11/2026" {
		t.Errorf("the document itself was changed: %v", day)
	}
	if got := s.Create(t.Context(), sent); got.Kind != erp.Created {
		t.Errorf("%+v", got)
	}
}

func TestAProductIsFoundByTheCodeThatOmieShows(t *testing.T) {
	s := simulate(t, strings.Replace(goods, `"customer"`, `"products": {"*": {"codigo": "{line.sku}"}}, "customer"`, 1), func(o *erp.Options) { o.Notes = memory.New() })
	o := bought(t)
	o.Lines[0].SKUs, o.Lines[1].SKUs = []string{"PRD00002"}, []string{"PRD00001"}
	doc, err := s.Document(o, pedidoReference)
	if err != nil {
		t.Fatal(err)
	}
	_, open, err := omie.Kind().Request(doc)
	if err != nil || !strings.Contains(open.String(), "PRD00002, PRD00001") {
		t.Errorf("%q, %v", open, err)
	}
	doc = s.pedido(t, o)
	if ids := products(t, doc, "codigo_produto"); ids != "5366578301 5366578297" {
		t.Errorf("they are %s", ids)
	}
	if got := s.Create(t.Context(), doc); got.Kind != erp.Created {
		t.Errorf("%+v", got)
	}
	before := len(s.sim.Calls())
	s.pass(61 * time.Second)
	if s.pedido(t, o); len(s.sim.Calls()) != before {
		t.Error("what is noted was asked for again")
	}
	o.Lines[0].SKUs = []string{"NENHUM"}
	doc, err = s.Document(o, pedidoReference)
	if err != nil {
		t.Fatal(err)
	}
	if _, got := s.Customer(t.Context(), doc); got.Kind != erp.Unmapped || !strings.Contains(got.Text.String(), `"NENHUM"`) || !strings.Contains(got.Text.String(), "erps.estudio.products") {
		t.Errorf("%+v", got)
	}
}

// TestWhatOmieDoesntKnowIsMappedAnew: of a product and of a service a person is told that the
// map is to be mended, and where.
func TestWhatOmieDoesntKnowIsMappedAnew(t *testing.T) {
	services := func(fields string) string {
		before, _, _ := strings.Cut(strictSettings, `"services"`)
		return before + `"services": {"*": ` + fields + `}}`
	}
	for name, c := range map[string]struct {
		settings string
		ref      erp.Reference
		says     []string
	}{
		"a product":          {goods, pedidoReference, []string{"Produto não cadastrado para o Código de Integração [NADA]", "erps.estudio.products"}},
		"a product's id":     {strings.Replace(goods, `"customer"`, `"products": {"*": {"codigo_produto": 7}}, "customer"`, 1), pedidoReference, []string{"Produto não cadastrado para o Código [7]", "erps.estudio.products"}},
		"a service":          {services(`{"cCodIntServico": "{line.sku}"}`), reference, []string{"Serviço", "[NADA]", "erps.estudio.services"}},
		"a service's own id": {services(`{"nCodServico": 7}`), reference, []string{"Serviço", "[7]", "erps.estudio.services"}},
	} {
		s := simulate(t, c.settings)
		o := paid(t, "100", "1 x 100")
		o.Lines[0].SKUs = []string{"NADA"}
		got := s.Create(t.Context(), s.documentAs(t, o, c.ref))
		if got.Kind != erp.Refused || got.Reason != order.Mapping {
			t.Errorf("%s: %+v", name, got)
		}
		for _, word := range append(c.says, "carimbo orders retry") {
			if !strings.Contains(got.Text.String(), word) {
				t.Errorf("%s: %q says nothing of %q", name, got.Text, word)
			}
		}
	}
}

// products are a field of each of the items.
func products(t *testing.T, doc erp.Document, field string) string {
	t.Helper()
	var all []string
	for _, item := range param(t, doc)["det"].([]any) {
		all = append(all, fmt.Sprint(item.(map[string]any)["produto"].(map[string]any)[field]))
	}
	return strings.Join(all, " ")
}

func TestThePedidoThatIsFoundIsOursWhateverTaxOmieAddsToIt(t *testing.T) {
	const parts = `"det": [{"produto": {"quantidade": 2, "valor_unitario": 50, "valor_desconto": 5}}], "frete": {"valor_frete": 10, "outras_despesas": 3.5}`
	for name, c := range map[string]struct{ total, want string }{
		"as the parts":   {`{"valor_total_pedido": 108.5}`, "108.50"},
		"none shown":     {`{}`, "108.50"},
		"a float":        {`{"valor_total_pedido": 108.50000000000001}`, "108.50"},
		"IPI on top":     {`{"valor_total_pedido": 118.35, "valor_IPI": 9.85}`, "108.50"},
		"ICMS-ST on top": {`{"valor_total_pedido": 110.5, "valor_st": "2,00"}`, "108.50"},
		"IPI within":     {`{"valor_total_pedido": 108.5, "valor_IPI": 9.85}`, "108.50"},
		"another":        {`{"valor_total_pedido": 99}`, "99.00"},
		"another IPI":    {`{"valor_total_pedido": 118.35, "valor_IPI": 1}`, "118.35"},
	} {
		o := &omieAnswers{methods: map[string]answer{"ConsultarPedido": {status: 200, body: []byte(`{"pedido_venda_produto": {"cabecalho": {"codigo_pedido": 7, "codigo_pedido_integracao": "` +
			reference.Code + `"}, "total_pedido": ` + c.total + `, ` + parts + `}}`)}}}
		got := calling(t, "http://omie.example", func(opt *options) { opt.Transport = o }).LookUp(t.Context(), pedidoReference)
		if got.Kind != erp.Present || got.Found.Total.String() != c.want {
			t.Errorf("%s: %+v, want %s", name, got, c.want)
		}
	}
}

func TestAsManyPiecesAreSoldAsWereBought(t *testing.T) {
	o := paid(t, "1000", "300 x 3.333333333333333")
	o.Customer = order.Customer{}
	doc, err := client(t, goods).Document(o, pedidoReference)
	if err != nil {
		t.Fatal(err)
	}
	if got := products(t, doc, "quantidade") + " at " + products(t, doc, "valor_unitario"); got != "299 1 at 3.33 4.33" {
		t.Errorf("%s", got)
	}
	if doc.Total.String() != "1000.00" {
		t.Errorf("they come to %s", doc.Total)
	}
}

func TestALineWithoutASKUNamesNoProduct(t *testing.T) {
	o := bought(t)
	o.Lines[1].SKUs = nil
	for _, settings := range []string{goods, strings.Replace(goods, `"customer"`, `"products": {"*": {"codigo": "{line.sku}"}}, "customer"`, 1)} {
		_, err := client(t, settings).Document(o, pedidoReference)
		if reason, _ := order.AsRejection(err); reason.Kind != order.Mapping || !strings.Contains(reason.Message.String(), "line 2 has no SKU") {
			t.Errorf("%v", err)
		}
	}
}

func TestWhatAnAccountSaysOfFreightIsAnOSs(t *testing.T) {
	o := bought(t)
	plain, err := client(t, goods).Document(o, pedidoReference)
	if err != nil {
		t.Fatal(err)
	}
	placed, err := client(t, strings.Replace(goods, `"customer"`, `"freight": "spread", "tax": {"service": {"nCodServico": 1}}, "fees": {"expense": {}}, "customer"`, 1)).Document(o, pedidoReference)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(param(t, plain), param(t, placed)); diff != "" {
		t.Errorf("(-without +with):\n%s", diff)
	}
	if freight := param(t, placed)["frete"].(map[string]any); fmt.Sprintf("%v %v %v", freight["valor_frete"], freight["outras_despesas"], freight["modalidade"]) != "15 5.5 0" {
		t.Errorf("%v", freight)
	}
}

func TestAKindOfDocumentThatIsUnknownIsNotMade(t *testing.T) {
	ref := pedidoReference
	ref.DocumentKind = "remessa"
	_, err := client(t, goods).Document(bought(t), ref)
	if reason, _ := order.AsRejection(err); reason.Kind != order.Preflight || !strings.Contains(reason.Message.String(), `"remessa"`) {
		t.Errorf("%v", err)
	}
}
