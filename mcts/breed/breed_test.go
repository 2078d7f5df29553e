package breed

import (
	"bytes"
	"context"
	"encoding/gob"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"

	"tspmcts/mcts/eax"
	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
	"tspmcts/mcts/region"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
	"tspmcts/twoopt"
)

// stable is what breeds tours of an instance in a test.
type stable struct {
	*Breeder
	set      Setting
	crew     *kick.Crew
	visitors []*region.Visitor
	load     func(*region.Visitor)
	best     tsp.Tour
	led      bool // a lead made the best better
}

func newStable(in *tsp.Instance, workers int) *stable {
	s := &stable{set: Setting{In: in, Neighbors: tsptest.Must(tsp.NearestNeighbors(context.Background(), in, 10)),
		EAX: eax.DefaultConfig(in.N()), First: 16, Most: 64, Elite: 3, Workers: workers, Seed: 5, Stop: new(atomic.Bool)}}
	cand := twoopt.NewCandidates(in, s.set.Neighbors.Of)
	m := meter.New(context.Background(), meter.Budget{Actions: 1 << 40}, nil)
	s.crew = kick.NewCrew(in, cand, kick.Config{Breadth: []int{1}, Depth: 50}, m, workers)
	for _, c := range s.crew.Climbers {
		s.visitors = append(s.visitors, &region.Visitor{Climber: c})
	}
	s.best = tsp.SpaceFillingCurve(context.Background(), in)
	first := kick.NewTour(in, slices.Clone(s.best))
	s.load = func(v *region.Visitor) {
		region.Cut(&v.Problem, first.Order, first.Positions(), first.Order)
		v.Load(in, cand, s.set.Neighbors.Of, first.Length, nil, first.Positions(), 0)
	}
	s.Breeder = New(s.set, nil)
	return s
}

// step does what the package's documentation says, and keeps the best tour.
func (s *stable) step() {
	try := func(t tsp.Tour) bool {
		if s.set.In.Length(t) >= s.set.In.Length(s.best) {
			return false
		}
		s.best = t
		return true
	}
	switch {
	case s.Recombining():
		var led tsp.Tour
		if others := s.Some(); others != nil && !s.Crossing {
			s.Beside(func() { led, _, _ = s.Lead(s.best, others) })
		}
		if _, done := s.Generation(); done {
			s.Next(s.best)
			return
		}
		try(s.Best())
		if led != nil {
			s.led = try(led) || s.led
		}
	case s.Missing() > 0:
		if built := s.Build(s.crew, s.visitors, s.load, 3, 0); len(built) == 0 {
			panic("no tour was built")
		}
	default:
		s.Begin()
	}
}

// TestBreeder pins that populations double until the limit, that after it tours are better, that
// every tour is one, that leading finds what the population has not yet, and that neither the number
// of workers nor a checkpoint at any step changes a thing.
func TestBreeder(t *testing.T) {
	in := tsptest.Clustered(300, 2)
	one, two := newStable(in, 1), newStable(in, 2)
	var sizes []int
	var means []float64 // lengths of the tours, after the limit was reached so many times
	for i := 0; one.Reached < 3; i++ {
		if len(one.Tours) == one.Due && !one.Recombining() {
			sizes = append(sizes, one.Due)
			if one.Due == one.set.Most {
				sum := int64(0)
				for _, tour := range one.Tours {
					sum += in.Length(tour)
				}
				means = append(means, float64(sum)/float64(one.Due))
			}
		}
		one.step()
		two.step()
		if i%7 == 0 {
			if two.Freeze(); (two.Population != nil) != two.Recombining() {
				t.Fatalf("step %d: recombining %v, with a population %v", i, two.Recombining(), two.Population != nil)
			}
			var wire bytes.Buffer
			if err := gob.NewEncoder(&wire).Encode(two.Breeder); err != nil {
				t.Fatal(err)
			}
			two.Breeder = new(Breeder)
			if err := gob.NewDecoder(&wire).Decode(two.Breeder); err != nil {
				t.Fatal(err)
			}
			if err := two.Resume(two.set); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(one.best, two.best) || !slices.EqualFunc(one.Tours, two.Tours, slices.Equal[tsp.Tour]) {
			t.Fatalf("step %d: two workers, resumed, have another tour", i)
		}
		if err := in.Check(one.best); err != nil {
			t.Fatal(err)
		}
		for _, tour := range one.Tours {
			if err := in.Check(tour); err != nil {
				t.Fatal(err)
			}
		}
	}
	if want := []int{16, 32, 64, 16, 32, 64, 16, 32, 64}; !slices.Equal(sizes, want) {
		t.Errorf("populations of %v tours, want %v", sizes, want)
	}
	if len(means) != 3 || means[1] > .998*means[0] || means[2] > .998*means[1] {
		t.Errorf("mean lengths of %v, want each less than the one before", means)
	}
	if !one.led {
		t.Error("leading brought nothing")
	}
	if len(one.Ends) > one.set.Elite || len(one.Tours) > 0 || one.Due != one.set.First {
		t.Errorf("after the limit: %d ends, %d tours, %d due", len(one.Ends), len(one.Tours), one.Due)
	}
}

// TestLimits pins that tours of one call share its actions, that kicks double up to four a city, and
// that no population is larger than the limit, also where that is not twice the one before.
func TestLimits(t *testing.T) {
	in := tsptest.Clustered(300, 2)
	build := func(reached int, actions int64) int64 {
		s := newStable(in, 2)
		s.Reached = reached
		if built := s.Build(s.crew, s.visitors, s.load, 2, actions); len(built) != 2 {
			t.Errorf("%d tours of 2", len(built))
		}
		return s.crew.Actions()
	}
	if kicks := build(3, 1000) - build(0, 0); kicks < 1000 || kicks > 1100 {
		t.Errorf("kicks take %d actions of 1000", kicks)
	}
	s := newStable(in, 1)
	for k, want := range []int64{0, 75, 150, 300, 600, 1200, 1200, 1200} {
		if s.Reached = k; s.kicks() != want {
			t.Errorf("%d kicks after the limit was reached %d times, want %d", s.kicks(), k, want)
		}
	}
	s.Breeder = New(s.set, slices.Repeat([]tsp.Tour{s.best}, 40))
	s.Begin()
	if _, done := s.Generation(); !done || !s.Next(s.best) || s.Due != s.set.Most {
		t.Errorf("%d tours are due after 40, want %d", s.Due, s.set.Most)
	}
}

// TestResumeForged pins that tours of another instance are refused, and what no search has reached.
func TestResumeForged(t *testing.T) {
	in := tsptest.Clustered(100, 2)
	s := newStable(in, 1)
	for s.Missing() > 0 {
		s.step()
	}
	good := *s.Breeder
	if err := good.Resume(s.set); err != nil {
		t.Fatal(err)
	}
	for name, forge := range map[string]func(*Breeder){
		"a city twice":      func(b *Breeder) { b.Tours = []tsp.Tour{append(slices.Clone(b.Tours[0][:99]), b.Tours[0][0])} },
		"too short":         func(b *Breeder) { b.Ends = []tsp.Tour{b.Tours[0][:50]} },
		"no random numbers": func(b *Breeder) { b.RNG = (*rand.PCG)(nil) },
		"kicks":             func(b *Breeder) { b.Reached = -1 },
		"another population": func(b *Breeder) {
			other := newStable(tsptest.Clustered(50, 2), 1)
			for !other.Recombining() {
				other.step()
			}
			other.Freeze()
			b.Population = other.Population
		},
	} {
		b := good
		forge(&b)
		if err := b.Resume(s.set); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
