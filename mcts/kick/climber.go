package kick

import (
	"errors"

	"tspmcts/mcts/meter"
	"tspmcts/mcts/tree"
	"tspmcts/tsp"
	"tspmcts/twoopt"
)

// Config holds the knobs of the chain that descends and repairs.
type Config = twoopt.ChainConfig

// Climber searches a piece of a tour in small arrays of its own. A piece that is
// the whole tour is a cycle; any other is a path whose ends a fixed edge joins.
type Climber struct {
	meter *meter.Meter
	sub   tsp.Instance
	cand  twoopt.Candidates
	tour  twoopt.Tour
	chain *twoopt.Chain
	rng   meter.Stream
	guide *guide // where statistics draw, else nil

	pairs bool    // kicks go around pairs
	order []int32 // the piece as it was loaded, by its cities' names in the instance
	gain  int64   // of everything since Load or Begin
	told  int64   // of the chain's count, to the meter
}

// New returns a climber without a piece.
func New(cfg Config, m *meter.Meter) *Climber {
	c := &Climber{meter: m}
	c.chain = twoopt.NewChain(&c.sub, &c.tour, &c.cand, cfg)
	c.tour.Log(true)
	return c
}

// Guide makes the climber draw its candidates by statistics of its own, instead
// of by gain alone, wherever it works on those that the statistics are of; alpha and beta are the
// paper's.
func (c *Climber) Guide(st *tree.Stats, alpha, beta float64) {
	c.guide = &guide{Stats: st, rng: &c.rng, alpha: alpha, beta: beta}
}

// Seed begins the climber's random numbers.
func (c *Climber) Seed(seed uint64, what meter.Purpose, i, j uint64) { c.rng.Start(seed, what, i, j) }

// Size returns the number of cities of the piece.
func (c *Climber) Size() int { return c.sub.N() }

// Gain returns by how much the tour is shorter since Load.
func (c *Climber) Gain() int64 { return c.gain }

// Actions returns how many the climber has simulated in its life.
func (c *Climber) Actions() int64 { return c.chain.Tried }

// Load makes the size cities of tour from position from on the climber's piece.
// Candidates outside of it are dropped.
func (c *Climber) Load(in *tsp.Instance, cand *twoopt.Candidates, tour *Tour, from, size int) {
	lo, pos := int32(from), tour.pos
	var links []int32
	if size < len(tour.Order) {
		links = []int32{int32(size) - 1}
	}
	c.LoadRegion(in, cand, tour.Order[from:from+size], links, tour.Length, func(city int32) int32 { return pos[city] - lo })
}

// LoadRegion makes cities, in the order of a tour of the given length, the climber's
// piece. A link at i is an edge between cities i and i+1 (the last and the first) that
// is kept. local is the inverse of cities: for any city its place, or a number outside
// of 0..len(cities)-1.
func (c *Climber) LoadRegion(in *tsp.Instance, cand *twoopt.Candidates, cities, links []int32, length int64, local func(city int32) int32) {
	size := int32(len(cities))
	c.order = append(c.order[:0], cities...)
	in.Sub(&c.sub, c.order, local)
	c.pairs = in.Paired() && len(links) < 2 // of problems at large so many kicks take too long
	for _, i := range links {
		if size > 2 {
			c.sub.Fix(i, (i+1)%size)
		}
	}
	c.tour.Reset(int(size))
	c.cand.Start = append(c.cand.Start[:0], 0)
	c.cand.City, c.cand.Dist = c.cand.City[:0], c.cand.Dist[:0]
	var g *guide
	c.chain.Guided(nil)
	if c.guide != nil && c.guide.Of(cand) {
		g = c.guide
		g.slots = g.slots[:0]
		c.chain.Guided(g)
	}
	for _, city := range c.order {
		for k := cand.Start[city]; k < cand.Start[city+1]; k++ {
			if j := local(cand.City[k]); j >= 0 && j < size {
				c.cand.City = append(c.cand.City, j)
				c.cand.Dist = append(c.cand.Dist, cand.Dist[k])
				if g != nil {
					g.slots = append(g.slots, k)
				}
			}
		}
		c.cand.Start = append(c.cand.Start, int32(len(c.cand.City)))
	}
	c.chain.Reset(&c.sub, &c.tour, &c.cand)
	c.gain = 0
	if g != nil {
		g.At(c.chain.Tried, g.alpha)
		g.cities = c.order
		g.length = max(1, length)
	}
}

// Begin makes tour, over places in what was loaded and with its links, what the piece is now.
func (c *Climber) Begin(tour tsp.Tour) {
	c.tour.Set(tour)
	c.chain.Clear()
	c.gain = 0
}

// Replace makes tour, like Begin, what the piece is now, as something that was gained.
func (c *Climber) Replace(tour tsp.Tour) {
	gain := c.gain + c.sub.Length(c.tour.Order) - c.sub.Length(tour)
	c.Begin(tour)
	c.gain = gain
}

// Sub returns the piece as an instance: city i is the i-th that was loaded.
func (c *Climber) Sub() *tsp.Instance { return &c.sub }

// Candidates returns the candidates of the piece, as places in what was loaded. They must
// not be changed.
func (c *Climber) Candidates() *twoopt.Candidates { return &c.cand }

// Neighbors returns the candidates as neighbours, with the city itself where it has fewer than
// others.
func (c *Climber) Neighbors() *tsp.Neighbors {
	n, k := int32(c.sub.N()), 0
	for i := range n {
		k = max(k, int(c.cand.Start[i+1]-c.cand.Start[i]))
	}
	nb := &tsp.Neighbors{K: k, Flat: make([]int32, 0, int(n)*k)}
	for i := range n {
		cities, _ := c.cand.Of(i)
		nb.Flat = append(nb.Flat, cities...)
		for range k - len(cities) {
			nb.Flat = append(nb.Flat, i)
		}
	}
	return nb
}

// Local returns the piece as it is now, as places in what was loaded. It must not be
// changed.
func (c *Climber) Local() []int32 { return c.tour.Order }

// Store writes the piece, as it is now, to into: the instance's cities, with the
// first and the last of a path where they were.
func (c *Climber) Store(into []int32) {
	m := int32(len(c.order))
	at, step := c.tour.Pos[0], int32(1)
	if m > 2 && c.tour.Prev(0) != m-1 && c.tour.Next(0) == m-1 {
		step = m - 1
	}
	for i := range into {
		into[i] = c.order[c.tour.Order[at]]
		if at += step; at >= m {
			at -= m
		}
	}
}

// Descend brings the piece to a local optimum of the chain, from all cities,
// within the given number of actions (0: no limit).
func (c *Climber) Descend(actions int64) {
	for i := range int32(c.sub.N()) {
		c.chain.Push(i)
	}
	c.descend(actions)
}

// DescendFrom is Descend from the given cities.
func (c *Climber) DescendFrom(cities []int32) {
	for _, i := range cities {
		c.chain.Push(i)
	}
	c.descend(0)
}

func (c *Climber) descend(actions int64) {
	c.tour.Log(false)
	limit := c.chain.Tried + actions
	for !c.chain.Idle() && !c.Poll() && (actions == 0 || c.chain.Tried < limit) {
		c.gain += c.chain.Run(meter.PollEvery)
	}
	c.chain.Clear()
	c.tour.Log(true)
}

// Kick searches near the tour: a kick of stretches of up to size cities at a random
// place, which the chain repairs, is kept if the tour is shorter then, or longer by no
// more than the temperature allows; else everything is taken back. heat returns the
// temperature, in core units, and is asked now and then; nil is none. Kick ends after
// that many kicks, or actions (0: no limit), or when the search ends.
func (c *Climber) Kick(kicks, actions int64, size int, heat func() float64) {
	if heat == nil {
		heat = func() float64 { return 0 }
	}
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
			if c.Poll() {
				break
			}
			temperature = heat()
		}
		mark := c.tour.Mark()
		delta, ok := c.bridge(c.draw(longest))
		if !ok {
			continue
		}
		delta -= c.chain.Run(0)
		if delta <= 0 || delta < int64(temperature*float64(c.rng.NegLog())) {
			c.gain -= delta
			c.tour.Forget()
		} else {
			c.tour.Undo(mark)
		}
	}
}

// shake kicks the piece all over, with stretches of up to size cities and about
// four times wherever one looks, keeping every outcome: a local optimum that has
// little but the good edges in common with the one before.
func (c *Climber) shake(size int) {
	m := int32(c.sub.N())
	if m < 8 {
		return
	}
	longest := min(int32(size), (m-1)/3)
	c.tour.Log(false)
	for k := range int64(m)*shakes/int64(longest) + 1 {
		if k&7 == 7 && c.Poll() {
			break
		}
		if delta, ok := c.bridge(c.draw(longest)); ok {
			c.gain += c.chain.Run(0) - delta
		}
	}
	c.tour.Log(true)
}

// shakes is how many kicks there are to a city and a longest stretch.
const shakes = 3

// draw returns where a kick cuts the piece: from which position on, and after stretches of up to
// longest cities each. Of pairs every other edge is fixed, so that one kick of sixteen would cut free
// edges only: a cut at a fixed one moves on by one.
func (c *Climber) draw(longest int32) (p, size1, size2, size3 int32) {
	m := int32(c.sub.N())
	p, size1, size2, size3 = c.rng.Below(m), 1+c.rng.Below(longest), 1+c.rng.Below(longest), 1+c.rng.Below(longest)
	if !c.pairs {
		return p, size1, size2, size3
	}
	most := (m - 4) / 3 // or the last cut would move on to the first
	p = c.free(p)
	second := c.free(p + min(size1, most))
	third := c.free(second + min(size2, most))
	last := c.free(third + min(size3, most))
	return p % m, second - p, third - second, last - third
}

// free returns i, or the next position where the edge to i, which may be beyond the end, is fixed.
func (c *Climber) free(i int32) int32 {
	m := int32(c.sub.N())
	if c.sub.IsFixed(c.tour.Order[(i+m-1)%m], c.tour.Order[i%m]) {
		i++
	}
	return i
}

// bridge exchanges three consecutive stretches of the given sizes from position p
// on and marks the ends of the four changed edges. It returns by how much the
// tour grew, or false when one of the edges is fixed.
func (c *Climber) bridge(p, size1, size2, size3 int32) (delta int64, ok bool) {
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

// Poll reports whether the search is to end.
func (c *Climber) Poll() bool {
	c.Flush()
	return c.meter.Check()
}

// Flush tells the meter of the actions since the last flush.
func (c *Climber) Flush() {
	c.meter.Add(c.chain.Tried - c.told)
	c.told = c.chain.Tried
}

// State is what a climber is between two pieces: what Restore takes.
type State struct {
	Actions int64
	Stats   *tree.StatsState // where statistics draw
}

// State returns a copy of the climber's state.
func (c *Climber) State() State {
	s := State{Actions: c.chain.Tried}
	if c.guide != nil {
		st := c.guide.Stats.State()
		s.Stats = &st
	}
	return s
}

// Restore makes c the climber that s was taken of.
func (c *Climber) Restore(s State) error {
	c.chain.Tried, c.told = s.Actions, s.Actions
	if c.guide == nil {
		return nil
	}
	if s.Stats == nil {
		return errors.New("no statistics")
	}
	return c.guide.Stats.Restore(*s.Stats)
}

// Took adds the actions of another climber, of the same meter, to the climber's own.
func (c *Climber) Took(o *Climber) {
	c.chain.Tried += o.chain.Tried
	c.told += o.told
}

// Count adds actions that were made of the climber's piece elsewhere.
func (c *Climber) Count(actions int64) { c.chain.Tried += actions }
