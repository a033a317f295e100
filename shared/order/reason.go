package order

import (
	"errors"
	"fmt"
)

// Kind is the closed list of reasons why an order is not a document (yet).
type Kind string

// Why an order was rejected: nothing happens until the store mends it or a
// person acts.
const (
	NotUnderstood  Kind = "not_understood"
	Mapping        Kind = "mapping"
	TaxIDReason    Kind = "tax_id"
	Preflight      Kind = "preflight"
	TotalReason    Kind = "total"
	CurrencyReason Kind = "currency"
	QuantityReason Kind = "quantity"
	RefusedByERP   Kind = "refused_by_erp"
	TooOld         Kind = "too_old"
	Reversed       Kind = "reversed"
	NotFound       Kind = "not_found"
	GaveUp         Kind = "gave_up"
	AccountGone    Kind = "erp_account_gone"
	// Deleted: a look-up proved that somebody deleted the document in the ERP; on
	// an uncertain order, a person says so and a look-up will tell.
	Deleted Kind = "deleted"
)

// NeedsPerson parks an uncertain order: no proof can be had without a person.
const NeedsPerson Kind = "needs_person"

// Why an order waits: nothing of it is in the ERP, and it goes on by itself.
const (
	ERPDown    Kind = "erp_down"
	NotSent    Kind = "not_sent"
	Redundant  Kind = "redundant"
	Lane       Kind = "lane"
	Fetch      Kind = "fetch"
	NotPaidYet Kind = "not_paid_yet"
	Panic      Kind = "panic"
	Mended     Kind = "mended"
	Retried    Kind = "retried"
)

// Why an order is uncertain: it may be in the ERP, and a look-up will tell.
const (
	LostAnswer     Kind = "lost_answer"
	Lapsed         Kind = "lapsed"
	RedundantWrite Kind = "redundant_write"
	UnknownFault   Kind = "unknown_fault"
)

// Kinds is the whole list, for filters and for the schema of what a user may ask.
func Kinds() []Kind {
	return []Kind{
		NotUnderstood, Mapping, TaxIDReason, Preflight, TotalReason, CurrencyReason, QuantityReason,
		RefusedByERP, TooOld, Reversed, NotFound, GaveUp, AccountGone, Deleted,
		NeedsPerson,
		ERPDown, NotSent, Redundant, Lane, Fetch, NotPaidYet, Panic, Mended, Retried,
		LostAnswer, Lapsed, RedundantWrite, UnknownFault,
	}
}

// Reason tells a person why the order is where it is and what to do about it.
// Message names the field, never a person's data.
type Reason struct {
	Kind    Kind   `json:"kind"`
	Message string `json:"message"`
}

// Rejection is the error of an order whose contents can't become a document.
type Rejection struct{ Reason Reason }

func (r *Rejection) Error() string { return string(r.Reason.Kind) + ": " + r.Reason.Message }

// Reject makes a Rejection. Its message may hold what a store calls things, so it
// is bounded.
func Reject(kind Kind, format string, args ...any) error {
	return &Rejection{Reason{Kind: kind, Message: shortened(fmt.Sprintf(format, args...), maxReason)}}
}

// AsRejection finds the Rejection in err.
func AsRejection(err error) (Reason, bool) {
	var r *Rejection
	if errors.As(err, &r) {
		return r.Reason, true
	}
	return Reason{}, false
}
