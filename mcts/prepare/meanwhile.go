package prepare

import (
	"context"
	"slices"
	"sync"
	"time"

	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
	"tspmcts/tsp"
)

// manyCities is the number from which on there is a tour before a heatmap that takes an
// ascent: a local optimum of greedy over the nearest neighbours, for a quarter of the time.
const manyCities = 100000

// pause is how long the tour is left alone after work on it, as often as that took: the heatmap,
// which brings more, has the cores.
const pause = 4

// meanwhile makes the tour that there is while the heatmap is built, and improves it, little by
// little, until the function that it returns is called. The search does not begin with
// it: a descent over better candidates from the greedy tour ends lower. So it counts no
// actions, and where these are the budget it is not worked on.
func (p *Problem) meanwhile(ctx context.Context) (stop func()) {
	stop = func() {}
	if p.In.N() < manyCities || p.Source != "alpha" {
		return stop
	}
	t, err := tsp.GreedyEdge(ctx, p.In, p.Neighbors)
	if err != nil {
		return stop
	}
	p.offer(t)
	cand := p.candidates(nil)
	if cand == nil {
		return stop
	}
	ctx, cancel := context.WithCancel(ctx)
	own := meter.New(ctx, meter.Budget{}, nil)
	crew := kick.NewCrew(p.In, cand, p.Config.Kick, own, p.Workers)
	tour := kick.NewTour(p.In, slices.Clone(t))
	pieces := p.Config.Pieces(p.In.N(), p.Workers)
	crew.Round(tour, 0, pieces, func(c *kick.Climber, _ int) { c.Descend(0) })
	p.offer(slices.Clone(tour.Order))
	if p.Meter.Budget().Actions > 0 {
		cancel()
		return stop
	}
	crew.Climbers = crew.Climbers[:1]
	var work sync.WaitGroup
	work.Go(func() {
		var cuts meter.Stream
		cuts.Start(p.Seed, meter.ForOptima, 0, 0)
		for round := uint64(1); ; round++ {
			start := time.Now()
			crew.Round(tour, int(cuts.Below(int32(p.In.N()))), pieces, func(c *kick.Climber, piece int) {
				c.Seed(p.Seed, meter.ForOptima, round, uint64(piece))
				c.Kick(int64(c.Size())/32+16, 0, p.Config.KickSize, nil)
			})
			p.offer(slices.Clone(tour.Order))
			select {
			case <-time.After(pause * time.Since(start)):
			case <-ctx.Done():
				return
			}
		}
	})
	return func() {
		cancel()
		work.Wait()
	}
}
