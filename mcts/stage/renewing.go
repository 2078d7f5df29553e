package stage

import "tspmcts/mcts/region"

// Renewing brings parts of the tour of a search to local optima over new candidates, as these
// become known. It is no stage: it goes on while the heatmap is made, before the search begins.
type Renewing struct {
	s     *Search
	parts *visiting
}

// Renewing returns what renews the tour of s, whose candidates become those that Step is told of,
// as many as there are of each city.
func (s *Search) Renewing() *Renewing { return &Renewing{s, s.newVisiting()} }

// Step descends within parts, disjoint lists of cities, over candidates, the most promising first,
// and joins what that brings to the tour.
func (r *Renewing) Step(parts [][]int32, candidates func(i int32) []int32) {
	s := r.s
	r.parts.visit(s, parts, func(x *region.Visitor, k int) (found region.Exchange) {
		for _, city := range parts[k] {
			s.renew(city, candidates(city))
		}
		c := x.Climber
		c.LoadRegion(s.In, s.Candidates, x.Problem.Cities, x.Problem.Links, s.Tour.Length, func(city int32) int32 {
			if r.parts.owner[city] != int32(k)+1 {
				return -1
			}
			return r.parts.place[city]
		})
		c.Descend(0)
		if gain := c.Gain(); gain > 0 {
			found = x.Problem.Compare(c.Local(), gain)
		}
		return found
	})
}

// renew makes the first of better the city's candidates, as many as it has.
func (s *Search) renew(city int32, better []int32) {
	from, to := s.Candidates.Start[city], s.Candidates.Start[city+1]
	row := s.Candidates.City[from:to]
	for k, j := range better[:min(len(better), len(row))] {
		row[k], s.Candidates.Dist[int(from)+k] = j, s.In.Dist(city, j)
	}
}
