package tsp

import "testing"

// What is a number to Go alone is none in a file.
func TestParseDecimal(t *testing.T) {
	for text, want := range map[string]float64{"0": 0, "-1": -1, "+.5e3": 500, "6.0E+03": 6000, "1.": 1, "1e-400": 0} {
		if v, ok := ParseDecimal(text); !ok || v != want {
			t.Errorf("%q is %v, %v, want %v", text, v, ok, want)
		}
	}
	for _, text := range []string{"", "-", ".", "e", "1e", "1_000", "0x10", "0x1p4", "inf", "-Infinity", "NaN", "1e400", "1,5", " 1", "1 ", "1f", "--1", "1e1.5", "\u0661"} {
		if v, ok := ParseDecimal([]byte(text)); ok {
			t.Errorf("%q is %v, want no number", text, v)
		}
	}
}
