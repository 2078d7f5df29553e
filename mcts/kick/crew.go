package kick

import (
	"fmt"
	"sync"

	"tspmcts/mcts/meter"
	"tspmcts/tsp"
	"tspmcts/twoopt"
)

// Crew is climbers that work side by side, each on a part of the work.
type Crew struct {
	Climbers []*Climber

	in   *tsp.Instance
	cand *twoopt.Candidates
	next []int32 // the tour that a round writes
}

// NewCrew returns as many climbers over one instance and its candidates.
func NewCrew(in *tsp.Instance, cand *twoopt.Candidates, cfg Config, m *meter.Meter, workers int) *Crew {
	c := &Crew{in: in, cand: cand, next: make([]int32, in.N())}
	for range workers {
		c.Climbers = append(c.Climbers, New(cfg, m))
	}
	return c
}

// Actions returns how many all climbers have simulated in their lives.
func (c *Crew) Actions() (sum int64) {
	for _, climber := range c.Climbers {
		sum += climber.Actions()
	}
	return sum
}

// Each has every climber carry out work, with its number, and waits for all.
func (c *Crew) Each(work func(c *Climber, worker int)) {
	var wait sync.WaitGroup
	for i, climber := range c.Climbers {
		wait.Go(func() {
			work(climber, i)
			climber.Flush()
		})
	}
	wait.Wait()
}

// Load makes the whole tour a climber's piece.
func (c *Crew) Load(climber *Climber, tour *Tour) {
	climber.Load(c.in, c.cand, tour, 0, len(tour.Order))
}

// Round cuts the tour into pieces of about the same size, the first from a city
// at position from on, has work carried out on each, and joins them again.
func (c *Crew) Round(t *Tour, from, pieces int, work func(c *Climber, piece int)) {
	n := len(t.Order)
	k := copy(c.next, t.Order[from:])
	copy(c.next[k:], t.Order[:from])
	t.Order, c.next = c.next, t.Order
	t.index()
	c.Stretch(t, 0, n, pieces, work)
}

// Stretch is Round over the cities at positions from to end-1 of the tour, where pieces begin.
func (c *Crew) Stretch(t *Tour, from, end, pieces int, work func(c *Climber, piece int)) {
	gains := make([]int64, len(c.Climbers))
	c.Each(func(climber *Climber, worker int) {
		for p := worker; p < pieces; p += len(c.Climbers) {
			lo, hi := from+(end-from)*p/pieces, from+(end-from)*(p+1)/pieces
			climber.Load(c.in, c.cand, t, lo, hi-lo)
			work(climber, p)
			climber.Store(t.Order[lo:hi]) // that others look for their cities in the index alone
			gains[worker] += climber.Gain()
		}
	})
	for p, city := range t.Order[from:end] {
		t.pos[city] = int32(from + p)
	}
	for _, g := range gains {
		t.Length -= g
	}
	if tsp.Invariants && t.Length != c.in.Length(t.Order) {
		panic("kick: the gains of a round are wrong")
	}
}

// States returns the climbers' states.
func (c *Crew) States() (states []State) {
	for _, climber := range c.Climbers {
		states = append(states, climber.State())
	}
	return states
}

// Restore makes the climbers what States returned.
func (c *Crew) Restore(states []State) error {
	if len(states) != len(c.Climbers) {
		return fmt.Errorf("%d climbers, want %d", len(states), len(c.Climbers))
	}
	for i, climber := range c.Climbers {
		if err := climber.Restore(states[i]); err != nil {
			return err
		}
	}
	return nil
}
