package farm

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

// measured is what a simulation of a giant solve is made of: seconds a city, bytes a city, as
// measured on one core of the machine that the manual names, but for join and curve, which are
// estimates; links are of 10 gigabits for the client and of 1 for each worker.
type measured struct {
	begin    float64 // the client: all that Begin does, on each of its cores
	curve    float64 // or the curve and neighbours, above mostBegun
	alone    float64 // a region that prepares itself, in the first round then
	cut      float64 // the client: a region is cut, encoded and written, on each of its cores
	join     float64 // and its tour read, checked and joined, on one
	load     float64 // a worker: what it does before it searches
	there    float64 // bytes of a region
	back     float64 // of its tour
	dispatch float64 // seconds of the server, a region
	cores    float64 // of the client
	client   float64 // bytes a second
	worker   float64
}

var here = measured{begin: 20e-6, curve: 1.5e-6, alone: 25e-6, cut: 0.95e-6, join: 0.6e-6, load: 3.6e-6, there: 74, back: 4, dispatch: 0.037,
	cores: 16, client: 1.25e9, worker: 125e6}

// simulated is how a solve went.
type simulated struct {
	rounds         int
	search         float64 // microseconds a city
	busy           float64 // share of the workers' time that was search
	client, server float64 // shares of the time in which the workers waited for either
}

// simulate plays the rounds of n cities on so many slots, seconds of them, event by event: the
// client writes region after region, then they are dispatched, fetched, searched and sent back, and
// the last one is waited for.
func (m *measured) simulate(n, slots, seconds float64) simulated {
	s := &solving{}
	var r simulated
	now := m.begin * n / m.cores
	alone := n > mostBegun
	if alone {
		now = m.curve * n / m.cores
	}
	r.client = now
	regions := max(leastRegions, min(mostBySlots, perSlot*slots))
	size := 0.72 * min(mostInRegion, max(leastInRegion, n/regions)) // what the tree makes of the limit
	count := int(math.Ceil(n / size))
	size = n / float64(count)
	for {
		next, rounds := s.next(now, seconds)
		if s.round >= rounds || next < 1 {
			break
		}
		end := now + next
		writes := n * max(m.cut/m.cores, m.there/m.client)
		reads := n * max(m.join, m.back/m.client)
		free := make([]float64, int(slots))
		works := make([]int32, count)
		turns := taken(works, func(int32) int { return int(size) }, int(slots))
		last, each := 0.0, 0.0
		begun := now + writes
		for i, turn := range turns {
			k := i // each has one at most
			if len(free) < count {
				k = slices.Index(free, slices.Min(free))
			}
			at := max(free[k], begun+float64(i+1)*m.dispatch)
			at += size*(m.there/m.worker+m.load) + turn.part*next + size*m.back/m.worker
			free[k] = at
			last = max(last, at)
			each += turn.part * next / float64(count)
		}
		spent := each
		if alone && s.round == 0 {
			spent = max(0, each-m.alone*size)
		}
		r.search += spent / size * 1e6
		r.busy += spent * float64(count)
		r.client += writes + reads
		r.server += float64(min(count, int(slots))) * m.dispatch
		now = max(end, last+reads)
		s.round++
	}
	r.rounds = s.round
	r.busy /= slots * now
	r.client /= now
	r.server /= now
	return r
}

// TestReach pins the manual's table of how soon many workers would reach a tour.
func TestReach(t *testing.T) {
	const goal = 600 // microseconds a city
	var b strings.Builder
	b.WriteString("| cities | workers | after | rounds | workers search | wait for the client | for the server | for each other |\n|---|---|---|---|---|---|---|---|\n")
	for _, n := range []float64{1e6, 1e7, 1e8} {
		before := math.Inf(1)
		for _, slots := range []float64{10, 100, 1000} {
			seconds := max(10, goal*1e-6*n/slots)
			r := here.simulate(n, slots, seconds)
			for r.search < goal {
				seconds *= 1.04
				r = here.simulate(n, slots, seconds)
			}
			rest := 1 - r.busy - r.client - r.server
			fmt.Fprintf(&b, "| %.0f million | %.0f | %s | %d | %.0f %% | %.0f %% | %.0f %% | %.0f %% |\n", n/1e6, slots, duration(seconds), r.rounds,
				100*r.busy, 100*r.client, 100*r.server, 100*rest)
			if r.busy > 1 || r.busy < 0 || seconds > 1.1*before { // rounds are whole
				t.Errorf("%v cities, %v workers: %+v after %v s, fewer after %v", n, slots, r, seconds, before)
			}
			if least := goal * 1e-6 * n / slots; seconds < least {
				t.Errorf("%v cities, %v workers: %v s, the search alone takes %v", n, slots, seconds, least)
			}
			before = seconds
		}
	}
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), b.String()) {
		t.Errorf("README.md has another table than:\n%s", b.String())
	}
}

func duration(seconds float64) string {
	switch {
	case seconds < 120:
		return fmt.Sprintf("%.0f s", seconds)
	case seconds < 7200:
		return fmt.Sprintf("%.0f min", seconds/60)
	}
	return fmt.Sprintf("%.1f h", seconds/3600)
}
