package onetree

import (
	"context"
	"math"
	"slices"
	"sync/atomic"

	"tspmcts/tsp"
)

// Options are the budget and the start of an ascent.
type Options struct {
	Steps int     // 1-trees to build, at least 1; more raise the bound, at one near-linear pass each
	Pi    []int64 // start: Result.Pi of an ascent over the same instance, to go on from; nil starts from zero
	Damp  int     // divides the first step, at least 1 (0 is 1): 4 and more where Pi is near the maximum

	// Grow is how often, the more densely the earlier in the ascent, the complete graph is
	// priced and what belongs into its 1-tree joins the graph; each
	// costs a Price. 0 is right for a few steps; with many and 0 the penalties of clusters
	// with a matrix run away along edges that the graph lacks, with 4 they do not.
	Grow int
}

// Result is what an ascent found: a penalty per city, the minimum 1-tree under
// it, and the bound that both prove once priced.
type Result struct {
	// Pi holds a penalty per city, Unit to a core unit of distance. The reduced
	// cost of the edge i-j is Unit*d(i,j) + Pi[i] + Pi[j].
	Pi   []int64
	Unit int64

	// Bound is a lower bound on the length of every tour, in core units. It is
	// 0 until Price has succeeded.
	Bound int64

	Steps int // 1-trees built

	// estimate is the value of the 1-tree over the candidate graph, in core
	// units. It is near the bound that Price will prove, or above it: it is no bound.
	estimate float64

	g  *Graph  // of the last 1-tree: the one that the ascent began with and the edges that joined since
	pi []int64 // Pi in the internal order
	oneTree
}

// oneTree is a minimum spanning tree and the second edge of one of its leaves, in internal ids.
type oneTree struct {
	u, v    []int32 // the n-1 edges of the spanning tree
	special int32   // the leaf, -1 below three cities
	second  int32   // the other end of its second edge
	extra   int64   // that edge's reduced cost
}

// Ascend maximises the value of the minimum 1-tree over the candidate graph by
// opt.Steps subgradient steps and returns the best penalties met. It looks at
// ctx before every step; the first is always made. The same graph and options
// give the same result everywhere and with any number of processors.
//
// The step (Helsgaun 2000, section 4.1, after Held and Karp 1971; Volgenant and
// Jonker 1982 have the memory of the step before) is
//
//	pi_i += t (0.7 (deg_i - 2) + 0.3 (previous deg_i - 2))
//
// Helsgaun doubles t while that helps, then halves it in ever shorter periods,
// some thousand steps in all. Here the number of steps S is known beforehand, and t falls
// with the square (S <= 50) or cube of the share of steps left, from 0.4 short tree
// edges (the mean without the longest tenth) * max(1, S/50). In addition every cluster
// of cities is moved as a whole, by what it lacks itself (see clusters):
// a tenth of its distance to others for each tree edge that leaves it above
// 2, falling in the same way; less where there are many steps.
//
// Cost per step: O(m log n) at worst, about 2m edge visits in practice, m candidate edges.
func Ascend(ctx context.Context, g *Graph, opt Options) *Result {
	if opt.Pi != nil && len(opt.Pi) != g.n {
		panic("onetree: a start of the wrong length")
	}
	r := ascend(ctx, g, opt)
	r.Pi = make([]int64, g.n)
	for i, city := range g.order {
		r.Pi[city] = r.pi[i]
	}
	return r
}

// ascend is Ascend without Result.Pi.
func ascend(ctx context.Context, g *Graph, opt Options) *Result {
	a := newAscent(ctx, g)
	if opt.Pi != nil {
		for i, city := range g.order {
			a.pi[i] = max(-g.limit, min(g.limit, opt.Pi[city]))
		}
	}
	steps := max(1, opt.Steps)
	best, bestPi := int64(math.MinInt64), make([]int64, g.n)
	r := &Result{Unit: 1 << g.shift}
	safe, safePi := int64(math.MinInt64), slices.Clone(a.pi) // best value over the complete graph
	damp := int64(max(1, opt.Damp))
	first := a.firstStep(steps) / damp
	share := 0.1 * min(1, math.Sqrt(100/float64(steps))) / float64(damp) * float64(r.Unit) / (1 << 20) // fade has 20 bits
	var last int64
	next := 1
	for k := range steps {
		if k > 0 && ctx.Err() != nil {
			break
		}
		if due := next*next*steps/((opt.Grow+1)*(opt.Grow+1)) + 1; next <= opt.Grow && k >= due {
			next++
			if value, grown, ok := a.grow(ctx); ok {
				if value < last-abs(last)/20 {
					copy(a.pi, safePi) // ran away along edges that were missing
				} else if value > safe {
					safe = value
					copy(safePi, a.pi)
				}
				if grown { // best was the value over a poorer graph
					best = safe
					copy(bestPi, safePi)
				}
			}
		}
		w := a.build()
		last = w
		r.Steps++
		if w > best {
			best = w
			copy(bestPi, a.pi)
		}
		if k == 0 {
			copy(a.old, a.deg)
		}
		left := int64(steps-k) << 20 / int64(steps)
		fade := left * left >> 20
		if steps > 50 {
			fade = fade * left >> 20
		}
		a.groups.move(a.pi, a.deg, share*float64(fade), g.limit)
		t := first * fade >> 20
		a.move(t*7/10, t*3/10)
	}
	copy(a.pi, bestPi)
	a.build()
	r.g = a.g
	r.oneTree = a.oneTree()
	r.estimate = float64(best)/float64(r.Unit) + float64(a.g.rebate())
	r.pi = bestPi
	return r
}

// firstStep returns the first step size of single cities, and finds the clusters,
// from the minimum spanning tree without penalties.
func (a *ascent) firstStep(steps int) int64 {
	g := a.g
	for e, d := range g.d {
		a.cost[e] = int64(max(0, d)) // of a fixed edge 0
	}
	a.f.span(a.ctx, g.u, g.v, a.cost, nil)
	var u, v, d []int32
	for _, e := range a.f.tree {
		u, v, d = append(u, g.u[e]), append(v, g.v[e]), append(d, max(0, g.d[e]))
	}
	a.groups = newClusters(g.n, u, v, d)
	slices.Sort(d)
	d = d[:len(d)-len(d)/10]
	var sum int64
	for _, x := range d {
		sum += int64(x)
	}
	if sum == 0 {
		return 0
	}
	t := 0.4 * float64(sum) / float64(len(d)) * max(1, float64(steps)/50)
	return int64(min(t*float64(int64(1)<<g.shift), 1<<40, float64(g.limit)))
}

// grow prices the complete graph. It returns the value of the 1-tree, whether
// edges joined the graph, and whether ctx let it finish.
func (a *ascent) grow(ctx context.Context) (value int64, grown, ok bool) {
	c := newComplete(a.g, a.pi)
	if c.tree(ctx) != nil || c.leaf(ctx) != nil {
		return 0, false, false
	}
	value = c.value()
	g := c.grown(ctx)
	if g == a.g {
		return value, false, true
	}
	a.g = g
	a.f = g.newForest(ctx)
	a.cost = make([]int64, len(g.u))
	return value, true, true
}

func abs(x int64) int64 { return max(x, -x) }

// ascent is the state of one ascent.
type ascent struct {
	g        *Graph
	ctx      context.Context // how many cores there are
	f        *forest
	pi       []int64
	deg, old []int32 // degrees in the 1-tree of this step and of the step before
	cost     []int64 // reduced cost per edge
	more     []int64 // of it, what combs add; nil outside a relaxation
	leaf     []int32 // per leaf: its tree edge
	special  int32
	most     atomic.Int64 // the highest cost of a leaf's second edge so far
	groups   *clusters
	second   int32 // the special leaf's second edge
}

func newAscent(ctx context.Context, g *Graph) *ascent {
	return &ascent{g: g, ctx: ctx, f: g.newForest(ctx), pi: make([]int64, g.n), deg: make([]int32, g.n), old: make([]int32, g.n),
		cost: make([]int64, len(g.u)), leaf: make([]int32, g.n)}
}

// newForest returns a forest for the graph's spanning trees on the cores that ctx allows.
func (g *Graph) newForest(ctx context.Context) *forest {
	parts := 1
	for size := g.n / 2; g.kd != nil && (size >= citiesOfPart || size >= leastOfPart && parts < tsp.Workers(ctx)); size /= 2 {
		parts *= 2 // near numbers are near cities
	}
	return newForest(g.n, g.u, g.v, parts)
}

// build makes the minimum 1-tree under a.pi and returns its value less twice the penalties.
//
// Of the 1-trees that differ by the special city it takes one that a leaf of
// the minimum spanning tree gives: the tree without the leaf is minimum over the
// other cities, so the leaf's cheapest edge besides completes a minimum 1-tree;
// the leaf whose second edge costs most gives the best bound (Helsgaun 2000, section 4.1).
func (a *ascent) build() int64 {
	g := a.g
	u, v := g.u, g.v
	each(a.ctx, len(a.f.parts), func(k int) { a.price(&a.f.parts[k]) })
	a.f.span(a.ctx, u, v, a.cost, a.count)
	w := a.take(a.f.rest.tree)
	for k := range a.f.parts {
		w += a.f.parts[k].sum
	}
	a.most.Store(math.MinInt64 + 1)
	each(a.ctx, len(a.f.parts), func(k int) { a.findLeaf(&a.f.parts[k]) })
	a.special = -1
	most := int64(math.MinInt64)
	for k := range a.f.parts {
		if p := &a.f.parts[k]; p.special >= 0 && p.most > most {
			a.special, a.second, most = p.special, p.second, p.most
		}
	}
	if a.special >= 0 {
		a.deg[u[a.second]]++
		a.deg[v[a.second]]++
		w += most
	}
	return w
}

// price computes the reduced costs of a part's edges.
func (a *ascent) price(p *part) {
	g, pi := a.g, a.pi
	u, v, d, cost := g.u[p.from:p.to], g.v[p.from:p.to], g.d[p.from:p.to], a.cost[p.from:p.to]
	v, d, cost = v[:len(u)], d[:len(u)], cost[:len(u)]
	for e := range u {
		cost[e] = int64(d[e])<<g.shift + pi[u[e]] + pi[v[e]]
	}
	if a.more != nil {
		for e, c := range a.more[p.from:p.to] {
			cost[e] += c
		}
	}
}

// count counts a part's tree, and sums it up, less twice the penalties of its cities.
func (a *ascent) count(p *part) {
	clear(a.deg[p.lo:p.hi])
	w := a.take(p.tree)
	for _, x := range a.pi[p.lo:p.hi] {
		w -= 2 * x
	}
	p.sum = w
}

// take adds edges of the tree to the degrees, and returns their cost.
func (a *ascent) take(tree []int32) (w int64) {
	u, v, deg, leaf, cost := a.g.u, a.g.v, a.deg, a.leaf, a.cost
	for _, e := range tree {
		i, j := u[e], v[e]
		deg[i]++
		deg[j]++
		leaf[i], leaf[j] = e, e
		w += cost[e]
	}
	return w
}

// findLeaf finds the leaf of a part whose second edge costs most.
func (a *ascent) findLeaf(p *part) {
	g, cost, leaf := a.g, a.cost, a.leaf
	special, edge, most := int32(-1), int32(0), int64(math.MinInt64)
	deg := a.deg[:p.hi]
leaves:
	for i := p.lo; int(i) < len(deg); i++ {
		if deg[i] != 1 {
			continue
		}
		least := max(most, a.most.Load()-1) // of equal ones the first is taken
		second, at := int64(math.MaxInt64), int32(-1)
		for _, e := range g.edge[g.off[i]:g.off[i+1]] {
			if c := cost[e]; c < second && e != leaf[i] {
				if c <= least {
					continue leaves
				}
				second, at = c, e
			}
		}
		if at < 0 {
			continue
		}
		special, edge, most = i, at, second
		for all := a.most.Load(); all < most && !a.most.CompareAndSwap(all, most); all = a.most.Load() {
		}
	}
	p.special, p.second, p.most = special, edge, most
}

// move changes the penalties by t1 per degree above 2 now and t2 per degree above 2 before.
func (a *ascent) move(t1, t2 int64) {
	limit := a.g.limit
	pi, deg, old := a.pi, a.deg[:len(a.pi)], a.old[:len(a.pi)]
	for i, p := range pi {
		p += t1*int64(deg[i]-2) + t2*int64(old[i]-2)
		pi[i] = max(-limit, min(limit, p))
	}
	a.deg, a.old = a.old, a.deg
}

// oneTree returns the last 1-tree built.
func (a *ascent) oneTree() oneTree {
	t := oneTree{special: a.special}
	for _, e := range a.f.tree {
		t.u, t.v = append(t.u, a.g.u[e]), append(t.v, a.g.v[e])
	}
	if a.special >= 0 {
		t.second = a.g.u[a.second] ^ a.g.v[a.second] ^ a.special
		t.extra = a.cost[a.second]
	}
	return t
}
