//go:build race

package oracle

// enoughOrders are fewer under the race detector, which finds nothing in one goroutine.
const enoughOrders = 1000
