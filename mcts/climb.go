package mcts

import (
	"math"

	"tspmcts/tsp"
	"tspmcts/twoopt"
)

// climber searches a stretch of a tour: the cities of the stretch renumbered in
// tour order, in small arrays of its own, the way back from its last city to its
// first fixed. A stretch that is the whole tour is a cycle without a fixed edge.
type climber struct {
	run   *run
	cfg   Config
	sub   tsp.Instance
	cand  twoopt.Candidates
	tour  twoopt.Tour
	chain *twoopt.Chain
	rng   rng
	guide *guide // with action "draw", else nil

	gain  int64 // of everything since load
	tried int64 // chain's count at the last flush
}

func newClimber(r *run, cfg Config) *climber {
	c := &climber{run: r, cfg: cfg}
	breadth, _ := parseList(cfg.Breadth) // Validate has seen it
	c.chain = twoopt.NewChain(&c.sub, &c.tour, &c.cand, twoopt.ChainConfig{Breadth: breadth, Depth: cfg.Depth})
	c.tour.Log(true)
	return c
}

// learn makes the climber draw its candidates by statistics of its own.
func (c *climber) learn(st *stats) {
	c.guide = &guide{stats: st, rng: &c.rng, cfg: &c.cfg}
	c.chain.Guided(c.guide)
}

// load makes the stretch order[from:from+size] the climber's problem. pos is
// the inverse of order; candidates outside the stretch are dropped.
func (c *climber) load(in *tsp.Instance, cand *twoopt.Candidates, order, pos []int32, from, size int, length int64) {
	whole := size == len(order)
	lo := int32(from)
	local := func(city int32) int32 { return pos[city] - lo }
	cities := order[from : from+size]
	in.Sub(&c.sub, cities, local, !whole)
	c.tour.Reset(size)
	c.cand.Start = append(c.cand.Start[:0], 0)
	c.cand.City, c.cand.Dist = c.cand.City[:0], c.cand.Dist[:0]
	for _, city := range cities {
		for k := cand.Start[city]; k < cand.Start[city+1]; k++ {
			if j := pos[cand.City[k]] - lo; j >= 0 && int(j) < size {
				c.cand.City = append(c.cand.City, j)
				c.cand.Dist = append(c.cand.Dist, cand.Dist[k])
			}
		}
		c.cand.Start = append(c.cand.Start, int32(len(c.cand.City)))
	}
	c.chain.Reset(&c.sub, &c.tour, &c.cand)
	c.gain = 0
	if g := c.guide; g != nil {
		g.sims = c.chain.Tried
		g.simulate(c.cfg.Alpha)
		g.cities = append(g.cities[:0], cities...)
		g.length = max(1, length)
		g.slots = g.slots[:0]
		for _, city := range cities {
			for k := cand.Start[city]; k < cand.Start[city+1]; k++ {
				if j := pos[cand.City[k]] - lo; j >= 0 && int(j) < size {
					g.slots = append(g.slots, k)
				}
			}
		}
	}
}

// store writes the stretch, as it is now, to into: the global names of its
// cities are those of the stretch order that was loaded.
func (c *climber) store(into, order []int32) {
	m := int32(len(order))
	at, step := c.tour.Pos[0], int32(1)
	if m > 2 && c.tour.Prev(0) != m-1 && c.tour.Next(0) == m-1 {
		step = m - 1
	}
	for i := range into {
		into[i] = order[c.tour.Order[at]]
		if at += step; at >= m {
			at -= m
		}
	}
}

// descend brings the stretch to a local optimum of the chain, from all cities,
// within the given number of actions (0: no limit).
func (c *climber) descend(actions int64) {
	for i := range int32(c.sub.N()) {
		c.chain.Push(i)
	}
	c.tour.Log(false)
	limit := c.chain.Tried + actions
	for !c.chain.Idle() && !c.poll() && (actions == 0 || c.chain.Tried < limit) {
		c.gain += c.chain.Run(pollEvery)
	}
	c.chain.Clear()
	c.tour.Log(true)
}

// kicks searches near the tour: it exchanges three short stretches at a random
// place, lets the chain repair it from the ends of the changed edges, and keeps
// the result if it is shorter, or longer by no more than the temperature
// allows; else it takes everything back. It stops after the given number of kicks, or
// actions (0: no limit).
func (c *climber) kicks(kicks, actions int64, size int, heat func() float64) {
	m := int32(c.sub.N())
	if m < 8 {
		return
	}
	longest := min(int32(size), (m-1)/3)
	limit := c.chain.Tried + actions
	temperature := heat()
	for k := range kicks {
		if actions > 0 && c.chain.Tried >= limit {
			break
		}
		if k&7 == 7 {
			if c.poll() {
				break
			}
			temperature = heat()
		}
		mark := c.tour.Mark()
		delta, ok := c.kick(c.rng.below(m), 1+c.rng.below(longest), 1+c.rng.below(longest), 1+c.rng.below(longest))
		if !ok {
			continue
		}
		delta -= c.chain.Run(0)
		if delta <= 0 || delta < int64(temperature*float64(negLog[c.rng.below(int32(len(negLog)))])) {
			c.gain -= delta
			c.tour.Forget()
		} else {
			c.tour.Undo(mark)
		}
	}
}

// shake kicks the stretch all over, about four times wherever one looks, keeping
// every outcome: a local optimum that has little but the good edges in common
// with the one before.
func (c *climber) shake() {
	m := int32(c.sub.N())
	if m < 8 {
		return
	}
	longest := min(int32(c.cfg.ShakeSize), (m-1)/3)
	c.tour.Log(false)
	for k := range int64(m)*shakes/int64(longest) + 1 {
		if k&7 == 7 && c.poll() {
			break
		}
		if delta, ok := c.kick(c.rng.below(m), 1+c.rng.below(longest), 1+c.rng.below(longest), 1+c.rng.below(longest)); ok {
			c.gain += c.chain.Run(0) - delta
		}
	}
	c.tour.Log(true)
}

// shakes is how many kicks there are to a city and a longest stretch.
const shakes = 3

// kick exchanges three consecutive stretches of the given sizes from position p
// on and marks the ends of the four changed edges. It returns by how much the
// tour grew, or false when one of the edges is fixed.
func (c *climber) kick(p, size1, size2, size3 int32) (delta int64, ok bool) {
	n := int32(c.sub.N())
	at := func(i int32) int32 {
		if i += p; i >= n {
			i -= n
		}
		return c.tour.Order[i]
	}
	e := [8]int32{at(n - 1), at(0), at(size1 - 1), at(size1), at(size1 + size2 - 1), at(size1 + size2),
		at(size1 + size2 + size3 - 1), at(size1 + size2 + size3)}
	in := &c.sub
	if in.HasFixed() && (in.IsFixed(e[0], e[1]) || in.IsFixed(e[2], e[3]) || in.IsFixed(e[4], e[5]) || in.IsFixed(e[6], e[7])) {
		c.chain.Tried++ // or a tour of fixed edges would never use up a budget of actions
		return 0, false
	}
	d := func(i, j int) int64 { return int64(in.Dist(e[i], e[j])) }
	delta = d(0, 5) + d(6, 3) + d(4, 1) + d(2, 7) - d(0, 1) - d(2, 3) - d(4, 5) - d(6, 7)
	c.tour.Swap3(p, size1, size2, size3)
	for _, city := range e {
		c.chain.Push(city)
	}
	return delta, true
}

// poll reports whether the search is to end.
func (c *climber) poll() bool {
	c.flush()
	return c.run.check()
}

// flush tells run of the actions since the last flush.
func (c *climber) flush() {
	c.run.actions.Add(c.chain.Tried - c.tried)
	c.tried = c.chain.Tried
}

// negLog holds -ln(u) for evenly spaced u in (0,1): what an acceptance draws
// from. Rounded to float32, so that it is the same on every machine.
var negLog = func() (table [4096]float32) {
	for i := range table {
		table[i] = float32(-math.Log((float64(i) + 0.5) / float64(len(table))))
	}
	return table
}()
