package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/carimbo/carimbo/shared/words"
)

// Why OpenFor refuses a data folder.
var (
	ErrSimulated    = words.Errorf("it holds simulated orders and customer numbers that no ERP gave: serve real orders from another --data")
	ErrNotSimulated = words.Errorf("it holds real orders, and simulated ones must not come among them: give --simulate another --data")
)

// simulatedMark is the application_id of a file with simulated orders, "CSIM". It
// is in the file itself, so that a copy of the file has it too.
const simulatedMark = 0x4353494d

// OpenFor is Open for a machine that places orders. What a simulator answered is
// worth nothing at the ERP: a customer's number would be sent there, and an order
// be taken for created. So a new ledger is marked, for good, and one that was made
// for the other is refused with ErrSimulated or ErrNotSimulated.
func OpenFor(ctx context.Context, dir string, simulated bool) (*Ledger, error) {
	return open(ctx, dir, func(ctx context.Context, tx *sql.Tx, isNew bool) error {
		if isNew && simulated {
			_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", simulatedMark))
			return err
		}
		var mark int64
		if err := tx.QueryRowContext(ctx, "PRAGMA application_id").Scan(&mark); err != nil {
			return err
		}
		switch marked := mark == simulatedMark; {
		case marked && !simulated:
			return ErrSimulated
		case simulated && !marked:
			return ErrNotSimulated
		}
		return nil
	})
}
