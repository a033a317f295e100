package wire

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/carimbo/carimbo/shared/order"
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
func unmapped(missing [][]string, nameless []int, where string) string {
	var said []string
	switch names := namesOf(missing); {
	case len(names) == 1:
		sku, others := SKUs(missing[0])
		said = append(said, fmt.Sprintf("SKU %s is not mapped: add it%s under %s in connections.yaml", sku, others, where))
	case len(names) > 1:
		said = append(said, fmt.Sprintf("SKUs %s are not mapped: add them under %s in connections.yaml", listed(names), where))
	}
	var numbers []string
	for _, n := range nameless {
		numbers = append(numbers, strconv.Itoa(n))
	}
	switch {
	case len(numbers) == 1:
		said = append(said, fmt.Sprintf(`line %s has no SKU: give it one in the store, or add "*" under %s in connections.yaml`, numbers[0], where))
	case len(numbers) > 1:
		said = append(said, fmt.Sprintf(`lines %s have no SKU: give each one in the store, or add "*" under %s in connections.yaml`, listed(numbers), where))
	}
	return strings.Join(said, "; ")
}

// namesOf are what the lines are called, each once.
func namesOf(missing [][]string) (names []string) {
	seen := map[string]bool{}
	for _, skus := range missing {
		first, others := SKUs(skus)
		if name := first + others; !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

// listed is "a, b and c", or "a, b and 7 more" where that gets too long.
func listed(names []string) string {
	n, bytes := 0, 0
	for n < len(names) && (n == 0 || bytes+len(names[n]) <= maxNamed) {
		bytes += len(names[n]) + len(", ")
		n++
	}
	if n < len(names) {
		return strings.Join(names[:n], ", ") + fmt.Sprintf(" and %d more", len(names)-n)
	}
	if n == 1 {
		return names[0]
	}
	return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
}

// SKUs names a line's SKUs in a message, the first and those that would do as well:
// no more than a person reads, since an order may have any number of any length.
func SKUs(skus []string) (first, others string) {
	const most, longest = 5, 100
	quote := func(sku string) string { return strconv.Quote(order.Cut(Text(sku), longest)) }
	for _, sku := range skus[1:min(len(skus), most)] {
		others += " (or " + quote(sku) + ")"
	}
	if more := len(skus) - most; more > 0 {
		others += fmt.Sprintf(" (or one of %d more)", more)
	}
	return quote(skus[0]), others
}
