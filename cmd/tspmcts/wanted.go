package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"tspmcts/bench"
	"tspmcts/tsp"
)

// wantedFlags say what of an instance is wanted, where its file does not, of a command that finds,
// checks or bounds it.
func wantedFlags(verb string) []cli.Flag {
	return []cli.Flag{
		toggle(catInput, "path", verb+" paths through all cities instead of tours, from any city to any other"),
		option(catInput, "start", verb+" paths that begin with `CITY`: its id or name, or its number in the file"),
		option(catInput, "end", verb+" paths that end with `CITY`; with --start both ends are given"),
		option(catInput, "forbid", "use no edge that is in `FILE`: two cities a line, as for --start but without blanks in their names, from the first to the second where distances are asymmetric"),
	}
}

// wanted is what the flags of wantedFlags say.
type wanted struct {
	path       bool
	start, end string
	forbid     string
}

func wantedOf(c *cli.Context) wanted {
	w := wanted{path: c.Bool("path"), start: c.String("start"), end: c.String("end"), forbid: c.String("forbid")}
	w.path = w.path || w.start != "" || w.end != ""
	return w
}

// apply makes the instance one of what is wanted.
func (w wanted) apply(item *bench.Item) error {
	if w.forbid != "" {
		if err := forbid(item.Instance, w.forbid); err != nil {
			return err
		}
	}
	if !w.path {
		return nil
	}
	start, err := cityOption("start", w.start, item)
	if err != nil {
		return err
	}
	end, err := cityOption("end", w.end, item)
	if err != nil {
		return err
	}
	if err := item.SetEnds(start, end); err != nil {
		return fmt.Errorf("%s: %w; choose other ends", item.Name, err)
	}
	return nil
}

// cityOption returns the city that a flag names, -1 where it is not given.
func cityOption(flag, text string, item *bench.Item) (int32, error) {
	if text == "" {
		return -1, nil
	}
	if item.IDs != nil || item.Names != nil {
		city, err := item.City(text)
		if err != nil {
			err = usagef("--%s is %q, %v", flag, text, err)
		}
		return city, err
	}
	v, err := strconv.Atoi(text)
	if err != nil || v < 1 || v > item.N() {
		return 0, usagef("--%s is %q, want a city of %s, 1 to %d", flag, text, item.Name, item.N())
	}
	return int32(v - 1), nil
}

// forbid reads a file of edges that may not be used: two cities a line, named as --start names
// them, if without blanks; # begins a comment.
func forbid(in *tsp.Instance, name string) error {
	f, err := bench.OpenFile(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if name == "-" {
		name = "stdin"
	}
	all, err := io.ReadAll(f)
	if err != nil {
		return bench.FileError(name, err)
	}
	var edges [][2]int32
	labels := tsp.NewLabels(in)
	n := 0
	for line := range strings.SplitSeq(string(bench.Plain(all)), "\n") {
		n++
		text, _, _ := strings.Cut(line, "#")
		words := strings.FieldsFunc(text, func(c rune) bool { return c == ' ' || c == '\t' || c == ',' })
		if len(words) == 0 || len(words) == 1 && words[0] == "-1" {
			continue
		}
		var edge [2]int32
		for k, word := range words {
			city, err := labels.City(word)
			switch text := strings.TrimSpace(text); {
			case len(words) != 2 || err != nil && in.IDs == nil && in.Names == nil:
				return fmt.Errorf("%s:%d: found %q, want two cities, 1 to %d", name, n, text, in.N())
			case err != nil:
				return fmt.Errorf("%s:%d: found %q, want two cities: %q is %w", name, n, text, word, err)
			}
			edge[k] = city
		}
		if edge[0] == edge[1] {
			return fmt.Errorf("%s:%d: found %q, want two different cities", name, n, strings.TrimSpace(text))
		}
		edges = append(edges, edge)
	}
	if err := in.Forbid(edges); err != nil {
		return fmt.Errorf("%s: %w; leave it out here or there", name, err)
	}
	return nil
}
