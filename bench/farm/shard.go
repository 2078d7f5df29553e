package farm

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Limits of a shard, which keep its history below 51,200 events and its result below 2 MB.
const (
	mostBlocks = 500
	mostRuns   = 4000
)

const (
	shardType     = "Suite" // what the web page shows
	acceptedQuery = "accepted"
	acceptedChunk = 1000
)

// shardInput is what the workflow of a shard is given.
type shardInput struct {
	Suite     string
	LostAfter time.Duration
	Blocks    []shardBlock
}

// shardBlock is a block of a shard.
type shardBlock struct {
	Block   string // digest of its blob
	Summary string
	Arms    int
	Skip    []int // arms that are known already
	Limit   time.Duration
}

// accepted is a run whose result counts.
type accepted struct {
	Block  string // the first digits of its digest
	Arm    int
	Record string `json:",omitempty"` // name of its blob in the folder
	Error  string `json:",omitempty"` // or why there is none
}

const shortDigest = 16

// mostTries is how often a run may fail before it is given up.
const mostTries = 3

// attempts returns how an activity is tried: again and again as long as machines fail.
func attempts(lostAfter, limit time.Duration, summary string) workflow.ActivityOptions {
	return workflow.ActivityOptions{
		StartToCloseTimeout: limit + 7*24*time.Hour, // the worker ends it before, but it may wait for cores there
		HeartbeatTimeout:    lostAfter,
		WaitForCancellation: false,
		Summary:             summary,
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 30 * time.Second,
			NonRetryableErrorTypes: []string{failedRun}},
	}
}

// reasonOf returns why an activity failed, without what the server says of it.
func reasonOf(err error) string {
	var app *temporal.ApplicationError
	if errors.As(err, &app) && app.Type() == failedRun {
		return app.Message()
	}
	return err.Error()
}

// shard is the workflow: it has the blocks run, all at once as far as there are workers, and
// returns what counts, in the order in which it came.
func shard(ctx workflow.Context, in shardInput) ([]accepted, error) {
	for _, b := range in.Blocks {
		if len(b.Block) < shortDigest { // which no client asks for
			return nil, fmt.Errorf("%w: %.200q", errName, b.Block)
		}
	}
	done := []accepted{}
	ended, total := 0, len(in.Blocks)
	err := workflow.SetQueryHandler(ctx, acceptedQuery, func(from int) ([]accepted, error) {
		if from < 0 || from > len(done) {
			return nil, fmt.Errorf("%d of %d", from, len(done))
		}
		return done[from:min(len(done), from+acceptedChunk)], nil
	})
	if err != nil {
		return nil, err
	}
	tell := func() { workflow.SetCurrentDetails(ctx, fmt.Sprintf("%d of %d blocks done", ended, total)) }
	tell()
	wait := workflow.NewWaitGroup(ctx)
	for _, b := range in.Blocks {
		wait.Add(1)
		workflow.Go(ctx, func(ctx workflow.Context) {
			defer wait.Done()
			more := in.run(ctx, b) // other blocks are done meanwhile
			done = append(done, more...)
			ended++
			tell()
		})
	}
	wait.Wait(ctx)
	return done, ctx.Err()
}

// run has one block run.
func (in *shardInput) run(ctx workflow.Context, b shardBlock) (done []accepted) {
	short := b.Block[:shortDigest]
	skip, failed := map[int]bool{}, map[int]int{}
	for _, k := range b.Skip {
		skip[k] = true
	}
	give := func(arm int, reason string) {
		skip[arm] = true
		done = append(done, accepted{Block: short, Arm: arm, Error: reason})
	}
	ctx = workflow.WithActivityOptions(ctx, attempts(in.LostAfter, b.Limit, b.Summary))
	for try := 1; len(skip) < b.Arms; try++ {
		var r blockResult
		err := workflow.ExecuteActivity(ctx, runBlock, blockTask{Suite: in.Suite, Block: b.Block, Try: try, Skip: workflow.DeterministicKeys(skip)}).Get(ctx, &r)
		if err == nil {
			for _, k := range workflow.DeterministicKeys(r.Records) {
				done = append(done, accepted{Block: short, Arm: k, Record: r.Records[k]})
			}
			return done
		}
		if ctx.Err() != nil {
			return done
		}
		arm, reason := -1, reasonOf(err)
		var app *temporal.ApplicationError
		if errors.As(err, &app) && app.Type() == failedRun {
			app.Details(&arm)
		}
		if failed[arm]++; failed[arm] < mostTries {
			continue
		}
		if arm >= 0 {
			give(arm, reason)
			continue
		}
		for k := range b.Arms {
			if !skip[k] {
				give(k, reason)
			}
		}
	}
	return done
}
