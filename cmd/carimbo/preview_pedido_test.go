package main

import (
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
)

// bookshop is an account whose orders become what KIND says.
const bookshop = `erps:
  livros:
    kind: omie
    document: KIND
    os: { InformacoesAdicionais: { cCodCateg: "1.01.02", nCodCC: 3731356020 } }
    services: { "*": { nCodServico: 3846592864 } }
    freight: spread
    pedido: { informacoes_adicionais: { codigo_categoria: "1.01.03", codigo_conta_corrente: 3731356020, numero_pedido_cliente: "{order.number}" } }
    products: { "*": { codigo: "{line.sku}" } }
connections:
  livraria: { platform: woocommerce, erp: livros, since: 2026-11-01 }
`

const goodsSample = "../../events/payloads/woocommerce/order_processing_goods.json"

func TestAPreviewShowsThePedidoOfAnOrderOfGoods(t *testing.T) {
	connections := write(t, "c.yaml", strings.Replace(bookshop, "KIND", "pedido", 1))
	got := typeIn(t, "preview", "--connection", "livraria", "--connections", connections, goodsSample)
	if got.code != exitDone {
		t.Fatalf("%+v", got)
	}
	golden(t, "preview-pedido.json", got.out)
	for _, want := range []string{"codigo_produto is null where a product is looked up by codigo", "LIVRO-GO, LIVRO-GO-CD", "data_previsao is the day on which", "codigo_cliente is null"} {
		if !strings.Contains(got.errors, want) {
			t.Errorf("no %q in %s", want, got.errors)
		}
	}
}

func TestAPreviewSaysThatAnOrderStaysWhatItWasTakenInFor(t *testing.T) {
	for was, c := range map[string]struct{ asked, call, warns string }{
		"":       {"pedido", "IncluirOS", "taken in for a document of kind os (OS), and stays one; of new ones the connection asks for pedido (pedido)"},
		"os":     {"os", "IncluirOS", ""},
		"pedido": {"os", "IncluirPedido", "taken in for a document of kind pedido (pedido), and stays one"},
	} {
		ref := erp.NewReference("livraria", "", "4142")
		ref.DocumentKind = was
		flags := remembering(t, book{data: tell(t)}, ledger.Entry{Key: "livraria#4142", Token: "t", Connection: "livraria", Platform: "woocommerce", OrderID: "4142", ERPKind: "omie", Account: "livros",
			Reference: ref, State: ledger.Rejected, ReceivedAt: noon, UpdatedAt: noon})
		connections := write(t, "c.yaml", strings.Replace(bookshop, "KIND", c.asked, 1))
		got := typeIn(t, append([]string{"preview", "--connection", "livraria", "--connections", connections, goodsSample}, flags...)...)
		if got.code != exitDone || !strings.Contains(got.out, `"call": "`+c.call+`"`) || !strings.Contains(got.errors, c.warns) || c.warns == "" && strings.Contains(got.errors, "taken in for") {
			t.Errorf("%q: %+v", was, got)
		}
	}
}
