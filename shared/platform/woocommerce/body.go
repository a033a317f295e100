package woocommerce

import (
	"time"

	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
)

// body is what is read of an order, in WooCommerce's own words.
type body struct {
	ID                 loose.Text      `json:"id"`
	ParentID           loose.Text      `json:"parent_id"`
	Number             loose.Text      `json:"number"`
	Status             loose.Word      `json:"status"`
	Currency           loose.Text      `json:"currency"`
	DateCreated        loose.Text      `json:"date_created"`
	DateCreatedGMT     loose.Text      `json:"date_created_gmt"`
	DateModified       loose.Text      `json:"date_modified"`
	DateModifiedGMT    loose.Text      `json:"date_modified_gmt"`
	DatePaid           loose.Stated    `json:"date_paid"`
	DatePaidGMT        loose.Stated    `json:"date_paid_gmt"`
	Total              loose.Text      `json:"total"`
	TotalTax           loose.Text      `json:"total_tax"`
	CartTax            loose.Text      `json:"cart_tax"`
	DiscountTotal      loose.Text      `json:"discount_total"`
	DiscountTax        loose.Text      `json:"discount_tax"`
	ShippingTotal      loose.Text      `json:"shipping_total"`
	ShippingTax        loose.Text      `json:"shipping_tax"`
	PaymentMethod      loose.Text      `json:"payment_method"`
	PaymentMethodTitle loose.Text      `json:"payment_method_title"`
	TransactionID      loose.Text      `json:"transaction_id"`
	Billing            address         `json:"billing"`
	Shipping           address         `json:"shipping"`
	MetaData           []platform.Meta `json:"meta_data"`
	LineItems          []lineItem      `json:"line_items"`
	ShippingLines      []charge        `json:"shipping_lines"`
	FeeLines           []charge        `json:"fee_lines"`
	TaxLines           []charge        `json:"tax_lines"`
	CouponLines        []coupon        `json:"coupon_lines"`
	Refunds            []charge        `json:"refunds"`
	// BillingPeriod is a subscription's.
	BillingPeriod loose.Text `json:"billing_period"`
}

// address has the fields of "Brazilian Market on WooCommerce" after the core's.
type address struct {
	FirstName loose.Text `json:"first_name"`
	LastName  loose.Text `json:"last_name"`
	Company   loose.Text `json:"company"`
	Address1  loose.Text `json:"address_1"`
	Address2  loose.Text `json:"address_2"`
	City      loose.Text `json:"city"`
	State     loose.Text `json:"state"`
	Postcode  loose.Text `json:"postcode"`
	Country   loose.Text `json:"country"`
	Email     loose.Text `json:"email"`
	Phone     loose.Text `json:"phone"`

	CPF          loose.Text `json:"cpf"`
	CNPJ         loose.Text `json:"cnpj"`
	Number       loose.Text `json:"number"`
	Neighborhood loose.Text `json:"neighborhood"`
	Cellphone    loose.Text `json:"cellphone"`
}

type lineItem struct {
	Name        loose.Text      `json:"name"`
	ProductID   loose.Text      `json:"product_id"`
	VariationID loose.Text      `json:"variation_id"`
	SKU         loose.Text      `json:"sku"`
	Quantity    loose.Text      `json:"quantity"`
	Price       loose.Text      `json:"price"`
	Subtotal    loose.Text      `json:"subtotal"`
	SubtotalTax loose.Text      `json:"subtotal_tax"`
	Total       loose.Text      `json:"total"`
	TotalTax    loose.Text      `json:"total_tax"`
	MetaData    []platform.Meta `json:"meta_data"`
}

// charge is a line of shipping, a fee, a tax rate, or a refund, which is negative.
type charge struct {
	Total    loose.Text `json:"total"`
	TotalTax loose.Text `json:"total_tax"`
}

// coupon is what one took off.
type coupon struct {
	Discount    loose.Text `json:"discount"`
	DiscountTax loose.Text `json:"discount_tax"`
}

func decode(text []byte) (body, error) {
	var b body
	err := platform.Decode(text, &b)
	return b, err
}

// number is what the shop shows, which plugins change.
func (b body) number() string {
	if b.Number == "" {
		return string(b.ID)
	}
	return string(b.Number)
}

// isOrder tells an order by its fields.
func (b body) isOrder(text []byte) bool {
	return platform.CheckNumericID(b.ID) == nil && (len(b.LineItems) > 0 || b.Total != "" || platform.Gives(text, "line_items", "total"))
}

func (b body) datePaid() time.Time { return moment(b.DatePaidGMT.Text, b.DatePaid.Text) }

func (b body) dateCreated() time.Time { return moment(b.DateCreatedGMT, b.DateCreated) }

// paid falls back to the day of the order, so that the refund of an old one is dated
// as well.
func (b body) paid() order.Moment {
	return order.BestOf(
		order.Moment{At: moment(b.DatePaidGMT.Text, ""), Rank: order.ByPayment, From: "date_paid_gmt"},
		order.Moment{At: moment("", b.DatePaid.Text), Rank: order.ByPayment, From: "date_paid"},
		order.Moment{At: moment(b.DateCreatedGMT, ""), Rank: order.ByOrder, From: "date_created_gmt"},
		order.Moment{At: moment("", b.DateCreated), Rank: order.ByOrder, From: "date_created"})
}

func (b body) version() int64 {
	if t := moment(b.DateModifiedGMT, b.DateModified); !t.IsZero() {
		return t.UnixMilli()
	}
	return 0
}

// moment reads the date in UTC, or else the shop's own, which is São Paulo's as
// far as anybody can tell. Neither says its zone.
func moment(gmt, local loose.Text) time.Time {
	if t := timeIn(gmt, time.UTC); !t.IsZero() {
		return t
	}
	return timeIn(local, order.SaoPaulo())
}

// timeIn leaves out years that can't be written as JSON in every zone, and those before any
// shop, which are no dates but numbers that are taken for some.
func timeIn(text loose.Text, zone *time.Location) time.Time {
	for _, layout := range []string{"2006-01-02T15:04:05", time.RFC3339, time.DateTime} {
		if t, err := time.ParseInLocation(layout, string(text), zone); err == nil && t.Year() >= 2000 && t.Year() <= 9000 {
			return t
		}
	}
	return time.Time{}
}
