package tune

import (
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strconv"
	"strings"

	"tspmcts/bench"
	"tspmcts/mcts"
	"tspmcts/tsp"
)

// Dim is a knob that is searched: between Lo and Hi, or among Values.
type Dim struct {
	Knob   mcts.Knob
	Lo, Hi float64
	Log    bool
	Values []string
}

// Space is what is searched. Its points lie in the unit cube.
type Space []Dim

// ParseSpace returns the space of a list such as "alpha,beta=1:200 log,order=heatmap|distance"
// with commas or semicolons between knobs; without a range it is that of the knob's table. An empty
// list stands for the knobs that a search by the base reads and the table has a range for.
func ParseSpace(list string, base mcts.Config) (Space, error) {
	var parts []string
	switch {
	case list != "":
		for part := range strings.SplitSeq(list, ";") {
			for piece := range strings.SplitSeq(part, ",") {
				// Values may hold commas: what names no knob goes on with the list before.
				piece = strings.TrimSpace(piece)
				_, ok := mcts.FindKnob(piece)
				if ok || strings.Contains(piece, "=") || len(parts) == 0 || !isList(parts[len(parts)-1]) {
					parts = append(parts, piece)
				} else {
					parts[len(parts)-1] += "," + piece
				}
			}
		}
	default:
		for _, k := range mcts.Knobs {
			if k.Search != "" && k.Read(&base) {
				parts = append(parts, k.Name)
			}
		}
	}
	var space Space
	for _, part := range parts {
		name, text, given := strings.Cut(part, "=")
		knob, ok := mcts.FindKnob(name)
		if !ok {
			return nil, fmt.Errorf("unknown knob %q", name)
		}
		if slices.ContainsFunc(space, func(d Dim) bool { return d.Knob.Name == name }) {
			return nil, fmt.Errorf("%s is there twice", name)
		}
		if !given {
			text = searched(knob)
		}
		d, err := parseDim(knob, text)
		if err != nil {
			return nil, err
		}
		space = append(space, d)
	}
	return space, nil
}

// isList reports whether a part of a space gives values that are lists.
func isList(part string) bool {
	name, _, given := strings.Cut(part, "=")
	knob, _ := mcts.FindKnob(name)
	return given && knob.Kind == mcts.List
}

// searched returns what the table says a tuner tries, all that the knob takes where it says
// nothing.
func searched(k mcts.Knob) string {
	switch {
	case k.Search != "":
		return k.Search
	case k.Kind == mcts.Choice:
		return strings.Join(k.Choices, "|")
	case k.Min > 0 && k.Max/k.Min > 100:
		return fmt.Sprintf("%g:%g log", k.Min, k.Max)
	}
	return fmt.Sprintf("%g:%g", k.Min, k.Max)
}

func parseDim(knob mcts.Knob, text string) (Dim, error) {
	d := Dim{Knob: knob}
	wrong := func() (Dim, error) {
		return d, fmt.Errorf("the range of %s is %q, want lo:hi, lo:hi log, or values such as a|b, within %s", knob.Name, text, knob.Range())
	}
	if strings.Contains(text, "|") || knob.Kind == mcts.Choice || knob.Kind == mcts.List {
		d.Values = strings.Split(text, "|")
	} else {
		bounds, log := strings.CutSuffix(text, " log")
		lo, hi, ok := strings.Cut(bounds, ":")
		var okLo, okHi bool
		d.Lo, okLo = tsp.ParseDecimal(strings.TrimSpace(lo))
		d.Hi, okHi = tsp.ParseDecimal(strings.TrimSpace(hi))
		if knob.Kind == mcts.Integer {
			d.Lo, d.Hi = math.Ceil(d.Lo), math.Floor(d.Hi) // rounding would leave the range
		}
		if d.Log = log; !ok || !okLo || !okHi || d.Lo >= d.Hi || log && d.Lo <= 0 {
			return wrong()
		}
	}
	for _, unit := range []float64{0, 0.5, 1} { // the ends, and every value
		tries := []string{d.text(unit)}
		if d.Values != nil {
			tries = d.Values
		}
		for _, value := range tries {
			c, err := mcts.Preset("paper", 1000, "")
			if err == nil {
				err = knob.Set(&c, value)
			}
			if err == nil {
				err = c.Validate()
			}
			if err != nil {
				return wrong()
			}
		}
	}
	return d, nil
}

// text returns the value at a place from 0 to 1.
func (d Dim) text(unit float64) string {
	if d.Values != nil {
		return d.Values[min(int(unit*float64(len(d.Values))), len(d.Values)-1)]
	}
	v := d.Lo + unit*(d.Hi-d.Lo)
	if d.Log {
		lo := math.Log2(d.Lo) // Hi/Lo may be infinite, and Log is wrong for the least numbers
		v = math.Exp2(lo + unit*(math.Log2(d.Hi)-lo))
	}
	if d.Knob.Kind == mcts.Integer {
		return strconv.FormatFloat(math.Round(v), 'f', 0, 64)
	}
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 3, 64), 64)
	return strconv.FormatFloat(min(max(v, d.Lo), d.Hi), 'f', -1, 64)
}

// place is the inverse of text, or the nearest place to a value outside.
func (d Dim) place(value string) float64 {
	if d.Values != nil {
		i := max(0, slices.Index(d.Values, value))
		return (float64(i) + 0.5) / float64(len(d.Values))
	}
	v, ok := tsp.ParseDecimal(value)
	if !ok {
		return 0.5
	}
	v = min(max(v, d.Lo), d.Hi)
	if d.Log {
		lo := math.Log2(d.Lo)
		return (math.Log2(v) - lo) / (math.Log2(d.Hi) - lo)
	}
	return (v - d.Lo) / (d.Hi - d.Lo)
}

// configuration is a point of the space, and what it stands for.
type configuration struct {
	x      []float64
	knobs  *bench.Knobs
	isBase bool
}

// at returns the configuration of a point.
func (s Space) at(x []float64, base *bench.Knobs) *configuration {
	k := &bench.Knobs{Preset: base.Preset, Settings: slices.Clone(base.Settings)}
	h := fnv.New32a()
	for i, d := range s {
		value := d.text(x[i])
		k.Settings = append(k.Settings, bench.Setting{Knob: d.Knob, Value: value, Where: d.Knob.Name})
		fmt.Fprintf(h, "%s=%s;", d.Knob.Name, value)
	}
	k.Label = fmt.Sprintf("c%08x", h.Sum32())
	return &configuration{x: s.snap(x), knobs: k}
}

// snap returns the point that stands for all that are the same configuration: where in the share of
// a value a point lay is nothing that a surrogate could learn from.
func (s Space) snap(x []float64) []float64 {
	snapped := make([]float64, len(s))
	for i, d := range s {
		snapped[i] = d.place(d.text(x[i]))
	}
	return snapped
}

// baseAt returns the base as a configuration, in the place nearest to it.
func (s Space) baseAt(base *bench.Knobs, cfg mcts.Config) *configuration {
	x := make([]float64, len(s))
	for i, d := range s {
		x[i] = d.place(d.Knob.Get(&cfg))
	}
	k := *base
	k.Label = "base"
	return &configuration{x: x, knobs: &k, isBase: true}
}
