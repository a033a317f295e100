package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"

	"github.com/carimbo/carimbo/shared/connection"
)

// sweep wakes the due orders of every account.
type sweep struct {
	connections func() connection.Config
	// account wakes those of one, and tells how many.
	account func(ctx context.Context, name string) (int, error)
	log     *slog.Logger
}

// handle takes the schedule's event for no more than a tick. An account that can't
// be swept doesn't keep the others waiting; its error makes the invocation count
// as failed, and the next minute tries again.
func (s sweep) handle(ctx context.Context) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(s.connections().Accounts)) {
		woken, err := s.account(ctx, name)
		if err != nil {
			s.log.ErrorContext(ctx, "the sweep broke off", "account", name, "woken", woken, "cause", err)
			errs = append(errs, fmt.Errorf("sweep %s: %w", name, err))
		} else if woken > 0 {
			s.log.InfoContext(ctx, "swept", "account", name, "woken", woken)
		}
	}
	return errors.Join(errs...)
}
