package dynamo

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/words"
)

// readTries bounds how often Get starts again because newer contents changed
// between its two reads.
const readTries = 5

// Get returns the entry, or ledger.ErrNotFound.
func (l *Ledger) Get(ctx context.Context, key string) (ledger.Entry, error) {
	for range readTries {
		it, err := l.get(ctx, key)
		if err != nil {
			return ledger.Entry{}, fmt.Errorf("read entry %s: %w", key, err)
		}
		if len(it) == 0 {
			return ledger.Entry{}, words.Errorf("%s: %s", key, ledger.ErrNotFound)
		}
		e, err := decode(it)
		if err != nil {
			return ledger.Entry{}, fmt.Errorf("read entry %s: %w", key, err)
		}
		if e.OfNewerRelease() {
			return e, nil // where its newer contents are is not known
		}
		whole, err := l.addNewerPayload(ctx, &e, newerSum(it))
		if err != nil {
			return ledger.Entry{}, fmt.Errorf("read newer contents of entry %s: %w", key, err)
		}
		if whole {
			return e, nil
		}
	}
	return ledger.Entry{}, fmt.Errorf("read entry %s: its newer contents changed while they were read, %d times", key, readTries)
}

// addNewerPayload reads the payload of the newer contents, if there is one, and
// tells whether it is the entry's: between the two reads somebody may have
// written.
func (l *Ledger) addNewerPayload(ctx context.Context, e *ledger.Entry, want string) (bool, error) {
	if want == "" {
		return true, nil
	}
	it, err := l.get(ctx, newerKey(e.Key))
	if err != nil {
		return false, err
	}
	payload, ok := it[payloadName].(*types.AttributeValueMemberB)
	if !ok || sum(payload.Value) != want {
		return false, nil
	}
	e.Newer.Payload = payload.Value
	return true, nil
}
