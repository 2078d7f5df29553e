package mcts

import (
	"context"
	"flag"
	"math/rand/v2"
	"testing"

	"tspmcts/mcts/eax"
	"tspmcts/tsp"
)

// million is how much of each the tests of exact gains do on each of their
// instances; -million 90000 makes them a million and more in all. With the tag
// invariants every applied move and every child is measured anew.
var million = flag.Int("million", 300, "kicks and recombinations on each instance")

// motley returns twelve instances of every kind of trouble: each metric of its
// own, duplicates, clusters, a grid's equal distances, zero lengths, fixed edges.
func motley() []*tsp.Instance {
	duplicates := build(tsp.Euc2D, 60, 1)
	x, y := duplicates.X, duplicates.Y
	for i := range x {
		x[i], y[i] = x[i/3], y[i/3]
	}
	fixed := build(tsp.Euc2D, 60, 2)
	fixSome(fixed, 2)
	fixedMatrix := build(tsp.Explicit, 50, 3)
	fixSome(fixedMatrix, 3)
	return []*tsp.Instance{must(tsp.NewPoints("duplicates", tsp.Euc2D, x, y, nil)), fixed, fixedMatrix, clustered(60, 4), grid(8),
		build(tsp.Explicit, 60, 5), build(tsp.Geo, 60, 6), build(tsp.Att, 60, 7), build(tsp.Ceil2D, 60, 8),
		build(tsp.Exact2D, 60, 9), build(tsp.Man2D, 60, 10), build(tsp.Max3D, 60, 11)}
}

// TestKicksExact pins that after any number of kicks, kept or taken back, the
// gains add up to what the tour lost, and the tour is one.
func TestKicksExact(t *testing.T) {
	for k, in := range motley() {
		cfg := must(Preset("default", in.N(), "gtprior"))
		cfg.KickSize = 20
		p := problem(in, cfg, "gtprior")
		r := newRun(context.Background(), Budget{}, nil)
		team := newTeam(in, p.Neighbors, cfg, candidates(p, cfg, r), r, uint64(k), 1)
		team.start(firstResort(in))
		for done := 0; done < *million; {
			size := in.N() // the whole tour, then half of it
			if done/1000%2 == 1 {
				size /= 2
			}
			c := team.climbers[0]
			c.load(in, team.cand, team.order, team.pos, 0, size, team.length)
			c.rng.seed(uint64(k), uint64(done))
			c.kicks(1000, 0, cfg.KickSize, func() float64 { return float64(team.length) / float64(in.N()) / 5 })
			c.store(team.next[:size], team.order[:size])
			copy(team.next[size:], team.order[size:])
			team.order, team.next = team.next, team.order
			if team.length -= c.gain; team.length != in.Length(team.order) {
				t.Fatalf("%s %v: length %d, counted %d", in.Name, in.Metric, in.Length(team.order), team.length)
			}
			if err := in.Check(team.order); err != nil {
				t.Fatalf("%s %v: %v", in.Name, in.Metric, err)
			}
			team.rotate(int(c.rng.below(int32(in.N()))))
			done += 1000
		}
	}
}

// TestRecombinationsExact pins the same of recombinations.
func TestRecombinationsExact(t *testing.T) {
	for k, in := range motley() {
		cfg := must(Preset("default", in.N(), "gtprior"))
		p := problem(in, cfg, "gtprior")
		r := newRun(context.Background(), Budget{}, nil)
		team := newTeam(in, p.Neighbors, cfg, candidates(p, cfg, r), r, uint64(k), 1)
		team.start(firstResort(in))
		if team.length == 0 {
			continue // the search has ended: nothing is shorter
		}
		random := rand.NewPCG(uint64(k), 1)
		for children := int64(0); children < int64(*million); team.epoch++ {
			team.tours = nil
			team.shaken(30)
			pop := must(eax.NewPopulation(in, p.Neighbors, team.tours, eax.DefaultConfig(in.N()), 1))
			for pop.Stage() != eax.Done {
				pop.Generation(random, nil)
			}
			if children += pop.Counts.Children; pop.Counts.Children == 0 {
				children += 30 // all tours alike: nothing to recombine
			}
			for i := range pop.Len() {
				if tour := pop.Tour(i); in.Check(tour) != nil || in.Length(tour) != pop.Length(i) {
					t.Fatalf("%s %v: length %d, counted %d, %v", in.Name, in.Metric, in.Length(tour), pop.Length(i), in.Check(tour))
				}
			}
		}
	}
}
