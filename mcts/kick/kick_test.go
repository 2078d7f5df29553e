package kick

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"tspmcts/heatmap"
	"tspmcts/mcts/meter"
	"tspmcts/mcts/tree"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
	"tspmcts/twoopt"
)

// million is how many kicks TestKicksExact makes on each of its instances;
// -million 90000 makes them a million and more in all. With the tag invariants every
// applied move is measured anew.
var million = flag.Int("million", 3000, "kicks on each instance")

var config = Config{Breadth: []int{3, 1}, Depth: 25}

func nearest(in *tsp.Instance, k int) *twoopt.Candidates {
	nb := tsptest.Must(tsp.NearestNeighbors(context.Background(), in, k))
	return twoopt.NewCandidates(in, nb.Of)
}

// fixedTour returns a tour that has in's fixed edges, the same each time.
func fixedTour(in *tsp.Instance, seed uint64) *Tour {
	return NewTour(in, tsptest.Tour(in, rand.New(rand.NewPCG(seed, 3))))
}

// TestKicksExact pins that after any number of kicks, kept or taken back, the
// gains add up to what the tour lost, and the tour is one.
func TestKicksExact(t *testing.T) {
	for k, in := range tsptest.Motley() {
		m := meter.New(context.Background(), meter.Budget{}, nil)
		crew := NewCrew(in, nearest(in, 7), config, m, 1)
		tour := fixedTour(in, uint64(k))
		for done := 0; done < *million; done += 1000 {
			heat := float64(tour.Length) / float64(in.N()) / 5
			pieces := 1 + done/1000%2 // the whole tour, then halves
			crew.Round(tour, done%in.N(), pieces, func(c *Climber, piece int) {
				c.Seed(uint64(k), meter.ForRound, uint64(done), uint64(piece))
				c.Kick(int64(1000/pieces), 0, 20, func() float64 { return heat })
				if done == 0 {
					c.Descend(0)
					c.shake(10)
				}
			})
			if got := in.Length(tour.Order); got != tour.Length {
				t.Fatalf("%s %v: length %d, counted %d", in.Name, in.Metric, got, tour.Length)
			}
			if err := in.Check(tour.Order); err != nil {
				t.Fatalf("%s %v: %v", in.Name, in.Metric, err)
			}
		}
	}
}

// TestGuidedByItsCandidates pins that statistics draw where they are of the candidates, learning
// from that, and neither draw nor learn where a climber works on others.
func TestGuidedByItsCandidates(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 200, 1)
	m := meter.New(t.Context(), meter.Budget{}, nil)
	of, others := nearest(in, 5), nearest(in, 8)
	c := New(config, m)
	c.Guide(tree.NewStats(of, heatmap.Zero(in.N()), m), 1, 10)
	before := c.State().Stats.Visits
	for _, cand := range []*twoopt.Candidates{others, of} {
		c.Load(in, cand, fixedTour(in, 1), 0, in.N())
		c.Descend(0)
		c.Kick(1000, 0, 20, nil)
		if learnt := !slices.Equal(before, c.State().Stats.Visits); learnt != (cand == of) || c.Gain() == 0 {
			t.Errorf("its own candidates %v, learnt %v, gain %d", cand == of, learnt, c.Gain())
		}
	}
}

// TestRestore pins that a climber which goes on from the state of another does as that does, its
// statistics and its count of actions included, of which none is told twice.
func TestRestore(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 200, 1)
	of := nearest(in, 5)
	begin := func() (*Climber, *meter.Meter) {
		m := meter.New(t.Context(), meter.Budget{}, nil)
		c := New(config, m)
		c.Guide(tree.NewStats(of, heatmap.Zero(in.N()), m), 1, 10)
		return c, m
	}
	work := func(c *Climber) {
		c.Seed(1, meter.ForRound, 1, 1)
		c.Load(in, of, fixedTour(in, 1), 0, in.N())
		c.Descend(0)
		c.Kick(300, 0, 20, nil)
		c.Flush()
	}
	one, m := begin()
	work(one)
	two, again := begin()
	again.Resume(m.Actions())
	if err := two.Restore(one.State()); err != nil {
		t.Fatal(err)
	}
	work(one)
	work(two)
	if !slices.Equal(one.Local(), two.Local()) || !reflect.DeepEqual(one.State(), two.State()) || m.Actions() != again.Actions() {
		t.Errorf("restored: gain %d by %d actions, want %d by %d", two.Gain(), again.Actions(), one.Gain(), m.Actions())
	}
}

// TestBridgeChangesFourEdges pins that a kick is a double bridge (A D C B): all four of
// its edges are new, so that no 3-opt move takes it back.
func TestBridgeChangesFourEdges(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 100, 1)
	c := New(config, meter.New(context.Background(), meter.Budget{}, nil))
	tour := fixedTour(in, 1)
	c.Load(in, nearest(in, 5), tour, 0, in.N())
	delta, ok := c.bridge(10, 5, 7, 9)
	c.chain.Clear()
	after := make(tsp.Tour, in.N())
	c.Store(after)
	if err := in.Check(after); err != nil || !ok || in.Length(after)-tour.Length != delta {
		t.Fatalf("%v, grown by %d, counted %d, %v", err, in.Length(after)-tour.Length, delta, ok)
	}
	had := map[[2]int32]bool{}
	for i, a := range tour.Order {
		b := tour.Order[(i+1)%in.N()]
		had[[2]int32{min(a, b), max(a, b)}] = true
	}
	fresh := 0
	for i, a := range after {
		b := after[(i+1)%in.N()]
		if !had[[2]int32{min(a, b), max(a, b)}] {
			fresh++
		}
	}
	if fresh != 4 {
		t.Errorf("%d edges are new, want 4", fresh)
	}
}

// TestKicksOfPairs pins that no kick of a directed instance cuts a pair, on whatever piece.
func TestKicksOfPairs(t *testing.T) {
	for _, n := range []int{4, 5, 6, 50} {
		in := tsp.NewSymmetric(tsptest.Directed(n, 1)).Instance
		m := meter.New(t.Context(), meter.Budget{}, nil)
		c := New(config, m)
		c.Load(in, nearest(in, 7), fixedTour(in, 1), 0, in.N())
		for k := range 10000 {
			p, size1, size2, size3 := c.draw(min(20, int32(2*n-1)/3))
			if _, ok := c.bridge(p, size1, size2, size3); !ok || size1+size2+size3 >= int32(in.N()) {
				t.Fatalf("%d ways: kick %d from %d on of %d, %d and %d cuts a pair", n, k, p, size1, size2, size3)
			}
		}
		if err := in.Keeps(c.tour.Order); err != nil {
			t.Error(err)
		}
	}
}

// BenchmarkKick times kicks on a local optimum, each with its repair.
func BenchmarkKick(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			in := tsptest.Random(tsp.Euc2D, n, 1)
			c := New(config, meter.New(context.Background(), meter.Budget{}, nil))
			c.Seed(1, meter.ForRound, 1, 0)
			c.Load(in, nearest(in, 7), NewTour(in, tsp.SpaceFillingCurve(context.Background(), in)), 0, n)
			c.Descend(0)
			b.ReportAllocs()
			b.ResetTimer()
			c.Kick(int64(b.N), 0, 50, nil)
		})
	}
}
