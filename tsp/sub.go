package tsp

// Sub makes dst the instance over some cities of in: its city i is cities[i].
// local is the inverse: for a city of in, its place in cities, or a number
// outside 0..len(cities)-1. Fixed edges between the cities stay fixed. dst
// serves distances and fixed edges only, and keeps its memory for the next Sub.
func (in *Instance) Sub(dst *Instance, cities []int32, local func(c int32) int32) {
	m := int32(len(cities))
	dst.Metric, dst.Scale, dst.n, dst.flat, dst.round, dst.apart = in.Metric, in.Scale, m, in.flat, in.round, in.apart
	dst.pts, dst.globe, dst.rows = dst.pts[:0], dst.globe[:0], dst.rows[:0]
	if len(in.pts) > 0 { // in may be a used dst itself
		for _, c := range cities {
			dst.pts = append(dst.pts, in.pts[c])
		}
	}
	if in.z == nil {
		dst.z = nil
	} else {
		dst.z = dst.z[:0]
		for _, c := range cities {
			dst.z = append(dst.z, in.z[c])
		}
	}
	if len(in.globe) > 0 {
		for _, c := range cities {
			dst.globe = append(dst.globe, in.globe[c])
		}
	}
	if in.Metric.Dims() == 0 {
		if dst.whole = in.whole; in.rows == nil {
			dst.whole = in
		}
		dst.Matrix, dst.stride, dst.graph, dst.derived = in.Matrix, in.stride, in.graph, in.derived
		for _, c := range cities {
			if in.rows != nil {
				c = in.rows[c]
			}
			dst.rows = append(dst.rows, c)
		}
	}
	partner := dst.partner[:0]
	dst.partner = nil
	if in.partner == nil {
		return
	}
	for range 2 * m {
		partner = append(partner, -1)
	}
	for i, c := range cities {
		slot := 2 * i
		for _, f := range in.partner[2*c : 2*c+2] {
			if f < 0 {
				continue
			}
			if j := local(f); j >= 0 && j < m && j != int32(i) {
				partner[slot] = j
				slot++
			}
		}
	}
	dst.partner = partner
}

// Fix makes the edge between cities i and j of a Sub a fixed one, unless it is
// one already. Each city may have two.
func (in *Instance) Fix(i, j int32) {
	if in.partner == nil {
		in.partner = make([]int32, 2*in.n)
		for k := range in.partner {
			in.partner[k] = -1
		}
	}
	if in.IsFixed(i, j) {
		return
	}
	for _, e := range [2][2]int32{{i, j}, {j, i}} {
		slot := 2 * e[0]
		if in.partner[slot] >= 0 {
			slot++
		}
		in.partner[slot] = e[1]
	}
}

// Placed reports whether At tells where cities lie: near cities are near in the metric too, but for
// the city more that a path may take.
func (in *Instance) Placed() bool { return len(in.pts) > 0 }

// At returns where city i lies, in core units (radians where they are degrees); the origin
// where in is not Placed.
func (in *Instance) At(i int32) (x, y float64) {
	if len(in.pts) == 0 {
		return 0, 0
	}
	return in.pts[i].x, in.pts[i].y
}
