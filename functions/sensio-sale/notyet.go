package main

import (
	"context"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/order"
)

// notYetText is what a person reads beside each such order.
const notYetText = "this version of Carimbo can't create Sensio sales yet; the order is kept until one that can is deployed"

// notYet is a Sensio account to a version that can't create sales: its orders
// wait, with all their contents, and nothing is ever sent. An order whose own
// parts are wrong is rejected here as it would be there.
type notYet struct{}

var _ erp.ERP = notYet{}

// Document is empty: nobody will see it.
func (notYet) Document(_ order.Order, ref erp.Reference) (erp.Document, error) {
	return erp.Document{Reference: ref}, nil
}

// Customer is the first call of every order, and here the last.
func (notYet) Customer(_ context.Context, doc erp.Document) (erp.Document, erp.Answer) {
	return doc, notSent
}

// Create is never reached.
func (notYet) Create(context.Context, erp.Document) erp.Answer { return notSent }

// LookUp proves nothing.
func (notYet) LookUp(context.Context, erp.Reference) erp.Answer { return notSent }

// CanLookUp tells that LookUp proves nothing.
func (notYet) CanLookUp() bool { return false }

// CallLimit is nothing: there are no calls.
func (notYet) CallLimit() time.Duration { return 0 }

var notSent = erp.Answer{Kind: erp.NotSent, Text: notYetText}
