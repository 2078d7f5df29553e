package tsp

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// MaxDist bounds every distance, in core units, so that the gain of a move of
// any depth that the search makes fits an int64 and a single one an int32.
const MaxDist = 1 << 30

// NoEdge, in a matrix, says that no tour may go this way.
const NoEdge = MaxDist + 1

// Instance is a TSP: a shortest tour of its cities is wanted, or a shortest path
// (SetEnds), mostly with distances that are the same both ways. Searches work on
// tours of symmetric instances; [NewSymmetric] makes one of the others. It does not
// change once built, so that any number of goroutines may read it.
type Instance struct {
	Name    string
	Comment string
	Metric  Metric
	X, Y, Z []float64 // coordinates in the caller's unit; nil for Explicit, Z nil in the plane
	Matrix  []int32   // n x n row-major for Explicit, else nil; an entry may be NoEdge

	// Directed says that Matrix holds the distances from the row's city to the
	// column's, which need not be those back (the asymmetric TSP).
	Directed bool

	// DisplayX and DisplayY place the cities in a picture, other than their coordinates would; nil
	// where the file has none. See Picture.
	DisplayX, DisplayY []float64

	// DisplayDegrees says that DisplayX are longitudes and DisplayY latitudes.
	DisplayDegrees bool

	// Fixed holds edges that every tour must contain, in this direction where the instance is
	// Directed.
	Fixed [][2]int32

	// Ends, if not nil, asks for a path through all cities instead of a tour.
	Ends *Ends

	// Scale is core units per caller's unit: 1 except for the exact metrics, and
	// for matrices of fractions, where it is a power of ten.
	Scale float64

	// IDs and Names are what its file calls the cities; nil where it does not.
	IDs, Names []string

	// Unit is the unit of lengths for people, such as m or s; empty where unknown.
	Unit string

	n       int32
	flat    bool    // planar Euclidean with rounding: the fast path of Dist
	round   float64 // what the fast path adds before it truncates
	apart   bool    // it is known that no two cities share a place
	pts     []point // coordinates as the metric wants them: scaled, or in radians
	z       []float64
	globe   []vec   // places in space under the metrics in degrees, else empty
	partner []int32 // 2 per city: the other ends of its fixed edges, -1 for none; nil without any
	rows    []int32 // of Sub, where there are no coordinates: the city of whole by city; nil for the identity
	whole   *Instance
	stride  int    // of Matrix
	holes   bool   // Matrix has an entry NoEdge
	graph   *links // of a Graph: its edges
	closed  *links // the edges that Forbid forbade where there is no matrix, nil for none
	derived *derived
	offset  int64 // see Offset
}

// MaxDegrees bounds coordinates that are degrees: far above any latitude or longitude in a file, and
// far below what an angle loses its meaning at in a float64.
const MaxDegrees = 1e6

type point struct{ x, y float64 }

// NewPoints returns an instance whose distances come from coordinates: x and y,
// and z where m has three dimensions (nil otherwise), all of one length n >= 1. They become X, Y and Z,
// and must not change: distances are those of what they were.
func NewPoints(name string, m Metric, x, y, z []float64) (*Instance, error) {
	n := len(x)
	switch {
	case m.Dims() == 0 || m >= metrics:
		return nil, fmt.Errorf("metric %v has no coordinates", m)
	case n == 0:
		return nil, errors.New("an instance needs at least one city")
	case len(y) != n || (m.Dims() == 3) != (z != nil) || z != nil && len(z) != n:
		return nil, fmt.Errorf("%v needs %d coordinates for each of %d cities", m, m.Dims(), n)
	case n > math.MaxInt32/2:
		return nil, fmt.Errorf("%d cities are more than %d", n, math.MaxInt32/2)
	}
	in := &Instance{Name: name, Metric: m, X: x, Y: y, Z: z, Scale: 1, n: int32(n)}
	extent, reach, most, err := m.spans(x, y, z)
	if err != nil {
		return nil, err
	}
	if math.IsInf(extent, 0) {
		return nil, errors.New("the coordinates span more than a float64 holds")
	}
	if m.Exact() && extent > 0 {
		// The largest power of two with extent*Scale < MaxDist. Not through Log2: it
		// rounds up just below a power of two, and MaxDist/extent overflows for tiny extents.
		_, exp := math.Frexp(extent) // extent < 2^exp
		in.Scale = math.Ldexp(1, min(30-exp, 1023))
		if math.IsInf(most*in.Scale, 0) || math.IsInf(float64(n)*extent, 0) {
			return nil, errors.New("the coordinates span more than a float64 holds")
		}
	} else if !m.Degrees() && m != XRay1 && m != XRay2 && reach >= MaxDist {
		instead := ""
		switch m {
		case Euc2D, Ceil2D, Floor2D:
			instead = ", or use EXACT_2D"
		case Euc3D, Ceil3D, Floor3D:
			instead = ", or use EXACT_3D"
		}
		return nil, fmt.Errorf("the cities lie up to %.3g apart, further than distances may be (%d); scale the coordinates down%s", reach, MaxDist, instead)
	}
	if m.Degrees() {
		for i := range x {
			if math.Abs(x[i]) > MaxDegrees || math.Abs(y[i]) > MaxDegrees {
				return nil, fmt.Errorf("city %d lies at %v, %v, which are no degrees", i+1, x[i], y[i])
			}
		}
	}
	if (m == XRay1 || m == XRay2) && 100*extent >= MaxDist {
		return nil, fmt.Errorf("%v angles %.3g apart", m, extent)
	}
	in.pts = make([]point, n)
	for i := range in.pts {
		if m.Degrees() {
			in.pts[i] = point{m.radians(x[i]), m.radians(y[i])}
		} else {
			in.pts[i] = point{float64(x[i] * in.Scale), float64(y[i] * in.Scale)}
		}
	}
	if z != nil {
		in.z = make([]float64, n)
		for i := range z {
			in.z[i] = float64(z[i] * in.Scale)
		}
	}
	in.toGlobe()
	switch m {
	case Euc2D, Exact2D:
		in.flat, in.round = true, 0.5
	case Floor2D:
		in.flat = true
	}
	return in, nil
}

// spans returns the sum of what the axes span, how far apart two cities may be under m, and the
// largest coordinate, whatever its sign.
func (m Metric) spans(axes ...[]float64) (sum, reach, most float64, err error) {
	for _, axis := range axes {
		if axis == nil {
			continue
		}
		lo, hi := axis[0], axis[0]
		for i, v := range axis {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return 0, 0, 0, fmt.Errorf("city %d has the coordinate %v, want a finite number", i+1, v)
			}
			lo, hi = min(lo, v), max(hi, v)
		}
		sum += hi - lo
		most = max(most, -lo, hi)
		switch m {
		case Man2D, Man3D:
			reach = sum
		case Max2D, Max3D:
			reach = max(reach, hi-lo)
		default:
			reach = math.Hypot(reach, hi-lo)
		}
	}
	return sum, reach, most, nil
}

// NewMatrix returns an instance over the n x n row-major matrix w, which must be symmetric, with
// entries from 0 to MaxDist, or NoEdge, off the diagonal (the diagonal is never read).
func NewMatrix(name string, n int, w []int32) (*Instance, error) {
	in, err := newMatrix(name, n, w)
	if err != nil {
		return nil, err
	}
	if i, j, uneven := in.uneven(); uneven {
		return nil, fmt.Errorf("the matrix is not symmetric: d(%d,%d) = %d, d(%d,%d) = %d", i+1, j+1, w[i*n+j], j+1, i+1, w[j*n+i])
	}
	return in, nil
}

// uneven returns two cities of a matrix whose distances there and back differ, if there are any.
func (in *Instance) uneven() (i, j int, found bool) {
	n, w := in.stride, in.Matrix
	const tile = 64 // rows and columns at a time: both stay in the cache
	for top := 0; top < n; top += tile {
		for left := 0; left <= top; left += tile {
			for i := top; i < min(top+tile, n); i++ {
				for j := left; j < min(left+tile, i); j++ {
					if w[i*n+j] != w[j*n+i] {
						return i, j, true
					}
				}
			}
		}
	}
	return 0, 0, false
}

// NewDirected returns a Directed instance: w[i*n+j], from 0 to MaxDist or NoEdge, is
// the distance from city i to city j. The diagonal is never read.
func NewDirected(name string, n int, w []int32) (*Instance, error) {
	in, err := newMatrix(name, n, w)
	if err != nil {
		return nil, err
	}
	in.Directed = true
	return in, nil
}

// NewSquare returns what NewMatrix does where w is symmetric, and what NewDirected does elsewhere.
func NewSquare(name string, n int, w []int32) (*Instance, error) {
	in, err := newMatrix(name, n, w)
	if err != nil {
		return nil, err
	}
	_, _, in.Directed = in.uneven()
	return in, nil
}

// newMatrix checks all but the symmetry.
func newMatrix(name string, n int, w []int32) (*Instance, error) {
	if n > math.MaxInt32/2 {
		return nil, fmt.Errorf("%d cities are more than %d", n, math.MaxInt32/2)
	}
	if n < 1 || int64(len(w)) != int64(n)*int64(n) {
		return nil, fmt.Errorf("a matrix of %d numbers for %d cities", len(w), n)
	}
	in := &Instance{Name: name, Metric: Explicit, Matrix: w, Scale: 1, n: int32(n), stride: n}
	for i := range n {
		for j, d := range w[i*n : i*n+n] {
			switch {
			case i == j || d >= 0 && d <= MaxDist:
			case d == NoEdge:
				in.holes = true
			default:
				return nil, fmt.Errorf("d(%d,%d) = %d is outside 0..%d", i+1, j+1, d, MaxDist)
			}
		}
	}
	return in, nil
}

// N returns the number of cities.
func (in *Instance) N() int { return int(in.n) }

// Dist returns the distance from city i to city j in core units, which is that
// back, but where the instance is Directed. That of an edge that no tour may have is
// above MaxDist, or what it would be.
func (in *Instance) Dist(i, j int32) int32 {
	if in.flat {
		p, q := &in.pts[i], &in.pts[j]
		dx, dy := p.x-q.x, p.y-q.y
		return int32(math.Sqrt(float64(dx*dx)+float64(dy*dy)) + in.round)
	}
	return in.dist(i, j)
}

// Dists returns the distances from i to j and to k, for loops where the call counts.
func (in *Instance) Dists(i, j, k int32) (int32, int32) {
	if in.flat {
		p, q, r := &in.pts[i], &in.pts[j], &in.pts[k]
		dx, dy := p.x-q.x, p.y-q.y
		ex, ey := p.x-r.x, p.y-r.y
		return int32(math.Sqrt(float64(dx*dx)+float64(dy*dy)) + in.round), int32(math.Sqrt(float64(ex*ex)+float64(ey*ey)) + in.round)
	}
	return in.dist(i, j), in.dist(i, k)
}

func (in *Instance) dist(i, j int32) int32 {
	if i == j {
		return 0 // two cities in one place are 1 apart under Geo, and the diagonal of a matrix may hold anything
	}
	if in.Metric == Explicit {
		if in.rows != nil {
			i, j = in.rows[i], in.rows[j]
		}
		return in.Matrix[int(i)*in.stride+int(j)]
	}
	if in.Metric >= metrics {
		return in.derivedDist(i, j)
	}
	return int32(in.distance(i, j))
}

// Row returns the distances from city i to all cities, as Dist has them, but for i itself, where there
// may be anything. They must not be changed, and are in buf, which has room for them, where in has
// no row of a matrix.
func (in *Instance) Row(i int32, buf []int32) []int32 {
	if in.Metric == Explicit && in.rows == nil {
		return in.Matrix[int(i)*in.stride:][:in.n]
	}
	buf = buf[:in.n]
	if in.rows == nil && in.derived != nil && in.derived.row(i, buf) {
		return buf
	}
	for j := range buf {
		buf[j] = in.Dist(i, int32(j))
	}
	return buf
}

// Planar reports whether X and Y place the cities in the plane such that near
// cities are near in the metric too (under those in degrees, but for the date line and the poles).
func (in *Instance) Planar() bool { return in.Metric.Dims() == 2 }

// ErrFixed is what errors.Is finds in an error of SetFixed.
var ErrFixed = errors.New("the fixed edges allow no tour")

// SetFixed demands that every tour holds the given edges. They must form
// disjoint paths, or one tour, or be in a path between the Ends where these are set; else the error
// is ErrFixed with the reason, and the edges of before stay.
func (in *Instance) SetFixed(edges [][2]int32) error {
	partner := make([]int32, 2*in.n)
	for i := range partner {
		partner[i] = -1
	}
	root := make([]int32, in.n) // union-find: an edge inside one path closes a cycle
	for i := range root {
		root[i] = int32(i)
	}
	find := func(v int32) int32 {
		for root[v] != v {
			root[v] = root[root[v]]
			v = root[v]
		}
		return v
	}
	var kept [][2]int32
	var way []bool // out of each city, and into it
	if in.Directed {
		way = make([]bool, 2*in.n)
	}
	for _, e := range edges {
		a, b := e[0], e[1]
		if a < 0 || b < 0 || a >= in.n || b >= in.n || a == b {
			return fmt.Errorf("%w: fixed edge %d-%d, want two different cities of 1..%d", ErrFixed, a+1, b+1, in.n)
		}
		if partner[2*a] == b || partner[2*a+1] == b {
			if in.Directed && in.n > 2 && !slices.Contains(kept, e) {
				return fmt.Errorf("%w: %d-%d is fixed in both directions", ErrFixed, a+1, b+1)
			}
			continue // given twice
		}
		if in.Directed {
			if way[2*a] || way[2*b+1] {
				return fmt.Errorf("%w: two fixed edges lead out of city %d, or into city %d", ErrFixed, a+1, b+1)
			}
			way[2*a], way[2*b+1] = true, true
		}
		for _, v := range [2]int32{a, b} {
			if partner[2*v+1] >= 0 {
				return fmt.Errorf("%w: city %d has more than two fixed edges", ErrFixed, v+1)
			}
		}
		ra, rb := find(a), find(b)
		if ra == rb && len(kept)+1 != int(in.n) {
			return fmt.Errorf("%w: fixed edge %d-%d closes a cycle that leaves cities out", ErrFixed, a+1, b+1)
		}
		root[ra] = rb
		for _, v := range [2][2]int32{{a, b}, {b, a}} {
			slot := 2 * v[0]
			if partner[slot] >= 0 {
				slot++
			}
			partner[slot] = v[1]
		}
		kept = append(kept, e)
	}
	if len(kept) == 0 {
		kept, partner = nil, nil
	}
	fixed, partners := in.Fixed, in.partner
	in.Fixed, in.partner = kept, partner
	if err := in.checkPath(); err != nil {
		in.Fixed, in.partner = fixed, partners
		return err
	}
	return nil
}

// HasFixed reports whether any edge is fixed.
func (in *Instance) HasFixed() bool { return in.partner != nil }

// IsFixed reports whether the edge i-j is in Fixed.
func (in *Instance) IsFixed(i, j int32) bool {
	return in.partner != nil && (in.partner[2*i] == j || in.partner[2*i+1] == j)
}

// FixedPartners returns the other ends of city i's fixed edges, -1 for none.
func (in *Instance) FixedPartners(i int32) (int32, int32) {
	if in.partner == nil {
		return -1, -1
	}
	return in.partner[2*i], in.partner[2*i+1]
}
