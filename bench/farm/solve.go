package farm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"tspmcts/bench"
	"tspmcts/mcts"
	"tspmcts/mcts/meter"
	"tspmcts/tsp"
)

// LeastCities is the number of cities from which on a tour is shared among machines.
const LeastCities = 200000

// SolveOptions say how to solve on many machines.
type SolveOptions struct {
	Rounds int // 0: so many that a tenth of the work is to prepare, or 4 where actions are the budget
	// Observe is told of the tour after each round.
	Observe func(round, rounds int, length float64)
}

// solving is a solve on many machines.
type solving struct {
	*Farm
	run     *bench.Run
	o       SolveOptions
	clock   func() time.Duration // with what was spent before the client came back
	before  time.Duration
	slots   int
	rounds  int
	round   int           // done
	time    time.Duration // of a round, where time is the budget
	actions int64         // of a round, where actions are
	used    int64
	nonce   string
	folder  string // of its states
	last    string // state
}

// Solve is Run.Do on the workers: rounds of searches whose results are joined. With a budget of
// actions the tour depends on the seed only. A client that was killed goes on after the last round that it had joined.
func (f *Farm) Solve(ctx context.Context, r *bench.Run, clock func() time.Duration, o SolveOptions) (*bench.Record, tsp.Tour, error) {
	if _, err := source(r.Source.Name); err != nil {
		return nil, nil, err
	}
	b, in := r.Budget, r.Item.Instance
	if b.Stall.Given() || b.Target > 0 || b.Time.Given() == (b.Actions > 0) || r.Bound || len(r.Initial) > 0 || r.Resume != nil || r.Save != nil {
		return nil, nil, bench.Misusef("solve --temporal takes either --time or --actions, and none of --stall, --target, --bound, --initial-tour, --resume and --checkpoint")
	}
	if in.N() < LeastCities {
		return nil, nil, bench.Misusef("%s: %d cities are too few to share among machines, want %d or more; run it without --temporal", r.Item.Name, in.N(), LeastCities)
	}
	if err := f.WorkerExists(ctx); err != nil {
		return nil, nil, err
	}
	s := &solving{Farm: f, run: r, o: o}
	s.clock = func() time.Duration { return s.before + clock() }
	knobs, err := json.Marshal(knobsOf(r.Knobs))
	if err != nil {
		return nil, nil, err
	}
	s.folder = "solve/" + digest(fmt.Append(nil, bench.Digest(in), r.Source.Name, string(knobs), b, r.Seed, o.Rounds, f.queue))[:shortDigest] + "/"
	m, err := s.newGiant(ctx)
	if err != nil {
		return nil, nil, err
	}
	tour, err := s.resume(ctx)
	if err == nil && tour != nil {
		f.warn("%s: goes on after round %d", r.Item.Name, s.round)
		m.order = tour
	}
	if err != nil {
		return nil, nil, err
	}
	planner, err := f.plan()
	if err != nil {
		return nil, nil, err
	}
	defer planner.Stop()
	return s.do(ctx, m)
}

// share shares what is left of the budget among rounds.
func (s *solving) share(ctx context.Context) error {
	workers, err := s.workers(ctx)
	if err != nil {
		return err
	}
	s.slots = 0
	for _, w := range workers {
		if w.Queue == s.queue {
			s.slots += w.Slots
		}
	}
	s.slots = max(1, s.slots)
	total := s.run.Budget.Time.Of(s.run.Item.N())
	if s.rounds == 0 {
		s.rounds = s.o.Rounds
	}
	if s.rounds == 0 {
		s.rounds = 4
		if total > 0 { // a search prepares for about 50 microseconds a city
			work := time.Duration(s.slots) * total
			s.rounds = int(max(2, min(work/(time.Duration(s.run.Item.N())*500*time.Microsecond), 50)))
		}
	}
	if s.run.Budget.Actions > 0 {
		s.actions = max(1, s.run.Budget.Actions/int64(s.rounds))
		return nil
	}
	s.time = (total - s.clock()) / time.Duration(max(1, s.rounds-s.round))
	return nil
}

func (s *solving) do(ctx context.Context, m *giant) (*bench.Record, tsp.Tour, error) {
	in := s.run.Item.Instance
	var trace []bench.Point
	stop := mcts.Stop(mcts.StopTime)
	if s.run.Budget.Actions > 0 {
		stop = mcts.StopActions
	}
	if s.round == 0 {
		if err := s.keep(ctx, m.order); err != nil {
			return nil, nil, err
		}
	}
	for {
		if err := s.share(ctx); err != nil && ctx.Err() == nil {
			return nil, nil, err
		}
		if s.round >= s.rounds || s.actions == 0 && s.time < time.Second {
			break
		}
		if err := s.step(ctx, m); ctx.Err() != nil {
			stop = mcts.StopInterrupted
			break
		} else if err != nil {
			return nil, nil, err
		}
		length := in.InUnit(in.Length(m.order))
		trace = append(trace, bench.Point{Seconds: s.clock().Seconds(), Length: json.Number(bench.LengthText(in, length))})
		if s.o.Observe != nil {
			s.o.Observe(s.round, s.rounds, length)
		}
	}
	res := &mcts.Result{Stop: stop, Actions: s.used, Source: s.run.Source.Name}
	var err error
	if res.Config, err = s.run.Knobs.Config(in.N(), res.Source); err != nil {
		return nil, nil, err
	}
	if err := res.Finish(ctx, in, m.order); err != nil {
		return nil, nil, err
	}
	if ctx.Err() == nil {
		s.blobs.bucket.Delete(ctx, s.last) // the next such command is a new one
	}
	return s.run.Record(res, s.clock().Seconds(), trace), res.Tour, nil
}

// step does one round.
func (s *solving) step(ctx context.Context, m *giant) error {
	k := s.round + 1
	searches, err := m.searches(ctx, k)
	if err != nil {
		return err
	}
	in := roundInput{LostAfter: s.lostAfter}
	n := s.run.Item.N()
	for i, q := range searches {
		q.Wire, q.Heatmap, q.Knobs = Wire, s.run.Source.Name, knobsOf(s.run.Knobs)
		q.Seed = meter.PCG(s.run.Seed, meter.ForMixing, uint64(k), uint64(i)).Uint64()
		data, err := json.Marshal(q)
		if err != nil {
			return err
		}
		sum, err := s.blobs.putContent(ctx, "job", data)
		if err != nil {
			return err
		}
		in.Searches = append(in.Searches, roundSearch{sum, fmt.Sprintf("round %d, search %d of %d", k, i+1, len(searches)), q.limit()})
	}
	if s.actions == 0 { // what is late is left as it was
		in.Deadline = s.time + s.time/2 + 30*time.Second
	}
	id := fmt.Sprintf("solve-%s-%03d", s.nonce, k)
	found, err := s.wait(ctx, id, fmt.Sprintf("%s, %d cities, round %d of %d", s.run.Item.Name, n, k, s.rounds), in)
	if err != nil {
		return err
	}
	if len(found) != len(searches) {
		return fmt.Errorf("the round %s has %d results, want %d", id, len(found), len(searches))
	}
	tours := make([]tsp.Tour, len(found))
	failed := 0
	for i, r := range found {
		if r.Tour == "" {
			failed++
			continue
		}
		data, err := s.blobs.getContent(ctx, "tour/"+r.Tour, r.Tour, mostTour)
		if err == nil {
			tours[i], err = tourOf(data)
		}
		if err != nil {
			s.warn("%v", err)
			continue
		}
		s.used += r.Actions
	}
	if failed > 0 {
		s.warn("round %d: %d of %d searches failed or were late; what they worked on is left as it was", k, failed, len(found))
	}
	m.join(tours)
	s.round = k
	for _, q := range found { // of no use any more
		if q.Tour != "" {
			s.blobs.bucket.Delete(ctx, "tour/"+q.Tour)
		}
	}
	return s.keep(ctx, m.order)
}

// wait starts the workflow of a round, or finds it under way, and returns its result, however often
// the server is away meanwhile.
func (s *solving) wait(ctx context.Context, id, summary string, in roundInput) ([]searchResult, error) {
	for told := false; ; {
		call, cancel := context.WithTimeout(ctx, 20*time.Second)
		_, err := s.client.ExecuteWorkflow(call, client.StartWorkflowOptions{ID: id, TaskQueue: s.queue, StaticSummary: summary,
			WorkflowIDReusePolicy:                    enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
			WorkflowIDConflictPolicy:                 enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
			WorkflowExecutionErrorWhenAlreadyStarted: true}, roundType, in)
		cancel()
		var started *serviceerror.WorkflowExecutionAlreadyStarted
		if errors.As(err, &started) {
			err = nil
		}
		var found []searchResult
		if err == nil {
			err = s.client.GetWorkflow(ctx, id, "").Get(ctx, &found)
			if err == nil {
				return found, nil
			}
		}
		if ctx.Err() != nil {
			late, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
			defer cancel()
			s.client.CancelWorkflow(late, id, "") // nobody waits for it
			return nil, ctx.Err()
		}
		if !absent(err) && !gone(err) {
			return nil, fmt.Errorf("the round %s: %w", id, err)
		}
		if !told {
			s.warn("the Temporal server at %s is away (%v); waiting", s.address, err)
			told = true
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
		}
	}
}
