package erp

import (
	"slices"
	"strings"
)

// Lessons are what an order's attempts have learned of its customer, from the ERP's
// definite words. Placing learns them and its ledger keeps them, so that a later attempt
// begins with them; other contents, and a person's retry, begin without. Nothing
// personal is in them.
type Lessons struct {
	// Hidden counts the attempts in which the ERP said that it has the customer already,
	// and showed them nowhere.
	Hidden int `json:"hidden,omitempty"`
	// LeftOut are the parts of the customer that the ERP refused by name, in plain words:
	// "address". Only what an ERP can do without is here.
	LeftOut []string `json:"left_out,omitempty"`
	// Gone: a create was refused because the ERP has its customer no more.
	Gone bool `json:"gone,omitempty"`
}

// LeavesOut tells whether the part is left out.
func (l Lessons) LeavesOut(part string) bool { return slices.Contains(l.LeftOut, part) }

// Without says what is left out, for a person: "without the customer's address, which the
// ERP refused". Empty for nothing.
func (l Lessons) Without() string {
	if len(l.LeftOut) == 0 {
		return ""
	}
	return "without the customer's " + strings.Join(l.LeftOut, " and ") + ", which the ERP refused"
}
