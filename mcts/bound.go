package mcts

import (
	"context"
	"time"

	"tspmcts/tsp"
	"tspmcts/tsp/onetree"
)

// LowerBound returns a lower bound on every tour of in, found within limit, and
// whether the ascent has converged; without a limit (0) it ends where more time
// brings little. The bound is nil, without an error, when there was no time for any. The error is
// ErrNone where it is seen that there is no tour.
func LowerBound(ctx context.Context, in *tsp.Instance, limit time.Duration) (r *onetree.Result, converged bool, err error) {
	if in == nil || in.N() == 0 {
		return nil, false, errNoCity
	}
	if err := in.Impossible(); err != nil {
		return nil, false, err
	}
	return lowerBound(ctx, in, limit)
}

// lowerBound is LowerBound of an instance that is searched, and may stand for another: of that it was
// asked whether it has tours.
func lowerBound(ctx context.Context, in *tsp.Instance, limit time.Duration) (r *onetree.Result, converged bool, err error) {
	in = in.Coarse()
	if sym := tsp.NewSymmetric(in); sym != nil {
		in = sym.Instance
	}
	limited := ctx
	tolerance := 1e-4
	if limit > 0 {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
		tolerance = 1e-6
	}
	nb, err := tsp.NearestNeighbors(limited, in, 8)
	if err == nil {
		r, converged, err = onetree.Bound(limited, in, nb, tolerance)
	}
	if err != nil && limited.Err() != nil {
		return nil, false, ctx.Err()
	}
	return r, converged, err
}
