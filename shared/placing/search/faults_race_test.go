//go:build race

package search

// The search runs in one goroutine: under the race detector it is only slower.
const usualFaults = 0
