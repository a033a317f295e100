package main

import (
	"time"

	"github.com/carimbo/carimbo/shared/connection/file"
	"github.com/carimbo/carimbo/shared/erp/sensio"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
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

	NextAttemptAt time.Time `json:"next_attempt_at,omitzero"`
	ReversedAt    time.Time `json:"reversed_at,omitzero"`
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
		ERPID: e.ERPID, ERPNumber: e.ERPNumber, Attempts: e.Attempts,
		NextAttemptAt: nextAttempt(e).UTC(), ReversedAt: e.ReversedAt.UTC(),
		ReceivedAt: e.ReceivedAt.UTC(), UpdatedAt: e.UpdatedAt.UTC(), CreatedAt: e.CreatedAt.UTC(),
	}
	if e.ERP == omieKind {
		l.Code = e.Reference.Code
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

// canLookUp tells whether the order's account has a look-up. Where the file of
// connections doesn't tell, the worker finds out: a person's word then counts
// when it has.
func (c *console) canLookUp(e ledger.Entry) bool {
	if e.ERP != sensioKind {
		return e.ERP == omieKind
	}
	cfg, _, err := file.Load(c.connections, erpChecks)
	account, ok := cfg.ERPs[e.Account]
	if err != nil || !ok {
		return true
	}
	settings, err := sensio.Parse(account.Settings)
	return err != nil || settings.LookUp != nil
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
