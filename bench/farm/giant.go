package farm

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"tspmcts/heatmap"
	"tspmcts/mcts"
	"tspmcts/mcts/region"
	"tspmcts/tsp"
)

// Regions of a giant tour: none larger than mostInRegion; at least leastRegions of them, and
// perSlot times as many as there are slots, so that a worker that is lost or slow holds up a part
// of a round only; but of leastInRegion cities, lest the tour is borders, and no more than
// mostBySlots, each of which takes the server some 40 ms: by 1000 workers, 10 million cities would
// be where TestReach wants them after 66 s, and after 101 s with 2000 regions.
const (
	mostInRegion  = 100000
	leastInRegion = 5000
	leastRegions  = 4
	perSlot       = 2
	mostBySlots   = 1000
)

// mostBegun is the number of cities up to which the client prepares the whole, as solve does in one
// process, for about a kilobyte and 20 microseconds a city. Regions of larger tours prepare
// themselves.
const mostBegun = 2000000

// giant improves one tour by rounds of regions.
type giant struct {
	*solving
	pos        []int32
	heatmap    *heatmap.Map // nil: regions make their own
	candidates int          // a city, that the heatmap is asked for
	joiner     *region.Joiner
	problems   []region.Problem
}

// newGiant makes the first tour: a local optimum, as in the process, up to mostBegun cities; else
// a space-filling curve, whose regions have greedy tours of their own in the first round. What a
// tour is like where it crosses a border stays so for the round. Of E100k.1, in five regions and
// two rounds of 14 s each, a local optimum ends at 226.05 million, a greedy tour at 226.83, the
// curve at 227.06; in the process it is 226.04. The method is nil where time or ctx end before:
// then there is a tour only.
func (s *solving) newGiant(ctx context.Context) (method, error) {
	in := s.in
	g := &giant{solving: s}
	prepare := g.optimum
	if in.N() > mostBegun {
		prepare = g.curve
	}
	nb, err := prepare(ctx)
	if err != nil || nb == nil {
		return nil, err
	}
	g.pos = make([]int32, in.N())
	g.joiner = region.NewJoiner(in, nb)
	return g, nil
}

// optimum makes the tour a local optimum, unless there is one, and returns the neighbours: nil
// where time or ctx end before.
func (g *giant) optimum(ctx context.Context) (*tsp.Neighbors, error) {
	n, run := g.in.N(), g.run
	cfg, err := run.Knobs.Config(n, run.Source.Name)
	if err != nil {
		return nil, err
	}
	// no more pieces than there are in any case; and with a budget of actions as many, however many
	// cores take them: the tour is not to depend on the machine
	workers := max(1, n/cfg.Stretch)
	if run.Budget.Actions == 0 {
		workers = max(1, min(run.Workers, workers))
	}
	b, err := mcts.Begin(ctx, g.in, mcts.Options{Preset: run.Knobs.Preset, Configure: run.Knobs.Config, Source: run.Source.Name, Seed: run.Seed,
		Workers: workers, Actions: run.Budget.Actions, Time: g.limit(), Clock: g.clock})
	if err != nil {
		return nil, err
	}
	if b.Learnt != nil && run.Budget.Actions == 0 {
		b.Learnt.Cost *= float64(workers) // seconds of all of them
	}
	if g.tour == nil {
		g.tour, g.learnt = b.Tour, b.Learnt
	}
	if b.Heatmap == nil {
		return nil, nil
	}
	g.heatmap, g.source = b.Heatmap, b.Heatmap.Source
	cfg, err = run.Knobs.Config(n, g.source)
	g.candidates = cfg.Candidates
	return b.Neighbors, err
}

// curve makes the tour a space-filling curve, unless there is one, and returns a few neighbours,
// which is what a merge of sub-tours looks at: nil where time or ctx end before.
func (g *giant) curve(ctx context.Context) (*tsp.Neighbors, error) {
	if g.tour == nil {
		g.tour = tsp.SpaceFillingCurve(ctx, g.in)
	}
	ctx, cancel := g.timed(ctx)
	defer cancel()
	nb, err := tsp.NearestNeighbors(ctx, g.in, 5)
	if ctx.Err() != nil {
		return nil, nil
	}
	return nb, err
}

// searches cuts the plane anew and returns a search for each region.
func (g *giant) searches(ctx context.Context, k int) ([]search, error) {
	in := g.in
	n := in.N()
	for i, c := range g.tour {
		g.pos[c] = int32(i)
	}
	var tree region.Tree
	regions, slots := leastRegions, 1
	if g.Actions == 0 { // else the tour does not depend on the workers
		regions, slots = max(regions, min(mostBySlots, perSlot*g.Slots)), g.Slots
	}
	tree.Grow(ctx, in, g.pos, min(mostInRegion, max(leastInRegion, n/regions)), rand.NewPCG(g.run.Seed, uint64(k)))
	size := func(leaf int32) int { return len(tree.Of(leaf)) }
	slices.SortStableFunc(tree.Leaves, func(a, b int32) int { return size(b) - size(a) })
	turns := taken(tree.Leaves, size, slots)
	g.problems = make([]region.Problem, len(turns))
	all := make([]search, len(turns))
	ctx, stop := context.WithCancelCause(ctx) // one that fails is enough
	defer stop(nil)
	tsp.Parallel(tsp.WithWorkers(ctx, transfers), len(turns), func() func(int) {
		var place []int32 // of the cities of a region in it, -1 of all others; between two regions of all
		if g.heatmap != nil {
			place = slices.Repeat([]int32{-1}, n)
		}
		return func(i int) {
			var err error
			if all[i], err = g.search(ctx, &g.problems[i], tree.Of(turns[i].work), place, turns[i].part); err != nil {
				stop(err)
			}
		}
	})
	return all, context.Cause(ctx)
}

// search cuts the region of those cities, uploads it and returns the search for it, which has that part
// of a round.
func (g *giant) search(ctx context.Context, p *region.Problem, cities, place []int32, part float64) (q search, err error) {
	region.Cut(p, g.tour, g.pos, cities)
	sub, err := regionOf(g.in, p)
	if err != nil {
		return q, err
	}
	data, err := sub.Encode()
	if err == nil {
		q.Instance, err = g.blobs.putContent(ctx, "in", data)
	}
	if err == nil && g.heatmap != nil {
		q.Map, err = g.uploadMap(ctx, p, place)
	}
	if g.learnt != nil {
		q.Onward = g.learnt.Part(float64(sub.N()) / float64(g.in.N()))
	}
	if g.Actions > 0 {
		q.Actions = max(1, int64(part*float64(g.Actions)))
	} else {
		q.Time = max(time.Second, time.Duration(part*float64(g.Time)))
	}
	return q, err
}

// turn is when a slot takes a work, and for how long, in parts of a round.
type turn struct {
	work        int32
	start, part float64
}

// taken returns works in the order in which some slots take them that are all busy until the round
// ends: the largest first, each by the slot that has least to do, whose time its works share by
// size. Where all works had as much time for their size, the slots of 14 regions of a million cities
// in clusters, four for two cores, left a twentieth of the cores' time unused.
func taken(works []int32, size func(int32) int, slots int) []turn {
	turns, slot := make([]turn, len(works)), make([]int, len(works))
	load := make([]float64, slots)
	for i, w := range works {
		least := 0
		for k := range load {
			if load[k] < load[least] {
				least = k
			}
		}
		turns[i], slot[i] = turn{w, load[least], float64(size(w))}, least
		load[least] += turns[i].part
	}
	for i := range turns {
		turns[i].start /= load[slot[i]]
		turns[i].part /= load[slot[i]]
	}
	slices.SortStableFunc(turns, func(a, b turn) int { return cmp.Compare(a.start, b.start) })
	return turns
}

// uploadMap uploads what the heatmap says of a region. place is -1 of all cities, before and after.
func (g *giant) uploadMap(ctx context.Context, p *region.Problem, place []int32) (string, error) {
	for i, c := range p.Cities {
		place[c] = int32(i)
	}
	data, err := mapBytes(g.heatmap, p.Cities, place, g.candidates)
	for _, c := range p.Cities {
		place[c] = -1
	}
	if err != nil {
		return "", err
	}
	return g.blobs.putContent(ctx, "map", data)
}

// regionOf returns a region as an instance, whose links are fixed edges.
func regionOf(in *tsp.Instance, p *region.Problem) (*tsp.Instance, error) {
	m := len(p.Cities)
	x, y := make([]float64, m), make([]float64, m)
	for i, c := range p.Cities {
		x[i], y[i] = in.X[c], in.Y[c]
	}
	sub, err := tsp.NewPoints("region", in.Metric, x, y, nil)
	if err != nil {
		return nil, err
	}
	links := make([][2]int32, len(p.Links))
	for k, i := range p.Links {
		links[k] = [2]int32{i, (i + 1) % int32(m)}
	}
	return sub, sub.SetFixed(links)
}

// join applies what the regions found, each checked and measured here.
func (g *giant) join(ctx context.Context, found []tsp.Tour) error {
	exchanges, errs := make([]region.Exchange, len(found)), make([]error, len(found))
	err := tsp.Parallel(ctx, len(found), func() func(int) {
		return func(i int) {
			if found[i] != nil {
				exchanges[i], errs[i] = g.exchange(&g.problems[i], found[i])
			}
		}
	})
	if err != nil {
		return err
	}
	for i, err := range errs {
		if err != nil {
			g.warn("region %d: %v", i+1, err)
		}
	}
	g.joiner.Join(g.tour, g.pos, exchanges)
	return nil
}

// exchange returns what a tour of the region changes.
func (g *giant) exchange(p *region.Problem, t tsp.Tour) (x region.Exchange, err error) {
	sub, err := regionOf(g.in, p)
	if err == nil {
		err = sub.Check(t)
	}
	if err != nil {
		return x, err
	}
	x = p.Compare(t, 0)
	for _, e := range x.Removed {
		x.Gain += int64(g.in.Dist(e[0], e[1]))
	}
	for _, e := range x.Added {
		x.Gain -= int64(g.in.Dist(e[0], e[1]))
	}
	return x, nil
}
