package tsp

import (
	"context"
	"slices"
)

// Places is an instance for searches, whose cities are the places of another's cities.
type Places struct {
	*Instance
	start   []int32 // members[start[u]:start[u+1]] are the cities in place u; nil: members[u] alone is
	members []int32
}

// NewPlaces makes the instance of the places of in. Cities that share a place are merged: a tour of
// the places is as long as the tour of in that visits all cities of a place one after the other.
// Some tour of in may be shorter, where rounded distances break the triangle inequality; so they
// are merged only where that is worth it, with at most nine places for ten cities, and where cities
// in one place are 0 apart (which GEO's are not). Otherwise each city is a place. Twins take the room
// of others among a city's candidates: 10,200 cities in 6000 places stand .9 % higher after 0.6 s when
// they are not merged, and .2 % after 6.
//
// Places are numbered in the order in which a tour along meets them: what is near then lies
// together in memory. Nil is the order of the cities, in which it returns nil where nothing is
// merged. Nothing is where edges are fixed or forbidden, or a path is wanted, as of the places then.
// It also returns nil where in is directed, or there are no places. The only error is ctx's.
func NewPlaces(ctx context.Context, in *Instance, along Tour) (*Places, error) {
	plain := !in.HasFixed() && in.Ends == nil && !in.Forbids()
	if in.Metric.Dims() == 0 || in.Directed || in.N() < 2 || !plain && along == nil {
		return nil, nil
	}
	if err := ctx.Err(); err != nil { // before tables of many cities are made
		return nil, err
	}
	ix := newIndex(in, nil, 0)
	if err := ix.merge(ctx); err != nil {
		return nil, err
	}
	p := &Places{start: ix.start, members: ix.members}
	m := ix.count()
	apart := m == in.N()
	switch merged := plain && 10*m <= 9*in.N() && p.together(in); {
	case merged:
		apart = true
		if along != nil {
			p.renumber(along)
		}
	case along == nil:
		return nil, nil
	default:
		p.start, p.members = nil, slices.Clone(along)
	}
	pick := func(axis []float64) []float64 {
		if axis == nil {
			return nil
		}
		places := make([]float64, p.places())
		for u := range places {
			places[u] = axis[p.at(int32(u))[0]]
		}
		return places
	}
	var err error
	p.Instance, err = NewPoints(in.Name, in.Metric, pick(in.X), pick(in.Y), pick(in.Z))
	if err != nil {
		return nil, err
	}
	p.Instance.apart = apart
	if !plain {
		p.demand(in)
	}
	return p, nil
}

// demand makes the fixed and forbidden edges of in, and the ends of its path, those of the places,
// each of which is one city.
func (p *Places) demand(in *Instance) {
	place := p.ofCities()
	of := func(edges [][2]int32) [][2]int32 {
		to := make([][2]int32, len(edges))
		for k, e := range edges {
			to[k] = [2]int32{place[e[0]], place[e[1]]}
		}
		return to
	}
	err := p.SetFixed(of(in.Fixed))
	if err == nil && in.closed != nil {
		err = p.Forbid(of(in.closed.edges()))
	}
	if e := in.Ends; err == nil && e != nil {
		start, end := int32(-1), int32(-1)
		if e.Start >= 0 {
			start = place[e.Start]
		}
		if e.End >= 0 {
			end = place[e.End]
		}
		err = p.SetEnds(start, end)
	}
	if err != nil {
		panic("tsp: " + err.Error()) // in has them
	}
}

// together reports whether the cities of each place are 0 apart.
func (p *Places) together(in *Instance) bool {
	for u := range int32(p.places()) {
		if at := p.at(u); len(at) > 1 && in.Dist(at[0], at[1]) > 0 {
			return false
		}
	}
	return true
}

// places returns how many there are.
func (p *Places) places() int {
	if p.start == nil {
		return len(p.members)
	}
	return len(p.start) - 1
}

// at returns the cities in place u, ascending.
func (p *Places) at(u int32) []int32 {
	if p.start == nil {
		return p.members[u : u+1]
	}
	return p.members[p.start[u]:p.start[u+1]]
}

// renumber numbers the places in the order in which t meets them.
func (p *Places) renumber(t Tour) {
	to := &Places{start: make([]int32, 1, len(p.start)), members: make([]int32, 0, len(p.members))}
	for _, u := range p.Contract(t) {
		to.members = append(to.members, p.at(u)...)
		to.start = append(to.start, int32(len(to.members)))
	}
	*p = *to
}

// Metrical reports whether the distances obey the triangle inequality, so that
// the shortest tour of the places is the shortest of all cities too. It takes n^3 time.
func (p *Places) Metrical() bool {
	n := int32(p.N())
	for i := range n {
		for j := range n {
			for k := range n {
				if p.Dist(i, k) > p.Dist(i, j)+p.Dist(j, k) {
					return false
				}
			}
		}
	}
	return true
}

// Cities returns the cities in some places: of a tour of the places, the tour of all cities that it
// stands for.
func (p *Places) Cities(places []int32) []int32 {
	all := make([]int32, 0, len(places))
	for _, u := range places {
		all = append(all, p.at(u)...)
	}
	return all
}

// Spread returns for every city what of says of its place.
func (p *Places) Spread(of []uint16) []uint16 {
	all := make([]uint16, len(p.members))
	for u, x := range of {
		for _, c := range p.at(int32(u)) {
			all[c] = x
		}
	}
	return all
}

// ofCities returns the place of each city.
func (p *Places) ofCities() []int32 {
	place := make([]int32, len(p.members))
	for u := range int32(p.places()) {
		for _, c := range p.at(u) {
			place[c] = u
		}
	}
	return place
}

// Contract returns the tour of the places in the order in which t visits them first.
func (p *Places) Contract(t Tour) Tour {
	place := p.ofCities()
	seen := make([]bool, p.places())
	places := make(Tour, 0, len(seen))
	for _, c := range t {
		if u := place[c]; !seen[u] {
			seen[u] = true
			places = append(places, u)
		}
	}
	return places
}
