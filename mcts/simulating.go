package mcts

import (
	"sync"

	"tspmcts/mcts/meter"
	"tspmcts/mcts/tree"
)

// simulating is the paper's search (package tree), by workers each for itself;
// the best tour of all wins. It is the whole of plan "paper".
type simulating struct {
	States   []tree.State // of the workers
	searches []*tree.Search
}

// slice is the number of actions of a worker between two moments at which the
// whole state may be saved.
const slice = 1 << 14

func (simulating) name() string { return "simulating" }

// begin makes the workers, and reports false when the budget ended.
func (p *simulating) begin(s *search) bool {
	cfg := tree.Config{Alpha: s.cfg.Alpha, Beta: s.cfg.Beta, Pool: s.cfg.Pool, Depth: s.cfg.Depth}
	if s.cfg.Action == "best" {
		cfg.Breadth = s.cfg.breadth()
	}
	for i := range s.workers {
		stats := tree.NewStats(s.cand, s.heatmap, s.meter)
		if stats == nil {
			return false
		}
		var rng meter.Stream
		rng.Start(s.seed, meter.ForWorker, uint64(i), 0)
		w := tree.New(s.in, stats, cfg, s.meter, rng)
		if actions := s.meter.Budget().Actions; actions > 0 {
			w.Limit(meter.Share(actions, s.workers, i)) // 0 where there are fewer than workers
		}
		w.Begin(s.first)
		p.searches = append(p.searches, w)
	}
	return true
}

// step lets every worker search for a while. They wait for each other, which
// changes nothing in what they do.
func (p *simulating) step(s *search) bool {
	if p.searches == nil && !p.begin(s) {
		return false
	}
	var wait sync.WaitGroup
	working := false
	for _, w := range p.searches {
		if !w.Done() {
			working = true
			wait.Go(func() { w.Advance(slice) })
		}
	}
	wait.Wait()
	p.survey(s)
	return !working
}

// survey finds the best tour of all workers.
func (p *simulating) survey(s *search) {
	s.BestLength = meter.NoTour
	for _, w := range p.searches {
		if tour, length := w.Best(); length < s.BestLength {
			s.Best, s.BestLength = tour, length
		}
	}
}

func (p *simulating) freeze() {
	p.States = p.States[:0]
	for _, w := range p.searches {
		p.States = append(p.States, w.State())
	}
}

func (p *simulating) resume(s *search) error {
	if len(p.States) == 0 {
		return nil // it was saved before it began
	}
	if len(p.States) != s.workers {
		return errForeign
	}
	if !p.begin(s) {
		return nil
	}
	for i, w := range p.searches {
		if err := w.Restore(p.States[i]); err != nil {
			return err
		}
	}
	p.survey(s)
	return nil
}
