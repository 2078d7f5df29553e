package stage

import (
	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
)

// minPiece is the number of cities below which a piece is not worth a cut.
const minPiece = 150

// pieces returns into how many pieces a round cuts the tour.
func (s *Search) pieces() int { return s.Config.Pieces(s.In.N(), s.Workers) }

// Pieces returns into how many pieces that many workers cut a tour of n cities.
func (c *Config) Pieces(n, workers int) int {
	return max((n+c.Stretch-1)/c.Stretch, min(workers, n/minPiece), 1)
}

// round cuts the tour into pieces and has work carried out on each, within its
// share of the actions that are left (0: no limit).
func (s *Search) round(pieces int, work func(c *kick.Climber, actions int64)) {
	from := int(s.Cuts.Below(int32(s.In.N())))
	s.Round++
	before := s.crew.Actions()
	var actions int64
	if limit := s.Meter.Budget().Actions; limit > 0 {
		actions = max(1, (limit-s.Used)/int64(pieces))
	}
	s.crew.Round(s.Tour, from, pieces, func(c *kick.Climber, piece int) {
		c.Seed(s.Seed, meter.ForRound, s.Round, uint64(piece))
		work(c, actions)
	})
	s.Used += s.crew.Actions() - before
	s.keep(s.Tour.Order, s.Tour.Length)
}

// Kicks is the work of kicking the best tour.
type Kicks struct {
	plain
	Temperature float64 // at which what is worse is accepted, in mean edge lengths
}

// newKicks returns kicks as warm as those of a search by kicks alone nine tenths on.
func (s *Search) newKicks() *Kicks { return &Kicks{Temperature: 0.1 * s.Config.Temperature} }

func (*Kicks) name() string { return "kicking" }

// work kicks the tour for a while.
func (k *Kicks) work(s *Search) bool {
	if s.Tour.Length > s.BestLength+s.BestLength/2000 {
		s.toBest()
	}
	length, used := s.Tour.Length, s.Used
	heat := float64(k.Temperature*float64(s.Tour.Length-s.In.Offset())) / float64(s.In.N())
	until := 1.125 * s.Cost() // then the pieces that are left have to wait for the next round
	s.round(s.pieces(), func(c *kick.Climber, actions int64) {
		if s.Cost() <= until {
			c.Kick(int64(c.Size())/8+16, actions, s.Config.KickSize, func() float64 { return heat })
		}
	})
	s.did("kick", 0, 1, length-s.Tour.Length, s.Used-used)
	return true
}
