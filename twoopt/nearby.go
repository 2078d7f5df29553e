package twoopt

import (
	"context"
	"slices"

	"tspmcts/tsp"
)

// Nearby shortens t, a tour in which near cities stand near each other, such as a space-filling
// curve: by 2-opt moves, and by moving single cities (Or 1976), between places that are less than
// reach apart, for so many sweeps, or until there is no such move. It needs no candidates. It goes by
// stretches of some thousand cities, whose ends stay, as those of a fixed edge do, on the cores that
// ctx allows, and leaves the others as they are when that ends. Cost of a sweep: O(reach) a city.
func Nearby(ctx context.Context, in *tsp.Instance, t tsp.Tour, reach, sweeps int) {
	const size = 4096
	tsp.Parallel(ctx, (len(t)+size-1)/size, func() func(int) {
		s := &stretch{in: in, dist: make([]int64, size)}
		return func(k int) {
			for rest := t[k*size : min(len(t), (k+1)*size)]; len(rest) > 0; {
				to := 1
				for to < len(rest) && !in.IsFixed(rest[to-1], rest[to]) {
					to++
				}
				s.cities, rest = rest[:to], rest[to:]
				s.shorten(reach, sweeps)
			}
		}
	})
}

// stretch is a part of a tour.
type stretch struct {
	in     *tsp.Instance
	cities []int32
	dist   []int64 // from each to the next
}

func (s *stretch) between(a, b int32) int64 { return int64(s.in.Dist(a, b)) } // three may add up to more than an int32

// shorten sweeps over the stretch so many times, or until that brings nothing.
func (s *stretch) shorten(reach, sweeps int) {
	s.measure(0, len(s.cities)-2)
	for range sweeps {
		if !s.sweep(reach) {
			return
		}
	}
}

// measure measures the edges from place lo to the next until hi to the next.
func (s *stretch) measure(lo, hi int) {
	for k := lo; k <= hi; k++ {
		s.dist[k] = s.between(s.cities[k], s.cities[k+1])
	}
}

// sweep tries a new edge from each city a to each c behind it, and reports whether one was taken. b
// is the city behind a, and p and q are those before and behind c.
func (s *stretch) sweep(reach int) (better bool) {
	cities, d := s.cities, s.dist
	last := len(cities) - 1
	for i := range last {
		for j := i + 2; j < min(last, i+reach); j++ {
			a, b, p, c, q := cities[i], cities[i+1], cities[j-1], cities[j], cities[j+1]
			near := s.between(a, c)
			switch {
			case near >= d[i]+max(d[j-1], d[j]): // by the triangle inequality none is shorter
				continue
			case near+s.between(b, q) < d[i]+d[j]: // all between is turned
				slices.Reverse(cities[i+1 : j+1])
			case near+s.between(c, b)+s.between(p, q) < d[i]+d[j-1]+d[j]: // c moves behind a
				copy(cities[i+2:j+1], cities[i+1:j])
				cities[i+1] = c
			case i > 0 && s.between(cities[i-1], b)+s.between(p, a)+near < d[i-1]+d[i]+d[j-1]: // a before c
				copy(cities[i:j-1], cities[i+1:j])
				cities[j-1] = a
			default:
				continue
			}
			s.measure(max(0, i-1), j)
			better = true
		}
	}
	return better
}
