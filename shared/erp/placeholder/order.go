package placeholder

import "github.com/carimbo/carimbo/shared/order"

// OfOrder and OfLine are the names that fields of a whole document and those of one
// line may hold.
var (
	OfOrder = []string{"order.number", "order.id", "order.total", "customer.name", "customer.email", "customer.phone", "connection"}
	OfLine  = append([]string{"line.name", "line.sku"}, OfOrder...)
) // never written to

// OrderValues are the values of OfOrder's names.
func OrderValues(o order.Order, connection string) map[string]string {
	return map[string]string{
		"order.number":   o.Number,
		"order.id":       o.ID,
		"order.total":    o.Total.String(),
		"customer.name":  o.Customer.Name,
		"customer.email": o.Customer.Emails(),
		"customer.phone": o.Customer.Phone,
		"connection":     connection,
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
