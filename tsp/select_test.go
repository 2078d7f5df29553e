package tsp

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestSelect compares Select with sorting: many equal keys, any pivot of the part.
func TestSelect(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	key := func(x int) float64 { return float64(x / 3) }
	for n := 1; n < 60; n++ {
		s := make([]int, n)
		for i := range s {
			s[i] = r.IntN(1 + r.IntN(3*n))
		}
		want := slices.Clone(s)
		slices.Sort(want)
		for k := range n {
			for name, pivot := range map[string]func([]int) float64{"median": MedianOfThree(key),
				"drawn": func(part []int) float64 { return key(part[r.IntN(len(part))]) }} {
				got := slices.Clone(s)
				Select(got, k, key, pivot)
				if at := key(got[k]); at != key(want[k]) ||
					slices.ContainsFunc(got[:k], func(x int) bool { return key(x) > at }) || slices.ContainsFunc(got[k:], func(x int) bool { return key(x) < at }) {
					t.Fatalf("%s of %v: %v with %d at its place", name, s, got, k)
				}
				slices.Sort(got)
				if !slices.Equal(got, want) {
					t.Fatalf("%s of %v loses elements: %v", name, s, got)
				}
			}
		}
	}
}
