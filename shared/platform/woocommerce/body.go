package woocommerce

import (
	"errors"
	"regexp"
	"time"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
)

// body is what is read of an order, in WooCommerce's own words.
type body struct {
	ID                 platform.Text `json:"id"`
	Number             platform.Text `json:"number"`
	Status             platform.Word `json:"status"`
	Currency           platform.Text `json:"currency"`
	DateCreated        platform.Text `json:"date_created"`
	DateCreatedGMT     platform.Text `json:"date_created_gmt"`
	DateModified       platform.Text `json:"date_modified"`
	DateModifiedGMT    platform.Text `json:"date_modified_gmt"`
	DatePaid           platform.Text `json:"date_paid"`
	DatePaidGMT        platform.Text `json:"date_paid_gmt"`
	Total              platform.Text `json:"total"`
	TotalTax           platform.Text `json:"total_tax"`
	PaymentMethod      platform.Text `json:"payment_method"`
	PaymentMethodTitle platform.Text `json:"payment_method_title"`
	TransactionID      platform.Text `json:"transaction_id"`
	Billing            billing       `json:"billing"`
	MetaData           []meta        `json:"meta_data"`
	LineItems          []lineItem    `json:"line_items"`
	ShippingLines      []charge      `json:"shipping_lines"`
	FeeLines           []charge      `json:"fee_lines"`
}

// billing has the fields of "Brazilian Market on WooCommerce" after the core's.
type billing struct {
	FirstName platform.Text `json:"first_name"`
	LastName  platform.Text `json:"last_name"`
	Company   platform.Text `json:"company"`
	Address1  platform.Text `json:"address_1"`
	Address2  platform.Text `json:"address_2"`
	City      platform.Text `json:"city"`
	State     platform.Text `json:"state"`
	Postcode  platform.Text `json:"postcode"`
	Country   platform.Text `json:"country"`
	Email     platform.Text `json:"email"`
	Phone     platform.Text `json:"phone"`

	CPF          platform.Text `json:"cpf"`
	CNPJ         platform.Text `json:"cnpj"`
	PersonType   platform.Text `json:"persontype"`
	Number       platform.Text `json:"number"`
	Neighborhood platform.Text `json:"neighborhood"`
	Cellphone    platform.Text `json:"cellphone"`
}

type meta struct {
	Key   platform.Text `json:"key"`
	Value platform.Text `json:"value"`
}

type lineItem struct {
	Name        platform.Text `json:"name"`
	ProductID   platform.Text `json:"product_id"`
	VariationID platform.Text `json:"variation_id"`
	SKU         platform.Text `json:"sku"`
	Quantity    platform.Text `json:"quantity"`
	Price       platform.Text `json:"price"`
	Subtotal    platform.Text `json:"subtotal"`
	Total       platform.Text `json:"total"`
}

// charge is a line of shipping or a fee.
type charge struct {
	Total platform.Text `json:"total"`
}

func decode(text []byte) (body, error) {
	var b body
	err := platform.Decode(text, &b)
	return b, err
}

var orderID = regexp.MustCompile(`^[0-9]{1,20}$`)

func (b body) checkID() error {
	if !orderID.MatchString(string(b.ID)) {
		return errors.New("id is missing or no number")
	}
	return nil
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
	return b.checkID() == nil && (len(b.LineItems) > 0 || b.Total != "" || platform.Gives(text, "line_items", "total"))
}

func (b body) status() platform.Status {
	switch b.Status {
	case "processing", "completed":
		if !b.datePaid().IsZero() {
			return platform.Paid
		}
	case "cancelled":
		if !b.datePaid().IsZero() {
			return platform.Reversed
		}
	case "refunded":
		return platform.Reversed
	}
	return platform.Neither
}

func (b body) datePaid() time.Time { return moment(b.DatePaidGMT, b.DatePaid) }

func (b body) dateCreated() time.Time { return moment(b.DateCreatedGMT, b.DateCreated) }

// paid falls back to the day of the order, so that the refund of an old one is dated
// as well.
func (b body) paid() order.Moment {
	return order.BestOf(order.Moment{At: b.datePaid(), Rank: order.ByPayment}, order.Moment{At: b.dateCreated(), Rank: order.ByOrder})
}

func (b body) version() int64 {
	if t := moment(b.DateModifiedGMT, b.DateModified); !t.IsZero() {
		return t.UnixMilli()
	}
	return 0
}

// moment reads the date in UTC, or else the shop's own, which is São Paulo's as
// far as anybody can tell. Neither says its zone.
func moment(gmt, local platform.Text) time.Time {
	if t := timeIn(gmt, time.UTC); !t.IsZero() {
		return t
	}
	return timeIn(local, order.SaoPaulo())
}

// timeIn leaves out years that can't be written as JSON in every zone.
func timeIn(text platform.Text, zone *time.Location) time.Time {
	for _, layout := range []string{"2006-01-02T15:04:05", time.RFC3339, time.DateTime} {
		if t, err := time.ParseInLocation(layout, string(text), zone); err == nil && t.Year() >= 1970 && t.Year() <= 9000 {
			return t
		}
	}
	return time.Time{}
}
