package tsp_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// kinds returns small instances of every kind that is searched as another one,
// with each kind of ends, with and without fixed and forbidden edges.
func kinds(n int, seed uint64) map[string]*tsp.Instance {
	r := rand.New(rand.NewPCG(seed, uint64(n)))
	all := map[string]*tsp.Instance{}
	for _, base := range []string{"directed", "matrix", "euclid", "exact", "graph"} {
		for _, ends := range []string{"tour", "free", "start", "end", "both"} {
			for _, more := range []string{"", "fixed", "forbidden"} {
				if base == "graph" && n < 3 {
					continue
				}
				var in *tsp.Instance
				switch base {
				case "directed":
					in = tsptest.Directed(n, seed)
				case "matrix":
					in = tsptest.Random(tsp.Explicit, n, seed)
				case "euclid":
					in = tsptest.Random(tsp.Euc2D, n, seed)
				case "exact":
					in = tsptest.Random(tsp.Exact2D, n, seed)
				case "graph":
					var edges [][2]int32
					for i := range int32(n) {
						edges = append(edges, [2]int32{i, (i + 1) % int32(n)}, [2]int32{i, r.Int32N(int32(n))})
					}
					in = tsptest.Must(tsp.NewGraph("graph", n, edges))
				}
				p := r.Perm(n)
				p = append(p, p...) // of two or three cities some come twice
				a, b, c, d := int32(p[0]), int32(p[1]), int32(p[2]), int32(p[3])
				switch more {
				case "fixed":
					if err := in.SetFixed([][2]int32{{b, c}, {c, d}}); err != nil {
						panic(err)
					}
					a, b = b, a // an end with a fixed edge
					if base == "directed" && ends == "end" && n > 2 {
						b = d
					}
				case "forbidden":
					edges := [][2]int32{{a, c}, {c, d}}
					if n == 2 {
						edges = edges[1:]
					}
					if err := in.Forbid(edges); err != nil {
						panic(err)
					}
				}
				var err error
				switch ends {
				case "free":
					err = in.SetEnds(-1, -1)
				case "start":
					err = in.SetEnds(a, -1)
				case "end":
					err = in.SetEnds(-1, b)
				case "both":
					err = in.SetEnds(a, b)
				}
				if err != nil {
					panic(fmt.Sprint(base, ends, more, err))
				}
				all[base+" "+ends+" "+more] = in
			}
		}
	}
	return all
}

// brute returns the shortest solution by trying all, and what it is worth.
func brute(in *tsp.Instance) float64 {
	t := make(tsp.Tour, in.N())
	for i := range t {
		t[i] = int32(i)
	}
	best, first := math.Inf(1), 0
	if in.Ends == nil {
		first = 1
	}
	tsptest.Permute(t, first, func() {
		if in.Check(t) == nil && in.Keeps(t) == nil {
			best = min(best, in.Value(t))
		}
	})
	return best
}

// The exact solver against all orders of the cities; and of any solution, what stands
// for it is checked, as long, and stands for it.
func TestKindsExact(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := 2; n <= 7; n++ {
		for name, in := range kinds(n, uint64(n)) {
			name = fmt.Sprintf("%s %d", name, n)
			want := brute(in)
			tour, ok := tsp.Exact(in)
			if !ok || in.Check(tour) != nil {
				t.Fatalf("%s: %v, %v", name, tour, in.Check(tour))
			}
			if err := in.Keeps(tour); math.IsInf(want, 1) != errors.Is(err, tsp.ErrForbidden) {
				t.Errorf("%s: %v, but the best of all is %v", name, err, want)
			}
			if got := in.Value(tour); got != want && !math.IsInf(want, 1) && math.Abs(got/want-1) > 1e-9 {
				t.Errorf("%s: %v, the best of all is %v", name, got, want)
			}
			s := tsp.NewSymmetric(in)
			if s == nil {
				continue
			}
			for range 20 {
				inner := tsptest.Tour(s.Instance, r)
				if s.Paired() {
					inner = s.Contract(tour)
					if r.IntN(2) == 0 {
						slices.Reverse(inner)
					}
					inner = tsptest.Rotate(inner, r.Int32N(int32(len(inner))))
				}
				out, err := s.Expand(inner)
				if err != nil {
					t.Fatalf("%s: %v stands for %v: %v", name, inner, out, err)
				}
				if in.Keeps(out) == nil {
					if s.Length(inner)-s.Offset() != in.Length(out)-in.Offset() {
						t.Errorf("%s: %v of length %d - %d stands for %v of %d", name, inner, s.Length(inner), s.Offset(), out, in.Length(out))
					}
				}
				again := s.Contract(out)
				if err := s.Check(again); err != nil || s.Length(again) != s.Length(inner) {
					t.Errorf("%s: %v becomes %v, %v", name, inner, again, err)
				}
			}
		}
	}
}

// Lists of neighbours hold what sorting all would, but no pair that is apart.
func TestKindsNearest(t *testing.T) {
	for name, in := range kinds(9, 3) {
		s := in
		if sym := tsp.NewSymmetric(in); sym != nil {
			s = sym.Instance
		}
		nb, err := tsp.NearestNeighbors(t.Context(), s, 5)
		if err != nil || nb.K != 5 {
			t.Fatal(name, nb.K, err)
		}
		for i := range int32(s.N()) {
			row := nb.Of(i)
			for k, j := range row {
				switch {
				case j == i || s.Apart(i, j) || s.Paired() && i^1 == j || slices.Contains(row[:k], j):
					t.Errorf("%s: city %d has %v", name, i, row)
				case k > 0 && s.Dist(i, row[k-1]) > s.Dist(i, j):
					t.Errorf("%s: %v of city %d are not in order", name, row, i)
				}
			}
			for j := range int32(s.N()) {
				if j == i || s.Apart(i, j) || s.Paired() && i^1 == j || slices.Contains(row, j) {
					continue
				}
				if s.Dist(i, j) < s.Dist(i, row[4]) && s.Dist(i, row[4]) <= tsp.MaxDist && !tie(s, i, row) {
					t.Errorf("%s: city %d has %v, but %d is nearer", name, i, row, j)
				}
			}
		}
	}
}

// tie reports whether the list ends with the joker of a path, whatever is nearer.
func tie(s *tsp.Instance, i int32, row []int32) bool { return int(row[len(row)-1]) == s.N()-1 }

// What a path's ends are longer by is the longest edge that may be used, whatever the diagonal holds.
func TestEndsAreFar(t *testing.T) {
	w := []int32{99, tsp.NoEdge, 7, tsp.NoEdge, 99, 5, 7, 5, 99}
	for directed, ends := range map[bool]tsp.Ends{false: {Start: -1, End: -1}, true: {Start: 0, End: -1}} {
		in, want := tsptest.Must(tsp.NewMatrix("holes", 3, w)), int64(2*7)
		if directed {
			in, want = tsptest.Must(tsp.NewDirected("holes", 3, w)), 7
		}
		if err := in.SetEnds(ends.Start, ends.End); err != nil {
			t.Fatal(err)
		}
		if got := tsp.NewSymmetric(in).Offset(); got != want {
			t.Errorf("directed %v: tours are longer by %d, want %d", directed, got, want)
		}
	}
}

// Prices by which a way, or what stands for none, would not fit an int32 are refused, and change nothing.
func TestReduceRefuses(t *testing.T) {
	const none = tsp.NoEdge
	plain, holes := []int32{0, 5, 7, 6, 0, 8, 1, 2, 0}, []int32{0, 5, 7, 6, 0, none, 1, 2, 0}
	for _, c := range []struct {
		w         []int32
		path      bool
		out, into int64
		ok        bool
	}{
		{plain, false, -math.MaxInt32 + 8, 0, true}, {plain, false, -math.MaxInt32 + 7, 0, false}, {plain, false, math.MaxInt32, 0, true}, {plain, false, math.MaxInt32, 1, false},
		{holes, false, -1 << 30, 0, false}, {plain, true, -1 << 30, 0, false}, {holes, true, -1000, -1000, true},
	} {
		of := tsptest.Must(tsp.NewDirected("x", 3, c.w))
		if c.path {
			if err := of.SetEnds(0, 1); err != nil {
				t.Fatal(err)
			}
		}
		in := tsp.NewSymmetric(of).Instance
		if ok := in.Reduce([]int64{c.out, 0, 0}, []int64{c.into, 0, 0}); ok != c.ok || in.Reduced() != c.ok {
			t.Errorf("prices %d and %d of %v, a path %v: taken %v, want %v", c.out, c.into, c.w, c.path, ok, c.ok)
		}
	}
}

// What is none is refused.
func TestKindsRefused(t *testing.T) {
	in := tsptest.Directed(6, 1)
	for name, err := range map[string]error{
		"two into one":     in.SetFixed([][2]int32{{0, 1}, {2, 1}}),
		"two out of one":   in.SetFixed([][2]int32{{0, 1}, {0, 2}}),
		"forth and back":   in.SetFixed([][2]int32{{0, 1}, {1, 0}}),
		"a cycle":          in.SetFixed([][2]int32{{0, 1}, {1, 2}, {2, 0}}),
		"the same ends":    in.SetEnds(2, 2),
		"no such city":     in.SetEnds(2, 6),
		"forbidden beyond": in.Forbid([][2]int32{{0, 6}}),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for _, n := range []int{2, 1 + math.MaxInt32/2} {
		if _, err := tsp.NewGraph("graph", n, nil); err == nil {
			t.Errorf("a graph of %d cities: no error", n)
		}
	}
	square := tsptest.Random(tsp.Euc2D, 5, 1)
	if err := square.SetFixed([][2]int32{{0, 1}, {1, 2}}); err != nil {
		t.Fatal(err)
	}
	for _, ends := range [][2]int32{{1, -1}, {-1, 1}, {1, 3}, {0, 2}} {
		if err := square.SetEnds(ends[0], ends[1]); !errors.Is(err, tsp.ErrFixed) {
			t.Errorf("ends %v: %v", ends, err)
		}
	}
	path := tsptest.Random(tsp.Euc2D, 6, 1)
	if err := errors.Join(path.SetEnds(0, 5), path.SetFixed([][2]int32{{0, 3}, {3, 4}})); err != nil {
		t.Fatal(err)
	}
	for _, fixed := range [][][2]int32{{{0, 5}}, {{0, 1}, {0, 2}}, {{0, 1}, {1, 5}}, {{5, 3}, {5, 2}}} {
		if err := path.SetFixed(fixed); !errors.Is(err, tsp.ErrFixed) || !path.IsFixed(3, 4) || len(path.Fixed) != 2 {
			t.Errorf("fixed edges %v of a path from 0 to 5: %v, %v are left", fixed, err, path.Fixed)
		}
	}
	if err := square.Forbid([][2]int32{{1, 0}}); !errors.Is(err, tsp.ErrForbidden) {
		t.Errorf("a fixed edge is forbidden: %v", err)
	}
	directed := tsptest.Directed(5, 1)
	forth, back := tsp.Tour{0, 1, 2, 3, 4}, tsp.Tour{4, 3, 2, 1, 0}
	if directed.Length(forth) == directed.Length(back) {
		t.Error("both directions are as long")
	}
	if err := directed.SetFixed([][2]int32{{1, 2}}); err != nil || directed.Check(forth) != nil || directed.Check(back) == nil {
		t.Errorf("a fixed edge against its direction: %v, %v", err, directed.Check(forth))
	}
	for _, ends := range [][2]int32{{2, 1}, {2, -1}, {-1, 1}} {
		if err := directed.SetEnds(ends[0], ends[1]); !errors.Is(err, tsp.ErrFixed) || directed.Ends != nil {
			t.Errorf("directed, ends %v: %v", ends, err)
		}
	}
	if err := directed.Forbid([][2]int32{{2, 1}}); err != nil || directed.Keeps(forth) != nil || !errors.Is(directed.Keeps(back), tsp.ErrForbidden) {
		t.Errorf("a forbidden edge: %v, %v", err, directed.Keeps(forth))
	}
}

// Where going and coming differ by heights alone, an instance without halves stands for a directed
// one: its tours are as long, in the unit, either way round; for no other instance it does.
func TestLevel(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 9))
		n := 3 + r.IntN(9)
		step := 1 + int32(seed%2) // of heights: where all are even the scale stays
		w := make([]int32, n*n)
		heights := make([]int32, n)
		for i := range heights {
			heights[i] = step * r.Int32N(50)
			for j := range i {
				d := 1000 + r.Int32N(1000)
				w[i*n+j], w[j*n+i] = d+heights[i], d+heights[j]
			}
		}
		of := tsptest.Must(tsp.NewDirected("level", n, w))
		s := tsp.NewSymmetric(of)
		if s.Paired() || s.N() != n || step == 2 && s.Scale != 1 {
			t.Fatalf("seed %d: %d cities stand for %d, scale %v", seed, s.N(), n, s.Scale)
		}
		for range 5 {
			order := tsptest.Tour(s.Instance, r)
			back := slices.Clone(order)
			slices.Reverse(back)
			for _, o := range []tsp.Tour{order, back} {
				out, err := s.Expand(o)
				if err != nil || !slices.Equal(s.Contract(out), out) {
					t.Fatal(out, err)
				}
				if got, want := s.InUnit(s.Length(o)), of.InUnit(of.Length(out)); got != want {
					t.Errorf("seed %d: %v, as long as %v", seed, got, want)
				}
			}
		}
		from, to := 1+r.IntN(n-1), 0
		if n > 3 && seed%3 == 0 {
			to = 1 + from%(n-1)
		}
		w[from*n+to]++
		if n > 3 && !tsp.NewSymmetric(tsptest.Must(tsp.NewDirected("uneven", n, w))).Paired() {
			t.Errorf("seed %d: the way from %d to %d is too long, and not seen", seed, from, to)
		}
		w[from*n+to]--
		if err := of.SetEnds(-1, -1); err != nil || !tsp.NewSymmetric(of).Paired() {
			t.Errorf("seed %d: a path gains height: %v", seed, err)
		}
	}
	for _, least := range []int32{0, tsp.MaxDist - 200} {
		w := make([]int32, 25)
		for k := range w {
			if i := k / 5; i != k%5 {
				w[k] = least + int32(i)
			}
		}
		of := tsptest.Must(tsp.NewDirected("level", 5, w))
		if tsp.NewSymmetric(of).Paired() != (least > 0) {
			t.Errorf("from %d on: doubled distances are more than %d or not, and that is not seen", least, tsp.MaxDist)
		}
		if err := of.SetFixed([][2]int32{{0, 1}}); err != nil || !tsp.NewSymmetric(of).Paired() {
			t.Errorf("from %d on: a fixed edge has a direction: %v", least, err)
		}
	}
}

// Forbidden edges leave all lengths as they are, and more of them those that were forbidden before.
func TestForbid(t *testing.T) {
	for _, m := range []tsp.Metric{tsp.Euc2D, tsp.Exact2D, tsp.Exact3D} {
		in := tsptest.Random(m, 6, 1)
		tour := tsptest.Tour(in, rand.New(rand.NewPCG(1, 2)))
		leg, value := in.Leg(0, 1), in.Value(tour)
		if err := errors.Join(in.Forbid([][2]int32{{0, 1}}), in.Forbid([][2]int32{{2, 3}})); err != nil {
			t.Fatal(err)
		}
		if math.Abs(in.Leg(0, 1)/leg-1) > 1e-9 || math.Abs(in.Value(tour)/value-1) > 1e-9 {
			t.Errorf("%v: lengths %v and %v, %v and %v before", m, in.Leg(0, 1), in.Value(tour), leg, value)
		}
		first, second := in.Keeps(tsp.Tour{0, 1, 2, 4, 3, 5}), in.Keeps(tsp.Tour{2, 3, 0, 4, 1, 5})
		none := in.Keeps(tsp.Tour{0, 2, 1, 3, 4, 5})
		if n := len(in.ForbiddenEdges()); n != 2 || first == nil || second == nil || none != nil {
			t.Errorf("%v: %d edges are forbidden; of each, and of none: %v, %v, %v", m, n, first, second, none)
		}
	}
}

// Of a part of pairs in any order the neighbours are those that sorting gives, never of one side,
// nor a city's own half, and greedy tours are complete, whatever edges come first.
func TestPairsOfSub(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 5))
		n := 4 + r.IntN(20)
		s := tsp.NewSymmetric(tsptest.Directed(n, seed))
		cities := make([]int32, 0, 2*n)
		for _, c := range r.Perm(n) {
			cities = append(cities, int32(2*c), int32(2*c+1))
		}
		if turn := r.IntN(2 * n); seed%2 == 0 {
			slices.Reverse(cities[:turn])
			slices.Reverse(cities[turn:])
			slices.Reverse(cities)
		}
		if seed%3 == 0 {
			slices.Reverse(cities)
		}
		local := make([]int32, 2*n)
		for k, c := range cities {
			local[c] = int32(k)
		}
		var sub tsp.Instance
		s.Sub(&sub, cities, func(c int32) int32 { return local[c] })
		k := 1 + r.IntN(n-2)
		nb := tsptest.Must(tsp.NearestNeighbors(ctx, &sub, k))
		var first [][2]int32
		for i := range int32(2 * n) {
			var want []int32
			for j := range int32(2 * n) {
				if apart := (cities[i]^cities[j])&1 == 0; apart != sub.Apart(i, j) {
					t.Fatalf("seed %d: %d and %d apart: %v", seed, cities[i], cities[j], !apart)
				} else if !apart && cities[i]^1 != cities[j] {
					want = append(want, j)
				}
				if r.IntN(9) == 0 && !sub.Apart(i, j) {
					first = append(first, [2]int32{i, j})
				}
			}
			slices.SortFunc(want, func(p, q int32) int {
				return cmp.Or(int(sub.Dist(i, p)-sub.Dist(i, q)), int(cities[p]-cities[q]))
			})
			if !slices.Equal(nb.Of(i), want[:k]) {
				t.Fatalf("seed %d: the nearest of %d are %v, not %v", seed, i, nb.Of(i), want[:k])
			}
		}
		tour, err := tsp.GreedyEdge(ctx, &sub, nb, first...)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		for i, c := range tour {
			tour[i] = cities[c]
		}
		if _, err := s.Expand(tour); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

// A row has the distances to all other cities, of instances with and without a matrix of their own.
func TestRow(t *testing.T) {
	instances := tsptest.Motley()
	for seed := range uint64(20) {
		of := tsptest.Directed(20, seed)
		if seed&1 > 0 {
			of.Matrix[7] = tsp.NoEdge
		}
		if k := seed / 4; k > 0 {
			if ends := [][2]int32{{4, -1}, {-1, 4}, {4, 9}, {-1, -1}}[k-1]; of.SetEnds(ends[0], ends[1]) != nil {
				t.Fatal("no path between these ends")
			}
		}
		s := tsp.NewSymmetric(of)
		if seed&2 > 0 && !s.Reduce(prices(s.N()/2, seed), prices(s.N()/2, seed+1)) {
			t.Fatal("not reduced")
		}
		instances = append(instances, s.Instance)
	}
	var sub tsp.Instance
	cities := []int32{9, 3, 5, 30, 1}
	tsptest.Random(tsp.Explicit, 40, 1).Sub(&sub, cities, func(c int32) int32 { return int32(slices.Index(cities, c)) })
	for k, in := range append(instances, &sub) {
		for i := range int32(in.N()) {
			row := in.Row(i, make([]int32, in.N()))
			for j := range int32(in.N()) {
				if len(row) != in.N() || j != i && row[j] != in.Dist(i, j) {
					t.Fatalf("instance %d: %d of %d is %d in the row of %d, want %d", k, j, len(row), row[j], i, in.Dist(i, j))
				}
			}
		}
	}
}

// prices returns n random numbers.
func prices(n int, seed uint64) []int64 {
	r := rand.New(rand.NewPCG(seed, 4))
	p := make([]int64, n)
	for i := range p {
		p[i] = r.Int64N(100)
	}
	return p
}

// TestCoarse pins that distances are rounded where a tour has to take steps that cost as much as
// one that may not be taken, there and back or one way, and nowhere else: not where such long ones
// need not be taken, nor where nothing is forbidden.
func TestCoarse(t *testing.T) {
	const n, long = 20, 900_000_001
	for name, c := range map[string]struct {
		out, back int32 // how far it is between the halves of the cities
		none      bool  // some edges may not be used
		want      float64
	}{
		"far": {long, long, true, 1. / 16}, "far there": {long, 5, true, 1. / 16}, "far back": {5, long, true, 1. / 16},
		"less far": {1 << 27, 1 << 27, true, 1. / 2}, "near": {1 << 26, 1 << 26, true, 1}, "all edges": {long, long, false, 1},
		"one way": {long, tsp.NoEdge, true, 1. / 16}, "a few are long": {5, 7, true, 1},
	} {
		w := make([]int32, n*n)
		for i := range n {
			for j := range n {
				switch {
				case i < n/2 && j >= n/2:
					w[i*n+j] = c.out
				case i >= n/2 && j < n/2:
					w[i*n+j] = c.back
				default:
					w[i*n+j] = int32(i + j)
				}
			}
		}
		if w[2] = tsp.MaxDist; c.none {
			w[3] = tsp.NoEdge
		}
		in := tsptest.Must(tsp.NewDirected("halves", n, w))
		in.Scale = 10
		coarse := in.Coarse()
		if coarse.Scale != 10*c.want || coarse.Forbids() != in.Forbids() || (coarse == in) != (c.want == 1) {
			t.Errorf("%s: a scale of %v", name, coarse.Scale)
		}
		for i := range int32(n) {
			for j := range int32(n) {
				want := in.Dist(i, j)
				if want != tsp.NoEdge {
					want = int32(float64(want) * c.want)
				}
				if d := coarse.Dist(i, j); d != want {
					t.Errorf("%s: d(%d,%d) is %d, want %d", name, i, j, d, want)
				}
			}
		}
	}
}

// A path's cities, and those of forbidden edges, lie where they lie, and have a base, whose distances
// they have; matrices and pairs are in no place.
func TestPlaced(t *testing.T) {
	for name, of := range map[string]*tsp.Instance{"free": tsptest.Random(tsp.Euc2D, 30, 1), "given": tsptest.Random(tsp.Man3D, 30, 2), "forbidden": tsptest.Random(tsp.Geo, 30, 3)} {
		var err error
		switch name {
		case "free":
			err = of.SetEnds(-1, -1)
		case "given":
			err = of.SetEnds(-1, 7)
		default:
			err = of.Forbid([][2]int32{{1, 2}})
		}
		if err != nil {
			t.Fatal(err)
		}
		in := tsp.NewSymmetric(of)
		if !in.Placed() || in.Base() == nil || in.Base().N() != 30 || in.Base().Ends != nil {
			t.Fatalf("%s: it is in no place, or its base is %v", name, in.Base())
		}
		for i := range int32(in.N()) {
			j := i
			if i == 30 {
				j = map[bool]int32{true: 7}[name == "given"]
			}
			x, y := in.At(i)
			if wantX, wantY := of.At(j); x != wantX || y != wantY {
				t.Errorf("%s: city %d lies at %v, %v, want %v, %v", name, i, x, y, wantX, wantY)
			}
		}
		if in.Base().Dist(3, 9) != in.Dist(3, 9) {
			t.Errorf("%s: its base has other distances", name)
		}
	}
	if in := tsp.NewSymmetric(tsptest.Directed(9, 1)); in.Placed() || in.Base() != nil || tsptest.Random(tsp.Explicit, 9, 1).Placed() {
		t.Error("a matrix is in a place")
	}
}
