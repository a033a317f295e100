package console

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/order"
)

const (
	// maxTyped is what a field of a filter may have.
	maxTyped = 300
	// stackPeriod is what a stack's list is of, unless somebody asks for more: it reads what
	// it shows, and pays for that.
	stackPeriod = "7d"
	everything  = "all"
)

// selection is what the address of a list selects.
type selection struct {
	State, Kind, Connection, Since, Q string
	Mine                              bool
	// Page is a cursor of the list; empty for the newest.
	Page string
}

// selectionOf reads the address, or the fields of a form that has the same names. What
// can't be meant selects everything, as if it weren't there.
func (c *Console) selectionOf(v url.Values) selection {
	get := func(name string) string {
		text := strings.TrimSpace(v.Get(name))
		if len(text) > maxTyped {
			return ""
		}
		return text
	}
	s := selection{State: get("state"), Kind: get("kind"), Connection: get("connection"), Since: get("since"), Q: get("q"), Mine: get("mine") == "1", Page: v.Get("page")}
	if !slices.Contains(operator.States(), ledger.State(s.State)) {
		s.State = ""
	}
	if !slices.Contains(order.ReasonKinds(), order.ReasonKind(s.Kind)) {
		s.Kind = ""
	}
	if _, ok := operator.Since(s.Since, c.now()); !ok && s.Since != everything {
		s.Since = ""
	}
	if s.Since == "" && c.opts.Orders.Site.Stack != "" {
		s.Since = stackPeriod
	}
	return s
}

// filter is the selection as the ledger understands it.
func (s selection) filter(now time.Time) ledger.Filter {
	f := ledger.Filter{State: ledger.State(s.State), ReasonKind: order.ReasonKind(s.Kind), Connection: s.Connection, Mine: s.Mine, Find: s.Q}
	if s.Since != everything {
		f.Since, _ = operator.Since(s.Since, now)
	}
	return f
}

// pairs are the names and values of an address that selects the same, without the page.
func (s selection) pairs() []string {
	mine := ""
	if s.Mine {
		mine = "1"
	}
	return []string{"state", s.State, "kind", s.Kind, "connection", s.Connection, "since", s.Since, "q", s.Q, "mine", mine}
}

// With are the pairs with some of them given anew, and those that are named with nothing
// left out.
func (s selection) With(namesAndValues ...string) []string {
	pairs := s.pairs()
	for i := 0; i+1 < len(namesAndValues); i += 2 {
		at := 0
		for at < len(pairs) && pairs[at] != namesAndValues[i] {
			at += 2
		}
		if at == len(pairs) {
			pairs = append(pairs, namesAndValues[i], "")
		}
		pairs[at+1] = namesAndValues[i+1]
	}
	return pairs
}

// Narrow tells whether it leaves anything out.
func (s selection) Narrow() bool {
	return s.State != "" || s.Kind != "" || s.Connection != "" || s.Q != "" || s.Mine || s.Since != "" && s.Since != everything
}
