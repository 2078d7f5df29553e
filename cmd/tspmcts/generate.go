package main

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

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
			option(catShape, "kind", "`KIND` of instance: "+strings.Join(kinds, ", ")+" (default: uniform)"),
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

// kinds lists the kinds of instances. The last three are those of Bossek et al. (2019).
var kinds = []string{"uniform", "clustered", "grid", "cluster", "explosion", "implosion"}

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
	case !slices.Contains(kinds, kind):
		return usagef("%s is %q, want one of %s", flagged("kind"), kind, strings.Join(kinds, ", "))
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
	uniform := func() (float64, float64) { return rng.Float64(), rng.Float64() }
	if mutate := mutation(kind, rng); mutate != nil {
		return shape{next: func() (float64, float64) {
			for {
				x, y := mutate(uniform())
				if x >= 0 && x < 1 && y >= 0 && y < 1 {
					return x, y
				}
			}
		}}
	}
	return shape{next: uniform}
}

// mutation returns what the mutation of that name does to a uniform city, nil for
// other kinds: the operators of J. Bossek, P. Kerschke, A. Neumann, M. Wagner,
// F. Neumann and H. Trautmann, Evolving diverse TSP instances by means of novel and
// creative mutation operators (FOGA 2019), section 4, with the parameters that
// papers on generalisation use. Around a centre drawn uniformly:
//
//   - cluster: a city moves with probability 0.4 to a normal distribution whose
//     standard deviation is drawn up to 0.3;
//   - explosion: a city within 0.3 moves outwards, to the distance 0.3 + X, X
//     exponential with mean 0.1;
//   - implosion: a city within 0.3 moves inwards, to min(1, |X|) of its distance, X
//     standard normal.
//
// A city that leaves the square is drawn anew, where the authors put it on the
// border, since many cities in a line make another kind of instance.
func mutation(kind string, rng *rand.Rand) func(x, y float64) (float64, float64) {
	const radius, share = 0.3, 0.4
	centreX, centreY := rng.Float64(), rng.Float64()
	normal := func() float64 { // a sum of uniform numbers, the same on every machine
		sum := -6.0
		for range 12 {
			sum += rng.Float64()
		}
		return sum
	}
	switch kind {
	case "cluster":
		deviation := 0.3 * rng.Float64()
		return func(x, y float64) (float64, float64) {
			if rng.Float64() >= share {
				return x, y
			}
			return centreX + float64(deviation*normal()), centreY + float64(deviation*normal())
		}
	case "explosion", "implosion":
		return func(x, y float64) (float64, float64) {
			dx, dy := x-centreX, y-centreY
			distance := math.Sqrt(float64(dx*dx) + float64(dy*dy))
			if distance >= radius || distance == 0 {
				return x, y
			}
			factor := min(1, math.Abs(normal()))
			if kind == "explosion" {
				factor = (radius - float64(0.1*math.Log(1-rng.Float64()))) / distance
			}
			return centreX + float64(dx*factor), centreY + float64(dy*factor)
		}
	}
	return nil
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
	end := "\n"
	if n <= 2 { // bare numbers would not be read as a data set
		end = [...]string{" output 1 1\n", " output 1 2 1\n"}[n-1]
	}
	_, err := b.WriteString(end)
	return err
}
