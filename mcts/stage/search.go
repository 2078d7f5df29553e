package stage

import (
	"math"
	"slices"

	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
	"tspmcts/mcts/region"
	"tspmcts/mcts/tree"
	"tspmcts/tsp"
)

// Stage is what a search is at. Its exported fields are its part of a
// checkpoint; what it does between two steps is whole.
type Stage interface {
	name() string
	// step does a small part of the stage, and reports whether it is over.
	step(s *Search) bool
	// freeze brings the exported fields up to date, for a checkpoint.
	freeze()
	// resume makes a stage that was read from a checkpoint fit to go on, or says
	// what is wrong with it.
	resume(s *Search) error
}

// plain is of stages and operators with nothing to freeze, or nothing to resume.
type plain struct{}

func (plain) freeze()              {}
func (plain) resume(*Search) error { return nil }

// Search is what the stages of one search share.
type Search struct {
	Task
	first    tsp.Tour          // to begin with; nil: drawn
	crew     *kick.Crew        // of the stages that kick
	visitors []*region.Visitor // one for each of the crew
	visiting visiting
	bridges  [][2]int32     // short edges between groups of cities, the shortest first; none where there are no groups
	merges   *tsp.Neighbors // what merges look at where there are some
	id       *identity      // nil before it is asked for
	start    float64        // second on the clock at which it would have begun, had it never been interrupted

	State
	stage     Stage
	cut       bool // the last step may have ended early, as the search was to end
	otherUnit bool // what its checkpoint says of costs is in another unit, and forgotten
}

// State is what a search has reached, besides its stage.
type State struct {
	Best       tsp.Tour // the shortest so far, nil before the first
	BestLength int64
	Tour       *kick.Tour   // what the stages that kick work on
	Between    int          // edges from group to group, such as clusters and chips, in the first local optimum; 0: no groups
	Used       int64        // actions of all workers in those
	Round      uint64       // of kicks
	Cuts       meter.Stream // where rounds cut the tour
	Work       []worked     // what was done
	Visits     []uint16     // of regions that a city was in; nil before the first
	Seconds    float64      // that it has taken, when it was saved
	Counted    bool         // costs were actions when it was saved, and not seconds
}

// begin makes what the stages need besides a first tour, and reports false when the budget ended
// already.
func (s *Search) begin() bool {
	s.BestLength = meter.NoTour
	if s.Config.Fresh {
		s.crew = new(kick.Crew)
		return true
	}
	s.crew = kick.NewCrew(s.In, s.Candidates, s.Config.Kick, s.Meter, s.Workers)
	for _, c := range s.crew.Climbers {
		s.visitors = append(s.visitors, &region.Visitor{Climber: c})
	}
	if s.Config.Draw {
		stats := s.statistics()
		if stats == nil {
			return false
		}
		for i, c := range s.crew.Climbers {
			c.Guide(stats[i], s.Config.Tree.Alpha, s.Config.Tree.Beta)
		}
	}
	return true
}

// even reports whether the cities are spread about as evenly as at random, where the
// nearest one is at half the square root of the area a city. There, regions mend all that
// is wrong; between clusters they do not, and the whole must be recombined: E100k.1 after
// 60 s and C100k.1 after 40 s, two workers, seed 1, stand at .062 and .62 % over the best
// known by regions alone, at .092 and .21 % with both.
func (s *Search) even() bool {
	if !s.In.Placed() || s.Neighbors.K == 0 {
		return false
	}
	n := s.In.N()
	x0, y0 := s.In.At(0)
	x1, y1 := x0, y0
	sum := 0.0
	for c := range int32(n) {
		x, y := s.In.At(c)
		x0, x1, y0, y1 = min(x0, x), max(x1, x), min(y0, y), max(y1, y)
		nx, ny := s.In.At(s.Neighbors.Of(c)[0])
		sum += math.Hypot(nx-x, ny-y)
	}
	return sum/float64(n) > 0.4*math.Sqrt((x1-x0)*(y1-y0)/float64(n))
}

// statistics makes those of each worker, and returns nil when the budget ended.
func (s *Search) statistics() []*tree.Stats {
	first := tree.NewStats(s.Candidates, s.Heatmap, s.Meter)
	if first == nil {
		return nil
	}
	all := []*tree.Stats{first}
	for len(all) < s.Workers {
		all = append(all, first.Clone())
	}
	return all
}

// makeFirst makes the first tour that the stages work on, and reports false when the budget ended.
func (s *Search) makeFirst() bool {
	if !s.chooseFirst() {
		return false
	}
	if s.Config.Fresh {
		return true // its workers take it from there
	}
	s.Cuts.Start(s.Seed, meter.ForCuts, 0, 0)
	if s.first == nil && s.Config.FirstTour == "draw" {
		if stats := tree.NewStats(s.Candidates, s.Heatmap, s.Meter); stats != nil {
			var rng meter.Stream
			rng.Start(s.Seed, meter.ForFirst, 0, 0)
			s.first = tree.New(s.In, stats, tree.Config{Depth: s.Config.Tree.Depth}, s.Meter, rng).DrawTour()
		}
	}
	if s.first == nil {
		s.first = s.Curve
	}
	s.Tour = kick.NewTour(s.In, slices.Clone(s.first))
	s.keep(s.Tour.Order, s.Tour.Length)
	return true
}

// chooseFirst makes the first tour, unless it is drawn, and reports false when the budget
// ended.
func (s *Search) chooseFirst() bool {
	switch {
	case s.Onward != nil:
		s.first = s.Initial[0]
	case s.Config.FirstTour == "greedy":
		ctx := s.Meter.Context()
		s.first, _ = tsp.GreedyEdge(ctx, s.In, s.Neighbors, believed(ctx, s.In, s.Heatmap, s.Config.Believed)...)
		if s.Meter.Check() {
			return false
		}
	case s.Config.FirstTour == "curve":
		s.first = s.Curve
	}
	others := s.Initial
	if s.Branched != nil {
		others = append(slices.Clone(others), s.Branched)
	}
	for _, tour := range others {
		if s.first == nil || s.In.Length(tour) < s.In.Length(s.first) {
			s.first = tour
		}
	}
	return true
}

// ended reports whether the budget is used up.
func (s *Search) ended() bool {
	actions := s.Meter.Budget().Actions
	return actions > 0 && s.Used >= actions || s.Meter.Check()
}

// spent returns which part of the budget is used.
func (s *Search) spent() float64 { return s.Meter.Spent(s.Used) }

// Cost returns what the search has cost so far, and those before it that it goes on from: seconds,
// or actions where these are the budget.
func (s *Search) Cost() float64 {
	before := 0.0
	if s.Onward != nil {
		before = s.Onward.Cost
	}
	if s.counts() {
		return before + float64(s.Used)
	}
	return before + s.seconds()
}

// counts reports whether actions are the budget.
func (s *Search) counts() bool { return s.Meter.Budget().Actions > 0 }

// left returns what is left of the budget, in the unit of Cost; infinite where nothing limits it.
func (s *Search) left() float64 {
	switch b := s.Meter.Budget(); {
	case b.Actions > 0:
		return float64(max(0, b.Actions-s.Used))
	case b.Time > 0:
		return max(0, (b.Time - s.Meter.Clock()).Seconds())
	}
	return math.Inf(1)
}

// allowed returns the share of the actions that are left for each of so many parts of the work, 1 at
// least; 0 where these are not the budget.
func (s *Search) allowed(parts int) int64 {
	if !s.counts() {
		return 0
	}
	return max(1, (s.Meter.Budget().Actions-s.Used)/int64(parts))
}

// seconds returns how long the search has taken, with what it took before it was resumed.
func (s *Search) seconds() float64 { return s.Meter.Clock().Seconds() - s.start }

// keep copies tour aside if it is the best so far.
func (s *Search) keep(tour []int32, length int64) {
	if length < s.BestLength {
		s.Best = append(s.Best[:0], tour...)
		s.BestLength = length
		s.Meter.Offer(length, s.Best)
	}
}

// toBest makes the best tour the one that the stages kick.
func (s *Search) toBest() {
	s.Tour.Order = append(s.Tour.Order[:0], s.Best...)
	s.Tour.Measure(s.In)
}
