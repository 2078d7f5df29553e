package mcts

import (
	"fmt"
	"strings"
	"time"
)

// Presets lists the names that Preset takes.
var Presets = []string{"default", "paper", "paper-default"}

// paperTuned holds the knobs that the paper's authors tuned (arXiv 2411.09238,
// appendix), by heatmap source and size: alpha, beta, H, candidates, ranked by
// heatmap (1) or distance (0), K.
var paperTuned = map[string][]struct {
	n     int
	knobs [6]float64
}{
	"gtprior":  {{500, [6]float64{0, 10, 5, 5, 1, 200}}, {1000, [6]float64{1, 10, 5, 5, 1, 200}}, {10000, [6]float64{0, 10, 10, 20, 0, 200}}},
	"zero":     {{500, [6]float64{2, 10, 2, 5, 0, 100}}, {1000, [6]float64{1, 100, 5, 5, 0, 100}}, {10000, [6]float64{0, 100, 2, 20, 0, 10}}},
	"softdist": {{500, [6]float64{1, 100, 2, 500, 1, 200}}, {1000, [6]float64{0, 150, 2, 20, 1, 200}}, {10000, [6]float64{0, 10, 10, 20, 0, 200}}},
}

// Preset returns the knobs of that name for an instance of n cities and a
// heatmap of the given source. "paper" is the paper's search with the knobs
// that its authors tuned for the source and the nearest size (those of gtprior
// for sources that they do not have); "paper-default" the same search with
// their defaults.
func Preset(name string, n int, source string) (Config, error) {
	c := Config{Preset: name, Alpha: 1, Beta: 10, Pool: 10, Candidates: 1000, Order: "heatmap", Depth: 10,
		Action: "draw", Breadth: "5,3,1", FirstTour: "draw", Restart: "fresh", KickSize: 50, Stretch: 50000, ShakeSize: 100, Polish: 0.05, PolishSize: 30, Children: 30, Elite: 30}
	switch name {
	case "default":
		c.Candidates, c.Depth = 7, 25
		if source == "alpha" {
			c.Candidates = 5 // hold 98.9 % of a short tour's edges; of the nearest it takes 8
		}
		c.Action, c.FirstTour, c.Restart, c.Temperature = "best", "greedy", "kick", 0.2
		c.Breadth, c.Population = "3,1", 400
		c.Polish = min(0.05, float64(n)/200000)
		c.Children = min(1000, max(30, n/100))
	case "paper-default":
	case "paper":
		rows, ok := paperTuned[source]
		if !ok {
			rows = paperTuned["gtprior"]
		}
		best := rows[0]
		for _, row := range rows[1:] {
			if ratio(row.n, n) < ratio(best.n, n) {
				best = row
			}
		}
		k := best.knobs
		c.Alpha, c.Beta, c.Pool, c.Candidates, c.Depth = k[0], k[1], k[2], int(k[3]), int(k[5])
		if k[4] == 0 {
			c.Order = "distance"
		}
	default:
		return Config{}, fmt.Errorf("unknown preset %q, want one of %s", name, strings.Join(Presets, ", "))
	}
	return c, nil
}

// DefaultHeatmap names the heatmap source that suits a preset best: alpha for
// "default", where the time allows (0: no limit), otherwise gtprior. The
// ascent takes about 12 microseconds a city; with less than ten times as much
// for everything, seven nearest neighbours measured better.
func DefaultHeatmap(preset string, n int, limit time.Duration) string {
	if preset == "default" && (limit == 0 || limit >= time.Duration(n)*150*time.Microsecond) {
		return "alpha"
	}
	return "gtprior"
}

// ratio returns how many times one of two sizes is the other, at least 1.
func ratio(a, b int) float64 { return max(float64(a)/float64(b), float64(b)/float64(a)) }
