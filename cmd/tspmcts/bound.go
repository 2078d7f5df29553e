package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/urfave/cli/v2"

	"tspmcts/bench"
	"tspmcts/mcts"
)

func boundCommand() *cli.Command {
	return &cli.Command{
		Name:      "bound",
		Usage:     "prove a lower bound on the length of every tour",
		ArgsUsage: "FILE...",
		Description: "Prints the Held-Karp bound, raised by comb inequalities and priced against all edges (of asymmetric\n" +
			"distances that of the assignment, where it is better): a\n" +
			"certificate for tours of instances whose optimum is unknown. It ends where more time\n" +
			"brings little; with --time, when the bound has converged, and says whether it has.",
		Flags: append([]cli.Flag{
			option(catSearch, "time", "ascend for `T` an instance at most: 10s, 1m30s, or 0.1n for 0.1 s a city"),
			linesFlag(),
			option(catInput, "optimum", "tell the gap below the optimal `LENGTH`"),
			option(catInput, "best", "tell gaps below the best known lengths in the CSV `FILE`: instance,best"),
		}, append(wantedFlags("bound"), placesFlags()...)...),
		Action: runBound,
	}
}

func runBound(c *cli.Context) error {
	args := c.Args().Slice()
	if len(args) == 0 {
		return usagef("bound takes FILE, a problem; - is stdin")
	}
	limit, err := spanOption(c, "time")
	if err != nil {
		return err
	}
	r, err := instancesOf(c, args)
	if err != nil {
		return err
	}
	ctx, cancel := interruptible()
	defer cancel()
	if r.known.Single > 0 {
		several, err := r.Several(ctx)
		if err != nil {
			return err
		}
		if several {
			return usagef("--optimum is for one instance, but there are several; give --best FILE instead")
		}
	}
	for found := 0; ; found++ {
		item, err := r.next(ctx)
		if err == io.EOF || err == bench.ErrInterrupted && found > 0 {
			return nil
		}
		if err != nil {
			return err
		}
		if err := bench.MakingBound.Check(item.Instance); err != nil {
			return fmt.Errorf("%s: %w", item.Name, err)
		}
		start := time.Now()
		b, converged, err := mcts.LowerBound(ctx, item.Instance, limit.Of(item.N()))
		switch {
		case b == nil && ctx.Err() != nil:
			err = errors.New("stopped before a bound was found")
		case b == nil && err == nil:
			err = errors.New("no bound in the time; give more --time")
		}
		if err != nil {
			return fmt.Errorf("%s: %w", item.Name, err)
		}
		below := "-"
		if optimum := r.known.Of(item, warn); optimum > 0 {
			below = fmt.Sprintf("%.3f %%", 100*(1-b.Value()/optimum))
			if beaten(bench.GapOf(optimum, b.Value())) {
				warnBeaten(item.Name, fmt.Sprintf("no tour is shorter than the bound, %s, and so none has", bench.LengthShort(item.Instance, b.Value())), optimum)
			}
		}
		state := "converged"
		switch {
		case !converged:
			state = "more time raises it"
		case !limit.Given():
			state = "nearly converged"
		}
		_, err = fmt.Fprintf(stdout{}, "%-16s %8d cities   bound %13s   below best %9s   %8.2f s   %s\n",
			item.Name, item.N(), bench.LengthShort(item.Instance, b.Value())+bench.UnitText(item.Instance), below, time.Since(start).Seconds(), state)
		if err != nil {
			return err
		}
	}
}
