//go:build !invariants

package kick

// invariants makes the search recompute what it otherwise keeps up to date.
const invariants = false
