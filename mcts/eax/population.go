package eax

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"tspmcts/tsp"
)

// Population holds tours that are recombined with each other.
type Population struct {
	Children int64 // evaluated so far
	// Idle is how many workers of others have nothing to do, which a generation makes use of. nil:
	// there are no others.
	Idle *atomic.Int32
	// Beside is what one of the workers does in the next generation besides its part, nil for nothing.
	Beside func()

	cfg      Config
	s        *layout
	tours    []individual
	census   *census
	crossers []*crosser // at work: the population's own, and those that were hired
	spare    []*crosser // of the most that were hired
	shuffle  []int32
	heads    []individual // copies of the first tours of shares, which another worker may change

	best  int
	total int64

	stage   Stage
	stalled int // generations without a better best
	age     int // generations in this stage
	allowed int // what stalled must reach to end the stage
}

// NewPopulation returns a population of the given tours, which are copied, for
// as many workers. Tours of an instance with fewer than 5 cities are kept as they are.
func NewPopulation(in *tsp.Instance, nb *tsp.Neighbors, tours []tsp.Tour, cfg Config, workers int) (*Population, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if len(tours) == 0 {
		return nil, fmt.Errorf("a population needs at least one tour")
	}
	if len(nb.Flat) != in.N()*nb.K {
		return nil, fmt.Errorf("neighbours of %d cities for an instance of %d", len(nb.Flat)/max(1, nb.K), in.N())
	}
	along := 0
	for i, t := range tours {
		if err := in.Check(t); err != nil {
			return nil, fmt.Errorf("tour %d: %w", i, err)
		}
		if in.Length(t) < in.Length(tours[along]) {
			along = i
		}
	}
	return newPopulation(in, nb, tours, tours[along], cfg, workers), nil
}

// newPopulation numbers the cities along the given tour; the tours have been checked.
func newPopulation(in *tsp.Instance, nb *tsp.Neighbors, tours []tsp.Tour, along tsp.Tour, cfg Config, workers int) *Population {
	p := &Population{cfg: cfg, s: newLayout(in, nb, along)}
	p.census = newCensus(p.s.n, len(tours))
	for range max(1, workers) {
		p.crossers = append(p.crossers, newCrosser(p.s, cfg, p.census))
	}
	p.tours = make([]individual, len(tours))
	p.work(len(tours), func(_ *crosser, i int) { p.tours[i] = p.s.newIndividual(tours[i]) })
	for i := range p.tours {
		p.census.tour(p.tours[i].ord)
		p.shuffle = append(p.shuffle, int32(i))
	}
	p.survey()
	p.enter(firstStage(in))
	if p.converged() || p.s.n < 5 {
		p.stage = Done
	}
	return p
}

// firstStage returns the stage that tours of the instance begin with. Of directed distances each city has
// one edge of A and one of B, so that there is one way to split them into AB-cycles; the exchange of
// one with an even number of ways always leaves sub-tours, and several together need not.
func firstStage(in *tsp.Instance) Stage {
	if in.Paired() {
		return Block
	}
	return Single
}

// survey finds the best tour and the sum of lengths.
func (p *Population) survey() {
	p.total, p.best = 0, 0
	for i := range p.tours {
		p.total += p.tours[i].length
		if p.tours[i].length < p.tours[p.best].length {
			p.best = i
		}
	}
}

func (p *Population) enter(s Stage) { p.stage, p.stalled, p.age, p.allowed = s, 0, 0, 0 }

// Best returns a copy of the shortest tour and its length.
func (p *Population) Best() (tsp.Tour, int64) {
	return p.s.tour(&p.tours[p.best]), p.tours[p.best].length
}

// BestLength returns the length of the shortest tour.
func (p *Population) BestLength() int64 { return p.tours[p.best].length }

// converged reports whether all tours have the same length.
func (p *Population) converged() bool {
	return p.total == p.tours[p.best].length*int64(len(p.tours))
}

// Stage returns the stage that the next generation is of.
func (p *Population) Stage() Stage { return p.stage }

// Generation crosses every tour with another one, along a random cyclic order
// of all: the i-th is parent A, the next parent B. Its result does not depend
// on the number of workers: every pair has a stream of its own, parents B are
// as they were before the generation, and so is the census that the entropy
// selection reads. When stop becomes true, which may be nil, pairs not begun are
// left out.
func (p *Population) Generation(rng *rand.PCG, stop *atomic.Bool) {
	if p.stage == Done {
		return
	}
	hired := p.hire()
	n := len(p.tours)
	for i := n - 1; i > 0; i-- {
		j := below(rng, i+1)
		p.shuffle[i], p.shuffle[j] = p.shuffle[j], p.shuffle[i]
	}
	seed := rng.Uint64()
	before := p.tours[p.best].length
	// The first parent of a share of the order is the B of the share before and is set aside for it.
	shares := p.shares()
	p.work(shares, func(_ *crosser, k int) { copy(p.heads[k].adj, p.tours[p.shuffle[k*n/shares]].adj) })
	tasks, beside := shares, p.Beside
	if p.Beside = nil; beside != nil {
		tasks++
	}
	p.work(tasks, func(x *crosser, k int) {
		if beside != nil {
			if k--; k < 0 {
				beside()
				return
			}
		}
		x.allow(before)
		p.share(x, k, shares, seed, stop)
	})
	p.flush()
	p.dismiss(hired)
	p.survey()
	if stop == nil || !stop.Load() {
		p.advance(p.tours[p.best].length < before)
	}
}

// hire has idle workers join in, and returns how many.
func (p *Population) hire() int32 {
	if p.Idle == nil {
		return 0
	}
	hired := p.Idle.Swap(0)
	for len(p.spare) < int(hired) {
		p.spare = append(p.spare, newCrosser(p.s, p.cfg, p.census))
	}
	p.crossers = append(p.crossers, p.spare[:hired]...)
	return hired
}

// dismiss makes so many workers idle again.
func (p *Population) dismiss(hired int32) {
	if hired > 0 {
		p.crossers = p.crossers[:len(p.crossers)-int(hired)]
		p.Idle.Add(hired)
	}
}

// shares returns in how many shares the pairs are cut, and makes room for their first tours.
func (p *Population) shares() int {
	shares := 1
	if w := len(p.crossers); w > 1 {
		shares = min(sharesPerWorker*w, len(p.tours))
	}
	for len(p.heads) < shares {
		p.heads = append(p.heads, individual{adj: make([]node, p.s.n)})
	}
	return shares
}

// sharesPerWorker is in how many shares of the pairs each worker's part is cut, so that who is done
// early takes more.
const sharesPerWorker = 4

// work carries out so many tasks, on all workers side by side.
func (p *Population) work(tasks int, do func(x *crosser, task int)) {
	if len(p.crossers) == 1 {
		for k := range tasks {
			do(p.crossers[0], k)
		}
		return
	}
	var next atomic.Int32
	var wg sync.WaitGroup
	for _, x := range p.crossers {
		wg.Go(func() {
			for k := int(next.Add(1)) - 1; k < tasks; k = int(next.Add(1)) - 1 {
				do(x, k)
			}
		})
	}
	wg.Wait()
}

// share crosses the pairs of one of the shares, number k.
func (p *Population) share(x *crosser, k, shares int, seed uint64, stop *atomic.Bool) {
	n := len(p.tours)
	lo, hi := k*n/shares, (k+1)*n/shares
	var rng rand.PCG
	for i := lo; i < hi; i++ {
		if stop != nil && stop.Load() {
			return
		}
		rng.Seed(seed, uint64(i))
		a := &p.tours[p.shuffle[i]]
		b := &p.heads[(k+1)%shares]
		if i+1 < hi {
			b = &p.tours[p.shuffle[i+1]]
		}
		x.cross(a, b, p.stage, &rng)
	}
}

// flush enters what all workers have logged into the census, each worker what is of its part of the
// cities, and adds up their children.
func (p *Population) flush() {
	w := len(p.crossers)
	if w > 1 {
		p.work(w, func(x *crosser, k int) {
			lo, hi := int32(k*int(p.s.n)/w), int32((k+1)*int(p.s.n)/w)
			for _, y := range p.crossers {
				x.enter(&y.log, lo, hi)
			}
		})
		for _, x := range p.crossers {
			x.log, x.late = x.late, changes{x.log.edges[:0], x.log.signs[:0]}
		}
	}
	for _, x := range p.crossers {
		x.flush()
		p.Children += x.children
		x.children = 0
	}
}

// advance ends a stage once the best tour has not become better for patience
// generations and then for a tenth of the stage's age at that time.
func (p *Population) advance(better bool) {
	p.age++
	p.stalled++
	if better {
		p.stalled = 0
	}
	if p.converged() {
		p.stage = Done
		return
	}
	if p.allowed == 0 && p.stalled >= patience {
		p.allowed = max(patience, p.age/10)
	}
	if p.allowed > 0 && p.stalled >= p.allowed {
		if p.stage == Single {
			p.enter(Block)
		} else {
			p.stage = Done
		}
	}
}

// Run runs generations until the population is done or stop becomes true.
func (p *Population) Run(rng *rand.PCG, stop *atomic.Bool) {
	for p.stage != Done && (stop == nil || !stop.Load()) {
		p.Generation(rng, stop)
	}
}

// Some returns copies of tours that may have what a better one lacks: the shortest, and one at
// random; none before the first generation.
func (p *Population) Some(rng *rand.PCG) []tsp.Tour {
	if p.Children == 0 {
		return nil
	}
	return []tsp.Tour{p.s.tour(&p.tours[p.best]), p.s.tour(&p.tours[below(rng, len(p.tours))])}
}
