package main

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strconv"

	"github.com/urfave/cli/v2"
)

func generateCommand() *cli.Command {
	return &cli.Command{
		Name:      "generate",
		Usage:     "make instances",
		ArgsUsage: " ",
		Description: "Writes an instance of any size to stdout or a file, city by city, so that its size\n" +
			"costs no memory. As TSPLIB it has whole coordinates and rounded distances (EUC_2D),\n" +
			"as a data set line coordinates in [0,1].",
		Flags: []cli.Flag{
			option(catShape, "kind", "`KIND` of instance: uniform, clustered, or grid (default: uniform)"),
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

// side is the length of the square that TSPLIB instances fill, and of a grid's step.
const (
	side     = 1_000_000
	gridStep = 100
)

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
	case kind != "uniform" && kind != "clustered" && kind != "grid":
		return usagef("%s is %q, want uniform, clustered or grid", flagged("kind"), kind)
	case c.String("clusters") != "" && kind != "clustered":
		return usagef("%s is for --kind clustered, not %s", flagged("clusters"), kind)
	}
	switch {
	case format != "" && format != "tsplib" && format != "lines":
		return usagef("%s is %q, want tsplib or lines", flagged("format"), format)
	case format != "lines" && count > 1:
		return usagef("%s is %d, but a TSPLIB file holds one instance; add --format lines", flagged("count"), count)
	}
	write := func(w io.Writer) error {
		b := bufio.NewWriterSize(w, 1<<16)
		for i := range uint64(count) {
			next := newShape(kind, int(n), int(clusters), seed+i)
			var err error
			if format == "lines" {
				err = writeCityLine(b, int(n), next)
			} else {
				err = writeProblem(b, fmt.Sprintf("%s%d_%d", kind, n, seed), int(n), next)
			}
			if err != nil {
				return err
			}
		}
		return b.Flush()
	}
	if file != "" {
		ctx, cancel := interruptible()
		defer cancel()
		err := writeFile(file, func(w io.Writer) error { return write(stoppable{ctx.Done(), w}) })
		return err
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

// shape returns the coordinates of one city after the other, from 0 to 1. step
// is a grid's step, 0 for the other kinds.
type shape struct {
	next func() (x, y float64)
	grid int // columns of a grid, else 0
}

// newShape returns the cities of an instance.
func newShape(kind string, n, clusters int, seed uint64) shape {
	rng := rand.New(rand.NewPCG(seed, 0x7370_6d63_7473))
	switch kind {
	case "grid":
		columns := int(math.Ceil(math.Sqrt(float64(n))))
		i := -1
		return shape{grid: columns, next: func() (float64, float64) {
			i++
			return float64(i % columns), float64(i / columns)
		}}
	case "clustered":
		// Around each centre a normal distribution, made of sums of uniform ones so that
		// it is the same on every machine, as wide as the clusters would lie apart.
		centres := make([][2]float64, clusters)
		for i := range centres {
			centres[i] = [2]float64{rng.Float64(), rng.Float64()}
		}
		spread := 0.25 / math.Sqrt(float64(clusters))
		normal := func() float64 {
			sum := -6.0
			for range 12 {
				sum += rng.Float64()
			}
			return sum
		}
		return shape{next: func() (float64, float64) {
			for {
				c := centres[rng.IntN(clusters)]
				x, y := c[0]+float64(spread*normal()), c[1]+float64(spread*normal())
				if x >= 0 && x < 1 && y >= 0 && y < 1 {
					return x, y
				}
			}
		}}
	}
	return shape{next: func() (float64, float64) { return rng.Float64(), rng.Float64() }}
}

// writeProblem writes a TSPLIB problem.
func writeProblem(b *bufio.Writer, name string, n int, s shape) error {
	scale := float64(side)
	if s.grid > 0 {
		scale = gridStep
	}
	fmt.Fprintf(b, "NAME : %s\nCOMMENT : made by tspmcts generate\nTYPE : TSP\nDIMENSION : %d\nEDGE_WEIGHT_TYPE : EUC_2D\nNODE_COORD_SECTION\n", name, n)
	var row []byte
	for i := range n {
		x, y := s.next()
		row = strconv.AppendInt(row[:0], int64(i+1), 10)
		row = strconv.AppendInt(append(row, ' '), int64(x*scale), 10)
		row = strconv.AppendInt(append(row, ' '), int64(y*scale), 10)
		if _, err := b.Write(append(row, '\n')); err != nil {
			return err
		}
	}
	_, err := b.WriteString("EOF\n")
	return err
}

// writeCityLine writes a data set line.
func writeCityLine(b *bufio.Writer, n int, s shape) error {
	scale := 1.0
	if s.grid > 0 {
		scale = 1 / max(1, float64(s.grid-1))
	}
	var row []byte
	for i := range n {
		x, y := s.next()
		row = strconv.AppendFloat(row[:0], x*scale, 'f', -1, 64)
		row = strconv.AppendFloat(append(row, ' '), y*scale, 'f', -1, 64)
		if i+1 < n {
			row = append(row, ' ')
		}
		if _, err := b.Write(row); err != nil {
			return err
		}
	}
	return b.WriteByte('\n')
}
