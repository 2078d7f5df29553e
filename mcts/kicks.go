package mcts

import (
	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
	"tspmcts/tsp"
)

// minPiece is the number of cities below which a piece is not worth a cut.
const minPiece = 150

// pieces returns into how many pieces a round cuts the tour.
func (s *search) pieces() int {
	n := s.in.N()
	return max((n+s.cfg.Stretch-1)/s.cfg.Stretch, min(s.workers, n/minPiece), 1)
}

// play cuts the tour into pieces and has work carried out on each, within its
// share of the actions that are left (0: no limit).
func (s *search) play(pieces int, work func(c *kick.Climber, actions int64)) {
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

// descending brings the first tour to a local optimum: at large, within pieces, then
// across their borders. It is the first stage of plan "default".
type descending struct {
	plain
	Across bool
}

func (d descending) name() string { return "descending" }

func (d *descending) step(s *search) stage {
	if !d.Across && s.in.N() >= leastCoarse {
		s.coarsen(s.crew.Climbers[0], s.Tour)
	}
	pieces := s.pieces()
	if d.Across && pieces > 1 {
		pieces = 1
	}
	if !d.Across || s.pieces() > 1 {
		s.play(pieces, func(c *kick.Climber, actions int64) { c.Descend(actions) })
	}
	switch {
	case !d.Across:
		return &descending{Across: true}
	case s.cfg.Population == 0:
		return &kicking{s.newKicks()}
	case s.in.N() > s.cfg.Whole:
		return s.visit()
	}
	return s.grow()
}

// kicks is a time of kicks at a falling temperature. Where a tour fits one piece,
// cutting it would keep chains from half of the candidates near a cut: workers
// kick tours of their own then, and these are recombined shortly before the end.
type kicks struct {
	Heat0        float64      // temperature at first, in core units
	Since, Until float64      // shares of the budget when it begins and when it is over
	Own          []*kick.Tour // of each worker, nil while all kick one
}

// newKicks begins kicks on the best tour.
func (s *search) newKicks() kicks {
	s.Tour.Order = append(s.Tour.Order[:0], s.Best...)
	s.Tour.Measure(s.in)
	since := s.spent()
	k := kicks{Heat0: float64(s.cfg.Temperature*float64(s.Tour.Length-s.in.Offset())) / float64(s.in.N()),
		Since: since, Until: min(1, since+s.patience())}
	if s.meter.Budget().Limited() && s.workers > 1 && s.in.N() <= s.cfg.Stretch {
		k.Until = min(k.Until, since+(1-since)*0.95)
		for range s.workers {
			k.Own = append(k.Own, s.Tour.Clone())
		}
	}
	return k
}

// patience is the part of the budget within which something better must be
// found, lest the search ends as stalled: half of what is allowed.
func (s *search) patience() float64 {
	b := s.meter.Budget()
	if b.Stall == 0 || b.Time == 0 {
		return 1
	}
	return min(1, 0.5*float64(b.Stall)/float64(b.Time))
}

// firstCycle is the number of actions of the first cooling where no budget says
// how long the search may last; each further one is twice as long.
const firstCycle = 1 << 17

// heat returns the temperature after the given number of actions of all
// workers: it falls linearly to 0 at the end of these kicks.
func (k *kicks) heat(s *search, actions int64) float64 {
	left := 0.0
	if s.meter.Budget().Limited() {
		left = (k.Until - s.meter.Spent(actions)) / (k.Until - k.Since)
	} else {
		cycle := int64(firstCycle)
		for actions >= cycle {
			actions -= cycle
			cycle *= 2
		}
		left = 1 - float64(actions)/float64(cycle)
	}
	return float64(k.Heat0 * max(0, left))
}

// round kicks for a while: pieces of one tour side by side, or each worker its own tour.
func (k *kicks) round(s *search) {
	if k.Own != nil {
		k.apart(s)
		return
	}
	pieces := int64(s.pieces())
	s.play(int(pieces), func(c *kick.Climber, actions int64) {
		start := c.Actions()
		c.Kick(int64(c.Size())/8+16, actions, s.cfg.KickSize, func() float64 {
			return k.heat(s, s.Used+pieces*(c.Actions()-start))
		})
	})
}

// apart lets each worker kick its own tour.
func (k *kicks) apart(s *search) {
	s.Round++
	before := s.crew.Actions()
	workers := int64(s.workers)
	var left int64
	if limit := s.meter.Budget().Actions; limit > 0 {
		left = max(workers, limit-s.Used)
	}
	s.crew.Each(func(c *kick.Climber, w int) {
		own := k.Own[w]
		s.crew.Load(c, own)
		c.Seed(s.seed, meter.ForRound, s.Round, uint64(w))
		start := c.Actions()
		c.Kick(int64(len(own.Order))/32+16, meter.Share(left, s.workers, w), s.cfg.KickSize, func() float64 {
			return k.heat(s, s.Used+workers*(c.Actions()-start))
		})
		c.Store(own.Order)
		own.Measure(s.in)
	})
	s.Used += s.crew.Actions() - before
	for _, own := range k.Own {
		s.keep(own.Order, own.Length)
	}
}

// resume checks what a checkpoint says.
func (k *kicks) resume(s *search) error {
	if k.Own != nil && len(k.Own) != s.workers {
		return errForeign
	}
	for _, own := range k.Own {
		if err := checkTour(s, own); err != nil {
			return err
		}
	}
	if s.meter.Budget().Actions == 0 { // a budget of time begins anew
		k.Since, k.Until = 0, s.patience()
	}
	return nil
}

// kicking kicks until the budget ends. Tours that workers kicked apart are
// recombined before, and what is left goes to the joint tour.
type kicking struct{ Kicks kicks }

func (k *kicking) name() string           { return "kicking" }
func (k *kicking) freeze()                {}
func (k *kicking) resume(s *search) error { return k.Kicks.resume(s) }

func (k *kicking) step(s *search) stage {
	if k.Kicks.Own != nil && s.spent() >= k.Kicks.Until {
		var tours []tsp.Tour
		for _, own := range k.Kicks.Own {
			tours = append(tours, own.Order)
		}
		return s.join(tours)
	}
	k.Kicks.round(s)
	return k
}
