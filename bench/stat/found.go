package stat

import (
	"cmp"
	"math"
)

// Found is what a solver found on an instance, or the means of several runs.
type Found struct {
	Gap    float64 // percent; +Inf where it is undefined: over a length of 0
	Length float64
}

// Minus returns f's gap minus g's, rounded as RoundGap does. Where one is undefined that is infinite,
// with the sign of the difference of their lengths.
func (f Found) Minus(g Found) float64 {
	switch {
	case !math.IsInf(f.Gap, 1) && !math.IsInf(g.Gap, 1):
		return RoundGap(f.Gap - g.Gap)
	case f.Length == g.Length:
		return 0
	}
	return math.Inf(cmp.Compare(f.Length, g.Length))
}

// RoundGap rounds a gap, or a difference of gaps, in percent, to what is ranked: rounding errors of
// sums would break ties.
func RoundGap(gap float64) float64 {
	const same = 1e-7
	return math.Round(gap/same) * same
}
