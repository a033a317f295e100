package order

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// ErrNotANumber is returned for text that is no plain decimal number.
var ErrNotANumber = errors.New("not a decimal number")

// Money is an exact amount. It is made from the text of a number, never from a
// float, and its zero value is zero. The currency is the order's.
type Money struct{ d decimal.Decimal }

// Quantity is how many of a line were bought; fractions are allowed here and
// judged by the ERP.
type Quantity struct{ d decimal.Decimal }

// isPlain tells a number as JSON has it, with the liberties that people and platforms
// take: a plus, leading zeros, no digit on one side of the point. decimal's own
// parser takes ".-5" as well. No regular expression: most of what is read are numbers.
func isPlain(text string) bool {
	exponent := "0"
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		text, exponent = text[:at], unsigned(text[at+1:])
	}
	whole, part, _ := strings.Cut(unsigned(text), ".")
	return len(whole)+len(part) > 0 && digits(whole) && digits(part) && 0 < len(exponent) && len(exponent) <= 3 && digits(exponent)
}

func unsigned(number string) string {
	if number != "" && (number[0] == '+' || number[0] == '-') {
		return number[1:]
	}
	return number
}

// Bounds that keep "1e999999999" from costing memory, wide enough for what
// platforms send that compute in floats (33.333333333333336,
// 5.684341886080802e-14), and such that what was read can be written and read
// again.
const (
	maxNumberText = 64
	maxPlaces     = 40
	maxZeros      = 15
)

// tooMuch is more than anything costs. It is written without an exponent, for alike.
var tooMuch = decimal.New(1e15, 0)

func parseDecimal(text string) (decimal.Decimal, error) {
	t := strings.TrimSpace(text)
	if len(t) > maxNumberText || !isPlain(t) {
		return decimal.Decimal{}, ErrNotANumber
	}
	d, err := decimal.NewFromString(t)
	if err != nil || d.Exponent() > maxZeros || d.Exponent() < -maxPlaces {
		return decimal.Decimal{}, ErrNotANumber
	}
	if amount, most := alike(d.Abs(), tooMuch); amount.Cmp(most) >= 0 {
		return decimal.Decimal{}, ErrNotANumber
	}
	return d, nil
}

// ParseMoney reads an amount in currency units ("1497", "1497.00", "0.5").
func ParseMoney(text string) (Money, error) {
	d, err := parseDecimal(text)
	return Money{d}, err
}

// Cents makes an amount from the smallest unit, as integer-cent platforms send it.
func Cents(n int64) Money { return Money{decimal.New(n, -2)} }

// ParseQuantity reads a number of pieces ("1", "2.5").
func ParseQuantity(text string) (Quantity, error) {
	d, err := parseDecimal(text)
	return Quantity{d}, err
}

// Pieces makes a whole quantity.
func Pieces(n int64) Quantity { return Quantity{decimal.NewFromInt(n)} }

func (m Money) Add(o Money) Money {
	a, b := alike(m.d, o.d)
	return Money{a.Add(b)}
}

func (m Money) Sub(o Money) Money {
	a, b := alike(m.d, o.d)
	return Money{a.Sub(b)}
}

func (m Money) Cmp(o Money) int {
	a, b := alike(m.d, o.d)
	return a.Cmp(b)
}

func (m Money) Neg() Money             { return Money{m.d.Neg()} }
func (m Money) Times(q Quantity) Money { return Money{m.d.Mul(q.d)} }
func (m Money) Equal(o Money) bool     { return m.Cmp(o) == 0 }
func (m Money) IsZero() bool           { return m.d.IsZero() }
func (m Money) IsNegative() bool       { return m.d.IsNegative() }

// Round is the amount to the cent, half away from zero.
func (m Money) Round() Money { return Money{rounded(m.d, 2)} }

// rounded is the number with at most so many decimals, half away from zero.
func rounded(d decimal.Decimal, places int32) decimal.Decimal {
	if d.Exponent() >= -places {
		return d
	}
	return d.Round(places)
}

// ones are 1 with so many zeros as decimals: what is multiplied by one has these more.
var ones = func() (list [15]decimal.Decimal) {
	for n, scale := 0, int64(1); n < len(list); n, scale = n+1, 10*scale {
		list[n] = decimal.New(scale, -int32(n))
	}
	return list
}() // never written to

// alike are both with as many decimals as the one that has more. decimal does the same and
// calculates the power of ten each time, which takes longer than all else.
func alike(a, b decimal.Decimal) (decimal.Decimal, decimal.Decimal) {
	switch more := int(a.Exponent()) - int(b.Exponent()); {
	case 0 < more && more < len(ones):
		a = a.Mul(ones[more])
	case 0 < -more && -more < len(ones):
		b = b.Mul(ones[-more])
	}
	return a, b
}

// dust is what floating point leaves of an amount beside its cents, at most. No price is meant
// to be so fine.
var dust = decimal.New(1, -6)

// WithoutDust is the whole cents where the amount is within a millionth of them, as a platform
// computes it in floats (97.00000000000001), and else the amount: a price may be finer.
func (m Money) WithoutDust() Money {
	if m.d.Exponent() >= -2 {
		return m
	}
	if cents := m.Round(); m.d.Sub(cents.d).Abs().Cmp(dust) < 0 {
		return cents
	}
	return m
}

// String has two decimals at least, and more where the amount has them: what a
// person reads and what the ledger keeps.
func (m Money) String() string {
	s := m.d.String()
	if i := strings.IndexByte(s, '.'); i < 0 || len(s)-i-1 < 2 {
		return m.d.StringFixed(2)
	}
	return s
}

// Number is the shortest text of the amount, as a JSON number.
func (m Money) Number() string { return m.d.String() }

// MarshalJSON writes a JSON string with String's decimals, so that no reader
// passes it through a float.
func (m Money) MarshalJSON() ([]byte, error) { return []byte(`"` + m.String() + `"`), nil }

// UnmarshalJSON reads a JSON number or a string of one; null is zero.
func (m *Money) UnmarshalJSON(b []byte) error {
	d, err := decimalJSON(b)
	if err != nil {
		return fmt.Errorf("amount: %w", err)
	}
	m.d = d
	return nil
}

func (q Quantity) Cmp(o Quantity) int    { return q.d.Cmp(o.d) }
func (q Quantity) Equal(o Quantity) bool { return q.d.Equal(o.d) }
func (q Quantity) IsZero() bool          { return q.d.IsZero() }
func (q Quantity) IsNegative() bool      { return q.d.IsNegative() }

// Add and Sub are exact, as Money's are.
func (q Quantity) Add(o Quantity) Quantity { return Quantity{q.d.Add(o.d)} }
func (q Quantity) Sub(o Quantity) Quantity { return Quantity{q.d.Sub(o.d)} }

// Times is exact, and Round half away from zero.
func (q Quantity) Times(o Quantity) Quantity   { return Quantity{q.d.Mul(o.d)} }
func (q Quantity) Round(places int32) Quantity { return Quantity{q.d.Round(places)} }

// IsWhole tells whether the quantity has no fraction.
func (q Quantity) IsWhole() bool { return q.d.IsInteger() }

// String is the shortest text of the quantity, as a JSON number.
func (q Quantity) String() string { return q.d.String() }

// MarshalJSON writes a JSON number.
func (q Quantity) MarshalJSON() ([]byte, error) { return []byte(q.String()), nil }

// UnmarshalJSON reads a JSON number or a string of one; null is zero.
func (q *Quantity) UnmarshalJSON(b []byte) error {
	d, err := decimalJSON(b)
	if err != nil {
		return fmt.Errorf("quantity: %w", err)
	}
	q.d = d
	return nil
}

func decimalJSON(b []byte) (decimal.Decimal, error) {
	text := string(b)
	switch {
	case text == "null":
		return decimal.Decimal{}, nil
	case strings.HasPrefix(text, `"`):
		if err := json.Unmarshal(b, &text); err != nil {
			return decimal.Decimal{}, ErrNotANumber
		}
	}
	return parseDecimal(text)
}

// Apportion splits total into as many parts as there are weights, in proportion
// to them and to the cent, so that the parts add up to total exactly and none is
// a cent away from its exact share. What rounding leaves over goes to the parts
// that lost the most, the first of equals. Weights are not negative; if all are
// zero, the first part takes everything.
func Apportion(total Money, weights []Money) []Money {
	parts := make([]Money, len(weights))
	if len(weights) == 0 {
		return parts
	}
	if total.IsNegative() {
		for i, part := range Apportion(total.Neg(), weights) {
			parts[i] = part.Neg()
		}
		return parts
	}
	var sum decimal.Decimal
	for _, w := range weights {
		sum = sum.Add(w.d)
	}
	if sum.IsZero() {
		parts[0] = total
		return parts
	}
	// The remainders of one and the same divisor tell who lost how much.
	lost := make([]decimal.Decimal, len(weights))
	most := make([]int, len(weights))
	rest := total.d
	for i, w := range weights {
		parts[i].d, lost[i] = total.d.Mul(w.d).QuoRem(sum, 2)
		most[i] = i
		rest = rest.Sub(parts[i].d)
	}
	slices.SortStableFunc(most, func(a, b int) int { return lost[b].Cmp(lost[a]) })
	cent := decimal.New(1, -2)
	for _, i := range most {
		// Less than a cent is left only when total is no whole number of cents.
		share := decimal.Min(rest, cent)
		parts[i].d = parts[i].d.Add(share)
		rest = rest.Sub(share)
	}
	return parts
}
