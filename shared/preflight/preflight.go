// Package preflight knows what is asked of a fiscal document from which day on, and says
// beforehand what the city or the ERP would say later. It knows no ERP: those say what
// their documents are about, and where a person mends it.
package preflight

import (
	"slices"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// About is what a fact is of, in no ERP's words.
type About string

// What a rule may speak of. Those of a service are of one that the document itself describes:
// what a catalogue's lacks is the catalogue's.
const (
	TaxID         About = "customer.tax_id"
	Email         About = "customer.email"
	City          About = "customer.city"
	State         About = "customer.state"
	ListItem      About = "service.list_item"      // of LC 116
	MunicipalCode About = "service.municipal_code" // or the national code of taxation
	NBS           About = "service.nbs"
	ClassTrib     About = "service.class_trib"
	CST           About = "service.cst"
	IndOp         About = "service.ind_op"
	LineTotal     About = "line.total"
	Total         About = "document.total"
)

// The regimes of a merchant; empty where nobody said.
const (
	Simples = "simples"
	Normal  = "normal"
)

// Fact is one thing that a document says.
type Fact struct {
	About About
	// Value is empty where the document doesn't say it.
	Value string
	// Paid is what the order says where Value has to be the same.
	Paid string
	// Item is the item of LC 116's list that the service is of, and Regime the merchant's.
	Item, Regime string
	// Field is the ERP's own name of it, and Mend says where it is mended, behind "at":
	// "erps.estudio.services.A in connections.yaml".
	Field, Mend words.Text
	// At leads to it in the account's object, or to what lacks it; nil for what isn't there.
	At []string
}

// Finding is what a rule has against a fact. No value of the fact is in it.
type Finding struct {
	Rule string `json:"rule"`
	// Refused: the document isn't made. Else it is, and a person was warned.
	Refused bool       `json:"refused"`
	Field   words.Text `json:"field"`
	// Message says what is wrong and where to mend it.
	Message words.Text `json:"message"`
	Source  words.Text `json:"source"`
	// Says is what is wrong alone, for whoever names the place; At is the fact's.
	Says words.Text `json:"-"`
	At   []string   `json:"-"`
}

// Check holds the facts against the rules in force on the day in São Paulo, in the order of
// the facts.
func Check(facts []Fact, now time.Time) []Finding {
	day := now.In(order.SaoPaulo()).Format(time.DateOnly)
	var found []Finding
	for _, f := range facts {
		for _, r := range rules {
			if r.speaksOf(f, day) && !r.holds(f) {
				found = append(found, Finding{Rule: r.Name, Refused: r.Refuses, Field: f.Field,
					Message: words.Say("%s %s: %s", f.Field, r.Says, r.mend(f)), Source: r.Source, Says: r.Says, At: f.At})
			}
		}
	}
	return found
}

// Refusal is the first finding that refuses the document, as an *order.Rejection; nil if
// there is none.
func Refusal(found []Finding) error {
	i := slices.IndexFunc(found, func(f Finding) bool { return f.Refused })
	if i < 0 {
		return nil
	}
	return order.Reject(order.Preflight, "%s (%s)", found[i].Message, found[i].Source)
}

func (r Rule) speaksOf(f Fact, day string) bool {
	f.Item = strings.TrimLeft(f.Item, "0") // 01.05 is 1.05
	return r.About == f.About && r.From <= day && (r.Until == "" || day <= r.Until) &&
		(r.Regimes == nil || slices.Contains(r.Regimes, f.Regime)) &&
		(r.Items == nil || slices.Contains(r.Items, f.Item)) && !slices.Contains(r.Besides, f.Item)
}

// holds tells whether the fact is as the rule wants it: that it is there is a rule of its
// own.
func (r Rule) holds(f Fact) bool {
	switch r.Wants {
	case present:
		return f.Value != ""
	case asPaid:
		return f.Value == f.Paid
	}
	return f.Value == "" || r.Pattern.MatchString(f.Value)
}

func (r Rule) mend(f Fact) words.Text {
	switch {
	case r.Advice != nil:
		return r.Advice(f.Mend)
	case r.Wants == present:
		return words.Say("write it at %s", f.Mend)
	}
	return words.Say("correct it at %s", f.Mend)
}
