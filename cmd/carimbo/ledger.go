package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/connection/file"
	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/queue"
	queuesqlite "github.com/carimbo/carimbo/shared/queue/sqlite"
	"github.com/carimbo/carimbo/shared/words"
)

// withLedger opens the ledger of --stack or --data.
func (c *console) withLedger(cmd *cobra.Command, do func(context.Context, ledger.Ledger) error) error {
	if c.stack != "" {
		return c.withStackLedger(cmd, do)
	}
	return c.withData(cmd, func(ctx context.Context, l *sqlite.Ledger) error {
		q, err := queuesqlite.New(ctx, l.DB(), queuesqlite.Options{Now: c.now})
		if err != nil {
			return err
		}
		return errors.Join(do(ctx, machineLedger{l, q}), q.Close())
	})
}

// machineLedger is the ledger of one machine, beside which its queue is seen.
type machineLedger struct {
	*sqlite.Ledger
	queue *queuesqlite.Queue
}

// Notices are the messages of stores that are not acknowledged.
func (l machineLedger) Notices(ctx context.Context) ([]queue.Message, error) {
	return l.queue.Notices(ctx)
}

// Dead are the dead letters.
func (l machineLedger) Dead(ctx context.Context) ([]queue.DeadLetter, int, error) {
	return l.queue.Dead(ctx)
}

// withData opens the ledger of --data, which must be there: an empty one made for
// a mistyped folder would answer that there are no orders.
func (c *console) withData(cmd *cobra.Command, do func(context.Context, *sqlite.Ledger) error) error {
	if _, err := os.Stat(filepath.Join(c.data, sqlite.File)); errors.Is(err, fs.ErrNotExist) {
		return usage(cmd, "there is no ledger in %s: give the folder of carimbo serve with --data DIR, or a stack with --stack NAME", c.data)
	}
	l, err := sqlite.Open(cmd.Context(), c.data)
	if err != nil {
		return err
	}
	return errors.Join(do(cmd.Context(), l), l.Close())
}

// site is where the orders of --stack or --data go on.
func (c *console) site() operator.Site {
	return operator.Site{Stack: c.stack, Now: c.now, Zone: c.zone, Language: c.language}
}

// orders are those of a ledger, which commands are given to.
func (c *console) orders(l ledger.Ledger) operator.Orders {
	return operator.Orders{Ledger: l, Kinds: erpKind, Settings: c.accountSettings, Site: c.site()}
}

// accountSettings reads an account's settings in --connections.
func (c *console) accountSettings(name, kind string) (json.RawMessage, error) {
	cfg, _, err := file.Load(c.connections, kinds.All())
	account, ok := cfg.Accounts[name]
	switch _, unreadable := errors.AsType[*fs.PathError](err); {
	case unreadable, err == nil && (!ok || account.Kind != kind):
		return nil, words.Errorf("account %s (%s) is not in %s: give the file that has it with --connections FILE", name, kind, c.connections)
	case err != nil:
		return nil, firstOf(err)
	}
	return account.Settings, nil
}

// accountsOf are the ERP accounts of a configuration and of a ledger.
func (c *console) accountsOf(l ledger.Ledger, cfg connection.Config) operator.Accounts {
	a := operator.Accounts{Ledger: l, Kinds: map[string]string{}, Connections: map[string]string{}, Now: c.now}
	for name, account := range cfg.Accounts {
		a.Kinds[name] = account.Kind
	}
	for name, conn := range cfg.Connections {
		a.Connections[name] = conn.Account
	}
	return a
}
