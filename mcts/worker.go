package mcts

import (
	"tspmcts/tsp"
	"tspmcts/twoopt"
)

// worker is one search: a tour, what it has learned, and its own random numbers.
type worker struct {
	in     *tsp.Instance
	cfg    Config
	cand   *twoopt.Candidates
	stats  *stats
	fans   []fan // nil: rows are used
	rows   rows
	chain  *twoopt.Chain // with action "best", else nil
	rng    rng
	run    *run
	tour   *twoopt.Tour
	length int64 // of tour

	best       tsp.Tour // the best tour this worker has had, valid when bestLength < noTour
	bestLength int64

	first tsp.Tour // to begin with; nil: drawn
	pool  int64    // actions left before the search restarts

	actions   int64 // simulated
	limit     int64 // of actions, 0 for none
	flushed   int64 // actions that run knows of
	sincePoll int
	stopped   bool

	// Scratch.
	path     *twoopt.Path
	chosen   []int32 // slots of the edges that the running action added
	added    [][2]int32
	open     []int64 // sums over the candidates that remove no fixed edge
	drawSlot []int32
	fresh    tsp.Tour
	free     []int32
	freeAt   []int32
}

// advance searches until the worker has simulated about that many more actions,
// or the budget ends.
func (w *worker) advance(actions int64) {
	for until := w.actions + actions; w.actions < until && !w.poll(); {
		if w.pool == 0 && !w.begin() {
			break
		}
		for w.pool > 0 && w.actions < until && !w.stopped {
			w.act()
		}
	}
	w.flush()
}

// begin makes a new first tour and brings it to a local optimum. It reports
// false when the budget ended before there was a tour.
func (w *worker) begin() bool {
	t := w.first
	if w.first = nil; t == nil {
		if t = w.drawTour(); t == nil {
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

// poolSize is the number of actions after which the search restarts, if none of them improves.
func (w *worker) poolSize() int64 { return max(1, int64(w.cfg.Pool*float64(w.in.N()))) }

// act simulates an action, and applies it if it improves the tour.
func (w *worker) act() {
	if w.step() {
		return
	}
	w.pool--
	if gain := w.simulate(); gain > 0 {
		w.stats.backpropagate(w.edges(), w.cfg.Beta, gain, w.length)
		w.path.Apply(w.tour)
		w.length -= gain
		w.pool = w.poolSize()
		w.keep()
	}
}

// descend brings the tour to a local optimum of the chain; its actions are counted.
func (w *worker) descend() {
	for _, c := range w.tour.Order {
		w.chain.Push(c)
	}
	for !w.chain.Idle() && !w.stopped {
		before := w.chain.Tried
		w.length -= w.chain.Run(pollEvery)
		if w.actions += w.chain.Tried - before; w.limit > 0 && w.actions >= w.limit {
			w.stopped = true
		} else {
			w.poll()
		}
	}
	w.chain.Clear()
}

// keep copies the tour aside if it is the best so far.
func (w *worker) keep() {
	if w.length < w.bestLength {
		w.bestLength = w.length
		copy(w.best, w.tour.Order)
		w.run.offer(w.bestLength)
	}
}
