package mcts

import (
	"bytes"
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"tspmcts/mcts/stage"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// TestOnward pins that a search goes on from where another was: it visits regions at once, is
// never longer than the tour it was given, knows what the other learnt, and goes on from its
// own checkpoints.
func TestOnward(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 4000, 5)
	o := Options{Source: "gtprior", Seed: 3, Workers: 1, Actions: 120000, Time: Endless}
	b := tsptest.Must(Begin(context.Background(), in, o))
	if err := in.Check(b.Tour); err != nil {
		t.Fatal(err)
	}
	if again := tsptest.Must(Begin(context.Background(), in, o)); !slices.Equal(again.Tour, b.Tour) || *again.Learnt != *b.Learnt {
		t.Error("it begins otherwise the second time")
	}
	begun := in.Length(b.Tour)
	if curve := in.Length(tsp.SpaceFillingCurve(context.Background(), in)); float64(begun) > 0.85*float64(curve) {
		t.Errorf("it begins with %d, the curve is %d: that is no local optimum", begun, curve)
	}
	o.Source, o.Heatmap, o.Initial, o.Onward = "", b.Heatmap, []tsp.Tour{b.Tour}, b.Learnt
	first := tsptest.Must(Solve(context.Background(), in, o))
	if first.Length >= begun || first.Learnt == nil || first.Learnt.Tours < 16 || first.Learnt.Cost <= b.Learnt.Cost {
		t.Fatalf("%d after %d, learnt %+v after %+v", first.Length, begun, first.Learnt, b.Learnt)
	}
	o.Initial, o.Onward = []tsp.Tour{first.Tour}, &Learnt{Tours: 40, Cost: first.Learnt.Cost, PerTour: first.Learnt.PerTour, Visits: first.Learnt.Visits,
		Kicks: stage.Yield{Cost: first.Learnt.Kicks.Cost}}
	var saved []byte
	o.Save = &Saver{Every: 1, Save: func(c *Checkpoint) {
		if saved == nil && c.Actions > o.Actions/2 {
			var b bytes.Buffer
			if err := c.Encode(&b); err != nil {
				t.Fatal(err)
			}
			saved = b.Bytes()
		}
	}}
	second := tsptest.Must(Solve(context.Background(), in, o))
	if second.Length > first.Length || second.Learnt.Tours < 40 {
		t.Errorf("%d after %d, learnt %+v of populations of 40", second.Length, first.Length, second.Learnt)
	}
	o.Save, o.Resume = nil, tsptest.Must(DecodeCheckpoint(bytes.NewReader(saved)))
	if resumed := tsptest.Must(Solve(context.Background(), in, o)); !slices.Equal(resumed.Tour, second.Tour) {
		t.Errorf("resumed it ends with %d, uninterrupted with %d", resumed.Length, second.Length)
	}
	o.Onward = &Learnt{Tours: 41}
	if _, err := Solve(context.Background(), in, o); err == nil {
		t.Error("a checkpoint of a search that others had taught differently was taken")
	}
	o.Resume, o.Initial = nil, nil
	if _, err := Solve(context.Background(), in, o); err == nil {
		t.Error("a search went on from no tour")
	}
}

// TestBeginsLate pins that a search that begins when its time or its context ends has a tour, whenever
// that is.
func TestBeginsLate(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 20000, 5)
	curve := in.Length(tsp.SpaceFillingCurve(context.Background(), in))
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	for _, tt := range []struct {
		ctx  context.Context
		time time.Duration
	}{{ended, time.Minute}, {ended, Endless}, {context.Background(), 1}, {context.Background(), 50 * time.Millisecond}, {context.Background(), 150 * time.Millisecond}} {
		b, err := Begin(tt.ctx, in, Options{Workers: 1, Actions: 1e9, Time: tt.time})
		if err != nil || b == nil || b.Heatmap != nil || b.Learnt != nil {
			t.Fatalf("in %v: %+v, %v", tt.time, b, err)
		}
		if length, _, err := in.Measure(context.Background(), b.Tour); err != nil || length > curve {
			t.Errorf("in %v: a tour of %d, the curve's is %d: %v", tt.time, length, curve, err)
		}
	}
}

// TestBeginsShort pins that a search whose actions end before the first local optimum begins with a tour no
// longer than the answer of one in the process.
func TestBeginsShort(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 6000, 5)
	o := Options{Workers: 1, Actions: 1000, Time: Endless}
	b, r := tsptest.Must(Begin(t.Context(), in, o)), tsptest.Must(Solve(t.Context(), in, o))
	if length := in.Length(b.Tour); length > r.Length || b.Learnt == nil {
		t.Errorf("it begins with %d, in the process it ends with %d; learnt %+v", length, r.Length, b.Learnt)
	}
}

// TestCross pins that what searches found apart is recombined: into a tour that is shorter than
// each, the same by any number of workers, and into the best of them where there is no time.
func TestCross(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 2000, 4)
	var tours []tsp.Tour
	least := int64(math.MaxInt64)
	for seed := range uint64(3) {
		r := tsptest.Must(Solve(context.Background(), in, Options{Seed: seed, Workers: 1, Actions: 60000}))
		tours = append(tours, r.Tour)
		least = min(least, in.Length(r.Tour))
	}
	cfg := tsptest.Must(Preset("default", in.N(), "alpha"))
	one := tsptest.Must(Cross(context.Background(), in, tours, cfg, 1, 1))
	two := tsptest.Must(Cross(context.Background(), in, tours, cfg, 1, 2))
	if err := in.Check(one); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(one, two) {
		t.Error("two workers find another tour than one")
	}
	if length := in.Length(one); length >= least {
		t.Errorf("length %d of tours of %d and more", length, least)
	}
	late, cancel := context.WithCancel(context.Background())
	cancel()
	if tour, _ := Cross(late, in, tours, cfg, 1, 1); in.Length(tour) != least {
		t.Errorf("length %d without time, want %d", in.Length(tour), least)
	}
}
