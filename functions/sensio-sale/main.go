// The sensio-sale function keeps the orders of Sensio accounts: from an SQS event
// to an entry that waits until a version that can create Sensio sales comes.
package main

import (
	"os"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/function"
)

func main() {
	f := function.New(function.Recording, os.Getenv, os.Stdout)
	f.Start(f.Placing(f.Ledger(), "sensio", func(connection.Account) (erp.ERP, error) { return notYet{}, nil }))
}
