package mcts

import (
	"context"
	"slices"
	"time"

	"tspmcts/heatmap"
	"tspmcts/mcts/meter"
	"tspmcts/tsp"
)

// merge makes p a problem of the places of its cities, where two cities share each
// or more. It does not where the heatmap is about all cities, and where so few places
// are left that they are solved exactly, which would be wrong of all cities. It
// returns the time that one pass over the cities takes here and now.
func (p *problem) merge(ctx context.Context, budget meter.Budget) (time.Duration, error) {
	s, err := heatmap.Parse(p.source)
	p.reads = err == nil && len(s.Files()) > 0
	if err != nil || p.reads || p.options.Heatmap != nil {
		return 0, nil
	}
	began := budget.Clock()
	if budget.Time > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, budget.Time-began-reserve(p.in.N()))
		defer cancel()
	}
	d, err := tsp.NewDistinct(ctx, p.in)
	if err != nil && ctx.Err() != nil { // nothing is merged; the search ends at its own check
		d, err = nil, nil
	}
	if d != nil && (d.N() > ExactLimit || d.Metrical()) {
		p.places, p.in = d, d.Instance
		p.options.Initial = slices.Clone(p.options.Initial)
		for i, t := range p.options.Initial {
			p.options.Initial[i] = d.Contract(t)
		}
	}
	return budget.Clock() - began, err
}

// expand returns the tour of the instance given that t stands for.
func (p *problem) expand(t tsp.Tour) tsp.Tour {
	switch {
	case p.places != nil:
		return p.places.Expand(t)
	case p.symmetric != nil:
		out, err := p.symmetric.Expand(t)
		if err != nil { // none of in's exchanges leads there
			panic("mcts: " + err.Error())
		}
		return out
	}
	return t
}
