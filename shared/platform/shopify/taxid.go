package shopify

import (
	"strings"

	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
)

// taxID is the first right one of all places, best first. Without any, it is
// wrong if something was given that can only have been meant as one.
func (b body) taxID() (order.TaxID, bool) {
	wrong := false
	for _, c := range b.candidates() {
		id, err := order.ParseTaxID(string(c.text))
		if id != "" {
			return id, false
		}
		wrong = wrong || err != nil && (c.sure || meant(c.text))
	}
	return "", wrong
}

// candidate is a text that may be a tax id; sure if it has to be one.
type candidate struct {
	text loose.Text
	sure bool
}

// attributeNames are what apps call a tax id; true where nothing else is called
// so.
var attributeNames = map[string]bool{
	"cpf": true, "cnpj": true, "cpfcnpj": true, "cnpjcpf": true, "cpfoucnpj": true, "taxcredentialbr": true,
	"documento": false, "document": false, "customerdocument": false, "billingdocument": false, "taxid": false,
}

func (b body) candidates() []candidate {
	var named, others []candidate
	for _, a := range b.NoteAttributes {
		name := letters(a.Name)
		switch sure, known := attributeNames[name]; {
		case sure:
			named = append(named, candidate{a.Value, true})
		case known || strings.Contains(name, "cpf") || strings.Contains(name, "cnpj"):
			others = append(others, candidate{a.Value, false})
		}
	}
	all := append(named, others...)
	for _, a := range []address{b.BillingAddress, b.ShippingAddress, b.Customer.DefaultAddress} {
		all = append(all, candidate{a.Company, false})
	}
	for _, edge := range b.LocalizedFields.Edges {
		if strings.HasSuffix(string(edge.Node.Key), "CREDENTIAL_BR") {
			all = append(all, candidate{edge.Node.Value, true})
		}
	}
	return all
}

// letters is the name without what lies between its words.
func letters(name loose.Text) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(string(name)))
}

// meant tells a mistyped tax id from a company's name and from "sim": nothing but
// digits and their punctuation, and almost enough of them.
func meant(text loose.Text) bool {
	return len(text.Digits()) >= 9 && strings.Trim(string(text), "0123456789.-/ ") == ""
}

// company is the first company that is a name and no tax id.
func (b body) company() loose.Text {
	for _, a := range []address{b.BillingAddress, b.ShippingAddress, b.Customer.DefaultAddress} {
		id, _ := order.ParseTaxID(string(a.Company))
		if a.Company != "" && id == "" && !meant(a.Company) {
			return a.Company
		}
	}
	return ""
}
