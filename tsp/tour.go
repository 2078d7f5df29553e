package tsp

import (
	"fmt"
	"math"
)

// Tour is an order in which the cities are visited; the last is followed by the first,
// unless the instance has Ends.
type Tour []int32

// Check returns an error unless t is a tour of in, or a path between its Ends: every
// city once, every fixed edge used. See Keeps for forbidden edges.
func (in *Instance) Check(t Tour) error {
	if len(t) != int(in.n) {
		return fmt.Errorf("the tour visits %d cities, want %d", len(t), in.n)
	}
	pos := make([]int32, in.n)
	for i, v := range t {
		if v < 0 || v >= in.n {
			return fmt.Errorf("position %d of the tour is city %d, want 1..%d", i+1, int64(v)+1, in.n)
		}
		if pos[v] != 0 {
			return fmt.Errorf("city %d is at positions %d and %d of the tour", v+1, pos[v], i+1)
		}
		pos[v] = int32(i) + 1
	}
	for _, e := range in.Fixed {
		d := pos[e[1]] - pos[e[0]]
		forth := d == 1 || d == 1-in.n && in.Ends == nil
		back := d == -1 || d == in.n-1 && in.Ends == nil
		if !forth && (in.Directed || !back) {
			return fmt.Errorf("the tour lacks the fixed edge %d-%d", e[0]+1, e[1]+1)
		}
	}
	if in.Ends != nil {
		return in.checkEnds(t)
	}
	return nil
}

// Length returns the length of t in core units.
func (in *Instance) Length(t Tour) int64 {
	var sum int64
	for i, v := range t {
		w := t[0]
		if i+1 < len(t) {
			w = t[i+1]
		} else if in.Ends != nil {
			break
		}
		sum += int64(in.Dist(v, w))
	}
	return sum
}

// Value returns the length of t in the caller's unit: an integer for the
// integer metrics (a fraction for a matrix of some), the sum of the unrounded Euclidean distances otherwise.
func (in *Instance) Value(t Tour) float64 {
	if !in.Metric.Exact() {
		return in.InUnit(in.Length(t))
	}
	// Scale is a power of two: the sum in core units, scaled back, is the sum in
	// the caller's unit to the last bit, and its squares do not overflow.
	var sum float64
	for i, v := range t {
		w := t[0]
		if i+1 < len(t) {
			w = t[i+1]
		} else if in.Ends != nil {
			break
		}
		var dz float64
		if in.z != nil {
			dz = in.z[v] - in.z[w]
		}
		sum += math.Sqrt(sq(in.pts[v].x-in.pts[w].x) + sq(in.pts[v].y-in.pts[w].y) + sq(dz))
	}
	return sum / in.Scale
}

// Leg returns the distance from city i to city j in the caller's unit, unrounded as for Value.
func (in *Instance) Leg(i, j int32) float64 {
	if !in.Metric.Exact() {
		return float64(in.Dist(i, j)) / in.Scale
	}
	var dz float64
	if in.z != nil {
		dz = in.z[i] - in.z[j]
	}
	return math.Sqrt(sq(in.pts[i].x-in.pts[j].x)+sq(in.pts[i].y-in.pts[j].y)+sq(dz)) / in.Scale
}

// InUnit converts the length of a tour in core units to that of what it stands for in the caller's unit.
func (in *Instance) InUnit(length int64) float64 { return float64(length-in.offset) / in.Scale }
