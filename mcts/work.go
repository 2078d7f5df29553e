package mcts

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
func (s *search) did(operator string, depth int, visits, gain, actions int64) {
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

// work returns what was done so far, by depth and in the order in which it began.
func (s *search) work() []Work {
	list := make([]Work, len(s.Work))
	for i, w := range s.Work {
		list[i] = Work{w.Operator, w.Depth, w.Visits, s.in.InUnit(w.Gain + s.in.Offset()), w.Actions}
	}
	slices.SortStableFunc(list, func(a, b Work) int { return a.Depth - b.Depth })
	return list
}
