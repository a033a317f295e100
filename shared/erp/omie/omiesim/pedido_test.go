package omiesim_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/google/go-cmp/cmp"
)

const (
	pedidoPath  = "produtos/pedido/"
	productPath = "geral/produtos/"
)

// goods is a det of one product of the catalogue.
func goods(code string, extra object) object {
	p := object{"codigo_produto": 5366578297, "quantidade": 1, "valor_unitario": 200}
	maps.Copy(p, extra)
	return object{"ide": object{"codigo_item_integracao": code}, "produto": p}
}

// pedido is a valid product order of one line for 200.
func pedido(code string, lines ...any) object {
	if lines == nil {
		lines = []any{goods("1", nil)}
	}
	return object{
		"cabecalho":              object{"codigo_pedido_integracao": code, "codigo_cliente": 3795260786, "data_previsao": "24/11/2026", "etapa": "10", "codigo_parcela": "000"},
		"det":                    lines,
		"frete":                  object{"modalidade": "9"},
		"informacoes_adicionais": object{"codigo_categoria": "1.01.03", "codigo_conta_corrente": 3731356020, "consumidor_final": "S", "numero_pedido_cliente": "1001"},
	}
}

func payment(n int, value, percent any) object {
	return object{"numero_parcela": n, "data_vencimento": "24/11/2026", "valor": value, "percentual": percent}
}

// planned is a product order with a plan of its own.
func planned(t *testing.T, n any, parcels ...any) object {
	b := with(t, with(t, pedido("a"), "cabecalho.codigo_parcela", "999"), "cabecalho.qtde_parcelas", n)
	return with(t, b, "lista_parcelas", object{"parcela": parcels})
}

func TestTheExampleOfOmiesHelpIsAcceptedWithItsTwoOmissions(t *testing.T) {
	s, _ := newSim(t)
	body := golden(t, "pedido")
	wantFault(t, s, pedidoPath, "IncluirPedido", body, 500, "tag [qtde_parcelas] é obrigatório!", "")
	want := object{
		"codigo_pedido": json.Number("5847270140"), "codigo_pedido_integracao": "API/XXXX1/Ped", "codigo_status": "0",
		"descricao_status": "Pedido cadastrado com sucesso!", "numero_pedido": "16",
	}
	got := wantOK(t, s, pedidoPath, "IncluirPedido", with(t, body, "cabecalho.qtde_parcelas", 2))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if p := s.Pedidos()[0]; p.Total.String() != "200.00" || p.CustomerTaxID != "11444777000161" {
		t.Errorf("%+v", p)
	}
}

func TestEveryRuleOfIncluirPedidoRefusesWhatBreaksOnlyIt(t *testing.T) {
	const unknownTag = "SOAP-ENV:Client-5001"
	num := func(s string) json.Number { return json.Number(s) }
	line := func(extra object) []any { return []any{goods("1", extra)} }
	many := make([]any, 200)
	for i := range many {
		many[i] = goods(strconv.Itoa(i), nil)
	}
	bare := goods("1", nil)
	delete(bare["produto"].(object), "codigo_produto")
	tests := []struct {
		path  string
		value any
		text  string
		code  string
	}{
		// what the type does not have
		{"Cabecalho", object{}, "Tag [CABECALHO] não faz parte da estrutura do tipo complexo [pedido_venda_produto]!", unknownTag},
		{"cabecalho.quantidade_parcelas", 1, "Tag [QUANTIDADE_PARCELAS] não faz parte da estrutura do tipo complexo [cabecalho]!", unknownTag},
		{"cabecalho.codigo_vendedor", 1, "Tag [CODIGO_VENDEDOR]", unknownTag},
		{"outros_detalhes", object{}, "Tag [OUTROS_DETALHES]", unknownTag},
		{"informacoes_adicionais.valor_desconto", 1, "Tag [VALOR_DESCONTO]", unknownTag},
		{"det", line(object{"nValUnit": 1}), "Tag [NVALUNIT] não faz parte da estrutura do tipo complexo [produto]!", unknownTag},
		{"lista_parcelas", object{"parcelas": []any{}}, "Tag [PARCELAS]", unknownTag},
		// what only answers have
		{"total_pedido", object{"valor_total_pedido": 200}, "[total_pedido] não deve ser informada", ""},
		{"infoCadastro", object{}, "[infoCadastro] não deve ser informada", ""},
		{"cabecalho.codigo_pedido", 1, "[codigo_pedido] não deve ser informada", ""},
		{"cabecalho.bloqueado", "N", "[bloqueado] não deve ser informada", ""},
		{"det.0.ide.codigo_item", 1, "[codigo_item] não deve ser informada", ""},
		{"frete.link_rastreio", "x", "[link_rastreio] não deve ser informada", ""},
		// types
		{"cabecalho.codigo_pedido_integracao", 1, "[codigo_pedido_integracao] é inválido, esperado [string]", ""},
		{"cabecalho.codigo_cliente", "3795260786", "[codigo_cliente] é inválido, esperado [integer]", ""},
		{"cabecalho.codigo_cliente", nil, "[codigo_cliente] é inválido, esperado [integer]", ""},
		{"cabecalho.etapa", 10, "[etapa] é inválido, esperado [string]", ""},
		{"det", object{}, "[det] é inválido, esperado [array]", ""},
		{"det.0.ide.codigo_item_integracao", 1, "[codigo_item_integracao] é inválido, esperado [string]", ""},
		{"det", line(object{"quantidade": "1"}), "[quantidade] é inválido, esperado [decimal]", ""},
		{"det", line(object{"valor_unitario": "200.00"}), "[valor_unitario] é inválido, esperado [decimal]", ""},
		{"informacoes_adicionais.consumidor_final", true, "[consumidor_final] é inválido, esperado [S/N]", ""},
		{"frete.modalidade", 9, "[modalidade] é inválido, esperado [string]", ""},
		{"lista_parcelas", []any{}, "[lista_parcelas] é inválido, esperado [object]", ""},
		// dates
		{"cabecalho.data_previsao", "2026-11-24", "[data_previsao] é inválido, esperado [dd/mm/aaaa]", ""},
		{"cabecalho.data_previsao", "31/02/2027", "[data_previsao] é inválido", ""},
		{"cabecalho.data_previsao", "20/11/2026", "[20/11/2026] da tag [data_previsao] deve ser igual ou superior à data atual", ""},
		{"frete.previsao_entrega", "1/2/2026", "[previsao_entrega] é inválido", ""},
		// what is mandatory
		{"cabecalho", removed{}, "tag [cabecalho] é obrigatório!", ""},
		{"det", removed{}, "tag [det] é obrigatório!", ""},
		{"informacoes_adicionais", removed{}, "tag [informacoes_adicionais] é obrigatório!", ""},
		{"cabecalho.codigo_pedido_integracao", removed{}, "tag [codigo_pedido_integracao] é obrigatório!", ""},
		{"cabecalho.data_previsao", "", "tag [data_previsao] é obrigatório!", ""},
		{"cabecalho.etapa", removed{}, "tag [etapa] é obrigatório!", ""},
		{"cabecalho.codigo_parcela", removed{}, "tag [codigo_parcela] é obrigatório!", ""},
		{"cabecalho.codigo_cliente", removed{}, "tag [codigo_cliente] é obrigatório!", ""},
		{"informacoes_adicionais.codigo_categoria", removed{}, "tag [codigo_categoria] é obrigatório!", ""},
		{"informacoes_adicionais.codigo_conta_corrente", removed{}, "tag [codigo_conta_corrente] é obrigatório!", ""},
		{"informacoes_adicionais.consumidor_final", removed{}, "tag [consumidor_final] é obrigatório!", ""},
		{"frete.modalidade", removed{}, "tag [modalidade] é obrigatório!", ""},
		{"det.0.ide", removed{}, "tag [ide] é obrigatório!", ""},
		{"det.0.produto", removed{}, "tag [produto] é obrigatório!", ""},
		{"det.0.ide.codigo_item_integracao", removed{}, "tag [codigo_item_integracao] é obrigatório!", ""},
		{"det.0.produto.quantidade", removed{}, "tag [quantidade] é obrigatório!", ""},
		{"det.0.produto.valor_unitario", removed{}, "tag [valor_unitario] é obrigatório!", ""},
		{"det", []any{bare}, "tag [codigo_produto] é obrigatório!", ""},
		// the head
		{"cabecalho.codigo_pedido_integracao", strings.Repeat("x", 61), "[codigo_pedido_integracao] excede 60", ""},
		{"cabecalho.etapa", "60", "Etapa [60] inválida", ""},
		{"cabecalho.codigo_parcela", "A99", "[A99]", ""},
		{"cabecalho.qtde_parcelas", 0, "[qtde_parcelas] deve estar entre 1", ""},
		{"cabecalho.codigo_cliente_integracao", "PADRAO", "Preencha apenas a tag [codigo_cliente] ou a tag [codigo_cliente_integracao]!", ""},
		{"cabecalho.codigo_cenario_impostos", 0, "[codigo_cenario_impostos] deve ser maior que zero", ""},
		{"cabecalho.origem_pedido", "LOJA", "[origem_pedido] excede 3", ""},
		{"cabecalho.codigo_cliente", 1, "Cliente não cadastrado para o Código [1] !", ""},
		{"cabecalho.codigo_cliente", 3795260787, "Cliente [Fechada Ltda] está inativo!", ""},
		// additional information
		{"informacoes_adicionais.enviar_email", "X", "[enviar_email] é inválido, esperado [S/N]", ""},
		{"informacoes_adicionais.outros_detalhes", object{"cIndicadorOd": "7"}, "[cIndicadorOd]!", ""},
		{"informacoes_adicionais.outros_detalhes", object{"cIndicadorIntOd": "2"}, "[cIndicadorIntOd]!", ""},
		{"informacoes_adicionais.outros_detalhes", object{"cEnderecoOd": strings.Repeat("x", 61)}, "[cEnderecoOd] excede 60", ""},
		{"informacoes_adicionais.codigo_categoria", "1.1.2", "Categoria não cadastrada para o Código [1.1.2] !", ""},
		{"informacoes_adicionais.codigo_conta_corrente", 1, "Conta Corrente não cadastrada para o Código [1] !", ""},
		{"informacoes_adicionais.codVend", 0, "[codVend] deve ser maior que zero", ""},
		{"informacoes_adicionais.utilizar_emails", "ana", "E-mail inválido na tag [utilizar_emails]!", ""},
		{"informacoes_adicionais.utilizar_emails", ", ", "E-mail inválido", ""},
		{"informacoes_adicionais.meio_pagamento", "07", "Meio de pagamento [07] inválido", ""},
		{"informacoes_adicionais.meio_pagamento", "99", "tag [descr_meio_pagamento] é obrigatório!", ""},
		{"informacoes_adicionais.contato", strings.Repeat("x", 101), "[contato] excede 100", ""},
		{"informacoes_adicionais.outros_detalhes", object{"cEstadoOd": "XX"}, "Estado [XX] inválido", ""},
		{"informacoes_adicionais.outros_detalhes", object{"cCidadeOd": "São Paulo"}, "Cidade não cadastrada", ""},
		{"informacoes_adicionais.outros_detalhes", object{"cCEPOd": "1"}, "CEP inválido", ""},
		{"informacoes_adicionais.outros_detalhes", object{"cCnpjCpfOd": "11111111111"}, "[cCnpjCpfOd] é inválido", ""},
		{"informacoes_adicionais.outros_detalhes", object{"cIndicadorIntOd": "1"}, "tag [cCnpjIntOd] é obrigatório!", ""},
		// freight
		{"frete.modalidade", "5", "Tipo de frete [5] inválido", ""},
		{"frete.codigo_transportadora", 1, "Transportadora não cadastrada para o Código [1] !", ""},
		{"frete.valor_frete", -1, "[valor_frete] é inválido!", ""},
		{"frete.outras_despesas", num("0.001"), "[outras_despesas] é inválido!", ""},
		// departments
		{"departamentos", []any{object{"cCodDepto": "1", "nPerc": 100, "nValor": 199, "nValorFixo": "N"}}, "A soma dos departamentos [199.00] é diferente do valor total [200.00]!", ""},
		// lines
		{"det", []any{}, "deve ter de 1 a 199 itens", ""},
		{"det", many, "deve ter de 1 a 199 itens", ""},
		{"det", []any{goods("1", nil), goods("1", nil)}, "[codigo_item_integracao] [1] está repetido!", ""},
		{"det.0.produto.codigo_produto", 1, "Produto não cadastrado para o Código [1] !", ""},
		{"det.0.produto.codigo_produto", 5366578999, "Produto [PRD00009] está inativo!", ""},
		{"det.0.produto.codigo_produto_integracao", "MANUT-01", "Produto não cadastrado para o Código [5366578297] !", ""},
		{"det.0.produto.quantidade", 0, "[quantidade] deve ser maior que zero", ""},
		{"det.0.produto.valor_unitario", -1, "[valor_unitario]", ""},
		{"det.0.produto.valor_unitario", num("10.00005"), "[valor_unitario] deve ter no máximo 4 casas", ""},
		{"det.0.produto.valor_total", 199, "[valor_total] é diferente do valor calculado [200.00]!", ""},
		{"det.0.produto.valor_mercadoria", 199, "[valor_mercadoria] é diferente do valor calculado [200.00]!", ""},
		{"det.0.inf_adic", object{"codigo_categoria_item": "1"}, "Categoria não cadastrada", ""},
		{"det.0.inf_adic", object{"nao_somar_total": "S"}, "[nao_somar_total] não é atendida pelo simulador!", ""},
		// discounts
		{"det", line(object{"valor_desconto": 10}), "[valor_desconto] exige a tag [tipo_desconto] igual a [V]!", ""},
		{"det", line(object{"tipo_desconto": "X"}), "Tipo de desconto [X] inválido", ""},
		{"det", line(object{"tipo_desconto": "P"}), "tag [percentual_desconto] é obrigatório!", ""},
		{"det", line(object{"tipo_desconto": "V", "valor_desconto": num("200.01")}), "maior que o valor do produto", ""},
		{"det", line(object{"tipo_desconto": "P", "percentual_desconto": 101}), "deve estar entre 0 e 100", ""},
		{"cabecalho.valor_desconto_pedido", 10, "Tipo de desconto [] inválido na tag [tipo_desconto_pedido]", ""},
		{"cabecalho.tipo_desconto_pedido", "V", "tag [valor_desconto_pedido] é obrigatório!", ""},
		{"cabecalho.tipo_desconto_pedido", "P", "tag [perc_desconto_pedido] é obrigatório!", ""},
		{"cabecalho.tipo_desconto_pedido", "X", "Tipo de desconto [X] inválido na tag [tipo_desconto_pedido]", ""},
		// parcels
		{"cabecalho.codigo_parcela", "999", "tag [qtde_parcelas] é obrigatório!", ""},
		{"lista_parcelas", object{"parcela": []any{payment(1, 200, 100)}}, "[lista_parcelas] só pode ser informada", ""},
	}
	for _, tt := range tests {
		t.Run(tt.path+" "+tt.text, func(t *testing.T) {
			s, _ := newSim(t)
			s.Know(nil, []omiesim.Customer{{ID: 3795260787, Name: "Fechada Ltda", Inactive: true}}, nil)
			s.KnowProducts([]omiesim.Product{{ID: 5366578999, Code: "PRD00009", Inactive: true}})
			wantFault(t, s, pedidoPath, "IncluirPedido", with(t, pedido("a"), tt.path, tt.value), 500, tt.text, tt.code)
			if n := len(s.Pedidos()); n != 0 {
				t.Errorf("%d product orders were written", n)
			}
			wantOK(t, s, pedidoPath, "IncluirPedido", pedido("a"))
		})
	}
}

func TestAPlanOfAPedidoComesToItsTotalWithItsFreight(t *testing.T) {
	num := func(s string) json.Number { return json.Number(s) }
	half := payment(1, 100, 50)
	delete(half, "data_vencimento")
	way := func(code string) object {
		p := payment(1, 200, 100)
		p["meio_pagamento"] = code
		return p
	}
	for name, tt := range map[string]struct {
		body object
		text string
	}{
		"no plan":       {with(t, with(t, pedido("a"), "cabecalho.codigo_parcela", "999"), "cabecalho.qtde_parcelas", 1), "tag [lista_parcelas] é obrigatório!"},
		"value":         {planned(t, 2, payment(1, 100, 50), payment(2, num("99.99"), 50)), "A soma das parcelas [199.99] é diferente do valor total [200.00]!"},
		"percent":       {planned(t, 2, payment(1, 100, 50), payment(2, 100, 49)), "A soma dos percentuais das parcelas [99] é diferente de 100!"},
		"count":         {planned(t, 3, payment(1, 100, 50), payment(2, 100, 50)), "quantidade de parcelas"},
		"numbers":       {planned(t, 2, payment(1, 100, 50), payment(1, 100, 50)), "[numero_parcela] deve ser sequencial"},
		"thousandths":   {planned(t, 2, payment(1, num("100.005"), 50), payment(2, num("99.995"), 50)), "[valor] da parcela [1] é inválido"},
		"way of paying": {planned(t, 1, way("07")), "Meio de pagamento [07] inválido"},
		"another way":   {planned(t, 1, way("99")), "tag [descr_meio_pagamento] é obrigatório!"},
		"due date":      {planned(t, 2, half, payment(2, 100, 50)), "tag [data_vencimento] é obrigatório!"},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := newSim(t)
			wantFault(t, s, pedidoPath, "IncluirPedido", tt.body, 500, tt.text, "")
		})
	}
	s, _ := newSim(t)
	body := with(t, planned(t, 2, payment(1, num("115.07"), 50), payment(2, num("115.06"), 50)), "frete.valor_frete", num("30.13"))
	wantOK(t, s, pedidoPath, "IncluirPedido", body)
}

func TestAPedidoIsAddedUpInOmiesArithmetic(t *testing.T) {
	num := func(s string) json.Number { return json.Number(s) }
	three := []any{goods("1", object{"valor_unitario": 100}), goods("2", object{"valor_unitario": 100}), goods("3", object{"valor_unitario": 100})}
	headed := func(lines []any, head object) object {
		b := pedido("a", lines...)
		maps.Copy(b["cabecalho"].(object), head)
		return b
	}
	for name, tt := range map[string]struct {
		body      object
		total     string
		discounts []string // as the lines show them
	}{
		"quantity times price": {pedido("a", goods("1", object{"quantidade": num("0.75"), "valor_unitario": num("24.9867")})), "18.74", nil},
		"discount in reais":    {pedido("a", goods("1", object{"tipo_desconto": "V", "valor_desconto": num("0.01"), "valor_total": num("199.99")})), "199.99", []string{"0.01"}},
		"discount in per cent": {pedido("a", goods("1", object{"valor_unitario": num("33.33"), "tipo_desconto": "P", "percentual_desconto": 10})), "30.00", []string{"3.33"}},
		"of the pedido":        {headed(three, object{"tipo_desconto_pedido": "V", "valor_desconto_pedido": 10}), "290.00", []string{"3.33", "3.33", "3.34"}},
		"of it in per cent":    {headed(three, object{"tipo_desconto_pedido": "P", "perc_desconto_pedido": 50}), "150.00", []string{"50", "50", "50"}},
		"greater than it":      {headed(three, object{"tipo_desconto_pedido": "V", "valor_desconto_pedido": 301}), "300.00", nil},
		"freight and expenses": {with(t, pedido("a"), "frete", object{"modalidade": "0", "valor_frete": num("12.34"), "valor_seguro": 1, "outras_despesas": num("0.66")}), "214.00", nil},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := newSim(t)
			wantOK(t, s, pedidoPath, "IncluirPedido", tt.body)
			shown := wantOK(t, s, pedidoPath, "ConsultarPedido", object{"codigo_pedido_integracao": "a"})["pedido_venda_produto"].(object)
			if got := shown["total_pedido"].(object)["valor_total_pedido"]; s.Pedidos()[0].Total.String() != tt.total || strings.TrimSuffix(tt.total, ".00") != strings.TrimSuffix(string(got.(json.Number)), ".00") && tt.total != string(got.(json.Number))+"0" {
				t.Errorf("comes to %s, shown as %v, and should to %s", s.Pedidos()[0].Total, got, tt.total)
			}
			var discounts []string
			for _, line := range shown["det"].([]any) {
				if d, is := line.(object)["produto"].(object)["valor_desconto"]; is {
					discounts = append(discounts, string(d.(json.Number)))
				}
			}
			if diff := cmp.Diff(tt.discounts, discounts); diff != "" {
				t.Error(diff)
			}
		})
	}
	s, _ := newSim(t)
	for text, head := range map[string]object{
		"[perc_desconto_pedido] deve estar entre 0 e 100": {"tipo_desconto_pedido": "P", "perc_desconto_pedido": 101},
		"[valor_desconto_pedido] é inválido!":             {"tipo_desconto_pedido": "V", "valor_desconto_pedido": -1},
	} {
		wantFault(t, s, pedidoPath, "IncluirPedido", headed(three, head), 500, text, "")
	}
	both := pedido("a")
	maps.Copy(both["informacoes_adicionais"].(object), object{"enviar_email": "S", "enviar_pix": "S"})
	wantFault(t, s, pedidoPath, "IncluirPedido", both, 500, "[enviar_email] e [enviar_pix] não podem", "")
	twice := headed([]any{goods("1", object{"tipo_desconto": "V", "valor_desconto": 1})}, object{"tipo_desconto_pedido": "V", "valor_desconto_pedido": 10})
	wantFault(t, s, pedidoPath, "IncluirPedido", twice, 500, "quando já existe desconto nos itens", "")
}

func TestAPedidoOfTodayInSaoPauloIsNotOfThePast(t *testing.T) {
	s, clock := newSim(t)
	clock.Pass(14 * time.Hour) // 02:00 UTC is still the 21st there
	wantOK(t, s, pedidoPath, "IncluirPedido", with(t, pedido("a"), "cabecalho.data_previsao", "21/11/2026"))
	clock.Pass(2 * time.Hour)
	wantFault(t, s, pedidoPath, "IncluirPedido", with(t, pedido("b"), "cabecalho.data_previsao", "21/11/2026"), 500, "deve ser igual ou superior", "")
}

func TestASecondPedidoWithOneCodeIsRefusedWithTheFirstOnesID(t *testing.T) {
	s, _ := newSim(t)
	wantOK(t, s, pedidoPath, "IncluirPedido", pedido("a"))
	other := with(t, pedido("a"), "cabecalho.etapa", "20")
	wantFault(t, s, pedidoPath, "IncluirPedido", other, 500, "Pedido já cadastrado para o Código de Integração [a], Código [5847270140] e Número [16] !", "SOAP-ENV:Client-102")
	if n := s.CountPedidos("a"); n != 1 {
		t.Errorf("there are %d", n)
	}
	s, _ = newSim(t, func(o *omiesim.Options) { o.NotUnique = true })
	wantOK(t, s, pedidoPath, "IncluirPedido", pedido("a"))
	wantOK(t, s, pedidoPath, "IncluirPedido", with(t, pedido("a"), "cabecalho.etapa", "20"))
	if n := s.CountPedidos("a"); n != 2 {
		t.Errorf("there are %d", n)
	}
}

func TestAnOSAndAPedidoOfOneCodeAreTwoDocuments(t *testing.T) {
	s, _ := newSim(t)
	wantOK(t, s, osPath, "IncluirOS", sample("a"))
	wantFault(t, s, pedidoPath, "ConsultarPedido", object{"codigo_pedido_integracao": "a"}, 500, "Pedido não cadastrado para o Código de Integração [a] !", "SOAP-ENV:Client-105")
	wantOK(t, s, pedidoPath, "IncluirPedido", pedido("a"))
	wantOK(t, s, osPath, "ConsultarOS", object{"cCodIntOS": "a"})
	if len(s.Documents()) != 1 || len(s.Pedidos()) != 1 {
		t.Errorf("%d OS, %d product orders", len(s.Documents()), len(s.Pedidos()))
	}
	if s.CancelPedido("a") != 1 || !s.Pedidos()[0].Cancelled || s.Documents()[0].Cancelled {
		t.Error("the one was cancelled for the other")
	}
}

func TestAPedidoIsFoundByEachOfItsKeysAndShownWithoutWhatIsEmpty(t *testing.T) {
	s, _ := newSim(t)
	wantOK(t, s, pedidoPath, "IncluirPedido", with(t, pedido("a"), "informacoes_adicionais.numero_pedido_cliente", `R&D-`+strings.Repeat("9", 40)))
	for _, key := range []object{{"codigo_pedido_integracao": "a"}, {"codigo_pedido": 5847270140}, {"numero_pedido": "16"}} {
		shown := wantOK(t, s, pedidoPath, "ConsultarPedido", key)["pedido_venda_produto"].(object)
		want := object{
			"codigo_pedido": json.Number("5847270140"), "codigo_pedido_integracao": "a", "numero_pedido": "16", "codigo_cliente": json.Number("3795260786"),
			"data_previsao": "24/11/2026", "etapa": "10", "codigo_parcela": "000", "quantidade_itens": json.Number("1"), "bloqueado": "N", "importado_api": "S", "origem_pedido": "API",
		}
		if diff := cmp.Diff(want, shown["cabecalho"]); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(object{"valor_mercadorias": json.Number("200"), "valor_total_pedido": json.Number("200")}, shown["total_pedido"]); diff != "" {
			t.Error(diff)
		}
		if got := shown["informacoes_adicionais"].(object)["numero_pedido_cliente"]; got != "R&amp;D-"+strings.Repeat("9", 26) {
			t.Errorf("the customer's number is shown as %v", got)
		}
		if info := shown["infoCadastro"].(object); info["cancelado"] != "N" || info["dInc"] != "21/11/2026" {
			t.Errorf("infoCadastro: %v", info)
		}
	}
	status := wantOK(t, s, pedidoPath, "StatusPedido", object{"codigo_pedido_integracao": "a"})
	if status["cancelada"] != "N" || status["valor_total_pedido"] != json.Number("200") || status["codigo_pedido"] != json.Number("5847270140") {
		t.Errorf("status: %v", status)
	}
	for name, tt := range map[string]struct {
		method string
		key    object
		text   string
	}{
		"by an unknown id":     {"ConsultarPedido", object{"codigo_pedido": 1}, "Pedido não cadastrado para o Código [1] !"},
		"by an unknown number": {"ConsultarPedido", object{"numero_pedido": "17"}, "Pedido não cadastrado para o Número [17] !"},
		"by two keys":          {"ConsultarPedido", object{"codigo_pedido": 5847270140, "numero_pedido": "16"}, "Preencha apenas a tag [codigo_pedido]"},
		"by none":              {"StatusPedido", object{}, "tag [codigo_pedido] é obrigatório!"},
		"by a stranger's key":  {"StatusPedido", object{"numero_pedido": "16"}, "Tag [NUMERO_PEDIDO] não faz parte da estrutura do tipo complexo [pvpStatusRequest]!"},
	} {
		t.Run(name, func(t *testing.T) { wantFault(t, s, pedidoPath, tt.method, tt.key, 500, tt.text, "") })
	}
}

func TestAProductIsFoundByExactlyOneOfItsKeys(t *testing.T) {
	s, _ := newSim(t)
	for _, key := range []object{{"codigo_produto": 5366578297}, {"codigo_produto_integracao": "CURSO-GO"}, {"codigo": "PRD00001"}, {"codigo_produto": 0, "codigo_produto_integracao": "", "codigo": "PRD00001"}} {
		if got := wantOK(t, s, productPath, "ConsultarProduto", key); got["codigo_produto"] != json.Number("5366578297") || got["inativo"] != "N" {
			t.Errorf("%v: %v", key, got)
		}
	}
	for name, tt := range map[string]struct {
		key  object
		text string
	}{
		"none":            {object{"codigo_produto": 0}, "tag [codigo_produto] é obrigatório!"},
		"two":             {object{"codigo_produto": 5366578297, "codigo": "PRD00001"}, "ERROR: Preencha apenas a tag [codigo_produto] ou a tag [codigo_produto_integracao] ou a tag [codigo]!"},
		"an unknown id":   {object{"codigo_produto": 1}, "Produto não cadastrado para o Código [1] !"},
		"an unknown code": {object{"codigo": "X"}, "Código do Produto não cadastrado para o Código [X] !"},
		"an unknown one":  {object{"codigo_produto_integracao": "X"}, "Produto não cadastrado para o Código de Integração [X] !"},
		"another tag":     {object{"sku": "X"}, "Tag [SKU] não faz parte da estrutura do tipo complexo [produto_servico_cadastro_chave]!"},
	} {
		t.Run(name, func(t *testing.T) { wantFault(t, s, productPath, "ConsultarProduto", tt.key, 500, tt.text, "") })
	}
}

func TestAPedidosAnswerIsLostAndItsWriteComesLateLikeAnOSs(t *testing.T) {
	for mode, written := range map[omiesim.Mode]int{
		omiesim.WriteThenReset: 1, omiesim.WriteThenHTML: 1, omiesim.WriteThenFault: 1, omiesim.WriteThenNoID: 1,
		omiesim.Reset: 0, omiesim.Refusal: 0, omiesim.Echo: 0, omiesim.DelayedApplyReset: 0,
	} {
		t.Run(string(mode), func(t *testing.T) {
			s, clock := newSim(t)
			s.Inject(omiesim.Fault{Method: "IncluirPedido", Mode: mode, Delay: time.Minute})
			r := s.Call(pedidoPath, envelope(t, "IncluirPedido", pedido("a")))
			if len(s.Pedidos()) != written {
				t.Errorf("%d product orders after %d %s", len(s.Pedidos()), r.Status, r.Body)
			}
			if mode == omiesim.Echo && !strings.Contains(string(r.Body), "[PADRAO]") && !strings.Contains(string(r.Body), `[1001]`) {
				t.Errorf("nothing is repeated: %s", r.Body)
			}
			clock.Pass(2 * time.Minute)
			if n := len(s.Pedidos()); mode == omiesim.DelayedApplyReset && n != 1 {
				t.Errorf("the late write did not come: %d", n)
			}
		})
	}
}

func TestALateWriteThatHasBecomeImpossibleDoesNotHappen(t *testing.T) {
	s, clock := newSim(t)
	s.Inject(omiesim.Fault{Method: "IncluirPedido", Mode: omiesim.DelayedApplyReset, Delay: 50 * time.Second})
	s.Call(pedidoPath, envelope(t, "IncluirPedido", pedido("a")))
	clock.Pass(10 * time.Second)
	wantOK(t, s, pedidoPath, "IncluirPedido", with(t, pedido("a"), "cabecalho.etapa", "20"))
	clock.Pass(time.Minute)
	if n := s.CountPedidos("a"); n != 1 {
		t.Errorf("there are %d", n)
	}
}

func TestPeopleAreShownBothKindsOfDocuments(t *testing.T) {
	s, _ := newSim(t)
	wantOK(t, s, osPath, "IncluirOS", sample("a"))
	wantOK(t, s, pedidoPath, "IncluirPedido", pedido("a"))
	answer := httptest.NewRecorder()
	s.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/documents", nil))
	if got := answer.Body.String(); !strings.Contains(got, `"cCodIntOS":"a"`) || !strings.Contains(got, `"codigo_pedido_integracao":"a","codigo_pedido":5847270140,"numero_pedido":"16","valor_total_pedido":200,"numero_pedido_cliente":"1001"`) {
		t.Error(got)
	}
}
