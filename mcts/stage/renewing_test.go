package stage

import (
	"slices"
	"testing"

	"tspmcts/heatmap"
	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
	"tspmcts/twoopt"
)

// TestRenewing pins that a local optimum over near candidates gets shorter over those by
// alpha-nearness, part by part, and that its length is the one told.
func TestRenewing(t *testing.T) {
	for _, in := range []*tsp.Instance{tsptest.Random(tsp.Euc2D, 6000, 1), tsptest.Clustered(6000, 1)} {
		nb := tsptest.Must(tsp.NearestNeighbors(t.Context(), in, 10))
		cand := twoopt.NewCandidates(in, func(i int32) []int32 { return nb.Of(i)[:5] })
		s := New(Task{In: in, Neighbors: nb, Candidates: cand, Meter: meter.New(t.Context(), meter.Budget{}, nil), Seed: 1, Workers: 2,
			Config: Config{FirstTour: "greedy", Population: 1, Stretch: 50000, Kick: kick.Config{Breadth: []int{3, 1}, Depth: 25}}})
		s.Descend(true)
		first, before := s.Tour.Length, s.Tour.Length
		better := tsptest.Must(heatmap.AlphaLists(t.Context(), in, heatmap.AlphaSteps, 5))
		r := s.Renewing()
		for parts := range slices.Chunk(slices.Collect(slices.Chunk(tsp.SpaceFillingCurve(t.Context(), in), 700)), 3) {
			var of [][]int32
			for _, part := range parts {
				of = append(of, slices.Clone(part))
			}
			r.Step(of, better)
			if err := in.Check(s.Tour.Order); err != nil || in.Length(s.Tour.Order) != s.Tour.Length || s.BestLength != s.Tour.Length {
				t.Fatalf("length %d, told %d, best %d, %v", in.Length(s.Tour.Order), s.Tour.Length, s.BestLength, err)
			}
			if s.Tour.Length > before {
				t.Errorf("length %d after %d", s.Tour.Length, before)
			}
			before = s.Tour.Length
		}
		for i := range int32(in.N()) {
			if row, dist := cand.Of(i); row[0] != better(i)[0] || dist[0] != in.Dist(i, row[0]) {
				t.Fatalf("the first candidate of %d is %d at %d, want %d", i, row[0], dist[0], better(i)[0])
			}
		}
		if float64(before) > 0.9995*float64(first) {
			t.Errorf("length %d over other candidates, %d before", before, first)
		}
	}
}
