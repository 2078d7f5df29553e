package mcts

import (
	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
)

// minPiece is the number of cities below which a piece is not worth a cut.
const minPiece = 150

// pieces returns into how many pieces a round cuts the tour.
func (s *search) pieces() int {
	n := s.in.N()
	return max((n+s.cfg.Stretch-1)/s.cfg.Stretch, min(s.workers, n/minPiece), 1)
}

// round cuts the tour into pieces and has work carried out on each, within its
// share of the actions that are left (0: no limit).
func (s *search) round(pieces int, work func(c *kick.Climber, actions int64)) {
	from := int(s.Cuts.Below(int32(s.in.N())))
	s.Round++
	before := s.crew.Actions()
	var actions int64
	if limit := s.meter.Budget().Actions; limit > 0 {
		actions = max(1, (limit-s.Used)/int64(pieces))
	}
	s.crew.Round(s.Tour, from, pieces, func(c *kick.Climber, piece int) {
		c.Seed(s.seed, meter.ForRound, s.Round, uint64(piece))
		work(c, actions)
	})
	s.Used += s.crew.Actions() - before
	s.keep(s.Tour.Order, s.Tour.Length)
}

// kicks is the work of kicking the best tour.
type kicks struct {
	plain
	Temperature float64 // at which what is worse is accepted, in mean edge lengths
}

// newKicks returns kicks as warm as those of a search by kicks alone nine tenths on.
func (s *search) newKicks() *kicks { return &kicks{Temperature: 0.1 * s.cfg.Temperature} }

func (*kicks) name() string { return "kicking" }

// work kicks the tour for a while.
func (k *kicks) work(s *search) bool {
	if s.Tour.Length > s.BestLength+s.BestLength/2000 {
		s.toBest()
	}
	length, used := s.Tour.Length, s.Used
	heat := float64(k.Temperature*float64(s.Tour.Length-s.in.Offset())) / float64(s.in.N())
	s.round(s.pieces(), func(c *kick.Climber, actions int64) {
		c.Kick(int64(c.Size())/8+16, actions, s.cfg.KickSize, func() float64 { return heat })
	})
	s.did("kick", 0, 1, length-s.Tour.Length, s.Used-used)
	return true
}
