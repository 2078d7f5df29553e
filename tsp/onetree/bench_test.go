package onetree

import (
	"fmt"
	"testing"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

var sizes = []int{1e3, 1e4, 1e5, 1e6}

func uniform(b *testing.B, n int) *Graph {
	if n > 1e5 && testing.Short() {
		b.Skip()
	}
	return graph(tsptest.Random(tsp.Exact2D, n, 1), 8, 2)
}

func perSize(b *testing.B, f func(b *testing.B, g *Graph)) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			g := uniform(b, n)
			b.ReportAllocs()
			f(b, g)
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/city")
		})
	}
}

// BenchmarkStep is one ascent step.
func BenchmarkStep(b *testing.B) {
	perSize(b, func(b *testing.B, g *Graph) {
		a := newAscent(ctx, g)
		pi := Ascend(ctx, g, Options{Steps: 10}).pi
		copy(a.pi, pi)
		for b.Loop() {
			a.build()
			a.move(1, 1)
		}
	})
}

func BenchmarkAlpha(b *testing.B) {
	perSize(b, func(b *testing.B, g *Graph) {
		r := Ascend(ctx, g, Options{Steps: 10})
		for b.Loop() {
			r.Alpha(ctx, 5)
		}
	})
}

func BenchmarkPrice(b *testing.B) {
	perSize(b, func(b *testing.B, g *Graph) {
		r := Ascend(ctx, g, Options{Steps: 30})
		for b.Loop() {
			if err := r.Price(ctx); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkGraph(b *testing.B) {
	perSize(b, func(b *testing.B, g *Graph) {
		nb, err := tsp.NearestNeighbors(ctx, g.in, 8)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if _, err := NewGraph(ctx, g.in, nb, 2); err != nil {
				b.Fatal(err)
			}
		}
	})
}
