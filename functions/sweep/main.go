// The sweep function wakes what is due in the ledger, every minute: from an
// EventBridge Scheduler event to wake-ups in the queues.
package main

import (
	"os"

	"github.com/carimbo/carimbo/shared/awslambda"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/queue"
)

func main() {
	f := awslambda.New(awslambda.Recording, os.Getenv, os.Stdout)
	connections := f.Connections()
	queues := f.Queues(connections)
	f.Start(sweep{connections, placing.Sweep{
		Ledger: f.Ledger(), Spacing: placing.Spacing, Now: f.Now, SecretVersion: f.SecretVersions(connections),
		Queue: func(account string) queue.Sender { return queues(connections().Accounts[account]) },
	}.Account, f.Log}.handle)
}
