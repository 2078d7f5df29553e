package mcts

import (
	"context"
	"iter"
	"slices"

	"tspmcts/tsp"
)

// Improvements is Solve as a loop over the better tours that it finds, the last of
// which is the answer. The loop body may take its time: it is given the best tour of
// when it asks, without regions. Leaving the loop ends the search. An error comes alone, and last.
// Under an exact metric the length of the answer is of unrounded distances, and may be longer in its
// last digits than the one before, as it may where the search goes by coarser distances
// (tsp.Instance.Coarse).
//
//	for p, err := range mcts.Improvements(ctx, in, mcts.Options{}) {
//		...
//	}
func Improvements(ctx context.Context, in *tsp.Instance, o Options) iter.Seq2[Progress, error] {
	return func(yield func(Progress, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		latest := make(chan Progress, 1)
		put := func(p Progress) {
			select {
			case <-latest: // nobody took it
			default:
			}
			latest <- p
		}
		observe := o.Observe
		stage := "" // that the search was last at
		o.Observe = func(p Progress) {
			stage = p.Stage
			if p.Better {
				better := p
				better.Tour, better.Regions = slices.Clone(p.Tour), nil // which are valid during the call
				put(better)
			}
			if observe != nil {
				observe(p)
			}
		}
		var result *Result
		var err error
		done := make(chan struct{})
		go func() {
			defer close(done)
			result, err = Solve(ctx, in, o)
		}()
		defer func() { // no search outlives its loop
			cancel()
			<-done
		}()
		for {
			select {
			case p := <-latest:
				if !yield(p, nil) {
					return
				}
				continue
			case <-done:
			}
			break
		}
		if err != nil { // there is a result too where its tour takes forbidden edges
			yield(Progress{}, err)
			return
		}
		bound := result.lower()
		yield(Progress{Tour: result.Tour, Length: result.Value, Gap: o.gap(result.Value, bound), Bound: bound, Elapsed: result.Elapsed,
			Stage: stage, Actions: result.Actions, Better: true, Work: result.Work}, nil)
	}
}
