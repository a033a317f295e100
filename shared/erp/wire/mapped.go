package wire

import (
	"slices"
	"strconv"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// AnySKU is the entry that takes what no other one maps.
const AnySKU = "*"

// maxNamed is how many bytes of a reason name SKUs: what to do about them has to fit, too.
const maxNamed = 700

// Mapped are the entries for the lines, in their order: for each the best of its SKUs that
// has one, else AnySKU. Where is the account's path to the entries. The error is an
// *order.Rejection that names all that has none at once, so that it is mended at once.
func Mapped[Fields any](entries map[string]Fields, where string, lines []order.Line) ([]string, error) {
	taken := make([]string, len(lines))
	var missing [][]string
	var nameless []int
	for i, l := range lines {
		candidates := append(slices.Clone(l.SKUs), AnySKU)
		best := slices.IndexFunc(candidates, func(sku string) bool { _, ok := entries[sku]; return ok })
		switch {
		case best >= 0:
			taken[i] = candidates[best]
		case len(l.SKUs) == 0:
			nameless = append(nameless, i+1)
		default:
			missing = append(missing, l.SKUs)
		}
	}
	if len(missing)+len(nameless) == 0 {
		return taken, nil
	}
	return nil, order.Reject(order.Mapping, "%s", unmapped(missing, nameless, where))
}

// unmapped says which SKUs, and which lines without one, nothing maps.
func unmapped(missing [][]string, nameless []int, where string) words.Text {
	var said []words.Text
	switch names := namesOf(missing); {
	case len(names) == 1:
		said = append(said, notMapped(missing[0], where))
	case len(names) > 1:
		said = append(said, words.Say("SKUs %s are not mapped: add them under %s in connections.yaml", listed(names), where))
	}
	var numbers []words.Text
	for _, n := range nameless {
		numbers = append(numbers, words.Plain(strconv.Itoa(n)))
	}
	switch {
	case len(numbers) == 1:
		said = append(said, words.Say(`line %s has no SKU: give it one in the store, or add "*" under %s in connections.yaml`, numbers[0], where))
	case len(numbers) > 1:
		said = append(said, words.Say(`lines %s have no SKU: give each one in the store, or add "*" under %s in connections.yaml`, listed(numbers), where))
	}
	return words.Join(said, "; ")
}

func notMapped(skus []string, where string) words.Text {
	sku, others := SKUs(skus)
	if others.IsZero() {
		return words.Say("SKU %s is not mapped: add it under %s in connections.yaml", sku, where)
	}
	return words.Say("SKU %s is not mapped: add it %s under %s in connections.yaml", sku, others, where)
}

// namesOf are what the lines are called, each once.
func namesOf(missing [][]string) (names []words.Text) {
	seen := map[words.Text]bool{}
	for _, skus := range missing {
		name, others := SKUs(skus)
		if !others.IsZero() {
			name = words.Join([]words.Text{name, others}, " ")
		}
		if !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

// listed is "a, b and c", or "a, b and 7 more" where that gets too long.
func listed(names []words.Text) words.Text {
	n, bytes := 0, 0
	for n < len(names) && (n == 0 || bytes+len(names[n].String()) <= maxNamed) {
		bytes += len(names[n].String()) + len(", ")
		n++
	}
	if n < len(names) {
		return words.Say("%s and %d more", words.Join(names[:n], ", "), len(names)-n)
	}
	if n == 1 {
		return names[0]
	}
	return words.Say("%s and %s", words.Join(names[:n-1], ", "), names[n-1])
}

// SKUs names a line's SKUs in a message, the first and those that would do as well:
// no more than a person reads, since an order may have any number of any length.
func SKUs(skus []string) (first, others words.Text) {
	const most, longest = 5, 100
	quote := func(sku string) words.Text { return words.Plain(strconv.Quote(order.Cut(Text(sku), longest))) }
	var list []words.Text
	for _, sku := range skus[1:min(len(skus), most)] {
		list = append(list, words.Say("(or %s)", quote(sku)))
	}
	if more := len(skus) - most; more > 0 {
		list = append(list, words.Say("(or one of %d more)", more))
	}
	return quote(skus[0]), words.Join(list, " ")
}
