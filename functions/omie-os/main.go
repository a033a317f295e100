// The omie-os function places the orders of Omie accounts: from an SQS event to an
// ordem de serviço.
package main

import (
	"os"

	"github.com/carimbo/carimbo/shared/awslambda"
	"github.com/carimbo/carimbo/shared/erp/omie"
)

func main() {
	f := awslambda.New(awslambda.Recording, os.Getenv, os.Stdout)
	f.Start(f.Placing(omie.Kind()))
}
