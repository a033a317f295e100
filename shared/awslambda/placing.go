package awslambda

import (
	"context"

	"github.com/aws/aws-lambda-go/events"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/platform/registry"
)

// Placing is the handler of a function that places the orders of one kind of ERP.
func (f *Function) Placing(kind erp.Kind) func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
	return Batch{Placer: f.worker(kind), Now: f.Now, Log: f.Log}.Handle
}

func (f *Function) worker(kind erp.Kind) *placing.Worker {
	connections, ledger, secrets := f.Connections(), f.Ledger(), f.Secrets()
	accounts := &connection.Accounts{Connections: connections, Kinds: erp.Kinds{kind}, Secrets: secrets, Log: f.Log,
		Options: erp.Options{Notes: ledger, Spacing: placing.Spacing, Now: f.Now}}
	return &placing.Worker{Ledger: ledger, Connections: connections, Platform: registry.Keeping(f.Now), Secrets: secrets, Client: accounts.Client,
		Spacing: placing.Spacing, Now: f.Now, Meter: f.Meter, Log: f.Log}
}
