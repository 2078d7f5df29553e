// Package onetree bounds tours from below and ranks edges by how much a
// tour would have to pay for them: the Held-Karp bound and alpha-nearness.
package onetree
