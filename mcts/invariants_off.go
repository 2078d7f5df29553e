//go:build !invariants

package mcts

// invariants makes the search recompute what it otherwise keeps up to date.
const invariants = false
