package operator

import (
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// EntryView is an entry as --json shows it.
type EntryView struct {
	Key         string       `json:"key"`
	Connection  string       `json:"connection"`
	Platform    string       `json:"platform"`
	OrderID     string       `json:"order_id"`
	StoreNumber string       `json:"store_number,omitempty"`
	Total       string       `json:"total,omitempty"`
	Currency    string       `json:"currency,omitempty"`
	Customer    string       `json:"customer,omitempty"`
	ERPKind     string       `json:"erp,omitempty"`
	Account     string       `json:"account,omitempty"`
	State       ledger.State `json:"state"`
	Code        string       `json:"code,omitempty"`
	ERPID       string       `json:"erp_id,omitempty"`
	ERPNumber   string       `json:"erp_number,omitempty"`
	Found       *bool        `json:"found,omitempty"`
	Attempts    int          `json:"attempts"`
	Reason      *ReasonView  `json:"reason,omitempty"`
	// Needs is why a person is waited for; empty where nobody has anything to do.
	Needs ledger.Need `json:"needs,omitempty"`
	// WrittenByNewer: a newer release wrote it, and this one may misread it.
	WrittenByNewer bool `json:"written_by_newer,omitempty"`

	NextAttemptAt time.Time `json:"next_attempt_at,omitzero"`
	ReversedAt    time.Time `json:"reversed_at,omitzero"`
	ChangedAt     time.Time `json:"changed_at,omitzero"`
	DismissedAt   time.Time `json:"dismissed_at,omitzero"`
	ReceivedAt    time.Time `json:"received_at,omitzero"`
	UpdatedAt     time.Time `json:"updated_at,omitzero"`
	CreatedAt     time.Time `json:"created_at,omitzero"`
}

// ReasonView is a reason in the words of a language.
type ReasonView struct {
	Kind    order.ReasonKind `json:"kind"`
	Message string           `json:"message"`
}

// EntryDetails is an EntryView with what happened.
type EntryDetails struct {
	EntryView
	Timeline []AttemptView `json:"timeline"`
}

// AttemptView is a line of the timeline, with the ERP's method that it called.
type AttemptView struct {
	At     time.Time `json:"at"`
	Did    string    `json:"did"`
	Answer string    `json:"answer,omitempty"`
	// Text is the attempt's in the words of a language.
	Text   string       `json:"text,omitempty"`
	Rule   string       `json:"rule,omitempty"`
	Became ledger.State `json:"became"`
	By     string       `json:"by,omitempty"`
	Note   string       `json:"note,omitempty"`
	Asked  string       `json:"asked,omitempty"`
}

// ViewEntry is what a list shows of an entry.
func ViewEntry(kinds ERPKinds, in words.Language, e ledger.Entry) EntryView {
	v := EntryView{
		Key: e.Key, Connection: e.Connection, Platform: e.Platform, OrderID: e.OrderID,
		StoreNumber: e.StoreNumber, Total: e.Total, Currency: e.Currency, Customer: e.Customer,
		ERPKind: e.ERPKind, Account: e.Account, State: e.State,
		Code: kinds.of(e.ERPKind).Code(e.Reference), ERPID: e.ERPID, ERPNumber: e.ERPNumber, Attempts: e.Attempts, WrittenByNewer: e.OfNewerRelease(),
		NextAttemptAt: nextAttempt(e).UTC(), ReversedAt: e.ReversedAt.UTC(), ChangedAt: e.ChangedLater().UTC(), DismissedAt: e.DismissedAt.UTC(),
		ReceivedAt: e.ReceivedAt.UTC(), UpdatedAt: e.UpdatedAt.UTC(), CreatedAt: e.CreatedAt.UTC(),
	}
	if e.WaitsForPerson() {
		v.Needs = e.Needs()
	}
	if e.State == ledger.Created {
		v.Found = &e.Found
	}
	if e.Reason != (order.Reason{}) {
		v.Reason = &ReasonView{e.Reason.Kind, e.Reason.Message.In(in)}
	}
	return v
}

// ViewDetails is all that is shown of an entry.
func ViewDetails(kinds ERPKinds, in words.Language, e ledger.Entry) EntryDetails {
	timeline := make([]AttemptView, len(e.Timeline))
	for i, a := range e.Timeline {
		timeline[i] = AttemptView{At: a.At.UTC(), Did: a.Did, Answer: a.Answer, Text: a.Text.In(in), Rule: a.Rule, Became: a.Became,
			By: a.By, Note: a.Note, Asked: kinds.of(e.ERPKind).Asked(e.Reference, a.Did)}
	}
	return EntryDetails{ViewEntry(kinds, in, e), timeline}
}

// nextAttempt is when the entry goes on by itself; zero if it doesn't.
func nextAttempt(e ledger.Entry) time.Time {
	switch e.State {
	case ledger.Waiting, ledger.Uncertain:
		return e.Until
	case ledger.Accepted, ledger.Creating:
		return e.Lease
	}
	return time.Time{}
}
