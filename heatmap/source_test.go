package heatmap

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
	"tspmcts/twoopt"
)

// optima returns local optima of the chain from random tours.
func optima(in *tsp.Instance, nb *tsp.Neighbors, count int) []tsp.Tour {
	r := rand.New(rand.NewPCG(1, 1))
	cand := twoopt.NewCandidates(in, nb.Of)
	tours := make([]tsp.Tour, count)
	for i := range tours {
		tour := twoopt.NewTour(tsptest.Tour(in, r))
		chain := twoopt.NewChain(in, tour, cand, twoopt.ChainConfig{Breadth: []int{5, 3, 1}, Depth: 25})
		for c := range int32(in.N()) {
			chain.Push(c)
		}
		chain.Run(0)
		tours[i] = tour.Order
	}
	return tours
}

// request returns a request for in that can make tours and opens the given files.
func request(in *tsp.Instance, nb *tsp.Neighbors, files map[string]string) Request {
	return Request{Instance: in, Neighbors: nb,
		Open: func(name string) (io.ReadCloser, error) {
			text, ok := files[name]
			if !ok {
				return nil, errors.New(name + ": not there")
			}
			return io.NopCloser(strings.NewReader(text)), nil
		},
		Tours: func(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors, count int) ([]tsp.Tour, error) {
			return optima(in, nb, count), ctx.Err()
		},
		ReadTours: func(r io.Reader, _ string) ([]tsp.Tour, error) {
			var t tsp.Tour
			for {
				var city int32
				if _, err := fmt.Fscan(r, &city); err != nil {
					return []tsp.Tour{t}, nil
				}
				t = append(t, city)
			}
		},
	}
}

// specs holds every source, and parameters at their ends.
var specs = []string{"zero", "knn", "knn:k=1", "knn:k=1000", "gtprior", "gtprior:ranks=table", "alpha", "alpha:steps=1", "alpha:steps=3,ranks=table",
	"softdist", "softdist:tau=0.005", "softdist:tau=1e-300,k=3", "softdist:tau=1e300", "tours", "tours:count=1", "tours:count=3", "tours:tour", "tours:tour,tour",
	"mix:gtprior=0.5,alpha=0.5", "mix:knn=1", "mix:softdist:tau=0.005=2,tours:tour=1,tours:count=2=3,zero=1"}

// A map is not made when the time is over, whatever is known of the neighbours: the entries of
// millions of cities take seconds.
func TestSourcesEndInTime(t *testing.T) {
	in, nb := tsptest.Places(60, 10, false)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, spec := range []string{"gtprior", "knn", "softdist", "alpha"} {
		if m, err := tsptest.Must(Parse(spec)).Build(ctx, Request{Instance: in, Neighbors: nb}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, %v, want no map and the context's error", spec, m, err)
		}
	}
}

// The conformance suite over every source: a map of the right cities that checkMap
// accepts, the same each time, with or without neighbours given.
func TestEverySource(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4, 9, 60} {
		for layout := range 2 {
			in, nb := tsptest.Places(n, 10+20*layout, layout == 1)
			tour := make([]string, n)
			for i := range tour {
				tour[i] = fmt.Sprint(i)
			}
			r := request(in, nb, map[string]string{"table": ".5 .3 .1", "tour": strings.Join(tour, " ")})
			for _, spec := range specs {
				s, err := Parse(spec)
				if err != nil {
					t.Fatal(err)
				}
				m, err := s.Build(context.Background(), r)
				if err != nil {
					t.Fatalf("n=%d %s: %v", n, spec, err)
				}
				checkMap(t, m, n)
				if m.Source != spec || s.String() != spec || !strings.HasPrefix(spec, s.Name()) {
					t.Errorf("%s is called %q, %q, %q", spec, m.Source, s, s.Name())
				}
				bare := r
				bare.Neighbors = nil
				again, err := s.Build(context.Background(), bare)
				if err != nil || !equal(m, again) {
					t.Errorf("n=%d %s: another map without neighbours given, %v", n, spec, err)
				}
				// Rows of these sources sum to 1: half the degree of a tour.
				sum := 0.0
				for _, p := range m.P {
					sum += float64(p)
				}
				exact := slices.Contains([]string{"knn", "softdist", "tours"}, s.Name())
				if n > 2 && (exact && math.Abs(sum/float64(n)-1) > 1e-5 || s.Name() != "zero" && !(sum/float64(n) > 0.4 && sum/float64(n) < 1.001)) {
					t.Errorf("n=%d %s: the rows sum to %g", n, spec, sum/float64(n))
				}
			}
		}
	}
}

func equal(a, b *Map) bool {
	return slices.Equal(a.Start, b.Start) && slices.Equal(a.City, b.City) && slices.Equal(a.P, b.P)
}

// Sources honour ctx.
func TestSourcesCancelled(t *testing.T) {
	in, nb := tsptest.Places(300, 10, false)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, spec := range []string{"alpha", "tours", "knn:k=50"} {
		s, _ := Parse(spec)
		if _, err := s.Build(ctx, request(in, nb, nil)); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", spec, err)
		}
	}
}

// The files of a source are those of its parts too.
func TestFiles(t *testing.T) {
	for spec, want := range map[string]string{"alpha": "[]", "tours:a,b": "[a b]", "gtprior:ranks=a": "[a]", "mix:gtprior:ranks=a=1,tours:b=1": "[a b]"} {
		if got := fmt.Sprint(tsptest.Must(Parse(spec)).Files()); got != want {
			t.Errorf("%s: files %s, want %s", spec, got, want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for spec, want := range map[string]string{
		"":                        `unknown heatmap source "", want one of zero, knn`,
		"ALPHA":                   "unknown heatmap source",
		"zero:k=1":                "zero takes no parameter",
		"zero:":                   "zero takes no parameter",
		"knn:":                    `knn takes k=..., found ""`,
		"knn:5":                   `knn takes k=..., found "5"`,
		"knn:k=0":                 `k is "0", want an integer from 1 to 1000`,
		"knn:k=1.5":               `want an integer`,
		"knn:k=2,k=3":             "k is given twice",
		"softdist:tau=0":          `tau is "0"`,
		"softdist:tau=NaN":        "tau is",
		"softdist:tau=Inf":        "tau is",
		"softdist:tau=-1":         "tau is",
		"alpha:steps=":            "steps is",
		"alpha:ranks=":            "ranks names no file",
		"tours:a,count=3":         "exclude",
		"mix":                     `"" has no weight`,
		"mix:gtprior":             "has no weight",
		"mix:gtprior=0":           "weight of gtprior",
		"mix:gtprior=x":           "weight of gtprior",
		"mix:mix:zero=1=1":        "cannot be a part",
		"mix:unknown=1":           "unknown heatmap source",
		"mix:gtprior=0.5,":        "has no weight",
		"mix:softdist:tau=0.0=1.": "tau is",
		"mix:alpha:steps=3,knn=1": "a part may have one parameter",
	} {
		if s, err := Parse(spec); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v, want %s", spec, s, err, want)
		}
	}
}

// The published temperatures, and between them no jump.
func TestSoftDistTau(t *testing.T) {
	for n, want := range map[int]float64{500: .0066, 1000: .0051, 10000: .0018} {
		if got := SoftDistTau(n); math.Abs(got-want) > 1e-12 {
			t.Errorf("tau of %d cities is %g, want %g", n, got, want)
		}
	}
	for n := 3; n < 100000; n += 1 + n/50 {
		if a, b := SoftDistTau(n), SoftDistTau(n+1); !(b < a) || b < a*0.8 {
			t.Errorf("tau of %d cities is %g, of one more %g", n, a, b)
		}
	}
}

// SoftDist against its formula, and rows that sum to 1 at any tau.
func TestSoftDistFormula(t *testing.T) {
	for _, scale := range []float64{1, 1000, 0.1} { // in the unit square, and elsewhere, or in its corner, by the spacing
		x, y := make([]float64, 200), make([]float64, 200)
		r := rand.New(rand.NewPCG(1, 2))
		for i := range x {
			x[i], y[i] = r.Float64()*scale, r.Float64()*scale
		}
		in, err := tsp.NewPoints("t", tsp.Exact2D, x, y, nil)
		if err != nil {
			t.Fatal(err)
		}
		nb, _ := tsp.NearestNeighbors(context.Background(), in, 12)
		const tau = 0.02
		m := tsptest.Must(SoftDist(context.Background(), in, nb, tau, 12))
		row := func(i, j int32) float64 {
			p, sum := 0.0, 0.0
			for _, c := range nb.Of(i) {
				e := math.Exp(-math.Hypot(x[i]-x[c], y[i]-y[c]) / scale / tau)
				sum += e
				if c == j {
					p = e
				}
			}
			return p / sum
		}
		for i := range int32(200) {
			cities, ps := m.Of(i)
			for k, j := range cities {
				want := (row(i, j) + row(j, i)) / 2
				tolerance := 1e-5
				if scale != 1 {
					tolerance = 0.05 // the side is estimated from the spacing
				}
				if math.Abs(float64(ps[k])-want) > tolerance {
					t.Fatalf("scale %g: P(%d,%d) is %g, want %g", scale, i, j, ps[k], want)
				}
			}
		}
	}
}

// A map from the only tour holds its edges and nothing else.
func TestFromTours(t *testing.T) {
	m := FromTours(4, []tsp.Tour{{0, 1, 2, 3}, {0, 2, 1, 3}})
	for i, want := range [][2][]float32{{{1, 3, 2}, {.25, .5, .25}}, {{0, 2, 3}, {.25, .5, .25}}} {
		cities, ps := m.Of(int32(i))
		for k, j := range cities {
			if at := slices.Index(want[0], float32(j)); at < 0 || want[1][at] != ps[k] {
				t.Errorf("city %d: %v %v", i, cities, ps)
			}
		}
	}
}

// Tours of a directed instance, or a path, are those of its own cities, not of what stands for it.
func TestToursOfAnother(t *testing.T) {
	build := func(in *tsp.Instance, tour tsp.Tour) (*Map, error) {
		s := tsptest.Must(Parse("tours:f"))
		return s.Build(t.Context(), Request{Instance: tsp.NewSymmetric(in).Instance,
			Open:      func(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("")), nil },
			ReadTours: func(io.Reader, string) ([]tsp.Tour, error) { return []tsp.Tour{slices.Clone(tour)}, nil }})
	}
	for _, directed := range []bool{false, true} {
		for _, ends := range []tsp.Ends{{Start: -1, End: -1}, {Start: 2, End: -1}, {Start: 1, End: 3}} {
			in := tsptest.Random(tsp.Explicit, 5, 1)
			if directed {
				in = tsptest.Directed(5, 1)
			}
			if err := in.SetEnds(ends.Start, ends.End); err != nil {
				t.Fatal(err)
			}
			m, err := build(in, tsp.Tour{4, 1, 3, 0, 2})
			if err != nil || m.Check() != nil {
				t.Fatalf("directed %v, ends %v: %v", directed, ends, err)
			}
			from, to := int32(1), int32(3)
			if directed { // from where city 1 is left to where city 3 is entered
				from, to = 2*from+1, 2*to
			}
			if cities, p := m.Of(from); !slices.Contains(cities, to) || p[slices.Index(cities, to)] != .5 {
				t.Errorf("directed %v, ends %v: %v %v", directed, ends, cities, p)
			}
			for _, bad := range []tsp.Tour{{0, 1, 2, 3}, {0, 1, 2, 3, 3}} {
				if _, err := build(in, bad); err == nil || strings.Contains(err.Error(), "10") || strings.Contains(err.Error(), "want 6") {
					t.Errorf("directed %v, ends %v: %v is %v", directed, ends, bad, err)
				}
			}
		}
	}
}
