package heatmap

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// Measure against sums over all pairs.
func TestMeasureAgainstAllPairs(t *testing.T) {
	for _, n := range []int{3, 4, 12, 40} {
		in, nb := tsptest.Places(n, 8, false)
		tour := make(tsp.Tour, n)
		for i, j := range rand.New(rand.NewPCG(1, uint64(n))).Perm(n) {
			tour[i] = int32(j)
		}
		next := func(i, j int32) bool {
			for at, city := range tour {
				other := tour[(at+1)%n]
				if city == i && other == j || city == j && other == i {
					return true
				}
			}
			return false
		}
		for _, m := range []*Map{Zero(n), tsptest.Must(GTPrior(context.Background(), in, nb, PublishedRanks(n))), tsptest.Must(SoftDist(context.Background(), in, nb, 0.05, 8)), FromTours(n, []tsp.Tour{tour})} {
			x := m.Measure(tour, 10)
			sum := 0.0
			for _, p := range m.P {
				sum += float64(p)
			}
			row := make([]float32, n)
			loss, edges, held := 0.0, 0, 0
			hits := make([]int, 11)
			for i := range int32(n) {
				m.Spread(row, i)
				for j := range i {
					q := 0.0
					if sum > 0 {
						q = float64(row[j]) * 2 * float64(n) / sum
					}
					if q > 0 {
						edges++
					}
					q = max(Floor, min(1-Floor, q))
					if next(i, j) {
						loss -= math.Log(q)
						if row[j] > 0 {
							held++
						}
					} else {
						loss -= math.Log(1 - q)
					}
				}
				cities, _ := m.Of(i)
				for r, j := range cities {
					if next(i, j) {
						for k := r + 1; k <= 10; k++ {
							hits[k]++
						}
					}
				}
			}
			if math.Abs(x.LogLoss-loss/float64(n)) > 1e-9 || x.Edges != edges || x.Held != held {
				t.Errorf("n=%d %s: log-loss %g, %d edges, %d held; want %g, %d, %d", n, m.Source, x.LogLoss, x.Edges, x.Held, loss/float64(n), edges, held)
			}
			for k := 1; k <= 10; k++ {
				if want := float64(hits[k]) / float64(2*n); x.Recall[k-1] != want {
					t.Errorf("n=%d %s: recall at %d is %g, want %g", n, m.Source, k, x.Recall[k-1], want)
				}
			}
		}
	}
}

// The tour of one city has no edges, so that none is missed.
func TestMeasureOfOne(t *testing.T) {
	x := Zero(1).Measure(tsp.Tour{0}, 3)
	if !slices.Equal(x.Recall, []float64{1, 1, 1}) || x.LogLoss != 0 || x.Entropy != 0 {
		t.Errorf("%+v", x)
	}
}

// A fitted table is the prior's own, and the test finds it so and another not.
func TestFit(t *testing.T) {
	var c RankCounts
	r := rand.New(rand.NewPCG(3, 4))
	table := Ranks{.5, .3, .15, .05}
	// Tours cannot be drawn from a table; the test is of counts.
	c.Counts = make([]int64, 4)
	for range 40000 {
		u, k := r.Float64(), 0
		for u > table[k] && k < 3 {
			u -= table[k]
			k++
		}
		c.Counts[k]++
		c.Ends++
	}
	if x := c.Test(table, 0); x.P < 0.01 || x.Degrees != 3 {
		t.Errorf("the true table: %+v", x)
	}
	if x := c.Test(Ranks{.52, .28, .15, .05}, 1e9); x.P > 1e-6 {
		t.Errorf("a wrong table: %+v", x)
	}
	if x, y := c.Test(Ranks{.49, .31, .15, .05}, 0), c.Test(Ranks{.49, .31, .15, .05}, c.Ends); math.Abs(x.Statistic-2*y.Statistic) > 1e-9 {
		t.Errorf("a table of as many ends: %+v and %+v", x, y)
	}
	if x := c.Test(Ranks{1}, 0); x.Degrees != 0 || x.P != 1 {
		t.Errorf("a table that says nothing: %+v", x)
	}
	if x := new(RankCounts).Test(Ranks{.5, .3}, 0); x != (ChiSquare{P: 1}) {
		t.Errorf("no counts: %+v", x)
	}
	var b bytes.Buffer
	if err := WriteRanks(&b, c.Ranks(), "test"); err != nil {
		t.Fatal(err)
	}
	back, err := ReadRanks(&b, "b")
	if err != nil || len(back) != 4 || math.Abs(back[0]-c.Ranks()[0]) > 1e-6 {
		t.Errorf("written and read: %v, %v", back, err)
	}
	// Counting: in a square each city's two nearest are its tour.
	c = RankCounts{}
	lists := [][]int32{{1, 3, 2}, {0, 2, 3}, {1, 3, 0}, {2, 0, 1}}
	c.Add(tsp.Tour{0, 1, 2, 3}, func(i int32) []int32 { return lists[i] })
	if c.Ends != 8 || len(c.Counts) != 2 || c.Counts[0] != 4 || c.Counts[1] != 4 {
		t.Errorf("a square: %+v", c)
	}
}
