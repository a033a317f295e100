package omiesim

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/carimbo/carimbo/shared/order"
)

const (
	maxLines    = 199
	maxParcels  = 999
	maxIntCode  = 60
	customTerm  = "999"
	stageNames  = "10 20 30 40 50"
	paymentWays = "01 02 03 04 05 10 11 12 13 15 16 17 18 19 90 99"
	states      = "AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO"
	taxes       = "IRRF PIS COFINS CSLL INSS"
)

var (
	// 000, one payment in N days, N monthly ones, the lists of days, and 999.
	paymentTerm  = regexp.MustCompile(`^(000|A(0[3-9]|[1-8][0-9]|9[0-8])|B20|0(0[1-9]|[1-3][0-9]|4[0-8])|S(0[1-9]|[1-5][0-9]|6[0-7])|999)$`)
	categoryCode = regexp.MustCompile(`^[0-9]\.[0-9]{2}\.[0-9]{2}$`)
	cityAndState = regexp.MustCompile(`^\p{L}[\p{L} '.-]* \(([A-Z]{2})\)$`)
	lc116Code    = regexp.MustCompile(`^[0-9]{1,2}\.[0-9]{2}$`)
	mailAddress  = regexp.MustCompile(`^[^\s@,;<>"]+@[^\s@,;<>"]+\.[A-Za-z]{2,}$`)
)

func oneOf(value, words string) bool { return slices.Contains(strings.Fields(words), value) }

// draft is an OS that is being judged.
type draft struct {
	param    map[string]any
	head     map[string]any
	info     map[string]any
	lines    []map[string]any
	customer *Customer
	total    order.Money
}

// validate applies every rule of IncluirOS to a param and calculates its total.
func (s *Sim) validate(param map[string]any) (*draft, *refusal) {
	if refused := osCadastro.check(param); refused != nil {
		return nil, refused
	}
	for _, tag := range []string{"Cabecalho", "InformacoesAdicionais", "ServicosPrestados"} {
		if !has(param, tag) {
			return nil, missing(tag)
		}
	}
	d := &draft{param: param, head: objectOf(param, "Cabecalho"), info: objectOf(param, "InformacoesAdicionais"), lines: listOf(param, "ServicosPrestados")}
	for _, rule := range []func(*draft) *refusal{
		s.headRule, s.customerRule, s.infoRule, mailRule, departmentRule, s.linesRule, parcelRule, extrasRule,
	} {
		if refused := rule(d); refused != nil {
			return nil, refused
		}
	}
	return d, nil
}

func (s *Sim) headRule(d *draft) *refusal {
	if refused := required(d.head, "cCodIntOS", "dDtPrevisao", "cEtapa", "cCodParc", "nQtdeParc"); refused != nil {
		return refused
	}
	switch term, n := textOf(d.head, "cCodParc"), intOf(d.head, "nQtdeParc"); {
	case utf8.RuneCountInString(textOf(d.head, "cCodIntOS")) > maxIntCode:
		return contents("O conteúdo da tag [cCodIntOS] excede %d caracteres!", maxIntCode)
	case !oneOf(textOf(d.head, "cEtapa"), stageNames):
		return contents("Etapa [%s] inválida na tag [cEtapa]!", textOf(d.head, "cEtapa"))
	case !paymentTerm.MatchString(term):
		return contents("Condição de pagamento não cadastrada para o Código [%s] da tag [cCodParc]!", term)
	case n < 1 || n > maxParcels:
		return contents("O conteúdo da tag [nQtdeParc] deve estar entre 1 e %d!", maxParcels)
	}
	return positive(d.head, "nCodVend", "nCodCtr", "nCodCli")
}

func positive(v map[string]any, tags ...string) *refusal {
	for _, tag := range tags {
		if has(v, tag) && intOf(v, tag) <= 0 {
			return contents("O conteúdo da tag [%s] deve ser maior que zero!", tag)
		}
	}
	return nil
}

func (s *Sim) customerRule(d *draft) *refusal {
	if refused := only(d.head, "nCodCli", "cCodIntCli"); refused != nil {
		return refused
	}
	id, code := intOf(d.head, "nCodCli"), textOf(d.head, "cCodIntCli")
	for _, c := range s.customers {
		if c.ID == id || code != "" && c.IntegrationCode == code {
			d.customer = c
			return nil
		}
	}
	if code != "" {
		return notFound("Cliente não cadastrado para o Código de Integração [%s] !", code)
	}
	return notFound("Cliente não cadastrado para o Código [%d] !", id)
}

func (s *Sim) infoRule(d *draft) *refusal {
	if refused := required(d.info, "cCodCateg", "nCodCC"); refused != nil {
		return refused
	}
	if !categoryCode.MatchString(textOf(d.info, "cCodCateg")) {
		return notFound("Categoria não cadastrada para o Código [%s] !", textOf(d.info, "cCodCateg"))
	}
	if !slices.Contains(s.accounts, intOf(d.info, "nCodCC")) {
		return notFound("Conta Corrente não cadastrada para o Código [%d] !", intOf(d.info, "nCodCC"))
	}
	if has(d.info, "cCidPrestServ") {
		city := textOf(d.info, "cCidPrestServ")
		if m := cityAndState.FindStringSubmatch(city); m == nil || !oneOf(m[1], states) {
			return notFound("Cidade não cadastrada para o Código [%s] !", city)
		}
	}
	return positive(d.info, "nCodProj", "nIdDestinatario")
}

func mailRule(d *draft) *refusal {
	mail := objectOf(d.param, "Email")
	if textOf(mail, "cEnvBoleto") == "S" && textOf(mail, "cEnvPix") == "S" {
		return contents("As tags [cEnvBoleto] e [cEnvPix] não podem ser informadas juntas!")
	}
	to, sent := mail["cEnviarPara"].(string)
	if !sent {
		return nil
	}
	for _, address := range strings.FieldsFunc(to+",", func(r rune) bool { return r == ',' || r == ';' }) {
		if !mailAddress.MatchString(strings.TrimSpace(address)) {
			return contents("E-mail inválido na tag [cEnviarPara]!")
		}
	}
	if strings.Trim(to, ",; ") == "" {
		return contents("E-mail inválido na tag [cEnviarPara]!")
	}
	return nil
}

func departmentRule(d *draft) *refusal {
	for _, dept := range listOf(d.param, "Departamentos") {
		if refused := required(dept, "cCodDepto", "nPerc", "nValor", "nValorFixo"); refused != nil {
			return refused
		}
	}
	return nil
}

// parcelRule: a plan of one's own goes with 999 only, has as many parcels as it
// says, and adds up. 999 without a plan is what Omie's own examples send.
func parcelRule(d *draft) *refusal {
	plan := listOf(d.param, "Parcelas")
	if len(plan) == 0 {
		return nil
	}
	if textOf(d.head, "cCodParc") != customTerm {
		return contents("A tag [Parcelas] só pode ser informada com a tag [cCodParc] igual a [%s]!", customTerm)
	}
	if int64(len(plan)) != intOf(d.head, "nQtdeParc") {
		return contents("A quantidade de parcelas da tag [Parcelas] é diferente da tag [nQtdeParc]!")
	}
	for i, p := range plan {
		if refused := oneParcel(i, p); refused != nil {
			return refused
		}
	}
	return planAddsUp(plan, d.total)
}

func oneParcel(i int, p map[string]any) *refusal {
	if refused := required(p, "nParcela", "dDtVenc", "nValor", "nPercentual"); refused != nil {
		return refused
	}
	switch {
	case intOf(p, "nParcela") != int64(i+1):
		return contents("A tag [nParcela] deve ser sequencial a partir de 1!")
	case moneyOf(p, "nValor").IsNegative() || !whole(moneyOf(p, "nValor")):
		return contents("O conteúdo da tag [nValor] da parcela [%d] é inválido!", i+1)
	case has(p, "meio_pagamento") && !oneOf(textOf(p, "meio_pagamento"), paymentWays):
		return contents("Meio de pagamento [%s] inválido na tag [meio_pagamento]!", textOf(p, "meio_pagamento"))
	}
	return nil
}

func planAddsUp(plan []map[string]any, total order.Money) *refusal {
	var value, percent order.Money
	for _, p := range plan {
		value = value.Add(moneyOf(p, "nValor"))
		percent = percent.Add(moneyOf(p, "nPercentual"))
	}
	if !percent.Equal(order.Cents(100_00)) {
		return contents("A soma dos percentuais das parcelas [%s] é diferente de 100!", percent.Number())
	}
	if !value.Equal(total) {
		return contents("A soma das parcelas [%s] é diferente do valor total [%s]!", value, total)
	}
	return nil
}

// extrasRule: what is mandatory in the parts that few orders have.
func extrasRule(d *draft) *refusal {
	products := objectOf(d.param, "produtosUtilizados")
	if products != nil && !oneOf(textOf(products, "cAcaoProdUtilizados"), "REM EST") {
		return missing("cAcaoProdUtilizados")
	}
	for _, p := range listOf(products, "produtoUtilizado") {
		if refused := required(p, "nCodProdutoPU", "nQtdePU"); refused != nil {
			return refused
		}
	}
	return nil
}
