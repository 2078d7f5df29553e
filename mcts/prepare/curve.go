package prepare

import (
	"context"

	"tspmcts/tsp"
)

// Curve returns the tour that needs no preparation: cities in the order of a space-filling curve,
// fixed edges followed as soon as one of their ends is met.
func Curve(ctx context.Context, in *tsp.Instance) tsp.Tour {
	curve := tsp.SpaceFillingCurve(ctx, in)
	if in.Fixed == nil {
		return curve
	}
	t := make(tsp.Tour, 0, len(curve))
	seen := make([]bool, len(curve))
	follow := func(c int32) {
		for c >= 0 && !seen[c] {
			seen[c] = true
			t = append(t, c)
			a, b := in.FixedPartners(c)
			if a >= 0 && !seen[a] {
				c = a
			} else {
				c = b
			}
		}
	}
	for _, c := range curve {
		if _, second := in.FixedPartners(c); second < 0 {
			follow(c)
		}
	}
	if len(t) == 0 { // every edge is fixed
		follow(0)
	}
	return t
}
