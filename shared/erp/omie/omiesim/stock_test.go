package omiesim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/order"
)

const stockPath = "estoque/consulta/"

// positions asks for the stock and tells each row: which product, in which stock, and what is
// there, pending, reserved and left.
func positions(t *testing.T, s *omiesim.Sim, clock *clocktest.Clock, extra object) string {
	t.Helper()
	clock.Pass(61 * time.Second)
	param := object{"nPagina": 1, "nRegPorPagina": 50, "dDataPosicao": "21/11/2026"}
	for tag, v := range extra {
		param[tag] = v
	}
	var said []string
	for _, row := range wantOK(t, s, stockPath, "ListarPosEstoque", param)["produtos"].([]any) {
		r := row.(object)
		said = append(said, fmt.Sprintf("%v@%v: %v -%v -%v = %v", r["cCodInt"], r["codigo_local_estoque"], r["fisico"], r["nPendente"], r["reservado"], r["nSaldo"]))
	}
	return strings.Join(said, "; ")
}

func TestTheStockIsWhatLiesThereAndWhatOpenPedidosTake(t *testing.T) {
	s, clock := newSim(t)
	s.Restock(5366578297, 0, order.Pieces(3))
	s.Restock(5366578301, 0, order.Pieces(0))
	s.Restock(5366578301, 3731400007, order.Pieces(9))
	const course = "CURSO-GO@3731400000: "
	one := []any{object{"cCodInt": "CURSO-GO"}}
	is := func(name, want string, extra object) {
		t.Helper()
		if got := positions(t, s, clock, extra); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	is("without what there is none of", course+"3 -0 -0 = 3", nil)
	is("with it", course+"3 -0 -0 = 3; MANUT-01@3731400000: 0 -0 -0 = 0", object{"cExibeTodos": "S"})
	is("in another stock", "MANUT-01@3731400007: 9 -0 -0 = 9", object{"codigo_local_estoque": 3731400007})
	is("in all of them", course+"3 -0 -0 = 3; MANUT-01@3731400007: 9 -0 -0 = 9", object{"lista_local_estoque": "TODOS"})
	is("of one by its id", course+"3 -0 -0 = 3", object{"lista_produtos": []any{object{"nCodProd": 5366578297}}})
	is("of one by the code on screen, and of nobody's", course+"3 -0 -0 = 3", object{"lista_produtos": []any{object{"cCodigo": "PRD00001"}, object{"cCodInt": "NENHUM"}}})

	wantOK(t, s, pedidoPath, "IncluirPedido", pedido("a", goods("1", object{"quantidade": 2}), goods("2", object{"reservado": "S"})))
	unmoved := goods("1", nil)
	unmoved["inf_adic"] = object{"nao_movimentar_estoque": "S"}
	wantOK(t, s, pedidoPath, "IncluirPedido", pedido("b", unmoved))
	is("of an open pedido", course+"3 -3 -1 = 2", object{"lista_produtos": one})
	s.CancelPedido("a")
	s.CancelPedido("a")
	is("of one that was cancelled", course+"3 -0 -0 = 3", object{"lista_produtos": one})
}

func TestAQuestionForTheStockIsHeldToItsShape(t *testing.T) {
	s, _ := newSim(t)
	with := func(tag string, v any) object {
		param := object{"nPagina": 1, "nRegPorPagina": 50}
		param[tag] = v
		return param
	}
	wantFault(t, s, stockPath, "ListarPosEstoque", object{"nRegPorPagina": 50}, 500, "tag [nPagina] é obrigatório", "")
	wantFault(t, s, stockPath, "ListarPosEstoque", with("nCodProd", 1), 500, "Tag [NCODPROD] não faz parte da estrutura do tipo complexo [ListarEstPosRequest]!", "SOAP-ENV:Client-5001")
	wantFault(t, s, stockPath, "ListarPosEstoque", with("codigo_local_estoque", 12345), 500, "Local do Estoque não cadastrado para o Código [12345] !", "SOAP-ENV:Client-1070")
	both := with("codigo_local_estoque", 3731400000)
	both["lista_local_estoque"] = "TODOS"
	wantFault(t, s, stockPath, "ListarPosEstoque", both, 500, "lista_local_estoque", "SOAP-ENV:Client-1073")
	wantFault(t, s, stockPath, "ListarPosEstoque", with("lista_produtos", []any{object{"cCodInt": "NENHUM"}}), 500, "Não existem registros para a página [1]!", "SOAP-ENV:Client-5113")
}

// TestAPageOfTheStockHasItsOwnBound: whatever is asked for, without a word.
func TestAPageOfTheStockHasItsOwnBound(t *testing.T) {
	var products []omiesim.Product
	for i := range 120 {
		products = append(products, omiesim.Product{ID: int64(i + 1), IntegrationCode: fmt.Sprint("P", i), Stock: order.Pieces(1)})
	}
	s, clock := newSim(t, func(o *omiesim.Options) { o.Products = products })
	for all, want := range map[string]int{"N": 100, "S": 50} {
		if got := positions(t, s, clock, object{"nRegPorPagina": 500, "cExibeTodos": all}); strings.Count(got, ";")+1 != want {
			t.Errorf("cExibeTodos %s: %d rows, want %d", all, strings.Count(got, ";")+1, want)
		}
	}
}
