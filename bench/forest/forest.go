// Package forest is a random forest for regression: the surrogate that predicts
// how good a configuration is from those that were tried (F. Hutter, H. Hoos and
// K. Leyton-Brown, Sequential model-based optimization for general algorithm
// configuration, LION 5, 2011), and how much each knob matters (functional ANOVA:
// Hutter, Hoos and Leyton-Brown, ICML 2014).
//
//	f := forest.Fit(x, y, seed)          // y[i] was seen at the point x[i]
//	mean, deviation := f.Predict(point)
//	shares := f.Importance(knobs, seed)  // of each dimension, 0 to 1
//
// Points lie in the unit cube, one dimension a knob. Each tree is grown on a
// bootstrap sample; a split looks at five sixths of the dimensions and takes the
// threshold that leaves the least squared error. The mean over the trees is the
// prediction, their spread its uncertainty.
package forest

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

const (
	trees   = 50
	minLeaf = 3 // samples below which a node is not split
)

// Forest predicts a value from a point.
type Forest struct {
	dims  int
	trees [][]node
}

// node is a split, or a leaf where dim is -1.
type node struct {
	dim         int
	threshold   float64 // below goes left
	left, right int
	mean        float64
	variance    float64 // of the samples in a leaf
}

// Fit grows a forest on points x with values y; the seed decides the samples. Cost:
// O(trees dims n log^2 n).
func Fit(x [][]float64, y []float64, seed uint64) *Forest {
	f := &Forest{dims: len(x[0]), trees: make([][]node, trees)}
	for t := range f.trees {
		rng := rand.New(rand.NewPCG(seed, uint64(t)))
		sample := make([]int, len(x))
		for i := range sample {
			sample[i] = rng.IntN(len(x))
		}
		g := grower{x: x, y: y, rng: rng}
		g.grow(sample)
		f.trees[t] = g.nodes
	}
	return f
}

type grower struct {
	x     [][]float64
	y     []float64
	rng   *rand.Rand
	nodes []node
}

// grow adds the tree of a sample and returns the index of its root.
func (g *grower) grow(sample []int) int {
	sum, squares := 0.0, 0.0
	for _, i := range sample {
		sum += g.y[i]
		squares += g.y[i] * g.y[i]
	}
	n := float64(len(sample))
	at := len(g.nodes)
	g.nodes = append(g.nodes, node{dim: -1, mean: sum / n, variance: max(0, squares/n-sum/n*sum/n)})
	if len(sample) < minLeaf || g.nodes[at].variance < 1e-18 {
		return at
	}
	dims := g.rng.Perm(len(g.x[0]))
	dim, threshold, best := -1, 0.0, math.Inf(1)
	for _, d := range dims[:(5*len(dims)+5)/6] {
		slices.SortFunc(sample, func(a, b int) int { return cmp.Or(cmp.Compare(g.x[a][d], g.x[b][d]), a-b) })
		left, leftSquares := 0.0, 0.0
		for k := 1; k < len(sample); k++ {
			v := g.y[sample[k-1]]
			left += v
			leftSquares += v * v
			lo, hi := g.x[sample[k-1]][d], g.x[sample[k]][d]
			if lo == hi {
				continue
			}
			a, b := float64(k), n-float64(k)
			right := sum - left
			if loss := leftSquares - left*left/a + squares - leftSquares - right*right/b; loss < best {
				dim, best = d, loss
				threshold = lo + g.rng.Float64()*(hi-lo) // anywhere between: the trees differ where nothing is known
			}
		}
	}
	if dim < 0 {
		return at
	}
	var below, above []int
	for _, i := range sample {
		if g.x[i][dim] <= threshold {
			below = append(below, i)
		} else {
			above = append(above, i)
		}
	}
	if len(below) == 0 || len(above) == 0 {
		return at
	}
	left := g.grow(below)
	right := g.grow(above)
	g.nodes[at].dim, g.nodes[at].threshold, g.nodes[at].left, g.nodes[at].right = dim, threshold, left, right
	return at
}

// Predict returns the mean and the standard deviation at a point: the spread of
// the trees' means, and what the samples in a leaf differ.
func (f *Forest) Predict(x []float64) (mean, deviation float64) {
	squares, within := 0.0, 0.0
	for _, tree := range f.trees {
		leaf := find(tree, x)
		mean += leaf.mean
		squares += leaf.mean * leaf.mean
		within += leaf.variance
	}
	n := float64(len(f.trees))
	mean /= n
	return mean, math.Sqrt(max(0, squares/n-mean*mean) + within/n)
}

func find(tree []node, x []float64) *node {
	k := &tree[0]
	for k.dim >= 0 {
		if x[k.dim] <= k.threshold {
			k = &tree[k.left]
		} else {
			k = &tree[k.right]
		}
	}
	return k
}

// Improvement returns how much less than best the value at x is expected to be,
// where it is not less counting as nothing (expected improvement):
// (best-m) Phi(z) + s phi(z), z = (best-m)/s.
func (f *Forest) Improvement(x []float64, best float64) float64 {
	m, s := f.Predict(x)
	if s < 1e-12 {
		return max(0, best-m)
	}
	z := (best - m) / s
	return (best-m)*distuv.UnitNormal.CDF(z) + s*distuv.UnitNormal.Prob(z)
}

// Share is how much of a prediction's variance a knob explains alone.
type Share struct {
	Knob  string
	Share float64
}

// Importance returns for each dimension, by its knob, the share of the prediction's variance
// over the cube that it explains alone, the largest first: the variance of the mean over all other
// dimensions, as its value changes. The rest to 1 is due to dimensions together.
func (f *Forest) Importance(knobs []string, seed uint64) []Share {
	const points, steps = 400, 12
	rng := rand.New(rand.NewPCG(seed, 0x616e6f7661))
	sample := make([][]float64, points)
	total := spread{}
	for i := range sample {
		sample[i] = make([]float64, f.dims)
		for d := range sample[i] {
			sample[i][d] = rng.Float64()
		}
		m, _ := f.Predict(sample[i])
		total.add(m)
	}
	shares := make([]Share, f.dims)
	x := make([]float64, f.dims)
	for d := range shares {
		marginal := spread{}
		for s := range steps {
			sum := 0.0
			for _, p := range sample {
				copy(x, p)
				x[d] = (float64(s) + 0.5) / steps
				m, _ := f.Predict(x)
				sum += m
			}
			marginal.add(sum / points)
		}
		shares[d].Knob = knobs[d]
		if v := total.variance(); v > 0 {
			shares[d].Share = min(1, marginal.variance()/v)
		}
	}
	slices.SortStableFunc(shares, func(a, b Share) int { return cmp.Compare(b.Share, a.Share) })
	return shares
}

// spread sums what a variance needs.
type spread struct{ n, sum, squares float64 }

func (s *spread) add(v float64) {
	s.n++
	s.sum += v
	s.squares += v * v
}

func (s *spread) variance() float64 { return max(0, s.squares/s.n-s.sum/s.n*s.sum/s.n) }
