package bench

import (
	"context"
	"fmt"
	"sync"
	"time"

	"tspmcts/tsp"
)

// Bench runs jobs and stores their entries.
type Bench struct {
	Store    *Store
	Parallel int  // runs side by side
	Tours    bool // entries hold the tours
	// Progress is told after each run that was not in the store; nil for nobody. One call at a
	// time.
	Progress func(Status)
}

// Status is how far a bench is.
type Status struct {
	Jobs, Known, Done int // all, those found in the store, those run
	Undrawn           int // of those found, without their tours
	Elapsed, Left     time.Duration
	Failed            int    // that could not be done
	Reason            string // why the last of them
	Entry             *Entry // of the last run that was done
}

// Add counts the entry of a run that ended when the bench had lasted that long.
func (s *Status) Add(e *Entry, elapsed time.Duration) {
	if e.Error != "" {
		s.Failed++
		s.Reason = e.Error
	} else {
		s.Done++
		s.Entry = e
	}
	s.Elapsed = elapsed
	ended := s.Done + s.Failed
	s.Left = time.Duration(float64(elapsed) / float64(ended) * float64(s.Jobs-s.Known-ended))
}

// Missing returns the jobs that the store does not have, each once, and counts the others.
func (s *Store) Missing(jobs []*Job) ([]*Job, Status) {
	status := Status{Jobs: len(jobs)}
	var todo []*Job
	seen := map[string]bool{}
	for _, j := range jobs {
		switch key := j.Key(); {
		case seen[key]: // the products of a suite overlap
			status.Jobs--
		case s.Done(key) != nil:
			status.Known++
			if s.Done(key).Tour == nil {
				status.Undrawn++
			}
		default:
			todo = append(todo, j)
		}
		seen[j.Key()] = true
	}
	return todo, status
}

// Run runs the jobs that the store does not have, once the files of their heatmaps are all there.
// When ctx ends, the runs in flight are given up without an entry, and that is no error.
func (b *Bench) Run(ctx context.Context, jobs []*Job) (Status, error) {
	todo, status := b.Store.Missing(jobs)
	for _, j := range todo {
		if err := j.Source.Check(j.Item); err != nil {
			return status, err
		}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan *Job)
	var failed error
	var mu sync.Mutex
	start := time.Now()
	var wait sync.WaitGroup
	for range min(b.Parallel, len(todo)) {
		wait.Go(func() {
			for j := range next {
				e, _, err := j.Do(ctx, b.Tours)
				mu.Lock()
				if err == nil && e != nil {
					if err = b.Store.Add(e); err == nil {
						status.Add(e, time.Since(start))
						if b.Progress != nil {
							b.Progress(status)
						}
					}
				}
				if err != nil && failed == nil {
					failed = err
					cancel(err)
				}
				mu.Unlock()
			}
		})
	}
feed:
	for _, j := range todo {
		select {
		case next <- j:
		case <-ctx.Done():
			break feed
		}
	}
	close(next)
	wait.Wait()
	status.Elapsed = time.Since(start)
	return status, failed
}

// Do runs the job and returns its entry and tour, nil when ctx ended before.
func (j *Job) Do(ctx context.Context, tours bool) (*Entry, tsp.Tour, error) {
	if ctx.Err() != nil {
		return nil, nil, nil
	}
	start := time.Now()
	rec, tour, err := j.Run.Do(ctx, func() time.Duration { return time.Since(start) }, j.Observe)
	if ctx.Err() != nil {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	e := j.entry
	e.Record = *rec
	if tours {
		if e.Tour, err = drawn(j.Item, tour); err != nil {
			return nil, nil, err
		}
		e.Path = j.Item.Ends != nil
	}
	return &e, tour, nil
}

// Failure returns the entry that says that the job cannot be done, and why.
func (j *Job) Failure(reason string) *Entry {
	e := j.entry
	e.N, e.Metric, e.Error = j.Item.N(), j.Item.Metric.String(), reason
	return &e
}

// Drawable returns an error unless the cities have places, which entries with tours tell.
func (item *Item) Drawable() error {
	if x, _ := item.Picture(); x == nil {
		return fmt.Errorf("%s: there are no coordinates that --tours could keep", item.Name)
	}
	return nil
}

// drawn returns the places of the cities in the order of the tour.
func drawn(item *Item, tour tsp.Tour) ([][2]float64, error) {
	if err := item.Drawable(); err != nil {
		return nil, err
	}
	x, y := item.Picture()
	places := make([][2]float64, len(tour))
	for i, c := range tour {
		places[i] = [2]float64{x[c], y[c]}
	}
	return places, nil
}
