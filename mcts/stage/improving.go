package stage

import "fmt"

// Improving makes the best tour better until the budget ends, by several kinds of work. Which
// is next is decided by what each has brought per cost of late.
type Improving struct {
	Operators []Operator
	Yields    []Yield // of each
	Lapse     float64 // part of the cost so far after which kicks are tried again; 0: never
}

// Operator is a kind of work. Its exported fields are its part of a checkpoint (plan.go registers
// it); what it does between two calls of work is whole.
type Operator interface {
	// name says what it is at, for people.
	name() string
	// share is the least part of the cost that it has, 0 where there is no work for it any more.
	share() float64
	// work does a small part of the work on the best tour, and reports whether what it
	// has brought since it last did so may be judged.
	work(s *Search) bool
	// freeze brings the exported fields up to date, for a checkpoint.
	freeze()
	// resume makes an operator that was read from a checkpoint fit to go on, or says
	// what is wrong with it.
	resume(s *Search) error
}

// newImproving begins the stage: with kicks, with regions, and mending between them, where there are
// many cities or what others have learnt of them, with mending where cities are in groups, and
// with the whole where there are not too many.
// descent is what the first local optimum has cost.
func (s *Search) newImproving(descent float64) *Improving {
	n := s.In.N()
	s.Between = s.between()
	s.bridge()
	whole := n <= s.Config.Whole/3 || n <= s.Config.Whole && !s.even()
	kicks := s.newKicks()
	kicks.Leaves = kicks.Leaves || s.manyRegions()
	if whole {
		kicks.First *= 2 // the first tours of the whole take long, and nothing is told of them
	}
	m := &Improving{Operators: []Operator{kicks}}
	if l := s.Onward; l != nil {
		m.Operators = append(m.Operators, s.newRegions(), s.newMending())
		m.Yields = []Yield{l.Kicks, l.Visits, {}}
		return m
	}
	mending := s.newMending()
	mending.begin(s)
	if !whole || s.manyRegions() {
		m.Operators = append(m.Operators, s.newRegions(), mending)
	} else if s.Between > 0 {
		m.Operators = append(m.Operators, mending)
	}
	if whole {
		m.Operators = append(m.Operators, s.newWhole())
	}
	m.Yields = make([]Yield, len(m.Operators))
	if whole && !s.manyRegions() {
		m.Lapse = kicksLapse
		if s.Meter.Budget().Actions == 0 {
			from := wholeFrom*descent - s.Cost()
			for k := 1; k < len(m.Yields); k++ {
				m.Yields[k].From = from
			}
		}
	}
	return m
}

// wholeFrom is how many times the cost of the first descent the search must have cost before it works
// on the whole, or mends at large again, where no regions are visited: to build a tour, of which nothing
// may be told, takes about as long as that descent.
const wholeFrom = 6

// kicksLapse is the part of the cost so far after which kicks are tried again where no regions are
// visited: they have had most of their share in the first second, and later it is they that improve
// what populations end with. The mean gap of the first 4 s of rl5915, six seeds, is .47 % with it and
// .55 without; of 24 runs of eight instances of 3000 to 15,000 cities after 1, 3, 5 s
// .141 .040 .012 and .148 .045 .014 % over the best of these runs.
const kicksLapse = 1. / 6

// Yield is what a kind of work has brought.
type Yield struct {
	Cost   float64 // of all of it
	Judged float64 // of that, what Rate is of
	Rate   float64 // length gained per cost, of late
	Gain   int64   // of what has not been judged
	From   float64 // cost of all kinds of work from which on this one may begin
	Since  float64 // cost of all kinds of work when this one began
	Last   float64 // cost of all kinds of work when this one was last done
}

// add counts work, and judges it with all that has not been.
func (y *Yield) add(gain int64, cost float64, judge bool) {
	y.Gain += gain
	y.Cost += cost
	fresh := y.Cost - y.Judged
	if !judge || fresh <= 0 {
		return
	}
	rate := float64(y.Gain) / fresh
	keep := 0.0
	if y.Judged > 0 {
		keep = y.Cost / (y.Cost + 4*fresh) // half of what counts is the last fifth
	}
	y.Rate = rate + keep*(y.Rate-rate)
	y.Judged, y.Gain = y.Cost, 0
}

// Parts of the cost that a kind of work has at least: what it would bring now is not known
// otherwise. What is under way, and cannot be judged before it is over, has more.
const (
	leastShare    = 1. / 16
	underwayShare = 1. / 4
)

// total returns the cost of all work.
func (m *Improving) total() (sum float64) {
	for _, y := range m.Yields {
		sum += y.Cost
	}
	return sum
}

// next returns which kind of work is next: kicks that were not tried for long, one of which nothing
// can be said yet, for half of the cost from when it began, or one that has not had its share, or
// else the one that brings most.
func (m *Improving) next() int {
	total, best := m.total(), 0
	for k, y := range m.Yields {
		least := m.Operators[k].share()
		switch {
		case least == 0 || total < y.From:
		case k == 0 && m.Lapse > 0 && total-y.Last > m.Lapse*total:
			return k
		case y.Judged == 0 && y.Cost <= (total-y.Since)/2, y.Cost < least*total, y.Cost > y.Judged && y.Cost < underwayShare*total:
			return k
		case y.Rate > m.Yields[best].Rate:
			best = k
		}
	}
	return best
}

func (m *Improving) name() string { return m.Operators[m.next()].name() }

func (m *Improving) step(s *Search) bool {
	k := m.next()
	if m.Yields[k].Cost == 0 {
		m.Yields[k].Since = m.total()
	}
	s.Meter.Regions(nil)
	start, length := s.Cost(), s.Tour.Length
	judge := m.Operators[k].work(s)
	m.Yields[k].Last = m.total()
	m.Yields[k].add(length-s.Tour.Length, s.Cost()-start, judge)
	return false
}

func (m *Improving) freeze() {
	for _, op := range m.Operators {
		op.freeze()
	}
}

func (m *Improving) resume(s *Search) error {
	if len(m.Operators) == 0 || len(m.Yields) != len(m.Operators) {
		return errForeign
	}
	if s.otherUnit {
		clear(m.Yields)
	}
	for _, op := range m.Operators {
		if err := op.resume(s); err != nil {
			return fmt.Errorf("%w: %w", errForeign, err)
		}
	}
	return nil
}
