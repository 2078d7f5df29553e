package bench

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"tspmcts/mcts"
	"tspmcts/tsp"
)

// Record is one solved instance as --json writes it.
type Record struct {
	Instance string       `json:"instance"`
	N        int          `json:"n"`
	Metric   string       `json:"metric"`
	Length   json.Number  `json:"length"`              // in the caller's unit
	Unit     string       `json:"unit,omitempty"`      // m or s, where it is known
	Optimum  *json.Number `json:"optimum"`             // or the best known length; null where unknown
	Gap      *float64     `json:"gap"`                 // percent over Optimum
	Bound    *json.Number `json:"bound"`               // a lower bound; null where none was computed
	BoundGap *float64     `json:"bound_gap,omitempty"` // percent over Bound
	Seconds  float64      `json:"seconds"`             // from the instance in memory to the answer
	Seed     uint64       `json:"seed"`
	Workers  int          `json:"workers"` // 0 where other machines searched, with as many as they had
	Stop     mcts.Stop    `json:"stop"`
	Heatmap  string       `json:"heatmap"`
	Preset   string       `json:"preset"`
	Actions  int64        `json:"actions"`
	Work     []mcts.Work  `json:"work,omitempty"` // by operator and depth
	Config   *mcts.Config `json:"config"`         // null for other programs
	Trace    []Point      `json:"trace"`
	Visits   []uint16     `json:"-"` // of each city: how many regions with it were worked on
}

// Point is an improvement: when, and the length then.
type Point struct {
	Seconds float64     `json:"seconds"`
	Length  json.Number `json:"length"`
}

// known returns an optimum, or best known length, as records hold it, nil where it is 0.
func known(optimum float64) *json.Number {
	if optimum == 0 {
		return nil
	}
	text := json.Number(strconv.FormatFloat(optimum, 'f', -1, 64))
	return &text
}

// LengthText returns a length in the caller's unit for a program to read.
func LengthText(in *tsp.Instance, v float64) string {
	if in.Metric.Exact() || in.Scale != 1 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'f', 0, 64)
}

// LengthShort returns a length for people: eight digits of an exact one.
func LengthShort(in *tsp.Instance, v float64) string {
	if !in.Metric.Exact() {
		return LengthText(in, v)
	}
	digits := 1
	if v >= 1 {
		digits += int(math.Log10(v))
	}
	return strconv.FormatFloat(v, 'f', max(0, 8-digits), 64)
}

// UnitText returns the unit of in's lengths as it stands behind one, empty where it is unknown.
func UnitText(in *tsp.Instance) string {
	if in.Unit == "" {
		return ""
	}
	return " " + in.Unit
}

// GapOf returns how far length lies above optimum, in percent; nil where optimum is 0, for unknown.
func GapOf(length, optimum float64) *float64 {
	gap := GapOver(length, optimum)
	if optimum == 0 || math.IsInf(gap, 0) {
		return nil
	}
	return &gap
}

// GapOver returns how far length lies above reference, in percent. Over a
// reference of 0 it is 0 for a length of 0, and undefined otherwise, which is +Inf.
func GapOver(length, reference float64) float64 {
	if length == reference {
		return 0
	}
	return (length/reference - 1) * 100
}

// GapText writes a gap, - where it is unknown.
func GapText(gap *float64) string {
	if gap == nil {
		return "-"
	}
	if math.IsInf(*gap, 0) {
		return "undefined"
	}
	return fmt.Sprintf("%.3f %%", *gap)
}

// seconds rounds a time to microseconds.
func seconds(s float64) float64 { return math.Round(s*1e6) / 1e6 }
