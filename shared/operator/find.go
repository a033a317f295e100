package operator

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/nearest"
	"github.com/carimbo/carimbo/shared/words"
)

// Refusal is why nothing was done to an order or an account.
type Refusal struct {
	// Of is what it is about: a key, an account's name, how many orders.
	Of  words.Text
	Why words.Text
}

// refusalOf is why nothing was done to the order with the key, or the account of the name.
func refusalOf(of string, why words.Text) *Refusal { return &Refusal{words.Plain(of), why} }

func (r *Refusal) Error() string { return r.Words().String() }

// Words is what it says.
func (r *Refusal) Words() words.Text { return words.Say("%s: %s", r.Of, r.Why) }

// Find gets the entry. Of a key that isn't there the error is a *Refusal, which says
// that the order was ignored, if it was, or what may have been meant.
func Find(ctx context.Context, l ledger.Ledger, key string) (ledger.Entry, error) {
	e, err := l.Get(ctx, key)
	if !errors.Is(err, ledger.ErrNotFound) {
		return e, err
	}
	waiting, err := whereabouts(ctx, l, key)
	if err != nil || !waiting.IsZero() {
		return ledger.Entry{}, cmp.Or(err, error(refusalOf(key, waiting)))
	}
	ignored, err := wasIgnored(ctx, l, key)
	if err != nil || !ignored.IsZero() {
		return ledger.Entry{}, cmp.Or(err, error(refusalOf(key, ignored)))
	}
	near, err := nearestKeys(ctx, l, key)
	if err != nil {
		return ledger.Entry{}, err
	}
	return ledger.Entry{}, refusalOf(key, unknownKey(near))
}

// Missed says of an order that a search didn't find where it may be: among the calls that
// were ignored, or where a stack doesn't search; empty where nothing is known of it.
func (s Site) Missed(ctx context.Context, l ledger.Ledger, typed string) (words.Text, error) {
	if s.Stack != "" {
		return words.Say("On a stack an order is found by its id in the store or by our code, each whole and written as there. Neither the store's number nor the document's is searched for."), nil
	}
	ignored, err := wasIgnored(ctx, l, strings.TrimSpace(typed))
	if !ignored.IsZero() {
		ignored = words.Say("%s: %s", strings.TrimSpace(typed), ignored)
	}
	return ignored, err
}

func unknownKey(near []string) words.Text {
	if len(near) == 0 {
		return words.Say("there is no such order: a key is connection#order, and carimbo orders list shows them all")
	}
	return words.Say("there is no such order: do you mean %s?", AnyOf(near))
}

// AnyOf is a choice: "a or b or c".
func AnyOf(names []string) words.Text {
	return listed(names, func(some words.Text, name string) words.Text { return words.Say("%s or %s", some, name) })
}

// AllOf are all of them: "a and b and c".
func AllOf(names []string) words.Text {
	return listed(names, func(some words.Text, name string) words.Text { return words.Say("%s and %s", some, name) })
}

func listed(names []string, add func(some words.Text, name string) words.Text) (all words.Text) {
	for i, name := range names {
		if i == 0 {
			all = words.Plain(name)
			continue
		}
		all = add(all, name)
	}
	return all
}

// nearestAmong is how many orders are looked at for keys that may have been meant.
const nearestAmong = 5000

// nearestKeys lists at most three keys that somebody who typed key may have meant:
// those of orders with that number in the store, as the shop writes it (#8008), then those
// that contain it, then those that differ in few letters. It looks among the
// latest orders: a stack's ledger is no file that can be read through in a moment.
func nearestKeys(ctx context.Context, l ledger.Ledger, typed string) ([]string, error) {
	type candidate struct {
		key      string
		distance int
	}
	var found []candidate
	looked := 0
	err := l.List(ctx, ledger.Filter{}, func(e ledger.Entry) bool {
		if isNumberOf(typed, e) {
			found = append(found, candidate{e.Key, -1})
		} else if d, near := nearness(typed, e.Key); near {
			found = append(found, candidate{e.Key, d})
		}
		looked++
		return looked < nearestAmong
	})
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(a.distance, b.distance) })
	var keys []string
	for _, f := range found[:min(3, len(found))] {
		keys = append(keys, f.key)
	}
	return keys, err
}

// isNumberOf tells whether what was typed is the order's number in the store, with or without
// the sign before it, and the connection before that.
func isNumberOf(typed string, e ledger.Entry) bool {
	plain := func(number string) string { return strings.ToLower(strings.TrimLeft(number, "#")) }
	number := plain(e.StoreNumber)
	if number == "" {
		return false
	}
	connection, rest, _ := strings.Cut(typed, "#")
	return plain(typed) == number || connection == e.Connection && plain(rest) == number
}

// unknownAccount says which accounts may have been meant.
func unknownAccount(typed string, known []string) words.Text {
	var near []string
	for _, name := range known {
		if _, ok := nearness(typed, name); ok {
			near = append(near, name)
		}
	}
	if len(near) > 0 {
		return words.Say("there is no such account: do you mean %s?", AnyOf(near))
	}
	return words.Say("there is no such account: there are %s", cmp.Or(words.Plain(strings.Join(known, ", ")), words.Say("none")))
}

// nearness tells how far a known name is from what was typed, and whether it may
// have been meant.
func nearness(typed, known string) (distance int, near bool) {
	typed, known = strings.ToLower(typed), strings.ToLower(known)
	if len(typed) > 2 && strings.Contains(known, typed) {
		return 0, true
	}
	d := nearest.Edits(typed, known)
	return d, d <= 1+utf8.RuneCountInString(typed)/5
}
