package tsp

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
)

// Tour is an order in which the cities are visited; the last is followed by the first,
// unless the instance has Ends.
type Tour []int32

// Check returns an error unless t is a tour of in, or a path between its Ends: every
// city once, every fixed edge used. See Keeps for forbidden edges.
func (in *Instance) Check(t Tour) error { return in.check(t, 1) }

// Measure returns what Length and Value do of t, or the error of Check, on the cores that ctx
// allows (see [WithWorkers]): what a tour of many cities is worth. It does not end with ctx.
func (in *Instance) Measure(ctx context.Context, t Tour) (length int64, value float64, err error) {
	parts := coresFor(ctx, len(t))
	if err := in.check(t, parts); err != nil {
		return 0, 0, err
	}
	if in.Metric.Exact() {
		length, value = in.exactly(t, parts)
		return length, value, nil
	}
	sums := make([]int64, parts)
	each(parts, func(k int) {
		sums[k] = in.lengthOf(t, len(t)*k/parts, len(t)*(k+1)/parts)
	})
	for _, s := range sums {
		length += s
	}
	return length, in.InUnit(length), nil
}

// check is Check on so many cores.
func (in *Instance) check(t Tour, cores int) error {
	if len(t) != int(in.n) {
		return fmt.Errorf("the tour visits %d cities, want %d", len(t), in.n)
	}
	if in.Fixed != nil || !t.permutes(cores) {
		if err := in.checkCities(t); err != nil {
			return err
		}
	}
	if in.Ends != nil {
		return in.checkEnds(t)
	}
	return nil
}

// checkCities returns an error unless t has every city once and every fixed edge.
func (in *Instance) checkCities(t Tour) error {
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
	return nil
}

// permutes reports whether t has each of its cities once. A core marks those of its part in
// bits of its own, which fit its cache where positions do not; no mark may be in two parts.
func (t Tour) permutes(cores int) bool {
	const most = 8 // parts, lest the marks of many cores take more than the tour
	parts := min(most, cores)
	marks := make([][]uint64, parts)
	each(parts, func(k int) {
		seen := make([]uint64, (len(t)+63)/64)
		for _, v := range t[len(t)*k/parts : len(t)*(k+1)/parts] {
			if uint32(v) >= uint32(len(t)) || seen[v>>6]>>(v&63)&1 != 0 {
				return
			}
			seen[v>>6] |= 1 << (v & 63)
		}
		marks[k] = seen
	})
	all := marks[0]
	for k, seen := range marks {
		if seen == nil {
			return false
		}
		for i, word := range seen {
			if k > 0 && all[i]&word != 0 {
				return false
			}
			all[i] |= word
		}
	}
	return true
}

// Length returns the length of t in core units.
func (in *Instance) Length(t Tour) int64 { return in.lengthOf(t, 0, len(t)) }

// lengthOf returns the length of the steps of t from positions from..end-1.
func (in *Instance) lengthOf(t Tour, from, end int) (sum int64) {
	if end == len(t) && end > from {
		end--
		if in.Ends == nil {
			sum = int64(in.Dist(t[end], t[0]))
		}
	}
	if in.flat && from < end { // as Dist, with one city fetched a step
		p := in.pts[t[from]]
		for _, w := range t[from+1 : end+1] {
			q := in.pts[w]
			dx, dy := p.x-q.x, p.y-q.y
			sum += int64(math.Sqrt(float64(dx*dx)+float64(dy*dy)) + in.round)
			p = q
		}
		return sum
	}
	for i := from; i < end; i++ {
		sum += int64(in.Dist(t[i], t[i+1]))
	}
	return sum
}

// Value returns the length of t in the caller's unit: an integer for the integer metrics (a
// fraction for a matrix of some), the sum of the unrounded Euclidean distances otherwise.
func (in *Instance) Value(t Tour) float64 {
	if !in.Metric.Exact() {
		return in.InUnit(in.Length(t))
	}
	_, value := in.exactly(t, 1)
	return value
}

// exactly returns the length and the value of t under an exact metric. Steps are measured on so
// many cores, and added in their order: what the lengths are does not depend on how many cores
// there are.
func (in *Instance) exactly(t Tour, cores int) (length int64, value float64) {
	const block = 1 << 18
	legs, lengths := make([]float64, min(cores*block, len(t))), make([]int64, cores)
	for done := 0; done < len(t); done += len(legs) {
		next := legs[:min(len(legs), len(t)-done)]
		each(cores, func(k int) {
			from, end := len(next)*k/cores, len(next)*(k+1)/cores
			in.legs(next[from:end], t, done+from)
			for _, d := range next[from:end] {
				lengths[k] += int64(d + 0.5) // as Dist
			}
		})
		for _, d := range next {
			value += d
		}
	}
	for _, l := range lengths {
		length += l
	}
	// Scale is a power of two: the sum in core units, scaled back, is the sum in
	// the caller's unit to the last bit, and its squares do not overflow.
	return length, value / in.Scale
}

// legs sets dst to the unrounded lengths in core units, under an exact metric, of the steps of t
// from a position on.
func (in *Instance) legs(dst []float64, t Tour, from int) {
	end := min(from+len(dst)+1, len(t))
	v := t[from]
	p := in.pts[v]
	for k, w := range t[from+1 : end] {
		q := in.pts[w]
		var dz float64
		if in.z != nil {
			dz = in.z[v] - in.z[w]
			v = w
		}
		dst[k] = math.Sqrt(sq(p.x-q.x) + sq(p.y-q.y) + sq(dz))
		p = q
	}
	if end-from > len(dst) {
		return
	}
	last := &dst[len(dst)-1] // the step from the last city
	if *last = 0; in.Ends == nil {
		v, w := t[len(t)-1], t[0]
		*last = in.Leg(v, w) * in.Scale
	}
}

// manyCities is the number from which on a tour is worth several cores.
const manyCities = 1 << 20

// coresFor returns how many of the cores that ctx allows are worth their start for a pass over n
// cities.
func coresFor(ctx context.Context, n int) int {
	if n < manyCities {
		return 1
	}
	return Workers(ctx)
}

// each calls fn(0) to fn(parts-1) at once.
func each(parts int, fn func(k int)) {
	var wg sync.WaitGroup
	for k := 1; k < parts; k++ {
		wg.Go(func() { fn(k) })
	}
	fn(0)
	wg.Wait()
}

// Leg returns the distance from city i to city j in the caller's unit, unrounded as for Value.
func (in *Instance) Leg(i, j int32) float64 {
	switch {
	case in.Metric == Graph:
		return float64(in.Dist(i, j) - 1) // 0 along an edge
	case !in.Metric.Exact():
		return float64(in.Dist(i, j)) / in.Scale
	}
	var dz float64
	if in.z != nil {
		dz = in.z[i] - in.z[j]
	}
	return math.Sqrt(sq(in.pts[i].x-in.pts[j].x)+sq(in.pts[i].y-in.pts[j].y)+sq(dz)) / in.Scale
}

// InUnit converts the length of a tour in core units to that of what it stands for in the caller's
// unit.
func (in *Instance) InUnit(length int64) float64 { return float64(length-in.offset) / in.Scale }

// Turned returns a copy of t as answers have it: from city 0 on towards its neighbour with the lower id;
// of a path, from its lower end on where both are free. So tours that are the same are as long to the
// last digit, where lengths are added step by step.
func (in *Instance) Turned(t Tour) Tour {
	n := len(t)
	if in.Ends != nil {
		t = slices.Clone(t)
		if free := in.Ends.Start < 0 && in.Ends.End < 0; free && n > 0 && t[n-1] < t[0] && !in.Directed {
			slices.Reverse(t)
		}
		return t
	}
	at := max(0, slices.Index(t, 0))
	t = slices.Concat(t[at:], t[:at])
	if n > 2 && t[n-1] < t[1] && !in.Directed {
		slices.Reverse(t[1:])
	}
	return t
}
