package stage

import (
	"context"
	"math"
	"slices"

	"tspmcts/heatmap"
	"tspmcts/tsp"
)

// believed lists the edges between each city and the first most of its row in the
// heatmap, the most probable first and of equal ones the shorter.
// Greedy by length closes every cluster before it looks at the next; by probability a
// long edge that a tour is likely to need comes in its time. There are
// none when ctx has ended.
func believed(ctx context.Context, in *tsp.Instance, m *heatmap.Map, most int) [][2]int32 {
	if most == 0 {
		return nil
	}
	var edges []ranked
	for i := range int32(m.N()) {
		if i&0xffff == 0 && ctx.Err() != nil {
			return nil
		}
		cities, p := m.Of(i)
		for k, j := range cities[:min(len(cities), most)] {
			if j < i { // listed there, unless it is not among j's first
				if back, _ := m.Of(j); slices.Contains(back[:min(len(back), most)], i) {
					continue
				}
			}
			edges = append(edges, ranked{uint64(math.MaxUint32-math.Float32bits(p[k]))<<32 | uint64(in.Dist(i, j)), i, j})
		}
	}
	if !rank(ctx, edges) {
		return nil
	}
	list := make([][2]int32, len(edges))
	for k, e := range edges {
		list[k] = [2]int32{e.a, e.b}
	}
	return list
}

// ranked is an edge and what it is sorted by.
type ranked struct {
	key  uint64
	a, b int32
}

// rank sorts ascending by key, and leaves equal ones in their order: a radix sort,
// which takes a tenth of the time of one by comparisons for millions of edges. It
// reports false where ctx has ended.
func rank(ctx context.Context, edges []ranked) bool {
	const digit = 11
	spare := make([]ranked, len(edges))
	from, to := edges, spare
	for shift := 0; shift < 64; shift += digit {
		if ctx.Err() != nil {
			return false
		}
		var at [1 << digit]int
		for i := range from {
			at[from[i].key>>shift&(1<<digit-1)]++
		}
		if len(from) > 0 && at[from[0].key>>shift&(1<<digit-1)] == len(from) {
			continue // all the same
		}
		sum := 0
		for d, count := range at {
			at[d] = sum
			sum += count
		}
		for _, e := range from {
			d := e.key >> shift & (1<<digit - 1)
			to[at[d]] = e
			at[d]++
		}
		from, to = to, from
	}
	if len(edges) > 0 && &from[0] != &edges[0] {
		copy(edges, from)
	}
	return true
}
