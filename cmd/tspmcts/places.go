package main

import (
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
		toggle(catInput, "decimal-comma", "numbers in CSV files have a comma before the fraction: 52,5"),
	}
}

// placesOptions reads them.
func placesOptions(c *cli.Context) (places.Options, error) {
	o := places.Options{Metric: c.String("metric"), Weight: c.String("weight"), DecimalComma: c.Bool("decimal-comma")}
	if err := o.Validate(); err != nil {
		name, rest, _ := strings.Cut(err.Error(), " ")
		return o, usagef("--%s %s", name, rest)
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
		return "", usagef("--format is %q, want tsplib, %s", format, strings.Join(places.Formats, ", "))
	case out == "":
		return "", usagef("--format is for --out FILE; - is stdout")
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
