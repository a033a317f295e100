package omie

import (
	"encoding/json"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/placeholder"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// Place says where a part of an order goes that an OS has no field for: freight, fees or
// tax. One of its fields is set, or none where the account says nothing.
type Place struct {
	// Service are fields of ServicosPrestados: the part is a line of its own.
	Service map[string]any `json:"service"`
	// Expense are fields of despesaReembolsavel, and cCodCategReemb of all of them.
	Expense map[string]any `json:"expense"`
	// Spread: the part is in the prices of what was bought.
	Spread bool `json:"-"`
}

// spread is the one word for a place.
const spread = "spread"

// UnmarshalJSON takes the word too.
func (p *Place) UnmarshalJSON(b []byte) error {
	var word string
	if json.Unmarshal(b, &word) == nil {
		*p = Place{Spread: word == spread}
		return nil
	}
	type plain Place
	return wire.Decode(b, (*plain)(p))
}

func (p Place) none() bool { return p.Service == nil && p.Expense == nil && !p.Spread }

// parts are those of the order that have a place of their own, by their names in the
// account, with what an expense for them is called.
func (c Config) parts(o *order.Order) []part {
	return []part{
		{"freight", words.Say("freight"), "Frete", c.Freight, &o.Freight},
		{"fees", words.Say("fees"), "Taxas", c.Fees, &o.Fees},
		{"tax", words.Say("tax"), "Impostos", c.Tax, &o.Tax},
	}
}

type part struct {
	name   string
	said   words.Text
	called string
	place  Place
	amount *order.Money
}

// beside is a part that is said beside what was bought, and what of it is taken off.
type beside struct {
	part
	off order.Money
}

// arranged is the order as its document says it, see order.Rounded, and what stands beside
// its lines. A discount is taken off what was bought, as far as there is enough of that. The
// account's places are an OS's: a pedido has fields for the parts.
func (c *Client) arranged(o order.Order, hasFields bool) (order.Order, []beside, error) {
	var more order.Money
	for _, p := range c.config.parts(&o) {
		switch {
		case p.amount.IsZero(), hasFields:
		case p.place.none():
			return o, nil, c.homeless(o, p)
		case p.place.Spread:
			more = more.Add(*p.amount)
			*p.amount = order.Money{}
		}
	}
	said := o.Spread(more).Rounded(pricePlaces)
	var all []beside
	left := said.Discount
	for _, p := range c.config.parts(&said) {
		if p.amount.IsZero() {
			continue
		}
		off := left
		if off.Cmp(*p.amount) > 0 {
			off = *p.amount
		}
		left = left.Sub(off)
		all = append(all, beside{p, off})
	}
	return said, all, nil
}

// homeless is the rejection of an order with a part for which the account has no place.
func (c *Client) homeless(o order.Order, p part) error {
	return order.Reject(order.TotalReason, "the order has %s of %s, for which an OS has no field: the OS would come to %s, but %s was paid; set erps.%s.%s in connections.yaml to { service: ... } for a line of its own, { expense: ... } for despesasReembolsaveis, or spread for the prices of the lines",
		p.said, *p.amount, o.Goods().Sub(o.Discount).Round(), o.Total, c.account, p.name)
}

// addParts puts the lines into the OS, and the parts beside them.
func (c *Client) addParts(os OS, lines []any, parts []beside, o order.Order, ref erp.Reference) error {
	expenses := map[string]any{}
	var list []any
	e := expansionOf(placeholder.OrderValues(o, ref.Orig), o)
	for _, p := range parts {
		if p.place.Service != nil {
			fields, err := c.fill(p.name+".service", p.place.Service, e)
			if err != nil {
				return err
			}
			if !identified(fields) {
				return order.Reject(order.Mapping, "erps.%s.%s.service in connections.yaml names no service for this order: set its cDescServ", c.account, p.name)
			}
			os.use(fields, order.Pieces(1))
			lines = append(lines, priced(asked(fields, askedCode, "nCodServico"), order.Line{Quantity: order.Pieces(1), UnitPrice: *p.amount, Discount: p.off}))
			continue
		}
		fields, err := c.fill(p.name+".expense", p.place.Expense, e)
		if err != nil {
			return err
		}
		if category := fields["cCodCategReemb"]; category != nil {
			expenses["cCodCategReemb"] = category
			delete(fields, "cCodCategReemb")
		}
		if expense := p.expense(fields, o); expense != nil {
			list = append(list, expense)
		}
	}
	if len(lines) > maxLines {
		return tooManyLines(len(lines))
	}
	os["ServicosPrestados"] = lines
	if len(list) > 0 {
		expenses["despesaReembolsavel"] = list
		os["despesasReembolsaveis"] = expenses
	}
	return nil
}

// expense is the part as an expense; nil where all of it is taken off.
func (p beside) expense(fields map[string]any, o order.Order) any {
	amount := p.amount.Sub(p.off)
	if amount.IsZero() {
		return nil
	}
	setDefault(fields, "cDescReemb", p.called)
	if at := day(o); !at.IsZero() {
		setDefault(fields, "dDataReemb", at.Format(dateLayout))
	}
	fields["nValorReemb"] = json.Number(amount.Number())
	return fields
}
