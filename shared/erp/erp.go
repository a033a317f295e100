// Package erp says what placing needs of an ERP. The ERPs are in the packages
// below it and know neither platforms, nor AWS, nor each other.
package erp

import (
	"context"
	"slices"
	"time"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/preflight"
	"github.com/carimbo/carimbo/shared/words"
)

// Client is one account: one app or company there, under one key. Its calls never retry
// and never follow a redirect; every one ends before CallLimit and before its
// context does, whichever is first. It is not safe for concurrent use by design:
// an account's calls go out one after another.
type Client interface {
	// Document maps the order to what the ERP is asked to create. It is pure and
	// offline. The error is an *order.Rejection (mapping, tax_id, preflight,
	// total, quantity).
	Document(o order.Order, ref Reference) (Document, error)

	// Customer makes sure that the ERP knows the document's customer, and what its lines are
	// called there, and returns the document with CustomerID set. The answer is
	// CustomerKnown, or says why not: Refused (its contents; LeaveOut names a part that isn't
	// needed), Duplicate (the ERP says that it has the customer, and shows them nowhere),
	// Unprovable (whether it has them can't be told, so that nobody may be created),
	// Unmapped, AccountRests, Redundant, Early, NotSent or Lost. Nothing of the document is
	// in the ERP afterwards, whatever the answer. Beside CustomerKnown a Warning may say what
	// the ERP lacks for the document, which is created all the same.
	Customer(ctx context.Context, doc Document) (Document, Answer)

	// Create asks for the document, once. Any answer kind but CustomerKnown, Unmapped, Early,
	// Present and Absent may come back. After CustomerGone the client has forgotten the
	// customer.
	Create(ctx context.Context, doc Document) Answer

	// LookUp asks whether a document with this reference exists. Present and
	// Absent are proofs; any other kind proves nothing, and Unprovable says that
	// asking again won't either. The reference's kind decides which kind of document is
	// looked for, whatever the account asks for now.
	LookUp(ctx context.Context, ref Reference) Answer

	// Pace waits until the last call that the client made began long enough ago for the
	// account's next one, so that another process may make it at once. The error is the
	// context's.
	Pace(ctx context.Context) error

	// DocumentKind is the kind of document that the account asks for: a Reference's.
	DocumentKind() string
	// CanLookUp tells whether LookUp can ever prove anything for this account.
	CanLookUp() bool

	// CallLimit is the longest that one call may take.
	CallLimit() time.Duration
	// LongestRest is the longest that an answer may send the account to rest, whatever
	// it says.
	LongestRest() time.Duration
}

// Reference is how the ERP will know a document as ours. It is frozen at the
// first claim (rule 11): Code, or Orig and OrigID where the ERP keeps those.
type Reference struct {
	// DocumentKind is the kind of document, in the ERP's package's own word; empty is the
	// first kind that an ERP had.
	DocumentKind string `json:"kind,omitempty"`
	Code         string `json:"code,omitempty"`
	Orig         string `json:"orig,omitempty"`
	OrigID       string `json:"orig_id,omitempty"`
}

// Document is what the ERP is asked to create.
type Document struct {
	Reference Reference
	// Total is by the document's own arithmetic, as the ERP will add it up.
	Total order.Money
	// OrderNumber is the store's order number as it was put into the document;
	// empty where the configuration puts it nowhere that a look-up can read.
	OrderNumber string
	// Customer is whom to find or create; CustomerID is the ERP's id of them, once
	// it is known.
	Customer   order.Customer
	CustomerID string
	// Record is what the ERP would keep of the customer if it had to be told of them, beside
	// what Body says and without their phone: what is changed of it later is news to a
	// person. It is compared as JSON; nil where the ERP would be told nothing.
	Record any
	// Lessons are what former attempts have learned of the customer: a part that is left
	// out is not sent, and after Gone nothing that is remembered of them is believed.
	Lessons Lessons
	// Key is a digest of the App Key that the customer was found under; a create
	// under another one is not sent.
	Key string
	// Body is the request in the ERP's own shape, owned by the ERP's package.
	Body any
	// Stock is what it takes out of the ERP's stock, owned by the ERP's package; nil where the
	// ERP isn't asked for that.
	Stock any
	// Order is what it was made from: an answer about the document may repeat its
	// texts.
	Order order.Order
	// Facts are what of it fiscal rules may speak of, the buyer's own among them.
	Facts []preflight.Fact
}

// Preflight is what the fiscal rules of that day have against the document.
func (d Document) Preflight(now time.Time) []preflight.Finding {
	facts := d.Facts
	if d.Order.ID != "" {
		facts = append(slices.Clone(facts), preflight.Fact{About: preflight.Total, Value: d.Total.String(), Paid: d.Order.Total.String(),
			Field: words.Say("the document's total"), Mend: words.Say("the store's order, or enter the order in the ERP by hand")})
	}
	return preflight.Check(facts, now)
}

// Mark is what is remembered of a document that was sent: enough to recognize it
// (rule 7), nothing personal.
type Mark struct {
	Digest      string      `json:"digest,omitempty"`
	Total       order.Money `json:"total,omitzero"`
	OrderNumber string      `json:"order_number,omitempty"`
	CustomerID  string      `json:"customer_id,omitempty"`
	// Key is a digest of the App Key that the create call went out under: under
	// another one, an absence proves nothing. Empty where it isn't known.
	Key string `json:"key,omitempty"`
}

// IsZero tells whether nothing was ever sent.
func (m Mark) IsZero() bool { return m.Digest == "" }

// Note is what is remembered between calls: of a customer, under a hash of their tax
// id, or of anything else that an ERP's package has to know later, under a name of its
// own that no hash can be.
type Note struct {
	// ID is what was found out, as the customer's id in the ERP; empty while it isn't
	// known. Nothing personal.
	ID string `json:"id,omitempty"`
	// QuietUntil: nothing is asked about it before. It is set before a question
	// leaves, so that it holds whoever dies over it.
	QuietUntil time.Time `json:"quiet_until,omitzero"`
	// Token identifies the write; empty where there was none.
	Token string `json:"token,omitempty"`
}

// Notes is where notes are kept, by account and name.
type Notes interface {
	// Note returns what was kept; zero if nothing.
	Note(ctx context.Context, account, name string) (Note, error)
	// WriteNote replaces before by after, and tells whether before was what is kept.
	// after.Token must be new.
	WriteNote(ctx context.Context, account, name string, before, after Note) (bool, error)
}

// AnswerKind says what one call ended in.
type AnswerKind string

// What a call can end in.
const (
	// CustomerKnown: the customer is known; nothing of the document was sent. Text is what
	// a person may want to know of how they were found; mostly empty.
	CustomerKnown AnswerKind = "ready"
	// Created: the ERP wrote the document; ID and Number are its own.
	Created AnswerKind = "created"
	// Present: a look-up found one document with our reference; Found is it.
	Present AnswerKind = "present"
	// Absent: a look-up proved that there is none.
	Absent AnswerKind = "absent"
	// Unprovable: a look-up that found nothing of ours, in a way that will never
	// prove an absence (a filter that is not honoured, or not known to be), or the same of
	// a customer. It is for a person to look.
	Unprovable AnswerKind = "unprovable"
	// Duplicate: a create was refused because the reference is already there, or a
	// customer's because they are.
	Duplicate AnswerKind = "duplicate"
	// Refused: the ERP refused the contents, in words that we know.
	Refused AnswerKind = "refused"
	// CustomerGone: a create was refused because the ERP has no customer with the id that
	// was sent. Nothing was written.
	CustomerGone AnswerKind = "customer_gone"
	// Unmapped: the ERP has nothing by the name that the account gives a line; Text says
	// which, and what to do. Nothing of the document was sent.
	Unmapped AnswerKind = "unmapped"
	// Unknown: a fault that matches no row of the outcome table (rule 9).
	Unknown AnswerKind = "unknown"
	// AccountRests: the account must rest for RetryAfter (429, block, key refused, a
	// request of the same method running). Nothing was written.
	AccountRests AnswerKind = "lane"
	// Redundant: the ERP saw the same call a moment ago. On a create it may be
	// that the former one went through.
	Redundant AnswerKind = "redundant"
	// Early: the call was not begun because the same one may have ended less than
	// the spacing ago; RetryAfter says how long to wait.
	Early AnswerKind = "early"
	// NotSent: the call failed before the first byte of the request left.
	NotSent AnswerKind = "not_sent"
	// NoTime: the call was not begun because too little time was left.
	NoTime AnswerKind = "no_time"
	// Lost: from the first byte on, no answer that can be understood.
	Lost AnswerKind = "lost"
)

// Answer is what one call ended in, as a value: control flow, not an error.
type Answer struct {
	Kind AnswerKind
	// ID and Number are the ERP's own, after Created and Present.
	ID     string
	Number string
	// Found is the document that a look-up found, for the proof of rule 7.
	Found Found
	// Text is what the ERP said or what went wrong, for a person: at most 500
	// bytes, tax ids masked, no secret.
	Text words.Text
	// Warning is what a person is told of the document that is about to be created, after
	// CustomerKnown: it hinders nothing. Mostly empty.
	Warning words.Text
	// RetryAfter is how long the ERP asked for, after AccountRests and Redundant, and how
	// long to wait, after Early.
	RetryAfter time.Duration
	// AccountFault marks an AccountRests that is the account's own fault (its key was
	// refused): it opens the breaker, so that the probes get rarer.
	AccountFault bool
	// Reason is what a person is told that a Refused create is about, where the ERP says more
	// than that it doesn't like the contents; empty: order.RefusedByERP. order.Mapping: it has
	// nothing by the name that the account gives a line.
	Reason order.ReasonKind
	// LeaveOut is the part of the customer, in plain words, that the ERP refused by its
	// name and can do without, after Refused; empty for none.
	LeaveOut string
	// Key is a digest of the App Key that a look-up was made under; empty where it
	// isn't known.
	Key string
	// Err is why what is remembered of the customer could not be read or written;
	// nothing was asked then. It is a fault of ours and not the ERP's.
	Err error
}

// Found is a document as the ERP shows it.
type Found struct {
	Total       order.Money
	OrderNumber string
	CustomerID  string
	// TotalUnknown tells that the ERP shows no total: the proof of rule 7 rests on
	// the reference alone.
	TotalUnknown bool
	// Cancelled tells that the ERP shows it as cancelled.
	Cancelled bool
}

// Problem is what is wrong with an account's settings, for `carimbo check`.
type Problem struct {
	// Path leads to the value inside the account's object, keys and indexes
	// joined with dots: "os.Cabecalho.cEtapa".
	Path string
	// Message says what is wrong and what is allowed there.
	Message words.Text
	// Warning marks what will work, but may not be meant.
	Warning bool
}
