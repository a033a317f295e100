package omie

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp/placeholder"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/order"
)

// orderTotal as the whole of a nValor is the order's total as a number: the share
// of a single department or instalment.
const orderTotal = "{order.total}"

// expansion makes configured fields into those of one order.
type expansion struct {
	values map[string]string
	total  order.Money
	day    time.Time
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
	// A key whose value this order doesn't have isn't sent.
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
