package onetree

import (
	"context"
	"io"
	"math/rand/v2"
	"testing"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
	"tspmcts/tsplib"
)

// sample is an instance of a data set and its reference tour.
type sample struct {
	in   *tsp.Instance
	tour tsp.Tour
}

// lines reads up to count instances of a file of data set lines.
func lines(t testing.TB, path string, count int) (samples []sample) {
	t.Helper()
	for set := tsplib.NewLines(tsptest.Open(t, path), path); len(samples) < count; {
		in, tour, err := set.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		samples = append(samples, sample{in, tour})
	}
	return samples
}

// metrics that a random instance may have, with its dimensions in the metric's range.
var metrics = []tsp.Metric{tsp.Explicit, tsp.Euc2D, tsp.Euc3D, tsp.Ceil2D, tsp.Ceil3D, tsp.Floor2D, tsp.Floor3D, tsp.Exact2D, tsp.Exact3D,
	tsp.Man2D, tsp.Man3D, tsp.Max2D, tsp.Max3D, tsp.Geo, tsp.GeoM, tsp.Att, tsp.XRay1, tsp.XRay2, tsp.Haversine, tsp.Geodesic}

// random returns an instance of n cities. With a grid above 0 coordinates are
// whole numbers below it, so that cities coincide; clustered draws them in tight groups.
func random(m tsp.Metric, n int, rng *rand.Rand, grid int, clustered bool) *tsp.Instance {
	if m == tsp.Explicit {
		w := make([]int32, n*n)
		for i := range n {
			for j := range i {
				v := rng.Int32N(int32(max(grid, 2)))
				if clustered {
					v *= v
				}
				w[i*n+j], w[j*n+i] = v, v
			}
		}
		return tsptest.Must(tsp.NewMatrix("random", n, w))
	}
	axes := [3][]float64{}
	size := 1000.0
	if m.Degrees() {
		size = 89
	}
	for i := range n {
		for a := range axes {
			v := rng.Float64() * size
			if grid > 0 {
				v = float64(rng.IntN(grid))
			}
			if clustered && i >= 5 {
				v = axes[a][i%5] + rng.NormFloat64()
			}
			axes[a] = append(axes[a], v)
		}
	}
	if m.Dims() == 2 {
		axes[2] = nil
	}
	return tsptest.Must(tsp.NewPoints("random", m, axes[0], axes[1], axes[2]))
}

// graph builds the default graph.
func graph(in *tsp.Instance, k, perQuadrant int) *Graph {
	nb := tsptest.Must(tsp.NearestNeighbors(context.Background(), in, k))
	return tsptest.Must(NewGraph(context.Background(), in, nb, perQuadrant))
}
