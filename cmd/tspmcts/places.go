package main

import (
	"crypto/rand"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"tspmcts/bench"
	"tspmcts/tsplib/places"
)

// placesFlags are the flags of commands that read instances, about what files of places and
// matrices do not say.
func placesFlags() []cli.Flag {
	return []cli.Flag{
		option(catInput, "metric", "measure places by `METRIC`: haversine or geodesic where they have lat and lon (default: haversine), euclid or an EDGE_WEIGHT_TYPE of TSPLIB where they have x and y (default: euclid)"),
		option(catInput, "weight", "of an answer that holds several matrices take `WEIGHT`: "+strings.Join(places.Weights, ", ")),
		&cli.BoolFlag{Name: "decimal-comma", Usage: "numbers in CSV files have a comma before the fraction: 52,5", EnvVars: []string{envName("decimal-comma")}, Category: catInput},
	}
}

// placesOptions reads them.
func placesOptions(c *cli.Context) (places.Options, error) {
	o := places.Options{Metric: c.String("metric"), Weight: c.String("weight"), DecimalComma: c.Bool("decimal-comma")}
	if err := o.Validate(); err != nil {
		name, rest, _ := strings.Cut(err.Error(), " ")
		return o, usagef("%s %s", flagged(name), rest)
	}
	return o, nil
}

// placesReader returns a reader of the files' instances as the flags want them, with --lines where
// there is such a flag.
func placesReader(c *cli.Context, files []string) (*bench.Reader, error) {
	lines, err := linesOption(c)
	if err != nil {
		return nil, err
	}
	r := bench.NewReader(files, lines, warn)
	r.Places, err = placesOptions(c)
	return r, err
}

func routeFormatOption() cli.Flag {
	return option(catOutput, "format", "write --out as `FORMAT`: tsplib, "+strings.Join(places.Formats, ", ")+" (default: as the name ends, tsplib if it does otherwise)")
}

// routeFormat returns the format of --out, which its name tells where --format does not.
func routeFormat(c *cli.Context) (string, error) {
	out, format := c.String("out"), c.String("format")
	switch {
	case format == "":
		format = strings.ToLower(strings.TrimPrefix(filepath.Ext(out), "."))
		if !slices.Contains(places.Formats, format) {
			format = "tsplib"
		}
	case format != "tsplib" && !slices.Contains(places.Formats, format):
		return "", usagef("%s is %q, want tsplib, %s", flagged("format"), format, strings.Join(places.Formats, ", "))
	case out == "":
		return "", usagef("%s is for --out FILE; - is stdout", flagged("format"))
	}
	return format, nil
}

// routable returns an error where the instance cannot be written in the format.
func routable(item *bench.Item, format string) error {
	if _, _, ok := item.LatLon(0); format == "geojson" && !ok {
		return places.ErrNoDegrees{Name: item.Name}
	}
	return nil
}

// writeOut writes what an output flag names for the instance: a file, or stdout.
func (s *solver) writeOut(name string, item *bench.Item, write func(w io.Writer) error) error {
	if name == "-" {
		return s.stdoutClosed(write(stdout{}))
	}
	return writeOwn(name, item, write)
}

func openOption() cli.Flag {
	return &cli.BoolFlag{Name: "open", Usage: "draw the tour and show the picture: that of --plot, or one among the temporary files", EnvVars: []string{envName("open")}, Category: catOutput}
}

// openedPlot returns the name of --plot, or with --open that of a temporary file, and whether to
// show the picture.
func openedPlot(c *cli.Context) (name string, open bool, err error) {
	name, open = c.String("plot"), c.Bool("open")
	if open && name == "-" {
		return "", false, usagef("--open shows a file, but --plot is -; leave one of them out")
	}
	if open && name == "" {
		// that nobody else has: the folder may be all users' of the machine
		name = filepath.Join(os.TempDir(), "tspmcts-"+perInstance+"-"+rand.Text()+".svg")
	}
	return name, open, nil
}
