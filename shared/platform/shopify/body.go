package shopify

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/platform"
)

// body is what is read of an order, in Shopify's own words.
type body struct {
	ID          loose.Text `json:"id"`
	OrderID     loose.Text `json:"order_id"` // of a refund or a fulfillment
	Name        loose.Text `json:"name"`
	OrderNumber loose.Text `json:"order_number"`
	Test        bool       `json:"test"`

	FinancialStatus loose.Word `json:"financial_status"`
	CancelledAt     loose.Text `json:"cancelled_at"`
	CreatedAt       loose.Text `json:"created_at"`
	ProcessedAt     loose.Text `json:"processed_at"`
	UpdatedAt       loose.Text `json:"updated_at"`

	Currency                       loose.Text `json:"currency"`
	TaxesIncluded                  bool       `json:"taxes_included"`
	DutiesIncluded                 bool       `json:"duties_included"`
	TotalPrice                     loose.Text `json:"total_price"`
	TotalPriceSet                  priceSet   `json:"total_price_set"`
	CurrentTotalPrice              loose.Text `json:"current_total_price"`
	CurrentTotalPriceSet           priceSet   `json:"current_total_price_set"`
	TotalOutstanding               loose.Text `json:"total_outstanding"`
	TotalTax                       loose.Text `json:"total_tax"`
	TotalTaxSet                    priceSet   `json:"total_tax_set"`
	TotalTipReceived               loose.Text `json:"total_tip_received"`
	OriginalTotalDutiesSet         priceSet   `json:"original_total_duties_set"`
	OriginalTotalAdditionalFeesSet priceSet   `json:"original_total_additional_fees_set"`

	LineItems     []lineItem     `json:"line_items"`
	ShippingLines []shippingLine `json:"shipping_lines"`
	Refunds       []refund       `json:"refunds"`
	Fulfillments  []fulfillment  `json:"fulfillments"`

	PaymentGatewayNames []loose.Text    `json:"payment_gateway_names"`
	NoteAttributes      []platform.Meta `json:"note_attributes"`
	Email               loose.Text      `json:"email"`
	ContactEmail        loose.Text      `json:"contact_email"`
	Phone               loose.Text      `json:"phone"`
	BillingAddress      address         `json:"billing_address"`
	ShippingAddress     address         `json:"shipping_address"`
	Customer            customer        `json:"customer"`

	// LocalizedFields is what Fetch adds, in the words of GraphQL.
	LocalizedFields fields `json:"localizedFields"`
	// Transactions are what Fetch adds, too.
	Transactions []transaction `json:"transactions"`
}

// priceSet has an amount in the shop's currency; the buyer's own isn't read.
type priceSet struct {
	ShopMoney struct {
		Amount       loose.Text `json:"amount"`
		CurrencyCode loose.Text `json:"currency_code"`
	} `json:"shop_money"`
}

// or is the amount, or the one that stands beside the set.
func (s priceSet) or(plain loose.Text) loose.Text {
	if s.ShopMoney.Amount != "" {
		return s.ShopMoney.Amount
	}
	return plain
}

type lineItem struct {
	ID                  loose.Text   `json:"id"`
	Name                loose.Text   `json:"name"`
	Title               loose.Text   `json:"title"`
	SKU                 loose.Text   `json:"sku"`
	VariantID           loose.Text   `json:"variant_id"`
	Quantity            loose.Text   `json:"quantity"`
	Price               loose.Text   `json:"price"`
	PriceSet            priceSet     `json:"price_set"`
	TotalDiscount       loose.Text   `json:"total_discount"`
	TotalDiscountSet    priceSet     `json:"total_discount_set"`
	DiscountAllocations []allocation `json:"discount_allocations"`
	GiftCard            bool         `json:"gift_card"`
	// TipPaymentGateway is there, if only as null, on the line of a tip alone.
	TipPaymentGateway json.RawMessage `json:"tip_payment_gateway"`
}

type shippingLine struct {
	ID                  loose.Text   `json:"id"`
	Price               loose.Text   `json:"price"`
	PriceSet            priceSet     `json:"price_set"`
	DiscountedPrice     loose.Text   `json:"discounted_price"`
	DiscountedPriceSet  priceSet     `json:"discounted_price_set"`
	DiscountAllocations []allocation `json:"discount_allocations"`
	IsRemoved           bool         `json:"is_removed"`
}

type allocation struct {
	Amount    loose.Text `json:"amount"`
	AmountSet priceSet   `json:"amount_set"`
}

type fulfillment struct {
	CreatedAt loose.Text `json:"created_at"`
	UpdatedAt loose.Text `json:"updated_at"`
}

type refund struct {
	CreatedAt       loose.Text `json:"created_at"`
	ProcessedAt     loose.Text `json:"processed_at"`
	RefundLineItems []struct {
		LineItemID  loose.Text `json:"line_item_id"`
		Quantity    loose.Text `json:"quantity"`
		Subtotal    loose.Text `json:"subtotal"`
		SubtotalSet priceSet   `json:"subtotal_set"`
		TotalTax    loose.Text `json:"total_tax"`
		TotalTaxSet priceSet   `json:"total_tax_set"`
	} `json:"refund_line_items"`
	// RefundShippingLines are the freight that left the order, by line.
	RefundShippingLines []struct {
		LineID            loose.Text `json:"shipping_line_id"`
		SubtotalAmount    loose.Text `json:"subtotal_amount"`
		SubtotalAmountSet priceSet   `json:"subtotal_amount_set"`
		TaxAmount         loose.Text `json:"tax_amount"`
		TaxAmountSet      priceSet   `json:"tax_amount_set"`
	} `json:"refund_shipping_lines"`
	Transactions []struct {
		Kind     loose.Word `json:"kind"`
		Status   loose.Text `json:"status"`
		Amount   loose.Text `json:"amount"`
		Currency loose.Text `json:"currency"`
	} `json:"transactions"`
}

type address struct {
	FirstName    loose.Text `json:"first_name"`
	LastName     loose.Text `json:"last_name"`
	Name         loose.Text `json:"name"`
	Company      loose.Text `json:"company"`
	Address1     loose.Text `json:"address1"`
	Address2     loose.Text `json:"address2"`
	City         loose.Text `json:"city"`
	Zip          loose.Text `json:"zip"`
	Province     loose.Text `json:"province"`
	ProvinceCode loose.Text `json:"province_code"`
	CountryCode  loose.Text `json:"country_code"`
	Country      loose.Text `json:"country"`
	Phone        loose.Text `json:"phone"`
}

type customer struct {
	FirstName      loose.Text `json:"first_name"`
	LastName       loose.Text `json:"last_name"`
	Email          loose.Text `json:"email"`
	Phone          loose.Text `json:"phone"`
	DefaultAddress address    `json:"default_address"`
}

// fields is a connection of GraphQL.
type fields struct {
	Edges []struct {
		Node struct {
			Key   loose.Text `json:"key"`
			Value loose.Text `json:"value"`
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
		b.Order.LocalizedFields, b.Order.Transactions = b.LocalizedFields, b.Transactions
		return *b.Order, nil
	}
	return b.body, nil
}

// number is what the merchant sees: "#1001".
func (b body) number() string { return string(cmp.Or(b.Name, b.OrderNumber, b.ID)) }

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
	return platform.CheckNumericID(b.ID) == nil && b.OrderID == "" && (len(b.LineItems) > 0 || b.TotalPriceSet.or(b.TotalPrice) != "" ||
		platform.Gives(text, "line_items", "total_price", "total_price_set"))
}

func (b body) hasStatus() bool { return b.CancelledAt != "" || b.FinancialStatus != "" }

func (b body) status() platform.Status {
	switch {
	case b.FinancialStatus == "refunded":
		return platform.Reversed
	case b.CancelledAt != "":
		return b.proof().Cancelled()
	case b.FinancialStatus == "paid", b.FinancialStatus == "partially_refunded":
		return platform.Paid
	}
	return platform.Neither
}

// proof is of money at all. These words of Shopify's say that none came, if none went
// back; partially_paid and the words of tomorrow don't.
func (b body) proof() platform.Proof {
	switch b.FinancialStatus {
	case "pending", "authorized", "voided", "expired":
		if len(b.removals()) == len(b.Refunds) {
			return platform.NeverPaid
		}
	}
	return platform.Untold
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
func moment(text loose.Text) time.Time {
	t, err := time.Parse(time.RFC3339, string(text))
	if err != nil || t.Year() < 1971 || t.Year() > 9000 {
		return time.Time{}
	}
	return t
}
