package platform

import (
	"encoding/json"
	"errors"
	"regexp"

	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// ErrNotJSON: the body is no JSON at all.
var ErrNotJSON = words.Errorf("the body is not JSON")

// Unmarshal reads the JSON of a body, however its sender wrote it: see loose.JSON. Every
// platform reads by it what a body says; what is signed, digested and kept are the raw
// bytes.
func Unmarshal(body []byte, into any) error { return json.Unmarshal(loose.JSON(body), into) }

// Decode takes of a body what it can: what has another type than it should counts
// as absent, as encoding/json leaves it (PHP writes an empty object as [], others
// a string for an object that they withhold). The error is ErrNotJSON.
func Decode(body []byte, into any) error {
	err := Unmarshal(body, into)
	var misfit *json.UnmarshalTypeError
	if err != nil && !errors.As(err, &misfit) {
		return ErrNotJSON
	}
	return nil
}

// Gives tells whether the body's object has one of the fields as anything but null
// or nothing, whatever its type: what Decode leaves out was said all the same.
func Gives(body []byte, fields ...string) bool {
	var top map[string]json.RawMessage
	if Unmarshal(body, &top) != nil {
		return false
	}
	for _, field := range fields {
		switch string(top[field]) {
		case "", "null", "false", `""`, "[]", "{}":
		default:
			return true
		}
	}
	return false
}

// Amounts reads the amounts of an order and remembers the first thing that was
// wrong.
type Amounts struct {
	// Store is where a person looks the order up.
	Store string
	Err   error
}

// Reject remembers what is wrong with a field.
func (a *Amounts) Reject(format string, values ...any) {
	if a.Err == nil {
		a.Err = order.Reject(order.NotUnderstood, "%s: look the order up in %s and enter it in the ERP by hand", words.Say(format, values...), a.Store)
	}
}

// Quantity is how much there is of something. Whether it may be a fraction is for
// the ERP to judge.
func (a *Amounts) Quantity(field string, text loose.Text) order.Quantity {
	q, err := order.ParseQuantity(string(text))
	if err != nil {
		a.Reject("%s is no number", field)
	}
	return q
}

// Money is the amount, without the dust of floats; zero where there is none.
func (a *Amounts) Money(field string, text loose.Text) order.Money {
	if text == "" {
		return order.Money{}
	}
	m, err := order.ParseMoney(string(text))
	if err != nil {
		a.Reject("%s is no amount", field)
	}
	return m.WithoutDust()
}

var numericID = regexp.MustCompile(`^[0-9]{1,20}$`)

// CheckNumericID is an error for an id that is no number, where a platform's always are.
func CheckNumericID(id loose.Text) error {
	if !numericID.MatchString(string(id)) {
		return words.Errorf("id is missing or no number")
	}
	return nil
}
