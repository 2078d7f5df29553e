package stage

import (
	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
)

// Kicking kicks at a falling temperature until the budget ends. Where a tour fits one
// piece, cutting it would keep chains from half of the candidates near a cut: workers
// kick tours of their own then, and these are recombined shortly before the end.
type Kicking struct {
	plain
	Heat0        float64      // temperature at first, in core units
	Since, Until float64      // shares of the budget when it begins and when it is over
	Own          []*kick.Tour // of each worker, nil while all kick one
}

func (k *Kicking) name() string { return "kicking" }

// ownShare is the part of the budget after which tours of the workers' own are joined.
const ownShare = 0.95

// newKicking begins kicks on the best tour.
func (s *Search) newKicking() *Kicking {
	s.toBest()
	since := s.spent()
	k := &Kicking{Heat0: float64(s.Config.Temperature*float64(s.Tour.Length-s.In.Offset())) / float64(s.In.N()),
		Since: since, Until: min(1, since+s.horizon())}
	if s.Meter.Budget().Limited() && s.Workers > 1 && s.In.N() <= s.Config.Stretch {
		k.Until = min(k.Until, since+(1-since)*ownShare)
		for range s.Workers {
			k.Own = append(k.Own, s.Tour.Clone())
		}
	}
	return k
}

// kickJoined begins kicks on the tour that workers' own were joined to: downhill only.
func (s *Search) kickJoined() *Kicking {
	s.toBest()
	return &Kicking{Since: s.spent(), Until: 1}
}

// horizon is the part of the budget within which something better must be
// found, lest the search ends as stalled: half of what is allowed.
func (s *Search) horizon() float64 {
	b := s.Meter.Budget()
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
func (k *Kicking) heat(s *Search, actions int64) float64 {
	left := 0.0
	if s.Meter.Budget().Limited() {
		left = (k.Until - s.Meter.Spent(actions)) / (k.Until - k.Since)
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
func (k *Kicking) step(s *Search) bool {
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
		c.Kick(int64(c.Size())/8+16, actions, s.Config.KickSize, func() float64 {
			return k.heat(s, s.Used+pieces*(c.Actions()-start))
		})
	})
	return false
}

// kickOwn lets each worker kick its own tour.
func (k *Kicking) kickOwn(s *Search) {
	s.Round++
	before := s.crew.Actions()
	workers := int64(s.Workers)
	var left int64
	if limit := s.Meter.Budget().Actions; limit > 0 {
		left = max(workers, limit-s.Used)
	}
	s.crew.Each(func(c *kick.Climber, w int) {
		own := k.Own[w]
		s.crew.Load(c, own)
		c.Seed(s.Seed, meter.ForRound, s.Round, uint64(w))
		start := c.Actions()
		c.Kick(int64(len(own.Order))/32+16, meter.Share(left, s.Workers, w), s.Config.KickSize, func() float64 {
			return k.heat(s, s.Used+workers*(c.Actions()-start))
		})
		c.Store(own.Order)
		own.Measure(s.In)
	})
	s.Used += s.crew.Actions() - before
	for _, own := range k.Own {
		s.keep(own.Order, own.Length)
	}
}

// resume checks what a checkpoint says.
func (k *Kicking) resume(s *Search) error {
	if k.Own != nil && len(k.Own) != s.Workers {
		return errForeign
	}
	for _, own := range k.Own {
		if err := checkTour(s, own); err != nil {
			return err
		}
	}
	if s.Meter.Budget().Actions == 0 { // a budget of time begins anew
		k.Since, k.Until = 0, s.horizon()
		if k.Own != nil && s.Meter.Budget().Limited() {
			k.Until = min(k.Until, ownShare)
		}
	}
	return nil
}
