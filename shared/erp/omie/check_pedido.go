package omie

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/carimbo/carimbo/shared/erp/placeholder"
	"github.com/carimbo/carimbo/shared/words"
)

// pedidoParts are the parts of a pedido that may be configured. The others come from the
// order (det), would add to its amount, or are of sales that no store makes.
var pedidoParts = []string{"cabecalho", "informacoes_adicionais", "frete", "departamentos", "lista_parcelas", "observacoes"} // never written to

// Why several fields are refused.
var (
	ofCatalogue = words.Say("it is the product's own in Omie's catalogue")
	ofDiscount  = words.Say("it would change an amount: the order's discount is filled in")
	deprecated  = words.Say("it is deprecated in Omie")
	changing    = words.Say("it is for changing a pedido, not for creating one")
) // never written to

// refusedInPedido and refusedInProduct are the fields that Carimbo fills in, that Omie computes,
// that are the product's, or that would change an amount. A * stands for any ending.
var (
	refusedInPedido = map[string]words.Text{
		"codigo_pedido_integracao":  words.Say("Carimbo fills it in: it is how the pedido is recognized as ours"),
		"codigo_pedido":             words.Say("Omie fills it in"),
		"numero_pedido":             words.Say("Omie fills it in"),
		"sequencial":                words.Say("Omie fills it in"),
		"codigo_cliente":            words.Say("the order's customer is filled in; for orders without a tax id set customer.default"),
		"codigo_cliente_integracao": words.Say("the order's customer is filled in; for orders without a tax id set customer.default"),
		"quantidade_itens":          words.Say("Omie counts the items itself"),
		"tipo_desconto_pedido":      ofDiscount,
		"perc_desconto_pedido":      ofDiscount,
		"valor_desconto_pedido":     ofDiscount,
		"bloqueado":                 words.Say("Omie fills it in"),
		"importado_api":             words.Say("Omie fills it in"),
		"codigo_empresa*":           deprecated,
		"codigo_empresa":            deprecated,
		"encerrado":                 words.Say("Omie fills it in"),
		"enc_*":                     words.Say("Omie fills it in"),
		"valor_frete":               words.Say("it would change an amount: the order's freight is filled in"),
		"outras_despesas":           words.Say("it would change an amount: the order's fees and tax are filled in"),
		"valor_seguro":              words.Say("it would change an amount"),
		"icms_retido":               ofCatalogue,
		"link_rastreio":             changing,
		"impostos_embutidos":        deprecated,
		"nfRelacionada":             words.Say("it is another invoice for every order"),
	}
	refusedInProduct = map[string]words.Text{
		"quantidade":              words.Say("the order's quantity is filled in"),
		"valor_unitario":          words.Say("it would change an amount: the order's price is filled in"),
		"tipo_desconto":           ofDiscount,
		"percentual_desconto":     ofDiscount,
		"valor_*":                 words.Say("it would change an amount"),
		"motivo_icms_desonerado":  ofCatalogue,
		"cfop":                    ofCatalogue,
		"ncm":                     ofCatalogue,
		"indicador_escala":        ofCatalogue,
		"cnpj_fabricante":         ofCatalogue,
		"codigo_beneficio_fiscal": ofCatalogue,
		"numero_fci":              ofCatalogue,
		"imposto":                 ofCatalogue,
		"tributavel":              ofCatalogue,
		"combustivel":             ofCatalogue,
		"kit":                     ofCatalogue,
		"componente_kit":          ofCatalogue,
		"codigo_item_kit":         changing,
		"ide":                     words.Say("Carimbo counts the items"),
		"lote_validade":           words.Say("it is another one for every sale"),
		"rastreabilidade":         words.Say("it is another one for every sale"),
		"nao_somar_total":         words.Say("it would change an amount"),
	}
	// numbersOfPedido are the fields that are numbers; all others are texts. A YAML 1.01
	// without quotes is no category any more.
	numbersOfPedido = []string{"qtde_parcelas", "codigo_cenario_impostos", "codigo_conta_corrente", "codVend", "codProj",
		"codigo_transportadora", "quantidade_volumes", "peso_liquido", "peso_bruto", "codigo_tipo_entrega",
		"numero_parcela", "percentual", "quantidade_dias", "conta_corrente_adiantamento", "nPerc",
		"codigo_produto", "codigo_tabela_preco", "item_pedido_compra", "codigo_local_estoque", "codigo_cenario_impostos_item"}
) // never written to

// pedido checks the part of IncluirPedido that is the same for every order.
func (c *checker) pedido(pedido map[string]any, parcelas any) {
	for _, part := range slices.Sorted(maps.Keys(pedido)) {
		path := "pedido." + part
		switch {
		case part == "det":
			c.refuse(path, "the order's lines are filled in; say what a product is under products")
		case !slices.Contains(pedidoParts, part):
			c.refuse(path, "must be one of %s; other parts would change an amount, or are not the same for every order", strings.Join(pedidoParts, ", "))
		case part == "departamentos":
			if _, ok := pedido[part].([]any); !ok {
				c.refuse(path, "must be a list")
			}
		default:
			c.object(path, pedido[part])
		}
		c.fields(path, pedido[part], placeholder.OfOrder, refusedInPedido)
		c.typedPedido(path, pedido[part])
	}
	header, _ := pedido["cabecalho"].(map[string]any)
	info, _ := pedido["informacoes_adicionais"].(map[string]any)
	freight, _ := pedido["frete"].(map[string]any)
	plan, _ := pedido["lista_parcelas"].(map[string]any)
	c.forecast("pedido.cabecalho.data_previsao", header["data_previsao"])
	c.invoiced("pedido.cabecalho.etapa", header["etapa"], "pedido")
	c.shares("pedido.departamentos", pedido["departamentos"], "nPerc", "nValor")
	c.distinct("pedido.departamentos", pedido["departamentos"], "cCodDepto")
	c.instalments("pedido.lista_parcelas.parcela", plan["parcela"], "pedido.cabecalho.", header, parcelas, parcelOfPedido)
	c.pedidoInfo("pedido.informacoes_adicionais", info)
	c.constant("pedido.frete.previsao_entrega", freight["previsao_entrega"], words.Say(`"+10d" is ten days after the order's`))
	c.constant("pedido.frete.codigo_rastreio", freight["codigo_rastreio"], words.Say("each order has its own"))
}

// pedidoInfo checks informacoes_adicionais.
func (c *checker) pedidoInfo(path string, info map[string]any) {
	for _, field := range []string{"codigo_categoria", "codigo_conta_corrente"} {
		if info[field] == nil {
			c.warn(path+"."+field, "is missing: Omie wants each pedido's category and bank account, and refuses one without them")
		}
	}
	c.orderNumber(path+".numero_pedido_cliente", info["numero_pedido_cliente"])
	c.constant(path+".numero_pedido_cliente", info["numero_pedido_cliente"], words.Say(`"{order.number}" is the order's`))
	c.constant(path+".utilizar_emails", info["utilizar_emails"], words.Say(`"{customer.email}" is the buyer's`))
	c.constant(path+".nsu", info["nsu"], words.Say("without it the payment's is sent"))
	if info["meio_pagamento"] != nil {
		c.warn(path+".meio_pagamento", "is the same for every order; without it Omie is told how each one was paid")
	}
	c.asksToPay(path, info, "enviar_email", "enviar_pix")
}

// typedPedido holds fields to their types, by their names.
func (c *checker) typedPedido(path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			below := path + "." + key
			_, isText := v[key].(string)
			_, isNumber := v[key].(json.Number)
			_, refused := refusal(key, refusedInPedido)
			switch {
			case refused:
			case key == "valor" && v[key] != orderTotal:
				c.refuse(below, "would change an amount: it is derived from the order's total, which is %q", orderTotal)
			case isNumber && !slices.Contains(numbersOfPedido, key):
				c.refuse(below, `must be a text in quotes, like "01"`)
			case isText && slices.Contains(numbersOfPedido, key):
				c.refuse(below, "must be a number")
			}
			c.typedPedido(below, v[key])
		}
	case []any:
		for i := range v {
			c.typedPedido(path+"."+strconv.Itoa(i), v[i])
		}
	}
}

// goods checks the map of SKUs of a pedido.
func (c *checker) goods(products map[string]any) {
	if len(products) == 0 {
		c.warn("products", "is empty: every order will be rejected as not mapped; without products each SKU is the product's codigo_produto_integracao")
	}
	c.mapped("products", products, "det[].produto", c.good)
}

// good checks what a SKU is in a pedido.
func (c *checker) good(path string, fields map[string]any) {
	var has []string
	for _, name := range productNames {
		if fields[name] != nil {
			has = append(has, name)
		}
	}
	switch {
	case len(has) == 0:
		c.refuse(path, "must name a product of Omie's catalogue by one of %s", strings.Join(productNames, ", "))
	case len(has) > 1:
		c.refuse(path+"."+has[1], "must be left out beside %s: Omie takes one of them", has[0])
	}
	c.fields(path, fields, placeholder.OfLine, refusedInProduct)
	c.typedPedido(path, fields)
	for _, part := range itemParts {
		c.object(path+"."+part, fields[part])
	}
	more, _ := fields["inf_adic"].(map[string]any)
	if more["nao_gerar_financeiro"] == "S" {
		c.warn(path+".inf_adic.nao_gerar_financeiro", "is S: Omie makes no receivable of what was paid for it")
	}
}
