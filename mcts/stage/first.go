package stage

import (
	"context"
	"math"
	"slices"

	"tspmcts/heatmap"
	"tspmcts/tsp"
)

// believed lists the edges between each city and the first most of its row in the heatmap, the most
// probable first and of equal ones the shorter. Greedy by length closes every cluster before it
// looks at the next; by probability a long edge that a tour is likely to need comes in its time.
// There are none when ctx has ended.
func believed(ctx context.Context, in *tsp.Instance, m *heatmap.Map, most int) [][2]int32 {
	if most == 0 {
		return nil
	}
	var edges []tsp.RankedEdge
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
			edges = append(edges, tsp.RankedEdge{Key: uint64(math.MaxUint32-math.Float32bits(p[k]))<<32 | uint64(in.Dist(i, j)), A: i, B: j})
		}
	}
	if _, ok := tsp.RankEdges(ctx, edges, nil); !ok {
		return nil
	}
	list := make([][2]int32, len(edges))
	for k, e := range edges {
		list[k] = [2]int32{e.A, e.B}
	}
	return list
}
