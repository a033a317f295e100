// Package search looks for an order that the transition function doubles, loses
// or gets wrong: breadth first, over every interleaving of two workers, the
// sweep, an operator, a store and an ERP that does its worst, with a bounded
// number of faults. It holds tests only; docs/guarantees.md says what they prove.
package search
