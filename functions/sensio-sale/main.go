// The sensio-sale function places the orders of Sensio accounts: from an SQS event
// to a sale.
package main

import (
	"os"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/sensio"
	"github.com/carimbo/carimbo/shared/function"
	"github.com/carimbo/carimbo/shared/secret"
)

func main() {
	f := function.New(function.Recording, os.Getenv, os.Stdout)
	ledger, secrets := f.Ledger(), f.Secrets()
	f.Start(f.Placing(ledger, secrets, "sensio", func(a connection.Account) (erp.ERP, error) {
		config, err := sensio.Parse(a.Settings)
		if err != nil {
			return nil, err
		}
		return sensio.New(sensio.Options{Account: a.Name, Config: config, Notes: ledger, Now: f.Now,
			Credentials: sensio.Credentials(secret.Credentials(secrets, "sensio/"+a.Name))}), nil
	}))
}
