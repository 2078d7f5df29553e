package tsplib

import (
	"fmt"
	"math"

	"tspmcts/tsp"
)

// nodes holds one coordinate section; z is nil in the plane.
type nodes struct{ x, y, z []float64 }

// globe holds the largest latitude and longitude. Minutes, behind the point, may be 60 and more in
// real files.
var globe = [2]float64{90, 180.99}

// readNodes reads a section with a line "id x y" or "id x y z" for each of the
// cities 1 to n, in any order.
func (p *problem) readNodes(into *nodes, section string, dims int) error {
	const axes = "xyz"
	var (
		xyz   [3][]float64
		order order
		count int
	)
	angles := section == "NODE_COORD_SECTION" && p.metric.Degrees()
	third := p.threeD && section == "NODE_COORD_SECTION"
	far := 0 // the line of the first city that is nowhere on the globe
	for {
		c, ok := p.skipSpace()
		if !ok || !startsNumber(c) {
			break
		}
		line := p.line
		tok := p.token()
		id, ok := parseInt(tok)
		if count == p.n {
			if ok && id == -1 {
				break
			}
			return p.fail(line, section, "one more city", fmt.Sprintf("%d, as DIMENSION says on line %d", p.n, p.seen["DIMENSION"]), nil)
		}
		switch {
		case ok && id == 0:
			return p.fail(line, section, "city 0", fmt.Sprintf("1 to %d; number the cities from 1", p.n), nil)
		case !ok || id < 1 || id > int64(p.n):
			return p.fail(line, section, "city "+quote(tok), fmt.Sprintf("1 to %d (DIMENSION)", p.n), nil)
		}
		if !order.take(int32(id)) {
			return p.fail(line, section, fmt.Sprintf("city %d a second time", id), "each city once", nil)
		}
		count++
		for d := range dims {
			tok := p.inLine()
			if tok == nil {
				return p.fail(line, section, "the end of the line", fmt.Sprintf("coordinate %c of city %d", axes[d], id), nil)
			}
			v, ok := tsp.ParseDecimal(tok)
			if !ok {
				return p.fail(line, section, quote(tok), fmt.Sprintf("a finite number, coordinate %c of city %d", axes[d], id), nil)
			}
			if angles && math.Abs(v) > tsp.MaxDegrees {
				return p.fail(line, section, quote(tok), "degrees of latitude or longitude", nil)
			}
			if angles && far == 0 && math.Abs(v) > globe[d] {
				far = line
				p.warn(line, fmt.Sprintf("%v: city %d has the %s %v, beyond the globe; x is the latitude and y the longitude", p.metric, id, [2]string{"latitude", "longitude"}[d], v))
			}
			xyz[d] = append(xyz[d], v)
		}
		if dims == 2 && third {
			p.inLine()
		}
		if tok := p.inLine(); tok != nil {
			return p.fail(line, section, quote(tok)+" after the coordinates", fmt.Sprintf("%d coordinates for each city, on a line of its own", dims), nil)
		}
	}
	if count < p.n {
		if err := p.stray(section, "a city's number"); err != nil {
			return err
		}
		return p.fail(p.line, section, fmt.Sprintf("%d cities", count), fmt.Sprintf("%d, as DIMENSION says on line %d", p.n, p.seen["DIMENSION"]), nil)
	}
	if dims == 2 && third && p.metric != tsp.Explicit {
		p.warn(p.seen["NODE_COORD_TYPE"], fmt.Sprintf("%v ignores the third coordinate", p.metric))
	}
	order.restore(xyz[:dims])
	*into = nodes{xyz[0], xyz[1], xyz[2]}
	return nil
}

// order is the order in which the cities of a section come: nearly always 1, 2, 3.
type order struct {
	ordered int            // how many were in order before the first that is not
	ids     []int32        // from that one on
	seen    map[int32]bool // those in ids
}

// take notes the next city, and returns false if it was there already.
func (o *order) take(id int32) bool {
	if o.ids == nil && int(id) == o.ordered+1 {
		o.ordered++
		return true
	}
	if o.seen == nil {
		o.seen = map[int32]bool{}
	}
	if int(id) <= o.ordered || o.seen[id] {
		return false
	}
	o.seen[id] = true
	o.ids = append(o.ids, id)
	return true
}

// restore puts the values of each axis, read in that order, in the order of the cities.
func (o *order) restore(axes [][]float64) {
	if o.ids == nil {
		return
	}
	for d, axis := range axes {
		sorted := make([]float64, len(axis))
		copy(sorted, axis[:o.ordered])
		for i, id := range o.ids {
			sorted[id-1] = axis[o.ordered+i]
		}
		axes[d] = sorted
	}
}
