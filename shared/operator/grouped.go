package operator

import (
	"strings"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/words"
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
	// Language is the one that the sentences are in.
	Language words.Language
	List     []Grouped

	texts common
	at    map[sentence]int
}

// sentence tells groups apart.
type sentence struct {
	state ledger.State
	text  string
}

// Add has a sentence said about the order.
func (g *Groups) Add(e ledger.Entry, said words.Text) {
	text := said.In(g.Language)
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
func (g Grouped) Name() words.Text {
	n := len(g.Keys)
	switch {
	case n == 1:
		return words.Plain(g.Keys[0])
	case n <= named:
		return words.Say("%s and %s", strings.Join(g.Keys[:n-1], ", "), g.Keys[n-1])
	}
	return words.Say("%s and %d more", strings.Join(g.Keys[:named-1], ", "), n-named+1)
}

// Count is how many orders they are.
func (g Grouped) Count() words.Text { return CountOrders(len(g.Keys)) }

// CountOrders is how many orders they are, in words.
func CountOrders(n int) words.Text { return words.Count(n, "%d order", "%d orders") }
