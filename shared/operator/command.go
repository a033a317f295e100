package operator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/words"
)

// Orders are those of one ledger, which commands are given to.
type Orders struct {
	Ledger ledger.Ledger
	Kinds  ERPKinds
	// Settings reads those of an account as they are configured now. The error is for
	// a person.
	Settings func(account, kind string) (json.RawMessage, error)
	Site     Site
}

// Plan is what a command would do to one order.
type Plan struct {
	Key string
	// Will says it in words; empty where the rules refuse it.
	Will    words.Text
	Refused *Refusal
	// Before is the order as it stands.
	Before ledger.Entry
}

// Plan asks the rules what a command would do, and does nothing. Whoever carries it
// out asks them again: the order may have moved on.
func (o Orders) Plan(ctx context.Context, key string, ev placing.Event) (Plan, error) {
	p := Plan{Key: key}
	e, err := Find(ctx, o.Ledger, key)
	if errors.As(err, &p.Refused) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	if p.Refused = o.refuseID(e, ev); p.Refused != nil {
		p.Before = e
		return p, nil
	}
	return o.plan(ctx, e, ev)
}

// plan asks the rules about the order as it stands.
func (o Orders) plan(ctx context.Context, e ledger.Entry, ev placing.Event) (Plan, error) {
	p := Plan{Key: e.Key, Before: e}
	rules, unknown := o.rules(e, ev)
	after, step := placing.Next(rules, e, ev, o.Site.Now())
	if step.Do == placing.Refuse {
		p.Refused = o.refusal(e, rules, step)
		return p, nil
	}
	if errors.As(unknown, &p.Refused) {
		return p, nil
	}
	lane, err := o.Ledger.Lane(ctx, e.Account)
	p.Will = Forecast(o.Kinds, rules, e, after, ev, o.Site.Soon(after.Until, lane))
	return p, err
}

// refuseID is why the id that a person gives can't be the document's: where no look-up
// verifies it, their word is all there is.
func (o Orders) refuseID(e ledger.Entry, ev placing.Event) *Refusal {
	kind := o.Kinds.of(e.ERPKind)
	if of, ok := ev.(placing.ResolveCreated); ok && !kind.IsID(of.ID) {
		return refusalOf(e.Key, words.Say("%s is no id of a document: %s", of.ID, kind.IDForm()))
	}
	return nil
}

// Revealed are the contents of an order.
type Revealed struct {
	Payload platform.Payload
	// Newer are those that the store sent since these were sent to the ERP; nil for none.
	Newer *platform.Payload
}

// Reveal returns the contents that are kept of the order, once it is written into its
// timeline that the person is shown them. The error is a *Refusal where there are none.
func (o Orders) Reveal(ctx context.Context, key string, by placing.Person) (Revealed, error) {
	e, err := Find(ctx, o.Ledger, key)
	if err != nil {
		return Revealed{}, err
	}
	e, step, err := placing.Apply(ctx, o.Ledger, placing.Rules{Spacing: placing.Spacing}, key, placing.Reveal{Person: by, What: words.Say("the contents were shown")}, o.Site.Now)
	if err != nil {
		return Revealed{}, err
	}
	if step.Do == placing.Refuse {
		return Revealed{}, refusalOf(key, step.Why)
	}
	var r Revealed
	if r.Payload, err = platform.Unpack(e.Payload); err != nil {
		return r, fmt.Errorf("%s: %w", key, err)
	}
	if e.Newer != nil && len(e.Newer.Payload) > 0 {
		newer, err := platform.Unpack(e.Newer.Payload)
		if err != nil {
			return r, fmt.Errorf("%s: %w", key, err)
		}
		r.Newer = &newer
	}
	return r, nil
}

// Result is what a command did to one order, as --json shows it. Will is what it was
// going to do, Why why it did nothing.
type Result struct {
	Key           string       `json:"key"`
	Done          bool         `json:"done"`
	Will          string       `json:"will,omitempty"`
	Why           string       `json:"why,omitempty"`
	State         ledger.State `json:"state,omitempty"`
	Reason        *ReasonView  `json:"reason,omitempty"`
	NextAttemptAt time.Time    `json:"next_attempt_at,omitzero"`
	// Next says what happens to the order now.
	Next words.Text `json:"-"`
}

// NotDone is the result of a plan that wasn't carried out.
func (o Orders) NotDone(p Plan) Result {
	if p.Refused != nil {
		return Result{Key: p.Key, Will: p.Will.In(o.Site.Language), Why: p.Refused.Why.In(o.Site.Language)}
	}
	return o.result(p, p.Before)
}

func (o Orders) result(p Plan, e ledger.Entry) Result {
	view := ViewEntry(o.Kinds, o.Site.Language, e)
	return Result{Key: p.Key, Will: p.Will.In(o.Site.Language), State: e.State, Reason: view.Reason, NextAttemptAt: view.NextAttemptAt}
}

// Do gives the command to the order. The error is a *Refusal where the rules forbid
// it.
func (o Orders) Do(ctx context.Context, p Plan, ev placing.Event) (Result, error) {
	e, err := o.apply(ctx, p.Key, ev)
	if err != nil {
		return Result{}, err
	}
	lane, err := o.Ledger.Lane(ctx, e.Account)
	if err != nil {
		return Result{}, err
	}
	r := o.result(p, e)
	r.Done, r.Next = true, o.next(e, lane)
	return r, nil
}

func (o Orders) apply(ctx context.Context, key string, ev placing.Event) (ledger.Entry, error) {
	e, err := Find(ctx, o.Ledger, key)
	if err != nil {
		return e, err
	}
	rules, err := o.rules(e, ev)
	if err != nil {
		return e, err
	}
	e, step, err := placing.Apply(ctx, o.Ledger, rules, key, ev, o.Site.Now)
	if err == nil && step.Do == placing.Refuse {
		err = o.refusal(e, rules, step)
	}
	return e, err
}

// rules are those of the order's account. The error is a *Refusal: what becomes of
// the command depends on a look-up of which nothing is known here.
func (o Orders) rules(e ledger.Entry, ev placing.Event) (placing.Rules, error) {
	can, err := o.canLookUp(e)
	rules := placing.Rules{Spacing: placing.Spacing, CanLookUp: can}
	if err != nil && dependsOnLookUp(e, ev) {
		return rules, refusalOf(e.Key, words.Of(err))
	}
	return rules, nil
}

// canLookUp tells whether the order's account has a look-up. The error is for a
// person: nothing is known of the account.
func (o Orders) canLookUp(e ledger.Entry) (bool, error) {
	return o.Kinds.of(e.ERPKind).CanLookUp(func() (json.RawMessage, error) { return o.Settings(e.Account, e.ERPKind) })
}

// dependsOnLookUp tells whether what becomes of the command depends on a look-up.
func dependsOnLookUp(e ledger.Entry, ev placing.Event) bool {
	if _, denies := ev.(placing.ResolveAbsent); denies {
		return e.State == ledger.Created || e.Denied()
	}
	return e.State == ledger.Uncertain
}

// refusal is why the rules forbid a command. Who has to look in the ERP is told what
// for.
func (o Orders) refusal(e ledger.Entry, r placing.Rules, step placing.Step) *Refusal {
	why := step.Why
	if e.State == ledger.Uncertain && !r.CanLookUp && !e.Leased(o.Site.Now()) {
		why = words.Sentences(why, o.Kinds.of(e.ERPKind).WhereToLook(e.Reference))
	}
	return refusalOf(e.Key, why)
}

// next says what happens to the order now.
func (o Orders) next(e ledger.Entry, lane ledger.Lane) words.Text {
	soon := o.Site.Soon(e.Until, lane)
	switch {
	case !e.DismissedAt.IsZero():
		return words.Say("off your list until something happens to it")
	case e.State == ledger.Created:
		return words.Say("document %s counts as this order's", e.ERPID)
	case e.State == ledger.Waiting:
		return words.Say("it goes on %s", soon)
	case e.Denied():
		return words.Say("document %s is looked up %s; carimbo orders show %s tells what came of it", e.ERPID, soon, e.Key)
	case e.State == ledger.Uncertain && !e.Parked() && e.AssertedID != "":
		return words.Say("a look-up verifies document %s %s", e.AssertedID, soon)
	case e.State == ledger.Uncertain && !e.Parked():
		return words.Say("it is looked up %s", soon)
	}
	return InWords(o.Kinds, e)
}
