package heatmap

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// Check tells each fault that a map can have, and New and FromMatrix refuse what would make one.
func TestCheck(t *testing.T) {
	good := func() *Map {
		return &Map{Source: "s", Start: []int32{0, 1, 3, 4}, City: []int32{1, 0, 2, 1}, P: []float32{.5, .5, .25, .25}}
	}
	if err := good().Check(); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(m *Map){
		"4 starts for 3 entries":               func(m *Map) { m.City = m.City[:3] },
		"0 starts":                             func(m *Map) { m.Start = nil },
		"city 1 ends before it begins":         func(m *Map) { m.Start[1], m.Start[2] = 3, 1 },
		"city 0 has an entry for 0":            func(m *Map) { m.City[0] = 0 },
		"city 0 has an entry for 3":            func(m *Map) { m.City[0] = 3 },
		"city 1 has two entries for 0":         func(m *Map) { m.City[2] = 0 },
		"the edge 0-1 has the probability 2":   func(m *Map) { m.P[0] = 2 },
		"the edge 0-1 has the probability NaN": func(m *Map) { m.P[0] = float32(math.NaN()) },
		"city 1 does not descend":              func(m *Map) { m.P[1] = .125 },
		"1-0 has the probability 0.5, but not": func(m *Map) { m.P[0] = .75 },
		"0.5, but not the other way":           func(m *Map) { m.City[0] = 2 },
	} {
		m := good()
		spoil(m)
		if err := m.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	for want, entry := range map[string]struct {
		j int32
		p float32
	}{"entry for 3": {3, .5}, "entry for -1": {-1, .5}, "entry for 0": {0, .5}, "probability 1.5": {1, 1.5}, "probability NaN": {1, float32(math.NaN())}} {
		_, err := New("s", 3, func(i int32, add func(int32, float32)) {
			if i == 0 {
				add(entry.j, entry.p)
			}
		})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := New("s", 0, nil); err == nil {
		t.Error("a map of no city")
	}
	for _, p := range [][]float64{nil, {0, 1, 1}, {0, math.NaN(), 1, 0}, {0, math.Inf(1), 1, 0}, {0, 1e31, 1, 0}, {0, -1, -2, 0}} {
		if m, err := FromMatrix(2, p); err == nil {
			t.Errorf("%v is the map %v", p, m)
		}
	}
	for _, n := range []int{1 << 16, 1 << 30, math.MaxInt/2 + 1} { // whose squares are 0 in 32 or 64 bits
		if _, err := FromMatrix(n, nil); err == nil {
			t.Errorf("no numbers are a map of %d cities", n)
		}
	}
	if m, err := FromMatrix(2, []float64{7, 3, -1, math.NaN()}); err != nil || m.Check() != nil || fmt.Sprint(m.P) != "[1 1]" {
		t.Errorf("%v, %v", m, err)
	}
}

// What is far below 0 is refused like what is far above.
func TestAddRefuses(t *testing.T) {
	for p, want := range map[float64]bool{1e30: true, -1e30: true, 2e30: false, -2e30: false, math.Inf(1): false, math.Inf(-1): false, math.NaN(): false} {
		if got := NewRows(2).Add(1, p); got != want {
			t.Errorf("%v is taken: %v, want %v", p, got, want)
		}
	}
}

// Of equal entries a row keeps the first, and what dividing makes too small is 0.
func TestRows(t *testing.T) {
	g := NewRows(2)
	for i := range int32(4) {
		for j := range int32(3) {
			if i == 3 {
				g.Add(j, .5)
			}
		}
		g.End()
	}
	if cities, p := g.Map("s").Of(3); fmt.Sprint(cities, p) != "[0 1] [0.25 0.25]" {
		t.Errorf("kept are %v with %v", cities, p)
	}
	m := tsptest.Must(FromMatrix(3, []float64{0, 1e30, 1e-10, 1e30, 0, 0, 1e-10, 0, 0}))
	if fmt.Sprint(m.P) != "[1 0 1 0]" {
		t.Errorf("probabilities %v", m.P)
	}
}

// The ways between cities are the edges from exits to entries, without those of a city to itself.
func TestWays(t *testing.T) {
	p := map[[2]int32]float32{{0, 1}: .5, {0, 3}: .75, {1, 2}: .25, {2, 3}: .125}
	m := tsptest.Must(New("s", 4, func(i int32, add func(int32, float32)) {
		for e, x := range p {
			switch i {
			case e[0]:
				add(e[1], x)
			case e[1]:
				add(e[0], x)
			}
		}
	}))
	if w := m.Ways(); fmt.Sprint(w.Start, w.City, w.P) != "[0 1 2] [1 0] [0.25 0.75]" {
		t.Errorf("ways to %v with %v, from %v on", w.City, w.P, w.Start)
	}
}

// A name that is taken, or that specs could not hold, is not registered.
func TestRegister(t *testing.T) {
	build := func() Kind { return Kind{Name: "x", Build: Kinds[0].Build} }
	for _, spoil := range []func(k *Kind){
		func(k *Kind) { k.Name = "zero" }, func(k *Kind) { k.Name = "" }, func(k *Kind) { k.Name = "a:b" }, func(k *Kind) { k.Build = nil },
	} {
		k := build()
		spoil(&k)
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q was registered", k.Name)
				}
			}()
			Register(k)
		}()
	}
}

// TestSymmetricAlike pins that a map does not depend on how many cores make it.
func TestSymmetricAlike(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 40000, 4)
	nb := tsptest.Must(tsp.NearestNeighbors(t.Context(), in, 7))
	build := func(workers int) *Map {
		return tsptest.Must(KNN(tsp.WithWorkers(t.Context(), workers), in, nb, 7))
	}
	one, many := build(1), build(7)
	if err := many.Check(); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(one.Start, many.Start) || !slices.Equal(one.City, many.City) || !slices.Equal(one.P, many.P) {
		t.Error("another map by seven cores")
	}
}

// Entries that are more than offsets count are an error, where a row began before 0.
func TestTooManyEntries(t *testing.T) {
	for _, more := range []int32{0, 1} {
		start, end := []int32{0, 1 << 30, more}, make([]int32, 2)
		if err := offsets(start, []int32{1<<30 - 1, 0}, end); (err != nil) != (more > 0) || start[1] < 0 {
			t.Errorf("2^31-1 and %d entries: %v, %v", more, start, err)
		}
	}
}
