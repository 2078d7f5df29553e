package stage

import "tspmcts/mcts/kick"

// Descending brings the first tour to a local optimum: at large, within pieces, then
// across their borders. It is the first stage of plan "default".
type Descending struct {
	plain
	Across bool
	Begun  float64 // cost of the search when it began
}

// mostAcross is how many pieces become one when their borders are crossed. Reversals in a tour of
// all 10 million cities take more than 90 seconds; one of a million cities takes 1.4 seconds, and
// in halves side by side it ended .08 % longer.
const mostAcross = 20

func (d Descending) name() string { return "descending" }

func (d *Descending) step(s *Search) bool {
	if d.Across {
		if pieces := s.pieces(); pieces > 1 {
			s.round(max(1, pieces/mostAcross), (*kick.Climber).Descend)
		}
		if s.Renewed != nil && !s.Meter.Check() {
			s.cross(s.Renewed)
		}
		return true
	}
	d.Begun = s.Cost()
	if s.In.N() >= leastCoarse && !s.Mended {
		s.coarsen()
		if !s.ended() {
			s.kickLongest(len(s.Tour.Order)/16, s.Workers, true)
		}
	}
	s.round(s.pieces(), (*kick.Climber).Descend)
	d.Across = !s.Meter.Check()
	return false
}
