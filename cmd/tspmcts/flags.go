package main

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"tspmcts/bench"
	"tspmcts/tsp"
)

// Categories of the help.
const (
	catBudget = "Budget: the first that is reached ends the search"
	catEach   = "Budget of a run: each one given is tried"
	catInput  = "Input"
	catKnobs  = "Knobs: where none is given the preset decides"
	catOne    = "Budget of a run: --time or --actions"
	catOutput = "Output"
	catSearch = "Search"
	catShape  = "Shape"
)

// option returns a flag with its environment variable. Its value is text, so
// that a wrong one is told the same way wherever it came from. The word of usage
// that stands for the value is in backquotes.
func option(category, name, usage string) *cli.StringFlag {
	return &cli.StringFlag{Name: name, Usage: usage, EnvVars: []string{envName(name)}, Category: category}
}

// toggle returns a flag without a value, with its environment variable.
func toggle(category, name, usage string) *cli.BoolFlag {
	return &cli.BoolFlag{Name: name, Usage: usage, EnvVars: []string{envName(name)}, Category: category}
}

// linesFlag returns the flag that linesOption reads, bestFlag that of bestOption.
func linesFlag() cli.Flag {
	return option(catInput, "lines", "take the instances `A:B`, A to B-1 of a data set file, from 0")
}

func bestFlag() cli.Flag {
	return option(catInput, "best", "tell gaps to the best known lengths in the CSV `FILE`: instance,best")
}

// envName returns the environment variable of a flag.
func envName(name string) string {
	return "TSPMCTS_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

var flagName = regexp.MustCompile(`--[a-z][a-z-]*`)

// withVariables puts the environment variables that are set behind the flags in a message, from
// whatever package it comes.
func withVariables(message string) string {
	return flagName.ReplaceAllStringFunc(message, func(flag string) string {
		variable := envName(flag[2:])
		if _, ok := os.LookupEnv(variable); ok {
			flag += " (or " + variable + ")"
		}
		return flag
	})
}

// typed returns the first of the flags that the command line gives, "" for none. What the
// environment says is for all commands, and may have no effect on one.
func typed(c *cli.Context, names ...string) string {
	for _, name := range names {
		if _, fromEnvironment := os.LookupEnv(envName(name)); c.IsSet(name) && !fromEnvironment {
			return "--" + name
		}
	}
	return ""
}

// intOption returns the integer of a flag, or preset where it is not given.
func intOption(c *cli.Context, name string, preset, lo, hi int64) (int64, error) {
	text := c.String(name)
	if text == "" {
		return preset, nil
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil || v < lo || v > hi {
		return 0, usagef("--%s is %q, want an integer from %d to %d", name, text, lo, hi)
	}
	return v, nil
}

// seedOption returns the seed.
func seedOption(c *cli.Context) (uint64, error) {
	text := c.String("seed")
	if text == "" {
		return 1, nil
	}
	v, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, usagef("--seed is %q, want an integer from 0 to 2^64-1", text)
	}
	return v, nil
}

// lengthOption returns a tour length greater than 0, or 0 where it is not given.
func lengthOption(c *cli.Context, name string) (float64, error) {
	text := c.String(name)
	if text == "" {
		return 0, nil
	}
	v, ok := tsp.ParseDecimal(text)
	if !ok || !(v > 0 && v < 1e300) {
		return 0, usagef("--%s is %q, want the length of a tour, a number above 0", name, text)
	}
	return v, nil
}

// spanOption returns a time such as 10s, 1m30s or 0.1n, seconds per city.
func spanOption(c *cli.Context, name string) (bench.Span, error) {
	text := c.String(name)
	if text == "" {
		return bench.Span{}, nil
	}
	s, err := bench.ParseSpan(text)
	if err != nil {
		return s, usagef("--%s is %q, %v", name, text, err)
	}
	return s, nil
}

// linesOption returns A:B of --lines.
func linesOption(c *cli.Context) (bench.LineRange, error) {
	r, err := bench.ParseLines(c.String("lines"))
	if err != nil {
		return r, usagef("--lines is %v", err)
	}
	return r, nil
}

// bestOption returns the lengths that --best tells, nil where it is not given.
func bestOption(c *cli.Context) (*bench.Optima, error) {
	file := c.String("best")
	if file == "" {
		return nil, nil
	}
	o := &bench.Optima{}
	return o, o.ReadBest(file)
}

// knownOption returns the lengths that --optimum and --best tell.
func knownOption(c *cli.Context) (known bench.Optima, err error) {
	single, err := lengthOption(c, "optimum")
	if err != nil {
		return known, err
	}
	best, err := bestOption(c)
	if best != nil {
		known = *best
	}
	known.Single = single
	return known, err
}

// list returns the parts of a flag's value between commas, without blanks around them.
func list(c *cli.Context, flag string) []string {
	text := c.String(flag)
	if text == "" {
		return nil
	}
	parts := strings.Split(text, ",")
	for i, part := range parts {
		parts[i] = strings.TrimSpace(part)
	}
	return slices.DeleteFunc(parts, func(part string) bool { return part == "" }) // as behind the last comma
}
