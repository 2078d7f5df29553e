package farm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"tspmcts/bench"
	"tspmcts/mcts"
	"tspmcts/tsp"
)

// search is one search of a round, as a blob: of a region of a giant tour, whose cities are
// numbered as the tour meets them, or an island.
type search struct {
	Wire     int
	Instance string // digest of its blob
	Seed     uint64
	Actions  int64
	Time     time.Duration
	Heatmap  string
	Map      string // digest of the blob of a map that is there already, "": it is made from the source
	Knobs    knobs
	Onward   *mcts.Learnt // nil: the order of the cities is no local optimum yet
	Fresh    bool         // nor any tour to begin with
}

// searchTask is what the activity Search is given.
type searchTask struct {
	Spec string
	Beat time.Duration // how often it tells the server that it lives
}

// searchResult is what it returns; the tour is a blob.
type searchResult struct {
	Tour    string // its digest
	Actions int64
	Seconds float64
	Learnt  *mcts.Learnt
	Source  string // of its heatmap
	Failed  string `json:",omitempty"` // why there is no tour, where it was given up
}

// limit returns how long the search may take.
func (s *search) limit() time.Duration {
	if s.Time == 0 {
		return 7 * 24 * time.Hour
	}
	return s.Time + s.Time/2 + 10*time.Minute
}

// Search is the activity: it searches, and returns the tour.
func (w *worker) Search(ctx context.Context, t searchTask) (*searchResult, error) {
	a := w.begin(ctx, t.Beat)
	r := &searchResult{}
	return nil, w.end(a, r, w.search(a, t.Spec, r))
}

func (w *worker) search(a *attempt, spec string, r *searchResult) error {
	blobs := w.farm.blobs
	saved := "saved/search/" + spec
	task, in, err := w.searchOf(a, spec, saved)
	if err != nil {
		return err
	}
	give, err := w.reserve(a, 1)
	if err != nil {
		return err
	}
	defer give()
	p, err := start(task, 1)
	if err != nil {
		return err
	}
	defer p.kill()
	better := make(chan []byte, 1) // the latest, for a bucket that may be slow
	a.wait.Go(func() { w.farm.show(a, betterTour(a.info.WorkflowExecution.ID, spec), better) })
	began := time.Now()
	a.say("%d cities: begins", in.N())
	err = a.listen(p, task.Search.limit(), func(m message) error {
		switch {
		case m.Failed != "":
			return fails(-1, "%s", m.Failed)
		case m.Stopped:
			return errStopping
		case m.Checkpoint != nil:
			return blobs.put(a.ctx, saved, m.Checkpoint)
		case m.Better != nil:
			select {
			case <-better:
			default:
			}
			better <- m.Better
			return nil
		case m.Tour != nil:
			tour, err := tourOf(m.Tour)
			if err == nil {
				err = in.Check(tour)
			}
			if err != nil {
				return fails(-1, "%v", err)
			}
			r.Actions, r.Seconds, r.Learnt, r.Source = m.Actions, time.Since(began).Seconds(), m.Learnt, m.Source
			r.Tour, err = blobs.putContent(a.ctx, foundIn(a.info.WorkflowExecution.ID), m.Tour)
			return err
		}
		a.say("%d cities, %s, length %s", in.N(), cmp.Or(m.Stage, "preparing"), bench.LengthShort(in, m.Length))
		return nil
	})
	var died *processError
	switch {
	case errors.As(err, &died):
		return fails(-1, "%v", err)
	case err == nil && r.Tour == "":
		return errStopping
	}
	if err == nil {
		blobs.remove(a.ctx, saved) // of no use any more, or never there
	}
	return err
}

// searchOf reads the search of the digest, with its instance, and its checkpoint from the blob saved
// where this is not the first attempt.
func (w *worker) searchOf(a *attempt, spec, saved string) (*task, *tsp.Instance, error) {
	blobs := w.farm.blobs
	data, err := blobs.getContent(a.ctx, "job/"+spec, spec, mostSpec)
	if err != nil {
		return nil, nil, err
	}
	var s search
	if err := decode(data, &s); err != nil {
		return nil, nil, fails(-1, "no search: %v", err)
	}
	if s.Wire != Wire || s.Actions < 0 || s.Time < 0 || s.Actions == 0 && s.Time == 0 {
		return nil, nil, fails(-1, "no search that a client asks for")
	}
	task := &task{Search: &s, Saved: map[int][]byte{}}
	if task.Instance, err = blobs.getContent(a.ctx, "in/"+s.Instance, s.Instance, mostInstance); err != nil {
		return nil, nil, err
	}
	if s.Map != "" {
		if task.Map, err = blobs.getContent(a.ctx, "map/"+s.Map, s.Map, mostInstance); err != nil {
			return nil, nil, err
		}
	}
	in, err := tsp.DecodeInstance(task.Instance)
	if err != nil {
		return nil, nil, fails(-1, "%v", err)
	}
	if a.info.Attempt > 1 {
		if data, err := blobs.read(a.ctx, saved, mostSaved); err == nil {
			task.Saved[0] = data
		}
	}
	return task, in, nil
}

// foundIn names the folder of the tours that the searches of a round found, by their digests. No other
// round has it: two that find the same tour each have a blob of it, which they remove when they like.
func foundIn(round string) string { return "tour/" + round }

// betterTour names the blob of the best tour of an island that is still searching.
func betterTour(round, spec string) string { return "better/" + round + "/" + spec }

// show writes tours as they come to the blob of that name, until the attempt ends. One that the bucket
// does not take is not missed: a better one follows, or the result.
func (f *Farm) show(a *attempt, name string, tours <-chan []byte) {
	for {
		select {
		case tour := <-tours:
			f.blobs.write(a.ctx, name, tour)
		case <-a.ctx.Done():
			return
		}
	}
}

// search is the process's side.
func (c *child) search(t *task, in *tsp.Instance) error {
	s := t.Search
	fail := func(err error) error { return c.tell(message{Failed: err.Error()}) }
	k, err := s.Knobs.knobs()
	if err != nil {
		return fail(err)
	}
	if _, err := source(s.Heatmap); err != nil {
		return fail(err)
	}
	o := mcts.Options{Preset: k.Preset, Configure: k.Config, Source: s.Heatmap, Seed: s.Seed, Workers: 1, Actions: s.Actions, Time: s.Time, Observe: c.observe(0), Onward: s.Onward}
	if s.Fresh {
		o.Observe = c.show()
	} else {
		own := make(tsp.Tour, in.N())
		for i := range own {
			own[i] = int32(i)
		}
		o.Initial = []tsp.Tour{own}
	}
	if t.Map != nil {
		if o.Heatmap, err = mapOf(t.Map); err != nil {
			return fail(err)
		}
	}
	if s.Time == 0 {
		o.Time, o.Save = mcts.Endless, c.saver(0)
		o.Resume = checkpoint(t.Saved[0])
	}
	r, err := mcts.Solve(c.ctx, in, o)
	if o.Resume != nil && errors.Is(err, mcts.ErrCheckpoint) {
		o.Resume = nil
		r, err = mcts.Solve(c.ctx, in, o)
	}
	switch {
	case c.ctx.Err() != nil:
		return c.tell(message{Stopped: true})
	case err != nil:
		return fail(err)
	}
	return c.tell(message{Tour: tourBytes(r.Tour), Actions: r.Actions, Learnt: r.Learnt, Source: r.Source})
}

const roundType = "Round"

// roundInput is what the workflow of a round is given.
type roundInput struct {
	LostAfter time.Duration
	Ends      ends // 0: when all searches are done
	Slots     int  // that take the searches in their order; 0: all at once
	Searches  []roundSearch
}

// ends is when a round ends before all its searches are done, whose results are left out then: a worker
// that is not heard of again, or a slow one, does not hold it up.
type ends struct {
	Time     time.Duration // that it is to take
	Grace    time.Duration // after that it waits so long for the next search to be done, again and again until none is
	Deadline time.Duration
}

// endsOf returns when a round ends that is to take that long.
func endsOf(long time.Duration) ends {
	return ends{Time: long, Grace: long/16 + 10*time.Second, Deadline: long + long/2 + 30*time.Second}
}

type roundSearch struct {
	Spec    string // digest of its blob
	Summary string
	Limit   time.Duration
	Long    time.Duration // it is to take, where slots take searches in their order
}

// mostPending is how many searches of a round are handed out at once: the server refuses a workflow
// task by which more than 2000 activities would be.
const mostPending = 1900

// ahead is how soon one search more than there are slots is handed out, which a slot that is done
// finds waiting; and one more when a search takes half as long again as it is to, whose slot may be
// lost. The server keeps no order among what is handed out together: of 14 regions for four slots it
// gave the largest last, and a round of 67 s took 81.
const ahead = time.Second

// round is the workflow: it has the searches done, in their order, and returns what each found,
// nothing for those that failed or came too late.
func round(ctx workflow.Context, in roundInput) ([]searchResult, error) {
	all := make([]searchResult, len(in.Searches))
	work, cancel := workflow.WithCancel(ctx)
	next, left := 0, len(in.Searches)
	tell := func() {
		workflow.SetCurrentDetails(ctx, fmt.Sprintf("%d of %d searches done", len(in.Searches)-left, len(in.Searches)))
	}
	tell()
	events := workflow.NewSelector(ctx)
	pending := min(left, mostPending)
	if in.Slots > 0 {
		pending = min(pending, in.Slots)
	}
	beat := beatOf(pending)
	var try func(k, times int)
	begin := func() {
		if done := len(in.Searches) - left; next < len(in.Searches) && next-done < mostPending {
			next++
			try(next-1, 1)
		}
	}
	more := func(after time.Duration) (cancel func()) { // begins one more then
		waiting, cancel := workflow.WithCancel(work)
		events.AddFuture(workflow.NewTimer(waiting, after), func(f workflow.Future) {
			if f.Get(ctx, nil) == nil {
				begin()
			}
		})
		return cancel
	}
	try = func(k, times int) {
		s := in.Searches[k]
		done := func() {}
		if in.Slots > 0 && times == 1 {
			done = more(s.Long + s.Long/2 + ahead)
		}
		search := workflow.WithActivityOptions(work, attempts(in.LostAfter, s.Limit, s.Summary))
		events.AddFuture(workflow.ExecuteActivity(search, runSearch, searchTask{s.Spec, beat}), func(f workflow.Future) {
			done()
			if err := f.Get(ctx, &all[k]); err != nil {
				all[k] = searchResult{Failed: fmt.Sprintf("%.300s", reasonOf(err))}
				if times < mostTries {
					try(k, times+1)
					return
				}
			}
			left--
			tell()
			begin()
		})
	}
	for range pending {
		begin()
	}
	if in.Slots > 0 {
		more(ahead)
	}
	over := false
	events.AddReceive(ctx.Done(), func(workflow.ReceiveChannel, bool) { over = true })
	if ends := in.Ends; ends.Time > 0 {
		events.AddFuture(workflow.NewTimer(work, ends.Deadline), func(workflow.Future) { over = true })
		var wait func(workflow.Future)
		wait = func(workflow.Future) {
			waiting, since := left, workflow.Now(ctx)
			events.AddFuture(workflow.NewTimer(work, ends.Grace), func(f workflow.Future) {
				// where the server was away, workers have that long again to say what they have
				away := workflow.Now(ctx).Sub(since) > 2*ends.Grace
				over = over || left == waiting && !away
				wait(f)
			})
		}
		events.AddFuture(workflow.NewTimer(work, ends.Time), wait)
	}
	for left > 0 && !over {
		events.Select(ctx)
	}
	cancel()
	return all, ctx.Err()
}
