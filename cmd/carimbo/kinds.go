package main

import (
	"encoding/json"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/words"
)

// erpKind is what a person is told of the kinds of ERP that are built in.
func erpKind(name string) (operator.ERPKind, bool) {
	kind, ok := kinds.All().Find(name)
	return kindWords{kind}, ok
}

// idNames says in brackets what the ERPs call their own ids, where people know a name.
func idNames() words.Text {
	var names []words.Text
	for _, kind := range kinds.All() {
		var ids []string
		for _, document := range kind.Documents {
			if document.ID != "" {
				ids = append(ids, document.ID)
			}
		}
		if len(ids) > 0 {
			names = append(names, words.Say("%s: %s", kind.Title, operator.AnyOf(ids)))
		}
	}
	if len(names) == 0 {
		return words.Text{}
	}
	return words.Say(" (%s)", words.Join(names, ", "))
}

// kindWords are a kind of ERP as operator speaks of it.
type kindWords struct{ kind erp.Kind }

func (w kindWords) Title() string                            { return w.kind.Title }
func (w kindWords) Code(ref erp.Reference) string            { return w.kind.Code(ref) }
func (w kindWords) CodeParts() words.Text                    { return words.Plain(w.kind.CodeParts) }
func (w kindWords) SameCode(ref erp.Reference) words.Text    { return w.kind.SameCode(ref) }
func (w kindWords) WhereToLook(ref erp.Reference) words.Text { return w.kind.WhereToLook(ref) }
func (w kindWords) MayProveNothing() bool                    { return !w.kind.LooksUpAlways }
func (w kindWords) IsID(id string) bool                      { return w.kind.IsID(id) }
func (w kindWords) IDForm() words.Text                       { return w.kind.IDForm }

func (w kindWords) Asked(ref erp.Reference, did string) string {
	document, _ := w.kind.Document(ref.DocumentKind)
	return document.Asked(did)
}

// CanLookUp is as the account's settings say. Of settings that can't be read it may
// be so: whoever goes by the error doesn't go by this.
func (w kindWords) CanLookUp(settings func() (json.RawMessage, error)) (bool, error) {
	if w.kind.LooksUpAlways {
		return true, nil
	}
	raw, err := settings()
	if err != nil {
		return true, err
	}
	client, err := w.kind.New(erp.Options{Settings: raw})
	if err != nil {
		return false, err
	}
	return client.CanLookUp(), nil
}
