package prepare

import (
	"context"

	"tspmcts/heatmap"
	"tspmcts/tsp"
)

// Number returns in with its cities numbered along the curve, where there are many, and Place does
// not since more than a tour is wanted of them; nil where it does not either, or where the heatmap of
// that source is of the cities as they are.
func Number(ctx context.Context, in *tsp.Instance, source string) (*tsp.Places, error) {
	if in.N() < manyCities || in.Fixed == nil && in.Ends == nil && !in.Forbids() {
		return nil, nil
	}
	if reads, err := readsFiles(source); err != nil || reads {
		return nil, nil
	}
	d, err := tsp.NewPlaces(ctx, in, tsp.SpaceFillingCurve(ctx, in))
	if ctx.Err() != nil {
		return nil, nil
	}
	return d, err
}

// readsFiles reports whether the source of a heatmap does. The error says that nobody here knows it.
func readsFiles(source string) (bool, error) {
	s, err := heatmap.Parse(source)
	return err == nil && len(s.Files()) > 0, err
}

// Place makes p a problem of the places of its cities: where many share one, and
// where there are many, which are numbered along the curve. It does not where the heatmap is of the
// cities as they are, where so few places are left that they are solved exactly, which would be
// wrong of all cities, where a tour to start from would be longer, nor when ctx ends.
func (p *Problem) Place(ctx context.Context) error {
	var err error
	p.Reads, err = readsFiles(p.Source)
	if err != nil || p.Reads || p.Heatmap != nil || p.Symmetric != nil || p.Places != nil {
		return nil
	}
	var along tsp.Tour
	if p.In.N() >= manyCities && p.Onward == nil { // where it is not, numbers follow its tour
		along = p.Curve
	}
	d, err := tsp.NewPlaces(ctx, p.In, along)
	if err != nil && ctx.Err() != nil { // nothing is merged; the search ends at its own check
		d, err = nil, nil
	}
	if d == nil || d.N() <= ExactLimit && !d.Metrical() {
		return err
	}
	initial := make([]tsp.Tour, len(p.Initial))
	for i, t := range p.Initial {
		if initial[i] = d.Contract(t); d.Length(initial[i]) > p.In.Length(t) {
			return nil
		}
	}
	if p.Initial != nil {
		p.Initial = initial
	}
	p.Places, p.In, p.Curve = d, d.Instance, d.Contract(p.Curve)
	p.Length = d.Length(p.Curve)
	return nil
}

// Given returns regions as cities of the instance given; nil where p's are of another's.
func (p *Problem) Given(regions [][]int32) [][]int32 {
	switch {
	case p.Symmetric != nil:
		return nil
	case p.Places == nil || regions == nil:
		return regions
	}
	given := make([][]int32, len(regions))
	for k, r := range regions {
		given[k] = p.Places.Cities(r)
	}
	return given
}

// Visited returns what visits say of places as of the cities of the instance given; nil where p's
// are of another's.
func (p *Problem) Visited(visits []uint16) []uint16 {
	switch {
	case p.Symmetric != nil:
		return nil
	case p.Places == nil || visits == nil:
		return visits
	}
	return p.Places.Spread(visits)
}

// Expand returns the tour of the instance given that t stands for.
func (p *Problem) Expand(t tsp.Tour) tsp.Tour {
	if p.Symmetric != nil {
		var err error
		if t, err = p.Symmetric.Expand(t); err != nil { // none of in's exchanges leads there
			panic("mcts: " + err.Error())
		}
	}
	if p.Places != nil {
		return p.Places.Cities(t)
	}
	return t
}
