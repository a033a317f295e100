package omie

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/placeholder"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/order"
)

// orderPlaceholders are known in os; services know linePlaceholders.
var (
	orderPlaceholders = []string{"order.number", "order.id", "order.total", "customer.name", "customer.email", "customer.phone", "connection"}
	linePlaceholders  = append([]string{"line.name", "line.sku"}, orderPlaceholders...)
)

// orderTotal as the whole of a nValor is the order's total as a number: the share
// of a single department or instalment.
const orderTotal = "{order.total}"

func orderValues(o order.Order, ref erp.Reference) map[string]string {
	return map[string]string{
		"order.number":   o.Number,
		"order.id":       o.ID,
		"order.total":    o.Total.String(),
		"customer.name":  o.Customer.Name,
		"customer.email": o.Customer.Email,
		"customer.phone": o.Customer.Phone,
		"connection":     ref.Orig,
	}
}

func lineValues(o order.Order, ref erp.Reference, l order.Line) map[string]string {
	values := orderValues(o, ref)
	values["line.name"] = l.Name
	values["line.sku"] = ""
	if len(l.SKUs) > 0 {
		values["line.sku"] = l.SKUs[0]
	}
	return values
}

// expansion makes configured fields into those of one order. It copies: the
// configuration is every order's.
type expansion struct {
	values map[string]string
	total  order.Money
	day    time.Time
}

func (e expansion) object(configured map[string]any) (map[string]any, error) {
	expanded := make(map[string]any, len(configured))
	for key, v := range configured {
		value, err := e.value(key, v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		// A key whose value this order doesn't have isn't sent.
		if value != nil {
			expanded[key] = value
		}
	}
	return expanded, nil
}

func (e expansion) value(key string, v any) (any, error) {
	switch v := v.(type) {
	case map[string]any:
		expanded, err := e.object(v)
		if err != nil || len(expanded) == 0 && len(v) > 0 {
			return nil, err
		}
		return expanded, nil
	case []any:
		list := make([]any, len(v))
		for i, element := range v {
			value, err := e.value(key, element)
			if err != nil {
				return nil, err
			}
			list[i] = value
		}
		return list, nil
	case string:
		return e.text(key, v)
	}
	return v, nil
}

func (e expansion) text(key, text string) (any, error) {
	if key == "nValor" && text == orderTotal {
		return json.Number(e.total.Number()), nil
	}
	if ahead := daysAhead.FindStringSubmatch(text); ahead != nil && strings.HasPrefix(key, "dD") {
		return e.later(ahead[1])
	}
	expanded, err := placeholder.Expand(text, e.values)
	if err != nil {
		return nil, err
	}
	if expanded = wire.Text(expanded); expanded == "" && text != "" {
		return nil, nil
	}
	return expanded, nil
}

// later is the order's day plus so many; nothing for an order without a date.
func (e expansion) later(days string) (any, error) {
	n, err := strconv.Atoi(days)
	if err != nil {
		return nil, err
	}
	if e.day.IsZero() {
		return nil, nil
	}
	return e.day.AddDate(0, 0, n).Format(dateLayout), nil
}
