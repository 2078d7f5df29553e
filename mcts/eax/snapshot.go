package eax

import (
	"errors"
	"fmt"

	"tspmcts/tsp"
)

// Snapshot is a population between two generations, whole: a population
// restored from it goes on exactly as the one it was taken of.
type Snapshot struct {
	Along    []int32   // the tour that the cities are numbered along
	Links    [][]int32 // by tour: both neighbours of every city
	Orders   [][]int32 // by tour: its cities in order
	Shuffle  []int32
	Children int64
	Stage    Stage

	Stalled, Age, Allowed int
}

// Snapshot returns the population as it is now.
func (p *Population) Snapshot() *Snapshot {
	s := &Snapshot{Along: p.s.orig, Shuffle: append([]int32(nil), p.shuffle...), Children: p.Children, Stage: p.stage,
		Stalled: p.stalled, Age: p.age, Allowed: p.allowed}
	for i := range p.tours {
		links := make([]int32, 0, 2*p.s.n)
		for _, v := range p.tours[i].adj {
			links = append(links, v.a, v.b)
		}
		s.Links = append(s.Links, links)
		s.Orders = append(s.Orders, append([]int32(nil), p.tours[i].ord...))
	}
	return s
}

// Restore returns the population that s was taken of.
func Restore(in *tsp.Instance, nb *tsp.Neighbors, s *Snapshot, cfg Config, workers int) (*Population, error) {
	if err := in.Check(s.Along); err != nil { // any order of the cities would do
		return nil, err
	}
	if len(s.Links) != len(s.Orders) || len(s.Shuffle) != len(s.Orders) || s.Stage > Done {
		return nil, errors.New("the parts of a snapshot do not fit")
	}
	tours := make([]tsp.Tour, len(s.Orders))
	for i, order := range s.Orders {
		tours[i] = make(tsp.Tour, len(order))
		for k, v := range order {
			if v < 0 || int(v) >= len(s.Along) {
				return nil, fmt.Errorf("a tour of a snapshot holds city %d of %d", v, len(s.Along))
			}
			tours[i][k] = s.Along[v]
		}
		if err := in.Check(tours[i]); err != nil {
			return nil, fmt.Errorf("tour %d of a snapshot: %w", i, err)
		}
	}
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if len(tours) == 0 {
		return nil, errors.New("a snapshot without tours")
	}
	p := newPopulation(in, nb, tours, s.Along, cfg, workers)
	seen := make([]bool, len(tours))
	for _, i := range s.Shuffle {
		if i < 0 || int(i) >= len(tours) || seen[i] {
			return nil, errors.New("the order of a snapshot is none")
		}
		seen[i] = true
	}
	for i, links := range s.Links {
		adj := p.tours[i].adj
		if len(links) != 2*len(adj) {
			return nil, errors.New("the parts of a snapshot do not fit")
		}
		for v := range adj {
			// Which of its two neighbours a city names first decides how cycles are
			// traced.
			x := &adj[v]
			if x.a == links[2*v+1] && x.b == links[2*v] {
				x.a, x.b, x.da, x.db = x.b, x.a, x.db, x.da
			}
			if x.a != links[2*v] || x.b != links[2*v+1] {
				return nil, errors.New("the links of a snapshot are not those of its tours")
			}
		}
	}
	copy(p.shuffle, s.Shuffle)
	p.Children, p.stage, p.stalled, p.age, p.allowed = s.Children, s.Stage, s.Stalled, s.Age, s.Allowed
	return p, nil
}
