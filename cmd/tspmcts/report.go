package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/urfave/cli/v2"

	"tspmcts/bench"
	"tspmcts/bench/report"
)

func reportCommand() *cli.Command {
	return &cli.Command{
		Name:      "report",
		Usage:     "write a page with tables and figures about records",
		ArgsUsage: "RECORDS...",
		Description: "Writes report.html to --out, a page that needs nothing else, with the tables of\n" +
			"compare, gap and primal integral over time, performance profiles, time to target, box\n" +
			"plots, importance of knobs where many were tried, and tours where bench kept them; the\n" +
			"figures also as SVG and PNG files. A page that is there is replaced, its figures too.",
		Flags: []cli.Flag{
			bestFlag(),
			option(catOutput, "out", "write to the folder `DIR`, which is made if need be"),
			option(catOutput, "title", "`TITLE` of the page (default: the names of the records)"),
		},
		Action: runReport,
	}
}

// figureID finds the figures in a page, of which each has files of that name.
var figureID = regexp.MustCompile(`<figure id="([a-z0-9-]+)">`)

func runReport(c *cli.Context) error {
	dir := c.String("out")
	if dir == "" {
		return usagef("report needs --out DIR for its page")
	}
	if dir == "-" {
		return usagef("--out is -, but a report is several files, which stdout cannot hold; name a folder")
	}
	data, err := readData(c, report.Options{Traces: true, Config: true, Tours: true, Above: report.DefaultAbove})
	if err != nil {
		return err
	}
	title := c.String("title")
	if title == "" {
		title = filepath.Base(c.Args().First())
		if k := c.NArg() - 1; k > 0 {
			title += fmt.Sprintf(" and %d more", k)
		}
	}
	files, err := data.Page(title)
	if err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
		return bench.FileError(dir, err)
	}
	old, _ := os.ReadFile(filepath.Join(dir, files[0].Name)) // the page, where there is one
	for _, f := range files {
		if err := writeFile(filepath.Join(dir, f.Name), f.Write); err != nil {
			return err
		}
	}
	for _, m := range figureID.FindAllSubmatch(old, -1) {
		for _, name := range []string{string(m[1]) + ".svg", string(m[1]) + ".png"} {
			if !slices.ContainsFunc(files, func(f report.File) bool { return f.Name == name }) {
				os.Remove(filepath.Join(dir, name)) // or it was gone before
			}
		}
	}
	_, err = fmt.Fprintf(stdout{}, "%s: %d figures\n", filepath.Join(dir, files[0].Name), (len(files)-1)/2)
	return stdoutMayClose(err)
}
