package mcts

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tspmcts/mcts/eax"
	"tspmcts/mcts/kick"
	"tspmcts/mcts/stage"
	"tspmcts/mcts/tree"
	"tspmcts/tsp"
)

// Config holds every knob of the search. [Knobs] describes each: range, unit
// and meaning. A zero value never means "default": start from [Preset].
type Config struct {
	// Preset is the name that the values started from; it has no effect.
	Preset string

	// The knobs of the paper (arXiv 2411.09238, section 3).
	Alpha      float64 // weight of the exploration term of Z; more visits rarely chosen edges
	Beta       float64 // how fast an improving action raises its edges' weights
	Pool       float64 // H: actions a city that are simulated before the search restarts
	Candidates int     // cities an edge may be added to, per city; more finds more and costs more
	Order      string  // what ranks the candidates: heatmap, distance
	Depth      int     // K: levels of an action

	// What the paper's search leaves off.
	Action      string  // how a level chooses its candidate: draw (from Z), best (by gain, with Breadth)
	Breadth     string  // alternatives at the first levels of action "best", such as 5,3,1
	FirstTour   string  // draw, greedy, curve
	Restart     string  // what follows an exhausted pool: fresh (a new first tour), kick (a change near the incumbent)
	KickSize    int     // longest of the stretches that a kick exchanges, in cities
	Stretch     int     // longest stretch that is searched in small arrays, in cities; larger finds more, smaller is faster; tours of more, and those where regions are visited, are kicked in parts of a tenth
	Population  int     // largest number of tours that are recombined; 0 to kick one tour only
	Whole       int     // most cities of an instance of which populations are kept as a whole, a third of it where they are spread evenly; larger ones are worked on in regions
	Explore     float64 // weight of regions that were visited rarely, when the next is chosen
	Doubt       float64 // weight of what the heatmap doubts in the tour's edges of a region, the same
	Children    int     // recombinations tried for a pair of tours of 3000 cities and less, in proportion for more; more make each step better and slower
	Elite       int     // converged populations whose best tours are recombined in turn
	Temperature float64 // acceptance at the start, in mean edge lengths of the tour, which falls to 0 with the budget where Population is 0; a tenth of it all the while elsewhere
}

// Kind is the type of a knob.
type Kind uint8

// The kinds of knobs.
const (
	Real Kind = iota
	Integer
	Choice
	List // of positive integers, comma separated
)

// Knob describes one field of Config. The command line's flags, the parameter
// files, the documentation and the tuner all read this one table.
type Knob struct {
	Name    string
	Usage   string
	Kind    Kind
	Min     float64 // Real and Integer: smallest and largest value; List: of its numbers
	Max     float64
	Choices []string // Choice
	Search  string   // what a tuner tries: "lo:hi", "lo:hi log" for even steps in the logarithm, or values "a|b|c"; "": it leaves the knob alone
	Use     Use
	field   func(*Config) any
}

// Use says which searches read a knob.
type Use struct {
	When  string // for people; "" for all
	reads func(*Config) bool
}

var (
	byAll        = Use{"", func(*Config) bool { return true }}
	byPools      = Use{"with restart fresh and action draw", func(c *Config) bool { return c.Restart == "fresh" && c.Action == "draw" }}
	byKicks      = Use{"with restart kick", func(c *Config) bool { return c.Restart == "kick" }}
	byDraws      = Use{"with action draw", func(c *Config) bool { return c.Action == "draw" }}
	byChain      = Use{"with restart kick or action best", func(c *Config) bool { return c.Restart == "kick" || c.Action == "best" }}
	byPopulation = Use{"with restart kick and a population", func(c *Config) bool { return c.Restart == "kick" && c.Population > 0 }}
)

// Read reports whether a search by c reads the knob.
func (k Knob) Read(c *Config) bool { return k.Use.reads(c) }

// Knobs lists every knob.
var Knobs = []Knob{
	{Name: "alpha", Usage: "weight of exploration when a candidate is drawn", Kind: Real, Max: 100, Search: "0:5", Use: byDraws, field: func(c *Config) any { return &c.Alpha }},
	{Name: "beta", Usage: "how fast improvements raise the weights of their edges", Kind: Real, Max: 1e6, Search: "1:1000 log", Use: byDraws, field: func(c *Config) any { return &c.Beta }},
	{Name: "pool", Usage: "actions a city before the search restarts (the paper's H)", Kind: Real, Min: 0.01, Max: 1e6, Search: "0.5:50 log", Use: byPools, field: func(c *Config) any { return &c.Pool }},
	{Name: "candidates", Usage: "candidate cities of each city; but in the paper's search half as many more of one with one fixed edge, and of all where they stand along lines", Kind: Integer, Min: 1, Max: 1000, Search: "4:1000 log", Use: byAll, field: func(c *Config) any { return &c.Candidates }},
	{Name: "order", Usage: "what ranks the candidates", Kind: Choice, Choices: []string{"heatmap", "distance"}, Search: "heatmap|distance", Use: byAll, field: func(c *Config) any { return &c.Order }},
	{Name: "depth", Usage: "levels of an action, the k of its k-opt move (the paper's K)", Kind: Integer, Min: 2, Max: 1000, Search: "4:300 log", Use: byAll, field: func(c *Config) any { return &c.Depth }},
	{Name: "action", Usage: "draw an action's edges at random by weight, or search for the best", Kind: Choice, Choices: []string{"draw", "best"}, Use: byAll, field: func(c *Config) any { return &c.Action }},
	{Name: "breadth", Usage: "alternatives at the first levels of a searched action", Kind: List, Min: 1, Max: 50, Search: "1|2|3,1|5,3,1|5,5,3,2,1", Use: byChain, field: func(c *Config) any { return &c.Breadth }},
	{Name: "first-tour", Usage: "drawn by the heatmap, greedy edge, or space-filling curve", Kind: Choice, Choices: []string{"draw", "greedy", "curve"}, Use: byAll, field: func(c *Config) any { return &c.FirstTour }},
	{Name: "restart", Usage: "from a new first tour, or by a kick near the incumbent", Kind: Choice, Choices: []string{"fresh", "kick"}, Use: byAll, field: func(c *Config) any { return &c.Restart }},
	{Name: "kick-size", Usage: "longest stretch that a kick exchanges, in cities", Kind: Integer, Min: 1, Max: 1e6, Search: "5:1000 log", Use: byKicks, field: func(c *Config) any { return &c.KickSize }},
	{Name: "stretch", Usage: "longest piece of the tour that a worker searches at a time, in cities", Kind: Integer, Min: 100, Max: 1e9, Use: byKicks, field: func(c *Config) any { return &c.Stretch }},
	{Name: "population", Usage: "most tours that are recombined, 0 for none", Kind: Integer, Max: 10000, Search: "0:1000", Use: byKicks, field: func(c *Config) any { return &c.Population }},
	{Name: "whole", Usage: "most cities of an instance whose populations are of the whole, a third of it where they are spread evenly; larger ones are recombined in regions", Kind: Integer, Min: 10, Max: 1e9, Use: byPopulation, field: func(c *Config) any { return &c.Whole }},
	{Name: "explore", Usage: "weight of regions that were visited rarely, when the next is chosen", Kind: Real, Max: 100, Search: "0:3", Use: byPopulation, field: func(c *Config) any { return &c.Explore }},
	{Name: "doubt", Usage: "weight of what the heatmap doubts in a region's part of the tour, when the next is chosen", Kind: Real, Max: 100, Search: "0:3", Use: byPopulation, field: func(c *Config) any { return &c.Doubt }},
	{Name: "children", Usage: "recombinations tried for a pair of tours of 3000 cities and less, of more in proportion", Kind: Integer, Min: 1, Max: eax.MostChildren, Search: "5:60 log", Use: byKicks, field: func(c *Config) any { return &c.Children }},
	{Name: "elite", Usage: "converged populations whose best tours are recombined in turn", Kind: Integer, Min: 2, Max: 1000, Search: "5:100 log", Use: byPopulation, field: func(c *Config) any { return &c.Elite }},
	{Name: "temperature", Usage: "worsening that is accepted at first with --population 0, a tenth of it all the while without, in mean edge lengths", Kind: Real, Max: 100, Search: "0:1", Use: byKicks, field: func(c *Config) any { return &c.Temperature }},
}

// Get returns the knob's value in c, as text that Set takes.
func (k Knob) Get(c *Config) string {
	switch v := k.field(c).(type) {
	case *float64:
		return strconv.FormatFloat(*v, 'g', -1, 64)
	case *int:
		return strconv.Itoa(*v)
	default:
		return *v.(*string)
	}
}

// Set parses value into the knob's field of c. Range errors are Validate's.
func (k Knob) Set(c *Config, value string) error {
	switch v := k.field(c).(type) {
	case *float64:
		x, ok := tsp.ParseDecimal(value)
		if !ok {
			return fmt.Errorf("%s is %q, want a number", k.Name, value)
		}
		*v = x
	case *int:
		x, err := strconv.Atoi(value)
		if err != nil {
			return fmt.Errorf("%s is %q, want an integer", k.Name, value)
		}
		*v = x
	case *string:
		*v = value
	}
	return nil
}

// Range describes the values that the knob takes.
func (k Knob) Range() string {
	switch k.Kind {
	case Choice:
		return strings.Join(k.Choices, ", ")
	case List:
		return fmt.Sprintf("integers from %g to %g, comma separated", k.Min, k.Max)
	case Integer:
		return fmt.Sprintf("an integer from %.f to %.f", k.Min, k.Max)
	}
	return fmt.Sprintf("%g to %g", k.Min, k.Max)
}

// check returns an error when the knob's value in c is out of range.
func (k Knob) check(c *Config) error {
	value := k.Get(c)
	ok := false
	switch k.Kind {
	case Choice:
		ok = slices.Contains(k.Choices, value)
	case List:
		numbers, err := parseList(value)
		ok = err == nil
		for _, x := range numbers {
			ok = ok && float64(x) >= k.Min && float64(x) <= k.Max
		}
	default:
		x, number := tsp.ParseDecimal(value)
		ok = number && x >= k.Min && x <= k.Max
	}
	if !ok {
		return fmt.Errorf("%s is %s, want %s", k.Name, value, k.Range())
	}
	return nil
}

func parseList(s string) ([]int, error) {
	var list []int
	for word := range strings.SplitSeq(s, ",") {
		x, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil {
			return nil, err
		}
		list = append(list, x)
	}
	return list, nil
}

// stages returns the knobs as the stages of a search take them.
func (c *Config) stages() stage.Config {
	breadth, _ := parseList(c.Breadth) // Validate has seen that these are numbers
	s := stage.Config{
		Fresh: c.Restart == "fresh", FirstTour: c.FirstTour,
		Tree: tree.Config{Alpha: c.Alpha, Beta: c.Beta, Pool: c.Pool, Depth: c.Depth},
		Kick: kick.Config{Breadth: breadth, Depth: c.Depth}, Draw: c.Action == "draw",
		KickSize: c.KickSize, Stretch: c.Stretch, Temperature: c.Temperature,
		Population: c.Population, EAX: c.eax, Elite: c.Elite, Whole: c.Whole, Explore: c.Explore, Doubt: c.Doubt,
	}
	if c.Order == "heatmap" {
		s.Believed = c.Candidates
	}
	if !s.Draw {
		s.Tree.Breadth = breadth
	}
	return s
}

// eax returns the knobs of the recombination of tours of n cities.
func (c *Config) eax(n int) eax.Config { return eax.ForCities(n, c.Children) }

// FindKnob returns the knob of that name.
func FindKnob(name string) (Knob, bool) {
	for _, k := range Knobs {
		if k.Name == name {
			return k, true
		}
	}
	return Knob{}, false
}

// Validate returns every violation of a knob's range, joined.
func (c Config) Validate() error {
	var errs []error
	for _, k := range Knobs {
		errs = append(errs, k.check(&c))
	}
	return errors.Join(errs...)
}

// MarshalJSON writes the knobs that a search by c reads, by name: numbers as numbers,
// in the order of Knobs.
func (c Config) MarshalJSON() ([]byte, error) {
	var read []Knob
	for _, k := range Knobs {
		if k.Read(&c) {
			read = append(read, k)
		}
	}
	return fmt.Appendf(nil, `{"preset":%s,%s}`, jsonString(c.Preset), c.members(read)), nil
}

// jsonString quotes s as JSON does, which knows fewer escapes than Go.
func jsonString(s string) []byte {
	quoted, _ := json.Marshal(s) // never fails
	return quoted
}

// members returns knobs as the members of a JSON object.
func (c Config) members(knobs []Knob) string {
	var list []string
	for _, k := range knobs {
		value := k.Get(&c)
		if k.Kind == Choice || k.Kind == List {
			value = string(jsonString(value))
		}
		list = append(list, fmt.Sprintf("%q:%s", k.Name, value))
	}
	return strings.Join(list, ",")
}

// UnmarshalJSON reads what MarshalJSON wrote. Knobs that are missing keep their
// value; unknown names and values of the wrong type are errors.
func (c *Config) UnmarshalJSON(data []byte) error {
	var values map[string]any
	if err := json.Unmarshal(data, &values); err != nil {
		return err
	}
	var errs []error
	for name, v := range values {
		text := fmt.Sprint(v)
		if x, ok := v.(float64); ok {
			text = strconv.FormatFloat(x, 'f', -1, 64)
		}
		k, ok := FindKnob(name)
		_, isText := v.(string)
		wantText := name == "preset" || k.Kind == Choice || k.Kind == List
		switch {
		case !ok && name != "preset":
			errs = append(errs, fmt.Errorf("unknown knob %q", name))
		case isText && !wantText:
			errs = append(errs, fmt.Errorf("%s is %q, want a number", name, text))
		case wantText && !isText:
			errs = append(errs, fmt.Errorf("%s is %s, want a string", name, text))
		case name == "preset":
			c.Preset = text
		default:
			errs = append(errs, k.Set(c, text))
		}
	}
	return errors.Join(errs...)
}
