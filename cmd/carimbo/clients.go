package main

import (
	"log/slog"
	"time"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/secret"
)

// clients makes those of the configured ERP accounts. They are pointed at
// the simulators instead of their own base URL, unless sims is nil. The spacing is
// the worker's.
func clients(cfg func() connection.Config, secrets secret.Store, sims *simulators, spacing time.Duration, now func() time.Time, log *slog.Logger) func(ledger.Ledger) func(string) (erp.Client, bool) {
	return func(l ledger.Ledger) func(string) (erp.Client, bool) {
		made := &connection.Accounts{Connections: cfg, Kinds: kinds.All(), Secrets: secrets, Log: log,
			Options: erp.Options{Notes: l, Spacing: spacing, Now: now}}
		if sims != nil {
			made.BaseURL = sims.baseURL
		}
		return made.Client
	}
}
