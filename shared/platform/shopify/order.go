package shopify

import (
	"cmp"
	"strings"

	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
)

// Order is the sale as it was paid: see the package's own words on amounts.
func (Platform) Order(p platform.Payload, s platform.Settings) (order.Order, error) {
	b, err := decode(p.Body)
	if err == nil {
		err = platform.CheckNumericID(b.ID)
	}
	if err != nil {
		return order.Order{}, order.Reject(order.NotUnderstood, "%s: enter the order in the ERP by hand", err)
	}
	paid := b.paid(p.Headers[topicHeader])
	o := order.Order{
		ID:       string(b.ID),
		Number:   b.number(),
		Status:   string(b.FinancialStatus),
		Currency: strings.ToUpper(string(cmp.Or(b.TotalPriceSet.ShopMoney.CurrencyCode, b.Currency))),
		PlacedAt: b.placedAt(),
		PaidAt:   paid.At,
		PaidRank: paid.Rank,
	}
	o.Customer, o.Origins = b.payer(s, platform.AsideIn(p.Body, "order"))
	o.Origins.PaidAt = paid.From
	if err := b.amounts(&o, s); err != nil {
		return order.Order{}, err
	}
	o.Payments = []order.Payment{{Method: b.method(o.Total), Name: b.gateways(), Amount: o.Total, Installments: 1, PaidAt: o.PaidAt}}
	return platform.Finished(o), nil
}

// method is that of the gateway, or of all of them if they are of one kind. A gift
// card beside another gateway paid an unknown part.
func (b body) method(total order.Money) order.Method {
	if total.IsZero() {
		return order.Free
	}
	found := order.Method("")
	for _, name := range b.PaymentGatewayNames {
		m := gateway(string(name))
		switch {
		case found == "" || found == order.GiftCard:
			found = m
		case m != found && m != order.GiftCard:
			return order.Other
		}
	}
	if found == "" {
		return order.Other
	}
	return found
}

// gateways are the names of all that were paid with.
func (b body) gateways() string {
	names := make([]string, len(b.PaymentGatewayNames))
	for i, name := range b.PaymentGatewayNames {
		names[i] = string(name)
	}
	return strings.Join(names, ", ")
}

func gateway(name string) order.Method {
	if name == "shopify_payments" {
		return order.CreditCard
	}
	return platform.Method(name)
}

func (a address) fullName() loose.Text {
	return cmp.Or(a.Name, full(a.FirstName, a.LastName))
}

// order: Shopify knows no number and no district; what the customer typed stays
// one street.
func (a address) order() order.Address {
	return order.Address{
		Street:     string(a.Address1),
		Complement: string(a.Address2),
		City:       string(a.City),
		State:      cmp.Or(platform.UF(string(a.ProvinceCode)), string(a.Province)),
		PostalCode: string(a.Zip),
		Country:    string(cmp.Or(a.CountryCode, a.Country)),
	}
}
