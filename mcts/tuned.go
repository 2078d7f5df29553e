package mcts

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// TunedRow holds the knobs that were tuned for a preset, a heatmap source and a size.
type TunedRow struct {
	Preset  string          `json:"preset"`
	Heatmap string          `json:"heatmap"`
	N       int             `json:"n"`
	By      string          `json:"by"`    // the command, or the publication
	Knobs   json.RawMessage `json:"knobs"` // as UnmarshalJSON of Config takes them
}

// tunedJSON is the table that presets read: the rows of preset "paper" are the
// authors', the others were written by the commands that they name.
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

// NewTunedRow returns the row that makes c of the preset that it started from: the
// knobs in which they differ.
func NewTunedRow(c Config, source string, n int, by string) (TunedRow, error) {
	plain, err := untuned(c.Preset, n, source)
	if err != nil {
		return TunedRow{}, err
	}
	differ := []Knob{}
	for _, k := range Knobs {
		if k.Get(&c) != k.Get(&plain) {
			differ = append(differ, k)
		}
	}
	return TunedRow{Preset: c.Preset, Heatmap: source, N: n, By: by, Knobs: []byte("{" + c.members(differ) + "}")}, nil
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
		if !slices.Contains(Presets, row.Preset) || row.Heatmap == "" || row.N < 1 {
			return nil, fmt.Errorf("the table of tuned knobs, row %d: preset %q, heatmap %q, n %d; want one of %s, a source, and a number of cities",
				i+1, row.Preset, row.Heatmap, row.N, strings.Join(Presets, ", "))
		}
		c := paperKnobs()
		if err := row.apply(&c); err != nil {
			return nil, fmt.Errorf("the table of tuned knobs, row %d: %w", i+1, err)
		}
	}
	return rows, nil
}

// FormatTuned is the inverse of ParseTuned, a line a row, in order of preset, source and size.
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

// ratio returns how many times one of two sizes is the other, at least 1.
func ratio(a, b int) float64 { return max(float64(a)/float64(b), float64(b)/float64(a)) }
