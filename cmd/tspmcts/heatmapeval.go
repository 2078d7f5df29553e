package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"tspmcts/bench"
	"tspmcts/heatmap"
	"tspmcts/mcts"
	"tspmcts/tsp"
)

func heatmapEvalCommand() *cli.Command {
	return &cli.Command{
		Name:      "eval",
		Usage:     "hold heatmaps against reference tours",
		ArgsUsage: "FILE...",
		Description: "Tells how well the map of each instance foresees its reference tour:\n" +
			"  recall    share of the tour's edges, seen from each end, to the city's 1, 2, ... 10 most probable\n" +
			"  log_loss  of the map's probabilities of all pairs, nats a city, the map scaled to n edges in all\n" +
			"  coverage  length of the reference over the best tour found among the --candidates most probable\n" +
			"            of each city: 1 where they hold a tour as short, 0 where no tour was found; null where\n" +
			"            nobody looked: for more than 5000 cities, if they lack edges of the reference\n" +
			"  entropy   of a city's row, nats\n" +
			"  edges     pairs of cities with a probability\n" +
			"  seconds   to make the map\n" +
			"Without --json it ends with the means and a calibration table.\n" + sourceHelp(),
		Flags: append(heatmapFlags(),
			option(catInput, "lines", "take the instances `A:B`, A to B-1 of a data set file, from 0"),
			tourOption(),
			option(catSearch, "seed", "seed quick tours with `S` (default: 1)"),
			option(catSearch, "candidates", "look for a tour among the `K` most probable of each city, 0 for no look (default: 5)"),
			option(catOutput, "json", "write one JSON object an instance and line to `FILE`; - is stdout, then with nothing else there")),
		Action: runHeatmapEval,
	}
}

// judgement is what heatmap eval --json tells of a map.
type judgement struct {
	Instance string    `json:"instance"`
	Heatmap  string    `json:"heatmap"`
	Recall   []float64 `json:"recall"`
	LogLoss  float64   `json:"log_loss"`
	Coverage *float64  `json:"coverage"`
	Entropy  float64   `json:"entropy"`
	Edges    int       `json:"edges"`
	Seconds  float64   `json:"seconds"`
}

func runHeatmapEval(c *cli.Context) error {
	s, err := specOf(c)
	if err != nil {
		return err
	}
	seed, err := seedOption(c)
	if err != nil {
		return err
	}
	candidates, err := intOption(c, "candidates", 5, 0, 1000)
	if err != nil {
		return err
	}
	var records *jsonLines
	if file := c.String("json"); file != "" {
		if records, err = createJSONLines(file); err != nil {
			return err
		}
		defer records.close()
	}
	quiet := c.String("json") == "-"
	var all []heatmap.Measure
	mean := judgement{Recall: make([]float64, 10), Coverage: new(float64)}
	err = eachInstance(c, "", func(ctx context.Context, item *bench.Item) error {
		tour, err := referenceOf(c, item)
		if err != nil {
			return err
		}
		if tour == nil {
			return usagef("%s has no tour in its file; give one: --tour FILE", item.Name)
		}
		m, took, err := buildMap(ctx, s, item, seed)
		if err != nil {
			return err
		}
		x := m.Measure(tour, 10)
		j := judgement{item.Name, s.String(), x.Recall, x.LogLoss, nil, x.Entropy, x.Edges, took}
		if j.Coverage, err = coverage(ctx, item.Instance, m, tour, int(candidates)); err != nil {
			return err
		}
		all = append(all, x)
		mean.add(&j)
		if records != nil {
			if err := records.write(j); err != nil {
				return err
			}
		}
		if quiet {
			return nil
		}
		_, err = fmt.Fprintf(stdout{}, "%-16s %8d cities   %s\n", item.Name, item.N(), j.text())
		return err
	})
	if err != nil || quiet || len(all) == 0 {
		return err
	}
	mean.divide(float64(len(all)))
	var b strings.Builder
	fmt.Fprintf(&b, "%-16s %8d instances %s\n\nprobability    pairs   foretold   observed\n", "mean", len(all), mean.text())
	for k := range 10 {
		var bin heatmap.Bin
		for _, x := range all {
			y := x.Calibration[k]
			bin.Pairs += y.Pairs
			bin.Predicted += y.Predicted * float64(y.Pairs)
			bin.Observed += y.Observed * float64(y.Pairs)
		}
		if bin.Pairs > 0 {
			fmt.Fprintf(&b, "%.1f to %.1f %10d %10.4f %10.4f\n", float64(k)/10, float64(k+1)/10, bin.Pairs, bin.Predicted/float64(bin.Pairs), bin.Observed/float64(bin.Pairs))
		}
	}
	_, err = fmt.Fprint(stdout{}, b.String())
	return err
}

func (j *judgement) add(x *judgement) {
	for k, r := range x.Recall {
		j.Recall[k] += r
	}
	j.LogLoss += x.LogLoss
	j.Entropy += x.Entropy
	j.Edges += x.Edges
	j.Seconds += x.Seconds
	if x.Coverage == nil {
		j.Coverage = nil
	} else if j.Coverage != nil {
		*j.Coverage += *x.Coverage
	}
}

func (j *judgement) divide(n float64) {
	for k := range j.Recall {
		j.Recall[k] /= n
	}
	j.LogLoss /= n
	j.Entropy /= n
	j.Edges = int(math.Round(float64(j.Edges) / n))
	j.Seconds /= n
	if j.Coverage != nil {
		*j.Coverage /= n
	}
}

func (j *judgement) text() string {
	covered := "-"
	if j.Coverage != nil {
		covered = fmt.Sprintf("%.5f", *j.Coverage)
	}
	return fmt.Sprintf("recall at 1 %.4f, 5 %.4f, 10 %.4f   log-loss %.4f   coverage %s   entropy %.3f   %d edges   %.3f s",
		j.Recall[0], j.Recall[4], j.Recall[9], j.LogLoss, covered, j.Entropy, j.Edges, j.Seconds)
}

// largestCovered is the number of cities up to which coverage searches for a
// tour: it takes a matrix.
const largestCovered = 5000

// coverage returns the length of the tour over that of the best tour that was
// found in the graph of each city's k most probable. Where the graph has all of the tour's
// edges that is 1 without a search; otherwise a search runs on a matrix in which all
// other edges are longer than any tour, from the given tour on, for 100 actions a city. k = 0 looks for none: nil.
func coverage(ctx context.Context, in *tsp.Instance, m *heatmap.Map, tour tsp.Tour, k int) (*float64, error) {
	n := in.N()
	if k == 0 {
		return nil, nil
	}
	graph := make([]map[int32]bool, n)
	for i := range graph {
		graph[i] = map[int32]bool{}
	}
	for i := range int32(n) {
		cities, _ := m.Of(i)
		for _, j := range cities[:min(k, len(cities))] {
			graph[i][j], graph[j][i] = true, true
		}
	}
	share := 1.0
	missing := 0
	longest := int64(1)
	for at, i := range tour {
		j := tour[(at+1)%n]
		if i != j && !graph[i][j] && !in.IsFixed(i, j) {
			missing++
		}
	}
	if missing == 0 || n <= 3 {
		return &share, nil
	}
	for i := range int32(n) {
		if len(graph[i]) < 2 { // no tour passes here
			share = 0
			return &share, nil
		}
		for j := range graph[i] {
			longest = max(longest, int64(in.Dist(i, j)))
		}
	}
	if n > largestCovered {
		return nil, nil
	}
	// An edge outside must cost more than a whole tour inside can save: in units
	// coarse enough that a tour stays below MaxDist/2.
	shift := 0
	for longest>>shift > tsp.MaxDist/4/int64(n) && shift < 30 {
		shift++
	}
	outside := int32(tsp.MaxDist - 1)
	w := make([]int32, n*n)
	for i := range w {
		w[i] = outside
	}
	for i := range int32(n) {
		w[int(i)*n+int(i)] = 0
		for j := range graph[i] {
			w[int(i)*n+int(j)] = in.Dist(i, j) >> shift
		}
		if a, b := in.FixedPartners(i); a >= 0 {
			w[int(i)*n+int(a)] = in.Dist(i, a) >> shift
			if b >= 0 {
				w[int(i)*n+int(b)] = in.Dist(i, b) >> shift
			}
		}
	}
	inside, err := tsp.NewMatrix(in.Name, n, w)
	if err != nil {
		return nil, err
	}
	if err := inside.SetFixed(slices.Clone(in.Fixed)); err != nil {
		return nil, err
	}
	res, err := mcts.Solve(ctx, inside, mcts.Options{Heatmap: m, Seed: 1, Workers: 1, Actions: int64(100 * n), Initial: []tsp.Tour{tour},
		Configure: func(n int, source string) (mcts.Config, error) {
			cfg, err := mcts.Preset("default", n, "gtprior")
			cfg.Candidates, cfg.Order = max(10, k), "distance"
			return cfg, err
		}})
	if err != nil {
		return nil, err
	}
	if res.Length >= int64(outside) {
		share = 0
	} else {
		share = in.Value(tour) / in.Value(res.Tour)
	}
	return &share, nil
}
