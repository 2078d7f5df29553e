package bench

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"tspmcts/mcts"
)

// Knobs is a configuration of the search as the user gave it: a preset, and
// settings that beat it, the later ones the earlier. What it means for an
// instance depends on the instance's size and the heatmap.
type Knobs struct {
	Label    string // names it in an experiment
	Preset   string
	Settings []Setting
}

// Setting is a value of a knob, and where it was given.
type Setting struct {
	Knob   mcts.Knob
	Value  string
	Where  string // for messages
	Misuse bool   // a wrong value is an error of the call
}

// ReadParams adds what a parameter file says: the JSON of a mcts.Config, or a part of it.
func (k *Knobs) ReadParams(file string) error {
	data, err := readWhole(file)
	if err != nil {
		return err
	}
	return k.parse(data, file)
}

// parse reads parameters; name is for messages.
func (k *Knobs) parse(data []byte, name string) error {
	d := json.NewDecoder(bytes.NewReader(data))
	at := func(offset int64) string {
		return fmt.Sprintf("%s:%d", name, 1+bytes.Count(data[:min(int(offset), len(data))], []byte("\n")))
	}
	broken := func(err error) error {
		return fmt.Errorf(`%s: no parameter file (%v), want JSON such as {"preset":"paper","alpha":1}`, at(d.InputOffset()), err)
	}
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		if err == nil {
			err = errors.New("it is no object")
		}
		return broken(err)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return broken(err)
		}
		where := at(d.InputOffset())
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return broken(err)
		}
		text := string(value)
		json.Unmarshal(value, &text) // what is no string stays as it is written
		name := key.(string)
		knob, ok := mcts.FindKnob(name)
		switch {
		case name == "preset":
			if !slices.Contains(mcts.Presets, text) {
				return fmt.Errorf("%s: preset is %q, want one of %s", where, text, strings.Join(mcts.Presets, ", "))
			}
			k.Preset = text
		case name == "version" || name == "instance":
			return fmt.Errorf("%s: found %q, which begins a record, want its member config alone", where, name)
		case !ok:
			return fmt.Errorf("%s: unknown knob %q, want one of %s", where, name, strings.Join(knobNames(), ", "))
		default:
			k.Settings = append(k.Settings, Setting{knob, text, where + ": " + name, false})
		}
	}
	if _, err := d.Token(); err != nil {
		return broken(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return broken(fmt.Errorf("it goes on after the object"))
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

// Config returns the configuration for an instance of n cities and a heatmap of the source.
func (k *Knobs) Config(n int, source string) (mcts.Config, error) {
	cfg, err := mcts.Preset(k.Preset, n, source)
	if err != nil {
		return cfg, err
	}
	for _, s := range k.Settings {
		err := s.Knob.Set(&cfg, s.Value)
		if err == nil {
			err = cfg.Validate()
		}
		if err != nil {
			err = fmt.Errorf("%s is %s, want %s", s.Where, s.Value, s.Knob.Range())
			if s.Misuse {
				err = Misusef("%v", err)
			}
			return cfg, err
		}
	}
	return cfg, cfg.Validate()
}
