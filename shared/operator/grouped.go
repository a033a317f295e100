package operator

import (
	"fmt"
	"strings"

	"github.com/carimbo/carimbo/shared/ledger"
)

// Grouped are orders about which one sentence is said.
type Grouped struct {
	// State is what all of them are in.
	State ledger.State
	Keys  []string
	// Text leaves out what each of the orders would say otherwise, unless there is one.
	Text string
}

// Groups has equal sentences about orders said once: 2,000 orders of one plan are not 2,000
// sentences. The zero value of all but Kinds is an empty one.
type Groups struct {
	Kinds ERPKinds
	List  []Grouped

	texts common
	at    map[sentence]int
}

// sentence tells groups apart.
type sentence struct {
	state ledger.State
	text  string
}

// Add has a sentence said about the order.
func (g *Groups) Add(e ledger.Entry, text string) {
	if g.at == nil {
		g.at, g.texts = map[sentence]int{}, common{}
	}
	of := sentence{e.State, g.texts.of(g.Kinds, e, text)}
	i, known := g.at[of]
	if !known {
		g.at[of] = len(g.List)
		g.List = append(g.List, Grouped{e.State, []string{e.Key}, text})
		return
	}
	g.List[i].Text = of.text
	g.List[i].Keys = append(g.List[i].Keys, e.Key)
}

// named are how many keys a group's name has.
const named = 3

// Name names the group's orders: all of them, or the first and how many there are more.
func (g Grouped) Name() string {
	n := len(g.Keys)
	switch {
	case n == 1:
		return g.Keys[0]
	case n <= named:
		return strings.Join(g.Keys[:n-1], ", ") + " and " + g.Keys[n-1]
	}
	return strings.Join(g.Keys[:named-1], ", ") + " and " + fmt.Sprint(n-named+1) + " more"
}

// Count is how many orders they are.
func (g Grouped) Count() string { return Plural(len(g.Keys), "order") }
