package heatmap

import (
	"context"
	"math"

	"tspmcts/tsp"
)

// softDistTau is the temperature c / sqrt(n) that the authors of SoftDist (Xia, Yang,
// Liu, Liu, Song, Bian, "Position: Rethinking Post-Hoc Search-Based Neural Approaches for
// Solving Large-Scale Traveling Salesman Problems", 2024) found best, for cities in the unit
// square: 0.0066, 0.0051 and 0.0018 for 500, 1000 and 10,000 cities.
var softDistTau = []struct {
	n int
	c float64
}{{500, 0.0066 * 22.360679774997898}, {1000, 0.0051 * 31.622776601683793}, {10000, 0.0018 * 100}}

// SoftDistTau returns the temperature for n cities in the unit square: c /
// sqrt(n), c linear in log n between the published sizes and constant outside.
func SoftDistTau(n int) float64 {
	c := softDistTau[0].c
	for i, to := range softDistTau[1:] {
		from := softDistTau[i]
		share := math.Log(float64(n)/float64(from.n)) / math.Log(float64(to.n)/float64(from.n))
		c += (to.c - from.c) * max(0, min(1, share))
	}
	return c / math.Sqrt(float64(max(n, 1)))
}

// unitSide returns the side, in core units, of the square that in's cities fill:
// the unit of tau. Coordinates within [0,1] fill the unit square, as the learning
// papers' data sets do. For others it is measured in their own metric, by the
// mean distance to the fifth nearest, which is 1.2305 side / sqrt(n) among
// uniform cities: that serves matrices and spheres too, and clusters, whose
// bounding box says nothing about their edges.
func unitSide(in *tsp.Instance, nb *tsp.Neighbors) float64 {
	if in.Metric.Exact() && in.Planar() && inUnitSquare(in) {
		return in.Scale
	}
	k := min(5, nb.K)
	if k == 0 {
		return 1
	}
	sum := 0.0
	for i := range int32(in.N()) {
		sum += float64(in.Dist(i, nb.Of(i)[k-1]))
	}
	// E d_k = Gamma(k+1/2) / (Gamma(k) sqrt(pi n)).
	expect := math.Gamma(float64(k)+0.5) / math.Gamma(float64(k)) / math.Sqrt(math.Pi)
	return sum / float64(in.N()) / expect * math.Sqrt(float64(in.N()))
}

// inUnitSquare reports whether the cities lie in the unit square and fill most of it.
func inUnitSquare(in *tsp.Instance) bool {
	for _, axis := range [][]float64{in.X, in.Y} {
		lo, hi := math.Inf(1), math.Inf(-1)
		for _, v := range axis {
			lo, hi = min(lo, v), max(hi, v)
		}
		if lo < 0 || hi > 1 || hi-lo < 0.8 {
			return false
		}
	}
	return true
}

// SoftDist returns P_ij = exp(-d_ij / tau) / sum over i's k nearest, made
// symmetric. tau is in units of the square that the cities fill. Distances are
// taken relative to the nearest one, so that every row keeps its sum of 1 at
// any tau: one so small that all else vanishes leaves the nearest cities. The error is ctx's.
func SoftDist(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors, tau float64, k int) (*Map, error) {
	k = min(k, nb.K)
	tau *= unitSide(in, nb)
	return symmetric(ctx, "softdist", in.N(), func(i int32, add func(int32, float32)) {
		list := nb.Of(i)[:k]
		weight := func(j int32) float64 {
			if far := float64(in.Dist(i, j)) - float64(in.Dist(i, list[0])); far > 0 {
				return math.Exp(-far / tau) // tau may have become 0: exp(-Inf) is 0
			}
			return 1
		}
		sum := 0.0
		for _, j := range list {
			sum += weight(j)
		}
		for _, j := range list {
			add(j, float32(weight(j)/sum))
		}
	})
}

func buildSoftDist(ctx context.Context, s *Source, r Request) (*Map, error) {
	k := int(s.Number("k", 30))
	nb, err := r.Nearest(ctx, k)
	if err != nil {
		return nil, err
	}
	return SoftDist(ctx, r.Instance, nb, s.Number("tau", SoftDistTau(r.Instance.N())), k)
}
