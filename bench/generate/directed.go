package generate

import (
	"bufio"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
)

// The kinds with asymmetric distances are after Cirasella, Johnson, McGeoch and Zhang, "The
// asymmetric traveling salesman problem: algorithms, instance generators, and tests" (ALENEX 2001,
// LNCS 2153), with random numbers of our own, and whole distances. Of the twelve classes of that
// paper disk, rect, smat, stilt, super and tsmat are not made.
//
// That these are the classes, and that one generator made rtilt and rect, is checked against the
// README of the authors' generators (version 1.06, in atsp.tar.gz of the DIMACS challenge). Their
// parameters (the reach of crane, the speeds of rtilt, the machines of shop, blocks and streets of
// coin) are not: neither the paper's section on them nor the programs could be read. So lengths
// here compare with each other, not with the paper's. doc.go lists the kinds, with the paper's names.

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
	case "atsp-coins":
		return coins(r, n)
	case "atsp-drill": // whole coordinates, so that a tour back is exactly as long
		x, y := make([]int64, n), make([]int64, n)
		random(x, 0)
		random(y, 0)
		return func(row []int64, i int) {
			for j := range row {
				row[j] = max(x[j]-x[i], x[i]-x[j]) + 2*max(0, y[j]-y[i])
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

// blockSide is how long a side of a block of atsp-coins is.
const blockSide = 100

// coins returns the rows of n pay phones that a van empties. The city is a square of k x k blocks,
// k the whole number next to 10 times the root of n; each phone stands on a side drawn uniformly of
// all blocks' sides, at a whole distance below blockSide from where the van enters it. All streets
// have a lane for each direction, but that around the city is one way, clockwise. The van drives on
// the right: it goes clockwise around the block beside it, empties only the phones of that block's
// side, and at a crossing turns right, goes straight on or turns left, never back. A distance is
// that of the shortest such drive, found from each phone by breadth-first search of all 4 k^2
// lanes: 400 n^2 time.
func coins(r *rand.Rand, n int) func(row []int64, i int) {
	k := int(math.Round(10 * math.Sqrt(float64(n))))
	width := k + 2 // with a block beyond the city on each side, whose lanes nobody enters
	outside := make([]int32, 4*width*width)
	for b := range width * width {
		if x, y := b%width, b/width; x == 0 || x > k || y == 0 || y > k {
			for h := range 4 {
				outside[4*b+h] = -1
			}
		}
	}
	lane, at := make([]int32, n), make([]int64, n) // of each phone: where, and how far from its begin
	for i := range lane {
		b := width*(1+r.IntN(k)) + 1 + r.IntN(k)
		lane[i], at[i] = int32(4*b+r.IntN(4)), r.Int64N(blockSide)
	}
	// Lane 4b+h is the side of block b that is driven eastwards, southwards, westwards or
	// northwards.
	ahead := [4]int32{4, int32(-4 * width), -4, int32(4 * width)}
	drives := make([]int32, len(outside)) // lanes that are driven after the first, the last one included; 0 where not known
	queue := make([]int32, 0, 4*k*k)
	return func(row []int64, i int) {
		copy(drives, outside)
		queue = append(queue[:0], lane[i])
		for head := 0; head < len(queue); head++ {
			from := queue[head]
			h := from & 3
			count := int32(1)
			if head > 0 {
				count += drives[from]
			}
			left := (h + 3) & 3
			for _, to := range [3]int32{from - h + (h+1)&3, from + ahead[h], from - h + left + ahead[h] + ahead[left]} {
				if drives[to] == 0 {
					drives[to] = count
					queue = append(queue, to)
				}
			}
		}
		for j, to := range lane {
			row[j] = blockSide*int64(drives[to]) + at[j] - at[i]
			if to == lane[i] && at[j] >= at[i] {
				row[j] = at[j] - at[i]
			}
		}
	}
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
