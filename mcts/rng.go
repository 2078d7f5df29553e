package mcts

import (
	"math/bits"
	"math/rand/v2"
)

// rng is a worker's own stream of random numbers.
type rng struct{ pcg rand.PCG }

// seed starts the stream of a worker: streams of different workers or seeds are unrelated.
func (r *rng) seed(seed, worker uint64) { r.pcg.Seed(seed, 0x9e3779b97f4a7c15*(worker+1)) }

// below returns a uniform number in 0..n-1, n >= 1 (bias below n/2^64).
func (r *rng) below(n int32) int32 {
	hi, _ := bits.Mul64(r.pcg.Uint64(), uint64(n))
	return int32(hi)
}

// below64 is below for larger numbers.
func (r *rng) below64(n int64) int64 {
	hi, _ := bits.Mul64(r.pcg.Uint64(), uint64(n))
	return int64(hi)
}

// unit returns a uniform number in [0,1).
func (r *rng) unit() float64 { return float64(r.pcg.Uint64()>>11) * 0x1p-53 }
