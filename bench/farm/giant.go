package farm

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	rand2 "math/rand/v2"
	"strings"
	"time"

	"crypto/rand"

	"tspmcts/bench"
	"tspmcts/mcts/region"
	"tspmcts/tsp"
)

// Regions of a giant tour: none larger than mostInRegion, and at least leastRegions of them, so that a
// worker that is lost or slow holds up a small part of a round.
const (
	mostInRegion = 100000
	leastRegions = 16
)

// giant improves one tour by rounds of regions.
type giant struct {
	*solving
	order, pos []int32
	joiner     *region.Joiner
	problems   []region.Problem
}

// newGiant makes the first tour, a space-filling curve: greedy and local search are left to the
// regions of the first round, so that no machine has candidates of the whole. Greedy of the whole, whose paths cross
// borders more often, is worse: of 200,001 cities, after two rounds of 27 million actions, 322877212 for 321228293.
func (s *solving) newGiant(ctx context.Context) (*giant, error) {
	in := s.run.Item.Instance
	switch {
	case !in.Planar() || in.HasFixed() || in.Ends != nil || in.Forbids():
		return nil, bench.Misusef("%s: regions are for tours of cities in the plane, without edges that are fixed or forbidden; run it without --temporal", s.run.Item.Name)
	}
	g := &giant{solving: s, order: tsp.SpaceFillingCurve(ctx, in), pos: make([]int32, in.N())}
	nb, err := tsp.NearestNeighbors(ctx, in, 5) // of which a merge of sub-tours looks at a few
	if err != nil {
		return nil, err
	}
	g.joiner = region.NewJoiner(in, nb)
	return g, nil
}

// searches cuts the plane anew and returns a search for each region.
func (g *giant) searches(ctx context.Context, k int) ([]search, error) {
	in := g.run.Item.Instance
	n := in.N()
	for i, c := range g.order {
		g.pos[c] = int32(i)
	}
	var tree region.Tree
	tree.Grow(ctx, in, g.pos, min(mostInRegion, max(8, n/leastRegions)), rand2.NewPCG(g.run.Seed, uint64(k)))
	g.problems = make([]region.Problem, len(tree.Leaves))
	var all []search
	for i, leaf := range tree.Leaves {
		nd := tree.Nodes[leaf]
		p := &g.problems[i]
		region.Cut(p, g.order, g.pos, tree.Cities[nd.From:nd.To])
		sub, err := regionOf(in, p)
		if err != nil {
			return nil, err
		}
		data, err := sub.Encode()
		if err != nil {
			return nil, err
		}
		sum, err := g.blobs.putContent(ctx, "in", data)
		if err != nil {
			return nil, err
		}
		all = append(all, search{Instance: sum, Own: true, Actions: max(1, g.actions*int64(sub.N())/int64(n))})
	}
	share := g.time.Seconds() * float64(g.slots) / float64(len(all)) // of the round's time, one region after the other
	for i := range all {
		if g.actions == 0 {
			all[i].Actions, all[i].Time = 0, max(time.Second, time.Duration(share*float64(time.Second)))
		}
	}
	return all, nil
}

// regionOf returns a region as an instance, whose links are fixed edges.
func regionOf(in *tsp.Instance, p *region.Problem) (*tsp.Instance, error) {
	m := len(p.Cities)
	x, y := make([]float64, m), make([]float64, m)
	for i, c := range p.Cities {
		x[i], y[i] = in.X[c], in.Y[c]
	}
	sub, err := tsp.NewPoints("region", in.Metric, x, y, nil)
	if err != nil {
		return nil, err
	}
	links := make([][2]int32, len(p.Links))
	for k, i := range p.Links {
		links[k] = [2]int32{i, (i + 1) % int32(m)}
	}
	return sub, sub.SetFixed(links)
}

// join applies what the regions found, each checked and measured here.
func (g *giant) join(found []tsp.Tour) {
	in := g.run.Item.Instance
	exchanges := make([]region.Exchange, len(found))
	for i, t := range found {
		p := &g.problems[i]
		if t == nil {
			continue
		}
		sub, err := regionOf(in, p)
		if err == nil {
			err = sub.Check(t)
		}
		if err != nil {
			g.warn("region %d: %v", i+1, err)
			continue
		}
		x := p.Compare(t, 0)
		for _, e := range x.Removed {
			x.Gain += int64(in.Dist(e[0], e[1]))
		}
		for _, e := range x.Added {
			x.Gain -= int64(in.Dist(e[0], e[1]))
		}
		exchanges[i] = x
	}
	g.joiner.Join(g.order, g.pos, exchanges)
}

// state is what a solve has come to after a round, as the beginning of a blob; the tour follows.
type state struct {
	Rounds  int // done
	Elapsed time.Duration
	Actions int64
	Nonce   string // names the rounds' workflows
}

// keep writes the state, and removes the one before.
func (s *solving) keep(ctx context.Context, tour tsp.Tour) error {
	head, err := json.Marshal(state{s.round, s.clock(), s.used, s.nonce})
	if err != nil {
		return err
	}
	data := append(append(head, '\n'), tourBytes(tour)...)
	name := fmt.Sprintf("%s%05d-%s", s.folder, s.round, digest(data)[:32])
	if err := s.blobs.put(ctx, name, data); err != nil {
		return err
	}
	if s.last != "" && s.last != name {
		s.blobs.bucket.Delete(ctx, s.last) // one that stays is never read: the later one is
	}
	s.last = name
	return nil
}

// resume returns the tour of the latest state that is whole, nil where there is none.
func (s *solving) resume(ctx context.Context) (tsp.Tour, error) {
	names, err := s.blobs.list(ctx, s.folder)
	if err != nil {
		return nil, err
	}
	in := s.run.Item.Instance
	for k := len(names) - 1; k >= 0; k-- {
		_, sum, _ := cutLast(names[k], "-")
		data, err := s.blobs.read(ctx, names[k], mostTour)
		if err != nil || len(sum) != 32 || !strings.HasPrefix(digest(data), sum) {
			continue
		}
		head, rest, _ := bytes.Cut(data, []byte("\n"))
		var st state
		if decode(head, &st) != nil {
			continue
		}
		tour, err := tourOf(rest)
		if err == nil {
			err = in.Check(tour)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", names[k], err)
		}
		s.round, s.before, s.used, s.nonce, s.last = st.Rounds, st.Elapsed, st.Actions, st.Nonce, names[k]
		return tour, nil
	}
	s.nonce = strings.ToLower(rand.Text())[:12]
	return nil, nil
}
