package stage

import "slices"

// Work is what one kind of work has brought at one depth of the tree of regions.
type Work struct {
	Operator string  `json:"operator"` // kick, recombine, cross
	Depth    int     `json:"depth"`    // of its regions: 0 is the whole, one more about half of the cities
	Visits   int64   `json:"visits"`   // rounds of kicks, populations, regions
	Gain     float64 `json:"gain"`     // by which the tour got shorter, in the instance's unit
	Actions  int64   `json:"actions"`
}

// worked is a Work in core units.
type worked struct {
	Operator string
	Depth    int
	Visits   int64
	Gain     int64
	Actions  int64
}

// did counts work.
func (s *Search) did(operator string, depth int, visits, gain, actions int64) {
	for i := range s.Work {
		if w := &s.Work[i]; w.Operator == operator && w.Depth == depth {
			w.Visits += visits
			w.Gain += gain
			w.Actions += actions
			return
		}
	}
	s.Work = append(s.Work, worked{operator, depth, visits, gain, actions})
}

// Tally returns what was done so far, by depth and in the order in which it began;
// nil where that is nothing.
func (s *Search) Tally() []Work {
	if len(s.Work) == 0 {
		return nil
	}
	list := make([]Work, len(s.Work))
	for i, w := range s.Work {
		list[i] = Work{w.Operator, w.Depth, w.Visits, s.In.InUnit(w.Gain + s.In.Offset()), w.Actions}
	}
	slices.SortStableFunc(list, func(a, b Work) int { return a.Depth - b.Depth })
	return list
}
