package onetree

import (
	"context"
	"math"

	"tspmcts/tsp"
)

// leafSize is the number of cities below which a kd-tree node is not split.
const leafSize = 8

// kdTree is a kd-tree over the cities in coordinates in which the metric is
// monotone: raising the difference along one axis never lowers a distance.
// Its leaf order numbers the cities inside this package, so that near cities
// have near numbers and every node is a range of them.
type kdTree struct {
	dims  int
	p     []float64 // dims per city, in the internal order
	nodes []node    // preorder: a node's left child follows it
	form  form
	unit  float64 // what form multiplies or divides by
	globe bool    // the cities lie on a globe, in space
}

type node struct {
	lo, hi   int32 // the cities lo..hi-1
	right    int32 // index of the right child, 0 for a leaf
	min, max [3]float64
}

// form says how a lower bound of the metric follows from axis differences.
type form uint8

const (
	round2 form = iota // floor(sqrt(sum of squares) + unit)
	ceil2
	att
	sum1   // sum of absolute differences, rounded
	max1   // largest absolute difference, rounded
	sphere // great circle: the differences are those of unit vectors, unit the radius
)

// newKD returns nil for metrics without geometry that prunes.
func newKD(ctx context.Context, in *tsp.Instance) (*kdTree, []int32) {
	n := in.N()
	s := &kdTree{dims: in.Metric.Dims(), globe: in.Metric.Degrees()}
	switch in.Metric {
	case tsp.Euc2D, tsp.Euc3D, tsp.Exact2D, tsp.Exact3D:
		s.form, s.unit = round2, 0.5
	case tsp.Floor2D, tsp.Floor3D:
		s.form = round2
	case tsp.Ceil2D, tsp.Ceil3D:
		s.form = ceil2
	case tsp.Att:
		s.form = att
	case tsp.Man2D, tsp.Man3D:
		s.form = sum1
	case tsp.Max2D, tsp.Max3D:
		s.form = max1
	case tsp.Geo:
		s.form, s.unit, s.dims = sphere, 6378.388, 3
	case tsp.GeoM:
		s.form, s.unit, s.dims = sphere, 6378388, 3
	case tsp.Haversine, tsp.Geodesic: // no shorter than the chord
		s.form, s.unit, s.dims = round2, 0.5, 3
	default:
		return nil, nil
	}
	p := make([]float64, n*s.dims)
	for i := range n {
		q := p[i*s.dims:][:s.dims]
		if x, y, z, ok := in.InSpace(int32(i)); ok {
			q[0], q[1], q[2] = x, y, z
			continue
		}
		x, y := in.At(int32(i))
		if s.form == sphere {
			q[0], q[1], q[2] = math.Cos(x)*math.Cos(y), math.Cos(x)*math.Sin(y), math.Sin(x)
			continue
		}
		q[0], q[1] = x, y
		if s.dims == 3 {
			q[2] = float64(in.Z[i] * in.Scale)
		}
	}
	order := make([]int32, n)
	for i := range order {
		order[i] = int32(i)
	}
	s.nodes = make([]node, nodesOver(n))
	s.p = p
	s.grow(ctx, order)
	s.p = make([]float64, len(p))
	chunks(ctx, n, func(from, to int) {
		for i := from; i < to; i++ {
			copy(s.p[i*s.dims:][:s.dims], p[int(order[i])*s.dims:])
		}
	})
	return s, order
}

// nodesOver is the number of nodes over n cities.
func nodesOver(n int) int {
	if n <= leafSize {
		return 1
	}
	return 1 + nodesOver(n/2) + nodesOver(n-n/2)
}

// grow makes the nodes over all cities, on the cores that ctx allows.
func (s *kdTree) grow(ctx context.Context, order []int32) {
	type subtree struct {
		cities   []int32
		lo, node int
	}
	todo := []subtree{{order, 0, 0}}
	for len(todo) < 64 && len(todo[0].cities) >= 1<<14 {
		below := make([]subtree, 2*len(todo))
		each(ctx, len(todo), func(k int) {
			t := todo[k]
			mid := s.split(t.cities, t.lo, t.node)
			below[2*k] = subtree{t.cities[:mid], t.lo, t.node + 1}
			below[2*k+1] = subtree{t.cities[mid:], t.lo + mid, int(s.nodes[t.node].right)}
		})
		todo = below
	}
	each(ctx, len(todo), func(k int) { s.build(todo[k].cities, todo[k].lo, todo[k].node) })
}

// build makes the subtree at node me over cities, which stand at lo in the whole.
func (s *kdTree) build(cities []int32, lo, me int) {
	if mid := s.split(cities, lo, me); mid > 0 {
		s.build(cities[:mid], lo, me+1)
		s.build(cities[mid:], lo+mid, int(s.nodes[me].right))
	}
}

// split makes node me over cities, which stand at lo in the whole, and returns where its right
// child's begin, 0 for a leaf.
func (s *kdTree) split(cities []int32, lo, me int) (mid int) {
	nd := &s.nodes[me]
	nd.lo, nd.hi = int32(lo), int32(lo+len(cities))
	axis, extent := 0, -1.0
	for a := range s.dims {
		mn, mx := math.Inf(1), math.Inf(-1)
		for _, i := range cities {
			v := s.p[int(i)*s.dims+a]
			mn, mx = min(mn, v), max(mx, v)
		}
		nd.min[a], nd.max[a] = mn, mx
		if mx-mn > extent {
			axis, extent = a, mx-mn
		}
	}
	if len(cities) <= leafSize {
		return 0
	}
	mid = len(cities) / 2
	p, dims := s.p[axis:], s.dims
	key := func(city int32) float64 { return p[int(city)*dims] }
	tsp.Select(cities, mid, key, tsp.MedianOfThree(key))
	nd.right = int32(me + 1 + nodesOver(mid))
	return mid
}

// gap returns the difference along one axis between a coordinate and an interval.
func gap(v, lo, hi float64) float64 {
	if v < lo {
		return lo - v
	}
	if v > hi {
		return v - hi
	}
	return 0
}

// lower returns a distance in core units that no city of the node is nearer to
// city i than. Every operation in a metric is correctly rounded and therefore
// monotone, so the metric's own formula on the box gives a bound without slack;
// the sphere's goes through the chord and gives up two units instead.
func (s *kdTree) lower(i int32, nd *node) int64 {
	var dx, dy, dz float64
	if s.dims == 2 {
		q := s.p[2*int(i):][:2]
		dx, dy = gap(q[0], nd.min[0], nd.max[0]), gap(q[1], nd.min[1], nd.max[1])
	} else {
		q := s.p[3*int(i):][:3]
		dx, dy, dz = gap(q[0], nd.min[0], nd.max[0]), gap(q[1], nd.min[1], nd.max[1]), gap(q[2], nd.min[2], nd.max[2])
	}
	switch s.form {
	case round2:
		return int64(math.Sqrt(float64(dx*dx)+float64(dy*dy)+float64(dz*dz)) + s.unit)
	case ceil2:
		return int64(math.Ceil(math.Sqrt(float64(dx*dx) + float64(dy*dy) + float64(dz*dz))))
	case att:
		return int64(math.Ceil(math.Sqrt((float64(dx*dx) + float64(dy*dy)) / 10)))
	case sum1:
		return int64(dx + dy + dz + 0.5)
	case max1:
		return int64(max(dx, dy, dz) + 0.5)
	}
	chord := min(math.Sqrt(dx*dx+dy*dy+dz*dz)/2, 1)
	return max(0, int64(s.unit*2*math.Asin(chord))-2)
}
