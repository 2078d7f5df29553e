package main

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

// The time is kept where the first tour alone takes longer: half a million cities on a line or in
// the square, a tenth of a second. The bound allows for machines that are busy with other things.
func TestTimeOfMany(t *testing.T) {
	if raceEnabled {
		t.Skip("some ten times as slow")
	}
	dir := t.TempDir()
	var b strings.Builder
	const n = 500000
	b.WriteString("NAME: line\nTYPE: TSP\nDIMENSION: 500000\nEDGE_WEIGHT_TYPE: EUC_2D\nNODE_COORD_SECTION\n")
	for i := range n {
		b.WriteString(strings.Join([]string{strconv.Itoa(i + 1), strconv.Itoa(i * 7919 % n), "0\n"}, " "))
	}
	write(t, dir, "line.tsp", b.String()+"EOF\n")
	must(t, dir, "generate", "--cities", "500000", "--out", "square.tsp")
	for _, file := range []string{"line.tsp", "square.tsp"} {
		start := time.Now()
		must(t, dir, "solve", file, "--actions", "1", "--time", "1ms") // what reading takes
		reading := time.Since(start)
		for _, r := range records(t, must(t, dir, "solve", file, "--time", "100ms", "--json", "-")) {
			if s := r["seconds"].(float64); r["stop"] != "time" || s > 1+5*reading.Seconds() {
				t.Errorf("%s: stop %v after %.2f s of 0.1; a run without time takes %v", file, r["stop"], s, reading)
			}
		}
	}
}
