package omie_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/erptest"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/order"
)

// saidOf is what an account of goods says of an order, in lines.
func saidOf(t *testing.T, settings string, o order.Order) (said []string) {
	t.Helper()
	ref := erp.NewReference("loja", "", o.ID)
	ref.DocumentKind = "pedido"
	e, err := omie.Kind().Explain(json.RawMessage(settings), o, ref)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range e.Contradictions {
		said = append(said, p.Path+" "+p.Message.String())
	}
	for _, d := range e.Dropped {
		said = append(said, d.What.String()+": "+d.Why.String())
	}
	return said
}

func TestConstantsOfAPedidoAreHeldAgainstTheOrder(t *testing.T) {
	for name, c := range map[string]struct {
		pedido string
		change func(*order.Order)
		want   []string
	}{
		"nothing":     {`{}`, func(*order.Order) {}, nil},
		"a day":       {`{"cabecalho": {"data_previsao": "20/11/2026"}}`, func(*order.Order) {}, []string{"pedido.cabecalho.data_previsao is 20/11/2026, and the order was paid on 21/11/2026"}},
		"instalments": {`{"cabecalho": {"qtde_parcelas": 3}}`, func(*order.Order) {}, []string{"pedido.cabecalho.qtde_parcelas is 3, and the order was paid in 1"}},
		"a number":    {`{"informacoes_adicionais": {"numero_pedido_cliente": "7"}}`, func(*order.Order) {}, []string{`pedido.informacoes_adicionais.numero_pedido_cliente is "7", and the order's number is "4127"`}},
		"an address":  {`{"informacoes_adicionais": {"utilizar_emails": "a@b.example"}}`, func(*order.Order) {}, []string{"pedido.informacoes_adicionais.utilizar_emails is the same for every order, and not the buyer's e-mail"}},
		"a way":       {`{"informacoes_adicionais": {"meio_pagamento": "15"}}`, func(*order.Order) {}, []string{`pedido.informacoes_adicionais.meio_pagamento is "15", and the order was paid by pix`}},
		"a plan":      {`{"lista_parcelas": {"parcela": [{"percentual": 50}, {"percentual": 50, "meio_pagamento": "03"}]}}`, func(*order.Order) {}, []string{"pedido.lista_parcelas.parcela are 2, and the order was paid in 1", `pedido.lista_parcelas.parcela.1.meio_pagamento is "03", and the order was paid by pix`}},
		"no freight":  {`{"frete": {"modalidade": "9"}}`, func(o *order.Order) { o.Freight = order.Cents(500) }, []string{`pedido.frete.modalidade is "9", which is without freight, and the order has 5.00 of it`}},
		"without it":  {`{"frete": {"modalidade": "9"}}`, func(*order.Order) {}, nil},
		"several ways": {`{}`, func(o *order.Order) {
			o.Payments = append(o.Payments, order.Payment{Method: order.CreditCard, Amount: order.Cents(1)})
		}, []string{"how the order was paid: it was paid in several ways: parcelas: payments tells Omie each of them"}},
		"a long number":  {`{"informacoes_adicionais": {"numero_pedido_cliente": "{order.number}"}}`, func(o *order.Order) { o.Number = strings.Repeat("9", 32) }, []string{"the end of numero_pedido_cliente: Omie is said to keep 30 characters of pedido.informacoes_adicionais.numero_pedido_cliente, in which one with an accent may count as 8: of 32, 30 are surely kept"}},
		"a long contact": {`{"informacoes_adicionais": {"contato": "` + strings.Repeat("y", 120) + `"}}`, func(*order.Order) {}, []string{"the end of what the account says: contato takes 100 bytes, and it has 120"}},
	} {
		o := explainable()
		c.change(&o)
		if diff := cmp.Diff(c.want, saidOf(t, `{"document": "pedido", "pedido": `+c.pedido+`}`, o)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// informed is what a pedido says of the payment, and of whom Omie mails.
func informed(t *testing.T, settings string, o order.Order) string {
	t.Helper()
	doc, err := client(t, settings).Document(o, pedidoReference)
	if err != nil {
		t.Fatal(err)
	}
	info := param(t, doc)["informacoes_adicionais"].(map[string]any)
	return fmt.Sprintf("%v %v %v %q", info["meio_pagamento"], info["descr_meio_pagamento"], info["nsu"], info["utilizar_emails"])
}

func TestAPedidoSaysHowItsOrderWasPaidWhereThatIsOneWay(t *testing.T) {
	for name, c := range map[string]struct {
		payments []order.Payment
		want     string
	}{
		"a card":              {[]order.Payment{by(order.CreditCard, 100_00, 3, "tid-1")}, `03 <nil> tid-1 ""`},
		"two cards":           {[]order.Payment{by(order.CreditCard, 50_00, 3, "tid-1"), by(order.CreditCard, 50_00, 3, "tid-2")}, `03 <nil> <nil> ""`},
		"a card and a Pix":    {[]order.Payment{by(order.CreditCard, 50_00, 3, "tid-1"), by(order.Pix, 50_00, 1, "tid-1")}, `<nil> <nil> tid-1 ""`},
		"another way":         {[]order.Payment{by("pigeon", 100_00, 1, "")}, `99 Outros <nil> ""`},
		"nobody knows of any": {nil, `<nil> <nil> <nil> ""`},
	} {
		o := paidBy(t, "100", c.payments...)
		if got := informed(t, goods, o); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	o := paidBy(t, "100")
	o.Customer.Email, o.Customer.MoreEmails = "ana@exemplo.com.br", []string{"fiscal@exemplo.com.br"}
	if got := informed(t, goods, o); !strings.HasSuffix(got, `"ana@exemplo.com.br,fiscal@exemplo.com.br"`) {
		t.Errorf("the buyer's addresses: %s", got)
	}
	if got := informed(t, strings.Replace(goods, `"codigo_categoria"`, `"utilizar_emails": "", "codigo_categoria"`, 1), o); !strings.HasSuffix(got, ` ""`) {
		t.Errorf("nobody is mailed: %s", got)
	}
}

// The suite that all kinds pass with their example, for an account of goods with everything.
func TestAnAccountOfGoodsWithEverythingPassesTheSuite(t *testing.T) {
	o := bought(t)
	o.Lines = o.Lines[:1]
	o.Total = money(t, "105.50")
	o.Lines[0].SKUs = []string{"PRD00001"}
	o.Payments = []order.Payment{by(order.CreditCard, 105_50, 3, "tid-1")}
	settings := `{"kind": "omie", "document": "pedido", "parcelas": "payments", "tax": "spread",
		"pedido": {"cabecalho": {"etapa": "10", "data_previsao": "+3d"}, "frete": {"modalidade": "0", "previsao_entrega": "+10d"}, "observacoes": {"obs_venda": "{order.number}"},
			"informacoes_adicionais": {"codigo_categoria": "1.01.03", "codigo_conta_corrente": 3731356020, "numero_pedido_cliente": "{order.number}", "utilizar_emails": "{customer.email}"},
			"departamentos": [{"cCodDepto": "1", "nPerc": 60}, {"cCodDepto": "2", "nPerc": 40}]},
		"products": {"PRD00001": {"codigo": "PRD00001", "descricao": "{line.name}"}}}`
	erptest.Run(t, erptest.Case{Kind: omie.Kind(), Simulator: omiesim.Kind(), Settings: json.RawMessage(settings), Order: o})
}
