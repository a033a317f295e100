package omie

import (
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// pedidoContradictions are constants of pedido that say something else than the order.
func pedidoContradictions(e *erp.Explanation, c Config, o order.Order) {
	p := Pedido(c.Pedido)
	header, _ := p["cabecalho"].(map[string]any)
	info, _ := p["informacoes_adicionais"].(map[string]any)
	freight, _ := p["frete"].(map[string]any)
	template, _ := p["lista_parcelas"].(map[string]any)
	parcels, _ := template["parcela"].([]any)
	before(e, "pedido.cabecalho.data_previsao", header["data_previsao"], o)
	contradictsCount(e, c, "pedido.cabecalho.qtde_parcelas", header["qtde_parcelas"], o)
	contradictsNumber(e, "pedido.informacoes_adicionais.numero_pedido_cliente", p.orderNumber(), o)
	contradictsEmail(e, "pedido.informacoes_adicionais.utilizar_emails", textIn(p, "informacoes_adicionais", "utilizar_emails"), o)
	contradictsMeans(e, "pedido.informacoes_adicionais.meio_pagamento", info["meio_pagamento"], o)
	contradictsParcels(e, c, "pedido.lista_parcelas.parcela", parcels, parcelOfPedido, o)
	if freight["modalidade"] == noFreight && !o.Freight.IsZero() {
		e.Contradict("pedido.frete.modalidade", "is %q, which is without freight, and the order has %s of it", noFreight, o.Freight)
	}
	if ways := o.Payments; len(ways) > 1 && c.Parcelas != parcelasOfPayments && info["meio_pagamento"] == nil && differ(ways) {
		e.Drop(string(ways[0].Method), words.Say("how the order was paid"), words.Say("it was paid in several ways: parcelas: %s tells Omie each of them", parcelasOfPayments))
	}
}

// differ tells whether Omie has several words for how the order was paid.
func differ(payments []order.Payment) bool {
	for _, p := range payments {
		if payWay(p.Method) != payWay(payments[0].Method) {
			return true
		}
	}
	return false
}
