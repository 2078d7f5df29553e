package tsplib

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// identity returns the tour 1..n.
func identity(n int) tsp.Tour {
	t := make(tsp.Tour, n)
	for i := range t {
		t[i] = int32(i)
	}
	return t
}

// mustRead reads text, which must give no error and as many warnings.
func mustRead(t *testing.T, text string, warnings int) *tsp.Instance {
	t.Helper()
	in, warn, err := Read(strings.NewReader(text), "dir/file.tsp")
	if err != nil {
		t.Fatal(err)
	}
	if len(warn) != warnings {
		t.Fatalf("%d warnings, want %d: %v", len(warn), warnings, warn)
	}
	return in
}

// problemText returns a problem with the given header lines and body.
func problemText(n int, metric, body string) string {
	return fmt.Sprintf("NAME: p\nTYPE: TSP\nDIMENSION: %d\nEDGE_WEIGHT_TYPE: %s\n%s", n, metric, body)
}

// TestMetrics pins one distance of each metric, worked out by hand from the
// document's formulas.
func TestMetrics(t *testing.T) {
	tests := []struct {
		metric, coords string
		want           int32
	}{
		{"EUC_2D", "1 0 0\n2 3 4.7\n", 6},   // 5.58
		{"EUC_3D", "1 0 0 0\n2 1 2 2\n", 3}, // 3
		{"CEIL_2D", "1 0 0\n2 1 1\n", 2},    // 1.41
		{"CEIL_3D", "1 0 0 0\n2 1 1 1\n", 2},
		{"FLOOR_2D", "1 0 0\n2 3 4.7\n", 5},
		{"FLOOR_3D", "1 0 0 0\n2 1 1 9\n", 9},   // 9.11
		{"MAN_2D", "1 0 0\n2 1.3 2.3\n", 4},     // 3.6, not 1 + 2
		{"MAN_3D", "1 0 0 0\n2 1 -2 3\n", 6},    //
		{"MAX_2D", "1 0 0\n2 -7.6 2\n", 8},      //
		{"MAX_3D", "1 0 0 0\n2 1 2 -3\n", 3},    //
		{"ATT", "1 0 0\n2 10 0\n", 4},           // 3.16 up
		{"XRAY1", "1 350 0 0\n2 5 1 1\n", 1500}, // 345 is 15 the other way round
		{"XRAY2", "1 0 0 0\n2 25 15 2\n", 2000}, // 25/1.25
		{"GEO", "1 0 0\n2 0 0\n", 1},            // trunc(0 + 1)
		{"GEO", "1 0.30 0\n2 -0.30 0\n", 112},   // one degree: 111.3 + 1
		{"GEO", "1 0 10.30\n2 0 9.30\n", 112},   //
		{"GEOM", "1 0 0\n2 0 1\n", 111324},      // 111323.9 + 1
	}
	for _, tt := range tests {
		in := mustRead(t, problemText(2, tt.metric, "NODE_COORD_SECTION\n"+tt.coords+"EOF\n"), 0)
		if got := in.Dist(0, 1); got != tt.want {
			t.Errorf("%s %q: %d, want %d", tt.metric, tt.coords, got, tt.want)
		}
		if in.Metric.String() != tt.metric {
			t.Errorf("metric %v, want %s", in.Metric, tt.metric)
		}
	}
	for metric, coords := range map[string]string{"EXACT_2D": "1 0 0\n2 0.3 0.4\n", "EXACT_3D": "1 0 0 0\n2 0.3 0 0.4\n"} {
		in := mustRead(t, problemText(2, metric, "NODE_COORD_SECTION\n"+coords), 0)
		if got := in.Value(identity(2)); got != 1 {
			t.Errorf("%s: %v, want 1", metric, got)
		}
	}
}

// TestFormats pins every EDGE_WEIGHT_FORMAT on the matrix whose d(i,j) is 10 i + j, i < j.
func TestFormats(t *testing.T) {
	formats := map[string]string{
		"FULL_MATRIX":    "0 12 13 14 12 0 23 24 13 23 0 34 14 24 34 0",
		"UPPER_ROW":      "12 13 14 23 24 34",
		"LOWER_ROW":      "12 13 23 14 24 34",
		"UPPER_DIAG_ROW": "0 12 13 14 0 23 24 0 34 0",
		"LOWER_DIAG_ROW": "0 12 0 13 23 0 14 24 34 0",
		"UPPER_COL":      "12 13 23 14 24 34",
		"LOWER_COL":      "12 13 14 23 24 34",
		"UPPER_DIAG_COL": "0 12 0 13 23 0 14 24 34 0",
		"LOWER_DIAG_COL": "0 12 13 14 0 23 24 0 34 0",
	}
	want := []int32{0, 12, 13, 14, 12, 0, 23, 24, 13, 23, 0, 34, 14, 24, 34, 0}
	for format, numbers := range formats {
		for _, wrap := range []string{" ", "\n", "\r\n", "\t", " \n\n  "} { // line ends mean nothing
			text := problemText(4, "EXPLICIT", "EDGE_WEIGHT_FORMAT: "+format+"\nEDGE_WEIGHT_SECTION\n"+strings.ReplaceAll(numbers, " ", wrap)+"\nEOF\n")
			if in := mustRead(t, text, 0); !slices.Equal(in.Matrix, want) {
				t.Errorf("%s: %v", format, in.Matrix)
			}
		}
	}
	both := problemText(3, "EXPLICIT", "EDGE_WEIGHT_FORMAT: UPPER_ROW\nEDGE_DATA_FORMAT: EDGE_LIST\nEDGE_WEIGHT_SECTION\n12 13 23\n")
	if in := mustRead(t, both, 0); in.Dist(0, 2) != 13 {
		t.Errorf("with the format of edges besides: %v", in.Matrix)
	}
	for _, none := range []string{"inf", "INF", "Infinity", "2147483647"} {
		in := mustRead(t, problemText(3, "EXPLICIT", "EDGE_WEIGHT_FORMAT: UPPER_ROW\nEDGE_WEIGHT_SECTION\n12 "+none+" 23\n"), 0)
		if !in.Forbids() || in.Dist(0, 2) != tsp.NoEdge || in.Dist(1, 2) != 23 {
			t.Errorf("%s is %d", none, in.Dist(0, 2))
		}
	}
}

// TestAccepted pins what real files do, each as the one square of side 10.
func TestAccepted(t *testing.T) {
	const coords = "NODE_COORD_SECTION\n1 0 0\n2 0 10\n3 10 10\n4 10 0\n"
	head := problemText(4, "EUC_2D", "")
	tests := map[string]string{
		"plain":            head + coords + "EOF\n",
		"no EOF":           head + coords,
		"no last line end": strings.TrimSuffix(head+coords, "\n"),
		"EOF without end":  head + coords + "EOF",
		"DOS end of file":  head + coords + "\x1a",
		"junk after EOF":   head + coords + "EOF\n\x00\xff whatever : 1 2 3\nDIMENSION: 7\n",
		"CRLF":             strings.ReplaceAll(head+coords+"EOF\n", "\n", "\r\n"),
		"BOM":              "\xef\xbb\xbf" + head + coords,
		"tabs":             strings.ReplaceAll(strings.ReplaceAll(head+coords, " ", "\t"), ":", "\t:\t"),
		"blank lines":      strings.ReplaceAll(head+coords, "\n", " \n\n"),
		"no colon blank":   strings.ReplaceAll(head+coords, ": ", ":"),
		"colon blanks":     strings.ReplaceAll(head+coords, ":", "  :  "),
		"equals sign":      strings.ReplaceAll(head+coords, ":", "="),
		"lower case":       strings.ToLower(head + coords + "EOF\n"),
		"section colon":    strings.ReplaceAll(head+coords, "SECTION", "SECTION :"),
		"leading zeros":    head + "NODE_COORD_SECTION\n0001 0 0\n0002 0 10\n0003 10 10\n0004 10 0\n",
		"any order":        head + "NODE_COORD_SECTION\n1 0 0\n4 10 0\n3 10 10\n2 0 10\n",
		"exponents":        head + "NODE_COORD_SECTION\n1 0.0e+00 0E0\n2 -0 1e1\n3 1.00000e+01 +10\n4 .1e2 0.\n",
		"real ids":         head + "NODE_COORD_SECTION\n1.0 0 0\n2.0e+00 0 10\n3 10 10\n4 10 0\n",
		"closed by -1":     head + coords + "-1\nEOF\n",
		"TYPE with more":   strings.ReplaceAll(head+coords, "TYPE: TSP", "TYPE: TSP (M.~Hofmeister)"),
		"trailing blanks":  strings.ReplaceAll(head+coords, "\n", " \t \n"),
		"two comments":     "COMMENT: a\nCOMMENT: b\n" + head + coords,
		"display type":     head + "DISPLAY_DATA_TYPE: COORD_DISPLAY\nNODE_COORD_TYPE: TWOD_COORDS\nEDGE_WEIGHT_FORMAT: FUNCTION\n" + coords,
		"same line":        head + "NODE_COORD_SECTION 1 0 0\n2 0 10\n3 10 10\n4 10 0\n",
		"display section":  head + coords + "DISPLAY_DATA_SECTION\n1 1 1\n2 2 2\n3 3 3\n4 4 4\n",
		"matrix exponents": problemText(4, "EXPLICIT", "EDGE_WEIGHT_FORMAT: UPPER_ROW\nEDGE_WEIGHT_SECTION\n1.0e+01 14 10 10.0 1.4e1 10\n"),
		"junk diagonal":    problemText(4, "EXPLICIT", "EDGE_WEIGHT_FORMAT: FULL_MATRIX\nEDGE_WEIGHT_SECTION\n9e99 10 14 10 10 -1 10 14 14 10 1.5 10 10 14 10 9999999999\n"),
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			in := mustRead(t, text, 0)
			if got := in.Length(identity(4)); got != 40 || in.Dist(0, 2) != 14 || in.Name != "p" && name != "lower case" {
				t.Errorf("length %d, diagonal %d, name %q", got, in.Dist(0, 2), in.Name)
			}
			one, _, err := Read(iotest.OneByteReader(strings.NewReader(text)), "dir/file.tsp")
			if err != nil || !reflect.DeepEqual(one, in) {
				t.Errorf("read byte by byte: %v", err)
			}
		})
	}
}

// The graph of HCP is the same in every format, and costs the memory of its edges alone.
func TestGraphs(t *testing.T) {
	const head = "NAME: g\nTYPE: HCP\nDIMENSION: 5\nEDGE_DATA_FORMAT: "
	want := [][2]int32{{0, 1}, {0, 2}, {1, 3}, {2, 4}, {3, 4}}
	for name, text := range map[string]string{
		"edges":                 "EDGE_LIST\nEDGE_DATA_SECTION\n1 2\n3 1\n5 4\n 2 4\n3 5\n-1\nEOF\n",
		"edges on one line":     "edge_list\nEDGE_DATA_SECTION : \n1 2 1 3 2 4 3 5 4 5 -1\n",
		"edges twice, a loop":   "EDGE_LIST\nEDGE_DATA_SECTION\n1 2\n2 1\n3 3\n1 3\n2 4\n3 5\n4 5\n4 5\n-1\nEOF\n",
		"a format of distances": "EDGE_LIST\nEDGE_WEIGHT_FORMAT: FUNCTION\nEDGE_DATA_SECTION\n1 2 1 3 2 4 3 5 4 5 -1\n",
		"lists, each edge once": "ADJ_LIST\nEDGE_DATA_SECTION\n1 2 3 -1\n4 2 5 -1\n5 3\n-1\n-1\nEOF\n",
		"lists, each twice":     "ADJ_LIST\nEDGE_DATA_SECTION\n1 2 3 -1 2 1 4 -1 3 1 5 -1 4 2 5 -1 5 3 4 -1 -1\nEOF\n",
	} {
		in := mustRead(t, head+text, 0)
		if edges := in.GraphEdges(); in.Metric != tsp.Graph || in.Ends != nil || !reflect.DeepEqual(edges, want) {
			t.Errorf("%s: %v of %v", name, edges, in.Metric)
		}
	}
	in := mustRead(t, strings.Replace(head, "HCP", "HPP", 1)+"EDGE_LIST\nEDGE_DATA_SECTION\n1 2 1 3 2 4 3 5\n-1\n", 0)
	if in.Metric != tsp.Graph || in.Ends == nil || *in.Ends != (tsp.Ends{Start: -1, End: -1}) || in.Value(tsp.Tour{4, 2, 0, 1, 3}) != 0 {
		t.Errorf("HPP: ends %v of %v", in.Ends, in.Metric)
	}
	const n = 1000000
	var ring strings.Builder
	fmt.Fprintf(&ring, "TYPE: HCP\nDIMENSION: %d\nEDGE_DATA_FORMAT: ADJ_LIST\nEDGE_DATA_SECTION\n", n)
	for i := range n {
		fmt.Fprintf(&ring, "%d %d -1\n", i+1, (i+1)%n+1)
	}
	ring.WriteString("-1\nEOF\n")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if in := mustRead(t, ring.String(), 0); len(in.GraphEdges()) != n {
		t.Errorf("%d edges of %d", len(in.GraphEdges()), n)
	}
	if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > 200<<20 {
		t.Errorf("%d MB for a ring of %d cities", (after.TotalAlloc-before.TotalAlloc)>>20, n)
	}
}

// TYPE HPP is a path with free ends, of places and of matrices.
func TestPaths(t *testing.T) {
	for name, text := range map[string]string{"places": problemText(2, "EUC_2D", "NODE_COORD_SECTION\n1 0 0\n2 0 5\n"),
		"matrix": problemText(2, "EXPLICIT", "EDGE_WEIGHT_FORMAT: UPPER_ROW\nEDGE_WEIGHT_SECTION\n1\n")} {
		in := mustRead(t, strings.Replace(text, ": TSP", ": HPP", 1), 0)
		if in.Ends == nil || *in.Ends != (tsp.Ends{Start: -1, End: -1}) || in.Directed {
			t.Errorf("%s: ends %v", name, in.Ends)
		}
	}
}

func TestNames(t *testing.T) {
	const body = "TYPE: TSP\nDIMENSION: 1\nEDGE_WEIGHT_TYPE: EUC_2D\nNODE_COORD_SECTION\n1 5 5\n"
	if in := mustRead(t, "NAME: my \tname \nCOMMENT: one\nCOMMENT:\nCOMMENT: three : 3\n"+body, 0); in.Name != "my  name" || in.Comment != "one\n\nthree : 3" {
		t.Errorf("%q, %q", in.Name, in.Comment)
	}
	if in := mustRead(t, body, 0); in.Name != "file" {
		t.Errorf("%q, want the file's name", in.Name)
	}
	for name, want := range map[string]string{"": "", "a.b.tsp": "a.b", "x/y": "y", ".tsp": ".tsp", "-": "-"} {
		if got := BaseName(name); got != want {
			t.Errorf("BaseName(%q) = %q, want %q", name, got, want)
		}
	}
}

// TestSmall pins that one to three cities are fine, as points and as a matrix.
func TestSmall(t *testing.T) {
	full := []string{"0", "0 5 5 0", "0 5 6 5 0 7 6 7 0"}
	row := []string{"", "5", "5 6 7"}
	points := []string{"1 0 0\n", "1 0 0\n2 3 4\n", "1 0 0\n2 3 4\n3 0 0\n"}
	for i := range 3 {
		for _, text := range []string{
			problemText(i+1, "EXPLICIT", "EDGE_WEIGHT_FORMAT: FULL_MATRIX\nEDGE_WEIGHT_SECTION\n"+full[i]+"\n"),
			problemText(i+1, "EXPLICIT", "EDGE_WEIGHT_FORMAT: LOWER_ROW\nEDGE_WEIGHT_SECTION\n"+row[i]),
			problemText(i+1, "EUC_2D", "NODE_COORD_SECTION\n"+points[i]),
		} {
			in := mustRead(t, text, 0)
			if in.N() != i+1 {
				t.Errorf("%d cities, want %d", in.N(), i+1)
			}
			roundTrip(t, in)
		}
	}
}

func TestFixed(t *testing.T) {
	const coords = "NODE_COORD_SECTION\n1 0 0\n2 0 10\n3 10 10\n4 10 0\n"
	const fixed = "FIXED_EDGES_SECTION\n1 3\n2 4\n-1\n"
	want := [][2]int32{{0, 2}, {1, 3}}
	for name, text := range map[string]string{
		"before coordinates": problemText(4, "EUC_2D", fixed+coords),
		"after coordinates":  problemText(4, "EUC_2D", coords+fixed+"EOF\n"),
		"before DIMENSION":   fixed + problemText(4, "EUC_2D", coords),
		"one line":           problemText(4, "EUC_2D", coords+"FIXED_EDGES_SECTION : 1 3 2 4 -1"),
	} {
		if in := mustRead(t, text, 0); !slices.Equal(in.Fixed, want) {
			t.Errorf("%s: %v", name, in.Fixed)
		} else {
			roundTrip(t, in)
		}
	}
	mustRead(t, problemText(4, "EUC_2D", "FIXED_EDGES_SECTION\n1 3\n"+coords), 1)
}

// TestExplicitDisplay pins where the picture of a matrix comes from.
func TestExplicitDisplay(t *testing.T) {
	matrix := "EDGE_WEIGHT_FORMAT: UPPER_ROW\nEDGE_WEIGHT_SECTION\n1\n"
	for section, warnings := range map[string]int{"DISPLAY_DATA_SECTION\n2 3.5 4\n1 1 2\n": 0, "NODE_COORD_TYPE: THREED_COORDS\nNODE_COORD_SECTION\n1 1 2 9\n2 3.5 4 9\n": 0} {
		for _, body := range []string{matrix + section, section + matrix} {
			in := mustRead(t, problemText(2, "EXPLICIT", body), warnings)
			if !slices.Equal(in.DisplayX, []float64{1, 3.5}) || !slices.Equal(in.DisplayY, []float64{2, 4}) {
				t.Errorf("%q: %v %v", body, in.DisplayX, in.DisplayY)
			}
			roundTrip(t, in)
		}
	}
}

func TestWarnings(t *testing.T) {
	const unit = "NODE_COORD_SECTION\n1 0.5 0.1\n2 0.7 0.9\n3 0.2 0.4\n"
	const wide = "NODE_COORD_SECTION\n1 5.5 0\n2 70 90\n3 20 40\n"
	tests := []struct {
		name, text string
		want       []string
	}{
		{"unknown", problemText(3, "EUC_2D", "WHAT: 5\n"+wide), []string{`file.tsp:5: "WHAT" is unknown, ignored`}},
		{"unknown section", problemText(3, "EUC_2D", wide+"WHAT_SECTION\n1 2\n3 4\n-1\nEOF\n"), []string{`file.tsp:9: "WHAT_SECTION" is unknown, ignored`}},
		{"unknown behind a matrix", problemText(2, "EXPLICIT", "EDGE_WEIGHT_FORMAT: UPPER_ROW\nEDGE_WEIGHT_SECTION\n5\nINFO: 7\nEOF\n"), []string{`file.tsp:8: "INFO" is unknown, ignored`}},
		{"unused", problemText(3, "EUC_2D", wide+"DEPOT_SECTION\n1\n-1\nEOF\n"), []string{`file.tsp:9: "DEPOT_SECTION" is not used, ignored`}},
		{"distances of a graph", "TYPE: HCP\nDIMENSION: 3\nEDGE_WEIGHT_TYPE: EXPLICIT\nEDGE_WEIGHT_FORMAT: UPPER_ROW\nEDGE_WEIGHT_SECTION\n5 6 7\nEDGE_DATA_FORMAT: EDGE_LIST\nEDGE_DATA_SECTION\n1 2 2 3 3 1 -1\n",
			[]string{"file.tsp:3: EDGE_WEIGHT_TYPE is not used: TYPE HCP asks for any cycle"}},
		{"no TYPE", "DIMENSION: 3\nEDGE_WEIGHT_TYPE: EUC_2D\n" + wide, []string{`file.tsp:1: the file has no TYPE, read as TSP`}},
		{"unit square", problemText(3, "EUC_2D", unit), []string{"file.tsp:4: EUC_2D rounds distances to whole numbers, but neighbouring cities are only about 0.37 apart; write EDGE_WEIGHT_TYPE : EXACT_2D"}},
		{"unit square up", problemText(3, "CEIL_2D", unit), []string{"EXACT_2D"}},
		{"unit square down", problemText(3, "FLOOR_2D", unit), []string{"EXACT_2D"}},
		{"unit square man", problemText(3, "MAN_2D", unit), []string{"apart; multiply the coordinates"}},
		{"unit square max", problemText(3, "MAX_2D", unit), []string{"apart; multiply the coordinates"}},
		{"unit square att", problemText(3, "ATT", unit), []string{"apart; multiply the coordinates"}},
		{"unit line", problemText(3, "EUC_2D", "NODE_COORD_SECTION\n1 0.5 0\n2 0.7 0\n3 0.2 0\n"), []string{"EXACT_2D"}},
		{"line", problemText(3, "EUC_2D", "NODE_COORD_SECTION\n1 0.5 0\n2 10.7 0\n3 20.2 0\n"), nil},
		{"unit cube", problemText(2, "EUC_3D", "NODE_COORD_SECTION\n1 0.5 0 .3\n2 0.7 0 .7\n"), []string{"EXACT_3D"}},
		{"unit exact", problemText(3, "EXACT_2D", unit), nil},
		{"unit geo", problemText(3, "GEO", unit), nil},
		{"town geo", problemText(3, "GEO", "NODE_COORD_SECTION\n1 48.105 11.301\n2 48.107 11.309\n3 48.102 11.304\n"),
			[]string{"GEO rounds distances to whole numbers, but neighbouring cities are only about 0.41 apart; write EDGE_WEIGHT_TYPE : GEOM, metres, with decimal degrees"}},
		{"whole and close", problemText(3, "EUC_2D", "NODE_COORD_SECTION\n1 0 0\n2 1 0\n3 0 1\n"), nil},
		{"third coordinate", problemText(2, "EUC_2D", "NODE_COORD_TYPE: THREED_COORDS\nNODE_COORD_SECTION\n1 0 0 7\n2 5 5 7\n"), []string{"file.tsp:5: EUC_2D ignores the third coordinate"}},
	}
	for _, tt := range tests {
		_, warn, err := Read(strings.NewReader(tt.text), "file.tsp")
		if err != nil || len(warn) != len(tt.want) {
			t.Errorf("%s: %v, %v", tt.name, err, warn)
			continue
		}
		for i, w := range warn {
			if !strings.Contains(w.String(), tt.want[i]) {
				t.Errorf("%s: %q, want %q", tt.name, w, tt.want[i])
			}
		}
	}
	_, warn, err := Read(strings.NewReader(problemText(3, "EUC_2D", strings.Repeat("WHAT: 1\n", 5000)+wide)), "file.tsp")
	if err != nil || len(warn) != maxWarnings+1 || !strings.Contains(warn[maxWarnings].Text, "4980 more") {
		t.Errorf("%d warnings, %v", len(warn), err)
	}
}

// TestErrors pins each refusal, its line, and the words that help.
func TestErrors(t *testing.T) {
	const unit = "NODE_COORD_SECTION\n1 0 0\n2 5 5\n"
	matrix := func(n int, format, numbers string) string {
		return problemText(n, "EXPLICIT", "EDGE_WEIGHT_FORMAT: "+format+"\nEDGE_WEIGHT_SECTION\n"+numbers)
	}
	points := func(n int, lines string) string { return problemText(n, "EUC_2D", "NODE_COORD_SECTION\n"+lines) }
	tests := []struct {
		name, text string
		line       int
		want       string // in the message
		cause      error
	}{
		{"empty", "", 1, "found nothing", ErrEmpty},
		{"blank", " \r\n\n\t", 1, "found nothing", ErrEmpty},
		{"BOM only", "\xef\xbb\xbf", 1, "found nothing", ErrEmpty},
		{"binary", "NAME: \x00\x01", 1, "found binary data, want text", ErrBinary},
		{"gzip", "\x1f\x8b\x08\x00\x00", 1, "gzip data (unpack it first)", ErrBinary},
		{"zip", "PK\x03\x04", 1, "zip archive", ErrBinary},
		{"UTF-16", "\xff\xfeN\x00A\x00", 1, "UTF-16", ErrBinary},
		{"prose", "Dear all,\nthis is no problem.\n", 1, "without a keyword of TSPLIB", nil},
		{"data set line", "0.5 0.5 0.1 0.2\n", 1, `text without a keyword of TSPLIB`, nil},
		{"ATSP of places", "NAME: a\nTYPE: ATSP\nDIMENSION: 2\nEDGE_WEIGHT_TYPE: EUC_2D\n" + unit, 2, "TYPE: found ATSP with the symmetric distances of EUC_2D, want TYPE TSP", nil},
		{"ATSP of a triangle", "TYPE: ATSP\nDIMENSION: 2\nEDGE_WEIGHT_TYPE: EXPLICIT\nEDGE_WEIGHT_FORMAT: UPPER_ROW\nEDGE_WEIGHT_SECTION\n1\n", 4, "found UPPER_ROW, want FULL_MATRIX, for TYPE ATSP", nil},
		{"TYPE too late", matrix(2, "UPPER_ROW", "1\nTYPE: ATSP\n"), 8, "TYPE: found it a second time", nil},
		{"TYPE below the matrix", "DIMENSION: 2\nEDGE_WEIGHT_TYPE: EXPLICIT\nEDGE_WEIGHT_FORMAT: UPPER_ROW\nEDGE_WEIGHT_SECTION\n1\nTYPE: ATSP\n", 6, "found it below EDGE_WEIGHT_SECTION", nil},
		{"SOP", "TYPE: SOP\n", 1, "found SOP, want TYPE TSP, ATSP, HCP or HPP: precedences", ErrUnsupported},
		{"HCP of two", "TYPE: HCP\nDIMENSION: 2\nEDGE_DATA_FORMAT: EDGE_LIST\nEDGE_DATA_SECTION\n1 2\n-1\n", 4, "a graph of 2 cities has no Hamiltonian cycle", nil},
		{"HCP without edges", "TYPE: HCP\nDIMENSION: 3\n", 3, "EDGE_DATA_SECTION: found the end of the file", nil},
		{"HCP without format", "TYPE: HCP\nDIMENSION: 3\nEDGE_DATA_SECTION\n1 2\n-1\n", 3, "EDGE_DATA_FORMAT: found none before the edges, want EDGE_LIST or ADJ_LIST", nil},
		{"HCP beyond", "TYPE: HCP\nDIMENSION: 3\nEDGE_DATA_FORMAT: EDGE_LIST\nEDGE_DATA_SECTION\n1 4\n-1\n", 5, `found "4", want a city, 1 to 3`, nil},
		{"HCP half an edge", "TYPE: HCP\nDIMENSION: 3\nEDGE_DATA_FORMAT: EDGE_LIST\nEDGE_DATA_SECTION\n1 2 3\n-1\n", 6, `found "-1", want a city`, nil},
		{"HCP of too few edges", "TYPE: HCP\nDIMENSION: 4\nEDGE_DATA_FORMAT: EDGE_LIST\nEDGE_DATA_SECTION\n1 2 3 4\n-1\n", 4, "EDGE_DATA_SECTION: found 2 edges, want 3 or more: a path through the 4 cities of line 2 has as many", nil},
		{"HPP of edges and places", "TYPE: HPP\nDIMENSION: 3\nEDGE_WEIGHT_TYPE: EUC_2D\nEDGE_DATA_FORMAT: EDGE_LIST\nEDGE_DATA_SECTION\n1 2 2 3\n-1\n", 3, "EDGE_WEIGHT_TYPE: found distances besides the edges of a graph", ErrUnsupported},
		{"HPP of an asymmetric matrix", strings.Replace(matrix(2, "FULL_MATRIX", "0 1\n2 0\n"), "TSP", "HPP", 1), 8, "want a symmetric matrix, or TYPE ATSP solved with --path", ErrUnsupported},
		{"CVRP", "TYPE: CVRP\n", 1, "found CVRP, want TYPE TSP, ATSP, HCP or HPP: vehicle routing", ErrUnsupported},
		{"TOUR", "TYPE: TOUR\n", 1, "this file holds tours", ErrUnsupported},
		{"other TYPE", "TYPE: TSPTW\n", 1, `found "TSPTW", want TSP`, ErrUnsupported},
		{"no TYPE value", "TYPE:\n", 1, `found "", want TSP`, ErrUnsupported},
		{"SPECIAL", problemText(2, "SPECIAL", unit), 4, "found SPECIAL, want a distance that TSPLIB defines; write", ErrUnsupported},
		{"unknown metric", problemText(2, "TAXI", unit), 4, `found "TAXI", want one of EXPLICIT, EUC_2D`, ErrUnsupported},
		{"edge data", problemText(2, "EXPLICIT", "EDGE_DATA_SECTION\n1 2\n-1\n"), 5, "a graph given by its edges", ErrUnsupported},
		{"twice", problemText(2, "EUC_2D", "DIMENSION: 2\n"+unit), 5, "found it a second time, want it once, as on line 3", nil},
		{"section twice", problemText(2, "EUC_2D", unit+unit), 8, "NODE_COORD_SECTION: found it a second time", nil},

		{"no DIMENSION", "TYPE: TSP\nEDGE_WEIGHT_TYPE: EUC_2D\n" + unit, 3, "NODE_COORD_SECTION: found no DIMENSION before it", nil},
		{"late DIMENSION", "TYPE: TSP\nEDGE_WEIGHT_TYPE: EUC_2D\n" + unit + "DIMENSION: 2\n", 3, "found no DIMENSION before it", nil},
		{"no DIMENSION, no data", "TYPE: TSP\nEDGE_WEIGHT_TYPE: EUC_2D\n", 3, "DIMENSION: found the end of the file", nil},
		{"DIMENSION 0", problemText(0, "EUC_2D", unit), 3, `DIMENSION: found "0", want the number of cities, 1 to`, nil},
		{"DIMENSION negative", problemText(-5, "EUC_2D", unit), 3, `found "-5"`, nil},
		{"DIMENSION too large", problemText(2000000000, "EUC_2D", unit), 3, `found "2000000000"`, nil},
		{"DIMENSION far too large", "DIMENSION: 99999999999999999999999\n", 1, `found "99999999999999999999999"`, nil},
		{"DIMENSION missing", "DIMENSION:\n", 1, `found ""`, nil},
		{"DIMENSION a word", "DIMENSION: many\n", 1, `found "many"`, nil},
		{"DIMENSION fractional", "DIMENSION: 2.5\n", 1, `found "2.5"`, nil},
		{"DIMENSION and more", "DIMENSION : 5 6\n", 1, `DIMENSION: found "5" and "6", want one value`, nil},
		{"two metrics", problemText(2, "EUC_2D CEIL_2D", unit), 4, `EDGE_WEIGHT_TYPE: found "EUC_2D" and "CEIL_2D", want one value`, nil},
		{"two formats", matrix(2, "UPPER_ROW LOWER_ROW", "1"), 5, `EDGE_WEIGHT_FORMAT: found "UPPER_ROW" and "LOWER_ROW", want one value`, nil},
		{"two formats of edges", "TYPE: HCP\nEDGE_DATA_FORMAT: EDGE_LIST ADJ_LIST\n", 2, `EDGE_DATA_FORMAT: found "EDGE_LIST" and "ADJ_LIST", want one value`, nil},
		{"DIMENSION a lie", problemText(1000000000, "EUC_2D", unit), 8, "found 2 cities, want 1000000000, as DIMENSION says on line 3", nil},
		{"DIMENSION a lie, matrix", matrix(1000000000, "FULL_MATRIX", "0 1 1 0"), 7, "found 4 numbers, want 1000000000000000000", nil},

		{"no metric", "TYPE: TSP\nDIMENSION: 2\n" + unit, 3, "found no EDGE_WEIGHT_TYPE before it", nil},
		{"no metric, no data", "TYPE: TSP\nDIMENSION: 2\n", 3, "EDGE_WEIGHT_TYPE: found the end of the file", nil},
		{"no coordinates", problemText(2, "EUC_2D", "EOF\n"), 5, "NODE_COORD_SECTION: found the end of the file", nil},
		{"no matrix", problemText(2, "EXPLICIT", unit), 8, "EDGE_WEIGHT_SECTION: found the end of the file", nil},
		{"early display", "TYPE: TSP\nDISPLAY_DATA_SECTION\n1 1 1\n", 2, "no DIMENSION", nil},
		{"matrix and points", problemText(2, "EUC_2D", "EDGE_WEIGHT_SECTION\n1\n"), 5, "want EDGE_WEIGHT_TYPE EXPLICIT", nil},

		{"too few cities", points(3, "1 0 0\n2 5 5\nEOF\n"), 8, "found 2 cities, want 3, as DIMENSION says on line 3", nil},
		{"too many cities", points(2, "1 0 0\n2 5 5\n3 6 6\n"), 8, "found one more city, want 2", nil},
		{"repeated city", points(3, "1 0 0\n2 5 5\n1 6 6\n"), 8, "found city 1 a second time", nil},
		{"repeated city later", points(4, "1 0 0\n3 5 5\n2 5 5\n3 6 6\n"), 9, "found city 3 a second time", nil},
		{"city 0", points(2, "0 0 0\n1 5 5\n"), 6, "found city 0, want 1 to 2; number the cities from 1", nil},
		{"city too high", points(2, "1 0 0\n3 5 5\n"), 7, `found city "3", want 1 to 2`, nil},
		{"city negative", points(2, "1 0 0\n-2 5 5\n"), 7, `found city "-2"`, nil},
		{"city fractional", points(2, "1 0 0\n2.5 5 5\n"), 7, `found city "2.5"`, nil},
		{"city a word", points(2, "one 0 0\ntwo 5 5\n"), 6, `found "one", want a city's number`, nil},
		{"no x", points(2, "1\n2 5 5\n"), 6, "found the end of the line, want coordinate x of city 1", nil},
		{"no y", points(2, "1 0 0\n2 5\n"), 7, "found the end of the line, want coordinate y of city 2", nil},
		{"no y at the end", points(2, "1 0 0\n2 5"), 7, "coordinate y of city 2", nil},
		{"no z", problemText(2, "EUC_3D", unit), 6, "coordinate z of city 1", nil},
		{"z in the plane", points(2, "1 0 0 0\n2 5 5 0\n"), 6, `found "0" after the coordinates, want 2 coordinates`, nil},
		{"NaN", points(2, "1 0 NaN\n2 5 5\n"), 6, `found "NaN", want a finite number, coordinate y of city 1`, nil},
		{"infinite", points(2, "1 Inf 0\n2 5 5\n"), 6, `found "Inf"`, nil},
		{"minus infinite", points(2, "1 -inf 0\n2 5 5\n"), 6, `found "-inf"`, nil},
		{"too large a number", points(2, "1 1e999 0\n2 5 5\n"), 6, `found "1e999"`, nil},
		{"hexadecimal", points(2, "1 0x10 0\n2 5 5\n"), 6, `found "0x10"`, nil},
		{"comma", points(2, "1 1,5 0\n2 5 5\n"), 6, `found "1,5"`, nil},
		{"long token", points(2, "1 "+strings.Repeat("x", 100000)+" 0\n"), 6, strings.Repeat("x", 40) + `"..., want`, nil},
		{"too far apart", points(2, "1 0 0\n2 1e12 0\n"), 5, "scale the coordinates down", nil},
		{"out of range", problemText(2, "EXACT_2D", "NODE_COORD_SECTION\n1 -1e308 0\n2 1e308 0\n"), 5, "NODE_COORD_SECTION: the coordinates span", nil},
		{"not on the globe", problemText(2, "GEO", "NODE_COORD_SECTION\n1 0 0\n2 1e300 0\n"), 7, "degrees", nil},
		{"number in the header", "DIMENSION: 2\n1 2 3\n", 2, `found "1", want a keyword`, nil},

		{"no format", problemText(2, "EXPLICIT", "EDGE_WEIGHT_SECTION\n1\n"), 5, "EDGE_WEIGHT_FORMAT: found none before the matrix, want one of FULL_MATRIX, UPPER_ROW", nil},
		{"function", matrix(2, "FUNCTION", "1\n"), 5, `found "FUNCTION", want one of FULL_MATRIX`, nil},
		{"truncated", matrix(3, "FULL_MATRIX", "0 1 2\n1 0 3\n2 3\n"), 10, "found 8 numbers, want 9 for FULL_MATRIX and the 3 cities of line 3", nil},
		{"wrong format", matrix(3, "FULL_MATRIX", "0 1 2\n0 3\n0\nEOF\n"), 10, "found 6 numbers, want 9 for FULL_MATRIX and the 3 cities of line 3; it may be UPPER_DIAG_ROW", nil},
		{"too long", matrix(3, "UPPER_ROW", "1 2 3\n4\n"), 8, "found 4 numbers, want 3 for UPPER_ROW", nil},
		{"too long, other format", matrix(3, "UPPER_ROW", "0 1 2\n1 0 3\n2 3 0\nEOF\n"), 8, "found 9 numbers, want 3 for UPPER_ROW and the 3 cities of line 3; it may be FULL_MATRIX", nil},
		{"asymmetric", matrix(3, "FULL_MATRIX", "0 1 2\n1 0 3\n2 4 0\n"), 9, "found d(3,2) = 4 but d(2,3) = 3, want a symmetric matrix", ErrUnsupported},
		{"fraction", matrix(2, "UPPER_ROW", "0.5\n"), 7, `found "0.5", want a whole number; multiply`, nil},
		{"negative", matrix(2, "UPPER_ROW", "-3\n"), 7, `found "-3", want 0 to 1073741824; add one constant`, nil},
		{"too heavy", matrix(2, "UPPER_ROW", "2000000000\n"), 7, `found "2000000000", want 0 to`, nil},
		{"much too heavy", matrix(2, "UPPER_ROW", "1e300\n"), 7, `found "1e300", want a whole number, 0 to`, nil},
		{"no number", matrix(2, "UPPER_ROW", "nan\n"), 7, `found "nan", want a whole number`, nil},
		{"asymmetric with no edges", matrix(3, "FULL_MATRIX", "0 1 2\n3 0 inf\n2 inf 0\n"), 8, "found d(2,1) = 3 but d(1,2) = 1, want a symmetric matrix, or TYPE ATSP", ErrUnsupported},
		{"no edge one way", matrix(2, "FULL_MATRIX", "0 1\ninf 0\n"), 8, "found d(2,1) = inf but d(1,2) = 1, want", ErrUnsupported},
		{"no edge the other way", matrix(2, "FULL_MATRIX", "0 INF\n1 0\n"), 8, "found d(2,1) = 1 but d(1,2) = inf, want", ErrUnsupported},
		{"too long by no edge", matrix(3, "UPPER_ROW", "1 2 3\ninf 4 Infinity\n"), 8, "found 6 numbers, want 3 for UPPER_ROW and the 3 cities of line 3; it may be UPPER_DIAG_ROW", nil},
		{"infimum", matrix(2, "UPPER_ROW", "infimum\n"), 7, `found "infimum", want a whole number`, nil},
		{"no infinity", matrix(2, "UPPER_ROW", "-inf\n"), 7, `found "-inf", want a whole number`, nil},
		{"no number after digits", matrix(2, "UPPER_ROW", "1x\n"), 7, `found "1x"`, nil},
		{"no number on the diagonal", matrix(2, "FULL_MATRIX", "0 1 1 --\n"), 7, `found "--"`, nil},

		{"half a fixed edge", problemText(2, "EUC_2D", "FIXED_EDGES_SECTION\n1\n"+unit), 7, "found half an edge", nil},
		{"fixed word", problemText(2, "EUC_2D", "FIXED_EDGES_SECTION\n1 -x\n"+unit), 6, `found "-x"`, nil},
		{"fixed beside a remark", problemText(4, "EUC_2D", "FIXED_EDGES_SECTION\n1 2 # a bridge\n3 4\n-1\nNODE_COORD_SECTION\n1 0 0\n2 5 5\n3 9 9\n4 1 1\n"), 6,
			`FIXED_EDGES_SECTION: found "#", want a city's number, or -1 after the last pair`, nil},
		{"fixed city 0", problemText(2, "EUC_2D", "FIXED_EDGES_SECTION\n0 1\n-1\n"+unit), 6, `found "0"`, nil},
		{"fixed city too high", problemText(2, "EUC_2D", "FIXED_EDGES_SECTION\n1 2\n1 3\n-1\n"+unit), 7, "fixed edge 1-3", nil},
		{"fixed loop", problemText(2, "EUC_2D", unit+"FIXED_EDGES_SECTION\n1 1\n-1\n"), 9, "fixed edge 1-1", nil},
		{"three fixed edges", problemText(4, "EUC_2D", "FIXED_EDGES_SECTION\n1 2\n1 3\n1 4\n-1\nNODE_COORD_SECTION\n1 0 0\n2 5 5\n3 9 9\n4 1 1\n"), 8, "city 1 has more than two", nil},
		{"fixed cycle", problemText(4, "EUC_2D", "FIXED_EDGES_SECTION\n1 2\n2 3\n\n3 1\n3 4\n-1\nNODE_COORD_SECTION\n1 0 0\n2 5 5\n3 9 9\n4 1 1\n"), 9, "closes a cycle", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in, _, err := Read(strings.NewReader(tt.text), "some.tsp")
			checkError(t, err, "some.tsp", tt.line, tt.want, tt.cause)
			if in != nil {
				t.Error("an instance besides the error")
			}
		})
	}
}

// checkError wants a ParseError of one line that says where and what.
func checkError(t *testing.T, err error, name string, line int, want string, cause error) {
	t.Helper()
	var pe *ParseError
	if !errors.As(err, &pe) {
		t.Fatalf("%v is no ParseError", err)
	}
	msg := err.Error()
	if pe.Line != line || !strings.HasPrefix(msg, fmt.Sprintf("%s:%d: ", name, line)) {
		t.Errorf("%q, want %s:%d", msg, name, line)
	}
	if !strings.Contains(msg, want) {
		t.Errorf("%q, want %q in it", msg, want)
	}
	if strings.Contains(msg, "\n") || strings.Contains(msg, "<nil>") || strings.Contains(msg, "%!") {
		t.Errorf("%q is no message", msg)
	}
	if cause != nil && !errors.Is(err, cause) {
		t.Errorf("%q does not wrap %q", msg, cause)
	}
}

// TestLinesByteByByte pins that lines are counted the same when a CR that ends one is read before its LF.
func TestLinesByteByByte(t *testing.T) {
	for _, end := range []string{"\n", "\r\n", "\r"} {
		text := strings.ReplaceAll("TYPE: TSP\nDIMENSION: 3\nEDGE_WEIGHT_TYPE: NONE\n", "\n", end)
		_, _, err := Read(iotest.OneByteReader(strings.NewReader(text)), "f")
		checkError(t, err, "f", 3, `found "NONE"`, ErrUnsupported)
	}
}

// TestReaderError pins that an error of the reader is not taken for the end of the file.
func TestReaderError(t *testing.T) {
	broken := errors.New("the disk is gone")
	text := problemText(3, "EUC_2D", "NODE_COORD_SECTION\n1 0 0\n2 5 5\n3 6 6\n")
	for cut := range len(text) {
		r := io.MultiReader(strings.NewReader(text[:cut]), iotest.ErrReader(broken))
		if in, _, err := Read(r, "f"); !errors.Is(err, broken) || in != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		l := NewLines(io.MultiReader(strings.NewReader("0 0 1 1 1 0 output 1 2 3 1"[:cut%26]), iotest.ErrReader(broken)), "f")
		for range 2 {
			if _, _, err := l.Next(); !errors.Is(err, broken) {
				t.Fatalf("line cut at %d: %v", cut%26, err)
			}
		}
	}
	if _, err := ReadTours(io.MultiReader(strings.NewReader("TOUR_SECTION\n1 2 3\n"), iotest.ErrReader(broken)), "f"); !errors.Is(err, broken) {
		t.Fatal(err)
	}
}

// TestAllocation pins that no claim of a small file makes a reader allocate for it.
func TestAllocation(t *testing.T) {
	reads := map[string]func(){}
	for name, text := range map[string]string{
		"points":         problemText(1000000000, "EUC_2D", "NODE_COORD_SECTION\n1 0 0\n999999999 5 5\n"),
		"matrix":         problemText(1000000000, "EXPLICIT", "EDGE_WEIGHT_FORMAT: FULL_MATRIX\nEDGE_WEIGHT_SECTION\n0 1 2\n"),
		"upper row":      problemText(1000000000, "EXPLICIT", "EDGE_WEIGHT_FORMAT: UPPER_ROW\nEDGE_WEIGHT_SECTION\n0 1 2\n"),
		"display":        problemText(1000000000, "EXPLICIT", "DISPLAY_DATA_SECTION\n0 1 2\n"),
		"early DIMENSON": "DIMENSION: 2000000000\n",
	} {
		reads[name] = func() { Read(strings.NewReader(text), "f") }
	}
	for _, kind := range []string{"HCP", "HPP"} {
		for _, format := range []string{"EDGE_LIST", "ADJ_LIST"} {
			text := "TYPE: " + kind + "\nDIMENSION: 1000000000\nEDGE_DATA_FORMAT: " + format + "\nEDGE_DATA_SECTION\n1 2\n-1\n-1\n"
			reads[kind+" "+format] = func() { Read(strings.NewReader(text), "f") }
		}
	}
	reads["tour"] = func() {
		ReadTours(strings.NewReader("DIMENSION: 1000000000\nTOUR_SECTION\n1 2 999999999\n-1\n"), "f")
	}
	reads["tour without DIMENSION"] = func() { ReadTours(strings.NewReader("TOUR_SECTION\n1 2 2000000000\n-1\n"), "f") }
	for name, read := range reads {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		read()
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
			t.Errorf("%s: %d bytes", name, got)
		}
	}
}

// generated returns instances of every metric, of several sizes.
func generated(t testing.TB) []*tsp.Instance {
	rng := rand.New(rand.NewPCG(1, 2))
	var all []*tsp.Instance
	for _, name := range metricNames() {
		m, _ := tsp.ParseMetric(name)
		for _, n := range []int{1, 2, 3, 4, 7, 60} {
			var in *tsp.Instance
			var err error
			if m == tsp.Explicit {
				w := make([]int32, n*n)
				for i := range n {
					w[i*n+i] = rng.Int32N(3)
					for j := range i {
						w[i*n+j] = rng.Int32N(tsp.MaxDist)
						w[j*n+i] = w[i*n+j]
					}
				}
				in, err = tsp.NewMatrix("m", n, w)
			} else {
				var axes [3][]float64
				for d := range m.Dims() {
					for range n {
						v := float64(rng.Float64()*300) - 150
						switch rng.IntN(4) {
						case 0:
							v = math.Round(v)
						case 1:
							v *= 1e-9
						case 2:
							v = float64(v*100) / 100
						}
						axes[d] = append(axes[d], v)
					}
				}
				in, err = tsp.NewPoints("p "+name, m, axes[0], axes[1], axes[2])
			}
			if err != nil {
				t.Fatal(err)
			}
			in.Comment = "first: line\n\nthird"
			if n > 3 {
				if err := in.SetFixed([][2]int32{{2, 0}, {1, 3}}); err != nil {
					t.Fatal(err)
				}
			}
			if m == tsp.Explicit && n > 2 {
				for range n {
					in.DisplayX = append(in.DisplayX, rng.NormFloat64()*1e20)
					in.DisplayY = append(in.DisplayY, rng.NormFloat64()*1e-20)
				}
			}
			all = append(all, in)
		}
	}
	return all
}

// roundTrip wants in to come back from its file as it is.
func roundTrip(t testing.TB, in *tsp.Instance) {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, in); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	out, _, err := Read(&b, "file.tsp")
	if err != nil {
		t.Fatalf("%v in\n%.2000s", err, text)
	}
	if !reflect.DeepEqual(in, out) {
		t.Fatalf("%s changed:\n%.2000s", in.Name, text)
	}
}

func TestRoundTrip(t *testing.T) {
	for _, in := range generated(t) {
		roundTrip(t, in)
		if k := Sniff(firstBytes(t, in)); k != KindProblem {
			t.Errorf("%s is %v", in.Name, k)
		}
	}
}

func firstBytes(t testing.TB, in *tsp.Instance) []byte {
	var b bytes.Buffer
	if err := Write(&b, in); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()[:min(b.Len(), 100)]
}

// TestShuffled pins that the order of the coordinate lines does not matter.
func TestShuffled(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const n = 500
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprintf("%d %d %d\n", i+1, rng.IntN(1000), rng.IntN(1000))
	}
	head := problemText(n, "EUC_2D", "NODE_COORD_SECTION\n")
	want := mustRead(t, head+strings.Join(lines, ""), 0)
	for range 5 {
		rng.Shuffle(n-100, func(i, j int) { lines[100+i], lines[100+j] = lines[100+j], lines[100+i] })
		if got := mustRead(t, head+strings.Join(lines, ""), 0); !reflect.DeepEqual(got, want) {
			t.Fatal("the order of the lines matters")
		}
	}
}

// TestWrittenForm pins the file that Write makes.
func TestWrittenForm(t *testing.T) {
	in, err := tsp.NewPoints(" a\nb ", tsp.Exact2D, []float64{0.1, 1e21, -3}, []float64{1234567, 1e-7, 0}, nil)
	if err != nil {
		t.Fatal(err)
	}
	in.Comment = "c"
	if err := in.SetFixed([][2]int32{{0, 2}}); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Write(&b, in); err != nil {
		t.Fatal(err)
	}
	want := "NAME : a b\nCOMMENT : c\nTYPE : TSP\nDIMENSION : 3\nEDGE_WEIGHT_TYPE : EXACT_2D\nFIXED_EDGES_SECTION\n1 3\n-1\nNODE_COORD_SECTION\n1 0.1 1234567\n2 1e+21 1e-07\n3 -3 0\nEOF\n"
	if b.String() != want {
		t.Errorf("%s", b.String())
	}
}

// TestWrittenOrRefused pins that Write drops nothing that lengths depend on.
func TestWrittenOrRefused(t *testing.T) {
	edges := [][2]int32{{0, 1}, {0, 2}, {1, 3}, {2, 4}}
	graph := func(n int) *tsp.Instance { return tsptest.Must(tsp.NewGraph("g", n, edges)) }
	fractions := tsptest.Random(tsp.Explicit, 4, 1)
	fractions.Scale = 10
	forbidden := tsptest.Random(tsp.Exact2D, 5, 1)
	holes := tsptest.Random(tsp.Explicit, 5, 1)
	path, ended, pathOfLine := graph(5), graph(5), tsptest.Random(tsp.Exact2D, 5, 1)
	for _, err := range []error{forbidden.Forbid([][2]int32{{0, 1}}), holes.Forbid([][2]int32{{0, 1}}), path.SetEnds(-1, -1), ended.SetEnds(1, -1), pathOfLine.SetEnds(-1, -1)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, in := range []*tsp.Instance{graph(5), path, holes, pathOfLine} {
		in.Name, in.Comment = "x", ""
		roundTrip(t, in)
	}
	for want, in := range map[string]*tsp.Instance{"no TYPE for": ended, "forbidden edges between places": forbidden, "scale 10": fractions, "has 4 edges, want 5": graph(6)} {
		var b bytes.Buffer
		if err := Write(&b, in); err == nil || !strings.Contains(err.Error(), want) || b.Len() > 0 {
			t.Errorf("%v, want %q", err, want)
		}
	}
	standIns := []*tsp.Instance{tsp.NewSymmetric(path).Instance, tsp.NewSymmetric(forbidden).Instance, new(tsp.Instance), new(tsp.Instance), new(tsp.Instance)}
	for k, in := range []*tsp.Instance{holes, graph(5), tsptest.Random(tsp.Exact2D, 5, 1)} {
		in.Sub(standIns[2+k], []int32{0, 2, 3}, func(c int32) int32 { return []int32{0, -1, 1, 2, -1}[c] })
	}
	for k, in := range standIns {
		if err := Write(io.Discard, in); err != errStandsIn {
			t.Errorf("%d, which stands for another: %v", k, err)
		}
		if _, err := in.Encode(); err == nil {
			t.Errorf("%d, which stands for another, is encoded", k)
		}
	}
	for _, in := range []*tsp.Instance{forbidden, pathOfLine, standIns[4]} {
		if err := WriteLine(io.Discard, in, nil); err == nil {
			t.Errorf("%s is written as a line", in.Name)
		}
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestWriterError(t *testing.T) {
	in, _ := tsp.NewPoints("x", tsp.Exact2D, []float64{0, 1}, []float64{0, 1}, nil)
	for i, err := range []error{
		Write(failingWriter{}, in), WriteTour(failingWriter{}, "", "", tsp.Tour{0, 1}), WriteLine(failingWriter{}, in, nil),
	} {
		if err != io.ErrClosedPipe {
			t.Errorf("writer %d: %v", i, err)
		}
	}
}

// TestSpherical pins GEO on the islands and harbours of ulysses16 (coordinates
// and the optimal tour of length 6859 are facts of the Odyssey, typed here).
func TestSpherical(t *testing.T) {
	coords := []string{"38.24 20.42", "39.57 26.15", "40.56 25.32", "36.26 23.12", "33.48 10.54", "37.56 12.19", "38.42 13.11", "37.52 20.44",
		"41.23 9.10", "41.17 13.05", "36.08 -5.21", "38.47 15.13", "38.15 15.35", "37.51 15.17", "35.49 14.32", "39.36 19.56"}
	text := problemText(16, "GEO", "NODE_COORD_SECTION\n")
	for i, c := range coords {
		text += fmt.Sprintf(" %d %s\n", i+1, c)
	}
	in := mustRead(t, text, 0)
	best := tsp.Tour{0, 13, 12, 11, 6, 5, 14, 4, 10, 8, 9, 15, 2, 1, 3, 7}
	if got := in.Length(best); got != 6859 {
		t.Errorf("length %d, want 6859", got)
	}
	if got := in.Dist(0, 1); got != 509 {
		t.Errorf("d(1,2) = %d, want 509", got)
	}
}

// million returns a problem of n cities as text.
func million(n int) []byte {
	rng := rand.New(rand.NewPCG(5, 6))
	b := fmt.Appendf(nil, "NAME : r\nTYPE : TSP\nDIMENSION : %d\nEDGE_WEIGHT_TYPE : EUC_2D\nNODE_COORD_SECTION\n", n)
	for i := range n {
		b = fmt.Appendf(b, "%d %.4f %.4f\n", i+1, rng.Float64()*1e6, rng.Float64()*1e6)
	}
	return append(b, "EOF\n"...)
}

func BenchmarkRead(b *testing.B) {
	text := million(1_000_000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := Read(bytes.NewReader(text), "r.tsp"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadMatrix(b *testing.B) {
	const n = 2000
	w := make([]int32, n*n)
	for i := range n {
		for j := range n {
			w[i*n+j] = int32(i*j%10007) + 100
		}
	}
	in, err := tsp.NewMatrix("m", n, w)
	if err != nil {
		b.Fatal(err)
	}
	var text bytes.Buffer
	if err := Write(&text, in); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		if _, _, err := Read(bytes.NewReader(text.Bytes()), "m.tsp"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	in, _, err := Read(bytes.NewReader(million(1_000_000)), "r.tsp")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := Write(io.Discard, in); err != nil {
			b.Fatal(err)
		}
	}
}

// FuzzRead reads anything as a problem and as tours; what is read must come back
// from what is written.
func FuzzRead(f *testing.F) {
	for _, in := range generated(f) {
		if in.N() < 8 {
			var b bytes.Buffer
			if err := Write(&b, in); err != nil {
				f.Fatal(err)
			}
			f.Add(b.Bytes())
		}
	}
	f.Add([]byte("NAME: t\nTYPE: TOUR\nDIMENSION: 3\nTOUR_SECTION\n1 3 2\n-1\n3 2 1\n-1\n-1\nEOF\n"))
	f.Add([]byte(problemText(4, "EXPLICIT", "EDGE_WEIGHT_FORMAT: FULL_MATRIX\nEDGE_WEIGHT_SECTION\n0 12 13 14 12 0 23 24 13 23 0 34 14 24 34 9e9\nDISPLAY_DATA_SECTION : 4 1 1\n2 1e3 2\n1 0 0\n3 -.5 0\n")))
	f.Add([]byte("\xef\xbb\xbfdimension=2\r\nedge_weight_type : GEO\r\nfixed_edges_section\r\n1 2\r\nWHAT\r\n1 2 3\r\nNODE_COORD_SECTION 002 -89.59 1e1\r\n1 0 0\r\n-1\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		Sniff(data)
		in, warn, err := Read(bytes.NewReader(data), "fuzz.tsp")
		if err != nil {
			checkFuzzError(t, err)
		} else {
			roundTrip(t, in)
			in.Length(identity(in.N()))
			if len(warn) > maxWarnings+1 {
				t.Fatal("too many warnings")
			}
		}
		tours, err := ReadTours(bytes.NewReader(data), "fuzz.tour")
		if err != nil {
			checkFuzzError(t, err)
			return
		}
		for _, tour := range tours {
			var b bytes.Buffer
			if err := WriteTour(&b, "fuzz", "two\nlines", tour); err != nil {
				t.Fatal(err)
			}
			if Sniff(b.Bytes()) != KindTour {
				t.Fatal("a tour is not sniffed")
			}
			back, err := ReadTours(&b, "fuzz.tour")
			if err != nil || len(back) != 1 || !slices.Equal(back[0], tour) {
				t.Fatal(back, err)
			}
		}
	})
}

func checkFuzzError(t *testing.T, err error) {
	var pe *ParseError
	if !errors.As(err, &pe) || pe.Line < 1 || strings.Contains(err.Error(), "<nil>") {
		t.Fatalf("%#v", err)
	}
}
