package meter

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestBudget(t *testing.T) {
	clock := func() time.Duration { return 0 }
	for _, c := range []struct {
		b  Budget
		ok bool
	}{
		{Budget{}, true}, {Budget{Actions: 5}, true}, {Budget{Time: 1, Clock: clock}, true}, {Budget{Stall: 1, Clock: clock}, true},
		{Budget{Time: 1}, true}, {Budget{Stall: 1}, true}, {Budget{Time: -1, Clock: clock}, false},
		{Budget{Actions: -1}, false}, {Budget{Target: -1}, false}, {Budget{Stall: -1, Clock: clock}, false},
	} {
		if err := c.b.Validate(); (err == nil) != c.ok {
			t.Errorf("%+v: %v", c.b, err)
		}
	}
	for _, total := range []int64{0, 1, 7, 100} {
		for workers := 1; workers < 9; workers++ {
			var sum int64
			for i := range workers {
				sum += Share(total, workers, i)
			}
			if sum != total {
				t.Errorf("%d actions for %d workers: %d are given out", total, workers, sum)
			}
		}
	}
}

// TestReasons ends meters in every way: the first reason stays.
func TestReasons(t *testing.T) {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	late, cancel := context.WithTimeoutCause(context.Background(), 0, ErrTime)
	defer cancel()
	now := time.Duration(0)
	clock := func() time.Duration { return now }
	for _, c := range []struct {
		ctx    context.Context
		budget Budget
		want   Stop
	}{
		{ended, Budget{}, StopInterrupted},
		{late, Budget{}, StopTime},
		{context.Background(), Budget{Time: 5, Clock: clock}, StopTime},
		{context.Background(), Budget{Stall: 5, Clock: clock}, StopStalled},
		{context.Background(), Budget{Target: 90}, StopTarget},
		{context.Background(), Budget{Target: 90, Reached: func(tour []int32) bool { return tour[0] == 1 }}, StopTarget},
		{context.Background(), Budget{Bound: 90}, StopExact},
	} {
		now = 0
		m := New(c.ctx, c.budget, nil)
		m.Offer(100, nil)
		first := m.Stalled()
		if before := c.ctx == context.Background(); first == before {
			t.Errorf("%s: over %v at the first look", c.want, first)
		}
		now = 5
		if c.budget.Reached != nil {
			if m.Offer(90, []int32{0}); m.Check() {
				t.Error("a target that is not reached ends the search")
			}
			m.Offer(89, []int32{1})
		} else if c.budget.Target+c.budget.Bound > 0 {
			m.Offer(90, nil)
		}
		if checked := m.Check(); checked != (c.want != StopStalled) {
			t.Errorf("%s: over within a step: %v", c.want, checked)
		}
		if !m.Stalled() {
			t.Errorf("%s: it goes on", c.want)
		}
		m.End(StopActions)
		if why, ok := m.Ended(); !ok || why != c.want {
			t.Errorf("ended as %q, want %q", why, c.want)
		}
	}
}

// TestStallBegins pins that what was not found before the first call of Stalled is no stall.
func TestStallBegins(t *testing.T) {
	now := time.Duration(0)
	m := New(t.Context(), Budget{Stall: 5, Clock: func() time.Duration { return now }}, nil)
	m.Offer(100, nil)
	m.Check()
	for _, now = range []time.Duration{9, 13, 14} {
		if over := m.Stalled(); over != (now == 14) {
			t.Errorf("stalled at %d: %v", now, over)
		}
	}
}

// TestSpent pins that the share of the budget is that of what is used most, and 1 at most.
func TestSpent(t *testing.T) {
	now := time.Duration(5)
	clock := func() time.Duration { return now }
	for _, c := range []struct {
		budget  Budget
		actions int64
		want    float64
	}{
		{Budget{}, 20, 0}, {Budget{Time: 10}, 20, .5}, {Budget{Actions: 100}, 20, .2}, {Budget{Actions: 100}, 120, 1}, {Budget{Time: 4}, 0, 1},
		{Budget{Time: 10, Actions: 100}, 20, .5}, {Budget{Time: 10, Actions: 100}, 80, .8},
	} {
		c.budget.Clock = clock
		if got := New(t.Context(), c.budget, nil).Spent(c.actions); got != c.want {
			t.Errorf("%v and %d actions of %d: %v, want %v", c.budget.Time, c.actions, c.budget.Actions, got, c.want)
		}
	}
}

// TestObserver pins that the observer gets every better length that Check sees, with
// its tour, at once, and what is not better some times a second.
func TestObserver(t *testing.T) {
	var told []Progress
	now := time.Duration(0)
	m := New(context.Background(), Budget{Clock: func() time.Duration { return now }}, func(p Progress) {
		p.Tour = slices.Clone(p.Tour)
		told = append(told, p)
	})
	m.Stage("testing")
	m.Check() // nothing to tell yet
	for _, length := range []int64{50, 70, 40} {
		m.Offer(length, []int32{int32(length)})
		for range 1000 {
			m.Check()
			now += 30 * time.Microsecond
		}
	}
	want := []struct {
		length int64
		better bool
	}{{50, true}, {50, false}, {50, false}, {40, true}, {40, false}}
	if len(told) != len(want) {
		t.Fatalf("told %d times, want %d", len(told), len(want))
	}
	for i, p := range told {
		if p.Length != want[i].length || p.Better != want[i].better || p.Tour[0] != int32(p.Length) || p.Stage != "testing" {
			t.Errorf("told %+v, want %+v", p, want[i])
		}
	}
}

// A tour that was lent is told, and left as it is when a better one comes.
func TestLentTour(t *testing.T) {
	var told []int32
	m := New(context.Background(), Budget{}, func(p Progress) { told = append(told, p.Tour[0]) })
	lent := []int32{50}
	m.Lend(50, lent)
	m.Check()
	m.Offer(40, []int32{40})
	m.Check()
	if !slices.Equal(told, []int32{50, 40}) || lent[0] != 50 {
		t.Errorf("told %v, and the lent tour is %v", told, lent)
	}
}

// TestStreamsDiffer pins that no two streams of a seed are one: of 64 indices of every
// purpose, and of rounds and epochs far apart, no first numbers are the same.
func TestStreamsDiffer(t *testing.T) {
	seen := map[uint64]string{}
	for what := ForWorker; what <= ForVisit; what++ {
		for i := range uint64(64) {
			for _, far := range []uint64{0, 8, 32, 40} {
				for j := range uint64(8) {
					if far > 0 && i == 0 {
						continue // the same as near
					}
					var s Stream
					s.Start(1, what, i<<far, j)
					first, name := s.pcg.Uint64(), fmt.Sprint(what, i<<far, j)
					if other, ok := seen[first]; ok && other != name {
						t.Errorf("stream %s begins like %s", name, other)
					}
					seen[first] = name
				}
			}
		}
	}
}
