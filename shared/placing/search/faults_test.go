//go:build !race

package search

const usualFaults = 2
