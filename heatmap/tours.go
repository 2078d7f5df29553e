package heatmap

import (
	"context"
	"errors"
	"fmt"

	"tspmcts/tsp"
)

// FromTours returns P_ij = half the share of the tours that hold the edge i-j: a
// city has two edges in each, so that a row sums to 1. All tours must be of n cities.
func FromTours(n int, tours []tsp.Tour) *Map {
	next := make([]int32, n*len(tours)) // of city i in tour t at i*len(tours)+t
	for t, tour := range tours {
		for at, city := range tour {
			next[int(city)*len(tours)+t] = tour[(at+1)%len(tour)]
		}
	}
	share := 1 / float32(len(tours))
	return untimed("tours", n, func(i int32, add func(int32, float32)) {
		for _, j := range next[int(i)*len(tours) : (int(i)+1)*len(tours)] {
			if j != i {
				add(j, share)
			}
		}
	})
}

func buildTours(ctx context.Context, s *Source, r Request) (*Map, error) {
	var tours []tsp.Tour
	for _, name := range s.files {
		if r.ReadTours == nil {
			return nil, fmt.Errorf("%s: tours cannot be read here", name)
		}
		f, name, err := r.OpenFile(name)
		if err != nil {
			return nil, err
		}
		more, err := r.ReadTours(f, name)
		f.Close()
		if err != nil {
			return nil, err
		}
		for k, t := range more {
			if more[k], err = r.Instance.Order(t); err != nil {
				return nil, fmt.Errorf("%s: no tour of %s: %w", name, r.Instance.Name, err)
			}
		}
		tours = append(tours, more...)
	}
	if len(s.files) == 0 {
		if r.Tours == nil {
			return nil, errors.New("heatmap source tours: tours cannot be made here; name files, tours:FILE")
		}
		nb, err := r.Nearest(ctx, 10)
		if err != nil {
			return nil, err
		}
		if tours, err = r.Tours(ctx, r.Instance, nb, int(s.Number("count", 10))); err != nil {
			return nil, err
		}
	}
	if len(tours) == 0 {
		return Zero(r.Instance.N()), nil
	}
	return FromTours(r.Instance.N(), tours), nil
}
