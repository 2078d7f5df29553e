package mcts

import (
	"math/rand/v2"
	"slices"
	"sync"

	"tspmcts/heatmap"
	"tspmcts/mcts/eax"
	"tspmcts/tsp"
	"tspmcts/twoopt"
)

// team is a group of workers on one tour. In every round the tour is cut, at a
// place that changes, into stretches that the workers search side by side, each
// in its own small arrays; then the stretches are joined again. A kick costs the
// same at any number of cities, and twice the workers do twice the kicks. What
// happens in a round depends on the seed and the round alone, not on which worker
// does it or how fast it is.
type team struct {
	in    *tsp.Instance
	cfg   Config
	id    identity
	nb    *tsp.Neighbors
	cand  *twoopt.Candidates
	run   *run
	seed  uint64
	rng   rng
	round uint64

	order, next []int32 // the tour, and the one that a round writes
	pos         []int32
	length      int64

	best       tsp.Tour
	bestLength int64
	problem    *Problem
	initial    []tsp.Tour // given from outside, for the first population

	climbers []*climber
	actions  int64 // budget, 0 for none
	used     int64

	other indexedTour // a second local optimum to shake, from a space-filling curve

	phase  phase
	epoch  uint64
	tours  []tsp.Tour      // built in this epoch
	goal   goal            // of this epoch
	pop    *eax.Population // while recombining or crossing
	mix    *rand.PCG       // its random numbers
	elite  []tsp.Tour      // what the epochs ended with
	barren int             // epochs since one brought a better tour

	heat0  float64       // temperature when kicks begin, in core units
	since  float64       // share of the budget that was spent then
	own    []indexedTour // of each worker while kicking apart, nil while kicking together
	until  float64       // share of the budget after which these are recombined, or warming ends
	base   indexedTour   // the local optimum that is shaken, while warming
	warmed int64         // actions after which warming ends, where the budget has no end
}

// indexedTour is a tour beside the team's.
type indexedTour struct {
	Order  []int32
	Length int64
	pos    []int32 // inverse of Order
}

// newIndexedTour takes order over.
func newIndexedTour(in *tsp.Instance, order []int32) indexedTour {
	o := indexedTour{Order: order, Length: in.Length(order), pos: make([]int32, len(order))}
	index(o.pos, order)
	return o
}

func newTeam(in *tsp.Instance, nb *tsp.Neighbors, cfg Config, cand *twoopt.Candidates, r *run, seed uint64, workers int) *team {
	n := in.N()
	t := &team{in: in, nb: nb, cfg: cfg, cand: cand, run: r, seed: seed, actions: r.budget.Actions,
		order: make([]int32, n), next: make([]int32, n), pos: make([]int32, n), best: make(tsp.Tour, n), bestLength: noTour}
	t.rng.seed(seed, 1<<32)
	for range workers {
		t.climbers = append(t.climbers, newClimber(r, cfg))
	}
	return t
}

// learn gives the climbers statistics to draw by.
func (t *team) learn(m *heatmap.Map) bool {
	for _, c := range t.climbers {
		st := newStats(t.cand, m, t.run)
		if st == nil {
			return false
		}
		c.learn(st)
	}
	return true
}

// start makes tour the team's.
func (t *team) start(tour tsp.Tour) {
	copy(t.order, tour)
	t.index()
	t.length = t.in.Length(tour)
	t.keep()
}

// phase is what the team does next.
type phase uint8

const (
	descending  phase = iota // to a local optimum, stretch by stretch
	joining                  // the same across the cuts
	warming                  // kicking for a while, so that a search that is stopped early has a good tour
	populating               // building the tours of an epoch
	recombining              // the population of an epoch
	crossing                 // the best tours of the epochs
	kicking                  // near one tour
	joined                   // the tours of workers that kicked apart are being recombined
)

// search improves the tour until the budget ends. Between two of its steps the
// team's state is whole, and may be saved.
func (t *team) search(save func()) (best tsp.Tour, length int64) {
	for {
		save()
		if t.ended() {
			return t.best, t.bestLength
		}
		switch t.phase {
		case descending:
			t.play(t.stretches(), func(c *climber, actions int64) { c.descend(actions) })
			t.phase = joining
		case joining:
			if t.stretches() > 1 {
				t.play(1, func(c *climber, actions int64) { c.descend(actions) })
			}
			if t.phase = populating; t.cfg.Population == 0 {
				t.beginKicks()
			}
		case populating:
			t.populate()
		case recombining, crossing, joined:
			t.recombine()
		case warming, kicking:
			if t.phase == warming && t.warm() {
				t.cool()
				continue
			}
			if t.own != nil {
				t.apart()
				continue
			}
			stretches := int64(t.stretches())
			t.play(int(stretches), func(c *climber, actions int64) {
				start := c.chain.Tried
				c.kicks(int64(c.sub.N())/8+16, actions, t.cfg.KickSize, func() float64 {
					return t.heat(t.used + stretches*(c.chain.Tried-start))
				})
			})
		}
	}
}

// beginWarming turns to kicks for a small part of the budget, before the first
// population. Its tours are made from the local optimum, which is laid aside.
func (t *team) beginWarming() {
	t.base = indexedTour{Order: slices.Clone(t.order), Length: t.length}
	t.beginKicks()
	t.phase = warming
	t.until = t.since + min(warmShare, t.patienceShare())
	t.warmed = t.used + max(firstCycle, 10*int64(len(t.order)))
}

// warmShare is the part of the budget that kicks have before a population is built.
const warmShare = 0.03

// warm reports whether warming is over.
func (t *team) warm() bool {
	if t.limited() {
		return t.run.spent(t.used) >= t.until
	}
	return t.used >= t.warmed
}

// cool ends warming.
func (t *team) cool() {
	copy(t.order, t.base.Order)
	t.length, t.base, t.own = t.base.Length, indexedTour{}, nil
	t.index()
	t.phase = populating
}

// patienceShare is the part of the budget within which something better must be
// found, lest the search ends as stalled: half of what is allowed.
func (t *team) patienceShare() float64 {
	b := t.run.budget
	if b.Stall == 0 || b.Time == 0 {
		return 1
	}
	return min(1, 0.5*float64(b.Stall)/float64(b.Time))
}

// limited reports whether the budget says how long the search may last.
func (t *team) limited() bool { return t.run.budget.Time > 0 || t.run.budget.Actions > 0 }

// beginKicks turns to kicks on the best tour. Where a tour fits one stretch, cutting
// it would keep chains from half of the candidates near a cut: workers kick
// apart then, and their tours are recombined shortly before the end.
func (t *team) beginKicks() {
	t.phase = kicking
	copy(t.order, t.best)
	t.length = t.bestLength
	t.index()
	t.heat0 = float64(t.cfg.Temperature*float64(t.length)) / float64(len(t.order))
	t.since = t.run.spent(t.used)
	t.until = min(1, t.since+t.patienceShare())
	if t.limited() && len(t.climbers) > 1 && len(t.order) <= t.cfg.Stretch {
		t.until = min(t.until, t.since+(1-t.since)*0.95)
		t.own = nil
		for range t.climbers {
			t.own = append(t.own, newIndexedTour(t.in, slices.Clone(t.order)))
		}
	}
}

// apart lets each worker kick its own tour for a while.
func (t *team) apart() {
	if t.run.spent(t.used) >= t.until {
		var tours []tsp.Tour
		for _, o := range t.own {
			tours = append(tours, o.Order)
		}
		t.own = nil
		t.begin(joined, tours)
		return
	}
	t.round++
	before := t.tried()
	workers := int64(len(t.climbers))
	var left int64
	if t.actions > 0 {
		left = max(workers, t.actions-t.used)
	}
	var wait sync.WaitGroup
	for w, c := range t.climbers {
		wait.Go(func() {
			o := &t.own[w]
			n := len(o.Order)
			c.load(t.in, t.cand, o.Order, o.pos, 0, n, o.Length)
			c.rng.seed(t.seed+t.round<<32, uint64(w))
			start := c.chain.Tried
			c.kicks(int64(n)/32+16, share(left, int(workers), w), t.cfg.KickSize, func() float64 {
				return t.heat(t.used + workers*(c.chain.Tried-start))
			})
			next := make([]int32, n)
			c.store(next, o.Order)
			o.Order = next
			index(o.pos, next)
			o.Length -= c.gain
			c.flush()
		})
	}
	wait.Wait()
	t.used += t.tried() - before
	for _, o := range t.own {
		if invariants && o.Length != t.in.Length(o.Order) {
			panic("mcts: the gains of kicks are wrong")
		}
		if o.Length < t.bestLength {
			t.bestLength = o.Length
			copy(t.best, o.Order)
			t.run.offer(o.Length)
		}
	}
}

// firstCycle is the number of actions of the first cooling where no budget says
// how long the search may last; each further one is twice as long.
const firstCycle = 1 << 17

// heat returns the temperature after the given number of actions of all
// workers: it falls linearly to 0 at the end of the budget, or when tours are recombined.
func (t *team) heat(actions int64) float64 {
	left := 0.0
	if t.limited() {
		left = (t.until - t.run.spent(actions)) / (t.until - t.since)
	} else {
		cycle := int64(firstCycle)
		for actions >= cycle {
			actions -= cycle
			cycle *= 2
		}
		left = 1 - float64(actions)/float64(cycle)
	}
	return float64(t.heat0 * max(0, left))
}

// ended reports whether the budget is used up.
func (t *team) ended() bool {
	return t.actions > 0 && t.used >= t.actions || t.run.check()
}

// minStretch is the number of cities below which a stretch is not worth a cut.
const minStretch = 150

// stretches returns into how many pieces a round cuts the tour.
func (t *team) stretches() int {
	n := len(t.order)
	return max((n+t.cfg.Stretch-1)/t.cfg.Stretch, min(len(t.climbers), n/minStretch), 1)
}

// play cuts the tour into stretches and has the workers carry out work on each,
// within its share of the actions that are left (0: no limit).
func (t *team) play(stretches int, work func(c *climber, actions int64)) {
	n := len(t.order)
	t.rotate(int(t.rng.below(int32(n))))
	t.round++
	before := t.tried()
	var actions int64
	if t.actions > 0 {
		actions = max(1, (t.actions-t.used)/int64(stretches))
	}
	gains := make([]int64, len(t.climbers))
	var wait sync.WaitGroup
	for w, c := range t.climbers {
		wait.Go(func() {
			for s := w; s < stretches; s += len(t.climbers) {
				from, to := n*s/stretches, n*(s+1)/stretches
				c.load(t.in, t.cand, t.order, t.pos, from, to-from, t.length)
				c.rng.seed(t.seed+t.round<<32, uint64(s))
				work(c, actions)
				c.store(t.next[from:to], t.order[from:to])
				gains[w] += c.gain
			}
			c.flush()
		})
	}
	wait.Wait()
	t.used += t.tried() - before
	t.order, t.next = t.next, t.order
	t.index()
	for _, g := range gains {
		t.length -= g
	}
	if invariants && t.length != t.in.Length(t.order) {
		panic("mcts: the gains of a round are wrong")
	}
	t.keep()
}

// tried returns the number of actions of all workers.
func (t *team) tried() (sum int64) {
	for _, c := range t.climbers {
		sum += c.chain.Tried
	}
	return sum
}

// rotate makes the tour start at another of its cities.
func (t *team) rotate(by int) {
	k := copy(t.next, t.order[by:])
	copy(t.next[k:], t.order[:by])
	t.order, t.next = t.next, t.order
	t.index()
}

func (t *team) index() { index(t.pos, t.order) }

// index makes pos the inverse of order.
func index(pos, order []int32) {
	for p, c := range order {
		pos[c] = int32(p)
	}
}

// keep copies the tour aside if it is the best so far.
func (t *team) keep() {
	if t.length < t.bestLength {
		t.bestLength = t.length
		copy(t.best, t.order)
		t.run.offer(t.length)
	}
}
