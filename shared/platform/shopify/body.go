package shopify

import (
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"time"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
)

// body is what is read of an order, in Shopify's own words.
type body struct {
	ID          platform.Text `json:"id"`
	OrderID     platform.Text `json:"order_id"` // of a refund or a fulfillment
	Name        platform.Text `json:"name"`
	OrderNumber platform.Text `json:"order_number"`
	Test        bool          `json:"test"`

	FinancialStatus platform.Word `json:"financial_status"`
	CancelledAt     platform.Text `json:"cancelled_at"`
	CreatedAt       platform.Text `json:"created_at"`
	ProcessedAt     platform.Text `json:"processed_at"`
	UpdatedAt       platform.Text `json:"updated_at"`

	Currency                       platform.Text `json:"currency"`
	TaxesIncluded                  bool          `json:"taxes_included"`
	DutiesIncluded                 bool          `json:"duties_included"`
	TotalPrice                     platform.Text `json:"total_price"`
	TotalPriceSet                  priceSet      `json:"total_price_set"`
	CurrentTotalPrice              platform.Text `json:"current_total_price"`
	CurrentTotalPriceSet           priceSet      `json:"current_total_price_set"`
	TotalTax                       platform.Text `json:"total_tax"`
	TotalTaxSet                    priceSet      `json:"total_tax_set"`
	TotalTipReceived               platform.Text `json:"total_tip_received"`
	OriginalTotalDutiesSet         priceSet      `json:"original_total_duties_set"`
	OriginalTotalAdditionalFeesSet priceSet      `json:"original_total_additional_fees_set"`

	LineItems     []lineItem     `json:"line_items"`
	ShippingLines []shippingLine `json:"shipping_lines"`
	Refunds       []refund       `json:"refunds"`

	PaymentGatewayNames []platform.Text `json:"payment_gateway_names"`
	NoteAttributes      []attribute     `json:"note_attributes"`
	Email               platform.Text   `json:"email"`
	ContactEmail        platform.Text   `json:"contact_email"`
	Phone               platform.Text   `json:"phone"`
	BillingAddress      address         `json:"billing_address"`
	ShippingAddress     address         `json:"shipping_address"`
	Customer            customer        `json:"customer"`

	// LocalizedFields is what Fetch adds, in the words of GraphQL.
	LocalizedFields fields `json:"localizedFields"`
}

// priceSet has an amount in the shop's currency; the buyer's own isn't read.
type priceSet struct {
	ShopMoney struct {
		Amount       platform.Text `json:"amount"`
		CurrencyCode platform.Text `json:"currency_code"`
	} `json:"shop_money"`
}

// or is the amount, or the one that stands beside the set.
func (s priceSet) or(plain platform.Text) platform.Text {
	if s.ShopMoney.Amount != "" {
		return s.ShopMoney.Amount
	}
	return plain
}

type lineItem struct {
	ID                  platform.Text `json:"id"`
	Name                platform.Text `json:"name"`
	Title               platform.Text `json:"title"`
	SKU                 platform.Text `json:"sku"`
	VariantID           platform.Text `json:"variant_id"`
	Quantity            platform.Text `json:"quantity"`
	Price               platform.Text `json:"price"`
	PriceSet            priceSet      `json:"price_set"`
	TotalDiscount       platform.Text `json:"total_discount"`
	TotalDiscountSet    priceSet      `json:"total_discount_set"`
	DiscountAllocations []allocation  `json:"discount_allocations"`
	// TipPaymentGateway is there, if only as null, on the line of a tip alone.
	TipPaymentGateway json.RawMessage `json:"tip_payment_gateway"`
}

type shippingLine struct {
	Price               platform.Text `json:"price"`
	PriceSet            priceSet      `json:"price_set"`
	DiscountedPrice     platform.Text `json:"discounted_price"`
	DiscountedPriceSet  priceSet      `json:"discounted_price_set"`
	DiscountAllocations []allocation  `json:"discount_allocations"`
	IsRemoved           bool          `json:"is_removed"`
}

type allocation struct {
	Amount    platform.Text `json:"amount"`
	AmountSet priceSet      `json:"amount_set"`
}

type refund struct {
	RefundLineItems []struct {
		LineItemID  platform.Text `json:"line_item_id"`
		Quantity    platform.Text `json:"quantity"`
		Subtotal    platform.Text `json:"subtotal"`
		SubtotalSet priceSet      `json:"subtotal_set"`
		TotalTax    platform.Text `json:"total_tax"`
		TotalTaxSet priceSet      `json:"total_tax_set"`
	} `json:"refund_line_items"`
	Transactions []struct {
		Status platform.Text `json:"status"`
	} `json:"transactions"`
}

// gaveBack tells whether money went back, or is on its way.
func (r refund) gaveBack() bool {
	for _, t := range r.Transactions {
		if t.Status != "failure" && t.Status != "error" {
			return true
		}
	}
	return false
}

type attribute struct {
	Name  platform.Text `json:"name"`
	Value platform.Text `json:"value"`
}

type address struct {
	FirstName    platform.Text `json:"first_name"`
	LastName     platform.Text `json:"last_name"`
	Name         platform.Text `json:"name"`
	Company      platform.Text `json:"company"`
	Address1     platform.Text `json:"address1"`
	Address2     platform.Text `json:"address2"`
	City         platform.Text `json:"city"`
	Zip          platform.Text `json:"zip"`
	Province     platform.Text `json:"province"`
	ProvinceCode platform.Text `json:"province_code"`
	CountryCode  platform.Text `json:"country_code"`
	Phone        platform.Text `json:"phone"`
}

type customer struct {
	FirstName      platform.Text `json:"first_name"`
	LastName       platform.Text `json:"last_name"`
	Email          platform.Text `json:"email"`
	Phone          platform.Text `json:"phone"`
	DefaultAddress address       `json:"default_address"`
}

// fields is a connection of GraphQL.
type fields struct {
	Edges []struct {
		Node struct {
			Key   platform.Text `json:"key"`
			Value platform.Text `json:"value"`
		} `json:"node"`
	} `json:"edges"`
}

// decode takes an order as the REST API answers it, inside "order", as well.
func decode(text []byte) (body, error) {
	var b struct {
		body
		Order *body `json:"order"`
	}
	if err := platform.Decode(text, &b); err != nil {
		return body{}, err
	}
	if b.ID == "" && b.Order != nil {
		b.Order.LocalizedFields = b.LocalizedFields
		return *b.Order, nil
	}
	return b.body, nil
}

var orderID = regexp.MustCompile(`^[0-9]{1,20}$`)

func (b body) checkID() error {
	if !orderID.MatchString(string(b.ID)) {
		return errors.New("id is missing or no number")
	}
	return nil
}

// number is what the merchant sees: "#1001".
func (b body) number() string { return string(platform.First(b.Name, b.OrderNumber, b.ID)) }

const (
	ordersPaid      = "orders/paid"
	ordersUpdated   = "orders/updated"
	ordersCancelled = "orders/cancelled"
)

// ofOrders tells the topics whose body is an order; no topic leaves it to the body.
func ofOrders(topic string) bool {
	return slices.Contains([]string{"", "orders/create", ordersUpdated, ordersPaid, ordersCancelled,
		"orders/fulfilled", "orders/partially_fulfilled"}, topic)
}

// isOrder tells an order by its fields. What has the id of an order beside its own
// is a part of one: a refund, a fulfillment.
func (b body) isOrder(text []byte) bool {
	return b.checkID() == nil && b.OrderID == "" && (len(b.LineItems) > 0 || b.TotalPriceSet.or(b.TotalPrice) != "" ||
		platform.Gives(text, "line_items", "total_price", "total_price_set"))
}

func (b body) hasStatus() bool { return b.CancelledAt != "" || b.FinancialStatus != "" }

func (b body) status() platform.Status {
	switch {
	case b.CancelledAt != "", b.FinancialStatus == "refunded":
		return platform.Reversed
	case b.FinancialStatus == "paid", b.FinancialStatus == "partially_refunded":
		return platform.Paid
	}
	return platform.Neither
}

// imported is how much earlier than it was entered an order must have been placed
// to have come from elsewhere.
const imported = time.Hour

// paid is when the order was modified as the notice of its payment tells it; else when
// it was placed. An order that came from elsewhere was paid there.
func (b body) paid(topic string) order.Moment {
	placed, entered, updated := moment(b.ProcessedAt), moment(b.CreatedAt), moment(b.UpdatedAt)
	if placed.IsZero() {
		placed = entered
	}
	if topic == ordersPaid && !placed.IsZero() && updated.After(placed) && entered.Sub(placed) <= imported {
		return order.Moment{At: updated, Rank: order.ByNotice}
	}
	return order.BestOf(order.Moment{At: placed, Rank: order.ByOrder}, order.Moment{At: updated, Rank: order.ByOrder})
}

// placedAt is when the customer ordered.
func (b body) placedAt() time.Time {
	if t := moment(b.ProcessedAt); !t.IsZero() {
		return t
	}
	return moment(b.CreatedAt)
}

func (b body) version() int64 {
	if t := moment(b.UpdatedAt); !t.IsZero() {
		return t.UnixMilli()
	}
	return 0
}

// moment leaves out years that can't be written as JSON in every zone.
func moment(text platform.Text) time.Time {
	t, err := time.Parse(time.RFC3339, string(text))
	if err != nil || t.Year() < 1971 || t.Year() > 9000 {
		return time.Time{}
	}
	return t
}
