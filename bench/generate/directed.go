package generate

import (
	"bufio"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
)

// The kinds with asymmetric distances are after Cirasella, Johnson, McGeoch
// and Zhang, "The asymmetric traveling salesman problem: algorithms, instance
// generators, and tests" (ALENEX 2001), with random numbers of our own. Distances are whole.
//
//	atsp-random   uniform below 10^6, each way by itself (amat)
//	atsp-closure  the shortest paths of these (tmat); n^3 time, and the matrix in memory
//	atsp-crane    loads to carry from a place to one nearby, the crane runs empty between (crane)
//	atsp-drill    a drill on a tilted board: sideways 1, upwards 2, downwards nothing (rtilt)
//	atsp-shop     no-wait flow shop of 50 machines: by how much a job must wait behind another (shop)

// Directed reports whether the kind is a matrix of asymmetric distances.
func (s Spec) Directed() bool { return strings.HasPrefix(s.Kind, "atsp-") }

// directed returns a function that writes the distances from city i to row. It is
// called for one city after the other.
func (s Spec) directed() func(row []int64, i int) {
	r := rand.New(rand.NewPCG(s.Seed, 0xa75b))
	n := s.Cities
	random := func(row []int64, _ int) {
		for j := range row {
			row[j] = r.Int64N(Side)
		}
	}
	places := func(count int) []float64 {
		v := make([]float64, count)
		for i := range v {
			v[i] = r.Float64() * Side
		}
		return v
	}
	switch s.Kind {
	case "atsp-closure":
		w := make([][]int64, n)
		for i := range w {
			w[i] = make([]int64, n)
			random(w[i], i)
			w[i][i] = 0
		}
		for k := range w { // Floyd and Warshall
			for i := range w {
				for j, d := range w[k] {
					w[i][j] = min(w[i][j], w[i][k]+d)
				}
			}
		}
		return func(row []int64, i int) { copy(row, w[i]) }
	case "atsp-crane":
		const reach = 10 // loads go a tenth of the side at most
		x, y := places(n), places(n)
		toX, toY := places(n), places(n)
		for i := range n {
			toX[i], toY[i] = x[i]+(2*toX[i]-Side)/reach, y[i]+(2*toY[i]-Side)/reach
		}
		return func(row []int64, i int) {
			for j := range row {
				row[j] = int64(math.Hypot(x[j]-toX[i], y[j]-toY[i]) + 0.5)
			}
		}
	case "atsp-drill":
		x, y := places(n), places(n)
		return func(row []int64, i int) {
			for j := range row {
				row[j] = int64(math.Abs(x[j]-x[i]) + 2*max(0, y[j]-y[i]) + 0.5)
			}
		}
	case "atsp-shop":
		const machines, longest = 50, 1000
		upto := make([][machines + 1]int64, n) // time that a job has spent before a machine
		for i := range upto {
			for k := range machines {
				upto[i][k+1] = upto[i][k] + r.Int64N(longest+1)
			}
		}
		return func(row []int64, i int) {
			for j := range row {
				wait := int64(0)
				for k := range machines {
					wait = max(wait, upto[i][k+1]-upto[j][k])
				}
				row[j] = wait
			}
		}
	}
	return random
}

// writeDirected writes the full matrix, a row a line; only a row is in memory, but of atsp-closure.
func (s Spec) writeDirected(b *bufio.Writer) error {
	b.WriteString("EDGE_WEIGHT_TYPE : EXPLICIT\nEDGE_WEIGHT_FORMAT : FULL_MATRIX\nEDGE_WEIGHT_SECTION\n")
	next := s.directed()
	row := make([]int64, s.Cities)
	var text []byte
	for i := range s.Cities {
		next(row, i)
		row[i] = 0
		text = text[:0]
		for _, d := range row {
			text = append(strconv.AppendInt(text, d, 10), ' ')
		}
		text[len(text)-1] = '\n'
		if _, err := b.Write(text); err != nil {
			return err
		}
	}
	return nil
}
