package sqlite

import (
	"context"
	"database/sql"
	"testing"
)

// Who opens a ledger of years waits for its lock, and then as long as the file takes to be
// brought up to date.
func TestAMigrationHasNoTimeLimit(t *testing.T) {
	t.Parallel()
	l, err := open(t.Context(), t.TempDir(), func(ctx context.Context, _ *sql.Tx, _ bool) error {
		if until, has := ctx.Deadline(); has {
			t.Errorf("it has to be done by %s", until)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}
