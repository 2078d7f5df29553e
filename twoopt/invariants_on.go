//go:build invariants

package twoopt

// invariants makes the local searches measure the tour before and after every applied
// move.
const invariants = true
