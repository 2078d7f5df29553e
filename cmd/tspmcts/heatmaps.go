package main

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"tspmcts/bench"
	"tspmcts/heatmap"
)

// fitted are the sources that have a table of ranks.
var fitted = []string{"gtprior", "alpha"}

// heatmapNames lists the sources, with what their maps know.
func heatmapNames() string {
	var names []string
	for _, k := range heatmap.Kinds {
		names = append(names, k.Name+" ("+k.Usage+")")
	}
	return strings.Join(names, ", ")
}

// heatmapFlags returns the flags that heatmapSpec reads; standard tells what auto is.
func heatmapFlags(standard string) []cli.Flag {
	return []cli.Flag{
		option(catSearch, "heatmap", "`SOURCE` of what is believed about edges at first: "+heatmapNames()+" (default: "+defaultHeatmap+": "+standard+"); some take parameters, such as softdist:tau=0.005 or mix:gtprior=0.5,alpha=0.5, that heatmap build --help lists"),
		option(catSearch, "heatmap-file", "read the heatmap from `FILE`; in the name {} stands for the instance and {i} for its place in its data set, from 0; without them line or map number i of FILE is for instance i"),
		option(catSearch, "ranks", "take the table of gtprior or alpha from `FILE`: the shares of edges to the nearest city, the second nearest, ..."),
	}
}

// heatmapSpec returns the spec of the source that the flags describe.
func heatmapSpec(c *cli.Context) (string, error) {
	spec, file, ranks := c.String("heatmap"), c.String("heatmap-file"), c.String("ranks")
	if file != "" {
		if spec != "" {
			return "", usagef("--heatmap and --heatmap-file exclude each other")
		}
		spec = "file:" + file
	}
	if spec == defaultHeatmap {
		spec = ""
	}
	if spec == "" && ranks == "" {
		return defaultHeatmap, nil
	}
	if spec == "" {
		spec = "gtprior"
	}
	s, err := heatmap.Parse(spec)
	if err != nil {
		return "", usagef("--heatmap is %q: %v", spec, err)
	}
	if ranks != "" {
		if !slices.Contains(fitted, spec) {
			return "", usagef("--ranks is for --heatmap %s, not %s", strings.Join(fitted, " or "), spec)
		}
		spec += ":ranks=" + ranks
		if s, err = heatmap.Parse(spec); err != nil {
			return "", usagef("--ranks is %q: %v", ranks, err)
		}
	}
	// Files of all instances are looked at before time is spent; stdin and pipes can be read only once.
	for _, name := range s.Files() {
		if name == "-" || bench.PerInstance(name) || bench.Piped(name) {
			continue
		}
		f, err := bench.OpenFile(name)
		if err != nil {
			return "", err
		}
		if slices.Contains(fitted, s.Name()) {
			_, err = heatmap.ReadRanks(f, name)
		}
		f.Close()
		if err != nil {
			return "", err
		}
	}
	return spec, nil
}

// heatmapOf returns the source that the flags describe.
func heatmapOf(c *cli.Context) (bench.Source, error) {
	spec, err := heatmapSpec(c)
	if err != nil {
		return bench.Source{}, err
	}
	return bench.HeatmapSource(spec)
}
