package tsp

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// A tour of the places expands to a tour of all cities of the same length, and
// contracts to itself; what must not be merged is not.
func TestPlaces(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, m := range []Metric{Euc2D, Exact2D, Ceil2D, Floor2D, Man2D, Att, Euc3D, Geo} {
		n := 60
		x, y := make([]float64, n), make([]float64, n)
		var z []float64
		for i := range x {
			x[i], y[i] = float64(rng.IntN(4)), float64(rng.IntN(3))
		}
		if m.Dims() == 3 {
			z = slices.Clone(x)
		}
		in, err := NewPoints("x", m, x, y, z)
		if err != nil {
			t.Fatal(err)
		}
		d, err := NewPlaces(t.Context(), in, nil)
		if err != nil {
			t.Fatal(err)
		}
		if m == Geo {
			if d != nil {
				t.Error("cities 1 apart are merged")
			}
			continue
		}
		if d == nil || d.N() != 12 {
			t.Fatalf("%v: %+v, want 12 places", m, d)
		}
		tour := make(Tour, d.N())
		for i, u := range rng.Perm(d.N()) {
			tour[i] = int32(u)
		}
		all := Tour(d.Cities(tour))
		if err := in.Check(all); err != nil {
			t.Fatalf("%v: %v", m, err)
		}
		if in.Length(all) != d.Length(tour) || in.Value(all) != d.Value(tour) {
			t.Errorf("%v: length %d of the places, %d of the cities", m, d.Length(tour), in.Length(all))
		}
		if back := d.Contract(all); d.Length(back) != d.Length(tour) || d.Check(back) != nil {
			t.Errorf("%v: %v contracts to %v", m, tour, back)
		}
		if in.SetFixed([][2]int32{{0, 1}}); true {
			if d, _ := NewPlaces(t.Context(), in, nil); d != nil {
				t.Errorf("%v: merged in spite of a fixed edge", m)
			}
		}
	}
	for _, share := range []int{1, 3} { // cities a place
		x, y := make([]float64, 60), make([]float64, 60)
		for i := range x {
			x[i] = float64(i / share)
		}
		in, err := NewPoints("x", Euc2D, x, y, nil)
		if err != nil {
			t.Fatal(err)
		}
		along := make(Tour, 60)
		for i, c := range rng.Perm(60) {
			along[i] = int32(c)
		}
		p, err := NewPlaces(t.Context(), in, along)
		if err != nil || p.N() != 60/share {
			t.Fatalf("%v places of 60 cities, %d each: %v", p, share, err)
		}
		if numbers := p.Contract(along); !slices.IsSorted(numbers) || p.Check(numbers) != nil {
			t.Errorf("along the tour places are %v", numbers)
		}
		of := make([]uint16, p.N())
		for u := range of {
			of[u] = uint16(p.X[u])
		}
		for c, x := range p.Spread(of) {
			if x != uint16(in.X[c]) {
				t.Errorf("city %d at %v has what is of %d", c, in.X[c], x)
			}
		}
		if all := Tour(p.Cities(p.Contract(along))); in.Check(all) != nil || share == 1 && !slices.Equal(all, along) {
			t.Errorf("%v becomes %v", along, all)
		}
	}
	in, _ := NewPoints("x", Euc2D, []float64{0, .4, .4, .8, .8, 0}, make([]float64, 6), nil)
	if d, _ := NewPlaces(t.Context(), in, nil); d == nil || d.Metrical() {
		t.Errorf("0, 0.4 and 0.8 on a line obey the triangle inequality, rounded")
	}
	in, _ = NewPoints("x", Euc2D, []float64{0, 0, 1, 2, 3, 4, 5, 6, 7, 8}, make([]float64, 10), nil)
	if d, _ := NewPlaces(t.Context(), in, nil); d == nil || d.N() != 9 {
		t.Error("ten cities in nine places are not merged")
	}
	in, _ = NewPoints("x", Euc2D, []float64{0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, make([]float64, 11), nil)
	if d, _ := NewPlaces(t.Context(), in, nil); d != nil {
		t.Error("merged for one city")
	}
}

// Where more than a tour is wanted, places are the cities, numbered along the tour: any order of them is as
// long, and fits as well, as that of the cities.
func TestPlacesAlong(t *testing.T) {
	const n = 40
	rng := rand.New(rand.NewPCG(5, 6))
	perm := func() Tour {
		tour := make(Tour, n)
		for i, c := range rng.Perm(n) {
			tour[i] = int32(c)
		}
		return tour
	}
	for _, ends := range []*Ends{nil, {-1, -1}, {4, -1}, {-1, 9}, {4, 9}} {
		for k := range 4 {
			x, y := make([]float64, n), make([]float64, n)
			for i := range x {
				x[i], y[i] = float64(rng.IntN(6)), float64(rng.IntN(4)) // some share a place
			}
			in, err := NewPoints("x", Euc2D, x, y, nil)
			if err != nil {
				t.Fatal(err)
			}
			fits := perm() // begins and ends where it is to, and has the fixed edges
			if ends != nil {
				swap := func(at int, c int32) {
					k := slices.Index(fits, c)
					fits[at], fits[k] = fits[k], fits[at]
				}
				if ends.Start >= 0 {
					swap(0, ends.Start)
				}
				if ends.End >= 0 {
					swap(n-1, ends.End)
				}
			}
			if k&1 > 0 {
				if err := in.SetFixed([][2]int32{{fits[3], fits[4]}, {fits[4], fits[5]}, {fits[21], fits[20]}}); err != nil {
					t.Fatal(err)
				}
			}
			if k&2 > 0 {
				if err := in.Forbid([][2]int32{{fits[7], fits[9]}, {fits[0], fits[12]}}); err != nil {
					t.Fatal(err)
				}
			}
			if ends != nil {
				if err := in.SetEnds(ends.Start, ends.End); err != nil {
					t.Fatal(err)
				}
			}
			if ends == nil && k == 0 {
				continue // TestPlaces
			}
			if d, err := NewPlaces(t.Context(), in, nil); d != nil || err != nil {
				t.Errorf("%v, %d: numbered along nothing: %v", ends, k, err)
			}
			along := perm()
			d, err := NewPlaces(t.Context(), in, along)
			if err != nil || d == nil || d.N() != n {
				t.Fatalf("%v, %d: %+v, %v, want %d places", ends, k, d, err, n)
			}
			if (d.Ends == nil) != (ends == nil) || len(d.Fixed) != len(in.Fixed) || d.Forbids() != in.Forbids() {
				t.Fatalf("%v, %d: ends %v, fixed %v", ends, k, d.Ends, d.Fixed)
			}
			if err := d.Check(d.Contract(fits)); err != nil || d.Keeps(d.Contract(fits)) != nil {
				t.Errorf("%v, %d: what fits is refused: %v, %v", ends, k, err, d.Keeps(d.Contract(fits)))
			}
			if first := d.Contract(along)[:3]; !slices.Equal(first, Tour{0, 1, 2}) {
				t.Errorf("%v, %d: the first along the tour are %v", ends, k, first)
			}
			for range 50 {
				tour := perm()
				all := Tour(d.Cities(tour))
				if in.Length(all) != d.Length(tour) || (in.Check(all) == nil) != (d.Check(tour) == nil) || (in.Keeps(all) == nil) != (d.Keeps(tour) == nil) {
					t.Fatalf("%v, %d: lengths %d and %d, checks %v and %v, %v and %v", ends, k, in.Length(all), d.Length(tour), in.Check(all), d.Check(tour), in.Keeps(all), d.Keeps(tour))
				}
				if !slices.Equal(d.Contract(all), tour) {
					t.Fatalf("%v, %d: %v is not what it was contracted to", ends, k, tour)
				}
			}
		}
	}
}
