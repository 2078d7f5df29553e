package tsp

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"
)

// ErrForbidden is what errors.Is finds where no tour, or none that was found, keeps to the edges
// that may be used.
var ErrForbidden = errors.New("edges that may not be used")

// NewGraph returns the instance of the Hamiltonian cycle problem on the graph of n
// cities, at least three, with the given edges: the length of a tour is the number
// of its steps that are no edges, so that a cycle has length 0. Memory is that of the edges.
func NewGraph(name string, n int, edges [][2]int32) (*Instance, error) {
	if n < 3 {
		return nil, fmt.Errorf("a graph of %d cities has no Hamiltonian cycle; want three or more", n)
	}
	if n > math.MaxInt32/2 {
		return nil, fmt.Errorf("%d cities are more than %d", n, math.MaxInt32/2)
	}
	for _, e := range edges {
		if min(e[0], e[1]) < 0 || int(max(e[0], e[1])) >= n {
			return nil, fmt.Errorf("edge %d-%d, want cities of 1..%d", e[0]+1, e[1]+1, n)
		}
	}
	return &Instance{Name: name, Metric: Graph, Scale: 1, n: int32(n), graph: newLinks(n, edges), offset: int64(n)}, nil
}

// GraphEdges lists the edges of a Graph, each once; nil for other metrics.
func (in *Instance) GraphEdges() [][2]int32 {
	if in.graph == nil {
		return nil
	}
	return in.graph.edges()
}

// ForbiddenEdges lists the edges between places that Forbid was given, each once; nil where a matrix
// or a graph has taken them in.
func (in *Instance) ForbiddenEdges() [][2]int32 {
	if in.closed == nil {
		return nil
	}
	return in.closed.edges()
}

// Forbid demands that no tour holds the given edges, in this direction where the
// instance is Directed. It writes NoEdge to the instance's matrix, if it has one, and makes the Scale
// of an exact metric smaller. The error is ErrForbidden where an edge is fixed as well.
func (in *Instance) Forbid(edges [][2]int32) error {
	for _, e := range edges {
		if min(e[0], e[1]) < 0 || max(e[0], e[1]) >= in.n || e[0] == e[1] {
			return fmt.Errorf("%w: %d-%d, want two different cities of 1..%d", ErrForbidden, e[0]+1, e[1]+1, in.n)
		}
		if in.IsFixed(e[0], e[1]) && (!in.Directed || in.fixedWay(e[0], e[1])) {
			return fmt.Errorf("%w: %d-%d is a fixed edge", ErrForbidden, e[0]+1, e[1]+1)
		}
	}
	switch {
	case len(edges) == 0:
	case in.Metric == Explicit:
		in.holes = true
		for _, e := range edges {
			in.Matrix[int(e[0])*in.stride+int(e[1])] = NoEdge
			if !in.Directed {
				in.Matrix[int(e[1])*in.stride+int(e[0])] = NoEdge
			}
		}
	case in.Metric == Graph:
		gone := newLinks(int(in.n), edges)
		in.graph = newLinks(int(in.n), slices.DeleteFunc(in.graph.edges(), func(e [2]int32) bool { return gone.has(e[0], e[1]) }))
	default:
		if in.closed != nil {
			edges = append(in.closed.edges(), edges...)
		} else if in.Metric.Exact() {
			in.shrink()
		}
		in.closed = newLinks(int(in.n), edges)
	}
	return nil
}

// shrink leaves room between the core distances of an exact metric and NoEdge, which is hardly more
// than what the cities span: an edge that may not be used is to cost more than a whole tour of up to
// 1000 cities, and than what it takes to go without it where there are more.
func (in *Instance) shrink() {
	room := math.Ldexp(1, -min(bits.Len(uint(in.n)), 10))
	in.Scale *= room
	for i, p := range in.pts {
		in.pts[i] = point{p.x * room, p.y * room}
	}
	for i := range in.z {
		in.z[i] *= room
	}
}

// Coarse returns the instance that is to be searched in the place of in: in itself, or, where its
// matrix has entries NoEdge that cost hardly more than steps that have to be taken, one in units
// that are up to sixteen of its core units, with distances rounded down, where they cost sixteen
// such steps. By the distances of in a search would not leave such an edge for two long ones. What
// is a lower bound in the one is one in the other, but which of two tours is shorter is up to in.
func (in *Instance) Coarse() *Instance {
	shift := 0
	if in.holes && in.longest() > MaxDist/16 {
		for most := in.bottleneck(); most>>shift > MaxDist/16; {
			shift++
		}
	}
	if shift == 0 {
		return in
	}
	c := *in
	c.Scale = math.Ldexp(in.Scale, -shift)
	c.Matrix = slices.Clone(in.Matrix)
	for k, d := range c.Matrix {
		if d != NoEdge {
			c.Matrix[k] = d >> shift
		}
	}
	return &c
}

// bottleneck returns how long the longest step of every tour of a matrix is at least: by shorter
// ones alone not all cities are reached from the first, or it is not from all (Prim's algorithm,
// along the ways and against them). The longest entry will not do: it may be a large number that
// stands for no edge in its own way, and no digits of the others are to be lost to it.
func (in *Instance) bottleneck() (most int32) {
	for _, step := range [2][2]int{{in.stride, 1}, {1, in.stride}} {
		near := slices.Repeat([]int32{NoEdge}, int(in.n))
		left := make([]int32, 0, in.n)
		for c := range in.n {
			left = append(left, c)
		}
		for last := len(left) - 1; last > 0; last-- {
			at, next := int(left[last]), 0
			for k, c := range left[:last] {
				near[c] = min(near[c], in.Matrix[at*step[0]+int(c)*step[1]])
				if near[c] < near[left[next]] {
					next = k
				}
			}
			left[next], left[last-1] = left[last-1], left[next]
			if d := near[left[last-1]]; d < NoEdge {
				most = max(most, d)
			}
		}
		if !in.Directed {
			break
		}
	}
	return most
}

// Forbids reports whether there are edges that no tour may have.
func (in *Instance) Forbids() bool { return in.holes || in.graph != nil || in.closed != nil }

// allows reports whether a tour may go from city i to city j.
func (in *Instance) allows(i, j int32) bool {
	switch {
	case in.holes:
		return in.Matrix[int(i)*in.stride+int(j)] != NoEdge
	case in.graph != nil:
		return in.graph.has(i, j)
	case in.closed != nil:
		return !in.closed.has(i, j)
	}
	return true
}

// Keeps returns ErrForbidden, with the first step and the number of them, where t
// takes steps that may not be used. Check does not look at them: a search may
// have to pass through such tours.
func (in *Instance) Keeps(t Tour) error {
	if !in.Forbids() || len(t) < 2 {
		return nil
	}
	count, first := 0, [2]int32{}
	for k := range in.steps() {
		i, j := t[k], t[(k+1)%len(t)]
		if !in.allows(i, j) {
			if count == 0 {
				first = [2]int32{i, j}
			}
			count++
		}
	}
	if count == 0 {
		return nil
	}
	return fmt.Errorf("%w: %d of them, the first %d-%d", ErrForbidden, count, first[0]+1, first[1]+1)
}
