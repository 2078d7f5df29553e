package farm

import (
	"context"
	"time"

	"tspmcts/mcts"
	"tspmcts/tsp"
)

// islands search the whole instance, each with a seed and populations of its own, and meet once, at
// the end: their tours are recombined. Islands that met before would have to build their
// populations anew, or to give up what makes them worth more than one search: that their tours are
// not alike. Meanwhile each shows the best tour that it has, for whoever looks or stops early.
type islands struct{ *solving }

// leastIslands is how many there are, also where there are fewer slots.
const leastIslands = 4

// forMeeting is the part of the time that the islands' meeting has: 1/forMeeting.
const forMeeting = 20

// newIslands begins with a first local optimum, unless there is a tour, for whoever stops before
// the islands meet: they begin by themselves, and take nothing of it. It has no more of the time
// than their meeting.
func (s *solving) newIslands(ctx context.Context) (method, error) {
	if s.tour != nil {
		return &islands{s}, nil
	}
	workers := s.run.Workers
	if s.run.Budget.Actions > 0 { // the tour is not to depend on the machine; 200,000 cities take 3 s
		workers = 1
	}
	first, err := mcts.Solve(ctx, s.in, mcts.Options{Source: "gtprior", Actions: 4 * int64(s.in.N()), Time: s.limit() / forMeeting,
		Seed: s.run.Seed, Workers: workers})
	if err != nil {
		return nil, err
	}
	s.tour = first.Tour
	return &islands{s}, nil
}

// leastTime is the least time for everything that leaves a round the second that it needs at least.
const leastTime = 2 * time.Second

// lookEvery is the least time between two looks at what the islands have.
const lookEvery = 2 * time.Second

// watch looks at the tours that the islands of a round show, until looking ends; and once more where
// ctx has ended, and the client with it.
func (s *solving) watch(ctx, looking context.Context, round string, islands []roundSearch) {
	seen := make([]time.Time, len(islands)) // when what was read last was written
	for looking.Err() == nil {
		select {
		case <-time.After(max(lookEvery, s.clock()/40)):
		case <-looking.Done():
		}
		last := context.WithoutCancel(ctx)
		if ctx.Err() == nil {
			last = looking
		}
		last, cancel := context.WithTimeout(last, 3*time.Second)
		for k, island := range islands {
			s.look(last, betterTour(round, island.Spec), &seen[k])
		}
		cancel()
	}
}

// look reads a tour, unless it is the one that was seen before, and tells of it where it is the best.
// No tour there, or no valid one, is nothing: the result counts.
func (s *solving) look(ctx context.Context, name string, seen *time.Time) {
	a, err := s.blobs.bucket.Attributes(ctx, name)
	if err != nil || a.ModTime.Equal(*seen) {
		return
	}
	data, err := s.blobs.read(ctx, name, 4*int64(s.in.N()))
	if err != nil {
		return
	}
	*seen = a.ModTime
	tour, err := tourOf(data)
	if err != nil || s.in.Check(tour) != nil {
		return
	}
	if s.in.Length(tour) < s.in.Length(s.shortest()) {
		s.shown = tour
		s.tell(tour)
	}
}

func (g *islands) searches(ctx context.Context, k int) ([]search, error) {
	in, err := tsp.NewPoints(g.in.Name, g.in.Metric, g.in.X, g.in.Y, nil)
	if err != nil {
		return nil, err
	}
	data, err := in.Encode()
	if err != nil {
		return nil, err
	}
	q := search{Fresh: true}
	if q.Instance, err = g.blobs.putContent(ctx, "in", data); err != nil {
		return nil, err
	}
	count := leastIslands // with a budget of actions the tour does not depend on the workers
	if g.Actions > 0 {
		q.Actions = max(1, g.Actions/leastIslands)
	} else {
		count = max(count, g.Slots)
		waves := time.Duration(count+g.Slots-1) / time.Duration(g.Slots)
		q.Time = max(time.Second, (g.Time-g.Time/forMeeting)/waves)
	}
	all := make([]search, count)
	for i := range all {
		all[i] = q
	}
	return all, nil
}

// join recombines the tours, each checked here, until they have nothing left to give each other or
// the time ends.
func (g *islands) join(ctx context.Context, found []tsp.Tour) error {
	tours := []tsp.Tour{g.tour}
	for i, t := range found {
		if t == nil {
			continue
		}
		if err := g.in.Check(t); err != nil {
			g.warn("island %d: %v", i+1, err)
			continue
		}
		tours = append(tours, t)
	}
	if len(tours) > 1 {
		tours = tours[1:] // the first has nothing to give
	}
	cfg, err := g.run.Knobs.Config(g.in.N(), g.source)
	if err != nil {
		return err
	}
	ctx, cancel := g.timed(ctx)
	defer cancel()
	met, err := mcts.Cross(ctx, g.in, tours, cfg, g.run.Seed, max(1, g.run.Workers))
	if err != nil && ctx.Err() == nil { // else there was no time to meet, and it is the best of them
		return err
	}
	if g.in.Length(met) < g.in.Length(g.tour) {
		g.tour = met
	}
	return nil
}
