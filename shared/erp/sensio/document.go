package sensio

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/placeholder"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/order"
)

// Document maps the order to a sale. See erp.Client.
//
// OrderNumber and CustomerID of the document stay empty: nothing is published
// about what a list of sales shows, so neither can prove anything (rule 7). The
// sale itself has both.
func (c *Client) Document(o order.Order, ref erp.Reference) (erp.Document, error) {
	if err := representable(o, ref); err != nil {
		return erp.Document{}, err
	}
	knowable := c.knowable
	if c.fixedCustomer() != "" {
		knowable = order.Customer.CheckTaxID
	}
	if err := knowable(o.Customer); err != nil {
		return erp.Document{}, err
	}
	sale, err := c.sale(o, ref)
	if err != nil {
		return erp.Document{}, err
	}
	if p := sale.problems(); len(p) > 0 {
		return erp.Document{}, order.Reject(order.Preflight, "%s of the sale %s: correct erps.%s.sale in connections.yaml", p[0].Path, p[0].Message, c.account)
	}
	total, err := sale.sum()
	if err != nil {
		return erp.Document{}, order.Reject(order.TotalReason, "the sale doesn't come to the %s that were paid: %v", o.Total, err)
	}
	return erp.Document{Reference: ref, Total: total, Customer: o.Customer, Record: c.record(o, ref), Body: sale, Order: o, Facts: facts(o)}, nil
}

// representable tells whether a sale can say what the order says.
func representable(o order.Order, ref erp.Reference) error {
	switch {
	case ref.Orig == "" || ref.OrigID == "":
		return order.Reject(order.Preflight, "the order has no id of its own to be recognized by: enter it in Sensio by hand")
	case len(o.Lines) == 0:
		return order.Reject(order.TotalReason, "the order has no lines; the total paid is %s", o.Total)
	}
	for i, l := range o.Lines {
		if err := l.Check(i + 1); err != nil {
			return err
		}
		if !l.Quantity.IsWhole() {
			return order.Reject(order.QuantityReason, "line %d: quantity %s is not whole, and Sensio takes whole quantities only: enter the order in Sensio by hand", i+1, l.Quantity)
		}
	}
	if err := o.CheckSigns(); err != nil {
		return err
	}
	if sum, ok := o.AddsUp(); !ok {
		return order.Reject(order.TotalReason, "the parts of the order add up to %s, but %s was paid", sum, o.Total)
	}
	return nil
}

// sale is what is configured, and what the order or a default says.
func (c *Client) sale(o order.Order, ref erp.Reference) (Sale, error) {
	var s Sale
	if err := expand(saleFor(c.config.Sale, o), placeholder.OrderValues(o, ref.Orig), &s); err != nil {
		return Sale{}, order.Reject(order.Mapping, "erps.%s.sale in connections.yaml: %v", c.account, err)
	}
	setDefault(&s.Type, typeSale)
	setDefault(&s.Status, defaultStatus)
	s.pruned()
	s.Orig, s.OrigID = ref.Orig, ref.OrigID
	setDefault(&s.OrigStatus, wire.Text(o.Status))
	setDefault(&s.OrigPaymentMethod, wire.Text(namesOf(o.Payments)))
	s.Customer = wire.Text(o.Customer.Name)
	if o.Customer.TaxID == "" {
		setDefault(&s.CustomerID, c.config.Customer.Default)
	}
	if day := dayOf(o); !day.IsZero() {
		s.DateSold = day.Format(time.DateOnly)
	}
	var err error
	said := rounded(o)
	if s.SaleLines, err = c.lines(said, ref); err != nil {
		return Sale{}, err
	}
	s.priced(said)
	s.commissions(o.Total)
	err = s.pay(o)
	s.acquirerFees(c.config.Sale["payments"])
	return s, err
}

// fixedCustomer is the customerId of every sale; empty where each has its own.
func (c *Client) fixedCustomer() string {
	id, _ := c.config.Sale["customerId"].(string)
	return id
}

func setDefault(field *string, value string) {
	if *field == "" {
		*field = value
	}
}

// dayOf is the order's day in São Paulo, or zero.
func dayOf(o order.Order) time.Time {
	at := o.PaidAt
	if at.IsZero() {
		at = o.PlacedAt
	}
	return dayAt(at)
}

func dayAt(at time.Time) time.Time {
	if at.IsZero() {
		return at
	}
	return at.In(order.SaoPaulo())
}

// pricePlaces is how many decimals a price surely takes.
const pricePlaces = 2

// rounded is the order as a sale says it. A saleLine has no discount of its own: where the
// line's divides over its pieces to the cent, it is in the price; else the store's price
// stays, and the discount goes to the sale's.
func rounded(o order.Order) order.Order {
	lines := make([]order.Line, len(o.Lines))
	for i, l := range o.Lines {
		if price := l.Total().PerPiece(l.Quantity); price.Equal(price.Round()) {
			l.UnitPrice, l.Discount = price, order.Money{}
		}
		lines[i] = l
	}
	o.Lines = lines
	return o.Rounded(pricePlaces)
}

// priced fills in the amounts: Sensio's one field that takes something off has all
// discounts.
func (s *Sale) priced(o order.Order) {
	var goods order.Money
	discount := o.Discount
	for _, l := range o.Lines {
		goods = goods.Add(l.UnitPrice.Times(l.Quantity))
		discount = discount.Add(l.Discount)
	}
	s.Total = number(goods)
	s.OtherExpenses = number(o.Fees.Add(o.Tax))
	s.TransportFee = number(o.Freight)
	s.Discount = number(discount)
	asked := s.DiscountType
	s.DiscountType, s.DiscountPercentage = inReais, "0"
	if asked == inPercent {
		s.inPercent(goods, discount)
	}
	s.NetTotal = number(o.Total)
}

// lines are the saleLines.
func (c *Client) lines(o order.Order, ref erp.Reference) ([]SaleLine, error) {
	skus, err := wire.Mapped(c.config.Items, "erps."+c.account+".items", o.Lines)
	if err != nil {
		return nil, err
	}
	lines := make([]SaleLine, len(o.Lines))
	for i, l := range o.Lines {
		sku := skus[i]
		if err := expand(c.config.Items[sku], placeholder.LineValues(o, ref.Orig, l), &lines[i]); err != nil {
			return nil, order.Reject(order.Mapping, "erps.%s.items.%s in connections.yaml: %v", c.account, sku, err)
		}
		if lines[i].ProductID == "" {
			return nil, order.Reject(order.Mapping, "line %d: erps.%s.items.%s.productId in connections.yaml comes to nothing for this order: write Sensio's id of the item there", i+1, c.account, sku)
		}
		lines[i].Qty = json.Number(l.Quantity.String())
		lines[i].Price = number(l.UnitPrice)
	}
	return lines, nil
}

// Request is the exact body of POST /sales: what Create sends, and what a preview
// shows. There is no secret in it.
func Request(doc erp.Document) ([]byte, error) {
	sale, ok := doc.Body.(Sale)
	if !ok {
		return nil, fmt.Errorf("write sensio request: the document is no sale")
	}
	body, err := inJSON(sale)
	if err != nil {
		return nil, fmt.Errorf("write sensio request: %w", err)
	}
	return body, nil
}
