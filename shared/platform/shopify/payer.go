package shopify

import (
	"cmp"
	"strings"

	"github.com/carimbo/carimbo/shared/fold"
	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
)

// customer is who pays, without where that stands.
func (b body) customer(s platform.Settings) order.Customer {
	c, _ := b.payer(s, nil)
	return c
}

// payer is who pays: whom the bill names, else the customer, else the recipient. Where
// the order says a tax id of itself, it is an attribute, or Shopify's own field of taxes;
// its field of shipping is the recipient's. aside are the tax ids of nobody's record.
func (b body) payer(s platform.Settings, aside platform.Fields) (order.Customer, order.Origins) {
	own := platform.Party{At: "note_attributes", Email: string(cmp.Or(b.Email, b.ContactEmail)), Phone: string(b.Phone)}
	for _, a := range b.NoteAttributes {
		own.Fields = append(own.Fields, a.Field())
	}
	own.Fields = append(append(own.Fields, b.credentials("TAX_CREDENTIAL_BR")...), aside...)
	bill, customer, recipient := b.BillingAddress.party(), b.Customer.party(), b.ShippingAddress.party()
	bill.At, customer.At, recipient.At = "billing_address", "customer", "shipping_address"
	// What was typed for this order counts before what the account has, which changes later.
	customer.Email = cmp.Or(own.Email, customer.Email)
	// A record of its own, so that it comes after what the order says of itself.
	delivery := platform.Party{At: recipient.At, Name: recipient.Name, Company: recipient.Company}
	if of := b.credentials("SHIPPING_CREDENTIAL_BR"); delivery.Name == "" && platform.Company(delivery.Company) == "" {
		own.Fields = append(own.Fields, of...)
	} else {
		delivery.Fields = of
	}
	return platform.Payer(s, own, bill, customer, recipient, delivery)
}

// credentials are the values of one of Shopify's own fields.
func (b body) credentials(key string) (fields platform.Fields) {
	for _, edge := range b.LocalizedFields.Edges {
		if strings.EqualFold(string(edge.Node.Key), key) {
			fields = append(fields, platform.Field{Name: "tax_id", Value: string(edge.Node.Value), At: "localizedFields." + key})
		}
	}
	return fields
}

// party is the customer, with the address that Shopify keeps of them, unless that names
// somebody else.
func (c customer) party() platform.Party {
	name, home := string(full(c.FirstName, c.LastName)), c.DefaultAddress.party()
	if name != "" && home.Name != "" && fold.Text(name) != fold.Text(home.Name) {
		home = platform.Party{}
	}
	home.Name = cmp.Or(name, home.Name)
	home.Email, home.Phone = string(c.Email), cmp.Or(string(c.Phone), home.Phone)
	return home
}

func (a address) party() platform.Party {
	return platform.Party{Name: string(a.fullName()), Company: string(a.Company), Phone: string(a.Phone), Address: a.order()}
}

func full(firstName, lastName loose.Text) loose.Text {
	return loose.Text(strings.TrimSpace(string(firstName + " " + lastName)))
}
