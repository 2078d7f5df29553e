package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"tspmcts/bench"
	"tspmcts/mcts"
)

const (
	defaultPreset  = "default"
	defaultHeatmap = mcts.AutoHeatmap
)

// knobFlags returns one flag for each knob of the search.
func knobFlags() []cli.Flag {
	var flags []cli.Flag
	for _, k := range mcts.Knobs {
		read := ""
		if k.Use.When != "" {
			read = "; read " + k.Use.When
		}
		flags = append(flags, option(catKnobs, k.Name, fmt.Sprintf("%s (%s%s)", k.Usage, k.Range(), read)))
	}
	return flags
}

// configFlags returns the flags that [knobsOf] reads.
func configFlags() []cli.Flag {
	return append([]cli.Flag{
		option(catSearch, "preset", fmt.Sprintf("`NAME` of the knobs to start from: %s (default: %s)", strings.Join(mcts.Presets, ", "), defaultPreset)),
		option(catSearch, "params", "take knobs from the JSON `FILE`, by name; it beats the preset"),
	}, knobFlags()...)
}

// knobsOf reads flags, environment and parameter file, and refuses what no instance
// allows. A flag beats its environment variable (the library sees to that), which
// beats the parameter file, which beats the preset.
func knobsOf(c *cli.Context, source string) (*bench.Knobs, error) {
	k := &bench.Knobs{Preset: defaultPreset}
	if file := c.String("params"); file != "" {
		if err := k.ReadParams(file); err != nil {
			return nil, err
		}
	}
	if name := c.String("preset"); name != "" {
		if !slices.Contains(mcts.Presets, name) {
			return nil, usagef("--preset is %q, want one of %s", name, strings.Join(mcts.Presets, ", "))
		}
		k.Preset = name
	}
	for _, knob := range mcts.Knobs {
		if value := c.String(knob.Name); value != "" {
			k.Settings = append(k.Settings, bench.Setting{Knob: knob, Value: value, Where: "--" + knob.Name, Misuse: true})
		}
	}
	return k, tellUnread(k, source)
}

// tellUnread warns of settings that the search which they ask for does not read. The
// error is that of what no instance allows.
func tellUnread(k *bench.Knobs, source string) error {
	cfg, err := k.Config(1000, source)
	if err != nil {
		return err
	}
	for _, s := range k.Settings {
		if !s.Knob.Read(&cfg) {
			warn("%s has no effect: it is read %s", s.Where, s.Knob.Use.When)
		}
	}
	return nil
}
