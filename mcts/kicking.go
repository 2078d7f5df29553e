package mcts

import (
	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
)

// kicking kicks at a falling temperature until the budget ends. Where a tour fits one
// piece, cutting it would keep chains from half of the candidates near a cut: workers
// kick tours of their own then, and these are recombined shortly before the end.
type kicking struct {
	Heat0        float64      // temperature at first, in core units
	Since, Until float64      // shares of the budget when it begins and when it is over
	Own          []*kick.Tour // of each worker, nil while all kick one
}

func (k *kicking) name() string { return "kicking" }

// newKicking begins kicks on the best tour.
func (s *search) newKicking() *kicking {
	s.toBest()
	since := s.spent()
	k := &kicking{Heat0: float64(s.cfg.Temperature*float64(s.Tour.Length-s.in.Offset())) / float64(s.in.N()),
		Since: since, Until: min(1, since+s.horizon())}
	if s.meter.Budget().Limited() && s.workers > 1 && s.in.N() <= s.cfg.Stretch {
		k.Until = min(k.Until, since+(1-since)*0.95)
		for range s.workers {
			k.Own = append(k.Own, s.Tour.Clone())
		}
	}
	return k
}

// kickJoined begins kicks on the tour that workers' own were joined to: downhill only.
func (s *search) kickJoined() *kicking {
	s.toBest()
	return &kicking{Since: s.spent(), Until: 1}
}

// horizon is the part of the budget within which something better must be
// found, lest the search ends as stalled: half of what is allowed.
func (s *search) horizon() float64 {
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
func (k *kicking) heat(s *search, actions int64) float64 {
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

// step kicks for a while: pieces of one tour side by side, or each worker its own tour.
func (k *kicking) step(s *search) bool {
	if k.Own != nil && s.spent() >= k.Until {
		return true
	}
	length, used := s.BestLength, s.Used
	defer func() { s.did("kick", 0, 1, length-s.BestLength, s.Used-used) }()
	if k.Own != nil {
		k.kickOwn(s)
		return false
	}
	pieces := int64(s.pieces())
	s.round(int(pieces), func(c *kick.Climber, actions int64) {
		start := c.Actions()
		c.Kick(int64(c.Size())/8+16, actions, s.cfg.KickSize, func() float64 {
			return k.heat(s, s.Used+pieces*(c.Actions()-start))
		})
	})
	return false
}

// kickOwn lets each worker kick its own tour.
func (k *kicking) kickOwn(s *search) {
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

func (k *kicking) freeze() {}

// resume checks what a checkpoint says.
func (k *kicking) resume(s *search) error {
	if k.Own != nil && len(k.Own) != s.workers {
		return errForeign
	}
	for _, own := range k.Own {
		if err := checkTour(s, own); err != nil {
			return err
		}
	}
	if s.meter.Budget().Actions == 0 { // a budget of time begins anew
		k.Since, k.Until = 0, s.horizon()
	}
	return nil
}
