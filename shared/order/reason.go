package order

import (
	"errors"

	"github.com/carimbo/carimbo/shared/words"
)

// ReasonKind is the closed list of reasons why an order is not a document (yet).
type ReasonKind string

// Why an order was rejected: nothing happens until the store mends it or a
// person acts.
const (
	NotUnderstood  ReasonKind = "not_understood"
	Mapping        ReasonKind = "mapping"
	TaxIDReason    ReasonKind = "tax_id"
	Preflight      ReasonKind = "preflight"
	TotalReason    ReasonKind = "total"
	CurrencyReason ReasonKind = "currency"
	QuantityReason ReasonKind = "quantity"
	RefusedByERP   ReasonKind = "refused_by_erp"
	TooOld         ReasonKind = "too_old"
	Reversed       ReasonKind = "reversed"
	NotFound       ReasonKind = "not_found"
	GaveUp         ReasonKind = "gave_up"
	AccountGone    ReasonKind = "erp_account_gone"
	// Unsupported: the order is no sale, or of a kind that is not supported, and the
	// connection doesn't say otherwise.
	Unsupported ReasonKind = "unsupported"
	// Deleted: a look-up proved that somebody deleted the document in the ERP; on
	// an uncertain order, a person says so and a look-up will tell.
	Deleted ReasonKind = "deleted"
)

// NeedsPerson parks an uncertain order: no proof can be had without a person.
const NeedsPerson ReasonKind = "needs_person"

// Why an order waits: nothing of it is in the ERP, and it goes on by itself.
const (
	ERPDown      ReasonKind = "erp_down"
	NotSent      ReasonKind = "not_sent"
	Redundant    ReasonKind = "redundant"
	AccountRests ReasonKind = "lane"
	Fetch        ReasonKind = "fetch"
	NotPaidYet   ReasonKind = "not_paid_yet"
	Panic        ReasonKind = "panic"
	Mended       ReasonKind = "mended"
	Retried      ReasonKind = "retried"
	// DayOpen: on which day the order was paid is open, and the notice that knows it may be
	// on its way.
	DayOpen ReasonKind = "day_open"
)

// Why an order is uncertain: it may be in the ERP, and a look-up will tell.
const (
	LostAnswer     ReasonKind = "lost_answer"
	Lapsed         ReasonKind = "lapsed"
	RedundantWrite ReasonKind = "redundant_write"
	UnknownFault   ReasonKind = "unknown_fault"
)

// ReasonKinds is the whole list, for filters and for the schema of what a user may ask.
func ReasonKinds() []ReasonKind {
	return []ReasonKind{
		NotUnderstood, Mapping, TaxIDReason, Preflight, TotalReason, CurrencyReason, QuantityReason,
		RefusedByERP, TooOld, Reversed, NotFound, GaveUp, AccountGone, Unsupported, Deleted,
		NeedsPerson,
		ERPDown, NotSent, Redundant, AccountRests, Fetch, NotPaidYet, Panic, Mended, Retried, DayOpen,
		LostAnswer, Lapsed, RedundantWrite, UnknownFault,
	}
}

// Reason tells a person why the order is where it is and what to do about it.
// Message names the field, never a person's data.
type Reason struct {
	Kind    ReasonKind `json:"kind"`
	Message words.Text `json:"message"`
}

// String is the kind and, in English, the message.
func (r Reason) String() string { return string(r.Kind) + ": " + r.Message.String() }

// Rejection is the error of an order whose contents can't become a document.
type Rejection struct{ Reason Reason }

func (r *Rejection) Error() string { return r.Reason.String() }

// Words is what it says to a person.
func (r *Rejection) Words() words.Text { return r.Reason.Message }

// Reject makes a Rejection. Its message may hold what a store calls things, so it
// is bounded.
func Reject(kind ReasonKind, format string, args ...any) error {
	return &Rejection{Reason{Kind: kind, Message: words.Say(format, args...).Within(maxReason, shortened)}}
}

// AsRejection finds the Rejection in err.
func AsRejection(err error) (Reason, bool) {
	var r *Rejection
	if errors.As(err, &r) {
		return r.Reason, true
	}
	return Reason{}, false
}
