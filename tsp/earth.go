package tsp

import "math"

// Distances between places on the Earth, in metres. Both metrics keep each city as a
// point in space, so that a short distance (all that a search asks for, mostly) costs a
// square root and a polynomial and no trigonometry:
//
//   - Haversine is the great circle on the sphere of [MeanRadius]: 2R asin(c/2R)
//     for the chord c, which is the haversine formula.
//   - Geodesic is the shortest line on the ellipsoid WGS84. Up to shortLine it is the
//     circle over the chord whose radius is that of the ellipsoid in the chord's
//     direction, at its middle (Euler 1760). Its error grows with the fifth power of the
//     chord and stays below a tenth of a millimetre. Longer ones are Vincenty's (1975),
//     good to a tenth of a millimetre too. Between places that are opposite or nearly so, where
//     his iteration does not converge, the azimuth is bisected (Karney 2013, sections 3 and 5).

// MeanRadius is the mean radius of the Earth in metres, (2a + b)/3 of WGS84.
const MeanRadius = 6371008.8

// WGS84: the semi-axes in metres, and what follows from them.
const (
	wgsA   = 6378137.0
	wgsF   = 1 / 298.257223563
	wgsB   = wgsA * (1 - wgsF)
	wgsE2  = wgsF * (2 - wgsF)   // squared eccentricity
	wgsEP2 = wgsE2 / (1 - wgsE2) // squared second eccentricity
)

// shortLine is the longest chord, in metres, for which Geodesic needs no iteration.
const shortLine = 250e3

// vec is a place in metres from the centre of the Earth, z towards the north pole.
type vec struct{ x, y, z float64 }

// onGlobe returns where a place lies in space, from its latitude and longitude in radians: under
// Geodesic on the ellipsoid, under the others on their sphere.
func (m Metric) onGlobe(lat, lon float64) vec {
	sinLat, cosLat := math.Sincos(lat)
	sinLon, cosLon := math.Sincos(lon)
	if m == Geodesic {
		n := wgsA / math.Sqrt(1-float64(wgsE2*float64(sinLat*sinLat)))
		return vec{n * cosLat * cosLon, n * cosLat * sinLon, n * (1 - wgsE2) * sinLat}
	}
	r := m.radius()
	return vec{r * cosLat * cosLon, r * cosLat * sinLon, r * sinLat}
}

// radius is that of the sphere of a metric in degrees: kilometres under Geo, else metres.
func (m Metric) radius() float64 {
	switch m {
	case Geo:
		return 6378.388
	case GeoM:
		return 6378388
	}
	return MeanRadius
}

// toGlobe finds the places in space of an instance in degrees.
func (in *Instance) toGlobe() {
	if !in.Metric.Degrees() {
		return
	}
	if in.Metric.earthly() {
		in.Unit = "m"
	}
	in.globe = make([]vec, len(in.pts))
	for i, p := range in.pts {
		in.globe[i] = in.Metric.onGlobe(p.x, p.y)
	}
}

// InSpace returns where city i lies in metres from the centre of the Earth, z towards the north
// pole; ok only under Haversine and Geodesic, whose distances are no shorter than those in space.
func (in *Instance) InSpace(i int32) (x, y, z float64, ok bool) {
	if !in.Metric.earthly() {
		return 0, 0, 0, false
	}
	p := &in.globe[i]
	return p.x, p.y, p.z, true
}

// earthDistance is the distance of two cities under Haversine and Geodesic, in
// metres, not rounded. It does not depend on their order.
func (in *Instance) earthDistance(i, j int32) float64 {
	p, q := &in.globe[i], &in.globe[j]
	dz := p.z - q.z
	c2 := sq(p.x-q.x) + sq(p.y-q.y) + sq(dz)
	if in.Metric == Haversine {
		u := c2 / (4 * MeanRadius * MeanRadius)
		switch {
		case u < seriesEnd:
			return math.Sqrt(c2) * arc(u)
		case u < 0.5:
			return 2 * MeanRadius * math.Asin(math.Sqrt(u))
		}
		// The chord to the opposite place, where the arc sine is well conditioned.
		c2 = sq(p.x+q.x) + sq(p.y+q.y) + sq(p.z+q.z)
		return MeanRadius * (math.Pi - 2*math.Asin(min(1, math.Sqrt(c2)/(2*MeanRadius))))
	}
	if c2 < shortLine*shortLine {
		// At the middle, sin^2 of the latitude is s, the radius of the parallel's normal
		// section N = a / sqrt(1 - e^2 s), and that in the direction with the azimuth t is
		// N / (1 + e'^2 cos^2(lat) cos^2(t)), of which both cosines together are dz / c.
		w := sq(p.z+q.z) / (4 * wgsA * wgsA * (1 - wgsE2) * (1 - wgsE2))
		s := w / (1 + float64(wgsE2*w))
		g := float64(c2 + float64(wgsEP2*sq(dz))) // c^2 N / radius
		if c2 > 0 {
			g = g * g / c2
		}
		return math.Sqrt(c2) * arc(g*(1-float64(wgsE2*s))/(4*wgsA*wgsA))
	}
	if p.x > q.x || p.x == q.x && (p.y > q.y || p.y == q.y && p.z > q.z) { // the last bits depend on the order
		p, q = q, p
	}
	return longGeodesic(p, q)
}

// sphereDistance is the distance of two cities under Geo and GeoM by the chord, in a sixth and a tenth
// of the time that their formulas with sines and cosines take. Where both might not be cut to the
// same whole number, and between places that are nearly opposite, ok is false. Both are good to
// 1e-7 of a unit, but for Geo's arc cosine below a kilometre, where all is 1.
func (in *Instance) sphereDistance(i, j int32) (d float64, ok bool) {
	p, q := &in.globe[i], &in.globe[j]
	c2 := sq(p.x-q.x) + sq(p.y-q.y) + sq(p.z-q.z)
	r := in.Metric.radius()
	u := c2 / (4 * r * r)
	switch {
	case u < seriesEnd:
		d = math.Sqrt(c2)*arc(u) + 1
	case u < 0.9:
		d = 2*r*math.Asin(math.Sqrt(u)) + 1
	default:
		return 0, false
	}
	const margin = 1e-6
	whole := math.Trunc(d)
	return whole, d-whole > margin && d-whole < 1-margin
}

// seriesEnd is where arc stops being exact to the last bits.
const seriesEnd = 1e-3

// arc returns asin(x)/x for x^2 = u < seriesEnd.
func arc(u float64) float64 {
	return 1 + float64(u*(1./6+float64(u*(3./40+float64(u*(15./336+float64(u*(105./3456))))))))
}

// longGeodesic is the length of the geodesic between places that are not near each
// other: Vincenty's inverse formula with the coefficients of Helmert.
func longGeodesic(p, q *vec) float64 {
	// Reduced latitudes, u, from the places in space.
	cosP, sinP := math.Hypot(p.x, p.y)/wgsA, p.z/wgsB
	cosQ, sinQ := math.Hypot(q.x, q.y)/wgsA, q.z/wgsB
	l := math.Abs(math.Atan2(float64(p.x*q.y)-float64(p.y*q.x), float64(p.x*q.x)+float64(p.y*q.y)))
	lambda := l
	for range 20 {
		sinL, cosL := math.Sincos(lambda)
		sinS := math.Hypot(float64(cosQ*sinL), float64(cosP*sinQ)-float64(sinP*cosQ*cosL))
		cosS := float64(sinP*sinQ) + float64(cosP*cosQ*cosL)
		if cosS < 0 && sinS < 0.02 {
			break
		}
		sigma := math.Atan2(sinS, cosS)
		sinA := cosP * cosQ * sinL / sinS // of the azimuth at the equator
		cos2A := max(0, 1-float64(sinA*sinA))
		cosM := 0.0 // of twice the arc from the equator to the middle
		if cos2A > 1e-12 {
			cosM = cosS - 2*sinP*sinQ/cos2A
		}
		cosM2 := float64(cosM * cosM)
		c := wgsF / 16 * cos2A * (4 + wgsF*(4-3*cos2A))
		next := l + (1-c)*wgsF*sinA*(sigma+c*sinS*(cosM+c*cosS*(2*cosM2-1)))
		if math.Abs(next) > math.Pi {
			break
		}
		if math.Abs(next-lambda) > 1e-13 {
			lambda = next
			continue
		}
		k := math.Sqrt(1 + float64(wgsEP2*cos2A))
		k = (k - 1) / (k + 1)
		a, b := (1+k*k/4)/(1-k), k*(1-3*k*k/8)
		d := b * sinS * (cosM + b/4*(cosS*(2*cosM2-1)-b/6*cosM*(4*sinS*sinS-3)*(4*cosM2-3)))
		return wgsB * a * (sigma - d)
	}
	return oppositeGeodesic(sinP, cosP, sinQ, cosQ, l)
}

// oppositeGeodesic is the length of the geodesic between places of the given reduced
// latitudes that are l radians of longitude apart, 0 to pi. The longitude that
// a geodesic from the one of higher latitude comes to, where it meets the
// latitude of the other, grows with its azimuth there: the azimuth is bisected.
func oppositeGeodesic(sinP, cosP, sinQ, cosQ, l float64) float64 {
	if math.Abs(sinP) < math.Abs(sinQ) {
		sinP, cosP, sinQ, cosQ = sinQ, cosQ, sinP, cosP
	}
	if sinP > 0 {
		sinP, sinQ = -sinP, -sinQ
	}
	if sinP == 0 && l <= math.Pi*(1-wgsF) {
		return wgsA * l // along the equator
	}
	sinP = min(sinP, -1e-300) // the equator belongs to the south, for Atan2
	lo, hi := 0.0, math.Pi
	var length float64
	for range 60 {
		azimuth := (lo + hi) / 2
		sinA, cosA := math.Sincos(azimuth)
		sin0 := sinA * cosP // of the azimuth at the equator
		cosB := math.Sqrt(max(0, sq(cosA*cosP)+sq(cosQ)-sq(cosP))) / cosQ
		s1, s2 := math.Atan2(sinP, cosA*cosP), math.Atan2(sinQ, cosB*cosQ)
		o1, o2 := math.Atan2(sin0*math.Sin(s1), math.Cos(s1)), math.Atan2(sin0*math.Sin(s2), math.Cos(s2))
		k2 := wgsEP2 * (1 - sin0*sin0)
		// Gauss-Legendre quadrature of the two integrals from s1 to s2.
		var turn float64
		length = 0
		for t, x := range gaussNodes {
			for _, sign := range [2]float64{-1, 1} {
				sin := math.Sin((s1+s2)/2 + sign*x*(s2-s1)/2)
				r := math.Sqrt(1 + k2*sin*sin)
				length += gaussWeights[t] * r
				turn += gaussWeights[t] * (2 - wgsF) / (1 + (1-wgsF)*r)
			}
		}
		half := (s2 - s1) / 2
		length *= wgsB * half
		if o2-o1-wgsF*sin0*turn*half < l {
			lo = azimuth
		} else {
			hi = azimuth
		}
	}
	return length
}

// The ten nodes of Gauss-Legendre quadrature in [-1,1], of each pair the positive, and their
// weights.
var (
	gaussNodes   = [5]float64{0.1488743389816312, 0.4333953941292472, 0.6794095682990244, 0.8650633666889845, 0.9739065285171717}
	gaussWeights = [5]float64{0.2955242247147529, 0.2692667193099963, 0.2190863625159820, 0.1494513491505806, 0.0666713443086881}
)
