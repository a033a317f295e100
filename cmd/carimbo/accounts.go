package main

import (
	"log/slog"
	"time"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/erp/sensio"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/secret"
)

// accounts makes the clients of the configured ERP accounts. They are pointed at
// the simulators instead of their own base URL, unless sims is nil. The spacing is
// the worker's.
func accounts(cfg func() connection.Config, secrets secret.Store, sims *simulators, spacing time.Duration, now func() time.Time, log *slog.Logger) func(ledger.Ledger) func(string) (erp.ERP, bool) {
	return func(l ledger.Ledger) func(string) (erp.ERP, bool) {
		made := &connection.Accounts{Connections: cfg, Log: log, Make: map[string]func(connection.Account) (erp.ERP, error){
			omieKind: func(a connection.Account) (erp.ERP, error) {
				c, err := omie.Parse(a.Settings)
				if err != nil {
					return nil, err
				}
				if sims != nil {
					sims.pointOmie(&c)
				}
				return omie.New(omie.Options{Account: a.Name, Config: c, Notes: l, Spacing: spacing, Now: now,
					Credentials: secret.Credentials(secrets, "omie/"+a.Name)}), nil
			},
			sensioKind: func(a connection.Account) (erp.ERP, error) {
				c, err := sensio.Parse(a.Settings)
				if err != nil {
					return nil, err
				}
				if sims != nil {
					sims.pointSensio(&c)
				}
				return sensio.New(sensio.Options{Account: a.Name, Config: c, Notes: l, Now: now,
					Credentials: sensio.Credentials(secret.Credentials(secrets, "sensio/"+a.Name))}), nil
			},
		}}
		return made.ERP
	}
}
