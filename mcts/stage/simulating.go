package stage

import (
	"slices"
	"sync"

	"tspmcts/mcts/meter"
	"tspmcts/mcts/tree"
)

// Simulating is the paper's search (package tree), by workers each for itself;
// the best tour of all wins. It is the whole of plan "paper".
type Simulating struct {
	States   []tree.State // of the workers
	searches []*tree.Search
}

// slice is the number of actions of a worker between two moments at which the
// whole state may be saved.
const slice = 1 << 14

func (Simulating) name() string { return "simulating" }

// begin makes the workers, and reports false, with none of them, when the budget ended.
func (p *Simulating) begin(s *Search) bool {
	stats := s.statistics()
	if stats == nil {
		return false
	}
	var searches []*tree.Search
	for i := range s.Workers {
		var rng meter.Stream
		rng.Start(s.Seed, meter.ForWorker, uint64(i), 0)
		w := tree.New(s.In, stats[i], s.Config.Tree, s.Meter, rng)
		if actions := s.Meter.Budget().Actions; actions > 0 {
			w.Limit(meter.Share(actions, s.Workers, i)) // 0 where there are fewer than workers
		}
		w.Begin(s.first)
		searches = append(searches, w)
	}
	p.searches = searches
	return true
}

// step lets every worker search for a while. They wait for each other, which
// changes nothing in what they do. It is never over: with more actions, a search that is resumed
// goes on.
func (p *Simulating) step(s *Search) bool {
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
	if !working {
		s.Used = s.Meter.Budget().Actions // all have reached their shares of it
	}
	return false
}

// survey finds the best tour of all workers.
func (p *Simulating) survey(s *Search) {
	s.BestLength = meter.NoTour
	for _, w := range p.searches {
		if tour, length := w.Best(); length < s.BestLength {
			s.Best, s.BestLength = tour, length
		}
	}
}

func (p *Simulating) freeze() {
	if p.searches == nil {
		return // the states are those of the checkpoint that this goes on from
	}
	p.States = p.States[:0]
	for _, w := range p.searches {
		p.States = append(p.States, w.State())
	}
}

func (p *Simulating) resume(s *Search) error {
	without := func(w tree.State) bool { return w.Best == nil }
	if (len(p.States) == 0 || slices.ContainsFunc(p.States, without)) && !s.chooseFirst() {
		return nil
	}
	if len(p.States) == 0 {
		return nil // it was saved before it began
	}
	if len(p.States) != s.Workers {
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
