package eax

import (
	"math/rand/v2"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
	"tspmcts/twoopt"
)

// instances are small ones of every kind that the code treats differently.
func instances() map[string]*tsp.Instance {
	fixed := tsptest.Random(tsp.Euc2D, 200, 4)
	var edges [][2]int32
	for i := range int32(60) { // paths of three edges
		edges = append(edges, [2]int32{i + i/3, i + i/3 + 1})
	}
	if err := fixed.SetFixed(edges); err != nil {
		panic(err)
	}
	set := map[string]*tsp.Instance{
		"clusters":   tsptest.Clustered(200, 2),
		"duplicates": tsptest.Duplicates(200, 18, 3),
		"grid":       tsptest.Grid(14),
		"fixed":      fixed,
		"tiny":       tsptest.Random(tsp.Euc2D, 8, 5),
		"directed":   streets(10),
	}
	for _, m := range []tsp.Metric{tsp.Euc2D, tsp.Ceil2D, tsp.Floor2D, tsp.Exact2D, tsp.Geo, tsp.Explicit} {
		set[m.String()] = tsptest.Random(m, 200, 1)
	}
	return set
}

// streets is the instance that stands for the corners of a square city, at a distance of whole
// blocks: there is a choice of ways of one length, and every other street is of one way, against
// which it is a detour.
func streets(side int) *tsp.Instance {
	n := side * side
	w := make([]int32, n*n)
	for i := range n {
		for j := range n {
			dx, dy := j%side-i%side, j/side-i/side
			w[i*n+j] = int32(max(dx, -dx) + max(dy, -dy))
			if dx < 0 == (i/side%2 == 0) {
				w[i*n+j] += 2
			}
		}
	}
	return tsp.NewSymmetric(tsptest.Must(tsp.NewDirected("streets", n, w))).Instance
}

func nearest(in *tsp.Instance) *tsp.Neighbors {
	return tsptest.Must(tsp.NearestNeighbors(ctx, in, 10))
}

// starts returns local optima of short chains from random tours: about as good
// as those of 2-opt and Or-opt, and with little in common.
func starts(in *tsp.Instance, nb *tsp.Neighbors, count int, seed uint64) []tsp.Tour {
	r := rand.New(rand.NewPCG(seed, 1))
	cand := twoopt.NewCandidates(in, nb.Of)
	tours := make([]tsp.Tour, count)
	for i := range tours {
		tour := twoopt.NewTour(tsptest.Tour(in, r))
		chain := twoopt.NewChain(in, tour, cand, twoopt.ChainConfig{Depth: 2})
		for c := range int32(in.N()) {
			if in.N() > 10 { // else all would end alike
				chain.Push(c)
			}
		}
		chain.Run(0)
		tours[i] = tour.Order
	}
	return tours
}

// tours returns copies of all tours.
func tours(p *Population) (all []tsp.Tour) {
	for i := range p.tours {
		all = append(all, p.s.tour(&p.tours[i]))
	}
	return all
}

// entropy returns the sum of h over all edges.
func (c *census) entropy() int64 {
	var sum int64
	for i := range c.buckets {
		for s := range slots {
			sum += c.h[c.buckets[i].count[s]]
		}
	}
	return sum
}
