package meter

import (
	"math"
	"math/bits"
	"math/rand/v2"
)

// Purpose is what a stream of random numbers is for. Streams of different purposes, and
// of different indices of the same one, have nothing to do with each other.
type Purpose uint8

// The purposes, with their indices.
const (
	ForWorker Purpose = iota // a worker's search: worker, 0
	ForCuts                  // where rounds cut the tour, and kicks the plane: round, 0
	ForFirst                 // a first tour: 0, 0; that of a tour of a population: 1 + epoch, place
	ForRound                 // the kicks of a round: round, piece or worker
	ForTour                  // a tour of a population: epoch, place
	ForOptima                // quick local optima: 0, 0
	ForMixing                // recombinations: which stage, 0
	ForVisit                 // the recombination of a region: round, visit
)

// Stream is a stream of random numbers.
type Stream struct{ pcg rand.PCG }

// PCG returns the generator of a stream.
func PCG(seed uint64, what Purpose, i, j uint64) *rand.PCG {
	return rand.NewPCG(seed, mix(mix(mix(uint64(what))+i)+j))
}

// mix is the finalizer of SplitMix64 (Steele, Lea and Flood 2014), a bijection.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Start begins the stream of a purpose.
func (s *Stream) Start(seed uint64, what Purpose, i, j uint64) { s.pcg = *PCG(seed, what, i, j) }

// Below returns a uniform number in 0..n-1, n >= 1 (bias below n/2^64).
func (s *Stream) Below(n int32) int32 {
	hi, _ := bits.Mul64(s.pcg.Uint64(), uint64(n))
	return int32(hi)
}

// Below64 is Below for larger numbers.
func (s *Stream) Below64(n int64) int64 {
	hi, _ := bits.Mul64(s.pcg.Uint64(), uint64(n))
	return int64(hi)
}

// Uint64 returns 64 random bits.
func (s *Stream) Uint64() uint64 { return s.pcg.Uint64() }

// NegLog returns -ln(u), u uniform in (0,1), from a table: what an acceptance
// or a draw without replacement needs. It is the same on every machine.
func (s *Stream) NegLog() float32 { return negLog[s.Below(int32(len(negLog)))] }

// MarshalBinary and UnmarshalBinary save a stream between two numbers.
func (s *Stream) MarshalBinary() ([]byte, error)    { return s.pcg.MarshalBinary() }
func (s *Stream) UnmarshalBinary(data []byte) error { return s.pcg.UnmarshalBinary(data) }

// negLog holds -ln(u) for evenly spaced u in (0,1), rounded to float32, so that
// it is the same on every machine.
var negLog = func() (table [4096]float32) {
	for i := range table {
		table[i] = float32(-math.Log((float64(i) + 0.5) / float64(len(table))))
	}
	return table
}()
