// The omie-os function places the orders of Omie accounts: from an SQS event to an
// ordem de serviço.
package main

import (
	"os"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/function"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/secret"
)

func main() {
	f := function.New(function.Recording, os.Getenv, os.Stdout)
	ledger, secrets := f.Ledger(), f.Secrets()
	f.Start(f.Placing(ledger, secrets, "omie", func(a connection.Account) (erp.ERP, error) {
		config, err := omie.Parse(a.Settings)
		if err != nil {
			return nil, err
		}
		return omie.New(omie.Options{Account: a.Name, Config: config, Notes: ledger, Spacing: placing.Spacing, Now: f.Now,
			Credentials: secret.Credentials(secrets, "omie/"+a.Name)}), nil
	}))
}
