// Package registry lists the platforms that exist.
package registry

import (
	"maps"
	"slices"

	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/generic"
	"github.com/carimbo/carimbo/shared/platform/hotmart"
	"github.com/carimbo/carimbo/shared/platform/shopify"
	"github.com/carimbo/carimbo/shared/platform/woocommerce"
)

// platforms by the name that a connection gives them.
var platforms = map[string]platform.Platform{
	"generic":     generic.Platform{},
	"hotmart":     hotmart.Platform{},
	"shopify":     shopify.Platform{},
	"woocommerce": woocommerce.Platform{},
}

// Get returns the platform of that name.
func Get(name string) (platform.Platform, bool) {
	p, ok := platforms[name]
	return p, ok
}

// Names lists the platforms in alphabetical order.
func Names() []string { return slices.Sorted(maps.Keys(platforms)) }
