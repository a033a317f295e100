package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/connection/file"
	"github.com/carimbo/carimbo/shared/erp/sensio"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/stored"
)

// listed is an entry as --json shows it: the outside contract, which scripts
// rely on.
type listed struct {
	Key         string        `json:"key"`
	Connection  string        `json:"connection"`
	Platform    string        `json:"platform"`
	OrderID     string        `json:"order_id"`
	StoreNumber string        `json:"store_number,omitempty"`
	Total       string        `json:"total,omitempty"`
	Currency    string        `json:"currency,omitempty"`
	Customer    string        `json:"customer,omitempty"`
	ERP         string        `json:"erp,omitempty"`
	Account     string        `json:"account,omitempty"`
	State       ledger.State  `json:"state"`
	Code        string        `json:"code,omitempty"`
	ERPID       string        `json:"erp_id,omitempty"`
	ERPNumber   string        `json:"erp_number,omitempty"`
	Found       *bool         `json:"found,omitempty"`
	Attempts    int           `json:"attempts"`
	Reason      *order.Reason `json:"reason,omitempty"`
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

// shown is listed with what happened.
type shown struct {
	listed
	Timeline []attempt `json:"timeline"`
}

// attempt is a line of the timeline, with the ERP's method that it called.
type attempt struct {
	ledger.Attempt
	Asked string `json:"asked,omitempty"`
}

// asked are the methods that the attempts call, by the kind of ERP. Where a
// customer is found or a document looked up by a configured path, that is its name.
var asked = map[string]map[string]string{
	omieKind:   {"customer": "ListarClientes, IncluirCliente", "create": "IncluirOS", "look_up": "ConsultarOS"},
	sensioKind: {"customer": "GET, by customer.query", "create": "POST /sales", "look_up": "GET, by lookup.path"},
}

func list(e ledger.Entry) listed {
	l := listed{
		Key: e.Key, Connection: e.Connection, Platform: e.Platform, OrderID: e.OrderID,
		StoreNumber: e.StoreNumber, Total: e.Total, Currency: e.Currency, Customer: e.Customer,
		ERP: e.ERP, Account: e.Account, State: e.State,
		Code: code(e), ERPID: e.ERPID, ERPNumber: e.ERPNumber, Attempts: e.Attempts, WrittenByNewer: e.OfNewerRelease(),
		NextAttemptAt: nextAttempt(e).UTC(), ReversedAt: e.ReversedAt.UTC(), ChangedAt: changedAt(e).UTC(), DismissedAt: e.DismissedAt.UTC(),
		ReceivedAt: e.ReceivedAt.UTC(), UpdatedAt: e.UpdatedAt.UTC(), CreatedAt: e.CreatedAt.UTC(),
	}
	if e.State == ledger.Created {
		l.Found = &e.Found
	}
	if e.Reason != (order.Reason{}) {
		l.Reason = &e.Reason
	}
	return l
}

func show(e ledger.Entry) shown {
	timeline := make([]attempt, len(e.Timeline))
	for i, a := range e.Timeline {
		a.At = a.At.UTC()
		timeline[i] = attempt{a, asked[e.ERP][a.Did]}
	}
	return shown{list(e), timeline}
}

// How the kinds of ERP accounts are spelled.
const (
	omieKind   = "omie"
	sensioKind = "sensio"
)

// code is by what the ERP knows the document as ours: Omie's cCodIntOS, Sensio's
// orig and origId.
func code(e ledger.Entry) string {
	switch r := e.Reference; {
	case e.ERP == omieKind:
		return r.Code
	case e.ERP == sensioKind && r.OrigID != "":
		return r.Orig + "#" + r.OrigID
	}
	return ""
}

// lookBy says by what a person finds the document in the ERP.
func lookBy(e ledger.Entry) string {
	if r := e.Reference; e.ERP == sensioKind {
		return fmt.Sprintf("Look by orig %q, origId %q", r.Orig, r.OrigID)
	}
	return "Look by cCodIntOS " + e.Reference.Code
}

// late says what the store did to the order when its document was there, or may
// have been; empty for nothing. Carimbo changes no document: a person has to.
func late(e ledger.Entry) string {
	switch {
	case e.State != ledger.Created:
		return ""
	case !e.ReversedAt.IsZero():
		return "reversed later"
	case !changedAt(e).IsZero():
		return "changed later"
	}
	return ""
}

// changedAt is when the store last changed an order whose document had been sent;
// zero if it didn't. A document that was created anew has what came before.
func changedAt(e ledger.Entry) (at time.Time) {
	if e.State != ledger.Created {
		return at
	}
	for _, a := range e.Timeline {
		if a.Did == "newer_contents" && a.Became == ledger.Created && !a.At.Before(e.CreatedAt) {
			at = a.At
		}
	}
	return at
}

// inWords is why the order is where it is and, where that is left to a person,
// what to do: the ERP's own words don't tell.
func inWords(e ledger.Entry) string {
	text := cmp.Or(e.Reason.Message, string(e.Reason.Kind))
	switch {
	case e.OfNewerRelease():
		return stored.ErrNewer.Error()
	case late(e) == "reversed later":
		return "the store reversed it after it was sent: cancel document " + e.ERPID + " in the ERP yourself"
	case late(e) != "":
		return "the store changed it after it was sent: compare, and mend document " + e.ERPID + " in the ERP yourself"
	case e.Parked():
		return and(text, lookBy(e))
	case e.State == ledger.Rejected && e.Reason.Kind == order.RefusedByERP:
		return and(text, "Mend that in connections.yaml or in the store, then carimbo orders retry "+e.Key)
	}
	return text
}

// and adds a sentence to a text that may end in a full stop.
func and(text, sentence string) string {
	return strings.TrimRight(text, ". ") + ". " + sentence
}

// canLookUp tells whether the order's account has a look-up. The error is for a
// person: the file of connections doesn't tell.
func (c *console) canLookUp(e ledger.Entry) (bool, error) {
	if e.ERP != sensioKind {
		return e.ERP == omieKind, nil
	}
	cfg, _, err := file.Load(c.connections, erpChecks)
	account, ok := cfg.ERPs[e.Account]
	switch _, unreadable := errors.AsType[*fs.PathError](err); {
	case unreadable, err == nil && (!ok || account.Kind != e.ERP):
		return true, fmt.Errorf("account %s (%s) is not in %s: give the file that has it with --connections FILE", e.Account, e.ERP, c.connections)
	case err != nil:
		return true, firstOf(err)
	}
	settings, err := sensio.Parse(account.Settings)
	return settings.LookUp != nil, err
}

// asksForLookUp tells whether what becomes of the command depends on a look-up.
func asksForLookUp(e ledger.Entry, ev placing.Event) bool {
	if _, denies := ev.(placing.ResolveAbsent); denies {
		return e.State == ledger.Created || e.Denied()
	}
	return e.State == ledger.Uncertain
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
