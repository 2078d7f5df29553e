package eax

import (
	"flag"
	"math/rand/v2"
	"testing"

	"tspmcts/tsp/tsptest"
)

// million is how many children TestRecombinationsExact makes on each of its instances;
// -million 90000 makes them a million and more in all. With the tag invariants every
// child is measured anew.
var million = flag.Int("million", 300, "children on each instance")

// TestRecombinationsExact pins that after any number of recombinations the
// gains add up to what the tours lost, and the tours are tours.
func TestRecombinationsExact(t *testing.T) {
	for k, in := range tsptest.Motley() {
		nb := nearest(in)
		random := rand.NewPCG(uint64(k), 1)
		for round, children := uint64(0), int64(0); children < int64(*million); round++ {
			p := tsptest.Must(NewPopulation(in, nb, starts(in, nb, 30, round), DefaultConfig(in.N()), 1))
			p.Run(random, nil)
			if children += p.Children; p.Children == 0 {
				children += 30 // all tours alike: nothing to recombine
			}
			audit(t, p)
		}
	}
}
