package eax

import (
	"math"
	"math/rand/v2"
	"sync/atomic"

	"tspmcts/tsp"
)

// Leader makes a tour better by what others have, and leaves these as they are. What it needs is
// set up once, for many tours of an instance.
type Leader struct {
	x      *crosser
	stage  Stage
	led    individual
	others []individual
}

// NewLeader returns a Leader whose cities are numbered along the given tour, on which it depends
// how cycles are traced. cfg says how sub-tours are merged.
func NewLeader(in *tsp.Instance, nb *tsp.Neighbors, along tsp.Tour, cfg Config) *Leader {
	stage := firstStage(in)
	if stage == Single {
		cfg.Children = math.MaxInt
	}
	cfg.Harvest = math.MaxInt
	s := newLayout(in, nb, along)
	return &Leader{x: newCrosser(s, cfg, nil), stage: stage, led: s.empty()}
}

// Lead crosses the tour with each of the others, as parent A, by all E-sets of one AB-cycle, of
// directed distances by some of several, until it gets no better. It returns what the tour becomes, its length, and how many children that
// took. The tours are not checked. When stop becomes true, crosses not begun are left out.
func (l *Leader) Lead(tour tsp.Tour, others []tsp.Tour, rng *rand.PCG, stop *atomic.Bool) (tsp.Tour, int64, int64) {
	x, s := l.x, l.x.s
	for len(l.others) < len(others) {
		l.others = append(l.others, s.empty())
	}
	s.load(&l.led, tour)
	for i, t := range others {
		s.load(&l.others[i], t)
	}
	x.children = 0
	for better := s.n >= 5; better; {
		before := l.led.length
		x.allow(before)
		for i := range others {
			if stop.Load() {
				break
			}
			x.cross(&l.led, &l.others[i], l.stage, rng)
		}
		better = l.led.length < before
	}
	return s.tour(&l.led), l.led.length, x.children + 1
}
