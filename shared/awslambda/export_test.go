package awslambda

import (
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/placing"
)

// Worker is what Placing has its orders placed by.
func (f *Function) Worker(kind erp.Kind) *placing.Worker { return f.worker(kind) }
