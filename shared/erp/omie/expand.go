package omie

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/placeholder"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/fold"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// orderTotal as the whole of a nValor is the order's total: the share of a single
// department or instalment, which is derived anyway.
const orderTotal = "{order.total}"

var daysAhead = regexp.MustCompile(`^\+([0-9]{1,3})d$`)

// expansion makes configured fields into those of one order.
type expansion struct {
	values map[string]string
	day    time.Time
	told   *erp.Explanation // of what is cut, if anybody is
}

func expansionOf(values map[string]string, o order.Order) expansion {
	return expansion{values: values, day: day(o)}
}

func (e expansion) text(key, text string) (any, error) {
	if ahead := daysAhead.FindStringSubmatch(text); ahead != nil && dated(key) {
		return e.later(ahead[1])
	}
	// Words around a value that this order doesn't have say nothing: "CPF " on an invoice. In
	// a list of addresses the others stay.
	if !isAddresses(key) && placeholder.Empty(text, e.values) {
		return nil, nil
	}
	expanded, err := placeholder.Expand(text, e.values)
	if err != nil {
		return nil, err
	}
	expanded = wire.Text(expanded)
	switch {
	case isAddresses(key):
		expanded = addresses(expanded)
	case slices.Contains(cities, key):
		if expanded, err = e.city(key, text, expanded); err != nil {
			return nil, err
		}
	}
	if limit, free := freeTexts[key]; free {
		expanded = strings.TrimSpace(e.told.Cut(key, limit, words.Say("the end of what the account says"), expanded))
	}
	// A key whose value this order doesn't have isn't sent.
	if expanded == "" && text != "" {
		return nil, nil
	}
	return expanded, nil
}

// dated tells whether a field is a day.
func dated(key string) bool {
	return strings.HasPrefix(key, "dD") || strings.HasPrefix(key, "data_") || key == "previsao_entrega"
}

// isAddresses tells whether a field is a list of e-mail addresses.
func isAddresses(key string) bool { return key == "cEnviarPara" || key == "utilizar_emails" }

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

// addresses is a list without its empty places, which Omie takes for wrong addresses.
func addresses(list string) string {
	places := strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ';' })
	kept := slices.DeleteFunc(places, func(place string) bool { return strings.TrimSpace(place) == "" })
	if len(kept) == strings.Count(list, ",")+strings.Count(list, ";")+1 {
		return list
	}
	for i := range kept {
		kept[i] = strings.TrimSpace(kept[i])
	}
	return strings.Join(kept, ", ")
}

// cities are the fields that have one: where the service is done, where the goods are
// delivered, and where they are fetched.
var cities = []string{"cCidPrestServ", "cCidadeOd", "cCidadeOdRet"} // never written to

// cityForm is what Omie knows a city by: CIDADE (UF).
var cityForm = regexp.MustCompile(`^[^\s()][^()]* \(([A-Z]{2})\)$`)

func isCity(text string) bool {
	form := cityForm.FindStringSubmatch(text)
	return form != nil && slices.Contains(states, form[1])
}

// city is the city in Omie's form, in plain capitals; empty where the order has none of the
// values: Omie then takes the company's, or the customer's. The tax or the goods go to the
// city, so half of one is refused.
func (e expansion) city(key, configured, expanded string) (string, error) {
	city := strings.ToUpper(fold.Text(expanded))
	if isCity(city) && len(city) <= lengths["cCidPrestServ"] {
		return city, nil
	}
	if placeholder.Empty(configured, e.values) {
		return "", nil
	}
	return "", order.Reject(order.Preflight, "the order's address gives no city that Omie knows as %s, which must be CIDADE (UF) of at most %d characters: correct the address in the store, or set the city in connections.yaml", key, lengths["cCidPrestServ"])
}

// departments have their shares of the total.
func departments(list any, total order.Money) {
	divide(list, "nPerc", "nValor", total)
	shares, _ := list.([]any)
	for i := range shares {
		if share, ok := shares[i].(map[string]any); ok {
			setDefault(share, "nValorFixo", "N")
		}
	}
}

// divide gives each of the shares its amount: the total by their percentages, to the cent.
// A single one has all of it.
func divide(list any, percent, amount string, total order.Money) {
	shares, _ := list.([]any)
	weights := make([]order.Money, len(shares))
	for i := range shares {
		share, ok := shares[i].(map[string]any)
		if !ok {
			return
		}
		if len(shares) == 1 {
			setDefault(share, percent, json.Number("100"))
		}
		number, _ := share[percent].(json.Number)
		weights[i], _ = order.ParseMoney(number.String()) // check has seen that it is one
	}
	for i, part := range order.Apportion(total, weights) {
		shares[i].(map[string]any)[amount] = json.Number(part.Number())
	}
}
