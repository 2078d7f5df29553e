package prepare

import (
	"slices"

	"tspmcts/mcts/meter"
	"tspmcts/mcts/stage"
	"tspmcts/tsp"
)

// Late reports whether the curve of many cities has taken all the time, and is the answer: nothing
// else is known that may be, and its length, which takes its time too, decides nothing.
func (p *Problem) Late(b meter.Budget) bool {
	return b.Time > 0 && b.Clock() >= b.Time && p.In.N() >= manyCities && p.Symmetric == nil &&
		p.Initial == nil && p.Resume == nil && b.Target == 0 && b.Bound == 0
}

// Know makes the shortest of the tours that are known the answer: of the curve, whose
// length is measured already, those to start from, and those of the checkpoint.
func (p *Problem) Know() {
	p.Shortest = p.Curve
	others := slices.Clone(p.Initial)
	if p.Resume != nil {
		for _, t := range []tsp.Tour{p.Resume.State.Best, p.Resume.Shortest} {
			if p.In.Check(t) == nil {
				others = append(others, t)
			}
		}
	}
	for _, t := range others {
		if l := p.In.Length(t); l < p.Length {
			p.Shortest, p.Length = t, l
		}
	}
}

// Checkpoint returns the state of s, with the answer of last resort where that is shorter than what
// s has found: what has made it does not do so again when s is resumed.
func (p *Problem) Checkpoint(s *stage.Search) *stage.Checkpoint {
	c := s.Checkpoint()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.Length < s.BestLength {
		c.Shortest = p.Shortest
	}
	return c
}

// ExactLimit is the number of cities up to which an instance is solved by dynamic
// programming.
const ExactLimit = 9

// Small reports whether the instance is solved by dynamic programming.
func (p *Problem) Small() bool {
	if p.Symmetric != nil {
		return p.Symmetric.Of().N() <= ExactLimit
	}
	return p.In.N() <= ExactLimit
}

// Exact returns the optimal tour of a small instance.
func (p *Problem) Exact() (tsp.Tour, bool) {
	switch {
	case !p.Small():
		return nil, false
	case p.Symmetric != nil:
		t, ok := tsp.Exact(p.Symmetric.Of())
		return p.Symmetric.Contract(t), ok
	}
	return tsp.Exact(p.In)
}
