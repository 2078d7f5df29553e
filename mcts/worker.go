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
	rng    rng
	run    *run
	tour   *twoopt.Tour
	length int64 // of tour

	best       tsp.Tour // the best tour this worker has had, valid when bestLength < noTour
	bestLength int64

	actions   int64 // simulated
	limit     int64 // of actions, 0 for none
	flushed   int64 // actions that run knows of
	sincePoll int
	stopped   bool

	// Scratch.
	path     *twoopt.Path
	added    [][2]int32 // edges of the running action
	z        []float64  // of the candidates of a city
	drawSlot []int32
	fresh    tsp.Tour
	free     []int32
	freeAt   []int32
}

// search runs the worker until the budget ends.
func (w *worker) search() {
	for !w.poll() {
		t := w.drawTour()
		if t == nil {
			break
		}
		w.tour.Set(t)
		w.length = w.in.Length(t)
		ok := w.twoOptSweeps()
		w.keep()
		if !ok {
			break
		}
		for w.improve() {
			w.keep()
		}
	}
	w.flush()
}

// improve simulates actions until one improves the tour, and applies it. It
// reports false when the pool is exhausted or the budget ended.
func (w *worker) improve() bool {
	pool := int64(w.cfg.Pool * float64(w.in.N()))
	for range pool {
		if w.step() {
			return false
		}
		if gain := w.simulate(); gain > 0 {
			w.stats.backpropagate(w.added, w.cfg.Beta, gain, w.length)
			w.path.Apply(w.tour)
			w.length -= gain
			return true
		}
	}
	return false
}

// keep copies the tour aside if it is the best so far.
func (w *worker) keep() {
	if w.length < w.bestLength {
		w.bestLength = w.length
		copy(w.best, w.tour.Order)
		w.run.offer(w.bestLength)
	}
}
