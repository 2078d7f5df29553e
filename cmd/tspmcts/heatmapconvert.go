package main

import (
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"tspmcts/bench"
	"tspmcts/heatmap"
	"tspmcts/heatmap/mapfile"
	"tspmcts/tsp"
)

func heatmapConvertCommand() *cli.Command {
	return &cli.Command{
		Name:      "convert",
		Usage:     "read a heatmap and write it in another format",
		ArgsUsage: "IN OUT",
		Description: "Reads a map, told apart by content: dense text, a UTSP line, NumPy, or sparse. A matrix\n" +
			"is read row by row, and the largest entries of each row are kept. Without --instance FILE of a directed\n" +
			"problem an edge gets the mean of both ways.",
		Flags: append(placesFlags(),
			option(catInput, "index", "take map `I` of a file of several, from 0 (default: 0)"),
			option(catInput, "keep", fmt.Sprintf("keep `K` entries of a row of a matrix or a UTSP line (default: %d); a sparse map stays whole", heatmap.DefaultKeep)),
			option(catInput, "instance", "the map's instance is in `FILE`, for UTSP output, and for ways of a directed problem, which go into a matrix"),
			formatOption()),
		Action: runHeatmapConvert,
	}
}

func runHeatmapConvert(c *cli.Context) error {
	if c.NArg() != 2 {
		return usagef("heatmap convert takes IN and OUT, found %d arguments", c.NArg())
	}
	from, to := c.Args().Get(0), c.Args().Get(1)
	if same(from, to) {
		return usagef("OUT would replace the input %s", from)
	}
	format, err := mapFormatOf(c, to)
	if err != nil {
		return err
	}
	index, err := intOption(c, "index", 0, 0, 1<<30)
	if err != nil {
		return err
	}
	keep, err := intOption(c, "keep", heatmap.DefaultKeep, 1, 1<<30)
	if err != nil {
		return err
	}
	var item *bench.Item
	if flag := typed(c, "metric", "weight", "decimal-comma"); flag != "" && c.String("instance") == "" {
		return usagef("%s is for the file of --instance", flag)
	}
	if file := c.String("instance"); file != "" {
		r := bench.NewReader([]string{file}, bench.LineRange{From: int(index), To: int(index) + 1}, warn)
		if r.Places, err = placesOptions(c); err != nil {
			return err
		}
		if item, err = r.Next(c.Context); err != nil {
			return err
		}
	}
	f, err := bench.OpenFile(from)
	if err != nil {
		return err
	}
	defer f.Close()
	opt := mapfile.ReadOptions{Index: int(index), Keep: int(keep), Warn: warn}
	if item != nil {
		opt.Cities = item.N()
		sym := tsp.NewSymmetric(item.Instance)
		opt.Directed = sym != nil && sym.Paired()
		if err := needMatrix(opt.Directed, format, item.Name); err != nil {
			return err
		}
	}
	m, err := mapfile.Read(f, from, opt)
	if err != nil {
		return err
	}
	count, of := len(m.City)/2, "edges"
	if opt.Directed {
		m = m.Ways()
		count, of = len(m.City), "ways"
	}
	if err := writeFile(to, func(w io.Writer) error { return writeMap(w, format, m, item) }); err != nil {
		return err
	}
	_, err = fmt.Fprintf(beside(to), "%s: %d cities, %d %s\n", to, m.N(), count, of)
	return stdoutMayClose(err)
}
