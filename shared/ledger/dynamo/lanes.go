package dynamo

import (
	"context"
	"fmt"

	"github.com/carimbo/carimbo/shared/ledger"
)

const (
	blockedUntilName = "blocked_until"
	whyName          = "why"
	strikesName      = "strikes"
	idName           = "id"
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

// BlockLane extends the lane's rest; why goes with the rest that stands, strikes
// are always the caller's.
func (l *Ledger) BlockLane(ctx context.Context, account string, lane ledger.Lane) error {
	err := l.extendRest(ctx, account, lane)
	if lane.BlockedUntil.IsZero() || isConditionFailed(err) {
		err = l.update(ctx, laneKey(account), newExpression().set(strikesName, number(int64(lane.Strikes))))
	}
	if err != nil {
		return fmt.Errorf("block lane %s: %w", account, err)
	}
	return nil
}

// extendRest writes the lane if it rests less.
func (l *Ledger) extendRest(ctx context.Context, account string, lane ledger.Lane) error {
	if lane.BlockedUntil.IsZero() {
		return nil
	}
	until := text(ledger.Millis(lane.BlockedUntil).Format(fixed))
	x := newExpression().set(blockedUntilName, until).set(whyName, text(lane.Why)).set(strikesName, number(int64(lane.Strikes)))
	rests := x.name(blockedUntilName)
	x.where("attribute_not_exists(" + rests + ") OR " + rests + " < " + x.value(blockedUntilName, until))
	return l.update(ctx, laneKey(account), x)
}

// ClearStrikes closes the breaker; the rest that stands goes on.
func (l *Ledger) ClearStrikes(ctx context.Context, account string) error {
	x := newExpression().set(strikesName, number(0))
	x.where("attribute_exists(" + x.name(keyName) + ")")
	if err := l.update(ctx, laneKey(account), x); err != nil && !isConditionFailed(err) {
		return fmt.Errorf("clear strikes of lane %s: %w", account, err)
	}
	return nil
}

// CustomerID returns the ERP's id of a customer, or "".
func (l *Ledger) CustomerID(ctx context.Context, account, hash string) (string, error) {
	it, err := l.get(ctx, customerKey(account, hash))
	if err != nil {
		return "", fmt.Errorf("read customer of %s: %w", account, err)
	}
	return textOf(it, idName), nil
}

// RememberCustomer keeps the ERP's id of a customer.
func (l *Ledger) RememberCustomer(ctx context.Context, account, hash, id string) error {
	if err := l.update(ctx, customerKey(account, hash), newExpression().set(idName, text(id))); err != nil {
		return fmt.Errorf("remember customer of %s: %w", account, err)
	}
	return nil
}
