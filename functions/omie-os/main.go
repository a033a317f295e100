// The omie-os function places the orders of Omie accounts: from an SQS event to an
// ordem de serviço.
package main

import (
	"os"

	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/function"
)

func main() {
	f := function.New(function.Recording, os.Getenv, os.Stdout)
	f.Start(f.Placing(omie.Kind()))
}
