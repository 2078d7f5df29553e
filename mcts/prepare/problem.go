package prepare

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

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

// Fits returns an error where m is a map of other cities than in's.
func Fits(m *heatmap.Map, in *tsp.Instance) error {
	if m.N() == in.N() {
		return nil
	}
	return fmt.Errorf("%w: it is of %d cities, the instance has %d", ErrHeatmap, m.N(), in.N())
}

// Problem is what is searched for a short tour. Its Task is what the search is asked to
// do, as far as it is prepared: Neighbors, Heatmap unless it was given, Candidates, Curve
// and Branched are made here.
type Problem struct {
	stage.Task
	Places *tsp.Places // that In is, nil where it is all cities, as they are numbered

	Source string // of the heatmap
	// Build, if not nil, makes the map of a source in place of the function of that name.
	Build  func(ctx context.Context, in *tsp.Instance, source string, nb *tsp.Neighbors, told heatmap.Told) (*heatmap.Map, error)
	Most   int               // candidates of a city
	Resume *stage.Checkpoint // that the search goes on from; nil: none

	Shortest tsp.Tour // so far: the answer where there is no time to search
	Length   int64    // of it
	Reads    bool     // Source reads files
}

// Prepare finds neighbours, map and candidates. It reports false, and ends the
// meter, where the budget does not allow that.
func (p *Problem) Prepare(ctx context.Context) (bool, error) {
	p.Meter.Stage("preparing")
	p.straighten(ctx)
	a := p.reduce(ctx)
	soon := p.soon(ctx)
	nb, err := tsp.NearestByParts(ctx, p.In, max(p.Most, 10), soon.parts(p.In.N(), p.Workers), soon.begin)
	if err == nil {
		p.Neighbors = nb
		if a != nil && p.Resume == nil { // a checkpoint has what this finds
			if p.branch(ctx, a) && !p.Reads { // what is wrong with a file is told all the same
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
		if soon != nil && !soon.waits && p.In.N() > mostGreedy && p.Config.FirstTour == "greedy" && p.Meter.Budget().Actions == 0 {
			p.Config.FirstTour, p.Curve = "curve", p.Shortest
		}
	}
	if p.Meter.Check() {
		if ctx.Err() != nil {
			err = nil // there was no time
		}
		return false, err
	}
	return err == nil, err
}

// straighten makes the curve a shorter tour in a tenth of the time that the neighbours take: that of
// a million uniform cities is 18 % above the optimum after 0.3 s, and not 37. The search does not
// begin with it.
func (p *Problem) straighten(ctx context.Context) {
	if p.In.Metric.Dims() == 0 || p.In.Fixed != nil || p.Initial != nil || p.Resume != nil || p.Config.Fresh {
		return
	}
	t := slices.Clone(p.Curve)
	twoopt.Nearby(ctx, p.In, t, 20, 2)
	p.offer(t)
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

// manyCities is the number from which on cities are numbered along the curve, and there is a tour
// before the search begins: local optima of parts, as soon as their neighbours are known, and then
// over the candidates that are known already. A million uniform cities are 17 % over the optimum
// after 1 s, 2.5 after 3.5, when all neighbours are there, and 2.1 when the graph of the ascent is,
// at 5; without that they are 18 % over until a greedy tour's 13.5 after 3 s.
const manyCities = 100000

// mostGreedy is the number of cities above which the search begins with that tour, where there is no
// better heatmap: 10 million uniform cities stand at 2.0 % after 55 s and 1.4 after 110, and with a
// greedy tour of all at 2.8 and 1.8.
const mostGreedy = 1 << 20

// soon is the tour that there is while neighbours and heatmap are found; nil for none. It counts no
// actions. The search does not begin with it, or only with very many cities: a descent over better
// candidates from the greedy tour is followed by better populations.
type soon struct {
	meter    *meter.Meter
	renewing *stage.Renewing
	waits    bool // for the ascent
	parted   bool // by which borders are crossed
}

// soon returns the tour, which begins with the curve.
func (p *Problem) soon(ctx context.Context) *soon {
	waits := strings.HasPrefix(p.Source, "alpha")
	if p.In.N() < manyCities || p.Places == nil && !waits || p.In.Metric.Dims() == 0 || p.Heatmap != nil || p.Resume != nil || p.Config.Fresh {
		return nil
	}
	t := p.Task
	t.Curve = p.Shortest // straightened, where there is no tour to begin with
	t.Meter = meter.New(ctx, meter.Budget{}, func(now meter.Progress) {
		if now.Better {
			p.offer(slices.Clone(tsp.Tour(now.Tour)))
		}
	})
	r := stage.NewRenewing(t, 10)
	if r == nil {
		return nil
	}
	return &soon{t.Meter, r, waits, heatmap.ByParts(p.In)}
}

// parts returns how many parts of n cities tours are made of by so many workers: most where each
// takes a small share of the time until then.
func (s *soon) parts(n, workers int) int {
	if s == nil {
		return 1
	}
	return max(1, min(24, n/(stage.PerPart*workers)))
}

// begin is told of neighbours by tsp.NearestByParts.
func (s *soon) begin(nb *tsp.Neighbors, known int32) {
	if s == nil {
		return
	}
	s.renewing.Begin(nb, known)
	s.meter.Check() // what is found last is told
	if all := len(nb.Flat) / nb.K; int(known) == all && s.waits {
		s.renewing.Finish(!s.parted)
		s.meter.Check()
	}
}

// told returns what is told of candidates by the heatmap.
func (s *soon) told() heatmap.Told {
	if s == nil {
		return nil
	}
	return func(parts [][]int32, candidates func(i int32) []int32) {
		s.renewing.Step(parts, candidates)
		s.meter.Check()
	}
}

// offer makes t the answer of last resort where it is shorter, and tells the observer.
func (p *Problem) offer(t tsp.Tour) {
	if length := p.In.Length(t); length < p.Length {
		p.Shortest, p.Length = t, length
		p.Meter.Lend(length, t)
		p.Meter.Check()
	}
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

// branch makes the tour that branching on the assignment a finds. It ends the
// meter, and reports true, where that is proven to be the shortest.
func (p *Problem) branch(ctx context.Context, a *onetree.Assignment) bool {
	ctx, cancel := p.quarter(ctx)
	defer cancel()
	t, proven, _ := a.Branch(ctx, p.In, p.Neighbors)
	if t == nil {
		return false
	}
	p.Branched = t
	p.offer(t)
	if proven {
		p.Meter.End(meter.StopExact)
	}
	return proven
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
// neighbours where it has too few, or the nearest ones where m is nil.
// It returns nil when the budget ended.
func (p *Problem) candidates(m *heatmap.Map) *twoopt.Candidates {
	most := p.Most
	if p.In.Paired() && !p.Config.Fresh {
		most *= 2 // of ways out and in; with as few as a symmetric city needs, rbg323 ends .3 % above the optimum
	}
	list := make([]int32, 0, most)
	stopped := false
	cand := twoopt.NewCandidates(p.In, func(i int32) []int32 {
		list = list[:0]
		if stopped = stopped || i&4095 == 4095 && p.Meter.Check(); stopped {
			return list
		}
		if m != nil {
			cities, _ := m.Of(i)
			list = append(list, cities[:min(len(cities), most)]...)
		}
		given := len(list)
		for _, j := range p.Neighbors.Of(i) {
			if len(list) >= most {
				break
			}
			if !slices.Contains(list[:given], j) {
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
