package tsp

import (
	"context"
	"math"
)

// SpaceFillingCurve returns the tour that visits the cities in the order of a
// Hilbert curve through their coordinates: some 40 % above the optimum, after one
// sort (Platzman and Bartholdi 1989). Ties are broken by id. An
// Explicit instance, which has no coordinates, gets the order of its ids. Fixed
// edges are not considered: for an instance with some, use [GreedyEdge].
//
// It runs on the cores that ctx allows (see [WithWorkers]), and is always finished, since a tour that was
// left in parts would be many times as long: a million cities take 70 ms on two cores.
func SpaceFillingCurve(ctx context.Context, in *Instance) Tour {
	n := in.N()
	t := make(Tour, n)
	for i := range t {
		t[i] = int32(i)
	}
	if in.Metric.Dims() == 0 {
		return in.withoutCurve(ctx, t)
	}
	ctx = context.WithoutCancel(ctx)
	keys := curveKeys(ctx, in)
	if keys == nil {
		return t
	}
	return sortByKey(ctx, keys, t)
}

// curveKeys returns each city's place on the curve, nil where all are in one place.
func curveKeys(ctx context.Context, in *Instance) []uint64 {
	n := in.N()
	lo := [3]float64{math.Inf(1), math.Inf(1), math.Inf(1)}
	extent := 0.0
	for a := range in.dims() {
		hi := math.Inf(-1)
		for i := range n {
			v := in.axis(a, i)
			lo[a], hi = min(lo[a], v), max(hi, v)
		}
		extent = max(extent, hi-lo[a])
	}
	if extent == 0 {
		return nil
	}
	// 48 bits of key: 24 an axis in the plane, 16 in space.
	keys := make([]uint64, n)
	const batch = 1 << 14
	Parallel(ctx, (n+batch-1)/batch, func() func(int) {
		return func(b int) {
			if in.dims() == 2 {
				scale := (1<<24 - 1) / extent
				for i := b * batch; i < min(n, (b+1)*batch); i++ {
					keys[i] = hilbert2(uint32((in.pts[i].x-lo[0])*scale), uint32((in.pts[i].y-lo[1])*scale))
				}
				return
			}
			scale := (1<<16 - 1) / extent
			for i := b * batch; i < min(n, (b+1)*batch); i++ {
				keys[i] = hilbert3([3]uint32{uint32((in.pts[i].x - lo[0]) * scale), uint32((in.pts[i].y - lo[1]) * scale), uint32((in.z[i] - lo[2]) * scale)})
			}
		}
	})
	return keys
}

func (in *Instance) dims() int { return in.Metric.Dims() }

func (in *Instance) axis(a, i int) float64 {
	switch a {
	case 0:
		return in.pts[i].x
	case 1:
		return in.pts[i].y
	}
	return in.z[i]
}

// hilbert2 returns the position of a cell of the 2^24 x 2^24 grid on its Hilbert
// curve. It goes from the coarsest bits to the finest; state is which of the
// four turned and mirrored curves fills the part.
func hilbert2(x, y uint32) uint64 {
	var key uint64
	state := uint32(0)
	for b := 20; b >= 0; b -= 4 {
		e := hilbertSteps[state<<8|(x>>b&15)<<4|y>>b&15]
		key = key<<8 | uint64(e&255)
		state = uint32(e >> 8)
	}
	return key
}

// hilbertSteps maps state, four bits of x, four bits of y to next state and position: four steps at once.
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

// sortByKey returns the ids sorted by their keys of keyBits bits, equal ones in their order. By
// the highest digit they come into parts, which are sorted on all cores. Both
// slices are used up.
func sortByKey(ctx context.Context, keys []uint64, ids []int32) []int32 {
	n := len(keys)
	sorted, to := make([]uint64, n), make([]int32, n)
	var start [1<<digitBits + 1]int32
	for _, k := range keys {
		start[k>>(keyBits-digitBits)+1]++
	}
	for d := range 1 << digitBits {
		start[d+1] += start[d]
	}
	at := start
	for i, k := range keys {
		d := k >> (keyBits - digitBits)
		sorted[at[d]], to[at[d]] = k, ids[i]
		at[d]++
	}
	const least = 1 << 14 // cities, lest the counts take longer than the cities
	borders := []int32{0}
	for _, end := range start[1:] {
		if end-borders[len(borders)-1] >= least || int(end) == n && end > borders[len(borders)-1] {
			borders = append(borders, end)
		}
	}
	Parallel(ctx, len(borders)-1, func() func(int) {
		return func(b int) {
			from, end := borders[b], borders[b+1]
			radixSort(sorted[from:end], keys[from:end], to[from:end], ids[from:end])
		}
	})
	return to
}

// radixSort sorts ids by their keys of keyBits bits, with spare slices as long as these. It is stable.
func radixSort(keys, spareKeys []uint64, ids, spare []int32) {
	n := len(keys)
	src, dst := keys, spareKeys
	from, to := ids, spare
	var count [1 << digitBits]int32
	for shift := 0; shift < keyBits; shift += digitBits {
		clear(count[:])
		for _, k := range src {
			count[k>>shift&(1<<digitBits-1)]++
		}
		sum, most := int32(0), int32(0)
		for d, c := range count {
			most = max(most, c)
			count[d] = sum
			sum += c
		}
		if int(most) == n {
			continue // all digits are equal
		}
		for i, k := range src {
			d := k >> shift & (1<<digitBits - 1)
			at := count[d]
			count[d]++
			dst[at], to[at] = k, from[i]
		}
		src, dst, from, to = dst, src, to, from
	}
	if n > 0 && &from[0] != &ids[0] {
		copy(ids, from)
	}
}
