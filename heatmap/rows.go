package heatmap

import (
	"context"
	"errors"
	"fmt"
	"math"
)

// DefaultKeep is how many entries of a row of a matrix are kept.
const DefaultKeep = 50

// MaxEntry is the largest entry that is taken for a belief and not for a fault, and what is
// below MinEntry is 0: its halves could not be told apart.
const MaxEntry, MinEntry = 1e30, 1e-30

// Rows builds a map from the rows of a matrix, of each of which it keeps the largest entries:
// memory is that of the entries kept. Call Add for the entries of row 0, then End, and so on.
//
// The matrix is cleaned: the diagonal is ignored; an entry below MinEntry counts as 0, negative
// ones too; the map becomes (P + P^T)/2, where an entry that its row did not keep counts as 0; if
// then an entry is above 1, all are divided by the mean sum of a row, and what still is
// above 1 becomes 1.
type Rows struct {
	keep  int
	start []int32
	city  []int32
	p     []float32
	row   []rowEntry // descending, of the running row
	below bool       // an entry was negative
}

type rowEntry struct {
	p    float64
	city int32
}

// NewRows returns a builder that keeps the given number of entries of a row, 1 or more.
func NewRows(keep int) *Rows { return &Rows{keep: keep, start: []int32{0}} }

// Len returns how many rows are complete.
func (g *Rows) Len() int { return len(g.start) - 1 }

// Add takes the entry of column j, a city, of the running row. It reports false for NaN, infinity
// and what is beyond MaxEntry.
func (g *Rows) Add(j int32, p float64) bool {
	if int(j) == g.Len() {
		return true
	}
	if p < MinEntry && p >= -MaxEntry {
		g.below = g.below || p < 0
		return true
	}
	if !(p > 0 && p <= MaxEntry) {
		return false
	}
	if len(g.row) == g.keep {
		if p <= g.row[len(g.row)-1].p {
			return true
		}
		g.row = g.row[:len(g.row)-1]
	}
	at := len(g.row)
	g.row = append(g.row, rowEntry{p, j})
	for ; at > 0 && g.row[at-1].p < p; at-- {
		g.row[at] = g.row[at-1]
	}
	g.row[at] = rowEntry{p, j}
	return true
}

// End ends the running row.
func (g *Rows) End() {
	for _, e := range g.row {
		g.city = append(g.city, e.city)
		g.p = append(g.p, float32(e.p))
	}
	g.row = g.row[:0]
	g.start = append(g.start, int32(len(g.city)))
}

// Check returns an error where entries are negative and none is above 0, as of log-probabilities:
// cleaned, nothing would be left of them.
func (g *Rows) Check() error {
	if g.below && len(g.city) == 0 {
		return errors.New("found negative numbers and none above 0, want probabilities; exp makes them of their logarithms")
	}
	return nil
}

// Map returns the map of the rows, named source.
func (g *Rows) Map(source string) *Map {
	m, _ := average(context.Background(), source, g.Len(), func(i int32, add func(int32, float32)) {
		for k := g.start[i]; k < g.start[i+1]; k++ {
			add(g.city[k], g.p[k])
		}
	})
	return m.within()
}

// Directed returns the map of the rows where P_ij is believed of the way from i to j, not
// of that back: one of twice as many cities, 2j where city j is entered and 2i+1
// where i is left (tsp.Symmetric), in which the edge from 2i+1 to 2j has P_ij.
func (g *Rows) Directed(source string) *Map {
	m, _ := average(context.Background(), source, 2*g.Len(), func(c int32, add func(int32, float32)) {
		if i := c / 2; c&1 == 1 {
			for k := g.start[i]; k < g.start[i+1]; k++ {
				add(2*g.city[k], 2*g.p[k]) // one end alone says so, which halves it
			}
		}
	})
	return m.within()
}

// Ways is the reverse of Directed: what m, a map of entries and exits, believes of the way from each
// of half as many cities to others. The rows are not symmetric; they are for a matrix.
func (m *Map) Ways() *Map {
	n := m.N() / 2
	out := &Map{Source: m.Source, Start: make([]int32, 1, n+1)}
	for i := range int32(n) {
		cities, p := m.Of(2*i + 1)
		for k, c := range cities {
			if c != 2*i { // the two halves of the city itself
				out.City, out.P = append(out.City, c/2), append(out.P, p[k])
			}
		}
		out.Start = append(out.Start, int32(len(out.City)))
	}
	return out
}

// within divides the entries by the mean sum of a row where one is above 1, and cuts what still is.
func (m *Map) within() *Map {
	sum, top := 0.0, float32(0)
	for _, p := range m.P {
		sum += float64(p)
		top = max(top, p)
	}
	if top > 1 {
		factor := float64(m.N()) / sum
		for k := range m.P {
			m.P[k] = float32(min(1, float64(m.P[k])*factor))
			if float64(m.P[k]) < MinEntry {
				m.P[k] = 0
			}
		}
	}
	return m
}

// FromMatrix returns the map of a matrix of n x n beliefs, row after row, cleaned as Rows does it;
// DefaultKeep entries of a row are kept. Probabilities that an edge is in a short tour may be given
// as they are: what the search does hangs on their proportions. The error tells what is no number,
// or is Rows.Check's.
func FromMatrix(n int, p []float64) (*Map, error) {
	if n < 1 || n > math.MaxInt32 || int64(len(p)) != int64(n)*int64(n) {
		return nil, fmt.Errorf("heatmap: found a matrix of %d numbers, want %d x %d", len(p), n, n)
	}
	g := NewRows(DefaultKeep)
	for i := range n {
		for j, v := range p[i*n : i*n+n] {
			if !g.Add(int32(j), v) {
				return nil, fmt.Errorf("heatmap: row %d, column %d: found %v, want a number from %v to %v", i, j, v, -MaxEntry, MaxEntry)
			}
		}
		g.End()
	}
	if err := g.Check(); err != nil {
		return nil, fmt.Errorf("heatmap: %w", err)
	}
	return g.Map("matrix"), nil
}
