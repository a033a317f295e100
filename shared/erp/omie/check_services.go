package omie

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/carimbo/carimbo/shared/erp/placeholder"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

func (c *checker) services(services map[string]any) {
	if len(services) == 0 {
		c.warn("services", "is empty: every order will be rejected as not mapped")
	}
	c.mapped("services", services, "ServicosPrestados", func(path string, fields map[string]any) {
		c.service(path, fields, placeholder.OfLine)
	})
}

// mapped checks what each SKU is mapped to: fields of a part of Omie's.
func (c *checker) mapped(name string, skus map[string]any, part string, check func(path string, fields map[string]any)) {
	for _, sku := range slices.Sorted(maps.Keys(skus)) {
		path := name + "." + sku
		fields, ok := skus[sku].(map[string]any)
		if !ok {
			c.refuse(path, "must be an object with fields of %s", part)
			continue
		}
		check(path, fields)
	}
}

// service checks the fields of one, and the placeholders that it may hold.
func (c *checker) service(path string, fields map[string]any, known []string) {
	c.identity(path, fields)
	c.fields(path, fields, known, refusedInService)
	taxes, _ := fields["impostos"].(map[string]any)
	if taxes["cUtilizaValorImposto"] == "S" {
		c.refuse(path+".impostos.cUtilizaValorImposto", "must be N: %s", fixed)
	}
	c.deductions(path+".DeducoesIss", fields["DeducoesIss"])
	if fields["cNaoGerarFinanceiro"] == "S" {
		c.warn(path+".cNaoGerarFinanceiro", "is S: Omie makes no receivable of what was paid for it")
	}
}

// deductions take no more off than there is.
func (c *checker) deductions(path string, v any) {
	list, _ := v.([]any)
	var sum order.Money
	for i := range list {
		fields, _ := list[i].(map[string]any)
		if fields["cFormaDeducao"] == "V" {
			c.refuse(path+"."+strconv.Itoa(i)+".cFormaDeducao", "must be P, in percent: V would be the same reais for every price; set the rate")
		}
		number, _ := fields["nPercDeducao"].(json.Number)
		if part, err := order.ParseMoney(number.String()); err == nil {
			sum = sum.Add(part)
		}
	}
	if sum.Cmp(hundred) > 0 {
		c.refuse(path, "nPercDeducao must come to 100 at most, and comes to %s", sum.Number())
	}
}

// identities are the fields of which one tells Omie which service of the catalogue is meant.
var identities = []string{"nCodServico", "cCodIntServico", askedCode} // never written to

// identity makes sure that Omie can tell which service is meant.
func (c *checker) identity(path string, fields map[string]any) {
	var has, lacks []string
	for _, name := range identities {
		if fields[name] != nil {
			has = append(has, name)
		}
	}
	for _, name := range inlineFields {
		if text, _ := fields[name].(string); text == "" {
			lacks = append(lacks, name)
		}
	}
	switch {
	case len(has) > 1 && fields[askedCode] != nil:
		c.refuse(path+"."+askedCode, "is looked up and becomes nCodServico: leave it or %s out", has[0])
	case len(has) > 1:
		c.warn(path, "has both %s and %s: one of them is enough", has[0], has[1])
	case len(has) == 1 || len(lacks) == 0 || byDescription(fields):
	default:
		for _, name := range lacks {
			c.refuse(path+"."+name, "is missing: a service that isn't named by %s or cDescServ alone needs %s", strings.Join(identities, ", "), strings.Join(inlineFields, ", "))
		}
	}
	if id := fields["nCodServico"]; id != nil {
		if number, isNumber := id.(json.Number); !isNumber || !isID(number.String()) {
			c.refuse(path+".nCodServico", "must be a whole number like 3846592864")
		}
	}
	for _, name := range identities[1:] {
		if text, isText := fields[name].(string); fields[name] != nil && (!isText || text == "") {
			c.refuse(path+"."+name, "must be a text that isn't empty")
		}
	}
}

// byDescription tells whether a service of the catalogue is named by its description, which
// is all that is said of it but what any service may have.
func byDescription(fields map[string]any) bool {
	if text, _ := fields[inlineFields[0]].(string); text == "" {
		return false
	}
	return !slices.ContainsFunc(inlineFields[1:], func(name string) bool { return fields[name] != nil })
}

// places are where parts of an order go that an OS has no field for.
func (c *checker) places(raw map[string]any) {
	categories := map[string]string{}
	for _, name := range []string{"freight", "fees", "tax"} {
		v := raw[name]
		place, isObject := v.(map[string]any)
		switch {
		case v == nil || v == spread:
			continue
		case !isObject || len(place) != 1 || place["service"] == nil && place["expense"] == nil:
			c.refuse(name, "must be %s, { service: ... } with fields of ServicosPrestados, or { expense: ... } with fields of despesaReembolsavel", spread)
			continue
		}
		if service, ok := c.object(name+".service", place["service"]); ok {
			c.service(name+".service", service, placeholder.OfOrder)
		}
		expense, ok := c.object(name+".expense", place["expense"])
		if !ok {
			continue
		}
		c.fields(name+".expense", expense, placeholder.OfOrder, refusedInExpense)
		if category, isText := expense["cCodCategReemb"].(string); isText {
			categories[category] = name
		}
	}
	if len(categories) > 1 {
		c.refuse(slices.Max(slices.Collect(maps.Values(categories)))+".expense.cCodCategReemb", "must be one for all: an OS has one category of despesasReembolsaveis")
	}
}

// refusedInExpense are the fields of despesaReembolsavel that Carimbo fills in, or Omie.
var refusedInExpense = map[string]words.Text{
	"nValorReemb": words.Say("it would change an amount: the order's is filled in"),
	"nCodReemb":   words.Say("Omie fills it in"),
	"cAcaoReemb":  words.Say("it is for changing an OS, not for creating one"),
} // never written to

// event: Omie takes an address abroad of an event abroad alone.
func (c *checker) event(details any) {
	of, _ := details.(map[string]any)
	event, _ := of["Eventos"].(map[string]any)
	for _, name := range []string{"cCidadeExtEvento", "cEndExtEvento"} {
		if event[name] != nil && event["cExtEvento"] != "S" {
			c.refuse("os.InformacoesAdicionais.DetalhesNfse.Eventos."+name, "needs cExtEvento: S, an event abroad")
		}
	}
}

// ofViaUnica are the fields of viaUnica, all of which Omie wants where it sends that invoice.
var ofViaUnica = []string{"cModeloNF", "cCFOP", "cClassifServico", "cTipoReceita", "cTipoUtilizacao"} // never written to

// viaUnica warns of a service that says only some of it where os.Email has it sent. One that
// says nothing of it may have it in the catalogue.
func (c *checker) viaUnica(os, services map[string]any) {
	email, _ := os["Email"].(map[string]any)
	if email["cEnvViaUnica"] != "S" {
		return
	}
	for _, sku := range slices.Sorted(maps.Keys(services)) {
		service, _ := services[sku].(map[string]any)
		said, _ := service["viaUnica"].(map[string]any)
		lacks := slices.DeleteFunc(slices.Clone(ofViaUnica), func(name string) bool { return said[name] != nil })
		if len(lacks) > 0 && (said != nil || slices.ContainsFunc(inlineFields[1:], func(name string) bool { return service[name] != nil })) {
			c.warn("services."+sku+".viaUnica", "has no %s: os.Email.cEnvViaUnica is S, and Omie wants them then", strings.Join(lacks, ", "))
		}
	}
}
