package farm

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"tspmcts/bench"
	"tspmcts/heatmap"
	"tspmcts/mcts"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// TestMapTravels pins what a region is told of the heatmap: a map of its cities with the
// probabilities of the whole, each city's first candidates that are in the region among them.
func TestMapTravels(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 500, 1)
	nb := tsptest.Must(tsp.NearestNeighbors(context.Background(), in, 10))
	whole := tsptest.Must(heatmap.Alpha(context.Background(), in, nb, heatmap.AlphaSteps, heatmap.AlphaRanks, nil))
	var cities []int32
	place := make([]int32, in.N())
	for c := range place {
		place[c] = -1
		if in.X[c] < in.X[0] {
			place[c] = int32(len(cities))
			cities = append(cities, int32(c))
		}
	}
	const first = 5
	part := tsptest.Must(mapOf(tsptest.Must(mapBytes(whole, cities, place, first))))
	if err := part.Check(); err != nil {
		t.Fatal(err)
	}
	for i, c := range cities {
		to, p := part.Of(int32(i))
		all, believed := whole.Of(c)
		for k, j := range to {
			if at := slices.Index(all, cities[j]); at < 0 || believed[at] != p[k] {
				t.Fatalf("city %d: the edge to %d has %v", c, cities[j], p[k])
			}
		}
		for _, j := range all[:min(first, len(all))] {
			if place[j] >= 0 && !slices.Contains(to, place[j]) {
				t.Fatalf("city %d lacks its candidate %d", c, j)
			}
		}
	}
	if _, err := mapOf([]byte("no map")); err == nil {
		t.Error("bytes that are no map were taken")
	}
}

// TestRounds pins how a budget is shared among rounds: all of it, early rounds short, none longer
// than a third and a half of that, and none of less than 1, though more were asked for.
func TestRounds(t *testing.T) {
	for _, tt := range []struct {
		before, total float64
		given         int
	}{{1, 100, 0}, {0, 100, 0}, {40, 100, 0}, {99, 100, 0}, {1, 100, 7}, {0, 1e12, 0}, {100, 100, 0}, {120, 100, 0},
		{1, 100, 1000}, {0.5, 6, 7}, {0.2, 12, 0}, {0, 5, 0}} {
		s := &solving{asked: tt.given}
		used, told := tt.before, 0
		for {
			next, rounds := s.next(used, tt.total)
			if s.round == 0 {
				told = rounds
			}
			if rounds != told {
				t.Fatalf("%+v: %d rounds, then %d", tt, told, rounds)
			}
			if s.round >= rounds {
				break
			}
			if next < 1 || tt.given == 0 && next > 0.501*tt.total {
				t.Fatalf("%+v: a round of %v", tt, next)
			}
			used += next
			s.round++
		}
		if want := max(tt.total, tt.before); math.Abs(used-want) > 1e-9*want {
			t.Errorf("%+v: %v used in %d rounds", tt, used, told)
		}
	}
}

// TestTaken pins that slots which take works in the order of taken, whoever is free the next one, end
// together when the round does, and that one slot gives each its share.
func TestTaken(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		slots, works := 1+rng.IntN(20), make([]int32, 1+rng.IntN(60))
		sizes, sum := make([]int, len(works)), 0
		for i := range works {
			works[i], sizes[i] = int32(i), 50+rng.IntN(51)
			sum += sizes[i]
		}
		slices.SortFunc(works, func(a, b int32) int { return sizes[b] - sizes[a] })
		size := func(w int32) int { return sizes[w] }
		free := make([]float64, slots)
		seen := make([]bool, len(works))
		for _, turn := range taken(works, size, slots) {
			k := slices.Index(free, slices.Min(free))
			if seen[turn.work] || math.Abs(free[k]-turn.start) > 1e-9 {
				t.Fatalf("%d slots: work %d begins at %v, want %v", slots, turn.work, free[k], turn.start)
			}
			seen[turn.work] = true
			free[k] += turn.part
		}
		for _, end := range free[:min(slots, len(works))] {
			if math.Abs(end-1) > 1e-9 {
				t.Fatalf("%d slots, %d works: one ends at %v", slots, len(works), end)
			}
		}
		if slices.Contains(seen, false) {
			t.Fatalf("%d slots: a work is left out", slots)
		}
		for _, turn := range taken(works, size, 1) {
			if want := float64(sizes[turn.work]) / float64(sum); math.Abs(turn.part-want) > 1e-9 {
				t.Fatalf("a work of %d of %d has %v of the round", sizes[turn.work], sum, turn.part)
			}
		}
	}
}

// TestBeginsAlike pins that the first tour of a solve with actions does not depend on how many cores
// the client has, also where there is a piece of it for each of several.
func TestBeginsAlike(t *testing.T) {
	for _, tt := range []struct {
		n     int
		begin func(*solving) (method, error)
	}{
		{3000, func(s *solving) (method, error) { return s.newIslands(context.Background()) }},
		{leastInRegions, func(s *solving) (method, error) { return s.newGiant(context.Background()) }},
	} {
		var first tsp.Tour
		for _, workers := range []int{1, 7} {
			run := solvable(tt.n, bench.Budget{Actions: 1e6})
			run.Source, run.Workers = tsptest.Must(bench.HeatmapSource("gtprior")), workers
			s := &solving{in: run.Item.Instance, clock: func() time.Duration { return 0 }, run: run}
			tsptest.Must(tt.begin(s))
			if first == nil {
				first = s.tour
			}
			if !slices.Equal(first, s.tour) {
				t.Errorf("%d cities: another tour with more cores", tt.n)
			}
		}
	}
}

// TestRegionsJoin pins that the whole gains what a region did, whose links stay, while one that found
// no tour, and those that found none at all, change nothing.
func TestRegionsJoin(t *testing.T) {
	ctx := t.Context()
	run := solvable(12000, bench.Budget{Actions: 1e6})
	in := run.Item.Instance
	s := &solving{Farm: busyFarm(t, func(string) {}), run: run, in: in, clock: func() time.Duration { return 0 }, source: "gtprior", tour: tsp.SpaceFillingCurve(ctx, in)}
	s.planned = planned{Slots: 2, Rounds: 1, Actions: 1e5}
	g := tsptest.Must(s.newGiant(ctx)).(*giant)
	searches := tsptest.Must(g.searches(ctx, 1))
	if len(searches) < 2 {
		t.Fatal(len(searches))
	}
	before := in.Length(g.tour)
	region := func(k int) (*tsp.Instance, tsp.Tour) {
		in := tsptest.Must(tsp.DecodeInstance(tsptest.Must(s.blobs.read(ctx, "in/"+searches[k].Instance, mostInstance))))
		own := make(tsp.Tour, in.N())
		for k := range own {
			own[k] = int32(k)
		}
		return in, own
	}
	sub, own := region(0)
	_, double := region(1)
	r := tsptest.Must(mcts.Solve(ctx, sub, mcts.Options{Source: "knn", Seed: 1, Workers: 1, Actions: 20000, Initial: []tsp.Tour{own}}))
	double[3] = double[4]
	found := make([]tsp.Tour, len(searches))
	found[0], found[1] = r.Tour, double
	if err := g.join(ctx, found); err != nil || in.Check(g.tour) != nil {
		t.Fatal(err, in.Check(g.tour))
	}
	if gain, want := before-in.Length(g.tour), sub.Length(own)-sub.Length(r.Tour); gain != want || want <= 0 {
		t.Errorf("the whole gains %d, the region %d", gain, want)
	}
}
