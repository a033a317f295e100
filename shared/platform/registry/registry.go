// Package registry lists the platforms that exist.
package registry

import (
	"maps"
	"slices"
	"time"

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

// Getter finds a platform by its name, as Get does.
type Getter = func(name string) (platform.Platform, bool)

// Keeping is Get for a process that fetches orders: what a platform keeps between two of
// them, such as a store's token, is its own.
func Keeping(now func() time.Time) Getter {
	keeping := shopify.Platform{Tokens: &shopify.Tokens{Now: now}}
	return func(name string) (platform.Platform, bool) {
		if name == "shopify" {
			return keeping, true
		}
		return Get(name)
	}
}

// Names lists the platforms in alphabetical order.
func Names() []string { return slices.Sorted(maps.Keys(platforms)) }
