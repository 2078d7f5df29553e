package mcts

import (
	"fmt"
	"strings"
)

// paperKnobs returns the defaults of the paper (arXiv 2411.09238, section 4),
// with what it leaves off at the values that "default" has.
func paperKnobs() Config {
	return Config{Alpha: 1, Beta: 10, Pool: 10, Candidates: 1000, Order: "heatmap", Depth: 10,
		Action: "draw", Breadth: "5,3,1", FirstTour: "draw", Restart: "fresh", KickSize: 50, Stretch: 50000, Whole: 150000, Explore: 0.5, Doubt: 1, Children: 30, Elite: 30}
}

// untuned returns a preset without what command tune found for it.
func untuned(name string, n int, source string) (Config, error) {
	c := paperKnobs()
	c.Preset = name
	switch name {
	case "default":
		c.Candidates, c.Depth = 7, 25
		if source == "alpha" {
			c.Candidates = 5 // hold 98.9 % of a short tour's edges; of the nearest it takes 8
		}
		c.Action, c.FirstTour, c.Restart, c.Temperature = "best", "greedy", "kick", 0.2
		c.Breadth, c.Population = "1", 400
	case "paper-default":
	case "paper", "paper-tuned":
		published(source, n).apply(&c)
	default:
		return Config{}, fmt.Errorf("unknown preset %q, want one of %s", name, strings.Join(Presets, ", "))
	}
	return c, nil
}

// authorsRow holds the knobs that the paper's authors tuned for a source and a size.
type authorsRow struct {
	source      string
	n           int
	alpha, beta float64
	pool        float64
	candidates  int
	order       string
	depth       int
}

// authors is the paper's table (arXiv 2411.09238, appendix).
var authors = []authorsRow{
	{"gtprior", 500, 0, 10, 5, 5, "heatmap", 200},
	{"gtprior", 1000, 1, 10, 5, 5, "heatmap", 200},
	{"gtprior", 10000, 0, 10, 10, 20, "distance", 200},
	{"zero", 500, 2, 10, 2, 5, "distance", 100},
	{"zero", 1000, 1, 100, 5, 5, "distance", 100},
	{"zero", 10000, 0, 100, 2, 20, "distance", 10},
	{"softdist", 500, 1, 100, 2, 500, "heatmap", 200},
	{"softdist", 1000, 0, 150, 2, 20, "heatmap", 200},
	{"softdist", 10000, 0, 10, 10, 20, "distance", 200},
}

// published returns the authors' knobs for a source and the size nearest to n,
// those for gtprior where they have none for the source.
func published(source string, n int) (best authorsRow) {
	for _, row := range authors {
		if row.source == source && (best.n == 0 || ratio(row.n, n) < ratio(best.n, n)) {
			best = row
		}
	}
	if best.n == 0 {
		return published("gtprior", n)
	}
	return best
}

func (row authorsRow) apply(c *Config) {
	c.Alpha, c.Beta, c.Pool, c.Candidates, c.Order, c.Depth = row.alpha, row.beta, row.pool, row.candidates, row.order, row.depth
}

// ratio returns how many times one of two sizes is the other, at least 1.
func ratio(a, b int) float64 { return max(float64(a)/float64(b), float64(b)/float64(a)) }
