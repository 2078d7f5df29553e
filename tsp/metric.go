package tsp

import (
	"fmt"
	"math"
)

// Metric is a rule that gives the distance of two cities. Its names and
// definitions are those of TSPLIB95 (Reinelt 1995, section 2), the extensions
// EXACT, FLOOR and GEOM that other solvers read, and two for real places.
type Metric uint8

// The metrics. Ceil3D, Exact, Floor, GeoM, Haversine and Geodesic are extensions to TSPLIB95.
const (
	Explicit Metric = iota // a full matrix
	Euc2D                  // nint of the Euclidean distance
	Euc3D
	Ceil2D // the Euclidean distance rounded up
	Ceil3D
	Floor2D // the Euclidean distance rounded down
	Floor3D
	Exact2D // the Euclidean distance itself
	Exact3D
	Man2D // nint of the sum of the axis distances
	Man3D
	Max2D // largest axis distance, each rounded
	Max3D
	Geo   // kilometres on the sphere, coordinates in DDD.MM
	GeoM  // metres on the sphere, coordinates in decimal degrees
	Att   // pseudo-Euclidean: distance / sqrt(10), rounded up
	XRay1 // crystallography: time of the slowest motor
	XRay2
	Haversine // metres on the sphere of MeanRadius, rounded, coordinates in decimal degrees
	Geodesic  // metres on the ellipsoid WGS84, likewise
	metrics
)

var metricNames = [metrics]string{"EXPLICIT", "EUC_2D", "EUC_3D", "CEIL_2D", "CEIL_3D", "FLOOR_2D", "FLOOR_3D",
	"EXACT_2D", "EXACT_3D", "MAN_2D", "MAN_3D", "MAX_2D", "MAX_3D", "GEO", "GEOM", "ATT", "XRAY1", "XRAY2", "HAVERSINE", "GEODESIC"}

// Metrics that no EDGE_WEIGHT_TYPE names.
const (
	Graph     Metric = metrics + iota // 1 along an edge of a graph, 2 else
	byAnother                         // see derived
)

// String returns the TSPLIB keyword.
func (m Metric) String() string {
	if m < metrics {
		return metricNames[m]
	}
	if m == Graph {
		return "GRAPH"
	}
	return fmt.Sprintf("Metric(%d)", uint8(m))
}

// ParseMetric is the inverse of String.
func ParseMetric(s string) (Metric, bool) {
	for m, name := range metricNames {
		if s == name {
			return Metric(m), true
		}
	}
	return 0, false
}

// Dims returns the number of coordinates that a city has under m: 0, 2 or 3.
func (m Metric) Dims() int {
	switch m {
	case Explicit, Graph, byAnother:
		return 0
	case Euc3D, Ceil3D, Floor3D, Exact3D, Man3D, Max3D, XRay1, XRay2:
		return 3
	}
	return 2
}

// Degrees reports whether the coordinates under m are latitudes, X, and longitudes, Y.
func (m Metric) Degrees() bool { return m == Geo || m == GeoM || m.earthly() }

// LatLon returns where city i lies, in decimal degrees; ok only where its file says so.
func (in *Instance) LatLon(i int32) (lat, lon float64, ok bool) {
	switch {
	case in.Metric == Geo: // degrees and minutes
		return decimal(in.X[i]), decimal(in.Y[i]), true
	case in.Metric.Degrees():
		return in.X[i], in.Y[i], true
	case in.DisplayDegrees:
		return in.DisplayY[i], in.DisplayX[i], true
	}
	return 0, 0, false
}

// Picture returns where a picture shows the cities, north up; nil where no file says so.
func (in *Instance) Picture() (x, y []float64) {
	switch {
	case in.DisplayX != nil:
		return in.DisplayX, in.DisplayY
	case in.Metric.Degrees():
		return in.Y, in.X // latitudes come first in files
	}
	return in.X, in.Y
}

// decimal returns degrees and minutes, DDD.MM, as decimal degrees.
func decimal(x float64) float64 {
	deg := math.Trunc(x)
	return deg + (x-deg)*5/3
}

// earthly reports whether m is a metric of earth.go.
func (m Metric) earthly() bool { return m == Haversine || m == Geodesic }

// Exact reports whether lengths under m are real numbers, so that the search
// runs on scaled integers.
func (m Metric) Exact() bool { return m == Exact2D || m == Exact3D }

// Exact reports whether lengths are real numbers, so that those in core units are rounded.
func (in *Instance) Exact() bool {
	return in.Metric.Exact() || in.derived != nil && in.derived.of.Metric.Exact()
}

// nint rounds half up, as TSPLIB95 does.
func nint(x float64) float64 { return math.Floor(x + 0.5) }

func sq(x float64) float64 { return float64(x * x) }

// distance evaluates every metric but Explicit, in core units, as a float64
// that holds an integer, for two cities that may lie in one place but are not one.
func (in *Instance) distance(i, j int32) float64 {
	if in.Metric.earthly() {
		return nint(in.earthDistance(i, j))
	}
	if len(in.globe) > 0 {
		if d, ok := in.sphereDistance(i, j); ok {
			return d
		}
	}
	var dz float64
	if in.z != nil {
		dz = in.z[i] - in.z[j]
	}
	return in.between(in.pts[i], in.pts[j], dz)
}

// between is the distance of two different cities at p and q. It does not
// depend on their order. The products are explicit conversions so that no
// fused multiply-add changes a length between processors.
func (in *Instance) between(p, q point, dz float64) float64 {
	dx, dy := p.x-q.x, p.y-q.y
	switch in.Metric {
	case Euc2D, Euc3D, Exact2D, Exact3D:
		return nint(math.Sqrt(sq(dx) + sq(dy) + sq(dz)))
	case Ceil2D, Ceil3D:
		return math.Ceil(math.Sqrt(sq(dx) + sq(dy) + sq(dz)))
	case Floor2D, Floor3D:
		return math.Floor(math.Sqrt(sq(dx) + sq(dy) + sq(dz)))
	case Man2D, Man3D:
		return nint(math.Abs(dx) + math.Abs(dy) + math.Abs(dz))
	case Max2D, Max3D:
		return max(nint(math.Abs(dx)), nint(math.Abs(dy)), nint(math.Abs(dz)))
	case Att:
		r := math.Sqrt((sq(dx) + sq(dy)) / 10)
		t := nint(r)
		if t < r {
			t++
		}
		return t
	case Geo:
		q1, q2, q3 := math.Cos(dy), math.Cos(dx), math.Cos(p.x+q.x)
		c := 0.5 * (float64((1+q1)*q2) - float64((1-q1)*q3))
		return math.Trunc(float64(6378.388*math.Acos(min(1, max(-1, c)))) + 1)
	case GeoM:
		if p.x > q.x || p.x == q.x && p.y > q.y { // the last bit of the formula depends on the order
			p, q, dy = q, p, -dy
		}
		q1 := float64(math.Cos(q.x) * math.Sin(dy))
		q3, q4 := math.Sin(dy/2), math.Cos(dy/2)
		q2 := float64(float64(math.Sin(p.x+q.x)*q3)*q3) - float64(float64(math.Sin(p.x-q.x)*q4)*q4)
		q5 := float64(float64(math.Cos(p.x-q.x)*q4)*q4) - float64(float64(math.Cos(p.x+q.x)*q3)*q3)
		return math.Trunc(float64(6378388*math.Atan2(math.Sqrt(sq(q1)+sq(q2)), q5)) + 1)
	case XRay1, XRay2:
		phi := min(math.Abs(dx), math.Abs(math.Abs(dx)-360))
		chi, theta := math.Abs(dy), math.Abs(dz)
		if in.Metric == XRay2 {
			phi, chi, theta = phi/1.25, chi/1.5, theta/1.15
		}
		return nint(100 * max(phi, chi, theta))
	}
	panic("tsp: distance of " + in.Metric.String())
}

// radians converts a coordinate of Geo (degrees and minutes) or another metric in
// degrees (decimal ones) with the document's own value of pi.
func (m Metric) radians(x float64) float64 {
	if m == Geo {
		deg := math.Trunc(x)
		return 3.141592 * (deg + float64(5*(x-deg))/3) / 180
	}
	return math.Pi * x / 180
}
