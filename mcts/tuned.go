package mcts

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// TunedRow holds what tuning a preset found for a heatmap source and a size.
type TunedRow struct {
	Preset  string          `json:"preset"`
	Heatmap string          `json:"heatmap"`
	N       int             `json:"n"`
	Knobs   json.RawMessage `json:"knobs"` // as UnmarshalJSON of Config takes them; {} where nothing beat the preset's own
	Gap     float64         `json:"gap"`   // mean over the held-out instances, in percent over the best known lengths
	Base    float64         `json:"base"`  // the same of the preset's own knobs
	P       float64         `json:"p"`     // that the best challenger differs from them (Wilcoxon)
	By      string          `json:"by"`    // the command that found it
}

// tunedJSON is the table that presets read, which command tune has written.
//
//go:embed tuned.json
var tunedJSON []byte

var tunedTable = sync.OnceValue(func() []TunedRow {
	rows, err := ParseTuned(tunedJSON)
	if err != nil {
		panic(err) // TestTunedTable has seen it
	}
	return rows
})

// SetKnobs makes row one that makes c of the preset that c started from: by the
// knobs in which they differ.
func (row *TunedRow) SetKnobs(c Config) error {
	plain, err := untuned(row.Preset, row.N, row.Heatmap)
	if err != nil {
		return err
	}
	differ := []Knob{}
	for _, k := range Knobs {
		if k.Get(&c) != k.Get(&plain) {
			differ = append(differ, k)
		}
	}
	row.Knobs = []byte("{" + c.members(differ) + "}")
	return nil
}

// ParseTuned reads a table of tuned knobs: a JSON array of rows.
func ParseTuned(data []byte) ([]TunedRow, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	var rows []TunedRow
	if err := d.Decode(&rows); err != nil {
		return nil, fmt.Errorf("the table of tuned knobs: %w", err)
	}
	for i, row := range rows {
		if !slices.Contains(TunedPresets, row.Preset) || row.Heatmap == "" || row.N < 1 {
			return nil, fmt.Errorf("the table of tuned knobs, row %d: preset %q, heatmap %q, n %d; want one of %s, a source, and a number of cities",
				i+1, row.Preset, row.Heatmap, row.N, strings.Join(TunedPresets, ", "))
		}
		c := paperKnobs()
		if err := row.apply(&c); err != nil {
			return nil, fmt.Errorf("the table of tuned knobs, row %d: %w", i+1, err)
		}
	}
	return rows, nil
}

// FormatTuned is the inverse of ParseTuned, a line a row, in order of preset, source
// and size.
func FormatTuned(rows []TunedRow) ([]byte, error) {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b TunedRow) int {
		if c := strings.Compare(a.Preset+" "+a.Heatmap, b.Preset+" "+b.Heatmap); c != 0 {
			return c
		}
		return a.N - b.N
	})
	var b bytes.Buffer
	for i, row := range rows {
		row.Gap, row.Base, row.P = rounded(row.Gap), rounded(row.Base), rounded(row.P)
		line, err := json.Marshal(row)
		if err != nil {
			return nil, err
		}
		b.WriteString([]string{"[\n", ",\n"}[min(i, 1)])
		b.Write(line)
	}
	if len(rows) == 0 {
		b.WriteByte('[')
	}
	b.WriteString("\n]\n")
	return b.Bytes(), nil
}

// rounded is x to three digits.
func rounded(x float64) float64 {
	x, _ = strconv.ParseFloat(strconv.FormatFloat(x, 'g', 3, 64), 64)
	return x
}

func (row TunedRow) apply(c *Config) error {
	preset := c.Preset
	if err := json.Unmarshal(row.Knobs, c); err != nil {
		return err
	}
	c.Preset = preset
	return c.Validate()
}

// nearestTuned returns the row of a preset and source whose size is nearest to n.
func nearestTuned(preset, source string, n int) (best TunedRow, ok bool) {
	for _, row := range tunedTable() {
		if row.Preset == preset && row.Heatmap == source && (!ok || ratio(row.N, n) < ratio(best.N, n)) {
			best, ok = row, true
		}
	}
	return best, ok
}
