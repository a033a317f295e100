package dynamo

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/words"
)

// Write replaces before by after if nobody wrote in between.
func (l *Ledger) Write(ctx context.Context, before, after ledger.Entry) (ledger.Entry, error) {
	e, err := ledger.Prepare(before, after)
	if err != nil {
		return ledger.Entry{}, err
	}
	x, err := transition(before, e)
	if err != nil {
		return ledger.Entry{}, fmt.Errorf("write entry %s: %w", e.Key, err)
	}
	if bytes.Equal(newerPayload(before), newerPayload(e)) {
		err = l.update(ctx, e.Key, x)
	} else {
		err = l.updateBoth(ctx, e, x)
	}
	if err != nil {
		return l.bounced(ctx, e, err)
	}
	return e, nil
}

// transition is the update from one entry to the next, on condition that before
// is what the table has.
func transition(before, after ledger.Entry) (*expression, error) {
	from := item{}
	if before.Rev > 0 {
		var err error
		if from, err = encode(before); err != nil {
			return nil, err
		}
	}
	to, err := encode(after)
	if err != nil {
		return nil, err
	}
	x := changes(from, to)
	if before.Rev == 0 {
		return x.where("attribute_not_exists(" + x.name(keyName) + ")"), nil
	}
	return x.where(x.name(revName), "=", x.value("was_rev", number(before.Rev))), nil
}

// updateBoth writes the entry and the payload of its newer contents, or neither.
func (l *Ledger) updateBoth(ctx context.Context, e ledger.Entry, x *expression) error {
	payload := newExpression()
	if b := newerPayload(e); len(b) > 0 {
		payload.set(payloadName, &types.AttributeValueMemberB{Value: b}).remove(expiresName)
	} else {
		// The contents go at once, the empty item some day.
		payload.remove(payloadName).set(expiresName, number(e.UpdatedAt.Unix()))
	}
	_, err := l.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Update: l.transactUpdate(e.Key, x)},
		{Update: l.transactUpdate(newerKey(e.Key), payload)},
	}})
	return err
}

func (l *Ledger) transactUpdate(key string, x *expression) *types.Update {
	return &types.Update{
		TableName: l.table, Key: keyOf(key),
		UpdateExpression: x.update(), ConditionExpression: x.condition,
		ExpressionAttributeNames: x.names, ExpressionAttributeValues: x.values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
}

// bounced tells a write of ours whose answer was lost from somebody else's: the
// client sends a write again when no answer came, and finds its own token then.
func (l *Ledger) bounced(ctx context.Context, e ledger.Entry, err error) (ledger.Entry, error) {
	token, ok := tokenThatStands(err)
	if inTransaction(err) {
		// Somebody is writing this entry now, and the answer doesn't show it.
		it, readErr := l.get(ctx, e.Key)
		if readErr != nil {
			return ledger.Entry{}, fmt.Errorf("write entry %s: %w", e.Key, readErr)
		}
		token, ok = textOf(it, tokenName), true
	}
	switch {
	case ok && token == e.Token:
		return e, nil
	case ok:
		return ledger.Entry{}, words.Errorf("%s: %s", e.Key, ledger.ErrChanged)
	}
	return ledger.Entry{}, fmt.Errorf("write entry %s: %w", e.Key, err)
}

// tokenThatStands is the token of the entry that failed a write's condition, ""
// if there is none; not ok is another error.
func tokenThatStands(err error) (token string, ok bool) {
	if failed, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		return textOf(failed.Item, tokenName), true
	}
	cancelled, ok := errors.AsType[*types.TransactionCanceledException](err)
	if !ok || len(cancelled.CancellationReasons) == 0 {
		return "", false
	}
	entry := cancelled.CancellationReasons[0]
	return textOf(entry.Item, tokenName), aws.ToString(entry.Code) == "ConditionalCheckFailed"
}

// inTransaction tells that the write met a transaction that isn't finished.
func inTransaction(err error) bool {
	if _, ok := errors.AsType[*types.TransactionConflictException](err); ok {
		return true
	}
	cancelled, ok := errors.AsType[*types.TransactionCanceledException](err)
	if !ok {
		return false
	}
	for _, reason := range cancelled.CancellationReasons {
		if aws.ToString(reason.Code) == "TransactionConflict" {
			return true
		}
	}
	return false
}

func isConditionFailed(err error) bool {
	_, failed := errors.AsType[*types.ConditionalCheckFailedException](err)
	return failed
}
