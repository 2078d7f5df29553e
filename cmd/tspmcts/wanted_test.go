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

// Lines end as those of a problem may, and a byte order mark is passed over.
func TestForbidPlain(t *testing.T) {
	for _, text := range []string{"1 3\n2 4\n", "1,3\r\n2\t4", "1 3 # one\r2 4\r-1\r", "\xef\xbb\xbf1 3\n2 4\n"} {
		in := tsptest.Random(tsp.Exact2D, 6, 1)
		name := filepath.Join(t.TempDir(), "gone.txt")
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := forbid(in, name); err != nil || in.Keeps(tsp.Tour{0, 1, 3, 2, 4, 5}) == nil || in.Keeps(tsp.Tour{0, 2, 1, 3, 4, 5}) == nil || in.Keeps(tsp.Tour{0, 1, 2, 3, 4, 5}) != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Neither names nor fixed edges are looked through for each line of --forbid. One of three times must
// show it, since other load may come on top.
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
	var plain, named, among time.Duration
	for range 3 {
		plain, named, among = took("1 3\n", false, nil), took("p0 p2\n", true, nil), took("1 3\n", false, fixed)
		if max(named, among) <= more*plain {
			return
		}
	}
	t.Errorf("%v by numbers, %v by names, %v among fixed edges", plain, named, among)
}
