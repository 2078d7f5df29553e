package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"tspmcts/mcts"
)

const defaultPreset = "paper"

// knobFlags returns one flag for each knob of the search.
func knobFlags() []cli.Flag {
	var flags []cli.Flag
	for _, k := range mcts.Knobs {
		flags = append(flags, option(catKnobs, k.Name, fmt.Sprintf("%s (%s)", k.Usage, k.Range())))
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

// knobs is what the user said about the configuration of the search. A flag
// beats its environment variable (the library sees to that), which beats the
// parameter file, which beats the preset.
type knobs struct {
	preset string
	params []setting
	flags  []setting
}

// setting is a value of a knob, and where it was given.
type setting struct {
	knob  mcts.Knob
	value string
	where string
	usage bool // a wrong value is an error of the call
}

// knobsOf reads flags, environment and parameter file, and refuses what no instance allows.
func knobsOf(c *cli.Context, source string) (*knobs, error) {
	k := &knobs{preset: defaultPreset}
	if file := c.String("params"); file != "" {
		if err := k.readParams(file); err != nil {
			return nil, err
		}
	}
	if name := c.String("preset"); name != "" {
		if !slices.Contains(mcts.Presets, name) {
			return nil, usagef("%s is %q, want one of %s", flagged("preset"), name, strings.Join(mcts.Presets, ", "))
		}
		k.preset = name
	}
	for _, knob := range mcts.Knobs {
		if value := c.String(knob.Name); value != "" {
			k.flags = append(k.flags, setting{knob, value, flagged(knob.Name), true})
		}
	}
	_, err := k.config(1000, source)
	return k, err
}

// readParams reads a parameter file: the JSON of a mcts.Config, or a part of it.
func (k *knobs) readParams(file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return fileError(file, err)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	at := func(offset int64) string {
		return fmt.Sprintf("%s:%d", file, 1+bytes.Count(data[:min(int(offset), len(data))], []byte("\n")))
	}
	broken := func(err error) error {
		return fmt.Errorf(`%s: no parameter file (%v), want JSON such as {"preset":"paper","alpha":1}`, at(d.InputOffset()), err)
	}
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		if err == nil {
			err = fmt.Errorf("it begins with %v", t)
		}
		return broken(err)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return broken(err)
		}
		where := at(d.InputOffset())
		var value any
		if err := d.Decode(&value); err != nil {
			return broken(err)
		}
		name := key.(string)
		knob, ok := mcts.FindKnob(name)
		text := fmt.Sprint(value)
		switch {
		case name == "preset":
			if !slices.Contains(mcts.Presets, text) {
				return fmt.Errorf("%s: preset is %q, want one of %s", where, text, strings.Join(mcts.Presets, ", "))
			}
			k.preset = text
		case !ok:
			return fmt.Errorf("%s: unknown knob %q, want one of %s", where, name, strings.Join(knobNames(), ", "))
		default:
			k.params = append(k.params, setting{knob, text, where + ": " + name, false})
		}
	}
	if _, err := d.Token(); err != nil {
		return broken(err)
	}
	return nil
}

func knobNames() []string {
	var names []string
	for _, k := range mcts.Knobs {
		names = append(names, k.Name)
	}
	return names
}

// config returns the configuration for an instance of n cities and a heatmap of the source.
func (k *knobs) config(n int, source string) (mcts.Config, error) {
	cfg, err := mcts.Preset(k.preset, n, source)
	if err != nil {
		return cfg, err
	}
	for _, s := range append(slices.Clone(k.params), k.flags...) {
		err := s.knob.Set(&cfg, s.value)
		if err == nil {
			err = cfg.Validate()
		}
		if err != nil {
			err = fmt.Errorf("%s is %s, want %s", s.where, s.value, s.knob.Range())
			if s.usage {
				err = usagef("%v", err)
			}
			return cfg, err
		}
	}
	return cfg, cfg.Validate()
}
