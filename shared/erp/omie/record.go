package omie

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/fold"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// The parts of a customer that are left out once Omie has refused them.
const (
	partEmail   = erp.PartEmail
	partPhone   = erp.PartPhone
	partTrade   = erp.PartTrade
	partCity    = erp.PartCity
	partAddress = erp.PartAddress
)

// newCustomer is the param of IncluirCliente. A key without a value isn't sent, nor is what
// was learned that Omie refuses. What is cut is noted in told, if there is one.
func newCustomer(customer order.Customer, code string, lessons erp.Lessons, told *erp.Explanation) map[string]any {
	name := wire.OneLine(customer.Name)
	fields := map[string]string{
		"codigo_cliente_integracao": code,
		"razao_social":              told.Cut("razao_social", maxName, words.Say("the end of the customer's name"), name),
		"cnpj_cpf":                  customer.TaxID.Formatted(),
	}
	// What Omie might refuse and doesn't need is left out.
	if !lessons.LeavesOut(partTrade) {
		fields["nome_fantasia"] = told.Cut("nome_fantasia", maxFantasia, words.Say("the end of the customer's name"), name)
	}
	if email := wire.OneLine(customer.Email); !lessons.LeavesOut(partEmail) && mailbox.MatchString(email) && len(email) <= maxEmail {
		fields["email"] = email
	}
	// Nothing tells how Omie takes a phone abroad.
	if !lessons.LeavesOut(partPhone) {
		fields["telefone1_ddd"], fields["telefone1_numero"] = order.BrazilianPhone(customer.Phone, customer.Address.Country)
	}
	switch {
	case abroad(customer.Address):
		foreign(customer, fields, lessons, told)
	case !lessons.LeavesOut(partAddress):
		address(customer.Address, fields, lessons, told)
	}
	param := make(map[string]any, len(fields))
	for key, value := range fields {
		if value = strings.TrimSpace(value); value != "" {
			param[key] = value
		}
	}
	return param
}

// address adds a Brazilian address. Omie fills in of it what the CEP tells and nobody
// wrote.
func address(a order.Address, fields map[string]string, lessons erp.Lessons, told *erp.Explanation) {
	if postalCode.MatchString(a.PostalCode) {
		fields["cep"], fields["pesquisar_cep"] = a.PostalCode, "S"
	}
	if wire.OneLine(a.Street) == "" && fields["cep"] == "" {
		return
	}
	street(a, fields, told)
	// A city without its state is not one city.
	if slices.Contains(states, a.State) {
		fields["estado"] = a.State
		if !lessons.LeavesOut(partCity) {
			fields["cidade"] = cityOf(a.City, a.State, told)
		}
	}
	if a.Country == "BR" {
		fields["codigo_pais"] = countries["BR"]
	}
}

// street adds what is above the city. A number that is none but a whole sentence stands
// in front of the complement.
func street(a order.Address, fields map[string]string, told *erp.Explanation) {
	number, complement := wire.OneLine(a.Number), wire.OneLine(a.Complement)
	if len(number) > maxHouse {
		number, complement = "", strings.TrimSpace(number+" "+complement)
	}
	fields["endereco"] = told.Cut("endereco", maxAddress, words.Say("the end of the street"), wire.OneLine(a.Street))
	fields["endereco_numero"] = cmp.Or(number, "S/N")
	fields["complemento"] = told.Cut("complemento", maxAddress, words.Say("the end of the address's complement"), complement)
	fields["bairro"] = told.Cut("bairro", maxAddress, words.Say("the end of the district"), wire.OneLine(a.District))
}

// abroad tells whether an address says that it isn't in Brazil.
func abroad(a order.Address) bool { return a.Country != "" && a.Country != "BR" }

// hasForeignID tells whether the buyer lives abroad, has no tax id and gave a document.
func hasForeignID(c order.Customer) bool {
	return c.TaxID == "" && abroad(c.Address) && bareDocument(c.ForeignID) != ""
}

// foreign adds what Omie knows buyers abroad by: the state EX, which isn't optional for
// them, the country, and their document where they have no CPF or CNPJ.
func foreign(c order.Customer, fields map[string]string, lessons erp.Lessons, told *erp.Explanation) {
	fields["estado"], fields["codigo_pais"] = stateAbroad, countries[c.Address.Country]
	if id := wire.OneLine(c.ForeignID); hasForeignID(c) && len(id) <= maxForeign {
		fields["documento_exterior"] = id
	}
	if !lessons.LeavesOut(partCity) && !lessons.LeavesOut(partAddress) {
		fields["cidade"] = stateAbroad
	}
	if wire.OneLine(c.Address.Street) != "" && !lessons.LeavesOut(partAddress) {
		street(c.Address, fields, told)
	}
}

// stateAbroad is the state, and the city, of whoever lives abroad.
const stateAbroad = "EX"

// cityOf is the city as Omie writes it, which is what a customer's city is known by:
// "SAO PAULO (SP)". Many buyers and shops add the state themselves.
func cityOf(city, state string, told *erp.Explanation) string {
	name := strings.ToUpper(fold.Text(wire.OneLine(city)))
	if of := withState.FindStringSubmatch(name); of != nil && of[2] == state {
		name = of[1]
	}
	if name = strings.TrimSpace(name); name == "" {
		return ""
	}
	return told.Cut("cidade", maxCity-len(" (SP)"), words.Say("the end of the city"), name) + " (" + state + ")"
}

// partRefused is the part of the customer that the refusal names and that was sent; empty
// for none, and where it names what Omie can't do without. Where the CEP tells the city,
// the rest of the address stays.
func partRefused(f fault, param map[string]any) string {
	said := f.words.Shown
	sent := func(keys ...string) bool {
		return slices.ContainsFunc(keys, func(key string) bool { return param[key] != nil })
	}
	city := namesCity.MatchString(said)
	switch {
	case namesIdentity.MatchString(said):
		return ""
	case namesEmail.MatchString(said) && sent("email"):
		return partEmail
	case namesFantasia.MatchString(said) && sent("nome_fantasia"):
		return partTrade
	case namesPhone.MatchString(said) && sent("telefone1_numero"):
		return partPhone
	case city && sent("cidade") && (sent("cep") || param["estado"] == stateAbroad):
		return partCity
	case (city || namesAddress.MatchString(said)) && sent("endereco", "cep"):
		return partAddress
	}
	return ""
}

var (
	mailbox    = regexp.MustCompile(`^[^\s@,;<>"]+@[^\s@,;<>"]+\.[A-Za-z]{2,}$`)
	postalCode = regexp.MustCompile(`^[0-9]{8}$`)
	withState  = regexp.MustCompile(`^(.*[^ ,/(-]) *(?:[-,/(]| ) *([A-Z]{2})\)?$`)
)

var states = strings.Fields("AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO")
