package mcts

import (
	"context"
	"iter"
	"slices"

	"tspmcts/tsp"
)

// Improvements is Solve as a loop over the better tours that it finds, the last of
// which is the answer. The loop body may take its time: it is given the best tour of
// when it asks. Leaving the loop ends the search. An error comes alone, and last.
//
//	for p, err := range mcts.Improvements(ctx, in, mcts.Options{}) {
//		...
//	}
func Improvements(ctx context.Context, in *tsp.Instance, o Options) iter.Seq2[Progress, error] {
	return func(yield func(Progress, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		latest := make(chan Progress, 1)
		put := func(p Progress) {
			select {
			case <-latest: // nobody took it
			default:
			}
			latest <- p
		}
		observe := o.Observe
		last := Progress{}
		o.Observe = func(p Progress) {
			if p.Better {
				last = p
				last.Tour = slices.Clone(p.Tour)
				put(last)
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
		defer func() { <-done }() // after cancel: no search outlives its loop
		defer cancel()
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
		if err != nil {
			yield(Progress{}, err)
			return
		}
		answer := last
		answer.Tour, answer.Length, answer.Elapsed, answer.Actions, answer.Better = result.Tour, result.Value, result.Elapsed, result.Actions, true
		yield(answer, nil)
	}
}
