package main

import (
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
)

// Categories of the help.
const (
	catBudget = "Budget: the first that is reached ends the search"
	catInput  = "Input"
	catKnobs  = "Knobs: where none is given the preset decides"
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

// envName returns the environment variable of a flag.
func envName(name string) string {
	return "TSPMCTS_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

// flagged names a flag in a message, with its environment variable where that is set.
func flagged(name string) string {
	if _, ok := os.LookupEnv(envName(name)); ok {
		return "--" + name + " (or " + envName(name) + ")"
	}
	return "--" + name
}

// intOption returns the integer of a flag, or preset where it is not given.
func intOption(c *cli.Context, name string, preset, lo, hi int64) (int64, error) {
	text := c.String(name)
	if text == "" {
		return preset, nil
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil || v < lo || v > hi {
		return 0, usagef("%s is %q, want an integer from %d to %d", flagged(name), text, lo, hi)
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
		return 0, usagef("%s is %q, want an integer from 0 to 2^64-1", flagged("seed"), text)
	}
	return v, nil
}

// lengthOption returns a tour length greater than 0, or 0 where it is not given.
func lengthOption(c *cli.Context, name string) (float64, error) {
	text := c.String(name)
	if text == "" {
		return 0, nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v > 0 && v < 1e300) {
		return 0, usagef("%s is %q, want the length of a tour, a number above 0", flagged(name), text)
	}
	return v, nil
}

// span is an amount of time, fixed or by the number of cities.
type span struct {
	fixed   time.Duration
	perCity float64 // seconds; used when fixed is 0
}

func (s span) given() bool { return s.fixed > 0 || s.perCity > 0 }

// of returns the time for n cities.
func (s span) of(n int) time.Duration {
	if s.fixed > 0 {
		return s.fixed
	}
	return time.Duration(min(s.perCity*float64(n), maxTime.Seconds()) * float64(time.Second))
}

// maxTime is the longest time that a budget may have.
const maxTime = 10 * 365 * 24 * time.Hour

// spanOption returns a time such as 10s, 1m30s or 0.1n, seconds per city.
func spanOption(c *cli.Context, name string) (span, error) {
	text := c.String(name)
	if text == "" {
		return span{}, nil
	}
	if digits, ok := strings.CutSuffix(text, "n"); ok {
		if v, err := strconv.ParseFloat(digits, 64); err == nil && v > 0 && v <= 1e9 {
			return span{perCity: v}, nil
		}
	} else if d, err := time.ParseDuration(text); err == nil && d > 0 && d <= maxTime {
		return span{fixed: d}, nil
	}
	return span{}, usagef("%s is %q, want a time above 0 such as 10s, 1m30s, or 0.1n for a tenth of a second a city", flagged(name), text)
}

// lineRange selects instances of data set files: from <= i < to.
type lineRange struct {
	given    bool
	from, to int
}

// linesOption returns A:B of --lines.
func linesOption(c *cli.Context) (lineRange, error) {
	const all = 1 << 62
	text := c.String("lines")
	if text == "" {
		return lineRange{to: all}, nil
	}
	r := lineRange{given: true, to: all}
	a, b, ok := strings.Cut(text, ":")
	var errA, errB error
	if a != "" {
		r.from, errA = strconv.Atoi(a)
	}
	if b != "" {
		r.to, errB = strconv.Atoi(b)
	}
	if !ok || errA != nil || errB != nil || r.from < 0 || r.to <= r.from {
		return r, usagef("%s is %q, want A:B for the instances A to B-1, from 0, such as 0:8", flagged("lines"), text)
	}
	return r, nil
}
