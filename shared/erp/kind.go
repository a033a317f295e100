package erp

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/preflight"
	"github.com/carimbo/carimbo/shared/words"
)

// Kind is a kind of ERP: all that others need to know of one. Each has a package of its
// own that makes it, and one line in package kinds.
type Kind struct {
	// Name is what connections.yaml and the names of secrets call it, in small letters.
	Name string
	// Title is what people call it.
	Title string
	// Documents are the kinds of documents that it can be asked for, the first one first:
	// what entries without a kind are.
	Documents []DocumentKind
	// Secret are the fields that the secret of an account has.
	Secret []string
	// UsesOrig: its documents carry the connection's orig.
	UsesOrig bool
	// Schema describes an account in connections.yaml, besides its kind: a JSON Schema,
	// whose $defs go among the file's. It may refer to the file's own, like baseURL.
	Schema json.RawMessage

	// Check says what is wrong with an account's object beyond what the schema can say.
	Check func(settings json.RawMessage) []Problem
	// New makes an account's client. The error says what is wrong with the settings.
	New func(Options) (Client, error)
	// Request is the body of the create call, with the secrets masked, and what isn't
	// known of it before the order is placed, in words; empty for nothing.
	Request func(Document) (body []byte, open words.Text, err error)
	// Explain is what a person is told of an order before it is placed, besides the request:
	// pure and offline. Settings are the account's object.
	Explain func(settings json.RawMessage, o order.Order, ref Reference) (Explanation, error)
	// Fiscal are the facts of the services that an account describes itself, for the fiscal
	// rules of a day; nil for a kind whose accounts describe none.
	Fiscal func(settings json.RawMessage) []preflight.Fact
	// LooksUpAlways: every account has a look-up, and each of its answers that isn't lost
	// proves something. Else the settings tell whether there is one.
	LooksUpAlways bool
	// Code is by what the ERP knows the document as ours, in one text; empty where the
	// reference has none. CodeParts names its parts, where it has several: "orig#origId".
	Code      func(Reference) string
	CodeParts string
	// SameCode is the code in a sentence about one more attempt: "the same code abc".
	SameCode func(Reference) words.Text
	// WhereToLook says by what a person finds the document in the ERP.
	WhereToLook func(Reference) words.Text

	// IsID tells whether the ERP's ids of its documents look so, and IDForm says how they do:
	// a number that people know the document by is often another than its id.
	IsID   func(string) bool
	IDForm words.Text

	// Example is an account that is nobody's.
	Example Example
}

// Explanation is what becomes of an order's customer in the ERP, which texts the ERP doesn't
// keep whole, and what the account's constants say against the order.
type Explanation struct {
	// How says in words how the ERP is asked for the customer, and Asked are the calls for
	// that, in their order, with what is said of the customer. No secret is in them.
	How   words.Text
	Asked []CustomerCall
	// Dropped is what the order says and the ERP isn't told, or doesn't keep.
	Dropped []order.Dropped
	// Contradictions are constants that say something else than the order. All are warnings.
	Contradictions []Problem
}

// CustomerCall is a call about the customer: its name, and fields in the ERP's own words.
type CustomerCall struct {
	Call   string         `json:"call"`
	Fields map[string]any `json:"fields"`
}

// Contradict adds a constant that says something else than the order.
func (e *Explanation) Contradict(path, format string, args ...any) {
	e.Contradictions = append(e.Contradictions, Problem{Path: path, Message: words.Say(format, args...), Warning: true})
}

// Drop adds what the ERP isn't told, if there is anything.
func (e *Explanation) Drop(value string, what, why words.Text) {
	if value != "" {
		e.Dropped = append(e.Dropped, order.Dropped{What: what, Why: why})
	}
}

// Cut shortens a text to the bytes that a field of the ERP takes, and adds that its end is
// dropped: "the end of the customer's name". Whoever sends it and not only explains it has no
// explanation: a nil one notes nothing.
func (e *Explanation) Cut(field string, limit int, end words.Text, text string) string {
	short := order.Cut(text, limit)
	if e != nil && short != text {
		e.Drop(text, end, words.Say("%s takes %d bytes, and it has %d", field, limit, len(text)))
	}
	return short
}

// Example is an account, and stores whose orders it can place: what `carimbo demo`
// shows, and what the tests of all kinds place.
type Example struct {
	// Account is its name, and Settings its object in connections.yaml, as YAML. Each SKU
	// of the stores' orders is mapped by its own name, no other is, and the account looks
	// up what it creates.
	Account, Settings string
	Stores            []ExampleStore
}

// Wired is the store as connections.yaml has it, from the day on.
func (s ExampleStore) Wired(account, since string) string {
	document := ""
	if s.Document != "" {
		document = ", document: " + s.Document
	}
	return fmt.Sprintf("%s: { platform: %s, erp: %s, since: %s%s }", s.Connection, s.Platform, account, since, document)
}

// ExampleStore is a store that is wired to the account.
type ExampleStore struct {
	// Connection and Platform are as connections.yaml has them.
	Connection, Platform string
	// Paid is a paid order, a file in events/payloads.
	Paid string
	// Document is the kind of document that it asks for; the account's where it is empty.
	Document string
}

// DocumentKind is a kind of document, with the steps of its life: each is asked for
// once, by reference, and what became of it is found out by the one look-up.
type DocumentKind struct {
	// Name is Reference.DocumentKind's word.
	Name string
	// Title is what people call it, and Titles several of them.
	Title, Titles words.Text
	// ID is what the ERP calls its own id of one; empty where people know it as the id.
	ID    string
	Steps []DocumentStep
	// LookUp is the call that shows a document by its reference.
	LookUp string
}

// DocumentStep is a step in the life of a document.
type DocumentStep struct {
	// Name is what the timeline calls it: "create".
	Name string
	// Call is the call in the ERP's own words, and Before those that have to come before
	// it.
	Call, Before string
}

// Asked is the call behind a step of the timeline; empty for one that calls nobody.
func (k DocumentKind) Asked(did string) string {
	if did == "look_up" {
		return k.LookUp
	}
	for _, s := range k.Steps {
		switch did {
		case s.Name:
			return s.Call
		case "customer":
			return s.Before
		}
	}
	return ""
}

// Count is so many of them, in words.
func (k DocumentKind) Count(n int) words.Text {
	if n == 1 {
		return words.Say("%d %s", n, k.Title)
	}
	return words.Say("%d %s", n, k.Titles)
}

// Document is the kind of document of that name, or the first where it is empty.
func (k Kind) Document(name string) (DocumentKind, bool) {
	for i, d := range k.Documents {
		if d.Name == name || name == "" && i == 0 {
			return d, true
		}
	}
	return DocumentKind{}, false
}

// SecretName is the name of an account's secret.
func (k Kind) SecretName(account string) string { return k.Name + "/" + account }

// Worker is the name of the function that places its accounts' orders, and of the queue
// that it reads: the kind's, and that of its first kind of document.
func (k Kind) Worker() string { return k.Name + "-" + k.Documents[0].Name }

// Credentials gives an account's App Key and App Secret. The error names what is
// missing and shows no secret.
type Credentials func(ctx context.Context) (appKey, appSecret string, err error)

// Options say what an account's client is for. All but the first three may be missing.
type Options struct {
	// Account is its name in connections.yaml, and Settings is its whole object there.
	Account     string
	Settings    json.RawMessage
	Credentials Credentials
	// BaseURL is where the API is, if not where the settings say.
	BaseURL string
	// Notes remember what was found out. What can't be noted isn't asked.
	Notes Notes
	// Spacing is the least time between two equal questions (rule 6).
	Spacing time.Duration
	// Calls are those of the process, which all its clients share; without them the
	// client's count alone.
	Calls *Calls
	Now   func() time.Time
	// Sleep waits until d is over or the context is.
	Sleep func(ctx context.Context, d time.Duration) error
	// Transport carries the requests, for a simulation without sockets.
	Transport http.RoundTripper
}

// Kinds are the kinds of ERP that a program knows.
type Kinds []Kind

// Find returns the kind of that name.
func (ks Kinds) Find(name string) (Kind, bool) {
	for _, k := range ks {
		if k.Name == name {
			return k, true
		}
	}
	return Kind{}, false
}

// Names are how the kinds are spelled, in their order.
func (ks Kinds) Names() []string {
	names := make([]string, len(ks))
	for i, k := range ks {
		names[i] = k.Name
	}
	return names
}

// UsingOrig are the kinds whose documents carry the connection's orig.
func (ks Kinds) UsingOrig() (using Kinds) {
	for _, k := range ks {
		if k.UsesOrig {
			using = append(using, k)
		}
	}
	return using
}

// Secrets are the fields of the accounts' secrets, by kind.
func (ks Kinds) Secrets() map[string][]string {
	secrets := map[string][]string{}
	for _, k := range ks {
		secrets[k.Name] = k.Secret
	}
	return secrets
}
