package prepare

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"tspmcts/heatmap"
	"tspmcts/mcts/meter"
	"tspmcts/mcts/stage"
	"tspmcts/tsp"
	"tspmcts/twoopt"
)

// offer makes t the answer of last resort where it is shorter, and tells the observer.
func (p *Problem) offer(t tsp.Tour) { p.offerOf(t, p.In.Length(t)) }

// offerOf is offer of a tour of that length, unless one before was short enough to end the search: what
// is under way then may or may not be found.
func (p *Problem) offerOf(t tsp.Tour, length int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if why, _ := p.Meter.Ended(); length < p.Length && why != meter.StopTarget {
		p.Shortest, p.Length = t, length
		p.Meter.Lend(length, t)
		p.Meter.Check()
	}
}

// straighten makes the curve a shorter tour in a tenth of the time that the neighbours take: that of
// a million uniform cities is 18 % above the optimum after 0.3 s, and not 37. The search does not
// begin with it.
func (p *Problem) straighten(ctx context.Context) {
	if !p.In.Placed() || p.Initial != nil || p.Resume != nil || p.Config.Fresh {
		return
	}
	t := slices.Clone(p.Curve)
	for part := range slices.Chunk(t, max(leastStraightened, len(t)/16)) {
		before := p.In.Length(part)
		twoopt.Nearby(ctx, p.In, part, 20, 2)
		p.offerOf(slices.Clone(t), p.Length-before+p.In.Length(part)) // both with the edge that closes the part
	}
}

// rough makes a greedy tour of a directed instance before the assignment is solved, which may take a
// quarter of the time.
func (p *Problem) rough(ctx context.Context) {
	if !p.In.Paired() || p.In.N() < manyApart || p.Initial != nil || p.Resume != nil || p.Config.Fresh {
		return
	}
	nb, err := tsp.NearestNeighbors(ctx, p.In, 8)
	if err != nil {
		return
	}
	if t, err := tsp.GreedyEdge(ctx, p.In, nb); err == nil {
		p.offer(t)
	}
}

// leastStraightened is the least number of cities of the curve after which their tour is told: it
// takes some hundredths of a second. Of more than a million it is a sixteenth, since what is told is
// a copy of all.
const leastStraightened = 1 << 16

// manyCities is the number from which on cities are numbered along the curve, and there is a tour
// before the search begins: local optima of parts, as soon as their neighbours are known, and then
// over the candidates that are known already. A million uniform cities are 16 % over the optimum
// after 1 s, 2.6 after 3.5, when all neighbours are there, and 2.2 when the graph of the ascent is,
// at 5; without that they are 18 % over until a greedy tour's 13.5 after 3 s. Six times 10,000
// uniform cities stand at 3.1, 1.86, 0.53 and 0.37 % after 0.2, 0.3, 0.4 and 0.5 s, and without it at
// 17.8, 0.95, 0.48 and 0.35; fewer cities are searched before anybody would notice.
const manyCities = 5000

// manyApart is manyCities of those that are in no place, whose ascent takes the square of n: 5000
// places of a country with the travel times between them stand at 2.1, 1.4, 0.4 and 0.2 % after 0.1,
// 0.3, 0.5 and 1 s, and have no tour but the order of their numbers before 0.4 s without that.
const manyApart = 2000

// mostGreedy is the number of cities above which the search begins with that tour, where there is no
// better heatmap: 10 million uniform cities stand at 2.0 % after 55 s and 1.4 after 110, and with a
// greedy tour of all at 2.8 and 1.8.
const mostGreedy = 1 << 20

// soon is the tour that there is while neighbours and heatmap are found; nil for none. It counts no
// actions. The search begins with it where it was made anew over the heatmap's candidates, or with very
// many cities: a descent over better candidates from the greedy tour is followed by better populations.
type soon struct {
	meter    *meter.Meter
	mu       sync.Mutex // of renewing
	renewing *stage.Renewing
	waits    bool // for the ascent
}

// soon returns the tour, which begins with the curve.
func (p *Problem) soon(ctx context.Context) *soon {
	waits := strings.HasPrefix(p.Source, "alpha")
	least := manyCities
	if !p.In.Placed() {
		least = manyApart
	}
	if p.In.N() < least || p.Places == nil && !waits || p.Heatmap != nil || p.Resume != nil || p.Config.Fresh {
		return nil
	}
	t := p.Task
	t.Curve = p.Shortest // straightened, where there is no tour to begin with
	t.Meter = meter.New(ctx, meter.Budget{}, func(now meter.Progress) {
		if now.Better {
			p.offerOf(slices.Clone(tsp.Tour(now.Tour)), now.Length)
		}
	})
	r := stage.NewRenewing(t, 10)
	if r == nil {
		return nil
	}
	r.Anew = p.begins()
	s := &soon{meter: t.Meter, renewing: r, waits: waits}
	p.meanwhile(ctx, s)
	return s
}

// meanwhile begins to kick stretches of the tour that s makes, until Settle: for a two hundredth of
// the time so far, whenever nothing better was told for a twelfth of it. The ascent, and the first
// local optimum over its candidates, tell of nothing: E100k.1 stood still from 1.07 to 1.70 s, and
// from 1.98 to 2.56. It does not begin where actions are the budget, which are the same in any time.
func (p *Problem) meanwhile(ctx context.Context, s *soon) {
	if p.Meter.Budget().Actions > 0 {
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	p.settle = func() { cancel(); <-done }
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			now := p.Meter.Clock()
			wait := p.Meter.Improved() + now/12 - now
			if wait <= 0 {
				s.kick(now / 200)
				wait = now / 100
			}
			select {
			case <-ctx.Done():
			case <-time.After(max(wait, time.Millisecond)):
			}
		}
	}()
}

// Settle ends what Prepare began and is to go on beside the search's first stage. Shortest and Length
// stay as they are then.
func (p *Problem) Settle() {
	if p.settle != nil {
		p.settle()
	}
}

// kick kicks the tour for so long.
func (s *soon) kick(long time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.renewing.Kick(long)
	s.meter.Check()
}

// parts returns in how many parts so many workers make a tour of n cities: each makes one of 15,000
// in each on average, and of more where that would be more parts than anybody notices.
func (s *soon) parts(n, workers int) int {
	if s == nil {
		return 1
	}
	return max(1, min(24, n/(15000*workers)))
}

// begin is told of neighbours by tsp.NearestByParts.
func (s *soon) begin(nb *tsp.Neighbors, known int32) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.renewing.Begin(nb, known)
	s.meter.Check() // what is found last is told
	if all := len(nb.Flat) / nb.K; int(known) == all && s.waits {
		s.renewing.Finish()
		s.meter.Check()
	}
}

// begins reports whether the search may begin with the tour that soon makes. Its actions are not
// counted: where they are the budget it does not.
func (p *Problem) begins() bool {
	return p.Config.FirstTour == "greedy" && p.Meter.Budget().Actions == 0
}

// beginWith makes what s has made the tour that the search begins with, where that is better than
// greedy, or else one to cross with.
func (p *Problem) beginWith(s *soon) {
	if s == nil || !p.begins() {
		return
	}
	p.Mended = s.finish()
	switch {
	case p.Mended || !s.waits && p.In.N() > mostGreedy:
		p.Settle()
		p.Config.FirstTour, p.Curve = "curve", p.Shortest
	case s.renewing.Made():
		p.mu.Lock()
		p.Renewed = p.Shortest
		p.mu.Unlock()
	}
}

// finish finishes the tour where its parts were made anew, and reports whether the search may begin with it.
func (s *soon) finish() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	again := s.renewing.Again()
	s.meter.Check()
	return again
}

// told returns what is told of candidates by the heatmap.
func (s *soon) told() heatmap.Told {
	if s == nil {
		return nil
	}
	return func(parts [][]int32, candidates func(i int32) []int32, alpha bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.renewing.Step(parts, candidates, alpha)
		s.meter.Check()
	}
}
