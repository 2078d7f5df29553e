//go:build invariants

package eax

// invariants makes the package recheck every child and every replacement.
const invariants = true
