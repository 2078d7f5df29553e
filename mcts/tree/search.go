package tree

import (
	"errors"
	"fmt"
	"math"

	"tspmcts/mcts/meter"
	"tspmcts/tsp"
	"tspmcts/twoopt"
)

// Config holds the knobs of the paper's search (section 3), and Breadth.
type Config struct {
	Alpha float64 // weight of the exploration term of Z; more visits rarely chosen edges
	Beta  float64 // how fast an improving action raises its edges' weights
	Pool  float64 // H: actions a city that are simulated before the search begins anew
	Depth int     // K: levels of an action, 2 or more
	// Breadth, if not empty, takes the place of drawn actions: from every first
	// tour the search goes to a local optimum of the Lin-Kernighan chain of that
	// breadth, and then on to the next first tour.
	Breadth []int
}

// Search is one search: a tour, its statistics, and its own random numbers.
type Search struct {
	in     *tsp.Instance
	cfg    Config
	cand   *twoopt.Candidates
	stats  *Stats
	rng    meter.Stream
	meter  *meter.Meter
	tour   *twoopt.Tour
	length int64         // of tour
	best   best          // tour so far
	pool   int64         // actions left before the search begins anew
	chain  *twoopt.Chain // with a breadth, else nil
	action action        // the running one
	draws  draws         // what it draws from
	first  firstTour     // how the search begins
	tally  tally         // of actions
}

type best struct {
	tour   tsp.Tour // valid when there is one: length < meter.NoTour
	length int64
}

// tally counts a search's actions.
type tally struct {
	actions   int64 // simulated
	limit     int64
	flushed   int64 // those that the meter knows of
	sincePoll int
	stopped   bool
}

// action is the scratch of an action.
type action struct {
	path   *twoopt.Path
	chosen []int32 // slots of the edges that it added
	added  [][2]int32
}

// New returns a search with statistics and random numbers of its own.
func New(in *tsp.Instance, stats *Stats, cfg Config, m *meter.Meter, rng meter.Stream) *Search {
	n := in.N()
	identity := make(tsp.Tour, n)
	for i := range identity {
		identity[i] = int32(i)
	}
	w := &Search{in: in, cfg: cfg, cand: stats.cand, stats: stats, rng: rng, meter: m, tour: twoopt.NewTour(identity),
		best: best{make(tsp.Tour, n), meter.NoTour}, action: action{path: twoopt.NewPath(cfg.Depth)},
		first: firstTour{tour: make(tsp.Tour, 0, n), free: make([]int32, 0, n), freeAt: make([]int32, n)}, tally: tally{limit: math.MaxInt64}}
	if len(cfg.Breadth) > 0 {
		w.chain = twoopt.NewChain(in, w.tour, w.cand, twoopt.ChainConfig{Breadth: cfg.Breadth, Depth: cfg.Depth})
	}
	w.newSums()
	return w
}

// Begin makes the search begin with tour instead of a drawn one.
func (w *Search) Begin(tour tsp.Tour) { w.first.given = tour }

// Limit ends the search after so many actions, 0 or more; without it there is no limit.
func (w *Search) Limit(actions int64) { w.tally.limit = actions }

// Best returns the best tour so far, which stays the search's own, and its
// length; meter.NoTour before the first.
func (w *Search) Best() (tsp.Tour, int64) { return w.best.tour, w.best.length }

// Done reports whether the limit of actions is reached, or the meter's end was seen.
func (w *Search) Done() bool {
	return w.tally.stopped || w.tally.actions >= w.tally.limit
}

// Advance searches until about that many more actions are simulated, or the
// search ends.
func (w *Search) Advance(actions int64) {
	for until := w.tally.actions + actions; w.tally.actions < until && !w.poll(); {
		if w.pool == 0 && !w.begin() {
			break
		}
		for w.pool > 0 && w.tally.actions < until && !w.tally.stopped {
			w.act()
		}
	}
	w.flush()
}

// begin makes a new first tour and brings it to a local optimum. It reports
// false when the budget ended before there was a tour.
func (w *Search) begin() bool {
	t := w.first.given
	if w.first.given = nil; t == nil {
		if t = w.DrawTour(); t == nil {
			return false
		}
	}
	w.tour.Set(t)
	w.length = w.in.Length(t)
	if w.chain != nil {
		w.descend()
	} else if w.twoOptSweeps() {
		w.pool = w.poolSize()
	}
	w.keep()
	return true
}

// poolSize is the number of actions after which the search begins anew, if none of them
// improves.
func (w *Search) poolSize() int64 { return max(1, int64(w.cfg.Pool*float64(w.in.N()))) }

// act simulates an action, and applies it if it improves the tour.
func (w *Search) act() {
	if w.step() {
		return
	}
	w.pool--
	if gain := w.simulate(); gain > 0 {
		w.stats.Backpropagate(w.edges(), w.cfg.Beta, gain, w.length)
		w.action.path.Apply(w.tour)
		w.length -= gain
		w.pool = w.poolSize()
		w.keep()
	}
}

// descend brings the tour to a local optimum of the chain; its actions are counted.
func (w *Search) descend() {
	for _, c := range w.tour.Order {
		w.chain.Push(c)
	}
	for !w.chain.Idle() && !w.tally.stopped {
		before := w.chain.Tried
		w.length -= w.chain.Run(meter.PollEvery)
		if w.tally.actions += w.chain.Tried - before; w.tally.actions >= w.tally.limit {
			w.tally.stopped = true
		} else {
			w.poll()
		}
	}
	w.chain.Clear()
}

// keep copies the tour aside if it is the best so far.
func (w *Search) keep() {
	if w.length < w.best.length {
		w.best.length = w.length
		copy(w.best.tour, w.tour.Order)
		w.meter.Offer(w.best.length, w.best.tour)
	}
}

// step counts an action and reports whether the search is to end.
func (w *Search) step() bool {
	t := &w.tally
	if t.actions >= t.limit {
		t.stopped = true
		return true
	}
	t.actions++
	if t.sincePoll++; t.sincePoll >= meter.PollEvery {
		t.sincePoll = 0
		return w.poll()
	}
	return t.stopped
}

// poll reports whether the search is to end.
func (w *Search) poll() bool {
	if !w.tally.stopped {
		w.flush()
		w.tally.stopped = w.meter.Check()
	}
	return w.tally.stopped
}

// flush tells the meter of the actions since the last flush.
func (w *Search) flush() {
	w.meter.Add(w.tally.actions - w.tally.flushed)
	w.tally.flushed = w.tally.actions
}

// State is a search between two actions, whole: what Restore takes.
type State struct {
	RNG           []byte
	Order         []int32
	Best          tsp.Tour // nil before the first
	Pool, Actions int64
	Stats         StatsState
}

// State returns a copy of the search's state.
func (w *Search) State() State {
	rng, _ := w.rng.MarshalBinary() // never fails
	s := State{RNG: rng, Order: append([]int32(nil), w.tour.Order...), Pool: w.pool, Actions: w.tally.actions, Stats: w.stats.State()}
	if w.best.length != meter.NoTour {
		s.Best = append(tsp.Tour(nil), w.best.tour...)
	}
	return s
}

// Restore makes w the search that s was taken of.
func (w *Search) Restore(s State) error {
	if err := w.rng.UnmarshalBinary(s.RNG); err != nil {
		return errors.New("no state of random numbers")
	}
	if err := w.stats.Restore(s.Stats); err != nil {
		return err
	}
	w.pool, w.tally.actions, w.tally.flushed = s.Pool, s.Actions, s.Actions
	if s.Best == nil { // the order is none that anything was done to, and may lack fixed edges
		return nil
	}
	if err := w.in.Check(s.Order); err != nil {
		return err
	}
	if err := w.in.Check(s.Best); err != nil {
		return fmt.Errorf("the best tour: %w", err)
	}
	w.first.given = nil
	w.tour.Set(s.Order)
	w.length, w.best.length = w.in.Length(s.Order), w.in.Length(s.Best)
	copy(w.best.tour, s.Best)
	w.meter.Offer(w.best.length, w.best.tour)
	return nil
}
