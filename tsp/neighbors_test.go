package tsp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"
)

func allMetrics() []Metric {
	var ms []Metric
	for m := Explicit; m < metrics; m++ {
		ms = append(ms, m)
	}
	return ms
}

// A layout places n cities; unit is the size that suits the metric's rounding.
var layouts = []struct {
	name  string
	place func(r *rand.Rand, n int, unit float64) (x, y, z []float64)
}{
	{"uniform", func(r *rand.Rand, n int, unit float64) (x, y, z []float64) {
		return columns(n, func(int) [3]float64 {
			return [3]float64{unit * (2*r.Float64() - 1), unit * (2*r.Float64() - 1), unit * (2*r.Float64() - 1)}
		})
	}},
	{"ten places", func(r *rand.Rand, n int, unit float64) (x, y, z []float64) {
		return columns(n, func(int) [3]float64 {
			i := r.IntN(10)
			return [3]float64{unit * float64(i%4) / 4, unit * float64(i%3) / 3, unit * float64(i) / 10}
		})
	}},
	{"one place", func(_ *rand.Rand, n int, unit float64) (x, y, z []float64) {
		return columns(n, func(int) [3]float64 { return [3]float64{unit / 3, -unit / 7, unit} })
	}},
	{"line", func(r *rand.Rand, n int, unit float64) (x, y, z []float64) {
		return columns(n, func(int) [3]float64 { return [3]float64{unit / 2, unit * (2*r.Float64() - 1), unit / 3} })
	}},
	{"lattice", func(_ *rand.Rand, n int, unit float64) (x, y, z []float64) {
		side := int(math.Ceil(math.Sqrt(float64(n))))
		return columns(n, func(i int) [3]float64 {
			return [3]float64{unit * float64(i%side) / float64(side), unit * float64(i/side) / float64(side), 0}
		})
	}},
	{"clusters", func(r *rand.Rand, n int, unit float64) (x, y, z []float64) {
		return columns(n, func(i int) [3]float64 {
			c := rand.New(rand.NewPCG(uint64(r.IntN(5)), 1))
			s := unit * math.Pow(10, -4*c.Float64())
			return [3]float64{unit*c.Float64() + s*r.NormFloat64(), unit*c.Float64() + s*r.NormFloat64(), s * r.NormFloat64()}
		})
	}},
	{"rounded equal", func(r *rand.Rand, n int, unit float64) (x, y, z []float64) {
		return columns(n, func(int) [3]float64 {
			return [3]float64{1e-3 * r.Float64(), 1e-3 * r.Float64(), 1e-3 * r.Float64()}
		})
	}},
	{"a few units", func(r *rand.Rand, n int, unit float64) (x, y, z []float64) {
		return columns(n, func(int) [3]float64 {
			return [3]float64{float64(r.IntN(50)) / 4, float64(r.IntN(50)) / 4, float64(r.IntN(8)) / 4}
		})
	}},
	{"outliers", func(r *rand.Rand, n int, unit float64) (x, y, z []float64) {
		return columns(n, func(i int) [3]float64 {
			s := unit / 1000
			if i%17 == 0 {
				s = unit
			}
			return [3]float64{s * (2*r.Float64() - 1), s * (2*r.Float64() - 1), s * (2*r.Float64() - 1)}
		})
	}},
}

func columns(n int, f func(i int) [3]float64) (x, y, z []float64) {
	x, y, z = make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range n {
		c := f(i)
		x[i], y[i], z[i] = c[0], c[1], c[2]
	}
	return x, y, z
}

// build returns an instance of n cities laid out for metric m.
func build(t testing.TB, m Metric, layout int, n int, seed uint64) *Instance {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, uint64(m)))
	unit := 1000.0
	switch m {
	case Geo, GeoM, Haversine, Geodesic:
		unit = 90
	case XRay1, XRay2:
		unit = 180
	}
	x, y, z := layouts[layout].place(r, n, unit)
	if m.Degrees() {
		for i := range y {
			y[i] *= 2 // longitudes reach -180 and 180
		}
	}
	src := m
	if m == Explicit {
		src = Euc2D
	}
	if src.Dims() == 2 {
		z = nil
	}
	in, err := NewPoints(fmt.Sprintf("%v %s", m, layouts[layout].name), src, x, y, z)
	if err != nil {
		t.Fatal(err)
	}
	if m == Explicit {
		w := make([]int32, n*n)
		for i := range w {
			w[i] = in.Dist(int32(i/n), int32(i%n))
			if i/n == i%n {
				w[i] = int32(r.IntN(100)) // the diagonal is never read
			}
		}
		if in, err = NewMatrix(in.Name, n, w); err != nil {
			t.Fatal(err)
		}
	}
	return in
}

// bruteNeighbors sorts everything.
func bruteNeighbors(in *Instance, k int) *Neighbors {
	n := in.N()
	k = min(k, n-1)
	nb := &Neighbors{K: k}
	var keys []uint64
	for i := range int32(n) {
		keys = keys[:0]
		for j := range int32(n) {
			if j != i {
				keys = append(keys, pack(in.Dist(i, j), j))
			}
		}
		slices.Sort(keys)
		for _, key := range keys[:k] {
			nb.Flat = append(nb.Flat, int32(uint32(key)))
		}
	}
	return nb
}

func TestNeighborsAgainstBruteForce(t *testing.T) {
	defer func(c int) { cellSize = c }(cellSize)
	for _, m := range allMetrics() {
		for l := range layouts {
			for _, c := range []struct{ n, k, cell int }{{1, 5, 4}, {2, 5, 4}, {3, 1, 4}, {7, 10, 4}, {60, 5, 8}, {120, 119, 32}, {150, 60, 32}, {200, 10, 16}, {300, 7, 512}} {
				cellSize = c.cell
				in := build(t, m, l, c.n, 1)
				got, err := NearestNeighbors(t.Context(), in, c.k)
				if err != nil {
					t.Fatal(err)
				}
				want := bruteNeighbors(in, c.k)
				if got.K != want.K || len(got.Flat) != len(want.Flat) {
					t.Fatalf("%s n=%d k=%d: K = %d with %d entries, want %d with %d", in.Name, c.n, c.k, got.K, len(got.Flat), want.K, len(want.Flat))
				}
				for i := range int32(c.n) {
					if !slices.Equal(got.Of(i), want.Of(i)) {
						t.Fatalf("%s n=%d k=%d: neighbours of %d are %v, want %v", in.Name, c.n, c.k, i, got.Of(i), want.Of(i))
					}
				}
			}
		}
	}
}

func uniform(n int, seed uint64) *Instance {
	r := rand.New(rand.NewPCG(seed, 0))
	x, y, _ := columns(n, func(int) [3]float64 { return [3]float64{1e6 * r.Float64(), 1e6 * r.Float64()} })
	in, err := NewPoints("uniform", Euc2D, x, y, nil)
	if err != nil {
		panic(err)
	}
	return in
}

// TestNeighborsByParts pins that rows are final when they are told of, that all are the same as in
// one go, and that of cities along a curve most are told of before the last part.
func TestNeighborsByParts(t *testing.T) {
	const n, k, parts = 20000, 7, 8
	instances := []*Instance{uniform(n, 1), uniform(n, 2), build(t, Geo, 0, 3000, 1), build(t, Euc3D, 0, 3000, 1), build(t, Explicit, 0, 50, 1)}
	along, err := NewPlaces(t.Context(), instances[0], SpaceFillingCurve(t.Context(), instances[0]))
	if err != nil {
		t.Fatal(err)
	}
	instances[0] = along.Instance
	first := 1 // instances along a curve
	for _, demand := range []func(in *Instance) error{
		func(in *Instance) error { return in.SetEnds(-1, 5) },
		func(in *Instance) error { return in.Forbid([][2]int32{{7, 30}, {7, 31}, {7, 32}, {400, 6000}}) },
	} {
		in := uniform(n, 3)
		if err := demand(in); err != nil {
			t.Fatal(err)
		}
		along, err := NewPlaces(t.Context(), in, SpaceFillingCurve(t.Context(), in))
		if err != nil {
			t.Fatal(err)
		}
		instances = slices.Insert(instances, 0, NewSymmetric(along.Instance).Instance)
		first++
	}
	for i, in := range instances {
		want, err := NearestNeighbors(t.Context(), in, k)
		if err != nil {
			t.Fatal(err)
		}
		before, told := int32(0), 0
		got, err := NearestByParts(t.Context(), in, k, parts, func(nb *Neighbors, known int32) {
			if !slices.Equal(nb.Flat[:int(known)*nb.K], want.Flat[:int(known)*nb.K]) || known < before {
				t.Errorf("%s: rows below %d, after %d, are others", in.Metric, known, before)
			}
			if told++; i < first && int(known) < n*told*told/(parts*parts)-2*n/parts {
				t.Errorf("after %d of %d parts %d of %d rows are known", told, parts, known, n)
			}
			before = known
		})
		if err != nil || !slices.Equal(got.Flat, want.Flat) || int(before) != in.N() {
			t.Errorf("%s: %d of %d rows are known, all the same: %v, %v", in.Metric, before, in.N(), slices.Equal(got.Flat, want.Flat), err)
		}
	}
}

func BenchmarkNeighbors(b *testing.B) {
	benchSizes(b, func(b *testing.B, in *Instance) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := NearestNeighbors(context.Background(), in, 10); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(in.N())/10, "ns/neighbour")
	})
}

// polled is a context that counts how often it is asked, and is cancelled from
// a given question on. It measures without a clock how soon a cancellation is noticed.
type polled struct {
	context.Context
	asked  atomic.Int64
	cancel int64
}

func (p *polled) Err() error {
	if p.asked.Add(1) >= p.cancel {
		return context.Canceled
	}
	return nil
}

func TestNeighborsCancelled(t *testing.T) {
	const n = 20000
	in := uniform(n, 1)
	whole := &polled{Context: t.Context(), cancel: math.MaxInt64}
	if _, err := NearestNeighbors(whole, in, 10); err != nil {
		t.Fatal(err)
	}
	if asked := whole.asked.Load(); asked < n/500 {
		t.Errorf("asked %d times for %d cities", asked, n)
	}
	for at := int64(1); at < whole.asked.Load()-16; at += 1 + whole.asked.Load()/12 {
		p := &polled{Context: t.Context(), cancel: at}
		nb, err := NearestNeighbors(p, in, 10)
		if err != context.Canceled || nb != nil {
			t.Fatalf("cancelled at question %d of %d: %v, %v", at, whole.asked.Load(), nb, err)
		}
		if more := p.asked.Load() - at; more > int64(4*runtime.GOMAXPROCS(0)) {
			t.Errorf("cancelled at question %d, asked %d times more", at, more)
		}
	}
	if _, err := NearestNeighbors(&polled{Context: t.Context(), cancel: 3}, build(t, Explicit, 0, 200, 1), 10); err != context.Canceled {
		t.Errorf("a matrix: %v", err)
	}
}

// With cells this small the limit on what a group looks at is exceeded, so that descend does the
// work.
func TestNeighborsInCrowds(t *testing.T) {
	defer func(c int) { cellSize = c }(cellSize)
	cellSize = 2
	for _, m := range []Metric{Euc2D, Euc3D, Att, Man2D, Geo, Geodesic, XRay1} {
		for l := range layouts {
			for _, k := range []int{1, 3} {
				in := build(t, m, l, 600, 7)
				got, err := NearestNeighbors(t.Context(), in, k)
				if err != nil {
					t.Fatal(err)
				}
				want := bruteNeighbors(in, k)
				if !slices.Equal(got.Flat, want.Flat) {
					t.Errorf("%s k=%d: not the nearest", in.Name, k)
				}
			}
		}
	}
}

// TestNeighborsOfEqual pins the lists of cities that rounding puts near each other, numbered along
// the curve: the lowest numbers, which are the neighbours, lie far from most. If each city looked at
// all others, many would take ten minutes.
func TestNeighborsOfEqual(t *testing.T) {
	defer func(c int) { cellSize = c }(cellSize)
	along := func(m Metric, n int, side float64) *Instance {
		rng := rand.New(rand.NewPCG(1, 1))
		x, y, _ := columns(n, func(int) [3]float64 { return [3]float64{side * rng.Float64(), side * rng.Float64()} })
		in, err := NewPoints("equal", m, x, y, nil)
		if err != nil {
			t.Fatal(err)
		}
		p, err := NewPlaces(t.Context(), in, SpaceFillingCurve(t.Context(), in))
		if err != nil {
			t.Fatal(err)
		}
		return p.Instance
	}
	for _, m := range []Metric{Euc2D, Ceil2D, Floor2D, Man2D, Max2D, Att, Geo, Haversine} {
		cellSize = 32
		for _, side := range []float64{0.3, 1, 3} {
			in := along(m, 500, side)
			nb, err := NearestNeighbors(t.Context(), in, 10)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(nb.Flat, bruteNeighbors(in, 10).Flat) {
				t.Errorf("%v, %v wide: not the nearest", m, side)
			}
		}
	}
	if testing.Short() {
		return
	}
	cellSize = 512
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	in := along(Euc2D, 200000, 1)
	nb, err := NearestNeighbors(ctx, in, 10)
	if err != nil {
		t.Fatal(err)
	}
	if tour, err := GreedyEdge(ctx, in, nb); err != nil || in.Check(tour) != nil {
		t.Fatal(err)
	}
}

// Lists of neighbours hold forbidden edges last, also where some cities have many of them, and one
// city with edges to all others does not lengthen the lists of these.
func TestNeighborsForbidden(t *testing.T) {
	const n, k = 300, 8
	ctx := t.Context()
	r := rand.New(rand.NewPCG(4, 4))
	in := uniform(n, 1)
	var gone [][2]int32
	for range n {
		if i, j := r.Int32N(n), r.Int32N(n); i != j {
			gone = append(gone, [2]int32{i, j})
		}
	}
	for i := range int32(n - 5) {
		gone = append(gone, [2]int32{n - 1, i}, [2]int32{i / 3, n - 2})
	}
	if err := in.Forbid(gone); err != nil {
		t.Fatal(err)
	}
	s := NewSymmetric(in)
	some := choose(r, in)
	for _, cities := range [][]int32{nil, some} {
		nb, err := NearestAmong(ctx, s.Instance, cities, k)
		if err != nil {
			t.Fatal(err)
		}
		all := cities
		if all == nil {
			for i := range int32(n) {
				all = append(all, i)
			}
		}
		for row, c := range all {
			want := slices.DeleteFunc(slices.Clone(all), func(j int32) bool { return j == c })
			slices.SortFunc(want, func(a, b int32) int {
				return cmp.Or(cmp.Compare(s.Dist(c, a)/NoEdge, s.Dist(c, b)/NoEdge), cmp.Compare(in.Dist(c, a), in.Dist(c, b)), cmp.Compare(a, b))
			})
			if got := nb.Of(int32(row)); !slices.Equal(got, want[:nb.K]) {
				t.Fatalf("city %d of %d: %v, want %v", c, len(all), got, want[:nb.K])
			}
		}
	}

	const many = 4000
	in = uniform(many, 1)
	gone = gone[:0]
	for i := range int32(many - 3) {
		gone = append(gone, [2]int32{many - 1, i})
	}
	if err := in.Forbid(gone); err != nil {
		t.Fatal(err)
	}
	s = NewSymmetric(in)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := NearestNeighbors(ctx, s.Instance, k); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 10<<20 {
		t.Errorf("%d bytes for %d cities", got, many)
	}
}

// TestAtLeast pins that no two cities are nearer than their places are said to be, and that cities
// in one place of the sphere are said to be 1 apart, as they are: nodes that hold higher numbers
// alone are left out then.
func TestAtLeast(t *testing.T) {
	for _, m := range allMetrics() {
		if m.Dims() == 0 {
			continue
		}
		for l := range layouts {
			in := build(t, m, l, 100, 3)
			ix := newIndex(in, nil, 5)
			if err := errors.Join(ix.merge(t.Context()), ix.lift(t.Context()), ix.split(t.Context())); err != nil {
				t.Fatal(err)
			}
			q := querent{index: ix}
			for a := range ix.sites {
				for b := range ix.sites[:a] {
					i, j := ix.row(ix.sites[a].u), ix.row(ix.sites[b].u)
					if d := ix.atLeast(q.gap(&box{ix.sites[b].c, ix.sites[b].c}, &ix.sites[a])); d > in.Dist(i, j) {
						t.Fatalf("%s: %d and %d are at least %d apart, and %d", in.Name, i, j, d, in.Dist(i, j))
					}
				}
			}
			if least := ix.atLeast(0); (m == Geo || m == GeoM) != (least == 1) {
				t.Errorf("%s: cities in one place are at least %d apart", in.Name, least)
			}
		}
	}
}
