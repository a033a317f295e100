package erp

import (
	"slices"

	"github.com/carimbo/carimbo/shared/words"
)

// Lessons are what an order's attempts have learned of its customer, from the ERP's
// definite words. Placing learns them and its ledger keeps them, so that a later attempt
// begins with them; other contents, and a person's retry, begin without. Nothing
// personal is in them.
type Lessons struct {
	// Hidden counts the attempts in which the ERP said that it has the customer already,
	// and showed them nowhere.
	Hidden int `json:"hidden,omitempty"`
	// LeftOut are the parts of the customer that the ERP refused by name: "address". Only
	// what an ERP can do without is here.
	LeftOut []string `json:"left_out,omitempty"`
	// Gone: a create was refused because the ERP has its customer no more.
	Gone bool `json:"gone,omitempty"`
}

// LeavesOut tells whether the part is left out.
func (l Lessons) LeavesOut(part string) bool { return slices.Contains(l.LeftOut, part) }

// Without says what is left out, for a person: "without the customer's address, which the
// ERP refused". Empty for nothing.
func (l Lessons) Without() words.Text {
	if len(l.LeftOut) == 0 {
		return words.Text{}
	}
	all := partOf(l.LeftOut[0])
	for _, part := range l.LeftOut[1:] {
		all = words.Say("%s and %s", all, partOf(part))
	}
	return words.Say("without the customer's %s, which the ERP refused", all)
}

// The parts of a customer that an ERP may do without, by their names in LeftOut and in
// Answer.LeaveOut.
const (
	PartEmail   = "e-mail"
	PartPhone   = "phone"
	PartTrade   = "trade name"
	PartCity    = "city"
	PartAddress = "address"
)

func partOf(name string) words.Text {
	switch name {
	case PartEmail:
		return words.Say("e-mail")
	case PartPhone:
		return words.Say("phone")
	case PartTrade:
		return words.Say("trade name")
	case PartCity:
		return words.Say("city")
	case PartAddress:
		return words.Say("address")
	}
	return words.Plain(name) // of a former release
}
