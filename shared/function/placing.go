package function

import (
	"context"

	"github.com/aws/aws-lambda-go/events"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/platform/registry"
	"github.com/carimbo/carimbo/shared/secret"
)

// Placing is the handler of a function that places the orders of one kind of ERP;
// newClient makes an account's client. The secrets have what a store is asked with.
func (f *Function) Placing(l ledger.Ledger, secrets secret.Store, kind string, newClient func(connection.Account) (erp.ERP, error)) func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
	connections := f.Connections()
	accounts := &connection.Accounts{Connections: connections, Log: f.Log,
		Make: map[string]func(connection.Account) (erp.ERP, error){kind: newClient}}
	worker := &placing.Worker{Ledger: l, Connections: connections, Platform: registry.Get, Secrets: secrets, ERP: accounts.ERP,
		Spacing: placing.Spacing, Now: f.Now, Meter: f.Meter, Log: f.Log}
	return Batch{Placer: worker, Now: f.Now, Log: f.Log}.Handle
}
