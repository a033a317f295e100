package dynamo

import (
	"context"
	"fmt"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
)

const (
	blockedUntilName = "blocked_until"
	whyName          = "why"
	sinceName        = "since"
	throughName      = "through"
	secretName       = "secret"
	strikesName      = "strikes"
	idName           = "id"
	quietUntilName   = "quiet_until"
)

func laneKey(account string) string           { return "~lane#" + account }
func customerKey(account, hash string) string { return "~customer#" + account + "#" + hash }

// Lane returns the account's lane.
func (l *Ledger) Lane(ctx context.Context, account string) (ledger.Lane, error) {
	it, err := l.get(ctx, laneKey(account))
	if err != nil {
		return ledger.Lane{}, fmt.Errorf("read lane %s: %w", account, err)
	}
	var lane ledger.Lane
	if err := fromItem(it, &lane); err != nil {
		return ledger.Lane{}, fmt.Errorf("read lane %s: %w", account, err)
	}
	return lane, nil
}

// BlockLane extends the lane's rest; why goes with the rest that stands, since,
// strikes and secret are always the caller's.
func (l *Ledger) BlockLane(ctx context.Context, account string, lane ledger.Lane) error {
	err := l.extendRest(ctx, account, lane)
	if lane.BlockedUntil.IsZero() || isConditionFailed(err) {
		err = l.update(ctx, laneKey(account), refusal(lane))
	}
	if err != nil {
		return fmt.Errorf("block lane %s: %w", account, err)
	}
	return nil
}

// refusal sets what is the caller's, whichever rest stands.
func refusal(lane ledger.Lane) *expression {
	return newExpression().setOrRemove(sinceName, moment(ledger.Millis(lane.Since))).set(strikesName, number(int64(lane.Strikes))).setOrRemove(secretName, lane.Secret)
}

// extendRest writes the lane if it rests less.
func (l *Ledger) extendRest(ctx context.Context, account string, lane ledger.Lane) error {
	if lane.BlockedUntil.IsZero() {
		return nil
	}
	until := text(ledger.Millis(lane.BlockedUntil).Format(fixed))
	x := refusal(lane).set(blockedUntilName, until).set(whyName, text(lane.Why.Kept()))
	rests := x.name(blockedUntilName)
	x.where("attribute_not_exists(" + rests + ") OR " + rests + " < " + x.value(blockedUntilName, until))
	return l.update(ctx, laneKey(account), x)
}

// GotThrough closes the breaker; the rest that stands goes on.
func (l *Ledger) GotThrough(ctx context.Context, account string, at time.Time) error {
	now := text(ledger.Millis(at).Format(fixed))
	x := refusal(ledger.Lane{}).set(throughName, now)
	notAfter := func(attribute string) string {
		name := x.name(attribute)
		return "(attribute_not_exists(" + name + ") OR " + name + " <= " + x.value(throughName, now) + ")"
	}
	x.where("attribute_exists("+x.name(keyName)+") AND", notAfter(throughName), "AND", notAfter(sinceName))
	if err := l.update(ctx, laneKey(account), x); err != nil && !isConditionFailed(err) {
		return fmt.Errorf("clear strikes of lane %s: %w", account, err)
	}
	return nil
}

// EndRest opens the lane.
func (l *Ledger) EndRest(ctx context.Context, account string) error {
	x := refusal(ledger.Lane{}).setOrRemove(blockedUntilName, "").setOrRemove(whyName, "")
	x.where("attribute_exists(" + x.name(keyName) + ")")
	if err := l.update(ctx, laneKey(account), x); err != nil && !isConditionFailed(err) {
		return fmt.Errorf("end the rest of lane %s: %w", account, err)
	}
	return nil
}

// Customer returns what is known of a customer.
func (l *Ledger) Note(ctx context.Context, account, hash string) (erp.Note, error) {
	var mark erp.Note
	it, err := l.get(ctx, customerKey(account, hash))
	if err == nil {
		err = fromItem(it, &mark)
	}
	if err != nil {
		return erp.Note{}, fmt.Errorf("read customer of %s: %w", account, err)
	}
	return mark, nil
}

// WriteNote replaces what is known of a customer. What isn't known has no
// attribute.
func (l *Ledger) WriteNote(ctx context.Context, account, hash string, before, after erp.Note) (bool, error) {
	after, err := ledger.PrepareNote(before, after)
	if err != nil {
		return false, fmt.Errorf("write customer of %s: %w", account, err)
	}
	x := newExpression().set(tokenName, text(after.Token)).setOrRemove(idName, after.ID).setOrRemove(quietUntilName, moment(after.QuietUntil))
	if before.Token == "" {
		x.where("attribute_not_exists(" + x.name(tokenName) + ")")
	} else {
		x.where(x.name(tokenName), "=", x.value("was_token", text(before.Token)))
	}
	err = l.update(ctx, customerKey(account, hash), x)
	// One that is sent again, for want of an answer, finds its own token.
	if token, failed := tokenThatStands(err); failed {
		return token == after.Token, nil
	}
	if err != nil {
		return false, fmt.Errorf("write customer of %s: %w", account, err)
	}
	return true, nil
}

// moment is a time as the table has it; empty for none.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(fixed)
}
