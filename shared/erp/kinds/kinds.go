// Package kinds lists the kinds of ERP that this build has.
package kinds

import (
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/erp/sensio"
)

// All are all there are, in the order in which people are told of them.
func All() erp.Kinds {
	return erp.Kinds{
		omie.Kind(),
		sensio.Kind(),
	}
}
