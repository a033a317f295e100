// The sensio-sale function places the orders of Sensio accounts: from an SQS event
// to a sale.
package main

import (
	"os"

	"github.com/carimbo/carimbo/shared/awslambda"
	"github.com/carimbo/carimbo/shared/erp/sensio"
)

func main() {
	f := awslambda.New(awslambda.Recording, os.Getenv, os.Stdout)
	f.Start(f.Placing(sensio.Kind()))
}
