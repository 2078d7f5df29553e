package stage

import "math"

// Learnt is what a search by regions has learnt of its own work, for others to go on
// with, on the same tour or on parts of it (Task.Onward): the next populations are as
// large, and kicks and visits share the time as before.
type Learnt struct {
	Tours   int     // of a population, 0 before the first
	PerTour float64 // what one costs a city, all in all
	Kicks   Yield   // what kicks cost and brought
	Visits  Yield   // the same of visits to regions
	Cost    float64 // of everything, in seconds, or in actions where these are the budget
}

// Part returns what is learnt of a part of the cities: costs are that share of the whole's.
func (l Learnt) Part(share float64) *Learnt {
	l.Cost *= share
	for _, y := range []*Yield{&l.Kicks, &l.Visits} {
		y.Cost *= share
		y.Judged *= share
	}
	return &l
}

// Together returns what parts of the cities, of those shares, have learnt: costs add up, all else
// is the mean of the cities. Parts that are nil do not count; it is nil where all are.
func Together(parts []*Learnt, shares []float64) *Learnt {
	l, sum, tours := &Learnt{}, 0.0, 0.0
	for i, part := range parts {
		if part == nil {
			continue
		}
		share := shares[i]
		sum += share
		tours += float64(share * float64(part.Tours))
		l.PerTour += float64(share * part.PerTour)
		l.Cost += part.Cost
		for _, y := range [2][2]*Yield{{&l.Kicks, &part.Kicks}, {&l.Visits, &part.Visits}} {
			y[0].Rate += float64(share * y[1].Rate)
			y[0].Cost += y[1].Cost
			y[0].Judged += y[1].Judged
		}
	}
	if sum == 0 {
		return nil
	}
	l.Tours = int(math.Round(tours / sum))
	l.PerTour, l.Kicks.Rate, l.Visits.Rate = l.PerTour/sum, l.Kicks.Rate/sum, l.Visits.Rate/sum
	return l
}

// Learnt returns what was learnt, nil where no regions are visited. A sweep that is more than
// half done counts as done.
func (s *Search) Learnt() *Learnt {
	m, ok := s.stage.(*Improving)
	if !ok {
		return nil
	}
	for k, op := range m.Operators {
		v, ok := op.(*Regions)
		if !ok {
			continue
		}
		l := &Learnt{Tours: v.Tours, PerTour: v.PerTour, Kicks: m.Yields[0], Visits: m.Yields[k], Cost: s.Cost()}
		if left := v.Choice.left(); len(v.Tree.Leaves) > 0 && 2*left < len(v.Tree.Leaves) {
			l.Tours = v.nextTours(s)
		}
		return l
	}
	return nil
}
