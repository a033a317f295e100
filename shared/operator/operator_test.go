package operator_test

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// noon is when the tests' commands are given.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, order.SaoPaulo())

// kinds are two invented kinds of ERP: alfa knows a document by one code and can
// always look it up, beta by two parts and where its settings say so.
func kinds(kind string) (operator.ERPKind, bool) {
	switch kind {
	case "alfa":
		return alfa{}, true
	case "beta":
		return beta{}, true
	}
	return nil, false
}

type alfa struct{}

func (alfa) Title() string                          { return "Alfa" }
func (alfa) Code(r erp.Reference) string            { return r.Code }
func (alfa) CodeParts() words.Text                  { return words.Text{} }
func (alfa) SameCode(r erp.Reference) words.Text    { return words.Say("the same code %s", r.Code) }
func (alfa) WhereToLook(r erp.Reference) words.Text { return words.Say("Look by code %s", r.Code) }
func (alfa) Asked(_ erp.Reference, did string) string {
	return map[string]string{"create": "IncluirAlfa"}[did]
}
func (alfa) CanLookUp(func() (json.RawMessage, error)) (bool, error) { return true, nil }
func (alfa) MayProveNothing() bool                                   { return false }
func (alfa) IsID(id string) bool                                     { return strings.Trim(id, "0123456789") == "" }
func (alfa) IDForm() words.Text                                      { return words.Plain("Alfa's are numbers") }

type beta struct{ alfa }

func (beta) Title() string               { return "Beta" }
func (beta) Code(r erp.Reference) string { return r.Orig + "#" + r.OrigID }
func (beta) CodeParts() words.Text       { return words.Plain("orig#origId") }
func (beta) MayProveNothing() bool       { return true }
func (beta) SameCode(r erp.Reference) words.Text {
	return words.Say("the same orig %q and origId %q", r.Orig, r.OrigID)
}
func (beta) WhereToLook(r erp.Reference) words.Text {
	return words.Say("Look by orig %q, origId %q", r.Orig, r.OrigID)
}
func (beta) CanLookUp(settings func() (json.RawMessage, error)) (bool, error) {
	raw, err := settings()
	return string(raw) == `"looks"`, err
}

// task is an operator.Task in English.
type task struct{ Of, Text string }

func inEnglish(tasks []operator.Task) (said []task) {
	for _, t := range tasks {
		said = append(said, task{t.Of.String(), t.Text.String()})
	}
	return said
}

func site() operator.Site {
	return operator.Site{Now: func() time.Time { return noon }, Zone: order.SaoPaulo()}
}
