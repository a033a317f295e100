package woocommerce

import (
	"cmp"
	"strings"

	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
)

// taxID is what the customer gave, and whether it is wrong. Where both a CPF and a
// CNPJ are given, the kind of person decides, and without one the first that is
// right: plugins keep the other field's last value.
func (b body) taxID() (order.TaxID, bool) {
	cpf := cmp.Or(b.Billing.CPF, b.keyed("cpf"))
	cnpj := cmp.Or(b.Billing.CNPJ, b.keyed("cnpj"))
	person := cmp.Or(b.Billing.PersonType, b.keyed("persontype"))
	switch {
	case cpf != "" && cnpj != "" && isPerson(person):
		return firstTaxID(cpf)
	case cpf != "" && cnpj != "" && isCompany(person):
		return firstTaxID(cnpj)
	}
	return firstTaxID(cpf, cnpj, b.keyed("cpfcnpj"), b.keyed("cnpjcpf"))
}

// firstTaxID is the first tax id that is one. Without any, it is wrong if anything was
// given.
func firstTaxID(texts ...loose.Text) (order.TaxID, bool) {
	wrong := false
	for _, text := range texts {
		id, err := order.ParseTaxID(string(text))
		if id != "" {
			return id, false
		}
		wrong = wrong || err != nil
	}
	return "", wrong
}

// keyed is the value of a key that is this name, however a plugin dresses it:
// _billing_cpf, billing_cpf, _cpf, _wc_billing/some-plugin/cpf, cpf_cnpj.
func (b body) keyed(name string) loose.Text {
	for _, m := range b.MetaData {
		key := strings.ToLower(string(m.Key))
		key = key[strings.LastIndexByte(key, '/')+1:]
		key = strings.TrimPrefix(strings.TrimPrefix(key, "_"), "billing")
		if strings.NewReplacer("_", "", "-", "").Replace(key) == name && m.Value != "" {
			return m.Value
		}
	}
	return ""
}

// The plugin writes F and J into the answer, and 1 and 2 into the meta data.
func isPerson(kind loose.Text) bool { return kind == "F" || kind == "1" }

func isCompany(kind loose.Text) bool { return kind == "J" || kind == "2" }
