package stat

import (
	"encoding/binary"
	"math"
	"testing"
)

// Every statistic ends, without a panic, for every input, NaN and infinities
// included; probabilities are probabilities, and ranks sum to what they must.
func FuzzEnds(f *testing.F) {
	add := func(x ...float64) {
		var b []byte
		for _, v := range x {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
		}
		f.Add(b, uint8(2))
	}
	add(math.NaN(), 0, math.NaN())
	add(math.Inf(1), math.Inf(-1), 0, math.Inf(1), 1, 2)
	add(0, 0, 0, 0)
	f.Fuzz(func(t *testing.T, data []byte, k uint8) {
		var x []float64
		for len(data) >= 8 && len(x) < 200 {
			x = append(x, math.Float64frombits(binary.LittleEndian.Uint64(data)))
			data = data[8:]
		}
		n := float64(len(x))
		sum := 0.0
		for _, r := range Ranks(x) {
			sum += r
		}
		if math.Abs(sum-n*(n+1)/2) > 1e-6 {
			t.Errorf("the ranks of %v sum to %v", x, sum)
		}
		if p, _ := Wilcoxon(x); !(p >= 0 && p <= 1) {
			t.Errorf("Wilcoxon of %v: %v", x, p)
		}
		if lo, hi := interval(x, 0.95, 20, 1); lo > hi {
			t.Errorf("the interval of %v: %v to %v", x, lo, hi)
		}
		Median(x)
		Holm(x)
		columns := max(2, int(k%8))
		var blocks [][]float64
		for len(x) >= columns {
			blocks = append(blocks, x[:columns])
			x = x[columns:]
		}
		if r, err := Friedman(blocks); err == nil && !(r.P >= 0 && r.P <= 1) {
			t.Errorf("Friedman of %v: %v", blocks, r.P)
		}
	})
}
