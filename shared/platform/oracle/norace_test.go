//go:build !race

package oracle

// enoughOrders are read twice of each platform.
const enoughOrders = 20_000
