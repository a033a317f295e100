package omiesim

import (
	"maps"
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
	if refused := required(param, "Cabecalho", "InformacoesAdicionais", "ServicosPrestados"); refused != nil {
		return nil, refused
	}
	d := &draft{param: param, head: objectOf(param, "Cabecalho"), info: objectOf(param, "InformacoesAdicionais"), lines: listOf(param, "ServicosPrestados")}
	for _, rule := range []func(*draft) *refusal{
		lengthRule, s.headRule, s.customerRule, s.infoRule, mailRule, s.linesRule, expenseRule, departmentRule, parcelRule, productRule, eventRule,
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
	if d.customer = s.customer(id, code); d.customer != nil {
		return nil
	}
	if code != "" {
		return notFound("Cliente não cadastrado para o Código de Integração [%s] !", code)
	}
	return notFound("Cliente não cadastrado para o Código [%d] !", id)
}

// customer is the one of that id or integration code; nil: there is none.
func (s *Sim) customer(id int64, code string) *Customer {
	i := slices.IndexFunc(s.customers, func(c *Customer) bool { return c.ID == id || code != "" && c.IntegrationCode == code })
	if i < 0 {
		return nil
	}
	return s.customers[i]
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
	return addresses(mail, "cEnviarPara")
}

// addresses refuses a list of e-mail addresses in which one isn't.
func addresses(v map[string]any, tag string) *refusal {
	to, sent := v[tag].(string)
	if !sent {
		return nil
	}
	for _, address := range strings.FieldsFunc(to+",", func(r rune) bool { return r == ',' || r == ';' }) {
		if !mailAddress.MatchString(strings.TrimSpace(address)) {
			return contents("E-mail inválido na tag [%s]!", tag)
		}
	}
	if strings.Trim(to, ",; ") == "" {
		return contents("E-mail inválido na tag [%s]!", tag)
	}
	return nil
}

// lengthRule: what is longer than its field is refused, but cNumPedido, which is cut.
func lengthRule(d *draft) *refusal {
	for _, part := range []struct {
		fields map[string]any
		tags   map[string]int
	}{
		{d.head, map[string]int{"cCodIntOS": maxIntCode}},
		{d.info, map[string]int{"cNumContrato": 20, "cContato": 100, "cCidPrestServ": 40, "cCodCateg": 20}},
	} {
		if refused := tooLong(part.fields, part.tags); refused != nil {
			return refused
		}
	}
	for _, list := range []struct {
		tag  string
		tags map[string]int
	}{
		{"ServicosPrestados", map[string]int{"cCodServMun": 20, "cCodServLC116": 20, "cNbs": 9, "cCodCategItem": 20}},
		{"Departamentos", map[string]int{"cCodDepto": 40}},
		{"Parcelas", map[string]int{"nsu": 100}},
	} {
		for _, fields := range listOf(d.param, list.tag) {
			if refused := tooLong(fields, list.tags); refused != nil {
				return refused
			}
		}
	}
	return nil
}

func tooLong(fields map[string]any, tags map[string]int) *refusal {
	for _, tag := range slices.Sorted(maps.Keys(tags)) {
		if utf8.RuneCountInString(textOf(fields, tag)) > tags[tag] {
			return contents("O conteúdo da tag [%s] excede %d caracteres!", tag, tags[tag])
		}
	}
	return nil
}

// expenseRule adds the reimbursed expenses to what the OS comes to.
func expenseRule(d *draft) *refusal {
	for _, expense := range listOf(objectOf(d.param, "despesasReembolsaveis"), "despesaReembolsavel") {
		if refused := required(expense, "cDescReemb", "nValorReemb", "dDataReemb"); refused != nil {
			return refused
		}
		if refused := tooLong(expense, map[string]int{"cDescReemb": 200}); refused != nil {
			return refused
		}
		amount := moneyOf(expense, "nValorReemb")
		if amount.IsNegative() || amount.IsZero() || !whole(amount) {
			return contents("O conteúdo da tag [nValorReemb] é inválido!")
		}
		d.total = d.total.Add(amount)
	}
	return nil
}

// departmentRule: the shares come to the whole, in percent and in reais.
func departmentRule(d *draft) *refusal {
	return departmentsAddUp(listOf(d.param, "Departamentos"), d.total)
}

func departmentsAddUp(list []map[string]any, total order.Money) *refusal {
	if len(list) == 0 {
		return nil
	}
	for _, dept := range list {
		if refused := required(dept, "cCodDepto", "nPerc", "nValor", "nValorFixo"); refused != nil {
			return refused
		}
		if value := moneyOf(dept, "nValor"); value.IsNegative() || !whole(value) {
			return contents("O conteúdo da tag [nValor] do departamento [%s] é inválido!", textOf(dept, "cCodDepto"))
		}
	}
	return addsUp(list, "nValor", "nPerc", "dos departamentos", total)
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
	return addsUp(plan, "nValor", "nPercentual", "das parcelas", d.total)
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

// addsUp: the percentages come to 100 and the amounts to the total.
func addsUp(list []map[string]any, amounts, percentages, of string, total order.Money) *refusal {
	var value, percent order.Money
	for _, p := range list {
		value = value.Add(moneyOf(p, amounts))
		percent = percent.Add(moneyOf(p, percentages))
	}
	if !percent.Equal(order.Cents(100_00)) {
		return contents("A soma dos percentuais %s [%s] é diferente de 100!", of, percent.Number())
	}
	if !value.Equal(total) {
		return contents("A soma %s [%s] é diferente do valor total [%s]!", of, value, total)
	}
	return nil
}
