package stage

import "tspmcts/mcts/kick"

// descending brings the first tour to a local optimum: at large, within pieces, then
// across their borders. It is the first stage of plan "default".
type Descending struct {
	plain
	Across bool
}

func (d Descending) name() string { return "descending" }

func (d *Descending) step(s *Search) bool {
	if d.Across {
		if s.pieces() > 1 {
			s.round(1, (*kick.Climber).Descend)
		}
		return true
	}
	if s.In.N() >= leastCoarse {
		s.coarsen(s.crew.Climbers[0], s.Tour)
	}
	s.round(s.pieces(), (*kick.Climber).Descend)
	d.Across = true
	return false
}
