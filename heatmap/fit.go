package heatmap

import (
	"fmt"
	"io"

	"gonum.org/v1/gonum/mathext"

	"tspmcts/tsp"
)

// RankCounts counts the ranks at which tours leave their cities.
type RankCounts struct {
	Counts []int64 // edges, seen from either end, to the (r+1)-th candidate
	Ends   int64   // all ends of edges; those beyond the lists are in no count
}

// Add counts a tour. list returns city i's candidates, the first rank first.
func (c *RankCounts) Add(tour tsp.Tour, list func(i int32) []int32) {
	n := len(tour)
	if n < 3 {
		return
	}
	for k, i := range tour {
		for _, j := range [2]int32{tour[(k+n-1)%n], tour[(k+1)%n]} {
			c.Ends++
			for r, other := range list(i) {
				if other == j {
					for len(c.Counts) <= r {
						c.Counts = append(c.Counts, 0)
					}
					c.Counts[r]++
					break
				}
			}
		}
	}
}

// Ranks returns the shares of the ranks.
func (c *RankCounts) Ranks() Ranks {
	ranks := make(Ranks, len(c.Counts))
	for r, k := range c.Counts {
		ranks[r] = float64(k) / float64(c.Ends)
	}
	return ranks
}

// ChiSquare is the outcome of Pearson's test of counts against a table.
type ChiSquare struct {
	Statistic float64
	Degrees   int
	P         float64 // of a statistic as large, were the table the truth
}

// Test holds the counts against a table, which itself was counted from the given
// number of ends, 0 for so many that it has no error of its own: the variance of a count is
// then its expectation times 1 + Ends/counted. Ranks that expect fewer than five ends
// are pooled with what comes after them, and so is what the table leaves over.
//
// The ends are not independent, as the test has it: a city has one edge at most to each
// rank, which makes counts vary less than independent ones, and near cities are alike.
func (c *RankCounts) Test(table Ranks, counted int64) ChiSquare {
	var t ChiSquare
	spread := 1.0
	if counted > 0 {
		spread += float64(c.Ends) / float64(counted)
	}
	bins := 0
	ends, share := c.Ends, 1.0
	bin := func(count int64, expect float64) {
		if expect > 0 {
			d := float64(count) - expect
			t.Statistic += d * d / (expect * spread)
			bins++
		}
	}
	for r, p := range table {
		expect := p * float64(c.Ends)
		if expect < 5 || share-p < 5/float64(c.Ends) {
			break
		}
		var count int64
		if r < len(c.Counts) {
			count = c.Counts[r]
		}
		bin(count, expect)
		ends -= count
		share -= p
	}
	bin(ends, share*float64(c.Ends))
	t.Degrees = max(bins-1, 0) // without counts there are no bins
	t.P = 1
	if t.Degrees > 0 && t.Statistic > 0 {
		t.P = mathext.GammaIncRegComp(float64(t.Degrees)/2, t.Statistic/2) // the upper tail of chi-square
	}
	return t
}

// WriteRanks writes a table as ReadRanks reads it, with a comment of one line above it.
func WriteRanks(w io.Writer, ranks Ranks, comment string) error {
	if _, err := fmt.Fprintf(w, "# %s\n", comment); err != nil {
		return err
	}
	for _, p := range ranks {
		if _, err := fmt.Fprintf(w, "%.6g\n", p); err != nil {
			return err
		}
	}
	return nil
}
