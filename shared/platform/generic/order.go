package generic

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/words"
)

// paid is the body of an order.paid. Amounts stay raw until their field can be
// named in what is said about them.
type paid struct {
	Order struct {
		ID       loose.Text      `json:"id"`
		Number   loose.Text      `json:"number"`
		Status   loose.Text      `json:"status"`
		Test     bool            `json:"test"`
		Currency loose.Text      `json:"currency"`
		PlacedAt loose.Text      `json:"placed_at"`
		PaidAt   loose.Text      `json:"paid_at"`
		Customer customer        `json:"customer"`
		Lines    []line          `json:"lines"`
		Payments []payment       `json:"payments"`
		Discount json.RawMessage `json:"discount"`
		Freight  json.RawMessage `json:"freight"`
		Fees     json.RawMessage `json:"fees"`
		Tax      json.RawMessage `json:"tax"`
		Total    json.RawMessage `json:"total"`
	} `json:"order"`
}

type customer struct {
	Name    loose.Text `json:"name"`
	Email   loose.Text `json:"email"`
	Phone   loose.Text `json:"phone"`
	TaxID   loose.Text `json:"tax_id"`
	Address struct {
		Street     loose.Text `json:"street"`
		Number     loose.Text `json:"number"`
		Complement loose.Text `json:"complement"`
		District   loose.Text `json:"district"`
		City       loose.Text `json:"city"`
		State      loose.Text `json:"state"`
		PostalCode loose.Text `json:"postal_code"`
		Country    loose.Text `json:"country"`
	} `json:"address"`
}

type line struct {
	SKU       loose.Text      `json:"sku"`
	SKUs      []loose.Text    `json:"skus"`
	Name      loose.Text      `json:"name"`
	Quantity  json.RawMessage `json:"quantity"`
	UnitPrice json.RawMessage `json:"unit_price"`
	Discount  json.RawMessage `json:"discount"`
}

type payment struct {
	Method       loose.Text      `json:"method"`
	Name         loose.Text      `json:"name"`
	Amount       json.RawMessage `json:"amount"`
	Installments int             `json:"installments"`
	PaidAt       loose.Text      `json:"paid_at"`
	Reference    loose.Text      `json:"reference"`
}

// Order decodes the body of an order.paid.
func (Platform) Order(p platform.Payload, s platform.Settings) (order.Order, error) {
	var body paid
	if err := platform.Unmarshal(p.Body, &body); err != nil {
		return order.Order{}, misfit(err)
	}
	in, r := body.Order, &reader{}
	if err := checkID(in.ID); err != nil {
		return order.Order{}, order.Reject(order.NotUnderstood, "%s: send the order again with an id", err)
	}
	o := order.Order{
		ID:       string(in.ID),
		Number:   number(in.Number, in.ID),
		Status:   string(in.Status),
		Currency: strings.ToUpper(string(in.Currency)),
		PlacedAt: r.time("order.placed_at", in.PlacedAt),
		PaidAt:   r.time("order.paid_at", in.PaidAt),
		Lines:    r.lines(in.Lines),
		Payments: r.payments(in.Payments),
		Discount: r.money("order.discount", in.Discount),
		Freight:  r.money("order.freight", in.Freight),
		Fees:     r.money("order.fees", in.Fees),
		Tax:      r.money("order.tax", in.Tax),
		Total:    r.money("order.total", in.Total),
	}
	best := order.BestOf(order.Moment{At: o.PaidAt, Rank: order.ByPayment, From: "order.paid_at"},
		order.Moment{At: o.PlacedAt, Rank: order.ByOrder, From: "order.placed_at"})
	o.PaidAt, o.PaidRank = best.At, best.Rank
	o.Customer, o.Origins = in.Customer.order(s, p.Body)
	o.Origins.PaidAt = best.From
	if o.PaidAt.IsZero() {
		r.reject("%s is missing: say when the order was paid", "order.paid_at")
	}
	if absent(in.Total) {
		r.reject("%s is missing: say what was paid", "order.total")
	}
	if r.err != nil {
		return order.Order{}, r.err
	}
	if nameAmounts(in.Payments) {
		comparePayments(&o)
	}
	return platform.Finished(o), nil
}

// nameAmounts tells whether there are payments, and each names its amount: else
// they say nothing of the total.
func nameAmounts(payments []payment) bool {
	return len(payments) > 0 && !slices.ContainsFunc(payments, func(p payment) bool { return absent(p.Amount) })
}

// comparePayments holds what the payments say against the total: what comes on top is the
// buyer's interest, which is no part of the sale.
func comparePayments(o *order.Order) {
	var paid order.Money
	for _, p := range o.Payments {
		paid = paid.Add(p.Amount)
	}
	switch above := paid.Sub(o.Total); {
	case len(o.Payments) == 0 || above.IsZero():
	case above.IsNegative():
		o.Compare(words.Plain("order.payments"), paid)
	default:
		o.Origins.Omit(words.Plain("order.payments"), "they are %s above the total: the buyer's interest, which is no part of the sale", above)
	}
}

// misfit names the field whose JSON has another type than the format says.
func misfit(err error) error {
	var e *json.UnmarshalTypeError
	if !errors.As(err, &e) || e.Field == "" {
		return order.Reject(order.NotUnderstood, "%s: send the order again as JSON", platform.ErrNotJSON)
	}
	is, _, _ := strings.Cut(e.Value, " ") // a number's own text follows
	return order.Reject(order.NotUnderstood, "%s must not be a JSON %s: send the order again in the documented form", e.Field, is)
}

// order is the one party of the format. What stands beside tax_id is no part of it, and
// is told where it may be a tax id.
func (c customer) order(s platform.Settings, raw []byte) (order.Customer, order.Origins) {
	return platform.Payer(s, platform.Party{Fields: platform.Aside(raw)}, platform.Party{
		At:     "order.customer",
		Name:   string(c.Name),
		Email:  string(c.Email),
		Phone:  string(c.Phone),
		Fields: append(platform.Fields{{Name: "tax_id", Value: string(c.TaxID)}}, platform.FieldsAt(raw, "order", "customer")...),
		Address: order.Address{
			Street:     string(c.Address.Street),
			Number:     string(c.Address.Number),
			Complement: string(c.Address.Complement),
			District:   string(c.Address.District),
			City:       string(c.Address.City),
			State:      string(c.Address.State),
			PostalCode: string(c.Address.PostalCode),
			Country:    string(c.Address.Country),
		},
	})
}

// reader remembers the first thing that was wrong.
type reader struct{ err error }

func (r *reader) reject(format string, values ...any) {
	if r.err == nil {
		r.err = order.Reject(order.NotUnderstood, "%s, and send the order again", words.Say(format, values...))
	}
}

func (r *reader) lines(in []line) []order.Line {
	var out []order.Line
	for i, l := range in {
		at := fmt.Sprintf("order.lines[%d].", i)
		out = append(out, order.Line{
			SKUs:      l.names(),
			Name:      string(l.Name),
			Quantity:  r.quantity(at+"quantity", l.Quantity),
			UnitPrice: r.money(at+"unit_price", l.UnitPrice),
			Discount:  r.money(at+"discount", l.Discount),
		})
	}
	return out
}

// names are sku and then skus.
func (l line) names() []string {
	var names []string
	for _, sku := range append([]loose.Text{l.SKU}, l.SKUs...) {
		if sku != "" {
			names = append(names, string(sku))
		}
	}
	return names
}

func (r *reader) payments(in []payment) []order.Payment {
	var out []order.Payment
	for i, p := range in {
		at := fmt.Sprintf("order.payments[%d].", i)
		if p.Installments < 0 {
			r.reject("%s is negative: correct it", at+"installments")
		}
		method := order.Method(p.Method)
		if !slices.Contains(order.Methods(), method) {
			method = order.Other
		}
		out = append(out, order.Payment{
			Method:       method,
			Name:         string(p.Name),
			Amount:       r.money(at+"amount", p.Amount),
			Installments: p.Installments,
			PaidAt:       r.time(at+"paid_at", p.PaidAt),
			Reference:    string(p.Reference),
		})
	}
	return out
}

func (r *reader) money(field string, raw json.RawMessage) order.Money {
	var m order.Money
	if !absent(raw) && m.UnmarshalJSON(raw) != nil {
		r.reject(`%s is no amount: write it like 1497.00 or "1497.00"`, field)
	}
	return m.WithoutDust()
}

func (r *reader) quantity(field string, raw json.RawMessage) order.Quantity {
	var q order.Quantity
	if !absent(raw) && q.UnmarshalJSON(raw) != nil {
		r.reject("%s is no number: write it like 1 or 2.5", field)
	}
	return q
}

func absent(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

func (r *reader) time(field string, text loose.Text) time.Time {
	if text == "" {
		return time.Time{}
	}
	t, err := parseTime(text)
	if err != nil {
		r.reject("%s is no time: write it like 2026-11-21T12:00:00-03:00", field)
	}
	return t
}

var errTime = errors.New("not a time of RFC 3339 between 1970 and 9000")

// parseTime leaves out years that can't be written as JSON in every zone.
func parseTime(text loose.Text) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, string(text))
	if err != nil || t.Year() < 1970 || t.Year() > 9000 {
		return time.Time{}, errTime
	}
	return t, nil
}
