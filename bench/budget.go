package bench

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"tspmcts/tsp"
)

// maxTime is the longest time that a budget may have.
const maxTime = 10 * 365 * 24 * time.Hour

// Span is an amount of time, fixed or by the number of cities.
type Span struct {
	Fixed   time.Duration
	PerCity float64 // seconds; used when Fixed is 0
}

// Given reports whether s is any time at all.
func (s Span) Given() bool { return s.Fixed > 0 || s.PerCity > 0 }

// Of returns the time for n cities.
func (s Span) Of(n int) time.Duration {
	if s.Fixed > 0 {
		return s.Fixed
	}
	return time.Duration(math.Round(min(s.PerCity*float64(n), maxTime.Seconds()) * float64(time.Second)))
}

// String returns what ParseSpan takes, empty for no time.
func (s Span) String() string {
	switch {
	case s.Fixed > 0:
		text := s.Fixed.String() // 1m0s is 1m, but 10s stays
		text = strings.TrimSuffix(text, "m0s")
		if len(text) < len(s.Fixed.String()) {
			text += "m"
		}
		if cut := strings.TrimSuffix(text, "h0m"); cut != text {
			text = cut + "h"
		}
		return text
	case s.PerCity > 0:
		return strconv.FormatFloat(s.PerCity, 'g', -1, 64) + "n"
	}
	return ""
}

// ParseSpan returns a time such as 10s, 1m30s or 0.1n, seconds per city.
func ParseSpan(text string) (Span, error) {
	if digits, ok := strings.CutSuffix(text, "n"); ok {
		if v, ok := tsp.ParseDecimal(digits); ok && v >= 1e-9 && v <= 1e9 { // less may round to 0, no limit
			return Span{PerCity: v}, nil
		}
	} else if d, err := time.ParseDuration(text); err == nil && d > 0 && d <= maxTime {
		return Span{Fixed: d}, nil
	}
	return Span{}, errors.New("want a time above 0 and up to 87600h such as 10s, 1m30s, or 0.1n for a tenth of a second a city")
}

// Budget says when a run ends; what is zero sets no limit.
type Budget struct {
	Time, Stall Span
	Actions     int64
	Target      float64 // a length in the caller's unit
}

// String returns the limits, but for Target, with commas between them; ParseBudget takes one of time
// or of actions that stands alone.
func (b Budget) String() string {
	var parts []string
	if b.Time.Given() {
		parts = append(parts, b.Time.String())
	}
	if b.Actions > 0 {
		parts = append(parts, fmt.Sprintf("%d actions", b.Actions))
	}
	if b.Stall.Given() {
		parts = append(parts, "stall "+b.Stall.String())
	}
	return strings.Join(parts, ", ")
}

// ParseBudget returns a budget such as 10s, 0.1n or "5000 actions".
func ParseBudget(text string) (Budget, error) {
	if digits, ok := strings.CutSuffix(strings.TrimSpace(text), "actions"); ok {
		v, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
		if err != nil || v < 1 {
			return Budget{}, fmt.Errorf("%q, want a number of actions such as 5000 actions", text)
		}
		return Budget{Actions: v}, nil
	}
	s, err := ParseSpan(text)
	if err != nil {
		return Budget{}, fmt.Errorf("%q, want a time such as 10s, 0.1n for a tenth of a second a city, or 5000 actions", text)
	}
	return Budget{Time: s}, nil
}

// LineRange selects instances of a data set file: From <= i < To.
type LineRange struct {
	Given    bool
	From, To int
}

// allLines selects every instance.
var allLines = LineRange{To: math.MaxInt}

// ParseLines returns the range A:B, either end of which may be left out; all for "".
func ParseLines(text string) (LineRange, error) {
	if text == "" {
		return allLines, nil
	}
	r := LineRange{Given: true, To: allLines.To}
	a, b, ok := strings.Cut(text, ":")
	var errA, errB error
	if a != "" {
		r.From, errA = strconv.Atoi(a)
	}
	if b != "" {
		r.To, errB = strconv.Atoi(b)
	}
	if !ok || errA != nil || errB != nil || r.From < 0 || r.To <= r.From {
		return r, fmt.Errorf("%q, want A:B for the instances A to B-1, from 0, such as 0:8", text)
	}
	return r, nil
}
