package stage

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"tspmcts/heatmap"
	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// chosen returns the leaves of a sweep over n cities in the order in which they are
// visited, and the search and the regions they are of. gain is what a visit of the city with
// that x brings; batch visits are chosen at a time.
func chosen(t *testing.T, explore, doubt float64, batch int, gain func(x float64) float64) ([]int32, *Search, *Regions) {
	t.Helper()
	const n = 4000
	in := tsptest.Random(tsp.Euc2D, n, 5)
	nb := tsptest.Must(tsp.NearestNeighbors(context.Background(), in, 10))
	prior := tsptest.Must(heatmap.GTPrior(context.Background(), in, nb, heatmap.PublishedRanks(n)))
	s := &Search{Task: Task{In: in, Config: Config{Explore: explore, Doubt: doubt}, Heatmap: prior, Meter: meter.New(context.Background(), meter.Budget{}, nil)}}
	s.Tour = kick.NewTour(in, tsp.SpaceFillingCurve(context.Background(), in))
	v := &Regions{RNG: rand.NewPCG(1, 2)}
	v.Tree.Grow(context.Background(), in, s.Tour.Positions(), 60, v.RNG)
	v.Choice.begin(s, v)
	var order []int32
	for v.Choice.left() > 0 {
		mean := v.Choice.mean()
		var work []int32
		for range min(batch, v.Choice.left()) {
			work = append(work, v.Choice.choose(s, v, mean))
		}
		for _, leaf := range work {
			x, _ := in.At(v.Tree.Cities[v.Tree.Nodes[leaf].From])
			v.Choice.learn(v, leaf, mean, gain(x), 1000)
		}
		order = append(order, work...)
	}
	return order, s, v
}

// TestChoosing pins that a sweep visits each leaf once, and that it goes first where
// visits bring more, or where the heatmap doubts more.
func TestChoosing(t *testing.T) {
	half := func(x float64) float64 {
		if x < 5e5 {
			return 1
		}
		return 100
	}
	order, s, v := chosen(t, 0.5, 0, 4, half)
	if sorted := slices.Sorted(slices.Values(order)); !slices.Equal(sorted, slices.Sorted(slices.Values(v.Tree.Leaves))) {
		t.Fatalf("%d visits, want each of %d leaves once", len(order), len(v.Tree.Leaves))
	}
	side := func(leaves []int32) (right int) {
		for _, leaf := range leaves {
			if x, _ := s.In.At(v.Tree.Cities[v.Tree.Nodes[leaf].From]); half(x) > 1 {
				right++
			}
		}
		return right
	}
	first := order[:len(order)/2]
	if got, rest := side(first), side(order[len(order)/2:]); got < 2*rest {
		t.Errorf("of the visits that bring most %d are in the first half, %d in the second", got, rest)
	}
	order, s, v = chosen(t, 0, 100, 1, func(float64) float64 { return 0 })
	doubt := func(leaves []int32) (sum int64) {
		for _, leaf := range leaves {
			nd := v.Tree.Nodes[leaf]
			for _, c := range v.Tree.Cities[nd.From:nd.To] {
				sum += s.doubt(c, s.Tour.Order[(int(s.Tour.Positions()[c])+1)%s.In.N()])
			}
		}
		return sum
	}
	if a, b := doubt(order[:len(order)/2]), doubt(order[len(order)/2:]); a <= b {
		t.Errorf("doubt of the first half of the visits is %d, of the second %d", a, b)
	}
}

// TestVirtualLoss pins that visits chosen at once go to different places: to both halves
// of the plane, though the first promises as much as the second.
func TestVirtualLoss(t *testing.T) {
	order, s, v := chosen(t, 0.5, 0, 8, func(float64) float64 { return 1 })
	var left, right int
	for _, leaf := range order[:8] {
		if int(v.Tree.Nodes[leaf].From) < int(v.Tree.Nodes[v.Tree.Nodes[0].Left].To) {
			left++
		} else {
			right++
		}
	}
	if min(left, right) < 3 {
		t.Errorf("8 visits at once go %d to %d to the halves of %d cities", left, right, s.In.N())
	}
}

// TestForgedRegions pins that regions are refused which no search has: where leaves do not make up
// the plane, or are not those that are still to be visited.
func TestForgedRegions(t *testing.T) {
	_, s, v := chosen(t, 0.5, 0, 4, func(float64) float64 { return 1 })
	s.Config.Population, v.Tours = 30, 16
	v.Choice.begin(s, v)
	v.Choice.choose(s, v, 1)
	if err := v.resume(s); err != nil {
		t.Fatal(err)
	}
	for name, forge := range map[string]func(f *Regions){
		"no tours":           func(f *Regions) { f.Tours = 0 },
		"fewer than none":    func(f *Regions) { f.Tours = -1 },
		"too many tours":     func(f *Regions) { f.Tours = 31 },
		"a gap":              func(f *Regions) { f.Tree.Nodes[1].To-- },
		"an overlap":         func(f *Regions) { f.Tree.Nodes[2].From-- },
		"another root":       func(f *Regions) { f.Tree.Nodes[0].To-- },
		"shared children":    func(f *Regions) { f.Tree.Nodes[2].Left = f.Tree.Nodes[1].Left },
		"a leaf twice":       func(f *Regions) { f.Tree.Leaves[1] = f.Tree.Leaves[0] },
		"a leaf more":        func(f *Regions) { f.Tree.Leaves = append(f.Tree.Leaves, f.Tree.Leaves[0]) },
		"more to visit":      func(f *Regions) { f.Choice.Arms[0].Left++ },
		"a leaf to visit":    func(f *Regions) { f.Choice.Arms[len(f.Choice.Arms)-1].Left++ },
		"more cities":        func(f *Regions) { f.Choice.Arms[1].Cities++ },
		"leaves but no tree": func(f *Regions) { f.Tree.Nodes, f.Choice.Arms = nil, nil },
	} {
		f := *v
		f.Tree.Nodes, f.Tree.Leaves, f.Choice.Arms = slices.Clone(v.Tree.Nodes), slices.Clone(v.Tree.Leaves), slices.Clone(v.Choice.Arms)
		if forge(&f); f.resume(s) == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
