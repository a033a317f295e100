package main

import (
	"encoding/json"
	"fmt"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/sensio"
	"github.com/carimbo/carimbo/shared/operator"
)

// How the kinds of ERP accounts are spelled.
const (
	omieKind   = "omie"
	sensioKind = "sensio"
)

// erpKinds are those that are built in.
func erpKinds() []string { return []string{omieKind, sensioKind} }

// erps is what a person is told of the kinds of ERP that are built in.
func erps(kind string) (operator.ERP, bool) {
	switch kind {
	case omieKind:
		return omieWords{}, true
	case sensioKind:
		return sensioWords{}, true
	}
	return nil, false
}

// omieWords knows a document by cCodIntOS.
type omieWords struct{}

func (omieWords) Title() string                      { return "Omie" }
func (omieWords) Code(r erp.Reference) string        { return r.Code }
func (omieWords) CodeParts() string                  { return "" }
func (omieWords) SameCode(r erp.Reference) string    { return "the same code " + r.Code }
func (omieWords) WhereToLook(r erp.Reference) string { return "Look by cCodIntOS " + r.Code }

func (omieWords) Asked(did string) string {
	return map[string]string{"customer": "ListarClientes, IncluirCliente", "create": "IncluirOS", "look_up": "ConsultarOS"}[did]
}

func (omieWords) CanLookUp(func() (json.RawMessage, error)) (bool, error) { return true, nil }
func (omieWords) MayProveNothing() bool                                   { return false }

// sensioWords knows a document by orig and origId.
type sensioWords struct{}

func (sensioWords) Title() string     { return "Sensio" }
func (sensioWords) CodeParts() string { return "orig#origId" }

func (sensioWords) Code(r erp.Reference) string {
	if r.OrigID == "" {
		return ""
	}
	return r.Orig + "#" + r.OrigID
}

func (sensioWords) SameCode(r erp.Reference) string {
	return fmt.Sprintf("the same orig %q and origId %q", r.Orig, r.OrigID)
}

func (sensioWords) WhereToLook(r erp.Reference) string {
	return fmt.Sprintf("Look by orig %q, origId %q", r.Orig, r.OrigID)
}

// Asked: where a customer is found or a document looked up by a configured path,
// that is its name.
func (sensioWords) Asked(did string) string {
	return map[string]string{"customer": "GET, by customer.query", "create": "POST /sales", "look_up": "GET, by lookup.path"}[did]
}

// CanLookUp is as the account's settings say. Of settings that can't be read it may
// be so: whoever goes by the error doesn't go by this.
func (sensioWords) CanLookUp(settings func() (json.RawMessage, error)) (bool, error) {
	raw, err := settings()
	if err != nil {
		return true, err
	}
	c, err := sensio.Parse(raw)
	return c.LookUp != nil, err
}

func (sensioWords) MayProveNothing() bool { return true }
