//go:build invariants

package region

// invariants makes the search recompute what it otherwise keeps up to date.
const invariants = true
