package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"tspmcts/bench"
	"tspmcts/tsp"
	"tspmcts/tsplib"
)

func evalCommand() *cli.Command {
	return &cli.Command{
		Name:      "eval",
		Usage:     "check a tour and print its length",
		ArgsUsage: "PROBLEM [TOUR]",
		Description: "Checks each tour of the TSPLIB file TOUR against PROBLEM: every city once, every\n" +
			"fixed edge used. In the name of TOUR {} stands for the instance, {i} for its place in its\n" +
			"data set, from 0. Of a data set file without TOUR it checks the reference tours.\n" +
			"All are checked, and the exit code is 1 if there is a tour that is none.",
		Flags: append([]cli.Flag{
			linesFlag(),
			option(catInput, "optimum", "tell the gap to the optimal `LENGTH`"),
			bestFlag(),
		}, append(wantedFlags("check"), placesFlags()...)...),
		Action: runEval,
	}
}

func runEval(c *cli.Context) error {
	args := c.Args().Slice()
	if len(args) < 1 || len(args) > 2 {
		return usagef("eval takes PROBLEM and TOUR, found %d arguments", len(args))
	}
	one := args[1:] // the file of all tours, not one of each instance
	if len(args) == 2 && bench.PerInstance(args[1]) {
		one = nil
	}
	r, err := instancesOf(c, args[:1], one...)
	if err != nil {
		return err
	}
	ctx := context.Background()
	single := len(one) > 0 || r.known.Single > 0
	if single {
		several, err := r.Several(ctx)
		if err != nil {
			return err
		}
		if several {
			return usagef("%s holds several instances; choose one with --lines", args[0])
		}
	}
	var bad, missing []error // tours: the rest is checked nevertheless
	for {
		item, err := r.next(ctx)
		var line *tsplib.ParseError
		switch {
		case err == io.EOF:
			if len(bad) > 0 && len(missing) > 0 {
				return fmt.Errorf("%w\n%v", firstOf(bad), firstOf(missing)) // a tour that is none is the worse of them
			}
			return firstOf(append(bad, missing...))
		case !single && errors.As(err, &line) && line.Err == nil: // the file can be read on
			bad = append(bad, err)
			continue
		case err != nil:
			return errors.Join(firstOf(bad), err)
		}
		tours, name := []tsp.Tour{item.Reference}, args[0]
		if len(args) == 2 {
			file, err := item.File(args[1])
			if err != nil {
				return err
			}
			tours, name, err = readTours(file)
			var none tsplib.TourErrors
			if err != nil && !errors.As(err, &none) {
				return err
			}
			bad = append(bad, none...)
		} else if item.Reference == nil {
			missing = append(missing, usagef("%s has no tour in its file; give one: eval PROBLEM TOUR", item.Name))
			continue
		}
		optimum := r.known.Of(item, warn)
		for k, t := range tours {
			if t == nil { // is among the bad ones
				continue
			}
			place := name
			if len(tours) > 1 {
				place = fmt.Sprintf("%s: tour %d of %d", name, k+1, len(tours))
			}
			if err := checkTour(item, t, place); err != nil {
				bad = append(bad, err)
				continue
			}
			v := item.Value(t)
			gap, length := bench.GapOf(v, optimum), bench.LengthText(item.Instance, v)
			if beaten(gap) {
				warnBeaten(item.Name, fmt.Sprintf("the tour, %s, is shorter than", length), optimum)
			}
			if _, err := fmt.Fprintf(stdout{}, "%-16s %8d cities   length %12s   gap %9s\n", item.Name, item.N(), length+bench.UnitText(item.Instance), bench.GapText(gap)); err != nil {
				return err
			}
		}
	}
}

// firstOf returns the first of the errors with the number of those behind it, nil if there is none.
func firstOf(errs []error) error {
	if len(errs) < 2 {
		return errors.Join(errs...)
	}
	return fmt.Errorf("%w; so it is with %d more", errs[0], len(errs)-1)
}

// checkTour returns an error unless t, which stands at a place, is a tour of the item.
func checkTour(item *bench.Item, t tsp.Tour, place string) error {
	err := item.Check(t)
	if err == nil {
		err = item.Keeps(t)
	}
	if err == nil {
		return nil
	}
	what := "tour"
	if item.Ends != nil {
		what = "path"
	}
	return fmt.Errorf("%s: no %s of %s: %w", place, what, item.Name, err)
}
