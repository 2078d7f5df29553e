package stage

import (
	"slices"
	"testing"
	"time"

	"tspmcts/heatmap"
	"tspmcts/mcts/eax"
	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// TestRenewing pins that a curve becomes a tour part by part, and a shorter one over candidates by
// alpha-nearness, one that is made anew, where cities are spread evenly twice; that its length is the
// one told, that fixed edges stay, and that a local optimum that is crossed with it is better than both.
func TestRenewing(t *testing.T) {
	const n, most = 6000, 7
	fixed := tsptest.Random(tsp.Euc2D, n, 2)
	if err := fixed.SetFixed([][2]int32{{3, 4000}, {4000, 17}, {5999, 0}}); err != nil {
		t.Fatal(err)
	}
	clustered := along(t, tsptest.Clustered(n, 1))
	for _, in := range []*tsp.Instance{along(t, tsptest.Random(tsp.Euc2D, n, 1)), clustered, fixed} {
		nb := tsptest.Must(tsp.NearestNeighbors(t.Context(), in, 10))
		curve := tsp.SpaceFillingCurve(t.Context(), in)
		if in == fixed { // which the curve knows nothing of
			curve = tsptest.Must(tsp.GreedyEdge(t.Context(), in, nb))
		}
		r := NewRenewing(Task{In: in, Curve: curve, Meter: meter.New(t.Context(), meter.Budget{}, nil), Seed: 1, Workers: 2,
			Config: Config{FirstTour: "greedy", Population: 1, Stretch: 50000, EAX: eax.DefaultConfig, Kick: kick.Config{Breadth: []int{3, 1}, Depth: 25}}}, most)
		s := r.s
		first, before := s.Tour.Length, s.Tour.Length
		holds := func() {
			t.Helper()
			holds(t, s, before)
			before = s.Tour.Length
		}
		for _, known := range []int32{2000, 2000, 4001, n} {
			r.Begin(nb, known)
			if holds(); in != fixed && r.begun != int(known) {
				t.Errorf("the tour is made of %d cities, %d are known", r.begun, known)
			}
		}
		if in != fixed && float64(before) > 0.8*float64(first) {
			t.Errorf("length %d of local optima, %d of the curve", before, first)
		}
		r.Finish()
		holds()
		r.Anew = true
		optimum := before
		better := tsptest.Must(heatmap.AlphaLists(t.Context(), in, 5))
		for parts := range slices.Chunk(slices.Collect(slices.Chunk(tsp.SpaceFillingCurve(t.Context(), in), 700)), 3) {
			var of [][]int32
			for _, part := range parts {
				of = append(of, slices.Clone(part))
			}
			r.Step(of, better, true)
			holds()
		}
		for i := range int32(n) {
			if row, dist := s.Candidates.Of(i); len(row) != most || row[0] != better(i)[0] || dist[0] != in.Dist(i, row[0]) {
				t.Fatalf("candidates of %d are %v at %v, the first is to be %d", i, row, dist, better(i)[0])
			}
		}
		if before >= optimum {
			t.Errorf("length %d over other candidates, %d before", before, optimum)
		}
		anew := before
		if again := r.Again(); again != (in != clustered) {
			t.Errorf("all is made anew: %v", again)
		} else if holds(); again && float64(before) > 0.998*float64(anew) {
			t.Errorf("length %d when all is made anew once more, %d before", before, anew)
		}
		renewed, length := slices.Clone(s.Tour.Order), s.Tour.Length
		s.Tour = kick.NewTour(in, tsptest.Must(tsp.GreedyEdge(t.Context(), in, nb)))
		s.round(1, (*kick.Climber).Descend)
		before = s.Tour.Length
		length = min(length, before)
		s.cross(renewed)
		if holds(); before >= length {
			t.Errorf("length %d when two tours are crossed, the shorter has %d", before, length)
		}
	}
}

// TestStraightened pins that the curve gets shorter where it is kicked before any neighbour is known,
// past its beginning and again from its end, and that it keeps fixed edges.
func TestStraightened(t *testing.T) {
	fixed := tsptest.Random(tsp.Euc2D, 6000, 2)
	if err := fixed.SetFixed([][2]int32{{3, 4000}}); err != nil {
		t.Fatal(err)
	}
	for _, in := range []*tsp.Instance{along(t, tsptest.Clustered(6000, 1)), fixed} {
		curve := tsp.SpaceFillingCurve(t.Context(), in)
		if in == fixed { // which the curve knows nothing of
			curve = tsptest.Must(tsp.GreedyEdge(t.Context(), in, tsptest.Must(tsp.NearestNeighbors(t.Context(), in, 10))))
		}
		r := NewRenewing(Task{In: in, Curve: curve, Meter: meter.New(t.Context(), meter.Budget{}, nil), Seed: 1, Workers: 2,
			Config: Config{Population: 1, Stretch: 50000, EAX: eax.DefaultConfig, Kick: kick.Config{Breadth: []int{3, 1}, Depth: 25}}}, 7)
		first := r.s.Tour.Length
		for range 3 {
			before := r.s.Tour.Length
			r.Kick(time.Millisecond)
			if err := in.Check(r.s.Tour.Order); err != nil || in.Length(r.s.Tour.Order) != r.s.Tour.Length || r.s.Tour.Length > before {
				t.Fatalf("length %d, told %d, %d before, %v", in.Length(r.s.Tour.Order), r.s.Tour.Length, before, err)
			}
		}
		if r.s.Tour.Length == first {
			t.Errorf("the curve of length %d is as long when it has been straightened", first)
		}
	}
}

// TestRenewingGiven pins that a good tour that is given is not made anew.
func TestRenewingGiven(t *testing.T) {
	in := along(t, tsptest.Random(tsp.Euc2D, 6000, 3))
	nb := tsptest.Must(tsp.NearestNeighbors(t.Context(), in, 10))
	tours := tsptest.Must(kick.Optima(t.Context(), in, nb, 1, 1))
	r := NewRenewing(Task{In: in, Curve: tsp.SpaceFillingCurve(t.Context(), in), Initial: tours, Meter: meter.New(t.Context(), meter.Budget{}, nil), Seed: 1, Workers: 2,
		Config: Config{Population: 1, Stretch: 50000, EAX: eax.DefaultConfig, Kick: kick.Config{Breadth: []int{3, 1}, Depth: 25}}}, 7)
	r.Begin(nb, int32(in.N()))
	if err, given := in.Check(r.s.Tour.Order), in.Length(tours[0]); err != nil || r.s.Tour.Length > given || in.Length(r.s.Tour.Order) != r.s.Tour.Length {
		t.Errorf("length %d, told %d, of a tour of %d, %v", in.Length(r.s.Tour.Order), r.s.Tour.Length, given, err)
	}
}

// along returns in with its cities numbered along a curve.
func along(t *testing.T, in *tsp.Instance) *tsp.Instance {
	return tsptest.Must(tsp.NewPlaces(t.Context(), in, tsp.SpaceFillingCurve(t.Context(), in))).Instance
}
