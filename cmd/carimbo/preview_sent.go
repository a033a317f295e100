package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/words"
)

// previewSent is what of the order was sent last, held against what would be sent. It is
// made again from the payload that its entry keeps, with the entry's own values.
type previewSent struct {
	Key   string       `json:"key"`
	State ledger.State `json:"state,omitempty"`
	// Why says why there is nothing to compare.
	Why words.Text `json:"why,omitzero"`
	// Exact: what was made again is what was sent, byte for byte. Else the customer's id
	// in the ERP isn't in it, or the account or the order was changed since.
	Exact bool                  `json:"exact"`
	Diff  []operator.Difference `json:"diff"`
}

// findSent looks up the order's entry in the ledger that the flags name, if they name one.
func (c *console) findSent(cmd *cobra.Command, s store, n platform.Notice, v *previewView) error {
	if !cmd.Flags().Changed("data") && c.stack == "" {
		return nil
	}
	key := s.Name + "#" + n.OrderID
	v.Sent = &previewSent{Key: key, Why: words.Say("this payload becomes no document to compare with"), Diff: []operator.Difference{}}
	err := c.withLedger(cmd, func(ctx context.Context, l ledger.Ledger) error {
		e, err := l.Get(ctx, key)
		if err == nil {
			v.kept, v.Sent.State = e, e.State
		}
		return err
	})
	switch e := v.kept; {
	case errors.Is(err, ledger.ErrNotFound):
		v.Sent.Why, err = words.Say("nothing is known of this order there"), nil
	case err != nil:
	case e.Document.IsZero():
		v.Sent.Why = words.Say("nothing of this order was sent")
	case len(e.Payload) == 0:
		v.Sent.Why = words.Say("it was sent, and its contents are not kept any more")
	}
	return err
}

// frozen is the store with what its order's entry froze: the account, whatever the
// connection says today, and the reference.
func (c *console) frozen(s store, o order.Order, v *previewView) (store, erp.Reference, error) {
	e := v.kept
	if e.Account == "" {
		client, err := c.client(s)
		if err != nil {
			return s, erp.Reference{}, err
		}
		return s, s.Reference(s.account, client, o.ID), nil
	}
	if e.Account != s.Account || e.ERPKind != s.account.Kind {
		settings, err := c.accountSettings(e.Account, e.ERPKind)
		if err != nil {
			return s, e.Reference, err
		}
		v.warn("the order was taken in for the account %s, and not for the connection's of today, %s", e.Account, s.Account)
		s.Account, s.account.Kind, s.account.Settings = e.Account, e.ERPKind, settings
		v.Account, v.ERP = e.Account, e.ERPKind
		return s, e.Reference, nil
	}
	c.sameKind(s, e.Reference, o, v)
	return s, e.Reference, nil
}

// sameKind tells where the order stays another kind of document than is asked for today.
func (c *console) sameKind(s store, was erp.Reference, o order.Order, v *previewView) {
	kind, err := s.kind()
	client, unusable := c.client(s)
	if err != nil || unusable != nil {
		return // which is told elsewhere
	}
	then, _ := kind.Document(was.DocumentKind)
	now, _ := kind.Document(s.Reference(s.account, client, o.ID).DocumentKind)
	if then.Name != now.Name {
		v.warn("the order was taken in for a document of kind %s (%s), and stays one; of new ones the connection asks for %s (%s)", then.Name, then.Title, now.Name, now.Title)
	}
}

// compareSent fills in how the request differs from what was sent.
func (c *console) compareSent(s store, kind erp.Kind, o order.Order, v *previewView) error {
	if v.Sent == nil || v.kept.Document.IsZero() || len(v.kept.Payload) == 0 {
		return nil
	}
	was, err := sentOrder(s, v.kept)
	if err != nil {
		v.Sent.Why = words.Say("what was sent can't be made again: %s", err)
		return nil
	}
	doc, body, _, err := c.document(s, kind, was, v.kept.Reference)
	if err != nil {
		v.Sent.Why = words.Say("what was sent can't be made again with the account as it is now: %s", err)
		return nil
	}
	mark, err := placing.MarkOf(doc)
	if err != nil {
		return err
	}
	diff, err := operator.Differences(body, v.Request)
	if err != nil {
		return err
	}
	asked, err := askedDifferently(kind, s, v.kept.Reference, was, o)
	if err != nil {
		return err
	}
	for _, d := range asked {
		if !slices.ContainsFunc(diff, func(has operator.Difference) bool { return strings.HasSuffix(d.Path, "."+has.Path) }) {
			diff = append(diff, d)
		}
	}
	v.Sent.Why, v.Sent.Exact, v.Sent.Diff = words.Text{}, mark.Digest == v.kept.Document.Digest, v.hideIn(diff, was.Customer, o.Customer)
	return nil
}

// sentOrder reads the order whose document was sent, as placing did.
func sentOrder(s store, e ledger.Entry) (order.Order, error) {
	payload, err := platform.Unpack(e.Payload)
	if err != nil {
		return order.Order{}, err
	}
	o, err := s.platform.Order(payload, s.Settings())
	if err != nil {
		return order.Order{}, err
	}
	if known := (order.Moment{At: e.PaidAt, Rank: e.PaidRank}); known.Rank >= o.PaidRank && !known.At.IsZero() {
		o.Paid(known)
	}
	return o, nil
}

// askedDifferently is what the ERP would be asked of the customer and wasn't, or the other
// way about: the request itself may have a mere id of them.
func askedDifferently(kind erp.Kind, s store, ref erp.Reference, was, is order.Order) ([]operator.Difference, error) {
	var calls [2][]byte
	for i, o := range []order.Order{was, is} {
		e, err := kind.Explain(s.account.Settings, o, ref)
		if err != nil {
			return nil, err
		}
		fields := map[string]any{}
		for _, call := range e.Asked {
			fields[call.Call] = call.Fields
		}
		if calls[i], err = json.Marshal(fields); err != nil {
			return nil, err
		}
	}
	return operator.Differences(calls[0], calls[1])
}

// hideIn masks what is the customers' in the values, unless nothing is masked.
func (v *previewView) hideIn(diff []operator.Difference, customers ...order.Customer) []operator.Difference {
	var secrets []string
	for _, c := range customers {
		secrets = append(secrets, personal(c)...)
	}
	hidden := func(value json.RawMessage) json.RawMessage {
		var text string
		if json.Unmarshal(value, &text) != nil || !slices.ContainsFunc(secrets, func(p string) bool { return p != "" && strings.Contains(text, p) }) {
			return value
		}
		value, _ = json.Marshal(v.hidden(text)) // texts always can be
		return value
	}
	masked := make([]operator.Difference, len(diff))
	for i, d := range diff {
		masked[i] = operator.Difference{Path: d.Path, Was: hidden(d.Was), WouldBe: hidden(d.WouldBe)}
	}
	return masked
}

// writeSent tells how the document differs from what was sent.
func (c *console) writeSent(out *bytes.Buffer, sent *previewSent) {
	if sent == nil {
		return
	}
	c.printf(out, "Sent last\n")
	c.writeField(out, c.say("order"), strings.TrimSuffix(sent.Key+", "+sent.State.Words().In(c.language), ", "), plain)
	switch {
	case !sent.Why.IsZero():
		c.writeField(out, "", sent.Why.In(c.language), plain)
		return
	case !sent.Exact:
		c.writeField(out, "", c.say("made again, and not byte for byte: the customer's id in the ERP isn't in it, or the account or the order was changed since"), plain)
	}
	if len(sent.Diff) == 0 {
		c.writeField(out, "", c.say("the same would be sent"), plain)
	}
	for _, d := range sent.Diff {
		c.printf(out, "  %s was %s, would be %s\n", safe(d.Path), c.orNothing(d.Was), c.orNothing(d.WouldBe))
	}
}

func (c *console) orNothing(value []byte) string {
	if len(value) == 0 {
		return c.say("nothing")
	}
	return safe(string(value))
}
