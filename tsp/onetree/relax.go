package onetree

import (
	"context"
	"math"
	"slices"
)

const (
	edgesEach   = 5    // edges of each city, by alpha-nearness, that the relaxation begins with
	roundLong   = 100  // steps between two looks for combs
	poorRounds  = 5    // rounds in a row that bring too little before the bound counts as converged
	firstFar    = 1e-4 // see far: at first, and at least this where combs are new
	freshWeight = 0.05 // largest weight of a new 1-tree in the average
	poorSteps   = 10   // steps without a better value before they become shorter
	idleRounds  = 3    // rounds that a comb without a multiplier, and not violated, stays
)

// relax raises the bound of r, whose ascent has nearly converged, by comb inequalities: relax and
// cut (Belloni and Lucena, "A relax and cut algorithm for the traveling salesman problem", ISMP
// 2000; Lucena, "Non delayed relax-and-cut algorithms", Annals of Operations Research 140, 2005). A
// multiplier mu >= 0 per comb makes the edges within its handle and within its teeth dearer by mu
// each; a tour pays at most mu times the comb's right side, so
//
//	w(pi, mu) = cost of the minimum 1-tree under these costs, less 2 sum(pi), less the sum of mu times right side
//
// is a bound as well, and its maximum that of the subtour relaxation with the combs. The ascent is
// the volume algorithm (Barahona and Anbil, "The volume algorithm: producing primal solutions with
// a subgradient method", Mathematical Programming 87, 2000), whose average of 1-trees nears a
// fractional solution: combs are those that it violates.
//
// The steps see the edges of least alpha-nearness only. After each round the best
// multipliers are priced over the complete graph, and edges that were missing join. So
// every bound is a proof: see surplus for the cost of edges outside.
//
// It returns the best bound proven, in core units, and whether it has converged: some rounds in
// a row raised it by less than the share tolerance each.
func relax(ctx context.Context, r *Result, tolerance float64) (bound int64, converged bool) {
	x := newRelaxation(ctx, r)
	bound = r.Bound
	for poor := 0; poor < poorRounds; poor++ {
		x.climb(ctx, roundLong)
		proven, ok := x.price(ctx)
		if !ok {
			return bound, false
		}
		if float64(proven-bound) > tolerance*float64(bound) {
			poor = -1
		}
		bound = max(bound, proven)
		x.cut()
	}
	return bound, true
}

// relaxation is the state of relax. Of the ascent it uses the graph, the tree and the penalties of
// a step.
type relaxation struct {
	*ascent
	centre []int64 // the best penalties; of the combs comb.best
	value  int64   // of the 1-tree there
	far    float64 // a step moves by far * bound / (length of the direction)^2 in the direction
	poor   int     // steps since the value rose

	average []float64 // of 1-trees: the share of each edge
	excess  []float64 // degree in it, less 2
	begun   bool      // whether it holds any

	combs     []*comb
	known     map[string]bool
	off, comb []int32 // the combs of each edge, once a set: comb[off[e]:off[e+1]]
	used      []int64 // of each comb, how many times the tree has an edge within its sets
	most      int64   // largest multiplier, so that no sum overflows
}

func newRelaxation(ctx context.Context, r *Result) *relaxation {
	g := r.sparse(ctx, edgesEach)
	x := &relaxation{ascent: newAscent(ctx, g), centre: slices.Clone(r.pi), value: math.MinInt64, average: make([]float64, len(g.u)), excess: make([]float64, g.n),
		known: map[string]bool{}, far: firstFar}
	copy(x.pi, r.pi)
	x.more = make([]int64, len(g.u))
	// A tree has fewer edges within the sets of a comb than these have cities, and there are at
	// most n combs: all multipliers of a tree stay below n g.limit, as the penalties do.
	x.most = g.limit / largest
	x.index()
	return x
}

// sparse returns the graph of the 1-tree and the k edges of each city of least alpha-nearness.
func (r *Result) sparse(ctx context.Context, k int) *Graph {
	g := *r.g
	us, vs := slices.Clone(r.u), slices.Clone(r.v)
	if r.special >= 0 {
		us, vs = append(us, min(r.special, r.second)), append(vs, max(r.special, r.second))
	}
	c := r.Alpha(ctx, k)
	for i := range int32(g.n) {
		near, _ := c.Of(g.order[i])
		for _, city := range near {
			j := g.rank[city]
			us, vs = append(us, min(i, j)), append(vs, max(i, j))
		}
	}
	for e := range us {
		us[e], vs[e] = min(us[e], vs[e]), max(us[e], vs[e])
	}
	g.u, g.v, g.d = nil, nil, nil
	g.setEdges(ctx, us, vs)
	return &g
}

// index lists the edges of the combs, and the combs of the edges.
func (x *relaxation) index() {
	g := x.g
	stamp := make([]bool, g.n)
	x.off = make([]int32, len(g.u)+1)
	for _, c := range x.combs {
		c.find(g, stamp)
		for _, e := range c.edges {
			x.off[e+1]++
		}
	}
	for e := range g.u {
		x.off[e+1] += x.off[e]
	}
	x.comb = make([]int32, x.off[len(g.u)])
	fill := slices.Clone(x.off)
	for k, c := range x.combs {
		for _, e := range c.edges {
			x.comb[fill[e]] = int32(k)
			fill[e]++
		}
	}
	x.used = make([]int64, len(x.combs))
}

// climb makes steps of the volume algorithm: from the centre along the violations of the
// average, each new 1-tree enters the average, a better one makes a new centre. It ends
// where the average violates nothing.
func (x *relaxation) climb(ctx context.Context, steps int) {
	x.poor = 0
	for range steps {
		if ctx.Err() != nil || x.begun && !x.step() {
			return
		}
		w := x.build()
		for _, c := range x.combs {
			w -= c.mu * c.rhs
		}
		ahead := x.mix()
		switch {
		case w > x.value:
			x.value, x.poor = w, 0
			copy(x.centre, x.pi)
			for _, c := range x.combs {
				c.best = c.mu
			}
			if ahead {
				x.far *= 1.1
			}
		case x.poor == poorSteps:
			x.far, x.poor = x.far*0.66, 0
		default:
			x.poor++
		}
	}
}

// step sets penalties and multipliers a step from the centre, false if no direction is left.
func (x *relaxation) step() bool {
	norm := 0.0
	for _, v := range x.excess {
		norm += float64(v * v)
	}
	for _, c := range x.combs {
		if c.best > 0 || c.over > 0 {
			norm += float64(c.over * c.over)
		}
	}
	if norm < 1e-9 {
		return false
	}
	t := x.far * (float64(x.value) + float64(x.g.rebate()<<x.g.shift)) / norm
	limit := float64(x.g.limit)
	for i, v := range x.excess {
		by := max(-limit, min(limit, float64(t*v)))
		x.pi[i] = max(-x.g.limit, min(x.g.limit, x.centre[i]+int64(by)))
	}
	clear(x.more)
	for _, c := range x.combs {
		by := max(-limit, min(limit, float64(t*c.over)))
		c.mu = max(0, min(x.most, c.best+int64(by)))
		if c.mu > 0 {
			for _, e := range c.edges {
				x.more[e] += c.mu
			}
		}
	}
	return true
}

// mix brings the 1-tree into the average, with the weight up to freshWeight that makes its
// violations least. It reports whether those of the tree lie ahead, where the direction leads.
func (x *relaxation) mix() (ahead bool) {
	tree := x.f.tree
	if x.special >= 0 {
		tree = append(tree, x.second) // f.tree has room for n
	}
	clear(x.used)
	for _, e := range tree {
		for _, k := range x.comb[x.off[e]:x.off[e+1]] {
			x.used[k]++
		}
	}
	var dot, new2, old2 float64
	add := func(now, before float64) {
		dot += float64(now * before)
		new2 += float64(now * now)
		old2 += float64(before * before)
	}
	for i, dg := range x.deg {
		add(float64(dg-2), x.excess[i])
	}
	for k, c := range x.combs {
		add(float64(x.used[k]-c.rhs), c.over)
	}
	weight := freshWeight
	if !x.begun {
		weight, x.begun = 1, true
	} else if between := new2 - 2*dot + old2; between > 0 {
		weight = max(freshWeight/10, min(freshWeight, (old2-dot)/between))
	}
	keep := 1 - weight
	for e := range x.average {
		x.average[e] *= keep
	}
	for _, e := range tree {
		x.average[e] += weight
	}
	for i, dg := range x.deg {
		x.excess[i] = float64(keep*x.excess[i]) + float64(weight*float64(dg-2))
	}
	for k, c := range x.combs {
		c.over = float64(keep*c.over) + float64(weight*float64(x.used[k]-c.rhs))
	}
	return dot >= 0
}

// price returns the bound that the centre proves over the complete graph, whose missing edges join
// the graph; false when ctx ended first.
func (x *relaxation) price(ctx context.Context) (bound int64, ok bool) {
	c := newComplete(x.g, x.centre)
	c.combs = newSurplus(x.g.n, x.combs)
	if c.tree(ctx) != nil || c.leaf(ctx) != nil {
		return 0, false
	}
	x.value = c.value()
	old := x.g
	g := c.grown(ctx)
	if g == old {
		return c.bound(), true
	}
	grown := newAscent(ctx, g)
	copy(grown.pi, x.centre)
	grown.more = make([]int64, len(g.u))
	average := make([]float64, len(g.u))
	at := 0
	for e := range old.u { // both ascend by their ends
		for g.u[at] != old.u[e] || g.v[at] != old.v[e] {
			at++
		}
		average[at] = x.average[e]
	}
	x.ascent, x.average = grown, average
	return c.bound(), true
}

// cut drops combs that are of no use, adds those that the average violates, and lists the edges of
// all.
func (x *relaxation) cut() {
	x.combs = slices.DeleteFunc(x.combs, func(c *comb) bool {
		if c.best > 0 || c.over > 0 {
			c.idle = 0
			return false
		}
		c.idle++
		if c.idle < idleRounds {
			return false
		}
		delete(x.known, c.key)
		return true
	})
	kept := len(x.combs)
	for _, c := range separate(x.g, x.average) {
		if !x.known[c.key] && len(x.combs) < x.g.n {
			x.known[c.key] = true
			x.combs = append(x.combs, c)
		}
	}
	x.index()
	if len(x.combs) > kept {
		x.far = max(x.far, firstFar)
	}
	for _, c := range x.combs[kept:] {
		c.over = -float64(c.rhs)
		for _, e := range c.edges {
			c.over += x.average[e]
		}
	}
}
