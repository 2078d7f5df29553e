package main

import (
	"context"
	"time"

	"tspmcts/bench"
	"tspmcts/tsp"
)

// elsewhere is other machines that do the work of bench, tune and solve: a farm.Farm, which is not
// in a program that was built with the tag nofarm (nofarm.go).
type elsewhere interface {
	Run(ctx context.Context, store *bench.Store, jobs []*bench.Job, tours bool, tell func(bench.Status)) (bench.Status, error)
	Solve(ctx context.Context, r *bench.Run, clock func() time.Duration, rounds int, observe func(round, rounds int, length, seconds float64)) (*bench.Record, tsp.Tour, error)
	Close()
}
