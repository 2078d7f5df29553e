package onetree

import (
	"cmp"
	"context"
	"math"
	"math/bits"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// By parts, candidates are those of the whole but for a few near borders, everybody is told of
// once, and it makes no difference how many cores there are.
func TestAlphaByParts(t *testing.T) {
	for name, in := range map[string]*tsp.Instance{
		"uniform":   tsptest.Random(tsp.Euc2D, 6000, 1),
		"clustered": tsptest.Clustered(6000, 1),
		"far":       tsptest.Random(tsp.Geo, 6000, 1),
	} {
		nb := tsptest.Must(tsp.NearestNeighbors(t.Context(), in, 8))
		g := tsptest.Must(NewGraph(t.Context(), in, nb, 2))
		opt := Options{Steps: 30}
		whole := Ascend(t.Context(), g, opt).Alpha(t.Context(), 5)
		var all []*Candidates
		for _, workers := range []int{1, 3} {
			told := make([]int, in.N())
			c := tsptest.Must(g.AlphaByParts(tsp.WithWorkers(t.Context(), workers), opt, 5, 2000, func(c *Candidates, parts [][]int32) {
				for _, part := range parts {
					for _, i := range part {
						told[i]++
						if cities, _ := c.Of(i); len(cities) == 0 || cities[0] == i {
							t.Fatalf("%s: the candidates of %d are %v when they are told of", name, i, cities)
						}
					}
				}
			}))
			if slices.Min(told) != 1 || slices.Max(told) != 1 {
				t.Errorf("%s: cities were told of %d to %d times", name, slices.Min(told), slices.Max(told))
			}
			all = append(all, c)
		}
		if !slices.Equal(all[0].City, all[1].City) {
			t.Errorf("%s: one core and three found other candidates", name)
		}
		same := 0
		for i := range int32(in.N()) {
			cities, _ := all[0].Of(i)
			for _, j := range cities {
				if of, _ := whole.Of(i); slices.Contains(of, j) {
					same++
				}
			}
		}
		share := float64(same) / float64(len(whole.City))
		t.Logf("%s: %.3f of the candidates are the whole's", name, share)
		if share < 0.93 {
			t.Errorf("%s: %.3f of the candidates are the whole's", name, share)
		}
	}
}

// A graph is the same whether anybody is told of its parts; all cities are told of once, with the
// edges that they begin.
func TestGraphByParts(t *testing.T) {
	for name, in := range map[string]*tsp.Instance{
		"uniform":   tsptest.Random(tsp.Euc2D, 6000, 1),
		"clustered": tsptest.Clustered(6000, 1),
		"ties":      tsptest.Random(tsp.Man2D, 6000, 1),
	} {
		nb := tsptest.Must(tsp.NearestNeighbors(t.Context(), in, 8))
		whole := tsptest.Must(NewGraph(t.Context(), in, nb, 2))
		told := make([]int, in.N())
		calls := 0
		g := tsptest.Must(NewGraphByParts(tsp.WithWorkers(t.Context(), 1), in, nb, 2, 500, func(parts [][]int32) {
			calls++
			for _, part := range parts {
				for _, i := range part {
					told[i]++
				}
			}
		}))
		if slices.Min(told) != 1 || slices.Max(told) != 1 || calls < 4 {
			t.Errorf("%s: cities were told of %d to %d times in %d calls", name, slices.Min(told), slices.Max(told), calls)
		}
		if !slices.Equal(g.u, whole.u) || !slices.Equal(g.v, whole.v) || !slices.Equal(g.d, whole.d) {
			t.Errorf("%s: %d edges by parts, %d of the whole", name, len(g.u), len(whole.u))
		}
	}
}

// Sectors that full leaves out have their nearest cities among the nearest neighbours already.
func TestFull(t *testing.T) {
	left := 0
	for _, metric := range []tsp.Metric{tsp.Euc2D, tsp.Ceil2D, tsp.Att, tsp.Man2D, tsp.Max2D, tsp.Geo, tsp.Euc3D, tsp.Exact2D, tsp.Floor2D, tsp.Haversine} {
		for seed := range uint64(3) {
			in := tsptest.Random(metric, 700, seed)
			nb := tsptest.Must(tsp.NearestNeighbors(t.Context(), in, 10))
			g := tsptest.Must(NewGraph(t.Context(), in, nb, 2))
			for i := range int32(in.N()) {
				var near []int32
				for _, city := range nb.Of(g.order[i]) {
					near = append(near, g.rank[city])
				}
				full := g.full(near, i, 2)
				left += bits.OnesCount(full)
				for _, j := range g.kd.sectors(nil, i, 2, ^full) {
					if !slices.Contains(near, j) {
						t.Fatalf("%v, seed %d: %d is near %d in a full sector, and not among its neighbours", metric, seed, j, i)
					}
				}
			}
		}
	}
	if left == 0 {
		t.Error("no sector was full")
	}
}

// Sectors are what sorting says of the cities of each quadrant (octant in space), those first of equals that are met
// first when each node is gone through from the city's side.
func TestSectors(t *testing.T) {
	const per = 2
	for _, in := range []*tsp.Instance{tsptest.Random(tsp.Euc2D, 400, 1), tsptest.Random(tsp.Geo, 400, 1), tsptest.Random(tsp.Haversine, 400, 1), tsptest.Random(tsp.Euc3D, 400, 1),
		tsptest.Grid(20), tsptest.Duplicates(400, 5, 1), circle(400)} {
		s, _ := newKD(t.Context(), in)
		for i := range int32(in.N()) {
			var met []int32
			var walk func(node int32)
			walk = func(node int32) {
				nd := s.nodes[node]
				if nd.right == 0 {
					for j := nd.lo; j < nd.hi; j++ {
						met = append(met, j)
					}
					return
				}
				children := []int32{node + 1, nd.right}
				if i >= s.nodes[nd.right].lo {
					slices.Reverse(children)
				}
				walk(children[0])
				walk(children[1])
			}
			walk(0)
			at := func(j int32) []float64 { return s.p[int(j)*s.dims:][:s.dims] }
			apart := func(j int32) (sq float64) {
				for a, v := range at(j) {
					sq += float64((v - at(i)[a]) * (v - at(i)[a]))
				}
				return sq
			}
			slices.SortStableFunc(met, func(a, b int32) int { return cmp.Compare(apart(a), apart(b)) })
			var want []int32
			up := -1 // the axis that is nearest to upright on the globe
			if in.Metric.Degrees() {
				up = 0
				for a, v := range at(i) {
					if math.Abs(v) > math.Abs(at(i)[up]) {
						up = a
					}
				}
			}
			for sector := range 1 << s.dims {
				left := per
				if up >= 0 && sector>>up&1 == 1 {
					left = 0
				}
				for _, j := range met {
					in := j != i && left > 0
					for a, v := range at(j) {
						in = in && (a == up || (v >= at(i)[a]) == (sector>>a&1 == 1))
					}
					if in {
						want = append(want, j)
						left--
					}
				}
			}
			if got := s.sectors(nil, i, per, 0); !slices.Equal(got, want) {
				t.Fatalf("%s: around city %d are %v, want %v", in.Name, i, got, want)
			}
		}
	}
}

// circle returns an instance of n cities on a circle.
func circle(n int) *tsp.Instance {
	x, y := make([]float64, n), make([]float64, n)
	for i := range n {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		x[i], y[i] = 1e6*cos, 1e6*sin
	}
	return tsptest.Must(tsp.NewPoints("circle", tsp.Exact2D, x, y, nil))
}

// TestSectorsOfCircle makes the graph of a circle, where each city has two sectors that are empty
// near it, in two seconds. If all cities in one were looked at it would take two minutes.
func TestSectorsOfCircle(t *testing.T) {
	if testing.Short() {
		t.Skip("of very many cities")
	}
	in := circle(400000)
	nb := tsptest.Must(tsp.NearestNeighbors(t.Context(), in, 2))
	ctx, cancel := context.WithTimeout(tsp.WithWorkers(t.Context(), 1), time.Minute)
	defer cancel()
	tsptest.Must(NewGraph(ctx, in, nb, 2))
}

// asked counts how often it is asked whether it has ended.
type asked struct {
	context.Context
	times atomic.Int64
}

func (a *asked) Err() error {
	a.times.Add(1)
	return a.Context.Err()
}

// TestGraphEnds pins that a graph in large parts sees every few hundred cities whether to end.
func TestGraphEnds(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 16000, 1)
	nb := tsptest.Must(tsp.NearestNeighbors(t.Context(), in, 5))
	a := &asked{Context: t.Context()}
	tsptest.Must(NewGraphByParts(a, in, nb, 2, 16000, nil))
	if times := a.times.Load(); times < 32 {
		t.Errorf("asked %d times for %d cities", times, in.N())
	}
}

// A part is connected, wherever it is cut, and holds its cities with all their edges.
func TestAround(t *testing.T) {
	in := tsptest.Clustered(3000, 2)
	nb := tsptest.Must(tsp.NearestNeighbors(t.Context(), in, 2))
	g := tsptest.Must(NewGraph(t.Context(), in, nb, 0)) // a tree holds it together
	place := make([]int32, g.n)
	joined := 0
	for lo := int32(0); lo < 2900; lo += 100 {
		part, own := g.around(lo, lo+100, place)
		if slices.Max(place) != 0 {
			t.Fatal("the scratch is not clean")
		}
		if !part.connected() {
			t.Errorf("the part from %d is in pieces", lo)
		}
		for e, u := range part.u {
			if e > 0 && (part.u[e-1] > u || part.u[e-1] == u && part.v[e-1] >= part.v[e]) || u >= part.v[e] {
				t.Fatalf("edge %d of the part from %d is out of order", e, lo)
			}
			if part.d[e] != g.dist(part.order[u], part.order[part.v[e]]) {
				t.Errorf("edge %d of the part from %d has the length %d", e, lo, part.d[e])
			}
			if g.edgeBetween(part.order[u], part.order[part.v[e]]) < 0 {
				joined++
			}
		}
		for i := lo; i < lo+100; i++ {
			k := own + i - lo
			if part.order[k] != g.order[i] {
				t.Fatalf("city %d of the part from %d is another", i, lo)
			}
			if part.off[k+1]-part.off[k] < g.off[i+1]-g.off[i] {
				t.Errorf("city %d has %d edges in its part, %d in the graph", i, part.off[k+1]-part.off[k], g.off[i+1]-g.off[i])
			}
		}
	}
	if joined == 0 {
		t.Error("no part was in pieces: nothing was tested")
	}
}

// edgeBetween returns the number of the edge between two cities, -1 where there is none.
func (g *Graph) edgeBetween(a, b int32) int32 {
	i, j := g.rank[a], g.rank[b]
	for _, e := range g.edge[g.off[i]:g.off[i+1]] {
		if g.u[e]^g.v[e]^i == j {
			return e
		}
	}
	return -1
}
