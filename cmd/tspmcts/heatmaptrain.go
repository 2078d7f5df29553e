package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/urfave/cli/v2"

	"tspmcts/bench"
	"tspmcts/heatmap"
	"tspmcts/heatmap/learned"
	"tspmcts/mcts"
	"tspmcts/tsp"
)

func heatmapTrainCommand() *cli.Command {
	return &cli.Command{
		Name:      "train",
		Usage:     "train the model of the source learned",
		ArgsUsage: " ",
		Description: "Trains a model on the instances of --set, for --heatmap learned:model=FILE. Where an instance\n" +
			"has no tour the search makes one first, in --actions a city. Every fifth instance\n" +
			"is held out, and the model is judged by these.",
		Flags: append(placesFlags(),
			option(catInput, "set", "train on the instances of the `FILES`, with commas between them"),
			tourOption("learn from"),
			option(catSearch, "actions", "solve instances without a tour with `N` actions a city (default: 200)"),
			option(catSearch, "hidden", "give the model `H` hidden units (default: 16)"),
			option(catSearch, "iterations", "train for `N` iterations (default: 200)"),
			option(catSearch, "seed", "seed the model and the search with `S` (default: 1)"),
			option(catOutput, "out", "write the model to `FILE`")),
		Action: runHeatmapTrain,
	}
}

// example is a solved instance that was held out.
type example struct {
	item *bench.Item
	tour tsp.Tour
}

func runHeatmapTrain(c *cli.Context) error {
	out, set := c.String("out"), c.String("set")
	switch {
	case c.Args().Present():
		return usagef("heatmap train takes no arguments, found %q; name the files with --set", c.Args().First())
	case set == "":
		return usagef("heatmap train needs --set FILE, the instances to train on")
	case out == "":
		return usagef("heatmap train needs --out FILE")
	}
	seed, err := seedOption(c)
	if err != nil {
		return err
	}
	numbers, err := trainNumbers(c)
	if err != nil {
		return err
	}
	actions, hidden, iterations := numbers[0], int(numbers[1]), int(numbers[2])
	files := list(c, "set")
	if err := bench.CheckInputs(files); err != nil {
		return err
	}
	if err := probe(out); err != nil {
		return err
	}
	ctx, cancel := interruptible()
	defer cancel()
	var train, held learned.Trainer
	var examples []example // those held out
	r, err := placesReader(c, files)
	if err != nil {
		return err
	}
	count := 0
	for {
		item, err := r.Next(ctx)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if err := symmetricOnly(c, item); err != nil {
			return err
		}
		tour, err := referenceOf(c, item)
		if err == nil && tour == nil {
			tour, err = solved(ctx, item, actions, seed)
		}
		if err != nil {
			return err
		}
		to := &train
		if count++; count%5 == 0 {
			to = &held
			examples = append(examples, example{item, tour})
		}
		if err := to.Add(ctx, item.Instance, tour); err != nil {
			return stopped(err)
		}
	}
	if len(examples) == 0 {
		return fmt.Errorf("%s: found %d instances, want at least 5: every fifth is held out", set, count)
	}
	fmt.Fprintf(beside(out), "%d instances, %d pairs to train on, %d held out\n", count, train.Examples(), held.Examples())
	m, err := train.Train(ctx, hidden, iterations, seed)
	if err != nil {
		return stopped(err)
	}
	m.About = fmt.Sprintf("tspmcts heatmap train --set %s --hidden %d --iterations %d --actions %d --seed %d: %d pairs, log-loss a pair %.5f trained, %.5f held out",
		set, hidden, iterations, actions, seed, train.Examples(), train.Loss(m), held.Loss(m))
	if err := writeFile(out, func(w io.Writer) error { return learned.WriteModel(w, m) }); err != nil {
		return err
	}
	fmt.Fprintf(beside(out), "log-loss a pair: %.5f trained, %.5f held out\n", train.Loss(m), held.Loss(m))
	return judge(ctx, m, beside(out), examples)
}

// trainNumbers returns the options actions, hidden and iterations.
func trainNumbers(c *cli.Context) (numbers [3]int64, err error) {
	for k, o := range []struct {
		name       string
		preset, hi int64
	}{{"actions", 200, math.MaxInt32}, {"hidden", 16, 1000}, {"iterations", 200, 1e6}} {
		if numbers[k], err = intOption(c, o.name, o.preset, 1, o.hi); err != nil {
			return numbers, err
		}
	}
	return numbers, nil
}

// judge tells w how well the maps of two sources and of the model fit the examples. The model is the
// one in memory: --out may be a pipe, or have a name that stands for others in a spec.
func judge(ctx context.Context, m *learned.Model, w io.Writer, examples []example) error {
	var text bytes.Buffer
	if err := learned.WriteModel(&text, m); err != nil {
		return err
	}
	model := func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text.Bytes())), nil }
	for _, spec := range []string{"gtprior", "alpha", "learned:model=out"} {
		s, err := heatmap.Parse(spec)
		if err != nil {
			return err
		}
		loss, five := 0.0, 0.0
		for _, e := range examples {
			x, err := s.Build(ctx, heatmap.Request{Instance: e.item.Instance, Open: model})
			if ctx.Err() != nil {
				return errors.New("stopped before the model was judged")
			}
			if err != nil {
				return fmt.Errorf("%s: %w", e.item.Name, err)
			}
			y := x.Measure(e.tour, 5)
			loss += y.LogLoss
			five += y.Recall[4]
		}
		k := float64(len(examples))
		if _, err := fmt.Fprintf(w, "%-8s log-loss a city %.4f, recall at 5 %.4f on the instances held out\n", s.Name(), loss/k, five/k); err != nil && !errors.Is(err, errStdoutClosed) {
			return err
		}
	}
	return nil
}

// stopped tells of an interruption in words.
func stopped(err error) error {
	if errors.Is(err, context.Canceled) {
		return errors.New("stopped before the model was trained")
	}
	return err
}

// solved returns a short tour: the same for the same actions and seed.
func solved(ctx context.Context, item *bench.Item, actions int64, seed uint64) (tsp.Tour, error) {
	res, err := mcts.Solve(ctx, item.Instance, mcts.Options{Source: "alpha", Seed: seed, Workers: 1, Actions: actions * int64(item.N())})
	if err == nil && ctx.Err() == nil {
		return res.Tour, nil
	}
	if ctx.Err() != nil {
		err = errors.New("stopped before the instances were solved")
	}
	return nil, err
}
