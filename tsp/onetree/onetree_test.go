package onetree

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
	"tspmcts/tsplib"
)

var ctx = context.Background()

// shortest returns the length of the best tour by trying all.
func shortest(in *tsp.Instance) int64 {
	t := make(tsp.Tour, in.N())
	for i := range t {
		t[i] = int32(i)
	}
	best := int64(math.MaxInt64)
	tsptest.Permute(t, 1, func() { best = min(best, in.Length(t)) })
	return best
}

// Law 1: a bound is never above a tour.
func TestBoundBelowEveryTour(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	exact := 0
	for _, m := range metrics {
		for n := 1; n <= 8; n++ {
			for trial := range 6 {
				in := random(m, n, rng, []int{0, 3, 50}[trial%3], trial >= 3)
				r := Ascend(ctx, graph(in, 3, trial%2), Options{Steps: 1 + 20*(trial%4)})
				if err := r.Price(ctx); err != nil {
					t.Fatal(err)
				}
				b, best := r.Bound, shortest(in)
				if b > best {
					t.Errorf("%v n=%d: bound %d above the optimum %d", m, n, b, best)
				}
				if n <= 3 && b != best {
					t.Errorf("%v n=%d: bound %d, want the optimum %d", m, n, b, best)
				}
				if b == best {
					exact++
				}
			}
		}
	}
	if exact < 400 {
		t.Errorf("only %d of %d bounds met the optimum", exact, len(metrics)*8*6)
	}
}

// Law 1 on the library: no bound above the best known tour, and few far below.
func TestLibrary(t *testing.T) {
	dir := tsptest.Data(t)
	best := tsptest.Best(t, "tsplib-best.csv")
	files, _ := filepath.Glob(filepath.Join(dir, "tsplib", "*.tsp"))
	var table strings.Builder
	for _, f := range files {
		in, _, err := tsplib.Read(tsptest.Open(t, f), f)
		if err != nil {
			t.Fatal(err)
		}
		known := best[strings.TrimSuffix(filepath.Base(f), ".tsp")]
		steps := 100
		switch {
		case testing.Short() && in.N() > 2000:
			continue
		case in.N() > 10000:
			steps = 10
		case in.N() > 2000:
			steps = 20
		}
		grow := 0
		if in.N() < 2000 {
			grow = 4
		}
		g := graph(in, 8, 2)
		r := Ascend(ctx, g, Options{Steps: steps, Grow: grow})
		if err := r.Price(ctx); err != nil {
			t.Fatal(err)
		}
		for _, e := range in.Fixed { // the published length leaves fixed edges out
			known += float64(in.Dist(e[0], e[1]))
		}
		gap := 100 * (1 - float64(r.Bound)/known)
		fmt.Fprintf(&table, "%-10s %6d steps %3d grow %d graph %6.3f%% bound %6.3f%%\n", in.Name, in.N(), steps, grow, 100*(1-r.estimate/known), gap)
		if float64(r.Bound) > known {
			t.Errorf("%s: bound %d above the best tour %.0f", in.Name, r.Bound, known)
		}
		if gap > 13 {
			t.Errorf("%s: bound %.1f%% below the best tour", in.Name, gap)
		}
	}
	t.Logf("\n%s", &table)
}

// Law 2: pricing by geometry and by Prim's algorithm give a 1-tree of one value, any number of
// workers the same.
func TestGeometryEqualsPrim(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 1))
	for _, m := range metrics {
		for trial := range 6 {
			n := []int{2, 17, 100, 310, 450, 450}[trial]
			in := random(m, n, rng, []int{0, 0, 4, 40, 0, 0}[trial], trial == 3 || trial == 5)
			if trial >= 4 {
				strokes(t, in)
			}
			g := graph(in, 5, trial%2)
			if g.kd == nil {
				continue
			}
			r := Ascend(ctx, g, Options{Steps: 1 + 10*trial})
			for i := range r.pi { // far from any optimum edges enter, too
				r.pi[i] += rng.Int64N(1+int64(trial)<<20) - int64(trial)<<19
			}
			var twin *complete
			for _, f := range []func(*complete) error{
				func(c *complete) error { return c.prim(ctx) },
				func(c *complete) error { return c.boruvka(ctx) },
			} {
				c := newComplete(g, r.pi)
				if err := f(c); err != nil {
					t.Fatal(err)
				}
				if err := c.leaf(ctx); err != nil {
					t.Fatal(err)
				}
				if len(c.u) != n-1 {
					t.Fatalf("%v: %d edges in a tree over %d", m, len(c.u), n)
				}
				if !spans(newUnion(n), c.u, c.v) {
					t.Fatalf("%v: no spanning tree", m)
				}
				if want := secondEdge(g, r.pi, c); n > 2 && c.extra != want {
					t.Errorf("%v n=%d trial %d: second edge of %d, want %d", m, n, trial, c.extra, want)
				}
				if twin == nil {
					twin = c
				} else if s, p := total(g, r.pi, c), total(g, r.pi, twin); s != p {
					t.Errorf("%v n=%d trial %d: tree of %d, Prim's %d", m, n, trial, s, p)
				}
			}
		}
	}
}

// strokes fixes an edge between a city and the one that is half of all numbers on, for every other
// city of the first half.
func strokes(t *testing.T, in *tsp.Instance) {
	t.Helper()
	var fixed [][2]int32
	for i := int32(0); i < int32(in.N()/2); i += 2 {
		fixed = append(fixed, [2]int32{i, i + int32(in.N()/2)})
	}
	if err := in.SetFixed(fixed); err != nil {
		t.Fatal(err)
	}
}

// Where edges are fixed between cities far apart the 1-tree has them, so that the bound is not below
// what they are together.
func TestBoundHoldsFixedEdges(t *testing.T) {
	for _, m := range []tsp.Metric{tsp.Euc2D, tsp.Explicit} {
		in := random(m, 400, rand.New(rand.NewPCG(3, 1)), 0, false)
		matrix := slices.Clone(in.Matrix)
		strokes(t, in)
		var least int64
		for _, e := range in.Fixed {
			least += int64(in.Dist(e[0], e[1]))
		}
		r := Ascend(ctx, graph(in, 8, 2), Options{Steps: 30})
		if err := r.Price(ctx); err != nil || r.Bound < least {
			t.Errorf("%v: bound %d of fixed edges of %d, %v", m, r.Bound, least, err)
		}
		if !slices.Equal(in.Matrix, matrix) {
			t.Errorf("%v: the matrix has changed", m)
		}
	}
}

// secondEdge returns the largest second edge of a leaf of c's tree, over all edges.
func secondEdge(g *Graph, pi []int64, c *complete) int64 {
	tree := make([][]int32, g.n)
	for e := range c.u {
		tree[c.u[e]] = append(tree[c.u[e]], c.v[e])
		tree[c.v[e]] = append(tree[c.v[e]], c.u[e])
	}
	most := int64(math.MinInt64)
	for i := range int32(g.n) {
		if len(tree[i]) != 1 {
			continue
		}
		least := int64(math.MaxInt64)
		for j := range int32(g.n) {
			if j != i && j != tree[i][0] {
				least = min(least, g.cost(pi, i, j))
			}
		}
		most = max(most, least)
	}
	return most
}

func spans(uf union, u, v []int32) bool {
	for e := range u {
		if !uf.join(u[e], v[e]) {
			return false
		}
	}
	return true
}

func total(g *Graph, pi []int64, c *complete) int64 {
	var s int64
	for e := range c.u {
		s += g.cost(pi, c.u[e], c.v[e])
	}
	return s
}

// Law 3: the 1-tree of a step is minimum: its tree costs what Kruskal's does, and its value is the
// best over all leaves as special cities.
func TestStepIsMinimum(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	for _, m := range metrics {
		for trial := range 8 {
			n := 3 + rng.IntN(40)
			g := graph(random(m, n, rng, []int{0, 4, 30}[trial%3], trial%2 == 1), 4, 1)
			a := newAscent(ctx, g)
			for i := range a.pi {
				a.pi[i] = rng.Int64N(1<<20) - 1<<19
			}
			got := a.build()
			var pisum int64
			for _, p := range a.pi {
				pisum += p
			}
			deg := make([]int, n)
			for _, e := range a.f.tree {
				deg[g.u[e]]++
				deg[g.v[e]]++
			}
			want := int64(math.MinInt64)
			for s := range int32(n) {
				if deg[s] != 1 {
					continue
				}
				if w, ok := forced(g, a.pi, s, -1); ok {
					want = max(want, w)
				}
			}
			if a.special >= 0 && got != want-2*pisum {
				t.Errorf("%v n=%d: value %d, want %d", m, n, got, want-2*pisum)
			}
		}
	}
}

// forced returns the cost of the minimum 1-tree of the candidate graph with the special city s
// that holds edge f (-1: any), slowly: Kruskal over all but s, and s's two cheapest edges.
func forced(g *Graph, pi []int64, s, f int32) (int64, bool) {
	edges := make([]int32, len(g.u))
	for e := range edges {
		edges[e] = int32(e)
	}
	cost := func(e int32) int64 { return g.cost(pi, g.u[e], g.v[e]) }
	slices.SortFunc(edges, func(a, b int32) int {
		switch x, y := cost(a), cost(b); {
		case a == f || b != f && x < y:
			return -1
		case b == f || x > y:
			return 1
		}
		return 0
	})
	uf := newUnion(g.n)
	var sum int64
	count, atS := 0, 0
	for _, e := range edges {
		if g.u[e] == s || g.v[e] == s {
			if atS < 2 {
				sum += cost(e)
				atS++
			}
		} else if uf.join(g.u[e], g.v[e]) {
			sum += cost(e)
			count++
		}
	}
	return sum, count == g.n-2 && atS == 2
}

// Law 4: alpha is the growth of the minimum 1-tree that holds the edge, for every edge of the
// graph.
func TestAlphaDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 1))
	checked := 0
	for _, m := range metrics {
		for trial := range 6 {
			n := 3 + rng.IntN(25)
			in := random(m, n, rng, []int{0, 4, 30}[trial%3], trial%2 == 1)
			r := Ascend(ctx, graph(in, 4, 1), Options{Steps: 1 + trial*5})
			if trial%2 == 0 {
				if err := r.Price(ctx); err != nil {
					t.Fatal(err)
				}
			}
			if r.special < 0 {
				continue
			}
			base, ok := forced(r.g, r.pi, r.special, -1)
			if !ok {
				continue
			}
			c := r.Alpha(ctx, n)
			for i := range int32(n) {
				city, alpha := c.Of(i)
				for k, j := range city {
					u, v := r.g.rank[i], r.g.rank[j]
					f := int32(slices.IndexFunc(r.g.edge, func(e int32) bool { return min(u, v) == r.g.u[e] && max(u, v) == r.g.v[e] }))
					w, _ := forced(r.g, r.pi, r.special, r.g.edge[f])
					if alpha[k] != w-base {
						t.Fatalf("%v n=%d: alpha(%d,%d) = %d, want %d", m, n, i, j, alpha[k], w-base)
					}
					if k > 0 && alpha[k-1] > alpha[k] {
						t.Fatalf("city %d: %v is not ascending", i, alpha)
					}
					checked++
				}
			}
		}
	}
	if checked < 5000 {
		t.Errorf("only %d edges looked at", checked)
	}
}

// Law 5: more ascent never loses: the result is at least the start.
func TestAscentNeverLoses(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	for _, m := range metrics {
		g := graph(random(m, 60, rng, 500, false), 6, 1)
		start := Ascend(ctx, g, Options{Steps: 1})
		for _, steps := range []int{0, 2, 3, 10, 50} {
			r := Ascend(ctx, g, Options{Steps: steps})
			if r.estimate < start.estimate {
				t.Errorf("%v: %d steps end at %g, below the first %g", m, steps, r.estimate, start.estimate)
			}
			if r.Steps != max(1, steps) {
				t.Errorf("%d steps, want %d", r.Steps, steps)
			}
			if again := Ascend(ctx, g, Options{Steps: 7, Pi: r.Pi}); again.estimate < r.estimate {
				t.Errorf("%v: going on loses: %g, then %g", m, r.estimate, again.estimate)
			}
		}
	}
}

// Law 6: the same graph and options give the same result, whatever runs beside.
func TestDeterminism(t *testing.T) {
	in := random(tsp.Euc2D, 9000, rand.New(rand.NewPCG(6, 1)), 0, false)
	type out struct {
		pi    []int64
		bound int64
		c     *Candidates
	}
	run := func() out {
		r := Ascend(ctx, graph(in, 6, 1), Options{Steps: 5, Grow: 1})
		if err := r.Price(ctx); err != nil {
			t.Fatal(err)
		}
		return out{r.Pi, r.Bound, r.Alpha(ctx, 5)}
	}
	first := run()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(5))
	if !reflect.DeepEqual(first, run()) {
		t.Error("five processors give another result")
	}
}

// Law 7: no city of a kd-tree node is nearer than the node's lower bound says.
func TestLowerBound(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 1))
	for _, m := range metrics {
		for trial := range 4 {
			in := random(m, 100, rng, []int{0, 5}[trial%2], trial > 1)
			s, order := newKD(context.Background(), in)
			if s == nil {
				continue
			}
			c := newComplete(graph(in, 3, 1), make([]int64, in.N()))
			for i := range int32(in.N()) {
				for k := range s.nodes {
					nd := &s.nodes[k]
					lower := s.lower(i, nd)
					for j := nd.lo; j < nd.hi; j++ {
						d := in.Dist(order[i], order[j])
						if i != j && int64(d) < lower {
							t.Fatalf("%v: distance %d below the bound %d", m, d, lower)
						}
						if c.local(i, j) != int64(d)<<c.g.shift {
							t.Fatalf("%v: local distance %d, want %d", m, c.local(i, j), d)
						}
					}
				}
			}
		}
	}
}

// A context that has ended leaves one step and no bound.
func TestCancel(t *testing.T) {
	done, cancel := context.WithCancel(ctx)
	cancel()
	in := random(tsp.Euc2D, 2000, rand.New(rand.NewPCG(8, 1)), 0, false)
	nb, _ := tsp.NearestNeighbors(ctx, in, 5)
	if _, err := NewGraph(done, in, nb, 1); err == nil {
		t.Error("NewGraph ignores ctx")
	}
	g := graph(in, 5, 1)
	r := Ascend(done, g, Options{Steps: 50})
	if r.Steps != 1 || len(r.Pi) != 2000 {
		t.Errorf("%d steps", r.Steps)
	}
	if err := r.Price(done); err == nil || r.Bound != 0 {
		t.Errorf("Price returns %v and leaves %d", err, r.Bound)
	}
	if c := r.Alpha(ctx, 5); len(c.City) != 10000 {
		t.Errorf("%d candidates", len(c.City))
	}
}

// Small and degenerate instances, and fixed edges.
func TestEdges(t *testing.T) {
	for _, m := range metrics {
		for n := 1; n <= 4; n++ {
			in := random(m, n, rand.New(rand.NewPCG(9, uint64(n))), 2, false)
			r := Ascend(ctx, graph(in, 5, 1), Options{Steps: 3})
			c := r.Alpha(ctx, 5)
			for i := range int32(n) {
				if city, _ := c.Of(i); len(city) != n-1 && n <= 3 {
					t.Errorf("%v n=%d: candidates %v of city %d", m, n, city, i)
				}
			}
		}
	}
	same := make([]float64, 500)
	in, _ := tsp.NewPoints("same", tsp.Euc2D, same, same, nil)
	r := Ascend(ctx, graph(in, 5, 1), Options{Steps: 10})
	if err := r.Price(ctx); r.Bound != 0 || err != nil {
		t.Errorf("all in one place: %d, %v", r.Bound, err)
	}

	in = random(tsp.Euc2D, 300, rand.New(rand.NewPCG(9, 9)), 0, false)
	fixed := [][2]int32{{0, 150}, {150, 7}, {20, 30}}
	if err := in.SetFixed(fixed); err != nil {
		t.Fatal(err)
	}
	c := Ascend(ctx, graph(in, 5, 1), Options{Steps: 10}).Alpha(ctx, 5)
	for _, e := range fixed {
		for _, e := range [][2]int32{e, {e[1], e[0]}} {
			city, alpha := c.Of(e[0])
			if k := slices.Index(city, e[1]); k < 0 || k > 1 || alpha[k] != 0 || k == 1 && !in.IsFixed(e[0], city[0]) {
				t.Errorf("fixed edge %v: candidates %v, %v", e, city, alpha)
			}
		}
	}
}

// The candidates of the papers' data sets: what share of the reference tours' edges they hold.
func TestShare(t *testing.T) {
	samples := lines(t, filepath.Join(tsptest.Data(t), "uniform", "tsp1000.txt"), 4)
	share := func(s sample, of func(i int32) []int32) float64 {
		hit := 0
		for k, i := range s.tour {
			j := s.tour[(k+1)%len(s.tour)]
			if slices.Contains(of(i), j) {
				hit++
			}
			if slices.Contains(of(j), i) {
				hit++
			}
		}
		return float64(hit) / float64(2*len(s.tour))
	}
	var nearest, alpha float64
	for _, s := range samples {
		c := Ascend(ctx, graph(s.in, 8, 2), Options{Steps: 30}).Alpha(ctx, 5)
		nb, _ := tsp.NearestNeighbors(ctx, s.in, 5)
		nearest += share(s, nb.Of) / float64(len(samples))
		alpha += share(s, func(i int32) []int32 { city, _ := c.Of(i); return city }) / float64(len(samples))
	}
	t.Logf("of the tours' edges %.2f%% are among the 5 nearest, %.2f%% among the first 5 by alpha", 100*nearest, 100*alpha)
	if alpha < 0.985 {
		t.Errorf("only %.2f%% of the tours' edges are candidates", 100*alpha)
	}
}

// The bound in the caller's unit is below the tour measured there.
func TestValue(t *testing.T) {
	for _, m := range []tsp.Metric{tsp.Exact2D, tsp.Exact3D, tsp.Euc2D} {
		in := random(m, 3, rand.New(rand.NewPCG(10, 1)), 0, false)
		r := Ascend(ctx, graph(in, 2, 0), Options{Steps: 1})
		if err := r.Price(ctx); err != nil {
			t.Fatal(err)
		}
		tour := in.Value(tsp.Tour{0, 1, 2})
		if v := r.Value(); v > tour || v < tour*(1-1e-8) {
			t.Errorf("%v: bound %v, tour %v", m, v, tour)
		}
	}
}

// Of each city the edges of least alpha-nearness among all join the graph, with any number of
// workers the same.
func TestDenseAlpha(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	for trial, in := range []*tsp.Instance{tsptest.Random(tsp.Explicit, 150, 1), tsptest.Random(tsp.Euc2D, 150, 2),
		tsp.NewSymmetric(tsptest.Directed(70, 3)).Instance, tsptest.Random(tsp.Explicit, 5, 4)} {
		g := graph(in, 5, 1)
		pi := make([]int64, g.n)
		for i := range pi {
			pi[i] = rng.Int64N(1 << 20)
		}
		c, twin := newComplete(g, pi), newComplete(g, pi)
		if c.prim(tsp.WithWorkers(ctx, 3)) != nil || twin.prim(tsp.WithWorkers(ctx, 1)) != nil {
			t.Fatal("the context has ended")
		}
		if !slices.Equal(c.nearU, twin.nearU) || !slices.Equal(c.nearV, twin.nearV) {
			t.Errorf("instance %d: other edges with three workers", trial)
		}
		tree := make([][]int32, g.n)
		for e := range c.u {
			tree[c.u[e]], tree[c.v[e]] = append(tree[c.u[e]], c.v[e]), append(tree[c.v[e]], c.u[e])
		}
		has := map[[2]int32]bool{}
		for e := range c.nearU {
			has[[2]int32{c.nearU[e], c.nearV[e]}] = true
		}
		most := 0 // edges, where no two cities want the same
		for i := range int32(g.n) {
			alpha := map[int32]int64{}
			var walk func(at, from int32, heaviest int64)
			walk = func(at, from int32, heaviest int64) {
				if at != i && !in.Apart(g.order[i], g.order[at]) {
					alpha[at] = g.cost(pi, i, at) - heaviest
				}
				for _, j := range tree[at] {
					if j != from {
						walk(j, at, max(heaviest, g.cost(pi, at, j)))
					}
				}
			}
			walk(i, -1, math.MinInt64)
			sorted := slices.Sorted(maps.Values(alpha))
			most += min(perCity, len(sorted))
			for j, a := range alpha {
				if a < sorted[min(perCity, len(sorted))-1] && !has[[2]int32{min(i, j), max(i, j)}] {
					t.Fatalf("instance %d: %d-%d with alpha %d is missing", trial, i, j, a)
				}
			}
		}
		if len(c.nearU) != most {
			t.Errorf("instance %d: %d edges, want %d", trial, len(c.nearU), most)
		}
	}
}

// No two entries or exits of pairs are in a 1-tree, though it were cheaper: where distances are as
// long as they may be, what leads to the city that a path has more is hardly nearer than these are.
func TestNoneApart(t *testing.T) {
	for seed := range uint64(40) {
		of := tsptest.Directed(20, seed)
		rng := rand.New(rand.NewPCG(seed, 2))
		for k := range of.Matrix {
			of.Matrix[k] = rng.Int32N(tsp.MaxDist + 1)
		}
		if err := of.SetEnds(-1, -1); err != nil {
			t.Fatal(err)
		}
		in := tsp.NewSymmetric(of).Instance
		r := Ascend(ctx, graph(in, 10, 2), Options{Steps: 30, Grow: 1})
		if err := r.Price(ctx); err != nil {
			t.Fatal(err)
		}
		c := r.Alpha(ctx, 10)
		for i := range int32(in.N()) {
			cities, _ := c.Of(i)
			for _, j := range cities {
				if in.Apart(i, j) {
					t.Fatalf("seed %d: %d is a candidate of %d", seed, j, i)
				}
			}
		}
	}
}
