// Package simulators lists the simulators that this build has, one for each kind of ERP.
package simulators

import (
	"github.com/carimbo/carimbo/shared/erp/erpsim"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/erp/sensio/sensiosim"
)

// All are all there are.
func All() []erpsim.Kind {
	return []erpsim.Kind{
		omiesim.Kind(),
		sensiosim.Kind(),
	}
}
