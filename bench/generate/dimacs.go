package generate

import (
	"bufio"
	"math"
	"strconv"
)

// modulus is the number of values that the challenge's random numbers have.
const modulus = 1_000_000_000

// subtractive is the generator of D. E. Knuth, The Art of Computer Programming,
// volume 2, section 3.2.2 (algorithm A and its subtractive variant): numbers in
// [0, modulus) with x_n = x_{n-55} - x_{n-24} mod modulus.
type subtractive struct {
	x  [55]int64 // the last 55 numbers, from at on backwards in time
	at int
}

// newSubtractive fills the first 55 numbers with those of a sequence like
// Fibonacci's, of differences that begins with the seed and 1, in steps of 21 places,
// which scatters them, and lets three rounds go by.
func newSubtractive(seed uint64) *subtractive {
	s := &subtractive{}
	last, next := int64(seed), int64(1)
	s.x[0] = last
	for i := 1; i < len(s.x); i++ {
		s.x[21*i%55] = next
		last, next = next, subtract(last, next)
	}
	for range 3 * len(s.x) {
		s.next()
	}
	return s
}

func (s *subtractive) next() int64 {
	s.at = (s.at + 54) % 55
	v := subtract(s.x[s.at], s.x[(s.at+24)%55])
	s.x[s.at] = v
	return v
}

func subtract(a, b int64) int64 {
	if a < b {
		a += modulus
	}
	return a - b
}

// share returns a number in [0,1).
func (s *subtractive) share() float64 { return float64(s.next()) / modulus }

// dimacsUniform returns cities with whole coordinates in [0, Side).
func dimacsUniform(seed uint64) func() (x, y float64) {
	s := newSubtractive(seed)
	return func() (float64, float64) {
		x := s.next() / (modulus / Side)
		return float64(x), float64(s.next() / (modulus / Side))
	}
}

// citiesPerCentre is the number of cities for each centre of dimacs-c.
const citiesPerCentre = 100

// dimacsClustered returns cities with whole coordinates: each is at a centre drawn
// uniformly plus a normal deviation of Side/sqrt(n) on each axis, truncated towards
// the centre. Some lie beside the square.
func dimacsClustered(n int, seed uint64) func() (x, y float64) {
	s := newSubtractive(seed)
	centres := make([][2]float64, n/citiesPerCentre)
	for i := range centres {
		for axis := range centres[i] {
			centres[i][axis] = math.Trunc(s.share() * Side)
		}
	}
	scale := 1 / math.Sqrt(float64(n))
	normal := s.normal()
	return func() (float64, float64) {
		c := centres[int(s.share()*float64(len(centres)))]
		x := c[0] + math.Trunc(normal()*scale*Side)
		return x, c[1] + math.Trunc(normal()*scale*Side)
	}
}

// normal returns standard normal numbers by the polar method (algorithm P of
// section 3.4.1), which makes two at once; the second of them comes first.
func (s *subtractive) normal() func() float64 {
	kept, first := false, 0.0
	return func() float64 {
		if kept {
			kept = false
			return first
		}
		for {
			u := float64(2*s.next())/modulus - 1
			v := float64(2*s.next())/modulus - 1
			if r := float64(u*u) + float64(v*v); r < 1 {
				scale := math.Sqrt(-2 * math.Log(r) / r)
				kept, first = true, u*scale
				return v * scale
			}
		}
	}
}

// writeMatrix writes the distances of dimacs-m, row by row from the diagonal on, one
// a line.
func writeMatrix(b *bufio.Writer, n int, seed uint64) error {
	b.WriteString("EDGE_WEIGHT_TYPE : EXPLICIT\nEDGE_WEIGHT_FORMAT : UPPER_DIAG_ROW\nEDGE_WEIGHT_SECTION\n")
	param := int32(104*seed + 1)
	var row []byte
	for i := range n {
		for j := i; j < n; j++ {
			row = strconv.AppendInt(row[:0], dimacsDistance(i+1, j+1, param), 10)
			if _, err := b.Write(append(row, '\n')); err != nil {
				return err
			}
		}
	}
	return nil
}

// dimacsDistance returns the distance of the cities i and j, from 1, in [0, Side): a
// hash of 31 bits of their keys, so that no program needs to hold the matrix. Products
// and sums are those of 32 bits.
func dimacsDistance(i, j int, param int32) int64 {
	if i == j {
		return 0
	}
	const multiplier = 0x12345672
	a, b := multiplier*int32(i)+1, multiplier*int32(j)+1
	x, y, z := a&b, a|b, int32(0)
	for range 2 {
		z ^= param
		x *= z
		y *= x
		z *= y
	}
	hash := ((a + b) ^ z) & math.MaxInt32
	return int64(hash) * Side >> 31
}
