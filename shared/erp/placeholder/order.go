package placeholder

import (
	"slices"

	"github.com/carimbo/carimbo/shared/order"
)

// OfOrder and OfLine are the names that fields of a whole document and those of one
// line may hold.
var (
	OfOrder = []string{"order.number", "order.id", "order.total",
		"customer.name", "customer.company", "customer.tax_id", "customer.email", "customer.phone",
		"address.street", "address.number", "address.complement", "address.district", "address.city", "address.state", "address.postal_code", "address.country",
		"payment.method", "payment.reference", "connection"}
	OfLine = append([]string{"line.name", "line.sku"}, OfOrder...)
) // never written to

// OrderValues are the values of OfOrder's names. The payment is the largest one, its
// method in the order's own word; the company is the buyer's name where they are one.
func OrderValues(o order.Order, connection string) map[string]string {
	c, paid := o.Customer, order.Largest(o.Payments)
	a, company := c.Address, ""
	if c.TaxID != "" && !c.TaxID.IsCPF() {
		company = c.Name
	}
	return map[string]string{
		"order.number":        o.Number,
		"order.id":            o.ID,
		"order.total":         o.Total.String(),
		"customer.name":       c.Name,
		"customer.company":    company,
		"customer.tax_id":     string(c.TaxID),
		"customer.email":      c.Emails(),
		"customer.phone":      c.Phone,
		"address.street":      a.Street,
		"address.number":      a.Number,
		"address.complement":  a.Complement,
		"address.district":    a.District,
		"address.city":        a.City,
		"address.state":       a.State,
		"address.postal_code": a.PostalCode,
		"address.country":     a.Country,
		"payment.method":      string(paid.Method),
		"payment.reference":   paid.Reference,
		"connection":          connection,
	}
}

// LineValues are the values of OfLine's names.
func LineValues(o order.Order, connection string, l order.Line) map[string]string {
	values := OrderValues(o, connection)
	values["line.name"] = l.Name
	values["line.sku"] = ""
	if len(l.SKUs) > 0 {
		values["line.sku"] = l.SKUs[0]
	}
	return values
}

// Empty tells whether a text has placeholders, and none of them a value.
func Empty(text string, values map[string]string) bool {
	names, err := Names(text)
	return err == nil && len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool { return values[name] != "" })
}
