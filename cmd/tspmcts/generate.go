package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"tspmcts/bench/generate"
)

func generateCommand() *cli.Command {
	return &cli.Command{
		Name:      "generate",
		Usage:     "make instances",
		ArgsUsage: " ",
		Description: "Writes an instance of any size to stdout or a file, city by city; only atsp-closure holds\n" +
			"its matrix in memory, and takes time n^3. As TSPLIB it has whole coordinates and\n" +
			"rounded distances (EUC_2D), as a data set line coordinates in [0,1]. The kinds dimacs-e, dimacs-c and dimacs-m are\n" +
			"the instances of the 8th DIMACS challenge, number for number: E1k.0 is --kind dimacs-e\n" +
			"--cities 1000 --seed 1000, and the seed of E1k.1 is 10001, ten times the cities plus one.\n" +
			"A picture is stippled, as dense as it is dark; a board has the holes of a circuit board, on a\n" +
			"lattice. The kinds atsp-... are matrices of asymmetric distances.",
		Flags: []cli.Flag{
			option(catShape, "kind", "`KIND` of instance: "+strings.Join(generate.Kinds, ", ")+" (default: uniform)"),
			option(catShape, "cities", "`N`, the number of cities (default: 1000)"),
			option(catShape, "clusters", "`C`, the number of clusters of --kind clustered (default: one for each 100 cities)"),
			option(catShape, "seed", "seed `S`; the same one makes the same instance (default: 1)"),
			option(catOutput, "format", "`FORMAT` of the file: tsplib, or lines: one data set line an instance (default: tsplib)"),
			option(catOutput, "count", "`K`, the number of instances, with --format lines (default: 1)"),
			option(catOutput, "out", "write to `FILE` instead of stdout"),
		},
		Action: runGenerate,
	}
}

func runGenerate(c *cli.Context) error {
	if c.Args().Present() {
		return usagef("generate takes no arguments, found %q; name the file with --out", c.Args().First())
	}
	n, err := intOption(c, "cities", 1000, 1, math.MaxInt32/2)
	if err != nil {
		return err
	}
	clusters, err := intOption(c, "clusters", max(1, n/100), 1, n)
	if err != nil {
		return err
	}
	count, err := intOption(c, "count", 1, 1, math.MaxInt32)
	if err != nil {
		return err
	}
	seed, err := seedOption(c)
	if err != nil {
		return err
	}
	kind, format, file := c.String("kind"), c.String("format"), c.String("out")
	if kind == "" {
		kind = "uniform"
	}
	switch {
	case !slices.Contains(generate.Kinds, kind):
		return usagef("--kind is %q, want one of %s", kind, strings.Join(generate.Kinds, ", "))
	case c.String("clusters") != "" && kind != "clustered":
		return usagef("--clusters is for --kind clustered, not %s", kind)
	}
	switch {
	case format != "" && format != "tsplib" && format != "lines":
		return usagef("--format is %q, want tsplib or lines", format)
	case format == "lines" && (kind == "dimacs-m" || strings.HasPrefix(kind, "atsp-")):
		return usagef("--kind %s is a matrix, which no data set line can hold; leave --format out", kind)
	case format != "lines" && count > 1:
		return usagef("--count is %d, but a TSPLIB file holds one instance; add --format lines", count)
	}
	spec := generate.Spec{Kind: kind, Cities: int(n), Clusters: int(clusters), Seed: seed}
	write := spec.WriteTSPLIB
	if format == "lines" {
		write = func(w io.Writer) error { return spec.WriteLines(w, int(count)) }
	}
	last := spec // of the lines
	last.Seed += uint64(count - 1)
	if err := last.Validate(); err != nil {
		return usagef("%v", err)
	}
	if file != "" {
		ctx, cancel := interruptible()
		defer cancel()
		return writeOver(file, func(w io.Writer) error { return write(stoppable{ctx.Done(), w}) })
	}
	return write(stdout{})
}

// stoppable is a writer that fails once done is closed.
type stoppable struct {
	done <-chan struct{}
	w    io.Writer
}

func (s stoppable) Write(p []byte) (int, error) {
	select {
	case <-s.done:
		return 0, fmt.Errorf("stopped, the file was not written")
	default:
		return s.w.Write(p)
	}
}
