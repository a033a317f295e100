package hotmart

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/words"
)

// methods are Hotmart's payment types in our words; what is missing is Other.
var methods = map[loose.Text]order.Method{
	"PIX":                  order.Pix,
	"CREDIT_CARD":          order.CreditCard,
	"BILLET":               order.Boleto,
	"FINANCED_BILLET":      order.Boleto,
	"CASH_PAYMENT":         order.Cash,
	"DIRECT_BANK_TRANSFER": order.Transfer,
	"MANUAL_TRANSFER":      order.Transfer,
	"DIRECT_DEBIT":         order.Transfer,
	"PAYPAL":               order.Wallet,
	"PAYPAL_INTERNACIONAL": order.Wallet,
	"GOOGLE_PAY":           order.Wallet,
	"APPLE_PAY":            order.Wallet,
	"SAMSUNG_PAY":          order.Wallet,
	"PICPAY":               order.Wallet,
	"WALLET":               order.Wallet,
}

// Order is the purchase: one line, one payment, both of the amount that the
// connection counts.
func (Platform) Order(p platform.Payload, s platform.Settings) (order.Order, error) {
	e, err := decode(p.Body)
	if err != nil {
		return order.Order{}, order.Reject(order.NotUnderstood, "%s: enter the purchase in the ERP by hand", err)
	}
	if err := e.checkTransaction(); err != nil {
		return order.Order{}, order.Reject(order.NotUnderstood, "%s: enter the purchase in the ERP by hand", err)
	}
	amount, currency, err := e.amount(s)
	if err != nil {
		return order.Order{}, err
	}
	buy, paid := e.Data.Purchase, e.paid()
	customer, from, err := e.customer(s, p.Body)
	if err != nil {
		return order.Order{}, err
	}
	from.PaidAt = paid.From
	e.tellDropped(&from, amount)
	return platform.Finished(order.Order{
		ID:       string(buy.Transaction),
		Number:   string(buy.Transaction),
		Status:   string(buy.Status),
		Currency: strings.ToUpper(string(currency)),
		PlacedAt: e.placedAt(),
		PaidAt:   paid.At,
		PaidRank: paid.Rank,
		Customer: customer,
		Origins:  from,
		Lines: []order.Line{{
			SKUs:      e.skus(),
			Name:      string(e.Data.Product.Name),
			Quantity:  order.Pieces(1),
			UnitPrice: amount,
		}},
		Payments: []order.Payment{{
			Method:       method(buy.Payment.Type),
			Name:         string(buy.Payment.Type),
			Amount:       amount,
			Installments: installments(buy.Payment.Installments),
			PaidAt:       paid.At,
			Reference:    string(buy.Transaction),
		}},
		Total: amount,
	}), nil
}

// tellDropped says that the price is not what the connection counts.
func (e event) tellDropped(from *order.Origins, amount order.Money) {
	if price, _, err := e.Data.Purchase.Price.money(words.Text{}); err == nil && !price.Equal(amount) {
		from.Omit(words.Plain("data.purchase.price.value"), "it is %s, and the connection counts a commission (share, amount)", price)
	}
}

// shares are whose commission a connection may count, by share. Empty is the producer's.
var shares = map[string]string{"": "PRODUCER", "producer": "PRODUCER", "coproducer": "COPRODUCER", "affiliate": "AFFILIATE"}

// amount is what the connection counts: the price, or a commission. The price is the
// producer's sale alone: a purchase whose commissions name no such share is refused.
func (e event) amount(s platform.Settings) (order.Money, loose.Text, error) {
	source, known := shares[s.Share]
	switch {
	case !known:
		return order.Money{}, "", order.Reject(order.NotUnderstood, "the connection's share is %q: set it to producer, coproducer or affiliate", s.Share)
	case s.Amount != "" && s.Amount != "price" && s.Amount != "producer":
		return order.Money{}, "", order.Reject(order.NotUnderstood, "the connection's amount is %q: set it to price or producer", s.Amount)
	}
	own, others := e.commissions(source)
	switch {
	case len(own) == 0 && (others > 0 || source != "PRODUCER"):
		return order.Money{}, "", order.Reject(order.Unsupported,
			"data.commissions has none of source %s, but %d of others: set share on the connection to whose commission is the account's (producer, coproducer or affiliate), then carimbo orders retry, or enter the purchase in the ERP by hand",
			source, others)
	case s.Amount != "producer" && source == "PRODUCER":
		return e.Data.Purchase.Price.money(words.Plain("data.purchase.price.value"))
	case len(own) > 1:
		return order.Money{}, "", order.Reject(order.Unsupported,
			"data.commissions has %d of source %s, and which is the account's can't be told: look the purchase up in Hotmart and enter it in the ERP by hand", len(own), source)
	case len(own) == 0:
		return order.Money{}, "", order.Reject(order.NotUnderstood,
			"data.commissions has none of source PRODUCER, which the connection counts (amount: producer): look the purchase up in Hotmart and enter it in the ERP by hand, or set amount: price")
	}
	return own[0].money(words.Say("the commission of source %s", source))
}

// commissions are those of the source, and how many there are of others.
func (e event) commissions(source string) (own []commission, others int) {
	for _, c := range e.Data.Commissions {
		switch {
		case strings.EqualFold(string(c.Source), source):
			own = append(own, c)
		case c.Source != "":
			others++
		}
	}
	return own, others
}

func (p price) money(field words.Text) (order.Money, loose.Text, error) {
	if p.Value == "" {
		return order.Money{}, "", order.Reject(order.NotUnderstood, "%s is missing: look the purchase up in Hotmart and enter it in the ERP by hand", field)
	}
	amount, err := order.ParseMoney(string(p.Value))
	if err != nil {
		return order.Money{}, "", order.Reject(order.NotUnderstood, "%s is no amount: look the purchase up in Hotmart and enter it in the ERP by hand", field)
	}
	return amount.WithoutDust(), p.Currency, nil
}

// skus are the offer, if it is mapped, and else the product.
func (e event) skus() []string {
	var skus []string
	for _, sku := range []loose.Text{e.Data.Purchase.Offer.Code, e.Data.Product.ID} {
		if sku != "" {
			skus = append(skus, string(sku))
		}
	}
	return skus
}

// customer is the buyer, except of an affiliate's commission: an affiliate invoices the
// producer (https://digisan.com.br/blog/como-emitir-nota-fiscal-de-vendas-da-hotmart-guia-completo).
func (e event) customer(s platform.Settings, raw []byte) (order.Customer, order.Origins, error) {
	if s.Share == "affiliate" {
		return e.producer(s, raw)
	}
	c, from := e.buyer(s, raw)
	if s.Share == "coproducer" {
		from.Rule = words.Say("the buyer (share: coproducer), as in a partnership (parceria); with comissionamento the co-producer invoices the producer, and this document would be wrong")
	}
	return c, from, nil
}

// producer is the producer, whole: nothing of the buyer's. The default customer is no
// producer, so that one without a document is refused.
func (e event) producer(s platform.Settings, raw []byte) (order.Customer, order.Origins, error) {
	p := e.Data.Producer
	c, from := platform.Payer(s, platform.Party{}, platform.Party{
		At:   "data.producer",
		Name: string(p.Name),
		Fields: append(platform.Fields{
			{Name: "tax_id", Value: string(p.Document), At: "data.producer.document"},
			{Name: "pessoa", Value: string(p.LegalNature), At: "data.producer.legal_nature"},
		}, platform.FieldsAt(raw, "data", "producer")...),
	})
	from.Rule = words.Say("the producer (share: affiliate): an affiliate invoices the producer, not the buyer")
	if c.TaxID == "" && !c.TaxIDWrong {
		return c, from, order.Reject(order.TaxIDReason, "data.producer.document is missing, and it is the producer whom an affiliate invoices (share: affiliate): enter the commission in the ERP by hand")
	}
	return c, from, nil
}

// buyer is the buyer. An address without a country is in that of the checkout, if that is
// abroad.
func (e event) buyer(s platform.Settings, raw []byte) (order.Customer, order.Origins) {
	b := e.Data.Buyer
	country := cmp.Or(b.Address.CountryISO, b.Address.Country)
	if from := e.Data.Purchase.CheckoutCountry.ISO; country == "" && platform.Foreign(string(from)) {
		country = from
	}
	return platform.Payer(s, platform.Party{Fields: platform.Aside(raw)}, platform.Party{
		At:    "data.buyer",
		Name:  cmp.Or(string(b.Name), strings.TrimSpace(string(b.FirstName+" "+b.LastName))),
		Email: string(b.Email),
		Phone: string(b.CheckoutPhone), PhoneCode: string(b.CheckoutPhoneCode),
		Fields: append(platform.Fields{{Name: "tax_id", Value: string(b.Document), At: "data.buyer.document"}}, platform.FieldsAt(raw, "data", "buyer")...),
		Address: order.Address{
			Street:     string(b.Address.Address),
			Number:     string(b.Address.Number),
			Complement: string(b.Address.Complement),
			District:   string(b.Address.Neighborhood),
			City:       string(b.Address.City),
			State:      string(b.Address.State),
			PostalCode: string(b.Address.ZipCode),
			Country:    string(country),
		},
	})
}

func method(kind loose.Text) order.Method {
	if m, ok := methods[loose.Text(strings.ToUpper(string(kind)))]; ok {
		return m
	}
	return order.Other
}

func installments(text loose.Text) int {
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 0 {
		return 0
	}
	return n
}
