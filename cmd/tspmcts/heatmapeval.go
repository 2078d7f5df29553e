package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/urfave/cli/v2"

	"tspmcts/bench"
	"tspmcts/heatmap"
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
		Flags: append(append(heatmapFlags("gtprior"), placesFlags()...),
			linesFlag(),
			tourOption("hold the map against"),
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

func runHeatmapEval(c *cli.Context) (err error) {
	s, seed, err := specOf(c)
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
		defer func() { err = errors.Join(err, records.close()) }()
	}
	quiet := isStdout(c.String("json"))
	var all []heatmap.Measure
	mean := judgement{Recall: make([]float64, 10), Coverage: new(float64)}
	err = eachSymmetric(c, "", func(ctx context.Context, item *bench.Item) error {
		tour, err := neededTour(c, item)
		if err != nil {
			return err
		}
		m, took, err := buildMap(ctx, s, item, seed)
		if err != nil {
			return err
		}
		x := m.Measure(tour, 10)
		j := judgement{item.Name, s.String(), x.Recall, x.LogLoss, nil, x.Entropy, x.Edges, took}
		if j.Coverage, err = bench.Coverage(ctx, item.Instance, m, tour, int(candidates)); err != nil {
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
		if records != nil {
			return stdoutMayClose(err) // there is more to write
		}
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
