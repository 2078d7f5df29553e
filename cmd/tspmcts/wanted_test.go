package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// Neither names nor fixed edges are looked through for each line of --forbid.
func TestForbidMany(t *testing.T) {
	const n, lines, more = 40000, 10000, 20
	took := func(line string, named bool, fixed [][2]int32) time.Duration {
		in := tsptest.Random(tsp.Exact2D, n, 1)
		for i := 0; named && i < n; i++ {
			in.Names = append(in.Names, fmt.Sprintf("p%d", i))
		}
		if err := in.SetFixed(fixed); err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(t.TempDir(), "gone.txt")
		if err := os.WriteFile(name, []byte(strings.Repeat(line, lines)), 0o666); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if err := forbid(in, name); err != nil || !in.Forbids() {
			t.Fatal(err)
		}
		return time.Since(start)
	}
	var fixed [][2]int32
	for i := range int32(n / 2) {
		fixed = append(fixed, [2]int32{2 * i, 2*i + 1})
	}
	plain := took("1 3\n", false, nil)
	if named := took("p0 p2\n", true, nil); named > more*plain {
		t.Errorf("%v by names, %v by numbers", named, plain)
	}
	if among := took("1 3\n", false, fixed); among > more*plain {
		t.Errorf("%v among fixed edges, %v without", among, plain)
	}
}
