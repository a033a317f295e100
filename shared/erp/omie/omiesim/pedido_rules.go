package omiesim

import (
	"slices"
	"time"

	"github.com/carimbo/carimbo/shared/order"
)

const (
	freightModes     = "0 1 2 3 4 9"
	otherWay         = "99"
	maxPedidoCode    = 60
	maxPedidoNumber  = 30
	maxPedidoAddress = 60
)

// pedidoDraft is a pedido that is being judged.
type pedidoDraft struct {
	today    time.Time
	param    map[string]any
	head     map[string]any
	info     map[string]any
	freight  map[string]any
	lines    []pedidoLine
	customer *Customer
	// goods is what the lines cost, discount what is taken off them, beside what comes on top:
	// freight, insurance and other expenses.
	goods, discount, beside order.Money
}

func (d *pedidoDraft) total() order.Money { return d.goods.Sub(d.discount).Add(d.beside) }

// validatePedido applies every rule of IncluirPedido to a param and calculates its total.
func (s *Sim) validatePedido(now time.Time, param map[string]any) (*pedidoDraft, *refusal) {
	if refused := pedidoVendaProduto.check(param); refused != nil {
		return nil, refused
	}
	if refused := required(param, "cabecalho", "det", "informacoes_adicionais"); refused != nil {
		return nil, refused
	}
	at := now.In(s.zone)
	d := &pedidoDraft{
		today: time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC),
		param: param, head: objectOf(param, "cabecalho"), info: objectOf(param, "informacoes_adicionais"), freight: objectOf(param, "frete"),
	}
	for _, rule := range []func(*pedidoDraft) *refusal{
		pedidoLengthRule, pedidoHeadRule, s.pedidoCustomerRule, s.pedidoInfoRule, deliveryRule, s.pedidoLinesRule, headDiscountRule, s.freightRule, pedidoDepartmentRule, planRule,
	} {
		if refused := rule(d); refused != nil {
			return nil, refused
		}
	}
	return d, nil
}

func pedidoHeadRule(d *pedidoDraft) *refusal {
	if refused := required(d.head, "codigo_pedido_integracao", "data_previsao", "etapa", "codigo_parcela"); refused != nil {
		return refused
	}
	expected, _ := time.Parse(omieDate, textOf(d.head, "data_previsao")) // check has seen that it is a day
	switch term := textOf(d.head, "codigo_parcela"); {
	case expected.Before(d.today):
		return pastDate(textOf(d.head, "data_previsao"))
	case !oneOf(textOf(d.head, "etapa"), stageNames):
		return contents("Etapa [%s] inválida na tag [etapa]!", textOf(d.head, "etapa"))
	case !paymentTerm.MatchString(term):
		return contents("Condição de pagamento não cadastrada para o Código [%s] da tag [codigo_parcela]!", term)
	case term == customTerm && !has(d.head, "qtde_parcelas"):
		return missing("qtde_parcelas")
	case has(d.head, "qtde_parcelas") && (intOf(d.head, "qtde_parcelas") < 1 || intOf(d.head, "qtde_parcelas") > maxParcels):
		return contents("O conteúdo da tag [qtde_parcelas] deve estar entre 1 e %d!", maxParcels)
	}
	return positive(d.head, "codigo_cliente", "codigo_cenario_impostos")
}

func (s *Sim) pedidoCustomerRule(d *pedidoDraft) *refusal {
	if refused := only(d.head, "codigo_cliente", "codigo_cliente_integracao"); refused != nil {
		return refused
	}
	id, code := intOf(d.head, "codigo_cliente"), textOf(d.head, "codigo_cliente_integracao")
	d.customer = s.customer(id, code)
	switch {
	case d.customer == nil && code != "":
		return notFound("Cliente não cadastrado para o Código de Integração [%s] !", code)
	case d.customer == nil:
		return notFound("Cliente não cadastrado para o Código [%d] !", id)
	case d.customer.Inactive:
		return inactive("Cliente", d.customer.Name)
	}
	return nil
}

func (s *Sim) pedidoInfoRule(d *pedidoDraft) *refusal {
	if refused := required(d.info, "codigo_categoria", "codigo_conta_corrente", "consumidor_final"); refused != nil {
		return refused
	}
	switch account := intOf(d.info, "codigo_conta_corrente"); {
	case !categoryCode.MatchString(textOf(d.info, "codigo_categoria")):
		return notFound("Categoria não cadastrada para o Código [%s] !", textOf(d.info, "codigo_categoria"))
	case !slices.Contains(s.accounts, account):
		return notFound("Conta Corrente não cadastrada para o Código [%d] !", account)
	case textOf(d.info, "enviar_email") == "S" && textOf(d.info, "enviar_pix") == "S":
		return contents("As tags [enviar_email] e [enviar_pix] não podem ser informadas juntas!")
	}
	if has(d.info, "utilizar_emails") {
		if refused := addresses(d.info, "utilizar_emails"); refused != nil {
			return refused
		}
	}
	if refused := wayOfPaying(d.info); refused != nil {
		return refused
	}
	return positive(d.info, "codVend", "codProj")
}

// wayOfPaying: another way than those of the list has to be described.
func wayOfPaying(v map[string]any) *refusal {
	switch way := textOf(v, "meio_pagamento"); {
	case way != "" && !oneOf(way, paymentWays):
		return contents("Meio de pagamento [%s] inválido na tag [meio_pagamento]!", way)
	case way == otherWay && !has(v, "descr_meio_pagamento"):
		return missing("descr_meio_pagamento")
	}
	return nil
}

// deliveryRule: where somebody else than the customer receives the goods.
func deliveryRule(d *pedidoDraft) *refusal {
	to := objectOf(d.info, "outros_detalhes")
	for _, suffix := range []string{"Od", "OdRet"} {
		state, city := textOf(to, "cEstado"+suffix), textOf(to, "cCidade"+suffix)
		switch {
		case state != "" && !oneOf(state, states+" "+stateAbroad):
			return contents("Estado [%s] inválido na tag [cEstado%s]!", state, suffix)
		case city != "" && !knownCity(city, state):
			return notFound("Cidade não cadastrada para o Código [%s] !", city)
		case has(to, "cCEP"+suffix) && !postalCode.MatchString(textOf(to, "cCEP"+suffix)):
			return contents("CEP inválido na tag [cCEP%s]!", suffix)
		case has(to, "cCnpjCpf"+suffix) && !validTaxID(textOf(to, "cCnpjCpf"+suffix)):
			return contents("O CPF/CNPJ informado na tag [cCnpjCpf%s] é inválido!", suffix)
		}
	}
	switch {
	case has(to, "cIndicadorOd") && !oneOf(textOf(to, "cIndicadorOd"), "1 2 3 4 5 9"):
		return contents("Indicador de presença inválido na tag [cIndicadorOd]!")
	case has(to, "cIndicadorIntOd") && !oneOf(textOf(to, "cIndicadorIntOd"), "0 1"):
		return contents("Indicador de intermediador inválido na tag [cIndicadorIntOd]!")
	case textOf(to, "cIndicadorIntOd") == "1":
		return required(to, "cCnpjIntOd", "cIdentificadorIntOd")
	}
	return nil
}

// freightRule adds what comes on top of the goods.
func (s *Sim) freightRule(d *pedidoDraft) *refusal {
	if d.freight == nil {
		return nil
	}
	if refused := required(d.freight, "modalidade"); refused != nil {
		return refused
	}
	carrier := has(d.freight, "codigo_transportadora") || has(d.freight, "codigo_transportadora_integracao")
	switch {
	case !oneOf(textOf(d.freight, "modalidade"), freightModes):
		return contents("Tipo de frete [%s] inválido na tag [modalidade]!", textOf(d.freight, "modalidade"))
	case carrier && s.customer(intOf(d.freight, "codigo_transportadora"), textOf(d.freight, "codigo_transportadora_integracao")) == nil:
		return notFound("Transportadora não cadastrada para o Código [%d] !", intOf(d.freight, "codigo_transportadora"))
	}
	for _, tag := range []string{"valor_frete", "valor_seguro", "outras_despesas"} {
		amount := moneyOf(d.freight, tag)
		if amount.IsNegative() || !whole(amount) {
			return contents("O conteúdo da tag [%s] é inválido!", tag)
		}
		d.beside = d.beside.Add(amount)
	}
	return nil
}

func pedidoDepartmentRule(d *pedidoDraft) *refusal {
	return departmentsAddUp(listOf(d.param, "departamentos"), d.total())
}

// planRule: 999 is the one term with a plan of one's own, which has as many parcels as the
// pedido says, and comes to its total. All other terms make theirs by themselves.
func planRule(d *pedidoDraft) *refusal {
	plan := listOf(objectOf(d.param, "lista_parcelas"), "parcela")
	custom := textOf(d.head, "codigo_parcela") == customTerm
	switch {
	case !custom && has(d.param, "lista_parcelas"):
		return contents("A tag [lista_parcelas] só pode ser informada com a tag [codigo_parcela] igual a [%s]!", customTerm)
	case !custom:
		return nil
	case len(plan) == 0:
		return missing("lista_parcelas")
	case int64(len(plan)) != intOf(d.head, "qtde_parcelas"):
		return contents("A quantidade de parcelas da tag [lista_parcelas] é diferente da tag [qtde_parcelas]!")
	}
	for i, p := range plan {
		if refused := required(p, "numero_parcela", "valor", "percentual", "data_vencimento"); refused != nil {
			return refused
		}
		switch {
		case intOf(p, "numero_parcela") != int64(i+1):
			return contents("A tag [numero_parcela] deve ser sequencial a partir de 1!")
		case moneyOf(p, "valor").IsNegative() || !whole(moneyOf(p, "valor")):
			return contents("O conteúdo da tag [valor] da parcela [%d] é inválido!", i+1)
		}
		if refused := wayOfPaying(p); refused != nil {
			return refused
		}
	}
	return addsUp(plan, "valor", "percentual", "das parcelas", d.total())
}

// pedidoLengthRule: what is longer than its field is refused, but numero_pedido_cliente,
// which is cut.
func pedidoLengthRule(d *pedidoDraft) *refusal {
	to := map[string]int{}
	for _, tag := range []string{"cNome", "cEndereco", "cNumero", "cComplemento", "cBairro", "cCidade"} {
		to[tag+"Od"], to[tag+"OdRet"] = maxPedidoAddress, maxPedidoAddress
	}
	parts := []struct {
		list []map[string]any
		tags map[string]int
	}{
		{[]map[string]any{d.head}, map[string]int{"codigo_pedido_integracao": maxPedidoCode, "origem_pedido": 3}},
		{[]map[string]any{d.info}, map[string]int{"numero_contrato": 20, "contato": 100, "codigo_categoria": 20, "nsu": 100}},
		{[]map[string]any{objectOf(d.info, "outros_detalhes")}, to},
		{listOf(d.param, "departamentos"), map[string]int{"cCodDepto": 40}},
		{listOf(objectOf(d.param, "lista_parcelas"), "parcela"), map[string]int{"nsu": 100}},
	}
	for _, det := range listOf(d.param, "det") {
		parts = append(parts, struct {
			list []map[string]any
			tags map[string]int
		}{[]map[string]any{objectOf(det, "ide"), objectOf(det, "produto")}, map[string]int{"codigo_item_integracao": maxPedidoCode, "codigo_produto_integracao": maxPedidoCode, "descricao": 120}})
	}
	for _, part := range parts {
		for _, fields := range part.list {
			if refused := tooLong(fields, part.tags); refused != nil {
				return refused
			}
		}
	}
	return nil
}
