package machine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
)

// goodsConfig is plainConfig with what a pedido needs besides, asked for by the account or by
// the store, or by neither.
func goodsConfig(account, store string) string {
	if store != "" {
		store = `, "document": "` + store + `"`
	}
	if account != "" {
		account = `"document": "` + account + `",`
	}
	return strings.NewReplacer(
		`"services": {`, account+`"pedido": {"informacoes_adicionais": {"codigo_categoria": "1.01.03", "codigo_conta_corrente": 3731356020, "numero_pedido_cliente": "{order.number}"}},
		"products": {"CURSO-GO": {"codigo_produto_integracao": "CURSO-GO"}}, "services": {`,
		`"since": "2026-11-01"`, `"since": "2026-11-01"`+store,
	).Replace(plainConfig)
}

// holds says how many documents of each kind there are.
func (b *bench) holds(os, pedidos int) {
	b.t.Helper()
	if n, m := len(b.sim.Documents()), len(b.sim.Pedidos()); n != os || m != pedidos {
		b.t.Errorf("the ERP holds %d OS and %d pedidos, want %d and %d", n, m, os, pedidos)
	}
}

func TestAPaidOrderBecomesOnePedidoWhereItIsAskedFor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		account, store string
		os, pedidos    int
	}{
		"by the account": {"pedido", "", 0, 1}, "by the store": {"", "pedido", 0, 1},
		"the store wins": {"pedido", "os", 1, 0}, "by neither": {"", "", 1, 0}, "the store wins, the other way": {"os", "pedido", 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := plainBench(t, goodsConfig(c.account, c.store))
			b.start()
			p := b.purchase(1)
			b.accept(p, p)
			e := b.reaches(p.key(), ledger.Created)
			b.holds(c.os, c.pedidos)
			for _, d := range b.sim.Pedidos() {
				if d.CodInt != e.Reference.Code || d.Total.String() != "101.90" || d.CustomerTaxID != p.document || d.OrderNumber != p.transaction || e.ERPNumber != d.Number {
					t.Errorf("the pedido is %+v of the entry %+v", d, e)
				}
			}
		})
	}
}

func TestAnUncertainOrderIsLookedUpAsWhatItWasSentAs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mode        omiesim.Mode
		os, pedidos int
	}{"it is there": {omiesim.WriteThenReset, 0, 1}, "it is not": {omiesim.Reset, 0, 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := plainBench(t, goodsConfig("pedido", ""))
			b.start()
			b.sim.Inject(omiesim.Fault{Method: "IncluirPedido", Mode: c.mode})
			p := b.purchase(1)
			b.accept(p)
			b.reaches(p.key(), ledger.Uncertain)
			b.configure(goodsConfig("os", "os"))
			b.later(placing.Spacing)
			if e := b.reaches(p.key(), ledger.Created); e.Reference.DocumentKind != "pedido" {
				t.Errorf("its kind is %q", e.Reference.DocumentKind)
			}
			if calls(b, "ConsultarOS") != 0 || calls(b, "ConsultarPedido") != 1 {
				t.Error("another kind of document was looked for")
			}
			b.holds(c.os, c.pedidos)
			// What is new becomes what is asked for now.
			again := b.purchase(2)
			b.accept(again)
			b.reaches(again.key(), ledger.Created)
			b.holds(1, 1)
		})
	}
}

// TestARejectedOrderKeepsItsKind: nothing of it was sent, and what it becomes is frozen all the
// same (rule 11): newer contents and a person's retry place it as what it was taken in for.
func TestARejectedOrderKeepsItsKind(t *testing.T) {
	t.Parallel()
	b := plainBench(t, goodsConfig("pedido", ""))
	b.start()
	p := b.purchase(1)
	p.document = "11111111111"
	b.accept(p)
	if e := b.reaches(p.key(), ledger.Rejected); e.Reason.Kind != order.TaxIDReason {
		t.Errorf("rejected for %s", e.Reason.Kind)
	}
	b.configure(goodsConfig("os", ""))
	mended := b.purchase(1)
	mended.created = p.created.Add(time.Minute)
	b.accept(mended)
	b.later(2 * time.Second)
	b.reaches(p.key(), ledger.Created)
	b.holds(0, 1)
}

func TestAnOldOrderIsForeseenForTheDayOfTheCall(t *testing.T) {
	t.Parallel()
	b := plainBench(t, goodsConfig("pedido", ""))
	b.start()
	up := b.down()
	p := b.purchase(1)
	b.accept(p)
	b.reaches(p.key(), ledger.Waiting)
	b.later(50 * time.Hour)
	up()
	b.later(2 * time.Hour)
	b.reaches(p.key(), ledger.Created)
	if d := b.sim.Pedidos(); len(d) != 1 || !strings.Contains(string(d[0].Body), `"data_previsao":"23/11/2026"`) {
		t.Errorf("%s", d[0].Body)
	}
}

// TestAProductThatOmieLearnsOfIsPlacedByARetry: what Omie didn't know was refused as not mapped,
// and nothing else has to be done about it.
func TestAProductThatOmieLearnsOfIsPlacedByARetry(t *testing.T) {
	t.Parallel()
	b := plainBench(t, strings.Replace(goodsConfig("pedido", ""), `"codigo_produto_integracao": "CURSO-GO"`, `"codigo_produto_integracao": "NOVO"`, 1))
	b.start()
	p := b.purchase(1)
	b.accept(p)
	e := b.reaches(p.key(), ledger.Rejected)
	if e.Reason.Kind != order.Mapping || !strings.Contains(e.Reason.Message.String(), "[NOVO]") || !strings.Contains(e.Reason.Message.String(), ".products in connections.yaml") {
		t.Errorf("rejected for %s: %s", e.Reason.Kind, e.Reason.Message)
	}
	b.sim.KnowProducts([]omiesim.Product{{IntegrationCode: "NOVO", Description: "Curso novo"}})
	b.later(placing.Spacing)
	if step := b.apply(p.key(), placing.Retry{Person: placing.Person{By: "ana"}}); step.Do == placing.Refuse {
		t.Fatalf("retry was refused: %s", step.Why)
	}
	b.reaches(p.key(), ledger.Created)
	b.holds(0, 1)
}

// TestMissingStockIsInTheTimelineOfThePedido: it is made all the same.
func TestMissingStockIsInTheTimelineOfThePedido(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stock int64
		want  string
	}{"none": {0, `of "CURSO-GO" 1 ordered, none free`}, "enough": {1, ""}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := plainBench(t, strings.Replace(goodsConfig("pedido", ""), `"pedido": {`, `"stock": "warn", "pedido": {`, 1))
			b.sim.Restock(5366578297, 0, order.Pieces(c.stock))
			b.start()
			p := b.purchase(1)
			b.accept(p)
			e := b.reaches(p.key(), ledger.Created)
			b.holds(0, 1)
			told := ""
			for _, a := range e.Timeline {
				if a.Did == "warning" {
					told += a.Text.String()
				}
			}
			if (told == "") != (c.want == "") || !strings.Contains(told, c.want) {
				t.Errorf("told %q, want %q", told, c.want)
			}
		})
	}
}
