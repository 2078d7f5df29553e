package farm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"gocloud.dev/gcerrors"

	"tspmcts/bench"
	"tspmcts/mcts"
	"tspmcts/mcts/meter"
	"tspmcts/tsp"
)

// Numbers of cities: from leastCities on many machines search for a tour, as islands, from
// leastInRegions on they share the tour, as regions.
const (
	leastCities    = 1000
	leastInRegions = 200000
)

// transfers is how many regions the client writes, or tours it reads, at once: most of the time each
// of them waits for the bucket.
const transfers = 16

// method is how many machines find a tour together: in rounds of searches, whose tours are joined.
type method interface {
	searches(ctx context.Context, round int) ([]search, error)
	join(ctx context.Context, found []tsp.Tour) error // nil: one that failed
}

// solving is a solve on many machines.
type solving struct {
	*Farm
	run     *bench.Run
	in      *tsp.Instance // the run's, or its places
	asked   int           // rounds of equal shares of the budget; 0: as next shares it
	observe func(round, rounds int, length, seconds float64)
	clock   func() time.Duration // with what was spent before the client came back
	before  time.Duration
	tour    tsp.Tour // the best so far
	source  string   // of the heatmap
	round   int      // done
	planned          // the next one
	used    int64
	learnt  *mcts.Learnt // nil before regions of a local optimum were visited
	nonce   string
	folder  string // of its states
	last    string // state
	trace   []bench.Point
	shown   tsp.Tour // the best that islands told of while they searched, nil for none
}

// Solve is Run.Do on the workers: rounds of searches whose results are joined. With a budget of
// actions the tour depends on the seed only. A client that was killed goes on after the last
// round that it had joined. So many rounds of regions have equal shares of the budget; with 0
// each takes twice as much as all before it, but none more than a third. observe, if not nil, is told
// of the tour's length before the first of them, with the rounds done until then, and after each; and of
// the time, with that before the client came back.
// The end of ctx is not an error, whenever it is.
func (f *Farm) Solve(ctx context.Context, r *bench.Run, clock func() time.Duration, rounds int, observe func(round, rounds int, length, seconds float64)) (*bench.Record, tsp.Tour, error) {
	if _, err := source(r.Source.Name); err != nil {
		return nil, nil, err
	}
	b, in := r.Budget, r.Item.Instance
	if b.Stall.Given() || b.Target > 0 || b.Time.Given() == (b.Actions > 0) || r.Bound || len(r.Initial) > 0 || r.Resume != nil || r.Save != nil {
		return nil, nil, bench.Misusef("solve --temporal takes either --time or --actions, and none of --stall, --target, --bound, --initial-tour, --resume and --checkpoint")
	}
	if !in.Planar() || in.HasFixed() || in.Ends != nil || in.Forbids() {
		return nil, nil, bench.Misusef("%s: many machines search for tours of cities in the plane, without edges that are fixed or forbidden; run it without --temporal", r.Item.Name)
	}
	s := &solving{Farm: f, run: r, in: in, asked: rounds, observe: observe}
	var along tsp.Tour
	if in.N() >= leastInRegions {
		along = tsp.SpaceFillingCurve(ctx, in)
	}
	places, err := tsp.NewPlaces(ctx, in, along)
	if err != nil && ctx.Err() == nil {
		return nil, nil, err
	}
	if places != nil {
		s.in = places.Instance
	}
	if s.in.N() < leastCities {
		return nil, nil, bench.Misusef("%s: %d places are too few for many machines, want %d or more; run it without --temporal", r.Item.Name, s.in.N(), leastCities)
	}
	if err := f.needWorker(ctx); err != nil && ctx.Err() == nil {
		return nil, nil, err
	}
	s.clock = func() time.Duration { return s.before + clock() }
	knobs, err := json.Marshal(knobsOf(r.Knobs))
	if err != nil {
		return nil, nil, err
	}
	s.folder = "solve/" + digest(fmt.Append(nil, bench.Digest(in), r.Source.Name, string(knobs), b, r.Seed, rounds, f.queue))[:shortDigest] + "/"
	if ctx.Err() == nil { // else the places may be missing, which the state numbers
		if err := s.resume(ctx); err != nil && ctx.Err() == nil {
			return nil, nil, err
		}
	}
	m, err := s.begin(ctx)
	if err != nil {
		return nil, nil, err
	}
	if m != nil && ctx.Err() == nil {
		stop, err := f.plan(ctx)
		if err != nil {
			return nil, nil, err
		}
		defer inTime(stop) // a server that hangs would keep it for longer
	}
	res, trace, err := s.do(ctx, m)
	if err != nil {
		return nil, nil, err
	}
	if places != nil {
		s.tour = places.Cities(s.tour)
	}
	if err := res.Finish(ctx, in, s.tour); err != nil {
		return nil, nil, err
	}
	return r.Record(res, s.clock().Seconds(), trace), res.Tour, nil
}

// begin makes the first tour, by the method that suits the number of cities; it returns none where
// there is no time for more than a tour.
func (s *solving) begin(ctx context.Context) (method, error) {
	s.source = s.run.Source.Name
	if s.in.N() >= leastInRegions {
		return s.newGiant(ctx)
	}
	if s.asked > 1 {
		return nil, bench.Misusef("%s: %d rounds are for %d cities and more; islands meet once", s.run.Item.Name, s.asked, leastInRegions)
	}
	if limit := s.limit(); limit > 0 && limit < leastTime {
		return nil, bench.Misusef("%s: %v are too short for many machines, want %v or more; run it without --temporal", s.run.Item.Name, limit, leastTime)
	}
	s.asked = 1
	return s.newIslands(ctx)
}

// share shares what is left of the budget among rounds.
func (s *solving) share(ctx context.Context) error {
	workers, err := s.workers(ctx, presentFor)
	if err != nil {
		return err
	}
	s.planned = planned{}
	for _, w := range workers {
		if w.Queue == s.queue {
			s.Slots += w.Slots
		}
	}
	s.Slots = max(1, s.Slots)
	if total := s.run.Budget.Actions; total > 0 {
		next, rounds := s.next(float64(s.used), float64(total))
		s.Actions, s.Rounds = int64(next), rounds
		return nil
	}
	next, rounds := s.next(s.clock().Seconds(), s.limit().Seconds())
	s.Time, s.Rounds = time.Duration(next*float64(time.Second)), rounds
	return nil
}

// limit returns the time for everything, 0 where actions are the budget; a time per city counts all,
// as in the process, also those that share a place.
func (s *solving) limit() time.Duration { return s.run.Budget.Time.Of(s.run.Item.Instance.N()) }

// timed limits ctx to the time that is left, where time is the budget.
func (s *solving) timed(ctx context.Context) (context.Context, context.CancelFunc) {
	if limit := s.limit(); limit > 0 {
		return context.WithTimeout(ctx, limit-s.clock())
	}
	return context.WithCancel(ctx)
}

// next returns how much of the budget the next round has, of which some was used before, and how
// many rounds there are to be in all, none of which has less than 1, a second or an action, but for
// the first one that was asked for: without it there is only the tour that it begins with. Early
// rounds are short: what a border keeps from improving is gone soon.
func (s *solving) next(before, total float64) (next float64, rounds int) {
	left := total - before
	if s.asked > 0 {
		more := min(s.asked-s.round, int(left))
		if s.round == 0 && left > 0 {
			more = max(1, more)
		}
		if more < 1 {
			return 0, s.round
		}
		return left / float64(more), s.round + more
	}
	rounds = s.round
	for ; left >= 1; rounds++ {
		long := max(1, min(max(2*before, total/16), total/3))
		if left < long+max(1, long/2) {
			long = left
		}
		if rounds == s.round {
			next = long
		}
		before, left = before+long, left-long
	}
	return next, rounds
}

// do does the rounds, none where m is nil.
func (s *solving) do(ctx context.Context, m method) (*mcts.Result, []bench.Point, error) {
	stop := mcts.StopTime
	if s.run.Budget.Actions > 0 {
		stop = mcts.StopActions
	}
	var err error
	byTime := s.run.Budget.Actions == 0
	if s.Slots == 0 && m != nil && ctx.Err() == nil { // a tour that was interrupted is no state: it depends on when
		if s.learnt != nil && !byTime {
			s.used = int64(s.learnt.Cost)
		}
		err = s.keep(ctx)
	}
	for m != nil && err == nil && s.round < s.Rounds {
		if s.trace == nil {
			s.tell(s.tour)
		}
		if err = s.step(ctx, m); errors.Is(err, errEnded) {
			err = s.keep(ctx) // it begins anew, with what is left of the time
			continue
		}
		if err == nil {
			if byTime { // else it is to be the same each time
				s.tour = s.shortest()
			}
			s.tell(s.tour)
		}
	}
	switch {
	case ctx.Err() != nil:
		stop = mcts.StopInterrupted
	case err != nil:
		return nil, nil, err
	case s.round == 0 && s.trace == nil:
		s.warn("%s: the time was over before other machines could search: the tour is only a first one; give more --time, or leave out --temporal", s.run.Item.Name)
	}
	if byTime || ctx.Err() != nil {
		s.tour = s.shortest()
	}
	if s.source == mcts.AutoHeatmap { // no search has told of its own
		s.source = mcts.DefaultHeatmapOf(s.run.Knobs.Preset, s.in, s.limit(), s.run.Workers)
	}
	res := &mcts.Result{Stop: stop, Actions: s.used, Source: s.source}
	if res.Config, err = s.run.Knobs.Config(s.in.N(), res.Source); err != nil {
		return nil, nil, err
	}
	if ctx.Err() == nil {
		s.forget(ctx) // the next such command is a new one
	}
	return res, s.trace, nil
}

// shortest returns the shorter of the tour and what islands showed.
func (s *solving) shortest() tsp.Tour {
	if s.shown != nil && s.in.Length(s.shown) < s.in.Length(s.tour) {
		return s.shown
	}
	return s.tour
}

// tell tells the observer and the trace of a tour.
func (s *solving) tell(t tsp.Tour) {
	length := s.in.InUnit(s.in.Length(t))
	seconds := s.clock().Seconds()
	s.trace = append(s.trace, bench.Point{Seconds: seconds, Length: json.Number(bench.LengthText(s.in, length))})
	if s.observe != nil {
		s.observe(s.round, s.Rounds, length, seconds)
	}
}

// step does one round.
func (s *solving) step(ctx context.Context, m method) error {
	k := s.round + 1
	searches, err := m.searches(ctx, k)
	if err != nil {
		return err
	}
	in := roundInput{LostAfter: s.lostAfter}
	if s.Actions == 0 {
		in.Ends = endsOf(s.Time)
		if !searches[0].Fresh {
			in.Slots = s.Slots
		}
	}
	n := s.in.N()
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
		in.Searches = append(in.Searches, roundSearch{sum, fmt.Sprintf("round %d, search %d of %d", k, i+1, len(searches)), q.limit(), q.Time})
	}
	id := fmt.Sprintf("solve-%s-%03d", s.nonce, k)
	looking, enough := context.WithCancel(ctx)
	var watch sync.WaitGroup
	watch.Go(func() { s.attend(looking, id) })
	if searches[0].Fresh {
		watch.Go(func() { s.watch(ctx, looking, id, in.Searches) })
	}
	found, err := s.wait(ctx, id, fmt.Sprintf("%s, %d cities, round %d of %d", s.run.Item.Name, n, k, s.Rounds), in)
	enough()
	watch.Wait()
	if err != nil {
		return err
	}
	if len(found) != len(searches) {
		return fmt.Errorf("the round %s has %d results, want %d", id, len(found), len(searches))
	}
	tours, err := s.take(ctx, id, k, found)
	if err != nil {
		return err
	}
	if err := m.join(ctx, tours); err != nil {
		return err
	}
	if ctx.Err() != nil { // it may be joined in part, and is no state
		return ctx.Err()
	}
	s.round = k
	if err := s.keep(ctx); err != nil {
		return err
	}
	for i, q := range found { // of no use any more
		if q.Tour != "" {
			s.blobs.remove(ctx, foundIn(id)+"/"+q.Tour)
		}
		if searches[i].Fresh {
			s.blobs.remove(ctx, betterTour(id, in.Searches[i].Spec))
		}
	}
	return nil
}

// take returns the tours of the searches of round k, nil for those that failed or were late, and takes
// over what they have learnt and cost. A tour that is not there any more is an error: a result without
// it would not be that of the searches, and whoever removed it has the result.
func (s *solving) take(ctx context.Context, id string, k int, found []searchResult) ([]tsp.Tour, error) {
	tours, errs := make([]tsp.Tour, len(found)), make([]error, len(found))
	err := tsp.Parallel(tsp.WithWorkers(ctx, transfers), len(found), func() func(int) {
		return func(i int) {
			if sum := found[i].Tour; sum != "" {
				var data []byte
				if data, errs[i] = s.blobs.getContent(ctx, foundIn(id)+"/"+sum, sum, mostTour); errs[i] == nil {
					tours[i], errs[i] = tourOf(data)
				}
			}
		}
	})
	if err != nil {
		return nil, err
	}
	parts, shares := make([]*mcts.Learnt, len(found)), make([]float64, len(found))
	failed, why := 0, ""
	for i, r := range found {
		if r.Tour == "" {
			failed++
			if r.Failed != "" {
				why = "; one with: " + r.Failed
			}
			continue
		}
		if gcerrors.Code(errs[i]) == gcerrors.NotFound {
			s.forget(ctx) // there is no going on from here
			return nil, fmt.Errorf("round %d: a tour that was found is gone: did the same command, started twice, take it? Started again it begins anew: %w", k, errs[i])
		}
		if errs[i] != nil {
			s.warn("%v", errs[i])
			continue
		}
		s.used += r.Actions
		if _, err := source(r.Source); err == nil && s.source == mcts.AutoHeatmap { // all searches choose the same
			s.source = r.Source
		}
		parts[i], shares[i] = r.Learnt, float64(len(tours[i]))/float64(s.in.N())
	}
	if failed > 0 {
		s.warn("round %d: %d of %d searches failed or were late; what they worked on is left as it was%s", k, failed, len(found), why)
	}
	if s.learnt = mcts.Together(parts, shares); s.learnt == nil { // of searches that visit no regions; from now on they do
		s.learnt = &mcts.Learnt{Cost: float64(s.used)}
		if s.Actions == 0 {
			s.learnt.Cost = s.clock().Seconds() * float64(s.Slots)
		}
	}
	return tours, nil
}

// errEnded is of a round that somebody else ended, as a client does that is stopped: of the same
// command, started twice, or one before that is stopped late.
var errEnded = errors.New("the round was ended on the server")

// wait starts the workflow of a round, or finds it under way or done, and returns its result, however
// often the server is away meanwhile.
func (s *solving) wait(ctx context.Context, id, summary string, in roundInput) ([]searchResult, error) {
	for told := false; ; {
		call, cancel := answered(ctx)
		_, err := s.client.ExecuteWorkflow(call, client.StartWorkflowOptions{ID: id, TaskQueue: s.queue, StaticSummary: summary,
			WorkflowIDReusePolicy:                    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
			WorkflowIDConflictPolicy:                 enumspb.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
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
			s.client.TerminateWorkflow(late, id, "", "the client was stopped") // a canceled one would need it, to say so
			return nil, ctx.Err()
		}
		var terminated *temporal.TerminatedError
		if errors.As(err, &terminated) {
			s.warn("the round %s was ended on the server; it begins anew, if there is time", id)
			return nil, errEnded
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
