// The webhook function takes the stores' calls: from an API Gateway HTTP API event
// to a queued notice.
package main

import (
	"os"

	"github.com/carimbo/carimbo/shared/awslambda"
	"github.com/carimbo/carimbo/shared/intake"
	"github.com/carimbo/carimbo/shared/platform/registry"
)

func main() {
	f := awslambda.New(awslambda.Answering, os.Getenv, os.Stdout)
	connections := f.Connections()
	f.Start(webhook{&intake.Intake{
		Connections: connections, Platform: registry.Get, Secrets: f.Secrets(), Queue: f.Queues(connections),
		Now: f.Now, Meter: f.Meter, Log: f.Log,
	}}.handle)
}
