package tsp

import (
	"context"
	"slices"
)

// Distinct is an instance without the cities that share a place with another.
type Distinct struct {
	*Instance         // city u is place u, in the order of the first cities there
	start     []int32 // members[start[u]:start[u+1]] are the cities in place u, ascending
	members   []int32
}

// NewDistinct merges the cities of in that share a place, for searches: a tour of
// the places is as long as the tour of in that visits all cities of a place one
// after the other. Some tour of in may be shorter, where rounded distances break
// the triangle inequality; so it merges only where that is worth it, with at
// least two cities a place. It returns nil where it is not, and where cities in
// one place are not 0 apart (GEO), edges are fixed, or there are no places. The
// only error is ctx's.
func NewDistinct(ctx context.Context, in *Instance) (*Distinct, error) {
	if in.Metric.Dims() == 0 || in.HasFixed() || in.N() < 2 {
		return nil, nil
	}
	if err := ctx.Err(); err != nil { // before tables of many cities are made
		return nil, err
	}
	ix := newIndex(in, nil, 0)
	if err := ix.merge(ctx); err != nil {
		return nil, err
	}
	m := len(ix.first)
	if 2*m > in.N() {
		return nil, nil
	}
	pick := func(axis []float64) []float64 {
		if axis == nil {
			return nil
		}
		places := make([]float64, m)
		for u, c := range ix.first {
			places[u] = axis[c]
		}
		return places
	}
	places, err := NewPoints(in.Name, in.Metric, pick(in.X), pick(in.Y), pick(in.Z))
	if err != nil {
		return nil, err
	}
	d := &Distinct{places, ix.start, ix.members}
	for u := range m {
		if at := d.at(int32(u)); len(at) > 1 && in.Dist(at[0], at[1]) > 0 {
			return nil, nil
		}
	}
	return d, nil
}

// at returns the cities in place u.
func (d *Distinct) at(u int32) []int32 { return d.members[d.start[u]:d.start[u+1]] }

// Metrical reports whether the distances obey the triangle inequality, so that
// the shortest tour of the places is the shortest of all cities too. It takes n^3 time.
func (d *Distinct) Metrical() bool {
	n := int32(d.N())
	for i := range n {
		for j := range n {
			for k := range n {
				if d.Dist(i, k) > d.Dist(i, j)+d.Dist(j, k) {
					return false
				}
			}
		}
	}
	return true
}

// Expand returns the tour of all cities that a tour of the places stands for,
// from city 0 on towards its neighbour with the lower id where t is so.
func (d *Distinct) Expand(t Tour) Tour {
	all := make(Tour, 0, len(d.members))
	for _, u := range t {
		all = append(all, d.at(u)...)
	}
	if n := len(all); n > 2 && all[n-1] < all[1] {
		slices.Reverse(all[1:])
	}
	return all
}

// Contract returns the tour of the places in the order in which t visits them first.
func (d *Distinct) Contract(t Tour) Tour {
	place := make([]int32, len(d.members))
	for u := range int32(d.N()) {
		for _, c := range d.at(u) {
			place[c] = u
		}
	}
	seen := make([]bool, d.N())
	places := make(Tour, 0, d.N())
	for _, c := range t {
		if u := place[c]; !seen[u] {
			seen[u] = true
			places = append(places, u)
		}
	}
	return places
}
