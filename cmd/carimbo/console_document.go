package main

import (
	"context"

	"github.com/carimbo/carimbo/shared/connection"
	web "github.com/carimbo/carimbo/shared/console"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform/registry"
	"github.com/carimbo/carimbo/shared/words"
)

// documents say what the ERP is asked to create of an order whose contents are kept, as a
// preview of them does, with the account that the order has and its settings of now.
func (c *console) documents(cfg func() connection.Config) func(context.Context, ledger.Entry) (web.Document, error) {
	return func(_ context.Context, e ledger.Entry) (web.Document, error) {
		s, err := c.storeFor(cfg(), e)
		if err != nil {
			return web.Document{}, err
		}
		o, body, open, err := c.documentOf(s, e)
		d := web.Document{Request: body, Open: open, Private: personal(o.Customer)}
		if err != nil || e.Newer == nil || len(e.Newer.Payload) == 0 {
			return d, err
		}
		later := e
		later.Payload, later.PaidAt, later.PaidRank = e.Newer.Payload, e.Newer.PaidAt, e.Newer.PaidRank
		newer, wouldBe, _, err := c.documentOf(s, later)
		if err != nil {
			return d, words.Errorf("from the newer contents: %v", err)
		}
		d.Private = append(d.Private, personal(newer.Customer)...)
		d.Diff, err = operator.Differences(body, wouldBe)
		return d, err
	}
}

// storeFor is the order's connection as it is configured now, with the account that the order
// was taken in for.
func (c *console) storeFor(cfg connection.Config, e ledger.Entry) (store, error) {
	conn, ok := cfg.Connections[e.Connection]
	if !ok {
		return store{}, words.Errorf("connection %s is not in %s any more", e.Connection, c.connections)
	}
	if e.Account != "" {
		conn.Account = e.Account
	}
	account, ok := cfg.Accounts[conn.Account]
	if !ok || e.ERPKind != "" && e.ERPKind != account.Kind {
		return store{}, words.Errorf("account %s (%s) is not in %s any more", conn.Account, e.ERPKind, c.connections)
	}
	p, ok := registry.Get(conn.Platform)
	if !ok {
		return store{}, words.Errorf("this program doesn't know the platform %s", conn.Platform)
	}
	return store{conn, account, p}, nil
}

// documentOf is what the entry's contents become.
func (c *console) documentOf(s store, e ledger.Entry) (o order.Order, body []byte, open words.Text, err error) {
	if o, err = sentOrder(s, e); err != nil {
		return o, nil, words.Text{}, err
	}
	kind, err := s.kind()
	if err != nil {
		return o, nil, words.Text{}, err
	}
	ref := e.Reference
	if e.Account == "" {
		client, err := c.client(s)
		if err != nil {
			return o, nil, words.Text{}, err
		}
		ref = s.Reference(s.account, client, o.ID)
	}
	_, body, open, err = c.document(s, kind, o, ref)
	return o, body, open, err
}

// personal are the texts of a customer that are shown to nobody who doesn't ask for them.
func personal(customer order.Customer) []string {
	a := customer.Address
	return append(customer.Private(), a.Street, a.Complement, a.District, a.PostalCode)
}
