package main

import (
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"tspmcts/bench"
	"tspmcts/bench/report"
	"tspmcts/tsp"
)

func compareCommand() *cli.Command {
	return &cli.Command{
		Name:      "compare",
		Usage:     "compare the arms of records with statistical tests",
		ArgsUsage: "RECORDS... [--markdown FILE] [--csv FILE] [--json FILE]",
		Description: "Pairs the runs of records files on instance and seed: gaps with bootstrap intervals,\n" +
			"wins, ties and losses, Wilcoxon's signed-rank test with Holm's correction, and for\n" +
			"more than two arms Friedman's test with critical differences. An arm is what tells\n" +
			"runs apart besides instance and seed: heatmap, knobs, budget, workers, solver.\n" +
			"Over time, by the improvements in the records: primal integral, gap at moments, and\n" +
			"the longest stand-still, compared likewise.",
		Flags: []cli.Flag{
			bestFlag(),
			option(catInput, "against", "compare `ARM` with the others only, instead of all pairs"),
			toggle(catInput, "by-instance", "take the mean over an instance's seeds for one run"),
			option(catInput, "at", "tell gaps at `MOMENTS`, with commas between them: times such as 3s or 0.01n, or shares of the budget (default: 1%,3%,10%,30%,100%)"),
			option(catInput, "above", "count a stand-still while the gap is above `P` percent (default: 0.05)"),
			option(catOutput, "markdown", "write Markdown to `FILE`; - is stdout, then with nothing else there"),
			option(catOutput, "only", "write the table `NAME` alone, as text or Markdown: "+strings.Join(report.Tables, ", ")+" (default: all but sets, which has the gap at the moments of --at by set of instances)"),
			option(catOutput, "csv", "write a CSV line a pair to `FILE`; - is stdout, then with nothing else there"),
			option(catOutput, "json", "write one JSON object a pair and line to `FILE`; - is stdout, then with nothing else there"),
		},
		Action: runCompare,
	}
}

// readData reads the records that the arguments name.
func readData(c *cli.Context, o report.Options) (*report.Data, error) {
	if !c.Args().Present() {
		return nil, usagef("%s takes the records files that bench wrote", c.Command.Name)
	}
	if err := bench.CheckInputs(c.Args().Slice()); err != nil {
		return nil, err
	}
	var err error
	if o.Best, err = bestOption(c); err != nil {
		return nil, err
	}
	d, err := report.Read(c.Args().Slice(), o)
	if err != nil {
		return nil, err
	}
	if d.Repeated > 0 {
		warn("%d records do not count: later ones of the same arm, instance and seed, perhaps of another machine, have other lengths or times", d.Repeated)
	}
	if o.Best == nil {
		return d, nil
	}
	for _, in := range d.Instances { // records do not have an instance's NAME, by which bench finds a line, too
		if o.Best.Named(in.Name) == 0 {
			warn("%s has no line for %s, so its gap is over what the records tell", c.String("best"), in.Name)
		}
	}
	return d, nil
}

// overTimeOptions returns what --at and --above say.
func overTimeOptions(c *cli.Context) (report.Options, error) {
	o := report.Options{Above: report.DefaultAbove}
	var err error
	if text := c.String("at"); text != "" {
		if o.At, err = report.ParseMoments(text); err != nil {
			return o, usagef("--at is %v", err)
		}
	}
	if text := c.String("above"); text != "" {
		var ok bool
		if o.Above, ok = tsp.ParseDecimal(text); !ok || !(o.Above >= 0 && o.Above < 100) {
			return o, usagef("--above is %q, want a gap in percent from 0 and below 100", text)
		}
	}
	return o, nil
}

// onlyOf lists flags that some tables alone read.
var onlyOf = []struct {
	flag   string
	tables []string
}{
	{"against", []string{"pairs", "pairs-over-time"}},
	{"at", []string{"arms-over-time", "pairs-over-time", "sets"}},
	{"above", []string{"arms-over-time", "pairs-over-time"}},
}

// checkOnly returns an error where --only names no table, or one that a flag has no effect on, or has
// none itself because what the flag toStdout asks for is all that is written.
func checkOnly(c *cli.Context, toStdout string) error {
	table := c.String("only")
	if table == "" {
		return nil
	}
	if !slices.Contains(report.Tables, table) {
		return usagef("--only is %q, want one of %s", table, strings.Join(report.Tables, ", "))
	}
	if (toStdout == "csv" || toStdout == "json") && c.String("markdown") == "" && typed(c, "only") != "" {
		return usagef("--only is for text and Markdown; with --%s %s it has no effect", toStdout, c.String(toStdout))
	}
	if c.String("csv") != "" || c.String("json") != "" { // which have all pairs and measures
		return nil
	}
	for _, o := range onlyOf {
		if flag := typed(c, o.flag); flag != "" && !slices.Contains(o.tables, table) {
			return usagef("%s is for the tables %s; with --only %s it has no effect", flag, strings.Join(o.tables, ", "), table)
		}
	}
	return nil
}

func runCompare(c *cli.Context) error {
	toStdout := ""
	for _, flag := range []string{"markdown", "csv", "json"} {
		switch name := c.String(flag); {
		case isStdout(name):
			toStdout = flag
		case name != "":
			if !c.Args().Present() {
				return usagef("--%s takes the FILE to write to, - for stdout: compare RECORDS... --%s FILE", flag, flag)
			}
			if recordsIn(name) != "" {
				return usagef("--%s would replace %s, which holds records; it takes the FILE to write to, - for stdout", flag, name)
			}
			if err := probe(name); err != nil {
				return err
			}
		}
	}
	if err := checkOnly(c, toStdout); err != nil {
		return err
	}
	o, err := overTimeOptions(c)
	if err != nil {
		return err
	}
	data, err := readData(c, o)
	if err != nil {
		return err
	}
	if len(data.Arms) < 2 {
		warn("the records hold one arm, %s: there is nothing to compare it with", data.Arms[0].Name)
	}
	result, err := data.Compare(c.String("against"), c.Bool("by-instance"))
	if err != nil {
		return err
	}
	if table := c.String("only"); table != "" {
		result.Only(table)
	}
	var errs []error
	for flag, write := range map[string]func(io.Writer) error{"markdown": result.Markdown, "csv": result.CSV, "json": result.JSON} {
		if name := c.String(flag); name != "" && !isStdout(name) {
			errs = append(errs, writeFile(name, write))
		}
	}
	write := result.Text
	switch toStdout {
	case "markdown":
		write = result.Markdown
	case "csv":
		write = result.CSV
	case "json":
		write = result.JSON
	}
	return errors.Join(append(errs, stdoutMayClose(write(stdout{})))...)
}
