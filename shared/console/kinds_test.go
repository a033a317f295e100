package console_test

import (
	"encoding/json"
	"strings"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/words"
)

// kinds has an invented kind of ERP: alfa knows a document by one code and can always look
// it up.
func kinds(kind string) (operator.ERPKind, bool) { return alfa{}, kind == "alfa" }

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
