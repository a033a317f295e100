package woocommerce

import (
	"cmp"
	"strings"

	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
)

// customer is who pays: whom the bill names, else the recipient. The order's meta data are
// the payer's, unless a key says otherwise.
func (b body) customer(s platform.Settings, raw []byte) (order.Customer, order.Origins) {
	own := platform.Party{At: "meta_data"}
	for _, m := range b.MetaData {
		own.Fields = append(own.Fields, m.Field())
	}
	own.Fields = append(own.Fields, platform.Aside(raw)...)
	bill, recipient := b.Billing.party(), b.Shipping.party()
	bill.At, recipient.At = "billing", "shipping"
	bill.Fields = append(bill.Fields, platform.FieldsAt(raw, "billing")...)
	recipient.Fields = append(recipient.Fields, platform.FieldsAt(raw, "shipping")...)
	bill.Phone = cmp.Or(bill.Phone, string(b.meta("billing_phone")), string(b.meta("billing_cellphone")))
	bill.Address.Number = cmp.Or(bill.Address.Number, string(b.meta("billing_number")))
	bill.Address.District = cmp.Or(bill.Address.District, string(b.meta("billing_neighborhood")))
	return platform.Payer(s, own, bill, recipient)
}

func (a address) party() platform.Party {
	return platform.Party{
		Name:    strings.TrimSpace(string(a.FirstName + " " + a.LastName)),
		Company: string(a.Company),
		Email:   string(a.Email),
		Phone:   string(cmp.Or(a.Phone, a.Cellphone)),
		Fields:  platform.Fields{{Name: "cpf", Value: string(a.CPF)}, {Name: "cnpj", Value: string(a.CNPJ)}},
		Address: order.Address{
			Street:     string(a.Address1),
			Number:     string(a.Number),
			Complement: string(a.Address2),
			District:   string(a.Neighborhood),
			City:       string(a.City),
			State:      string(a.State),
			PostalCode: string(a.Postcode),
			Country:    string(a.Country),
		},
	}
}

// meta is the value of the key, with or without the underscore that hides it from
// the shop's own pages.
func (b body) meta(key string) loose.Text {
	for _, m := range b.MetaData {
		if strings.TrimPrefix(string(m.Key), "_") == key && m.Value != "" {
			return m.Value
		}
	}
	return ""
}
