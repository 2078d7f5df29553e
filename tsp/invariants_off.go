//go:build !invariants

package tsp

// Invariants is the build tag of that name: the searches recompute after every move what they
// otherwise keep up to date.
const Invariants = false
