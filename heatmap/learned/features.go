package learned

import (
	"context"
	"math"
	"slices"

	"tspmcts/heatmap"
	"tspmcts/tsp"
	"tspmcts/tsp/onetree"
)

// The pairs that the learned source judges: each city's learnNear nearest and
// its learnAlpha first by alpha-nearness, seen from either end.
const (
	learnNear  = 10
	learnAlpha = 8
)

// FeatureNames names what the learned source knows of a pair of cities. Of what has
// a value at either end, "least" and "most" are the two. Nothing has a unit: a map does not change
// when an instance is scaled or turned, but for ties. When its cities are renumbered it may: "lune"
// and "circle" look at the neighbours of that end of a pair alone whose number is less.
var FeatureNames = []string{
	"near rank, least", "near rank, most", // log(1 + place among the nearest)
	"alpha rank, least", "alpha rank, most", // log(1 + place by alpha-nearness)
	"alpha",                                         // log(1 + alpha / spacing)
	"alpha over 2nd, least", "alpha over 2nd, most", // alpha less that of the end's second candidate, over spacing, squashed
	"in 1-tree",                                 // alpha is 0
	"over spacing, least", "over spacing, most", // log of distance over the end's mean distance to its 5 nearest
	"over 1st, least", "over 1st, most", // log of distance over that to the end's nearest
	"over 2nd, least", "over 2nd, most", // ... to its second nearest
	"over 3rd, least", "over 3rd, most",
	"sector rank, least", "sector rank, most", // log(1 + nearer cities within 45 degrees of the direction)
	"lune",    // log(1 + cities nearer to both ends than they are to each other)
	"circle",  // log(1 + cities in the circle over the pair as diameter)
	"density", // |log of the ratio of the spacings|
}

// pairs holds the features of pairs of cities, a row of len(FeatureNames) each.
type pairs struct {
	u, v []int32
	x    []float64
}

// surroundings is what the features of an instance's pairs are made of.
type surroundings struct {
	in      *tsp.Instance
	nb      *tsp.Neighbors
	alpha   *onetree.Candidates
	spacing []float64 // mean distance of a city to its 5 nearest, with floor on top
	floor   float64   // on top of distances: a nearest city may be in the same place
}

// newPairs returns the pairs of in and their features. Cost: that of alpha, and
// O(learnNear + learnAlpha) distances a pair. The error is ctx's.
func newPairs(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors) (*pairs, error) {
	alpha, err := heatmap.Nearness(ctx, in, nb, heatmap.AlphaSteps, learnAlpha)
	if err != nil {
		return nil, err
	}
	s := &surroundings{in: in, nb: nb, alpha: alpha}
	s.measure()
	p := &pairs{}
	add := func(i, j int32) {
		i, j = min(i, j), max(i, j)
		p.u, p.v, p.x = append(p.u, i), append(p.v, j), s.row(p.x, i, j)
	}
	lists := func(i, j int32) bool { // i's list holds j
		cities, _ := alpha.Of(i)
		return slices.Contains(nb.Of(i), j) || slices.Contains(cities, j)
	}
	for i := range int32(in.N()) {
		if i&1023 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		near := nb.Of(i)
		for _, j := range near {
			if i < j || !lists(j, i) {
				add(i, j)
			}
		}
		cities, _ := alpha.Of(i)
		for _, j := range cities {
			if !slices.Contains(near, j) && (i < j || !lists(j, i)) {
				add(i, j)
			}
		}
	}
	return p, nil
}

// measure sets spacing and floor.
func (s *surroundings) measure() {
	n := int32(s.in.N())
	s.spacing = make([]float64, n)
	total := 0.0
	for i := range n {
		list := s.nb.Of(i)[:min(5, s.nb.K)]
		for _, j := range list {
			s.spacing[i] += float64(s.in.Dist(i, j))
		}
		s.spacing[i] /= float64(max(1, len(list)))
		total += s.spacing[i]
	}
	s.floor = max(1e-9, total/float64(n)/1000)
	for i := range s.spacing {
		s.spacing[i] += s.floor
	}
}

// row appends the features of i and j to x, in the order of FeatureNames.
func (s *surroundings) row(x []float64, i, j int32) []float64 {
	both := func(a, b float64) { x = append(x, min(a, b), max(a, b)) }
	nearI, nearJ := s.nb.Of(i), s.nb.Of(j)
	citiesI, alphasI := s.alpha.Of(i)
	citiesJ, alphasJ := s.alpha.Of(j)
	si, sj := s.spacing[i], s.spacing[j]
	unit := (si + sj) / 2 * float64(s.alpha.Unit)
	ri, rj := rank(citiesI, j, learnAlpha), rank(citiesJ, i, learnAlpha)
	a := 4 * unit // for pairs that neither list holds
	if ri < learnAlpha {
		a = float64(alphasI[ri])
	} else if rj < learnAlpha {
		a = float64(alphasJ[rj])
	}
	both(log1(rank(nearI, j, learnNear)), log1(rank(nearJ, i, learnNear)))
	both(log1(ri), log1(rj))
	x = append(x, math.Log1p(a/unit))
	over := func(b float64) float64 { r := (a - b) / unit; return r / (1 + math.Abs(r)) }
	both(over(second(alphasI)), over(second(alphasJ)))
	tree := 0.0
	if a == 0 {
		tree = 1
	}
	x = append(x, tree)
	// Where ways are reduced the two halves of a city are nearer to each other than nothing.
	d := max(0, float64(s.in.Dist(i, j))) + s.floor
	both(math.Log(d/si), math.Log(d/sj))
	nth := func(i int32, list []int32, k int) float64 { // distance to the (k+1)-th nearest
		if len(list) == 0 { // the only pair is that of a city's halves
			return d
		}
		return float64(s.in.Dist(i, list[min(k, len(list)-1)])) + s.floor
	}
	for k := range 3 {
		both(math.Log(d/nth(i, nearI, k)), math.Log(d/nth(j, nearJ, k)))
	}
	both(log1(s.sector(i, j)), log1(s.sector(j, i)))
	lune, circle := s.between(i, j, d-s.floor)
	return append(x, log1(lune), log1(circle), math.Abs(math.Log(si/sj)))
}

// sector counts the nearer neighbours of i in about j's direction.
func (s *surroundings) sector(i, j int32) int {
	in, count := s.in, 0
	for _, k := range s.nb.Of(i) {
		if k == j || in.Dist(i, k) >= in.Dist(i, j) {
			break
		}
		if !in.Planar() {
			count++
			continue
		}
		ax, ay, bx, by := in.X[j]-in.X[i], in.Y[j]-in.Y[i], in.X[k]-in.X[i], in.Y[k]-in.Y[i]
		dot := float64(ax*bx) + float64(ay*by)
		if dot > 0 && float64(2*dot*dot) > (float64(ax*ax)+float64(ay*ay))*(float64(bx*bx)+float64(by*by)) {
			count++
		}
	}
	return count
}

// between counts the neighbours of i that are nearer to both than these are to each
// other, which is d, and those of them in the circle over the pair as diameter.
func (s *surroundings) between(i, j int32, d float64) (lune, circle int) {
	for _, k := range s.nb.Of(i) {
		if a := float64(s.in.Dist(i, k)); k != j && a < d {
			if b := float64(s.in.Dist(j, k)); b < d {
				lune++
				if float64(a*a)+float64(b*b) < float64(d*d) {
					circle++
				}
			}
		}
	}
	return lune, circle
}

func log1(k int) float64 { return math.Log1p(float64(k)) }

// rank returns j's place in the list, or else most.
func rank(list []int32, j int32, most int) int {
	if k := slices.Index(list, j); k >= 0 {
		return k
	}
	return most
}

// second returns the second of a city's alphas, the only one of one, 0 of none.
func second(alphas []int64) float64 {
	if len(alphas) == 0 {
		return 0
	}
	return float64(alphas[min(1, len(alphas)-1)])
}
