package mcts

import (
	"context"
	"encoding/json"
	"slices"

	"tspmcts/heatmap"
	"tspmcts/mcts/meter"
	"tspmcts/mcts/stage"
	"tspmcts/tsp"
	"tspmcts/tsp/onetree"
	"tspmcts/twoopt"
)

// problem is what a search works on, as far as it is prepared.
type problem struct {
	in        *tsp.Instance
	places    *tsp.Distinct  // that in is, nil where it is all cities
	symmetric *tsp.Symmetric // that in is, nil where it is the instance given
	options   *Options
	cfg       Config
	source    string
	reads     bool     // source reads files
	curve     tsp.Tour // needs no preparation
	resort    resort   // the answer where there is no time to search
	meter     *meter.Meter
	nb        *tsp.Neighbors
	heatmap   *heatmap.Map
	cand      *twoopt.Candidates
	branched  tsp.Tour      // from the assignment, nil where there is none
	search    *stage.Search // nil before it begins
}

// resort is a tour and its length.
type resort struct {
	tour   tsp.Tour
	length int64
}

// work returns what the search did.
func (p *problem) work() []Work {
	if p.search == nil {
		return nil
	}
	return p.search.Tally()
}

// prepare finds neighbours, map and candidates. It reports false, and ends the
// meter, where the budget does not allow that.
func (p *problem) prepare(ctx context.Context) (bool, error) {
	p.meter.Stage("preparing")
	a := p.reduce(ctx)
	nb, err := tsp.NearestNeighbors(ctx, p.in, max(p.cfg.Candidates, 10))
	if err == nil {
		p.nb = nb
		if a != nil && p.options.Resume == nil { // a checkpoint has what this finds
			if p.branch(ctx, a) && !p.reads { // what is wrong with a file is told all the same
				return false, nil
			}
		}
		p.soon(ctx)
		if p.heatmap = p.options.Heatmap; p.heatmap == nil {
			p.heatmap, err = p.options.build(ctx, p.in, p.source, nb)
		}
	}
	if err == nil {
		if p.heatmap.N() != p.in.N() {
			return false, foreign(p.heatmap, p.in)
		}
		p.cand = candidates(p.nb, p.heatmap, p.in, p.cfg, p.meter)
	}
	if p.meter.Check() {
		if ctx.Err() != nil {
			err = nil // there was no time
		}
		return false, err
	}
	return err == nil, err
}

// manyCities is the number from which on a greedy tour is made before a heatmap that takes
// an ascent: 15 % above the optimum where the curve is at 25 to 60, for a tenth of the time.
const manyCities = 100000

// soon makes the tour that there is while the heatmap is built.
func (p *problem) soon(ctx context.Context) {
	if p.in.N() < manyCities || p.source != "alpha" {
		return
	}
	if t, err := tsp.GreedyEdge(ctx, p.in, p.nb); err == nil {
		p.offer(t)
	}
}

// offer makes t the answer of last resort where it is shorter, and tells the observer.
func (p *problem) offer(t tsp.Tour) {
	if length := p.in.Length(t); length < p.resort.length {
		p.resort = resort{t, length}
		p.meter.Lend(length, t)
		p.meter.Check()
	}
}

// reduce measures the ways of a directed instance by what they cost beyond the prices of
// an assignment. What is near by that is near perfect where distances are random, and short
// of nothing elsewhere. It returns the assignment, or nil: it gives up where that takes more
// than a quarter of the time that is left, and leaves the paper's search alone, which is about the distances themselves.
func (p *problem) reduce(ctx context.Context) *onetree.Assignment {
	if !p.in.Paired() || p.cfg.Restart != "kick" || p.in.N() < 6 {
		return nil
	}
	ctx, cancel := p.quarter(ctx)
	defer cancel()
	a, err := onetree.Assign(ctx, p.in)
	if err != nil || !p.in.Reduce(a.Out, a.In) {
		return nil
	}
	return a
}

// branch makes the tour that branching on the assignment a finds. It ends the
// meter, and reports true, where that is proven to be the shortest.
func (p *problem) branch(ctx context.Context, a *onetree.Assignment) bool {
	ctx, cancel := p.quarter(ctx)
	defer cancel()
	t, proven, _ := a.Branch(ctx, p.in, p.nb)
	if t == nil {
		return false
	}
	p.branched = t
	p.offer(t)
	if proven {
		p.meter.End(StopExact)
	}
	return proven
}

// quarter limits ctx to a quarter of the time that is left.
func (p *problem) quarter(ctx context.Context) (context.Context, context.CancelFunc) {
	b := p.meter.Budget()
	if b.Time == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, (b.Time-b.Clock())/4)
}

// begin returns the search, nil when the budget ended.
func (p *problem) begin() *stage.Search {
	knobs, _ := json.Marshal(p.cfg)
	return stage.New(stage.Task{
		In: p.in, Symmetric: p.symmetric, Neighbors: p.nb, Heatmap: p.heatmap, Candidates: p.cand, Meter: p.meter,
		Config: p.cfg.stages(), Knobs: string(knobs), Seed: p.options.Seed, Workers: p.options.workers(),
		Curve: p.curve, Branched: p.branched, Initial: p.options.Initial, Onward: p.options.Onward})
}

// candidates lists each city's candidates as cfg wants them: the first of the
// heatmap, filled up with neighbours where it has too few, or the nearest ones.
// It returns nil when the budget ended.
func candidates(nb *tsp.Neighbors, p *heatmap.Map, in *tsp.Instance, cfg Config, m *meter.Meter) *twoopt.Candidates {
	most := cfg.Candidates
	if in.Paired() && cfg.Restart == "kick" {
		most *= 2 // of ways out and in; with as few as a symmetric city needs, rbg323 ends .3 % above the optimum
	}
	list := make([]int32, 0, most)
	stopped := false
	cand := twoopt.NewCandidates(in, func(i int32) []int32 {
		list = list[:0]
		if stopped = stopped || i&4095 == 4095 && m.Check(); stopped {
			return list
		}
		if cfg.Order == "heatmap" {
			cities, _ := p.Of(i)
			list = append(list, cities[:min(len(cities), most)]...)
		}
		given := len(list)
		for _, j := range nb.Of(i) {
			if len(list) >= most {
				break
			}
			if !slices.Contains(list[:given], j) {
				list = append(list, j)
			}
		}
		return list
	})
	if stopped {
		return nil
	}
	return cand
}
