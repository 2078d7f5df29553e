package main

import (
	"context"
	"slices"

	"github.com/urfave/cli/v2"

	"tspmcts/bench"
	"tspmcts/tsp"
	"tspmcts/tsplib"
)

// instances are those of files, as the flags of input say, and what is known of their shortest
// tours.
type instances struct {
	*bench.Reader
	wanted wanted
	known  bench.Optima
}

// instancesOf reads the flags; besides are other inputs of the command.
func instancesOf(c *cli.Context, files []string, besides ...string) (*instances, error) {
	r, err := placesReader(c, files)
	if err != nil {
		return nil, err
	}
	known, err := knownOption(c)
	if err != nil {
		return nil, err
	}
	if err := bench.CheckInputs(slices.Concat(files, besides)); err != nil {
		return nil, err
	}
	return &instances{r, wantedOf(c), known}, nil
}

// next returns the next one, as it is wanted.
func (s *instances) next(ctx context.Context) (*bench.Item, error) {
	item, err := s.Next(ctx)
	if err == nil {
		err = s.wanted.apply(item)
	}
	return item, err
}

// readTours returns the tours of a file and its name for messages.
func readTours(arg string) ([]tsp.Tour, string, error) {
	file, err := bench.Open(arg, tsplib.KindTour)
	if err != nil {
		return nil, "", err
	}
	defer file.Close()
	tours, err := tsplib.ReadTours(file, file.Name)
	return tours, file.Name, err
}
