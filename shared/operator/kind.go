package operator

import (
	"encoding/json"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/words"
)

// ERPKind is what a person has to be told of a kind of ERP.
type ERPKind interface {
	// Title is what people call it.
	// It is empty where it isn't known.
	Title() string
	// Code is by what the ERP knows the document as ours; empty where the reference
	// doesn't say it.
	Code(ref erp.Reference) string
	// CodeParts names the parts of a code that has several, as Code joins them; empty
	// where it has one.
	CodeParts() words.Text
	// SameCode is the code in a sentence about one more attempt: "the same code abc".
	SameCode(ref erp.Reference) words.Text
	// WhereToLook is a sentence that says by what a person finds the document there.
	WhereToLook(ref erp.Reference) words.Text
	// Asked is the ERP's method behind a step of the timeline (customer, create,
	// look_up) of a document of the reference's kind; empty behind the others.
	Asked(ref erp.Reference, did string) string

	// IsID tells whether the ERP's ids of its documents look so, and IDForm says how they
	// do.
	IsID(id string) bool
	IDForm() words.Text

	// CanLookUp tells whether an account with these settings has a look-up. A kind
	// whose accounts all have one reads no settings.
	CanLookUp(settings func() (json.RawMessage, error)) (bool, error)
	// MayProveNothing tells whether there are answers to a look-up that prove nothing,
	// however often it is asked.
	MayProveNothing() bool
}

// ERPKinds finds a kind of ERP by its name; false where this program doesn't know it.
type ERPKinds func(kind string) (ERPKind, bool)

// remembered asks for each kind once: a list is of a hundred thousand orders and two kinds. It
// is for one goroutine.
func (known ERPKinds) remembered() ERPKinds {
	type answer struct {
		kind ERPKind
		ok   bool
	}
	asked := map[string]answer{}
	return func(name string) (ERPKind, bool) {
		a, before := asked[name]
		if !before {
			a.kind, a.ok = known(name)
			asked[name] = a
		}
		return a.kind, a.ok
	}
}

// of is a kind of which nothing can be told where this program doesn't know it.
func (known ERPKinds) of(kind string) ERPKind {
	if e, ok := known(kind); ok {
		return e
	}
	return unknownKind{kind}
}

// titleOf is what people call the kind of ERP.
func titleOf(k ERPKind) words.Text {
	if title := k.Title(); title != "" {
		return words.Plain(title)
	}
	return words.Say("the ERP")
}

// unknownKind is a kind that this program doesn't know, or none: of what nobody
// understood there is an order without an ERP.
type unknownKind struct{ kind string }

func (unknownKind) Title() string                        { return "" }
func (unknownKind) Code(erp.Reference) string            { return "" }
func (unknownKind) CodeParts() words.Text                { return words.Text{} }
func (unknownKind) SameCode(erp.Reference) words.Text    { return words.Say("the same code") }
func (unknownKind) WhereToLook(erp.Reference) words.Text { return words.Text{} }
func (unknownKind) Asked(erp.Reference, string) string   { return "" }
func (unknownKind) MayProveNothing() bool                { return true }
func (unknownKind) IsID(string) bool                     { return true }
func (unknownKind) IDForm() words.Text                   { return words.Text{} }

// CanLookUp: whether a person's word counts depends on it, so it isn't guessed.
func (u unknownKind) CanLookUp(func() (json.RawMessage, error)) (bool, error) {
	if u.kind == "" {
		return false, nil
	}
	return true, words.Errorf("this program doesn't know the ERP %s: give the command with the one that places its orders", u.kind)
}
