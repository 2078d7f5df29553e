package onetree

import (
	"context"
	"math"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
	"tspmcts/tsplib"
)

// bounds returns what the first stage of Bound proves of in, and both.
func bounds(t *testing.T, in *tsp.Instance) (first, both *Result) {
	t.Helper()
	nb := tsptest.Must(tsp.NearestNeighbors(ctx, in, 8))
	both, converged, err := Bound(ctx, in, nb, 1e-6)
	if err != nil || !converged {
		t.Fatal(converged, err)
	}
	again := *both
	if err := again.Price(ctx); err != nil {
		t.Fatal(err)
	}
	return &again, both
}

// Law 1 of bounds with combs: on small instances of every kind, solved exactly, none is above the
// optimum.
func TestCombsBelowEveryTour(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 1))
	raised, met, all := 0, 0, 0
	check := func(in, sym *tsp.Instance) {
		best, ok := tsp.Exact(in)
		if !ok {
			t.Fatal("not solved")
		}
		first, both := bounds(t, sym)
		optimum := in.Value(best)
		if both.Value() > optimum*(1+1e-9) {
			t.Errorf("%v n=%d fixed %v: bound %v above the optimum %v", in.Metric, in.N(), in.Fixed, both.Value(), optimum)
		}
		if both.Bound < first.Bound {
			t.Errorf("%v n=%d: bound %d with combs, %d without", in.Metric, in.N(), both.Bound, first.Bound)
		}
		all++
		if both.Bound > first.Bound {
			raised++
		}
		if !in.Exact() && both.Value() == optimum {
			met++
		}
	}
	for _, m := range metrics {
		for trial := range 24 {
			n := 3 + trial%9
			in := random(m, n, rng, []int{0, 3, 50}[trial%3], trial%4 == 3)
			if trial >= 18 && n > 5 {
				if err := in.SetFixed([][2]int32{{0, 3}, {3, 5}, {1, 2}}); err != nil {
					t.Fatal(err)
				}
			}
			check(in, in)
		}
	}
	for trial := range 200 {
		in, _ := prism(2+trial%2, func() int32 { return 100 + rng.Int32N(1+int32(trial)) })
		check(in, in)
	}
	for seed := range uint64(30) {
		in := tsptest.Directed(6+int(seed%5), seed)
		check(in, tsp.NewSymmetric(in).Instance)
	}
	t.Logf("%d of %d bounds are raised, %d meet the optimum", raised, all, met)
	if raised < 150 || met < all/2 {
		t.Errorf("only %d of %d bounds are raised, %d meet the optimum", raised, all, met)
	}
}

// Law 8: a comb holds of every tour, and of some with equality.
func TestCombsHold(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 1))
	for trial := range 200 {
		n := 6 + trial%3
		c := randomComb(rng, n)
		tight := false
		tour := make([]int32, n)
		for i := range tour {
			tour[i] = int32(i)
		}
		tsptest.Permute(tour, 1, func() {
			var used int64
			for i := range tour {
				for _, s := range c.sets {
					if slices.Contains(s, tour[i]) && slices.Contains(s, tour[(i+1)%n]) {
						used++
					}
				}
			}
			if used > c.rhs {
				t.Fatalf("comb %v: tour %v has %d edges, more than %d", c.sets, tour, used, c.rhs)
			}
			tight = tight || used == c.rhs
		})
		if !tight {
			t.Errorf("comb %v: no tour has %d edges", c.sets, c.rhs)
		}
	}
}

// randomComb returns a comb of three teeth over some of n >= 6 cities.
func randomComb(rng *rand.Rand, n int) *comb {
	order := rng.Perm(n)
	var handle []int32
	var teeth [3][]int32
	for k, city := range order {
		i := int32(city)
		switch {
		case k < 6:
			teeth[k/2] = append(teeth[k/2], i)
			if k%2 == 0 {
				handle = append(handle, i)
			}
		default:
			if k := rng.IntN(4); k < 3 {
				teeth[k] = append(teeth[k], i)
			}
			if rng.IntN(2) == 0 {
				handle = append(handle, i)
			}
		}
	}
	slices.Sort(handle)
	for k := range teeth {
		slices.Sort(teeth[k])
	}
	return newComb(handle, teeth[:])
}

// Law 2 with combs: what an edge costs more is the multipliers of the sets that hold both its
// ends, and pricing by geometry and by Prim's algorithm give 1-trees of one value.
func TestSurplus(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 1))
	for _, m := range metrics {
		for trial := range 4 {
			n := 40 + 50*trial
			in := random(m, n, rng, []int{0, 40}[trial%2], trial == 2)
			g := graph(in, 5, 1)
			pi := slices.Clone(Ascend(ctx, g, Options{Steps: 20}).pi)
			var combs []*comb
			for range 1 + n/4 {
				c := randomComb(rng, min(n, 30))
				for _, s := range c.sets { // near each other: ids ascend along the kd-tree
					at := rng.Int32N(int32(n - 29))
					for k := range s {
						s[k] += at
					}
				}
				c.best = max(0, rng.Int64N(1<<20)-1<<18)
				combs = append(combs, c)
			}
			extra := newSurplus(n, combs)
			naive := func(i, j int32) (sum int64) {
				for _, c := range combs {
					for _, s := range c.sets {
						if slices.Contains(s, i) && slices.Contains(s, j) {
							sum += c.best
						}
					}
				}
				return sum
			}
			for range 300 {
				i, j := rng.Int32N(int32(n)), rng.Int32N(int32(n))
				if got, want := extra.of(i, j), naive(i, j); got != want {
					t.Fatalf("edge %d-%d costs %d more, want %d", i, j, got, want)
				}
			}
			var value []int64
			for _, f := range []func(*complete) error{
				func(c *complete) error { return c.prim(ctx) },
				func(c *complete) error { return c.boruvka(ctx) },
			} {
				c := newComplete(g, pi)
				c.combs = extra
				if g.kd == nil {
					f = func(c *complete) error { return c.prim(ctx) }
				}
				if err := f(c); err != nil {
					t.Fatal(err)
				}
				var sum int64
				for e := range c.u {
					sum += g.cost(pi, c.u[e], c.v[e]) + naive(c.u[e], c.v[e])
				}
				value = append(value, sum)
			}
			if kruskal := dearest(g, pi, naive); value[0] != kruskal || value[1] != kruskal {
				t.Errorf("%v n=%d: trees of %d, Kruskal's %d", m, n, value, kruskal)
			}
		}
	}
}

// dearest is the cost of the minimum spanning tree of the complete graph, slowly.
func dearest(g *Graph, pi []int64, extra func(i, j int32) int64) (sum int64) {
	type edge struct {
		cost int64
		i, j int32
	}
	var all []edge
	for i := range int32(g.n) {
		for j := range i {
			all = append(all, edge{g.cost(pi, i, j) + extra(i, j), i, j})
		}
	}
	slices.SortFunc(all, func(a, b edge) int { return int(max(-1, min(1, a.cost-b.cost))) })
	uf := newUnion(g.n)
	for _, e := range all {
		if uf.join(e.i, e.j) {
			sum += e.cost
		}
	}
	return sum
}

// prism returns the shortest ways in a graph of 2 triangles whose corners are joined by three paths
// of so many edges: the textbook gap of the subtour relaxation. optimum is for edges of length 1.
func prism(long int, length func() int32) (in *tsp.Instance, optimum int64) {
	n := 6 + 3*(long-1)
	w := make([]int32, n*n)
	for i := range w {
		w[i] = math.MaxInt32 / 4
	}
	join := func(i, j int) {
		w[i*n+j] = length()
		w[j*n+i] = w[i*n+j]
	}
	for k := range 3 {
		join(k, (k+1)%3)
		join(3+k, 3+(k+1)%3)
		at := k
		for s := range long - 1 {
			join(at, 6+3*s+k)
			at = 6 + 3*s + k
		}
		join(at, 3+k)
	}
	for k := range n {
		for i := range n {
			for j := range n {
				w[i*n+j] = min(w[i*n+j], w[i*n+k]+w[k*n+j])
			}
		}
	}
	for i := range n {
		w[i*n+i] = 0
	}
	return tsptest.Must(tsp.NewMatrix("prism", n, w)), int64(n) + int64(long) - 1
}

// Where the Held-Karp bound is known to stay below the optimum, combs close the gap, or a third of
// it.
func TestPrism(t *testing.T) {
	for long := 2; long <= 12; long++ {
		in, optimum := prism(long, func() int32 { return 1 })
		if tour, ok := tsp.Exact(in); ok && in.Length(tour) != optimum {
			t.Fatalf("%d: optimum %d, not %d", long, in.Length(tour), optimum)
		}
		first, both := bounds(t, in)
		gap := optimum - first.Bound
		if gap != int64(long-1) || both.Bound > optimum || 3*(both.Bound-first.Bound) < gap || gap == 1 && both.Bound < optimum {
			t.Errorf("%d: bounds %d and %d, the optimum is %d", long, first.Bound, both.Bound, optimum)
		}
	}
}

// The library: bounds with combs lie between the first and the best known length, and close a third
// of that gap.
func TestCombsLibrary(t *testing.T) {
	dir := tsptest.Data(t)
	best := tsptest.Best(t, "tsplib-best.csv")
	files, _ := filepath.Glob(filepath.Join(dir, "tsplib", "*.tsp"))
	var before, after float64
	for _, f := range files {
		in, _, err := tsplib.Read(tsptest.Open(t, f), f)
		if err != nil {
			t.Fatal(err)
		}
		if in.N() > 1100 || in.N() > 300 && testing.Short() || len(in.Fixed) > 0 || in.Name == "brg180" { // of whose length the subtour relaxation has nothing

			continue
		}
		known := best[strings.TrimSuffix(filepath.Base(f), ".tsp")]
		first, both := bounds(t, in)
		if float64(both.Bound) > known || both.Bound < first.Bound {
			t.Errorf("%s: bounds %d and %d, best known %.0f", in.Name, first.Bound, both.Bound, known)
		}
		a, b := 100*(1-float64(first.Bound)/known), 100*(1-float64(both.Bound)/known)
		before, after = before+a, after+b
		t.Logf("%-10s %6d  %6.3f%%  %6.3f%%", in.Name, in.N(), a, b)
	}
	if after > before*2/3 {
		t.Errorf("gaps of %.2f%% in all became %.2f%%", before, after)
	}
}

// Law 6 with combs, and an average that is no worse than its parts: degrees near 2.
func TestRelaxDeterminism(t *testing.T) {
	in := random(tsp.Euc2D, 1000, rand.New(rand.NewPCG(14, 1)), 0, true)
	run := func() (bound int64, x *relaxation) {
		r := Ascend(ctx, graph(in, 8, 2), Options{Steps: 200, Grow: 4})
		if err := r.Price(ctx); err != nil {
			t.Fatal(err)
		}
		x = newRelaxation(ctx, r)
		for range 3 {
			x.climb(ctx, roundLong)
			bound, _ = x.price(ctx)
			x.cut()
		}
		return bound, x
	}
	first, x := run()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(5))
	second, y := run()
	if first != second || !reflect.DeepEqual(x.average, y.average) || len(x.combs) == 0 || len(x.combs) != len(y.combs) {
		t.Errorf("bounds %d and %d, %d and %d combs", first, second, len(x.combs), len(y.combs))
	}
	degree := make([]float64, in.N())
	for e, share := range x.average {
		degree[x.g.u[e]] += share
		degree[x.g.v[e]] += share
	}
	for i, d := range degree {
		if math.Abs(d-2-x.excess[i]) > 1e-9 {
			t.Fatalf("degree %v of city %d, which is said to be %v above 2", d, i, x.excess[i])
		}
	}
}

// A bound that time ends is one nevertheless, and says that it has not converged.
func TestRelaxCancel(t *testing.T) {
	in := random(tsp.Euc2D, 3000, rand.New(rand.NewPCG(15, 1)), 0, false)
	nb := tsptest.Must(tsp.NearestNeighbors(ctx, in, 8))
	g := tsptest.Must(NewGraph(ctx, in, nb, 2))
	r, ready, err := climb(ctx, g, Options{Steps: 50, Damp: 1})
	if err != nil || !ready {
		t.Fatal(err)
	}
	limited, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	bound, converged := relax(limited, r, 1e-6)
	if converged || bound < r.Bound {
		t.Errorf("bound %d after %d, converged %v", bound, r.Bound, converged)
	}
}
