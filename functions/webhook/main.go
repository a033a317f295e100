// The webhook function takes the stores' calls: from an API Gateway HTTP API event
// to a queued notice.
package main

import (
	"os"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/function"
	"github.com/carimbo/carimbo/shared/intake"
	"github.com/carimbo/carimbo/shared/platform/registry"
	"github.com/carimbo/carimbo/shared/queue"
)

func main() {
	f := function.New(function.Answering, os.Getenv, os.Stdout)
	queues := f.Queues()
	f.Start(webhook{&intake.Intake{
		Connections: f.Connections(), Platform: registry.Get, Secrets: f.Secrets(),
		Queue: func(a connection.Account) queue.Sender { return queues(a.Kind) },
		Now:   f.Now, Meter: f.Meter, Log: f.Log,
	}}.handle)
}
