package omiesim

import (
	"maps"
	"slices"
	"strings"

	"github.com/carimbo/carimbo/shared/order"
)

// hundredth turns a per cent rate into a factor.
func hundredth() order.Quantity {
	q, err := order.ParseQuantity("0.01")
	if err != nil {
		panic("0.01 is a number: " + err.Error())
	}
	return q
}

func (s *Sim) linesRule(d *draft) *refusal {
	if len(d.lines) < 1 || len(d.lines) > maxLines {
		return contents("A tag [ServicosPrestados] deve ter de 1 a %d itens!", maxLines)
	}
	numbers := map[int64]bool{}
	for _, line := range d.lines {
		if has(line, "nSeqItem") {
			n := intOf(line, "nSeqItem")
			if n < 1 || n > maxLines || numbers[n] {
				return contents("O conteúdo da tag [nSeqItem] deve ser único, de 1 a %d!", maxLines)
			}
			numbers[n] = true
		}
		sum, refused := s.line(line)
		if refused != nil {
			return refused
		}
		d.total = d.total.Add(sum)
	}
	return nil
}

// line judges one line and says what it costs, to the cent.
func (s *Sim) line(line map[string]any) (order.Money, *refusal) {
	var none order.Money
	service, refused := s.serviceOf(line)
	if refused != nil {
		return none, refused
	}
	price := service.Price
	if has(line, "nValUnit") {
		price = moneyOf(line, "nValUnit")
	}
	quantity := quantityOf(line, "nQtde")
	switch {
	case !has(line, "nQtde"):
		return none, missing("nQtde")
	case quantity.IsZero() || quantity.IsNegative():
		return none, contents("O conteúdo da tag [nQtde] deve ser maior que zero!")
	case price.IsNegative() || decimals(price) > 4:
		return none, contents("O conteúdo da tag [nValUnit] deve ter no máximo 4 casas decimais e não pode ser negativo!")
	case has(line, "cCodCategItem") && !categoryCode.MatchString(textOf(line, "cCodCategItem")):
		return none, notFound("Categoria não cadastrada para o Código [%s] !", textOf(line, "cCodCategItem"))
	}
	for _, tag := range []string{"nValorAcrescimos", "nValorOutrasRetencoes"} {
		if has(line, tag) && !moneyOf(line, tag).IsZero() {
			return none, contents("A tag [%s] não está disponível para a cidade da prestação do serviço!", tag)
		}
	}
	if refused := taxRule(objectOf(line, "impostos")); refused != nil {
		return none, refused
	}
	gross := s.cents(price.Times(quantity))
	discount, refused := discountOf(line, gross, osDiscount)
	return gross.Sub(discount), refused
}

// cents rounds half a cent as the simulator is told to, since nothing is published of it.
func (s *Sim) cents(m order.Money) order.Money {
	up := m.Round()
	down := up.Sub(order.Cents(1))
	isHalf := up.Sub(m).Equal(m.Sub(down))
	if isEven := decimals(up.Times(order.Pieces(50))) == 0; s.opt.HalfToEven && isHalf && !isEven {
		return down
	}
	return up
}

// discountTags are how a discount is said, and of what: its type, its rate, its amount.
type discountTags struct{ how, rate, value, of string }

var osDiscount = discountTags{"cTpDesconto", "nAliqDesconto", "nValorDesconto", "serviço"}

// discountOf is what a line that costs gross takes off.
func discountOf(line map[string]any, gross order.Money, tags discountTags) (order.Money, *refusal) {
	var none order.Money
	fields := map[string]string{"P": tags.rate, "V": tags.value}
	how := textOf(line, tags.how)
	wanted, known := fields[how]
	switch {
	case how != "" && !known:
		return none, contents("Tipo de desconto [%s] inválido na tag [%s], informe P ou V!", how, tags.how)
	case how != "" && !has(line, wanted):
		return none, missing(wanted)
	}
	for _, kind := range []string{"P", "V"} {
		tag := fields[kind]
		if kind != how && has(line, tag) && !moneyOf(line, tag).IsZero() {
			return none, contents("A tag [%s] exige a tag [%s] igual a [%s]!", tag, tags.how, kind)
		}
	}
	if how == "" {
		return none, nil
	}
	discount := moneyOf(line, wanted)
	if how == "P" {
		if !isRate(discount) {
			return none, badRate(wanted)
		}
		discount = gross.Times(hundredth()).Times(quantityOf(line, wanted)).Round()
	}
	switch {
	case discount.IsNegative() || !whole(discount):
		return none, contents("O conteúdo da tag [%s] é inválido!", wanted)
	case discount.Cmp(gross) > 0:
		return none, contents("O desconto da tag [%s] é maior que o valor do %s!", wanted, tags.of)
	}
	return discount, nil
}

// serviceOf finds the service of a line in the catalogue, or wants the line to
// bring everything along.
func (s *Sim) serviceOf(line map[string]any) (Service, *refusal) {
	id, code, name := intOf(line, "nCodServico"), textOf(line, "cCodIntServico"), textOf(line, "cDescServ")
	switch {
	case has(line, "nCodServico"):
		found, ok := s.service(func(c Service) bool { return c.ID == id && (code == "" || c.IntegrationCode == code) })
		if !ok {
			return found, notFound("Serviço não cadastrado para o Código [%d] !", id)
		}
		return found, nil
	case code != "":
		found, ok := s.service(func(c Service) bool { return c.IntegrationCode == code })
		if !ok && s.any.integrationCode {
			return s.stood(Service{IntegrationCode: code, Description: code}), nil
		}
		if !ok {
			return found, notFound("Serviço não cadastrado para o Código de Integração [%s] !", code)
		}
		return found, nil
	}
	found, ok := s.service(func(c Service) bool { return name != "" && c.Description == name })
	if ok {
		return found, nil
	}
	if alone := !has(line, "cTribServ") && !has(line, "cCodServMun") && !has(line, "cCodServLC116"); alone && name != "" && s.any.description {
		return s.stood(Service{Description: name}), nil
	}
	if refused := required(line, "cDescServ", "cTribServ", "cCodServMun", "cCodServLC116", "nValUnit"); refused != nil {
		return found, refused
	}
	if !lc116Code.MatchString(textOf(line, "cCodServLC116")) {
		return found, contents("Código de serviço [%s] inválido na tag [cCodServLC116]!", textOf(line, "cCodServLC116"))
	}
	return found, nil
}

func (s *Sim) service(is func(Service) bool) (Service, bool) {
	for _, c := range s.services {
		if !c.Inactive && is(c) {
			return c, true
		}
	}
	return Service{}, false
}

// taxRule: rates are percentages, and amounts are kept only on request.
func taxRule(taxesOfLine map[string]any) *refusal {
	for _, tag := range slices.Sorted(maps.Keys(taxesOfLine)) {
		if strings.HasPrefix(tag, "nAliq") || strings.HasPrefix(tag, "nPerc") {
			if !isRate(moneyOf(taxesOfLine, tag)) {
				return badRate(tag)
			}
		}
	}
	if textOf(taxesOfLine, "cUtilizaValorImposto") == "S" {
		return nil
	}
	for _, name := range strings.Fields(taxes) {
		if has(taxesOfLine, "nValor"+name) {
			return contents("A tag [nValor%s] exige a tag [cUtilizaValorImposto] igual a [S]!", name)
		}
	}
	return nil
}

func isRate(r order.Money) bool { return !r.IsNegative() && r.Cmp(order.Cents(100_00)) <= 0 }

func badRate(tag string) *refusal {
	return contents("O conteúdo da tag [%s] deve estar entre 0 e 100!", tag)
}
