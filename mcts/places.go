package mcts

import (
	"context"
	"slices"

	"tspmcts/heatmap"
	"tspmcts/tsp"
)

// merge makes p a problem of the places of its cities, where two cities share each
// or more. It does not where the heatmap is about all cities, and where so few places
// are left that they are solved exactly, which would be wrong of all cities,
// nor when ctx ends.
func (p *problem) merge(ctx context.Context) error {
	s, err := heatmap.Parse(p.source)
	p.reads = err == nil && len(s.Files()) > 0
	if err != nil || p.reads || p.options.Heatmap != nil {
		return nil
	}
	d, err := tsp.NewDistinct(ctx, p.in)
	if err != nil && ctx.Err() != nil { // nothing is merged; the search ends at its own check
		d, err = nil, nil
	}
	if d != nil && (d.N() > ExactLimit || d.Metrical()) {
		p.places, p.in, p.curve = d, d.Instance, d.Contract(p.curve)
		p.resort.length = d.Length(p.curve)
		p.options.Initial = slices.Clone(p.options.Initial)
		for i, t := range p.options.Initial {
			p.options.Initial[i] = d.Contract(t)
		}
	}
	return err
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
