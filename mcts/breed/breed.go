// Package breed grows populations of tours of a whole instance. Tours are built one by
// one, local optima of greedy tours of their own, which are kicked once populations have
// reached their limit. Whenever there are twice as many, all are recombined by edge assembly until
// they have converged, without the best tour, whose edges would crowd out better ones; what that
// ends with is crossed with the best tour and the ends before. No tour is built twice, so that the
// best tour at any time is about as good as that of a search that was given twice that time.
//
// In between, the best tour is crossed with what there is (Lead): with every tour when it has been
// built, and with some of those that are recombined. It takes what is better in them without
// waiting for a population to converge, and they take nothing of it.
//
//	b := breed.New(set, nil)
//	for {
//		switch {
//		case b.Recombining():
//			if _, done := b.Generation(); done {
//				b.Next(best)
//			}
//		case b.Missing() > 0:
//			b.Build(crew, visitors, load, workers, 0)
//		default:
//			b.Begin()
//		}
//	}
package breed

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"

	"tspmcts/mcts/eax"
	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
	"tspmcts/mcts/region"
	"tspmcts/tsp"
)

// Setting is what a Breeder works on, and by what.
type Setting struct {
	In        *tsp.Instance
	Neighbors *tsp.Neighbors
	EAX       eax.Config
	First     int // tours of the first population
	Most      int // tours of the largest
	Elite     int // ends of populations that are crossed with each other, the last ones
	KickSize  int // longest of the stretches that a kick exchanges, in cities
	Workers   int
	Seed      uint64
	Stop      *atomic.Bool // ends work early when it becomes true
}

// Breeder is the populations of one instance, one after the other. Its exported fields are its
// part of a checkpoint.
type Breeder struct {
	Tours      []tsp.Tour    // built so far
	Due        int           // how many there are to be when they are recombined next; who knows the budget may lower it
	Epoch      uint64        // times that the tours were built anew
	Reached    int           // times that the limit was reached
	Ends       []tsp.Tour    // what recombinations ended with
	Crossing   bool          // the population is of best tours
	Population *eax.Snapshot // nil while tours are built
	RNG        *rand.PCG

	set    Setting
	pop    *eax.Population
	leader *eax.Leader // whose cities are numbered along the first of Tours; nil before it is needed
}

// New returns a Breeder whose first population the given tours are part of.
func New(set Setting, tours []tsp.Tour) *Breeder {
	return &Breeder{Tours: slices.Clone(tours), Due: set.First, RNG: meter.PCG(set.Seed, meter.ForMixing, 1, 0), set: set}
}

// Freeze brings the exported fields up to date.
func (b *Breeder) Freeze() {
	b.Population = nil
	if b.pop != nil {
		b.Population = b.pop.Snapshot()
	}
}

// Resume makes a Breeder of which only the exported fields are known fit to go on. It
// reports tours that are none of the setting's instance, and populations of other tours.
func (b *Breeder) Resume(set Setting) (err error) {
	b.set = set
	if b.RNG == nil {
		return errors.New("no random numbers")
	}
	if b.Reached < 0 {
		return fmt.Errorf("the limit was reached %d times", b.Reached)
	}
	for _, t := range append(slices.Clone(b.Tours), b.Ends...) {
		if err := set.In.Check(t); err != nil {
			return err
		}
	}
	if b.Population != nil {
		b.pop, err = eax.Restore(set.In, set.Neighbors, b.Population, set.EAX, set.Workers)
	}
	return err
}

// Recombining reports whether there is a population that has not converged.
func (b *Breeder) Recombining() bool { return b.pop != nil }

// Missing returns how many tours are to be built before the next population begins.
func (b *Breeder) Missing() int { return max(0, b.Due-len(b.Tours)) }

// Build appends up to most tours that are missing, fewer where the climbers' budget ends, and
// returns them; their kicks take about so many actions together, or less (0: no limit). The visitors
// are the crew's, one each; load makes the whole instance a visitor's problem.
func (b *Breeder) Build(crew *kick.Crew, visitors []*region.Visitor, load func(*region.Visitor), most int, actions int64) []tsp.Tour {
	first := len(b.Tours)
	size := first + min(most, b.Missing())
	if actions > 0 {
		actions = max(1, actions/int64(max(1, size-first)))
	}
	b.Tours = append(b.Tours, make([]tsp.Tour, size-first)...)
	crew.Each(func(c *kick.Climber, w int) {
		v := visitors[w]
		load(v)
		for i := first + w; i < size; i += len(crew.Climbers) {
			c.Seed(b.set.Seed, meter.ForTour, b.Epoch, uint64(i))
			v.RNG = *meter.PCG(b.set.Seed, meter.ForFirst, b.Epoch+1, uint64(i))
			if !v.Optimum() {
				return
			}
			if c.Kick(b.kicks(), actions, b.set.KickSize, nil); c.Poll() {
				return
			}
			b.Tours[i] = make(tsp.Tour, b.set.In.N())
			c.Store(b.Tours[i])
		}
	})
	b.Tours = slices.DeleteFunc(b.Tours, func(t tsp.Tour) bool { return t == nil })
	return b.Tours[first:]
}

// kicks returns how many kicks a tour gets when it is a local optimum: none before populations have
// reached their limit, then a quarter of its cities, and twice as many each time, up to four a
// city. Where populations of the limit's size end with what is wrong at large, which cluster follows
// which, better tours show what more of them do not: in the first generations a difference at large
// is lost in what is wrong everywhere. fl1577 beside its mirror image, 3154 cities, stands after 40 s
// (seeds 1 to 3) at .017 % over 43,800, and at .069 without; fl1577 alone does not differ. Before the
// limit is reached more tours are worth more: with kicks for a twentieth of the cities from the
// first on, E10k.1 after 3 s (seeds 1 and 2) is at .10 % instead of .06.
func (b *Breeder) kicks() int64 {
	if b.Reached == 0 {
		return 0
	}
	return int64(b.set.In.N()) << min(b.Reached-1, 4) / 4
}

// Begin makes the tours the population.
func (b *Breeder) Begin() { b.begin(b.Tours, false) }

func (b *Breeder) begin(tours []tsp.Tour, crossing bool) {
	p, err := eax.NewPopulation(b.set.In, b.set.Neighbors, tours, b.set.EAX, b.set.Workers)
	if err != nil {
		panic(fmt.Sprintf("breed: %v", err)) // every tour was made here, or checked
	}
	b.pop, b.Crossing = p, crossing
}

// Generation recombines every tour of the population once, and returns how many children
// that took. It reports true where the population has nothing left to try.
func (b *Breeder) Generation() (children int64, done bool) {
	p := b.pop
	if p.Stage() == eax.Done || p.Stage() == eax.Block && !b.Crossing && !region.LargeSets(b.set.In) {
		return 0, true
	}
	before := p.Children
	p.Generation(b.RNG, b.set.Stop)
	return p.Children - before + 1, false
}

// Beside has one of the workers do that as well in the next generation.
func (b *Breeder) Beside(do func()) { b.pop.Beside = do }

// Best returns the population's best tour.
func (b *Breeder) Best() tsp.Tour {
	t, _ := b.pop.Best()
	return t
}

// BestLength returns its length.
func (b *Breeder) BestLength() int64 { return b.pop.BestLength() }

// Next goes on from a population that is done: its end is crossed with the ends before and with
// the given tour, the best of all, unless it is that. After that, which it reports, a larger
// population follows, or tours are built anew where the limit has been reached.
func (b *Breeder) Next(best tsp.Tour) bool {
	end := b.Best()
	crossed := b.Crossing
	b.pop = nil
	if !crossed {
		b.Ends = append(b.Ends, end)
		if !slices.Equal(end, best) {
			b.begin(append([]tsp.Tour{slices.Clone(best)}, b.Ends...), true)
			return false
		}
	}
	b.Ends = b.Ends[max(0, len(b.Ends)-b.set.Elite):]
	if len(b.Tours) >= b.set.Most {
		b.Reached++
		b.Anew(b.set.Most / 4)
	} else {
		b.Due = min(2*len(b.Tours), b.set.Most)
	}
	return true
}

// Anew has the next population built from new tours, so many of them, but no fewer than the
// first had.
func (b *Breeder) Anew(tours int) {
	b.Epoch++
	b.leader = nil
	b.Tours, b.Due = nil, max(b.set.First, tours)
}

// Some returns tours of the population that may have what a better one lacks: its best, and
// one at random; none before the first generation.
func (b *Breeder) Some() []tsp.Tour { return b.pop.Some(b.RNG) }

// Lead crosses best with each of the others until that brings nothing more. It returns what best
// becomes, its length, and how many children that took. It may be called beside a generation.
func (b *Breeder) Lead(best tsp.Tour, others []tsp.Tour) (tsp.Tour, int64, int64) {
	if b.leader == nil {
		b.leader = eax.NewLeader(b.set.In, b.set.Neighbors, b.Tours[0], b.set.EAX)
	}
	return b.leader.Lead(best, others, b.RNG, b.set.Stop)
}
