package prepare

import (
	"context"
	"slices"

	"tspmcts/heatmap"
	"tspmcts/tsp"
)

// Merge makes p a problem of the places of its cities, where two cities share each
// or more. It does not where the heatmap is about all cities, and where so few places
// are left that they are solved exactly, which would be wrong of all cities,
// nor when ctx ends.
func (p *Problem) Merge(ctx context.Context) error {
	s, err := heatmap.Parse(p.Source)
	p.Reads = err == nil && len(s.Files()) > 0
	if err != nil || p.Reads || p.Heatmap != nil {
		return nil
	}
	d, err := tsp.NewDistinct(ctx, p.In)
	if err != nil && ctx.Err() != nil { // nothing is merged; the search ends at its own check
		d, err = nil, nil
	}
	if d != nil && (d.N() > ExactLimit || d.Metrical()) {
		p.Places, p.In, p.Curve = d, d.Instance, d.Contract(p.Curve)
		p.Length = d.Length(p.Curve)
		p.Initial = slices.Clone(p.Initial)
		for i, t := range p.Initial {
			p.Initial[i] = d.Contract(t)
		}
	}
	return err
}

// Expand returns the tour of the instance given that t stands for.
func (p *Problem) Expand(t tsp.Tour) tsp.Tour {
	switch {
	case p.Places != nil:
		return p.Places.Expand(t)
	case p.Symmetric != nil:
		out, err := p.Symmetric.Expand(t)
		if err != nil { // none of in's exchanges leads there
			panic("mcts: " + err.Error())
		}
		return out
	}
	return t
}
