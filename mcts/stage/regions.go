package stage

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"tspmcts/mcts/meter"
	"tspmcts/mcts/region"
)

// Regions is the work on an instance of many regions. A sweep cuts the plane anew, by
// a k-d tree whose borders are drawn at random, and visits every leaf: a population of
// local optima of the tour's paths in it is recombined, and what that brings is joined
// to the tour. Each sweep has larger populations than the one before.
type Regions struct {
	plain
	Tree    region.Tree
	Choice  choosing
	Size    int     // cities of a leaf
	Tours   int     // of a population
	PerTour float64 // what a tour of a population costs a city, all in all
	RNG     *rand.PCG
	Kept    [][]int32 // local optima of the last sweeps (region.Recombine)
}

const (
	firstTours  = 16 // of the populations of the first sweep
	leastInLeaf = 1000
)

// mostInLeaf is the number of cities above which a leaf takes too long for whoever looks at the tour
// meanwhile. With 24,000, 200,000 cities after 10, 20, 30, 45, 60 s (mean of three seeds, over about the
// best length) stand at .638 .509 .410 .267 .203 % where they are in clusters, at .632 .485 .369
// .316 .250 with this; where they are spread evenly at .277 .194 .157 .125 .096, and .269 .194 .154 .119
// .089.
const mostInLeaf = 12000

// mostOnward is mostInLeaf where others go on from the end of the search. 200,000 cities in clusters,
// by four workers in 80 s, end at 149.50 million with leaves as small as where each step is to be
// seen, at 149.42 with leaves of 6250, 149.34 of 12,000, 149.31 of 16,000 and 149.33 of 25,000.
const mostOnward = 16000

// wholeOf is the part of the knob whole from which on regions are visited too.
const wholeOf = 8

// manyRegions reports whether there are so many cities that regions are visited too.
func (s *Search) manyRegions() bool { return s.In.N() >= s.Config.Whole/wholeOf }

func (v *Regions) name() string { return "visiting regions" }

func (*Regions) share() float64 { return leastShare }

func (s *Search) newRegions() *Regions {
	v := &Regions{Tours: firstTours, RNG: meter.PCG(s.Seed, meter.ForMixing, 2, 0)}
	if l := s.Onward; l != nil {
		v.Tours, v.PerTour = max(l.Tours, firstTours), l.PerTour
	}
	v.Tours = min(v.Tours, s.Config.Population)
	return v
}

// work visits some leaves: where it begins with a sweep, for at least as long as that took. It is
// judged by what it brings, and a sweep of many cities with a few visits would seem to bring
// nothing.
func (v *Regions) work(s *Search) bool {
	start := s.Cost()
	if v.PerTour == 0 {
		v.measure(s)
		return true
	}
	if v.Choice.left() == 0 {
		v.sweep(s)
		if s.Meter.Check() {
			return false
		}
	}
	swept := s.Cost()
	for {
		v.visit(s, v.batch(s))
		if s.Cost()-swept >= swept-start || v.Choice.left() == 0 || s.Meter.Check() {
			return true
		}
	}
}

// measure has each worker visit a small leaf, of a tree that is not used again: what regions bring
// and cost is to be known, but at first kicks bring more.
func (v *Regions) measure(s *Search) {
	v.sweep(s)
	if s.Meter.Check() {
		return
	}
	v.visit(s, s.Workers)
	v.Tree, v.Choice = region.Tree{}, choosing{}
}

// visit visits so many leaves, or what is left of them, and joins what that brings.
func (v *Regions) visit(s *Search, leaves int) {
	start := s.Cost()
	mean := v.Choice.mean()
	work := make([]int32, min(leaves, v.Choice.left()))
	cities := 0
	for k := range work {
		work[k] = v.Choice.choose(s, v, mean)
		cities += len(v.Tree.Of(work[k]))
	}
	size := func(leaf int32) int { return len(v.Tree.Of(leaf)) }
	slices.SortStableFunc(work, func(a, b int32) int { return cmp.Compare(size(b), size(a)) }) // that all end at about one time
	v.carry(s, work, mean)
	if s.Meter.Check() {
		return // some leaves may not have been visited
	}
	v.PerTour = (s.Cost() - start) * float64(s.Workers) / float64(cities*v.Tours)
}

// batch returns how many leaves are visited before what that brings is joined, which takes
// time by itself: a sixteenth of all, unless that would be a twelfth of the time so far.
func (v *Regions) batch(s *Search) int {
	most := 0
	if visit := v.PerTour * float64(v.Tours*v.Size) / float64(s.Workers); visit > 0 {
		most = min(len(v.Tree.Leaves)/16, int(s.Cost()/12/visit))
	}
	return max(2*s.Workers, most)
}

// sweep cuts the plane into leaves to visit. A visit is to take a small part of
// the time so far, so that the tour improves all the time; of what is left where others go on from
// the end of the search, and nobody sees more of it.
func (v *Regions) sweep(s *Search) {
	n := s.In.N()
	if len(v.Tree.Leaves) > 0 {
		v.Tours = v.nextTours(s)
	}
	v.Size = leastInLeaf
	switch {
	case v.PerTour == 0:
	case s.Onward != nil:
		v.Size = int(min(mostOnward, s.left()/4/(v.PerTour*float64(v.Tours))))
	default:
		v.Size = int(min(mostInLeaf, 0.06*s.Cost()/(v.PerTour*float64(v.Tours)), float64(n/(4*s.Workers))))
	}
	v.Size = max(leastInLeaf, v.Size)
	v.Tree.Grow(s.Meter.Context(), s.In, s.Tour.Positions(), v.Size, v.RNG)
	v.Choice.begin(s, v)
	if s.Meter.Check() { // leaves may be far too large for a search that goes on from here
		v.Tree, v.Choice = region.Tree{}, choosing{}
	}
}

// nextTours returns how many tours the populations of the next sweep have.
func (v *Regions) nextTours(s *Search) int {
	return min(v.Tours+v.Tours/2, s.Config.Population)
}

// carry visits the leaves, and joins what that brings to the tour.
// mean is what a visit was thought to cost when they were chosen.
func (v *Regions) carry(s *Search, leaves []int32, mean float64) {
	parts := v.Tree.Parts(leaves)
	s.Meter.Regions(parts)
	v.keep(s.In.N())
	op := region.Recombine{Tours: v.Tours, EAX: s.Config.EAX, Kept: v.Kept, Actions: s.allowed(len(leaves))}
	costs := make([]int64, len(leaves))
	exchanges := s.visit(parts, func(x *region.Visitor, k int) ([]int32, int64) {
		s.loadPart(x, k, s.Candidates, s.near().Of)
		s.mends(x)
		begun := x.Climber.Actions()
		tour, gain := op.Work(x, s.Meter.Ending())
		costs[k] = x.Climber.Actions() - begun
		return tour, gain
	})
	if s.Visits == nil {
		s.Visits = make([]uint16, s.In.N())
	}
	for k, leaf := range leaves {
		v.Choice.learn(v, leaf, mean, float64(exchanges[k].Gain), float64(costs[k]))
		s.did("recombine", v.Tree.Depth(s.In.N(), leaf), 1, exchanges[k].Gain, costs[k])
		for _, c := range parts[k] {
			s.Visits[c] += 1 - s.Visits[c]>>15
		}
	}
}

// keptBytes is the memory of the local optima that are kept: of 16 tours of a million cities, and of
// none of more. A sweep whose population is half as large again then builds a third of it. E100k.1
// and C100k.1 after 45 and 60 s, two workers, seeds 2 and 3, 1 and 2, over the best of these runs:
// .053 .011, .100 .072 % without, .033 .007, .085 .007 with them.
const keptBytes = 64 << 20

// keep makes room for the tours of a sweep that are kept. Where there is none for the first sweep's
// none are.
func (v *Regions) keep(n int) {
	room := keptBytes / (4 * n)
	if room < firstTours {
		return
	}
	for len(v.Kept) < min(v.Tours, room) {
		v.Kept = append(v.Kept, slices.Repeat([]int32{-1}, n))
	}
}

func (v *Regions) resume(s *Search) error {
	if v.RNG == nil || v.Tours < 1 || v.Tours > s.Config.Population {
		return errForeign
	}
	if err := v.Tree.Check(s.In.N()); err != nil {
		return errForeign
	}
	if !v.Choice.fits(&v.Tree) {
		return errForeign
	}
	for _, kept := range v.Kept {
		if len(kept) != s.In.N() || slices.Min(kept) < -1 || int(slices.Max(kept)) >= s.In.N() {
			return errForeign
		}
	}
	if s.otherUnit {
		v.PerTour = 0
	}
	return nil
}
