package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/queue"
	queuesqlite "github.com/carimbo/carimbo/shared/queue/sqlite"
)

func (c *console) dlqCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "dlq",
		Short: "See the dead letters, and have them delivered again",
		Long: `See the dead letters, and have them delivered again. A dead letter is a message
that was received three times and could neither be claimed nor recorded: the
ledger was out of reach, or the worker never got as far. An order that the ERP
refused is none: carimbo orders list --mine has it.`,
		Example: `  carimbo dlq list --stack carimbo
  carimbo dlq redrive --stack carimbo`,
	}
	group(cmd)
	cmd.AddCommand(c.dlqListCommand(), c.dlqRedriveCommand())
	return cmd
}

// withDeadLetters opens the dead letters of --stack or --data.
func (c *console) withDeadLetters(cmd *cobra.Command, do func(context.Context, queue.DeadLetters) error) error {
	if c.stack == "" {
		return c.withData(cmd, func(ctx context.Context, l *sqlite.Ledger) error {
			q, err := queuesqlite.New(ctx, l.DB(), queuesqlite.Options{Now: c.now})
			if err != nil {
				return err
			}
			return errors.Join(do(ctx, q), q.Close())
		})
	}
	s, err := c.openStack(cmd)
	if err != nil {
		return err
	}
	dead, err := s.deadLetters(c)
	if err != nil {
		return err
	}
	return do(cmd.Context(), dead)
}
