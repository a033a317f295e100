package omie

import (
	"cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
)

// pedidoOfOmie is what counts of a pedido as ConsultarPedido shows it.
type pedidoOfOmie struct {
	Cabecalho struct {
		CodigoPedidoIntegracao loose.Text `json:"codigo_pedido_integracao"`
		CodigoPedido           loose.Text `json:"codigo_pedido"`
		NumeroPedido           loose.Text `json:"numero_pedido"`
		CodigoCliente          loose.Text `json:"codigo_cliente"`
	} `json:"cabecalho"`
	InformacoesAdicionais struct {
		NumeroPedidoCliente loose.Text `json:"numero_pedido_cliente"`
	} `json:"informacoes_adicionais"`
	InfoCadastro struct {
		Cancelado flag `json:"cancelado"`
	} `json:"infoCadastro"`
	TotalPedido struct {
		ValorTotalPedido *reais `json:"valor_total_pedido"`
		ValorIPI         reais  `json:"valor_IPI"`
		ValorST          reais  `json:"valor_st"`
	} `json:"total_pedido"`
	pedidoAmounts
}

// shownPedido reads the answer of ConsultarPedido: pedido_venda_produto, or what is in it.
func shownPedido(body []byte) (answer erp.Answer, code string) {
	var shown struct {
		PedidoVendaProduto *pedidoOfOmie `json:"pedido_venda_produto"`
		pedidoOfOmie
	}
	err := wire.Decode(body, &shown)
	p := shown.PedidoVendaProduto
	if p == nil {
		p = &shown.pedidoOfOmie
	}
	h := p.Cabecalho
	return present(err, h.CodigoPedido, h.NumeroPedido, erp.Found{
		Total:       p.total(),
		OrderNumber: kept(string(p.InformacoesAdicionais.NumeroPedidoCliente), "", nil),
		CustomerID:  cmp.Or(idOf(h.CodigoCliente), string(h.CodigoCliente)),
		Cancelled:   bool(p.InfoCadastro.Cancelado),
	}, h.CodigoPedidoIntegracao)
}

// total is Omie's own, or what the parts add up to where it shows none. IPI and ICMS-ST are
// added on top by the merchant's own fiscal scenario, which no store knows: an own total that
// has them in it is the parts' and them.
func (p *pedidoOfOmie) total() order.Money {
	parts := p.sum().Round()
	own := p.TotalPedido.ValorTotalPedido
	if own == nil || own.Sub(p.TotalPedido.ValorIPI.Money).Sub(p.TotalPedido.ValorST.Money).Round().Equal(parts) {
		return parts
	}
	return own.Round()
}
