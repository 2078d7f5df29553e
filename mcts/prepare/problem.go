package prepare

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"sync"

	"tspmcts/heatmap"
	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
	"tspmcts/mcts/stage"
	"tspmcts/tsp"
	"tspmcts/tsp/onetree"
	"tspmcts/twoopt"
)

// ErrHeatmap is found by errors.Is where a map does not fit.
var ErrHeatmap = errors.New("the heatmap does not fit the instance")

// Fits returns an error where m is nil, is of other cities than in's, or holds an edge that is in no
// tour: greedy tours take the map's edges whatever their length, and moves follow them.
func Fits(m *heatmap.Map, in *tsp.Instance) error {
	if m == nil {
		return fmt.Errorf("%w: Build has made none", ErrHeatmap)
	}
	if m.N() != in.N() {
		return fmt.Errorf("%w: it is of %d cities, the instance has %d", ErrHeatmap, m.N(), in.N())
	}
	if !in.Paired() {
		return nil
	}
	for i := range int32(m.N()) {
		cities, _ := m.Of(i)
		for _, j := range cities {
			if in.Apart(i, j) {
				return fmt.Errorf("%w: it holds %d-%d, two entries or two exits", ErrHeatmap, i, j)
			}
		}
	}
	return nil
}

// Problem is what is searched for a short tour. Its Task is what the search is asked to
// do, as far as it is prepared: Neighbors, Heatmap unless it was given, Candidates, Curve,
// Branched, Mended and Renewed are made here.
type Problem struct {
	stage.Task
	Places *tsp.Places // that In is, or what Symmetric is of; nil where it is all cities, as they are numbered

	Source string // of the heatmap
	// Build, if not nil, makes the map of a source in place of the function of that name.
	Build  func(ctx context.Context, in *tsp.Instance, source string, nb *tsp.Neighbors, told heatmap.Told) (*heatmap.Map, error)
	Most   int               // candidates of a city
	Resume *stage.Checkpoint // that the search goes on from; nil: none

	Shortest tsp.Tour // so far: the answer where there is no time to search
	Length   int64    // of it
	Reads    bool     // Source reads files
	Coarse   bool     // In has rounded lengths (tsp.Instance.Coarse): no tour of it is proven the shortest

	mu     sync.Mutex // of Shortest and Length, while Prepare and meanwhile go on
	settle func()     // ends meanwhile; nil where it has not begun
}

// Prepare finds neighbours, map and candidates. It reports false, and ends the
// meter, where the budget does not allow that.
func (p *Problem) Prepare() (bool, error) {
	if err := p.countable(); err != nil {
		return false, err
	}
	ctx := p.Meter.Context()
	p.Meter.Stage("preparing")
	p.straighten(ctx)
	p.rough(ctx)
	a := p.reduce(ctx)
	soon := p.soon(ctx)
	proven := false
	nb, err := tsp.NearestByParts(ctx, p.In, max(p.Most, 10), soon.parts(p.In.N(), p.Workers), soon.begin)
	if err == nil {
		p.Neighbors = nb
		if a != nil && p.Resume == nil { // a checkpoint has what this finds
			if proven = p.branch(ctx, a); proven && !p.Reads { // what is wrong with a file is told all the same
				p.Meter.End(meter.StopExact)
				return false, nil
			}
		}
		if p.Heatmap == nil {
			build := p.Build
			if build == nil {
				build = Build
			}
			p.Heatmap, err = build(ctx, p.In, p.Source, nb, soon.told())
		}
	}
	if err == nil {
		if err := Fits(p.Heatmap, p.In); err != nil {
			return false, err
		}
		believed := p.Heatmap
		if p.Config.Believed == 0 {
			believed = nil
		}
		p.Candidates = p.candidates(believed)
		p.beginWith(soon)
	}
	if err == nil && proven {
		p.Meter.End(meter.StopExact)
	}
	if p.Meter.Check() {
		if ctx.Err() != nil {
			err = nil // there was no time
		}
		return false, err
	}
	return err == nil, err
}

// countable returns an error where all candidates together may be more than twoopt.Candidates has
// offsets for.
func (p *Problem) countable() error {
	all := math.MaxInt32 / p.In.N() // of a city
	most := (all - 1) * 2 / 3       // see candidates
	switch {
	case p.Config.Fresh:
		most = all - 2 // of which the search keeps two sums more than there are candidates
	case p.In.Paired():
		most = all / 2
	}
	if p.Most > most && p.In.N() > all {
		return fmt.Errorf("%d candidates of each of %d cities are more than can be counted, want %d at most", p.Most, p.In.N(), most)
	}
	return nil
}

// Build makes the map of a source. Files are opened by name, and the tours of sources that
// want some are quick local optima. told is heatmap.Request's.
func Build(ctx context.Context, in *tsp.Instance, source string, nb *tsp.Neighbors, told heatmap.Told) (*heatmap.Map, error) {
	s, err := heatmap.Parse(source)
	if err != nil {
		return nil, err
	}
	return s.Build(ctx, heatmap.Request{Instance: in, Neighbors: nb, Told: told,
		Open: func(name string) (io.ReadCloser, error) { return os.Open(name) },
		Tours: func(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors, count int) ([]tsp.Tour, error) {
			return kick.Optima(ctx, in, nb, count, 1)
		}})
}

// reduce measures the ways of a directed instance by what they cost beyond the prices of an
// assignment. What is near by that is near perfect where distances are random, and short of
// nothing elsewhere. It returns the assignment, or nil: where that takes more than a quarter of
// the time that is left the prices so far must do. It leaves the paper's search alone, which is
// about the distances themselves.
func (p *Problem) reduce(ctx context.Context) *onetree.Assignment {
	if !p.In.Paired() || p.Config.Fresh || p.In.N() < 6 {
		return nil
	}
	ctx, cancel := p.quarter(ctx)
	defer cancel()
	a, err := onetree.Assign(ctx, p.In)
	if a == nil || !p.In.Reduce(a.Out, a.In) || err != nil {
		return nil
	}
	return a
}

// branch makes the tour that branching on the assignment a finds, and reports whether that is proven to
// be the shortest.
func (p *Problem) branch(ctx context.Context, a *onetree.Assignment) bool {
	ctx, cancel := p.quarter(ctx)
	defer cancel()
	t, proven := a.Branch(ctx, p.In, p.Neighbors)
	if t == nil {
		return false
	}
	p.Branched = t
	p.offer(t)
	return proven && !p.Coarse
}

// quarter limits ctx to a quarter of the time that is left.
func (p *Problem) quarter(ctx context.Context) (context.Context, context.CancelFunc) {
	b := p.Meter.Budget()
	if b.Time == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, (b.Time-b.Clock())/4)
}

// candidates lists each city's candidates: the first of the heatmap, filled up with
// neighbours where it has too few, or the nearest ones where m is nil, and none that is useless.
// It returns nil when the budget ended.
//
// A city with one fixed edge has half as many more: a chain that comes to it goes on in one way where
// it has two elsewhere, so that these take no longer. All have where the cities stand along lines.
func (p *Problem) candidates(m *heatmap.Map) *twoopt.Candidates {
	if p.In.Paired() && !p.Config.Fresh {
		return p.list(m, 2*p.Most, 2*p.Most) // of ways out and in; with as few as a symmetric city needs, rbg323 ends .3 % above the optimum
	}
	if p.Config.Fresh {
		return p.list(m, p.Most, p.Most)
	}
	more := (3*p.Most + 1) / 2
	cand := p.list(m, p.Most, more)
	if cand != nil && p.lined(cand) {
		return p.list(m, more, more)
	}
	return cand
}

// lined reports whether a third of the candidates of some cities, evenly drawn, lie behind others: the
// way there is but 3 % shorter than over the other. Then the first are the next ones along a line, and
// those on the next line, which the tour has to change to somewhere, are not among them. A tenth lies
// behind others of cities spread evenly or in clusters, a third with rl5915, half and more along
// spirals, contours and rows. After .4, 1.2, 4 s, two workers, spirals stand at .64 .52 .39 % over the
// best of these runs with 5 candidates, and at .10 .06 .02 with 8.
func (p *Problem) lined(cand *twoopt.Candidates) bool {
	const most = 1000
	all, behind := 0, 0
	for i := 0; i < p.In.N(); i += 1 + p.In.N()/most {
		cities, dists := cand.Of(int32(i))
		for a := 1; a < len(cities); a++ {
			all++
			for b := range a {
				over := int64(dists[b]) + int64(p.In.Dist(cities[a], cities[b]))
				if dists[b] > 0 && 100*over <= 103*int64(dists[a]) {
					behind++
					break
				}
			}
		}
	}
	return all > 0 && 3*behind >= all
}

// list lists most candidates of each city, more of one with one fixed edge; see candidates.
func (p *Problem) list(m *heatmap.Map, most, more int) *twoopt.Candidates {
	near := p.linkable(more)
	list := make([]int32, 0, more)
	stopped := false
	cand := twoopt.NewCandidates(p.In, func(i int32) []int32 {
		list = list[:0]
		if stopped = stopped || i&4095 == 4095 && p.Meter.Check(); stopped {
			return list
		}
		most := most
		if a, b := p.In.FixedPartners(i); a >= 0 && b < 0 {
			most = more
		}
		if m != nil {
			cities, _ := m.Of(i)
			for _, j := range cities {
				if len(list) < most && !p.useless(i, j) {
					list = append(list, j)
				}
			}
		}
		given := len(list)
		for _, j := range near(i) {
			if len(list) >= most {
				break
			}
			if !slices.Contains(list[:given], j) && !p.useless(i, j) {
				list = append(list, j)
			}
		}
		return list
	})
	if stopped {
		return nil
	}
	return cand
}

// strokes reports whether the search is by chains and some edges are fixed, but not those of pairs.
func (p *Problem) strokes() bool {
	return p.In.HasFixed() && !p.In.Paired() && !p.Config.Fresh
}

// useless reports whether no move can link i with j: both edges of j are fixed, or the one to i is,
// which chains never need to know.
func (p *Problem) useless(i, j int32) bool {
	if p.In.IsFixed(i, j) {
		return p.strokes()
	}
	_, other := p.In.FixedPartners(j)
	return other >= 0
}

// linkable returns the nearest cities of each: where half of all or more have two fixed edges, those
// among the others, which may be none of its neighbours.
func (p *Problem) linkable(most int) func(i int32) []int32 {
	if !p.In.HasFixed() {
		return p.Neighbors.Of
	}
	n := p.In.N()
	var free []int32
	for i := range int32(n) {
		if _, other := p.In.FixedPartners(i); other < 0 {
			free = append(free, i)
		}
	}
	if len(free) > n/2 || len(free) == 0 {
		return p.Neighbors.Of
	}
	nb, err := tsp.NearestAmong(p.Meter.Context(), p.In, free, most)
	if err != nil {
		return p.Neighbors.Of // there is no time
	}
	return func(i int32) []int32 {
		if r, ok := slices.BinarySearch(free, i); ok {
			return nb.Of(int32(r))
		}
		return p.Neighbors.Of(i)
	}
}
