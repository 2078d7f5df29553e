package tsp

import (
	"context"
	"math"
	"math/bits"
	"slices"
)

// SpaceFillingCurve returns the tour that visits the cities in the order of a
// Hilbert curve through their coordinates: some 40 % above the optimum, after one
// sort (Platzman and Bartholdi 1989). Ties are broken by id. An
// Explicit instance, which has no coordinates, gets the order of its ids. Fixed
// edges are not considered: for an instance with some, use [GreedyEdge].
//
// It runs on the cores that ctx allows (see [WithWorkers]), and is always finished, since a tour
// that was left in parts would be many times as long: a million cities take 70 ms on two cores.
func SpaceFillingCurve(ctx context.Context, in *Instance) Tour {
	if in.Metric.Dims() != 0 {
		ctx = context.WithoutCancel(ctx)
		if c := newCurve(ctx, in); c != nil {
			return c.order(ctx)
		}
	}
	t := make(Tour, in.N())
	for i := range t {
		t[i] = int32(i)
	}
	if in.Metric.Dims() == 0 {
		return in.withoutCurve(ctx, t)
	}
	return t
}

// curve tells the cities' places on a Hilbert curve through the square or cube around them, or along
// an axis where all are on one line.
type curve struct {
	in    *Instance
	lo    [3]float64 // least coordinates
	scale float64    // cells of the curve a unit
	axis  int        // of the line, -1 where they are not on one
}

// newCurve returns the curve, nil where all cities are in one place, or as good as that.
func newCurve(ctx context.Context, in *Instance) *curve {
	n, parts := in.N(), coresFor(ctx, in.N())
	boxes := make([][2][3]float64, parts) // least and largest coordinates
	each(parts, func(k int) {
		lo := [3]float64{math.Inf(1), math.Inf(1), math.Inf(1)}
		hi := [3]float64{math.Inf(-1), math.Inf(-1), math.Inf(-1)}
		from, end := n*k/parts, n*(k+1)/parts
		for _, p := range in.pts[from:end] {
			lo[0], hi[0] = min(lo[0], p.x), max(hi[0], p.x)
			lo[1], hi[1] = min(lo[1], p.y), max(hi[1], p.y)
		}
		if in.z != nil {
			lo[2], hi[2] = slices.Min(in.z[from:end]), slices.Max(in.z[from:end])
		}
		boxes[k] = [2][3]float64{lo, hi}
	})
	extent, axis := 0.0, -1
	var lo [3]float64
	for a := range in.Metric.Dims() {
		hi := boxes[0][1][a]
		lo[a] = boxes[0][0][a]
		for _, b := range boxes {
			lo[a], hi = min(lo[a], b[0][a]), max(hi, b[1][a])
		}
		switch {
		case hi == lo[a]:
		case extent == 0:
			extent, axis = hi-lo[a], a
		default:
			extent, axis = max(extent, hi-lo[a]), -1
		}
	}
	cells := float64(1<<24 - 1) // of an axis: keyBits together
	switch {
	case axis >= 0: // a Hilbert curve would have a quarter of its bits for them
		cells = 1<<keyBits - 1
	case in.z != nil:
		cells = 1<<16 - 1
	}
	scale := cells / extent
	if math.IsInf(scale, 1) { // also of an extent so small that no float64 is the scale
		return nil
	}
	return &curve{in, lo, scale, axis}
}

func (c *curve) cell(i int) (x, y uint32) {
	p := c.in.pts[i]
	return uint32((p.x - c.lo[0]) * c.scale), uint32((p.y - c.lo[1]) * c.scale)
}

// key returns a city's place on the curve.
func (c *curve) key(i int) uint64 {
	switch c.axis {
	case 0:
		return uint64((c.in.pts[i].x - c.lo[0]) * c.scale)
	case 1:
		return uint64((c.in.pts[i].y - c.lo[1]) * c.scale)
	case 2:
		return uint64((c.in.z[i] - c.lo[2]) * c.scale)
	}
	x, y := c.cell(i)
	if c.in.z == nil {
		return hilbert2(x, y, 0)
	}
	return hilbert3([3]uint32{x, y, uint32((c.in.z[i] - c.lo[2]) * c.scale)})
}

// digit returns the first digitBits bits of key.
func (c *curve) digit(i int) uint64 {
	if c.in.z == nil && c.axis < 0 {
		x, y := c.cell(i)
		return hilbert2(x, y, 16) >> (16 - digitBits)
	}
	return c.key(i) >> (keyBits - digitBits)
}

// hilbert2 returns the position of a cell of the 2^24 x 2^24 grid on its Hilbert curve. It goes
// from the coarsest bits to the finest, or to some before, four at a time; state is which of the
// four turned and mirrored curves fills the part.
func hilbert2(x, y uint32, finest int) uint64 {
	var key uint64
	state := uint32(0)
	for b := 20; b >= finest; b -= 4 {
		e := hilbertSteps[state<<8|(x>>b&15)<<4|y>>b&15]
		key = key<<8 | uint64(e&255)
		state = uint32(e >> 8)
	}
	return key
}

// hilbertSteps maps state, four bits of x, four bits of y to next state and position: four steps at
// once.
var hilbertSteps = func() (steps [1024]uint16) {
	for i := range uint16(1024) {
		state, pos := i>>8, uint16(0)
		for b := 3; b >= 0; b-- {
			e := uint16(hilbertStep[state<<2|(i>>4>>b&1)<<1|i>>b&1])
			state, pos = e>>2, pos<<2|e&3
		}
		steps[i] = state<<8 | pos
	}
	return steps
}()

// hilbertStep maps state, one bit of x, bit of y to next state and position.
// State bit 0 swaps the axes, bit 1 complements them.
var hilbertStep = func() (step [16]uint8) {
	for state := range uint8(4) {
		for xy := range uint8(4) {
			x, y := xy>>1, xy&1
			if state&2 != 0 {
				x, y = 1-x, 1-y
			}
			if state&1 != 0 {
				x, y = y, x
			}
			// Canonical: (0,0) (0,1) (1,1) (1,0); the first quarter is transposed,
			// the last transposed and complemented.
			pos := x<<1 | x ^ y
			next := state
			switch pos {
			case 0:
				next ^= 1
			case 3:
				next ^= 3
			}
			step[state<<2|xy] = next<<2 | pos
		}
	}
	return step
}()

// hilbert3 returns the position of a cell of the grid of 2^16 cells an axis on
// its Hilbert curve, by Gray code and exchanges of axes (Skilling 2004).
func hilbert3(c [3]uint32) uint64 {
	const top = 1 << 15
	for q := uint32(top); q > 1; q >>= 1 {
		p := q - 1
		for a := range c {
			if c[a]&q != 0 {
				c[0] ^= p
			} else {
				t := (c[0] ^ c[a]) & p
				c[0] ^= t
				c[a] ^= t
			}
		}
	}
	c[1] ^= c[0]
	c[2] ^= c[1]
	t := uint32(0)
	for q := uint32(top); q > 1; q >>= 1 {
		if c[2]&q != 0 {
			t ^= q - 1
		}
	}
	var key uint64
	for b := 15; b >= 0; b-- {
		for a := range c {
			key = key<<1 | uint64((c[a]^t)>>b&1)
		}
	}
	return key
}

const (
	keyBits   = 48
	digitBits = 12
)

// order returns the cities in their order on the curve, those in one cell by their ids. By the
// highest digit of their keys they come into parts, where the rest of a key and the id fit one
// word. Keys are made twice: that takes less time than to keep them.
func (c *curve) order(ctx context.Context) Tour {
	n, cores := c.in.N(), coresFor(ctx, c.in.N())
	idBits := bits.Len(uint(n))
	const top = keyBits - digitBits
	lost := max(0, top+idBits-64) // the last bits of the keys, of more than 2^28 cities
	counts := make([][1 << digitBits]int32, cores)
	each(cores, func(k int) {
		count := &counts[k]
		for i := n * k / cores; i < n*(k+1)/cores; i++ {
			count[c.digit(i)]++
		}
	})
	var start [1<<digitBits + 1]int32
	for d := range 1 << digitBits {
		at := start[d]
		for k := range counts {
			counts[k][d], at = at, at+counts[k][d]
		}
		start[d+1] = at
	}
	words := make([]uint64, n)
	each(cores, func(k int) {
		at := &counts[k]
		for i := n * k / cores; i < n*(k+1)/cores; i++ {
			key := c.key(i)
			words[at[key>>top]] = key&(1<<top-1)>>lost<<idBits | uint64(i)
			at[key>>top]++
		}
	})
	const least = 1 << 14 // cities, lest parts are more work than what is in them
	borders := []int{0}
	for d, end := range start[1:] {
		if end-start[borders[len(borders)-1]] >= least || d == 1<<digitBits-1 {
			borders = append(borders, d+1)
		}
	}
	t := make(Tour, n)
	Parallel(ctx, len(borders)-1, func() func(int) {
		var count [1 << digitBits]int32
		var spare []uint64
		return func(b int) {
			for d := borders[b]; d < borders[b+1]; d++ {
				from, end := start[d], start[d+1]
				part := words[from:end]
				spare = slices.Grow(spare[:0], len(part))[:len(part)]
				radixSort(part, spare, idBits, top-lost+idBits, &count)
				for k, word := range part {
					t[int(from)+k] = int32(word & (1<<idBits - 1))
				}
			}
		}
	})
	return t
}

// radixSort sorts words by their bits low to high-1, the highest first, with a spare slice as long
// and what is counted in. It is stable, where the bits below low ascend among equals.
func radixSort(words, spare []uint64, low, high int, count *[1 << digitBits]int32) {
	if len(words) <= 24 { // some comparisons
		for i, w := range words {
			for ; i > 0 && words[i-1] > w; i-- {
				words[i] = words[i-1]
			}
			words[i] = w
		}
		return
	}
	width := min(digitBits, high-low, bits.Len(uint(len(words)))-2) // a few to each
	shift, mask := high-width, uint64(1)<<width-1
	clear(count[:mask+1])
	for _, w := range words {
		count[w>>shift&mask]++
	}
	sum := int32(0)
	for d, c := range count[:mask+1] {
		count[d] = sum
		sum += c
	}
	for _, w := range words {
		at := &count[w>>shift&mask]
		spare[*at] = w
		*at++
	}
	copy(words, spare)
	for from := 0; from < len(words) && shift > low; {
		end := from + 1
		for end < len(words) && words[end]>>shift == words[from]>>shift {
			end++
		}
		radixSort(words[from:end], spare[from:end], low, shift, count)
		from = end
	}
}
