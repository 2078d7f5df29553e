package heatmap

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sync/atomic"

	"tspmcts/tsp"
)

// Map is a sparse symmetric matrix of edge probabilities. The entries of city i
// stand at Start[i]..Start[i+1] of City and P, in descending order of P.
type Map struct {
	Source string // the name of what made it
	Start  []int32
	City   []int32
	P      []float32
}

// N returns the number of cities.
func (m *Map) N() int { return len(m.Start) - 1 }

// Of returns city i's entries, most probable first. They must not be changed.
func (m *Map) Of(i int32) (cities []int32, p []float32) {
	lo, hi := m.Start[i], m.Start[i+1]
	return m.City[lo:hi:hi], m.P[lo:hi:hi]
}

// New returns the map (P + P^T)/2 of n cities, where row calls add for each entry of a city's row,
// twice or more often in the same order: equal values stand in it. An edge of which one end alone
// believes p becomes p/2. The error is Check's, or of too many entries. Cost: O(entries), but for
// sorting each row.
func New(source string, n int, row func(i int32, add func(j int32, p float32))) (*Map, error) {
	if n < 1 {
		return nil, fmt.Errorf("heatmap: a map of %d cities, want 1 or more", n)
	}
	var bad error
	checked := func(i int32, add func(j int32, p float32)) {
		row(i, func(j int32, p float32) {
			switch {
			case bad != nil:
			case j < 0 || int(j) >= n || j == i:
				bad = fmt.Errorf("heatmap: city %d has an entry for %d, want another of 0 to %d", i, j, n-1)
			case !(p >= 0 && p <= 1):
				bad = fmt.Errorf("heatmap: the edge %d-%d has the probability %v, want 0 to 1", i, j, p)
			default:
				add(j, p)
			}
		})
	}
	m, err := symmetric(tsp.WithWorkers(context.Background(), 1), source, n, checked)
	if err = cmp.Or(bad, err); err != nil {
		return nil, err
	}
	return m, m.Check()
}

// Check returns an error unless m is as every source makes it: P symmetric, without loops and
// doubles, within [0,1], each row in descending order. The error tells one fault. Cost: O(entries).
func (m *Map) Check() error {
	n := m.N()
	if n < 1 || m.Start[0] != 0 || int(m.Start[n]) != len(m.City) || len(m.City) != len(m.P) {
		return fmt.Errorf("heatmap: %d starts for %d entries and %d probabilities", len(m.Start), len(m.City), len(m.P))
	}
	for i := range n {
		if m.Start[i] > m.Start[i+1] {
			return fmt.Errorf("heatmap: the row of city %d ends before it begins", i)
		}
	}
	seen := make([]int32, n) // 1 + the city in whose row an entry stood last
	for i := range int32(n) {
		cities, ps := m.Of(i)
		for k, j := range cities {
			switch {
			case j < 0 || int(j) >= n || j == i:
				return fmt.Errorf("heatmap: city %d has an entry for %d, want another of 0 to %d", i, j, n-1)
			case seen[j] == i+1:
				return fmt.Errorf("heatmap: city %d has two entries for %d", i, j)
			case !(ps[k] >= 0 && ps[k] <= 1):
				return fmt.Errorf("heatmap: the edge %d-%d has the probability %v, want 0 to 1", i, j, ps[k])
			case k > 0 && ps[k] > ps[k-1]:
				return fmt.Errorf("heatmap: the row of city %d does not descend: %v after %v", i, ps[k], ps[k-1])
			}
			seen[j] = i + 1
		}
	}
	return m.mirrored()
}

// mirrored returns an error unless each entry stands in the other city's row too, with the
// same probability. Cost: O(entries), by the transpose, whose row of a city must be its own.
func (m *Map) mirrored() error {
	n := m.N()
	start := make([]int32, n+1)
	for _, j := range m.City {
		start[j+1]++
	}
	for j := range n {
		start[j+1] += start[j]
	}
	from, fill := make([]int32, len(m.City)), slices.Clone(start[:n])
	value := make([]float32, len(m.City))
	for i := range int32(n) {
		cities, ps := m.Of(i)
		for k, j := range cities {
			from[fill[j]], value[fill[j]] = i, ps[k]
			fill[j]++
		}
	}
	own, row := make([]float32, n), make([]int32, n) // the probability of an entry of row j, where row is 1 + j
	for j := range int32(n) {
		cities, ps := m.Of(j)
		for k, i := range cities {
			own[i], row[i] = ps[k], j+1
		}
		for k := start[j]; k < start[j+1]; k++ {
			if i, p := from[k], value[k]; row[i] != j+1 || own[i] != p {
				return fmt.Errorf("heatmap: the edge %d-%d has the probability %v, but not the other way", i, j, p)
			}
		}
	}
	return nil
}

// Spread writes city i's row of n numbers to row, and returns it.
func (m *Map) Spread(row []float32, i int32) []float32 {
	clear(row)
	cities, ps := m.Of(i)
	for k, j := range cities {
		row[j] = ps[k]
	}
	return row
}

// symmetric returns the map (P + P^T)/2 of n cities, where row calls add for
// each entry of a city's row, in the order in which equal values are to stand, twice and of
// several cities side by side. Cost: O(entries), but for sorting each row. The error is average's.
func symmetric(ctx context.Context, source string, n int, row func(i int32, add func(j int32, p float32))) (*Map, error) {
	m, err := average(ctx, source, n, row)
	if err != nil {
		return nil, err
	}
	for k, p := range m.P {
		m.P[k] = min(1, p) // sums may round up
	}
	return m, nil
}

// untimed is symmetric for one city after the other, without an end before the map is whole. It panics
// where there are too many entries.
func untimed(source string, n int, row func(i int32, add func(j int32, p float32))) *Map {
	m, err := symmetric(tsp.WithWorkers(context.Background(), 1), source, n, row)
	if err != nil {
		panic(err)
	}
	return m
}

// each calls a function of a worker's own for each of n cities, on as many cores as ctx allows. The
// error is ctx's.
func each(ctx context.Context, n int, worker func() func(i int32)) error {
	const part = 1 << 13
	return tsp.Parallel(ctx, (n+part-1)/part, func() func(int) {
		do := worker()
		return func(k int) {
			for i := k * part; i < min(n, (k+1)*part); i++ {
				do(int32(i))
			}
		}
	})
}

// entry is one of a city's row, of the city of that number.
type entry struct {
	city int32
	p    float32
}

// merge adds up the entries of a row that are of one city, in its memory. The first ones are its own, in
// any order, the others ascend. seen is needed of long rows only.
func merge(row []entry, own int, seen []int32) []entry {
	merged := row[:0]
	for _, e := range row {
		k := len(merged) - 1
		if own > longRow {
			k = min(k, int(seen[e.city])) // where it is, if it was in this row
		} else if at := slices.IndexFunc(merged[:min(own, len(merged))], func(m entry) bool { return m.city == e.city }); at >= 0 {
			k = at
		}
		if k >= 0 && merged[k].city == e.city {
			merged[k].p += e.p
			continue
		}
		if own > longRow {
			seen[e.city] = int32(len(merged))
		}
		merged = append(merged, e)
	}
	return merged
}

// longRow is the number of a city's own entries above which a table of all cities, one for each worker,
// is faster than to look through them. Maps of millions of cities have shorter rows.
const longRow = 32

// offsets makes of start, whose start[i+1] is how many entries name city i, where the rows begin, each
// with its own entries first, and of end where these end.
func offsets(start, own, end []int32) error {
	total := int64(0)
	for i, k := range own {
		if total += int64(start[i+1]) + int64(k); total > math.MaxInt32 {
			return fmt.Errorf("heatmap: %d cities have more than %d entries, seen from both ends; want fewer of each", len(own), math.MaxInt32)
		}
		start[i+1] += start[i] + k
		end[i] = start[i] + k
	}
	return nil
}

// average is symmetric for entries that may be above 1. The error is ctx's, or that they are too many
// for the offsets of a Map.
func average(ctx context.Context, source string, n int, row func(i int32, add func(j int32, p float32))) (*Map, error) {
	start := make([]int32, n+1)
	own := make([]int32, n) // entries of a row that it has itself
	if err := each(ctx, n, func() func(int32) {
		return func(i int32) {
			row(i, func(j int32, _ float32) {
				own[i]++
				atomic.AddInt32(&start[j+1], 1)
			})
		}
	}); err != nil {
		return nil, err
	}
	end := make([]int32, n) // of a row so far, and then of what is left of it
	if err := offsets(start, own, end); err != nil {
		return nil, err
	}
	entries := make([]entry, start[n])
	if err := each(ctx, n, func() func(int32) {
		return func(i int32) {
			k := start[i]
			row(i, func(j int32, p float32) {
				entries[k] = entry{j, p / 2}
				k++
				entries[atomic.AddInt32(&end[j], 1)-1] = entry{i, p / 2}
			})
		}
	}); err != nil {
		return nil, err
	}
	// Own entries lead among equals, then others' by city, whichever came first.
	if err := each(ctx, n, func() func(int32) {
		var seen []int32 // nil before a long row
		return func(i int32) {
			all, own := entries[start[i]:start[i+1]], int(own[i])
			slices.SortStableFunc(all[own:], func(a, b entry) int { return cmp.Compare(a.city, b.city) })
			if own > longRow && seen == nil {
				seen = make([]int32, n)
			}
			merged := merge(all, own, seen)
			slices.SortStableFunc(merged, func(a, b entry) int { return cmp.Compare(b.p, a.p) })
			end[i] = start[i] + int32(len(merged))
		}
	}); err != nil {
		return nil, err
	}
	m := &Map{Source: source, Start: make([]int32, n+1)}
	for i := range n {
		m.Start[i+1] = m.Start[i] + end[i] - start[i]
	}
	m.City = make([]int32, m.Start[n])
	m.P = make([]float32, m.Start[n])
	return m, each(ctx, n, func() func(int32) {
		return func(i int32) {
			for k, e := range entries[start[i]:end[i]] {
				m.City[int(m.Start[i])+k], m.P[int(m.Start[i])+k] = e.city, e.p
			}
		}
	})
}
