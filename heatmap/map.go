package heatmap

import (
	"cmp"
	"slices"
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

// symmetric returns the map (P + P^T)/2 of n cities, where row calls add for
// each entry of a city's row, in the order in which equal values are to stand.
// Cost: O(entries), but for sorting each row.
func symmetric(source string, n int, row func(i int32, add func(j int32, p float32))) *Map {
	m := average(source, n, row)
	for k, p := range m.P {
		m.P[k] = min(1, p) // sums may round up
	}
	return m
}

// average is symmetric for entries that may be above 1.
func average(source string, n int, row func(i int32, add func(j int32, p float32))) *Map {
	type entry struct {
		city int32
		p    float32
	}
	start := make([]int32, n+1)
	for i := range int32(n) {
		row(i, func(j int32, _ float32) {
			start[i+1]++
			start[j+1]++
		})
	}
	for i := range n {
		start[i+1] += start[i]
	}
	entries := make([]entry, start[n])
	fill := slices.Clone(start[:n])
	put := func(i, j int32, p float32) {
		entries[fill[i]] = entry{j, p / 2}
		fill[i]++
	}
	// Own entries first: they lead among equals.
	for i := range int32(n) {
		row(i, func(j int32, p float32) { put(i, j, p) })
	}
	for i := range int32(n) {
		row(i, func(j int32, p float32) { put(j, i, p) })
	}
	m := &Map{Source: source, Start: make([]int32, n+1)}
	seen := make([]int32, n) // 1 + index of the merged entry, valid when it lies in this row
	merged := entries[:0]
	for i := range n {
		from := len(merged)
		for _, e := range entries[start[i]:start[i+1]] {
			if k := int(seen[e.city]) - 1; k >= from && k < len(merged) && merged[k].city == e.city {
				merged[k].p += e.p
				continue
			}
			merged = append(merged, e)
			seen[e.city] = int32(len(merged))
		}
		slices.SortStableFunc(merged[from:], func(a, b entry) int { return cmp.Compare(b.p, a.p) })
		m.Start[i+1] = int32(len(merged))
	}
	m.City = make([]int32, len(merged))
	m.P = make([]float32, len(merged))
	for k, e := range merged {
		m.City[k], m.P[k] = e.city, e.p
	}
	return m
}
