package stage

import (
	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
	"tspmcts/mcts/region"
)

// minPiece is the number of cities below which a piece is not worth a cut.
const minPiece = 150

// pieces returns into how many pieces a round cuts the tour.
func (s *Search) pieces() int { return s.Config.pieces(s.In.N(), s.Workers) }

// pieces returns into how many pieces that many workers cut a tour of n cities.
func (c *Config) pieces(n, workers int) int {
	return max((n+c.Stretch-1)/c.Stretch, min(workers, n/minPiece), 1)
}

// round cuts the tour into pieces and has work carried out on each, within its
// share of the actions that are left (0: no limit).
func (s *Search) round(pieces int, work func(c *kick.Climber, actions int64)) {
	from := int(s.Cuts.Below(int32(s.In.N())))
	s.Round++
	before := s.crew.Actions()
	actions := s.allowed(pieces)
	s.crew.Round(s.Tour, from, pieces, func(c *kick.Climber, piece int) {
		c.Seed(s.Seed, meter.ForRound, s.Round, uint64(piece))
		work(c, actions)
	})
	s.Used += s.crew.Actions() - before
	s.keep(s.Tour.Order, s.Tour.Length)
}

// Kicks is the work of kicking the best tour: in pieces of it, or, where regions are visited or there
// are more cities than a piece may have, in the leaves of a k-d tree over them.
type Kicks struct {
	plain
	Temperature float64     // at which what is worse is accepted, in mean edge lengths
	Leaves      bool        // and not pieces
	First       float64     // how long leaves are kicked at first, in parts of the time so far
	Tree        region.Tree // empty before the first leaves are kicked
	Kicked      int         // how many of its leaves were, the first ones
	PerLeaf     float64     // what one costs, 0 where that is not known
	PerKick     float64     // what a kick of each piece costs, 0 where that is not known
}

// newKicks returns kicks as warm as those of a search by kicks alone nine tenths on.
func (s *Search) newKicks() *Kicks {
	return &Kicks{Temperature: 0.1 * s.Config.Temperature, Leaves: s.In.N() > s.Config.Stretch, First: 1. / 4}
}

func (*Kicks) name() string { return "kicking" }

func (*Kicks) share() float64 { return leastShare }

// work kicks the tour for a while: where there are leaves to kick, for longer at first, when nothing
// brings more.
func (k *Kicks) work(s *Search) bool {
	if s.Tour.Length > s.BestLength+s.BestLength/2000 {
		s.toBest()
	}
	length, used := s.Tour.Length, s.Used
	heat := float64(k.Temperature*float64(s.Tour.Length-s.In.Offset())) / float64(s.In.N())
	if k.Leaves {
		until := s.Cost()
		if len(k.Tree.Leaves) == 0 && s.Onward == nil {
			until *= 1 + k.First
		}
		k.leaves(s, heat)
		for s.Cost() < until && !s.ended() {
			k.leaves(s, heat)
		}
	} else {
		k.pieces(s, heat)
	}
	s.did("kick", 0, 1, length-s.Tour.Length, s.Used-used)
	return true
}

// pieces kicks the tour in pieces, one for each worker: a kick for every eighth city, but, as nothing
// is told before a round is over, for an eightieth of the time so far at most, and the first shows
// how long a kick takes: 10,000 to 15,000 cities stood still for .1 s after .4 s. Of a twentieth half
// of the first tenths of a second went into kicks of what they improve no more: 32 instances of 500
// cities after .1, .2 s and of 1000 after .2, .3 s stood at .077 .022 and .103 .063 %, and stand at
// .040 .014 and .086 .040; half as many kicks at least cost 10,000 cities .05 % after .7 s.
func (k *Kicks) pieces(s *Search, heat float64) {
	start, pieces := s.Cost(), s.pieces()
	size := int64(s.In.N() / pieces)
	kicks, least := size/8+16, size/64+4
	if k.PerKick == 0 {
		kicks = least
	} else {
		kicks = max(least, min(kicks, int64(start/80/k.PerKick)))
	}
	s.round(pieces, func(c *kick.Climber, actions int64) {
		c.Kick(kicks, actions, s.Config.KickSize, func() float64 { return heat })
	})
	k.PerKick = (s.Cost() - start) / float64(kicks)
}

// perStretch is how many leaves have as many cities as a piece may have. Less of a leaf is near
// its border than of a piece of as many cities, so that it may be small, which is faster: E100k.1
// after 20 s, seeds 1 and 2, is 0.033 % over the best of these runs with pieces of 50,000, 0.028
// with leaves of as many, 0.017 of 20,000, 0.002 of 10,000; and of 5000 and 2500 it is 0.008 and
// 0.006 better than that. Where more workers than such leaves would be idle, they are smaller.
const perStretch = 10

// leaves kicks the leaves that are next, of a new tree after the last, for about a sixteenth of the
// time so far; for an eighth where to join what they bring would be a tenth of the work.
func (k *Kicks) leaves(s *Search, heat float64) {
	if k.Kicked == len(k.Tree.Leaves) {
		size := max(minPiece, min(s.Config.Stretch/perStretch, s.In.N()/s.Workers))
		k.Tree.Grow(s.Meter.Context(), s.In, s.Tour.Positions(), size, meter.PCG(s.Seed, meter.ForCuts, s.Round, 0))
		k.Kicked = 0
		if s.Meter.Check() { // leaves may be far too large for a search that goes on from here
			k.Tree = region.Tree{}
			return
		}
	}
	start := s.Cost()
	most := 2 * s.Workers
	if k.PerLeaf > 0 {
		most = max(most, int(min(start/8, max(start/16, 10*s.visiting.joining))/k.PerLeaf))
	}
	next := k.Tree.Leaves[k.Kicked:]
	parts := k.Tree.Parts(next[:min(most, len(next))])
	actions := s.allowed(len(parts))
	s.visit(parts, func(x *region.Visitor, i int) ([]int32, int64) {
		s.load(x, i, s.Candidates)
		c := x.Climber
		c.Kick(int64(c.Size())/8+16, actions, s.Config.KickSize, func() float64 { return heat })
		return c.Local(), c.Gain()
	})
	if s.Meter.Check() {
		return // some leaves may not have been kicked
	}
	k.Kicked += len(parts)
	k.PerLeaf = (s.Cost() - start) / float64(len(parts))
}

func (k *Kicks) resume(s *Search) error {
	if k.Tree.Check(s.In.N()) != nil || k.Kicked < 0 || k.Kicked > len(k.Tree.Leaves) {
		return errForeign
	}
	if s.otherUnit {
		k.PerLeaf, k.PerKick = 0, 0
	}
	return nil
}
