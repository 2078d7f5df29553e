package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// citiesCSV returns a table of n places in and around Europe.
func citiesCSV(n int) string {
	r := rand.New(rand.NewPCG(uint64(n), 1))
	var b strings.Builder
	b.WriteString("id,name,lat,lon\n")
	for i := range n {
		fmt.Fprintf(&b, "c%d,\"Place %d, EU\",%.5f,%.5f\n", i+1, i+1, 36+30*r.Float64(), -10+40*r.Float64())
	}
	return b.String()
}

// geoRoute is the GeoJSON that solve writes.
type geoRoute struct {
	Type     string
	Features []struct {
		Geometry struct {
			Type        string
			Coordinates json.RawMessage
		}
		Properties struct {
			Name, ID, Unit string
			Cities, City   int
			Length, Total  float64
			Closed         bool
		}
	}
}

// readGeoRoute checks a route of n places and returns it, its line, and the cities in their order.
func readGeoRoute(t *testing.T, text string, n int) (g geoRoute, line [][2]float64, order []int) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &g); err != nil || g.Type != "FeatureCollection" || len(g.Features) != n+1 {
		t.Fatalf("%.200q: %d features, %v", text, len(g.Features), err)
	}
	if err := json.Unmarshal(g.Features[0].Geometry.Coordinates, &line); err != nil || g.Features[0].Geometry.Type != "LineString" || len(line) != n+1 || line[0] != line[n] {
		t.Fatalf("a %s of %d positions; %v", g.Features[0].Geometry.Type, len(line), err)
	}
	for _, f := range g.Features[1:] {
		order = append(order, f.Properties.City)
	}
	for i, c := range slices.Sorted(slices.Values(order)) {
		if c != i+1 {
			t.Fatalf("the route lacks city %d", i+1)
		}
	}
	return g, line, order
}

// A table of a thousand places becomes a route in one command, the same through stdin and stdout,
// in every format.
func TestPlacesToRoute(t *testing.T) {
	dir := t.TempDir()
	const n = 1000
	text := citiesCSV(n)
	write(t, dir, "cities.csv", text)
	out := must(t, dir, "solve", "cities.csv", "--actions", "20000", "--workers", "1", "--out", "route.geojson", "--json", "r.json")
	if out != "" && !regexp.MustCompile(`^cities +1000 cities +length +\d+ m `).MatchString(out) {
		t.Errorf("stdout %q", out)
	}
	g, line, order := readGeoRoute(t, read(t, dir, "route.geojson"), n)
	about := g.Features[0].Properties
	if about.Name != "cities" || about.Cities != n || about.Unit != "m" || !about.Closed {
		t.Errorf("%+v", about)
	}
	rec := records(t, read(t, dir, "r.json"))[0]
	if rec["length"] != about.Length || rec["unit"] != "m" || rec["metric"] != "HAVERSINE" {
		t.Errorf("record %v %v %v", rec["length"], rec["unit"], rec["metric"])
	}
	// The length is that of the line on the sphere, each leg rounded to metres.
	sum := 0.0
	for k := range n {
		p, q := line[k], line[k+1]
		const rad = math.Pi / 180
		h := math.Pow(math.Sin((p[1]-q[1])*rad/2), 2) + math.Cos(p[1]*rad)*math.Cos(q[1]*rad)*math.Pow(math.Sin((p[0]-q[0])*rad/2), 2)
		sum += math.Round(2 * 6371008.8 * math.Asin(math.Sqrt(h)))
	}
	if math.Abs(sum-about.Length) > 2 {
		t.Errorf("length %v, by the haversine formula %v", about.Length, sum)
	}
	piped, errs, code := call{args: []string{"solve", "-", "--actions", "20000", "--workers", "1", "--out", "-", "--format", "geojson"}, stdin: strings.NewReader(text)}.run(t, dir)
	if code != 0 || errs != "" {
		t.Fatalf("exit code %d, stderr %q", code, errs)
	}
	if _, other, _ := readGeoRoute(t, piped, n); !slices.Equal(line, other) {
		t.Error("another route through stdin and stdout")
	}
	// The other formats tell the same route.
	rows, err := csv.NewReader(strings.NewReader(must(t, dir, "solve", "cities.csv", "--actions", "20000", "--workers", "1", "--out", "-", "--format", "csv"))).ReadAll()
	if err != nil || len(rows) != n+2 || strings.Join(rows[0], ",") != "position,city,id,name,lat,lon,leg_m,total_m" {
		t.Fatalf("%d rows, %v; %v", len(rows), rows[0], err)
	}
	total := 0
	for k, row := range rows[1:] {
		leg, _ := strconv.Atoi(row[6])
		total += leg
		city := strconv.Itoa(order[k%n])
		if row[0] != strconv.Itoa(k+1) || row[1] != city || row[2] != "c"+city || row[3] != "Place "+city+", EU" || row[7] != strconv.Itoa(total) {
			t.Fatalf("row %d: %v, total %d", k, row, total)
		}
	}
	if float64(total) != about.Length {
		t.Errorf("total %d, length %v", total, about.Length)
	}
	must(t, dir, "solve", "cities.csv", "--actions", "20000", "--workers", "1", "--out", "route.json")
	var j struct {
		Length, Closing float64 `json:"-"`
		Stops           []struct {
			City     int
			Lat, Lon float64
		}
	}
	if err := json.Unmarshal([]byte(read(t, dir, "route.json")), &j); err != nil || len(j.Stops) != n || j.Stops[1].City != order[1] || j.Stops[1].Lat != line[1][1] {
		t.Errorf("%d stops; %v", len(j.Stops), err)
	}
	must(t, dir, "solve", "cities.csv", "--actions", "20000", "--workers", "1", "--out", "route.tour")
	if out := must(t, dir, "eval", "cities.csv", "route.tour"); !strings.Contains(out, fmt.Sprintf(" %.0f m ", about.Length)) {
		t.Errorf("eval: %q, want %v m", out, about.Length)
	}
	if out := must(t, dir, "eval", "cities.csv", "route.tour", "--metric", "geodesic"); strings.Contains(out, fmt.Sprintf("%.0f m", about.Length)) || !strings.Contains(out, " m ") {
		t.Errorf("eval by geodesics: %q", out)
	}
	if out := must(t, dir, "bound", "cities.csv"); !strings.Contains(out, " m ") {
		t.Errorf("bound: %q", out)
	}
}

// A route over the date line is cut there.
func TestRouteOverDateLine(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "fiji.csv", "name,lat,lon\nSuva,-18,178\nTaveuni,-17,-179.9\nVavau,-18.65,-174\n")
	must(t, dir, "solve", "fiji.csv", "--out", "r.geojson")
	text := read(t, dir, "r.geojson")
	if !strings.Contains(text, `"MultiLineString"`) || !strings.Contains(text, "[180,-17") || !strings.Contains(text, "[-180,-17") {
		t.Errorf("%s", text)
	}
}

// --open draws the tour and hands the picture to the desktop.
func TestOpen(t *testing.T) {
	if os.PathSeparator != '/' {
		t.Skip("needs a shell")
	}
	dir := t.TempDir()
	write(t, dir, "a.tsp", square)
	write(t, dir, "xdg-open", "#!/bin/sh\ncp \"$1\" \""+dir+"/seen\"\n")
	write(t, dir, "open", read(t, dir, "xdg-open"))
	for _, name := range []string{"xdg-open", "open"} {
		if err := os.Chmod(dir+"/"+name, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, dir, "tspmcts-a.svg", "another user's")
	if err := os.Chmod(dir+"/tspmcts-a.svg", 0o444); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{}, {"--plot", "mine.svg"}} {
		os.Remove(dir + "/seen")
		_, errs, code := call{args: append([]string{"solve", "a.tsp", "--open"}, args...), env: []string{"PATH=" + dir + ":" + os.Getenv("PATH"), "TMPDIR=" + dir}}.run(t, dir)
		if code != 0 || errs != "" {
			t.Fatalf("%v: exit code %d, stderr %q", args, code, errs)
		}
		var seen []byte
		for range 100 { // it is not waited for
			if seen, _ = os.ReadFile(dir + "/seen"); strings.Contains(string(seen), "</svg>") {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
		if !strings.Contains(string(seen), "</svg>") {
			t.Errorf("%v: shown was %.100q", args, seen)
		}
	}
	_, errs, code := call{args: []string{"solve", "a.tsp", "--open"}, env: []string{"PATH=", "TMPDIR=" + dir}}.run(t, dir)
	if code != 0 || !regexp.MustCompile(`^tspmcts: warning: .*tspmcts-a-\w+\.svg cannot be shown: .*open the file yourself\n$`).MatchString(errs) {
		t.Errorf("nothing to open with: exit code %d, stderr %q", code, errs)
	}
	if out := must(t, dir, "solve", "a.tsp", "--plot", "-"); !strings.HasPrefix(out, "<?xml") || !strings.Contains(out, "</svg>") || strings.Contains(out, "cities") {
		t.Errorf("--plot -: %.200q", out)
	}
}

// Bad places and matrices give one line with the file, the place in it and what to do.
func TestBadPlaces(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"no columns", "id,name\n1,Bonn\n", `f:1: found the columns "id", "name", want .*lat and lon, or x and y`},
		{"no separators", "town|lat|lon\nA|1|2\n", `f:1: found unknown text, .*; a table of places begins with the names of its columns, as in name,lat,lon`},
		{"KML", "<?xml version=\"1.0\"?>\n<kml><coordinates>13.1,52.1</coordinates></kml>\n", `f:1: found XML, want .*; save places, as of KML or GPX, as CSV or GeoJSON`},
		{"UTF-16", "\xff\xfel\x00a\x00t\x00,\x00l\x00o\x00n\x00\n\x00", `f:1: found binary data, .*save it as UTF-8 if it is text`},
		{"latitude", "lat,lon\n1,2\n91.5,200\n", `f:3: found the latitude 91\.5, want -90 to 90`},
		{"swapped beyond the globe", "lat,lon\n103.8,1.35\n", `f:2: found the latitude 103\.8, want .*look swapped`},
		{"text in a number", "lat,lon\n1,2\n3,4 E\n", `f:3: lon: found "4 E", want a number`},
		{"decimal comma", "lat;lon\n1,5;2\n", `f:2: lat: found "1,5", want a number; .*--decimal-comma`},
		{"nan", "lat,lon\nNaN,2\n", `f:2: lat: found "NaN", want a number`},
		{"id twice", "id,lat,lon\nA,1,2\nB,3,4\nA,5,6\n", `f:4: id: found "A", line 4, a second time, want each id once; .*line 2`},
		{"fields", "lat,lon\n1,2,3\n", `f:2: found 3 fields, want 2`},
		{"ragged", "0,1,2\n1,0\n2,3,0\n", `f:2: found 2 fields, want 3`},
		{"not square", "0,1,2\n1,0,3\n", `f:1: found 2 lines of 3 numbers, want .*square`},
		{"negative", "0,1,2\n1,0,-3\n2,-3,0\n", `f:2: found "-3" in row 2, column 3, want 0 or more; add`},
		{"nan in a matrix", "0,1,nan\n1,0,3\n2,3,0\n", `f:1: found "nan" in row 1, column 3, want a number, or infinity where there is no road`},
		{"ragged JSON", "[[0,1],\n[1]]", `f:2: entries: found 1 numbers in row 2, want 2`},
		{"no points", `{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"LineString","coordinates":[[1,2],[3,4]]}}]}`,
			`f:1: feature 1: found "LineString", want a FeatureCollection of Points`},
		{"GeoJSON beyond the globe", `{"type":"Point","coordinates":[1,95]}`, `f:1: the geometry: found the latitude 95, want -90 to 90`},
		{"broken JSON", "{\"type\":\n\"Point\",,}", `f:2: found JSON that is broken here`},
		{"OSRM refuses", `{"code":"InvalidQuery","message":"Query string malformed"}`, `f:1: code: found "InvalidQuery", Query string malformed, want Ok`},
		{"OSRM without the weight", `{"code":"Ok","durations":[[0,1],[1,0]]}`, `f:1: found only durations, want distances, which --weight names; .*annotations`},
		{"ORS refuses", `{"error":{"code":6004,"message":"over the limit"}}`, `f:1: error: found an answer that says "over the limit"`},
		{"npy", "\x93NUMPY\x01\x00v\x00{'descr': '<f8'", `f:1: found a NumPy header that is cut off`},
		{"asymmetric under TSP", "TYPE : TSP\nDIMENSION : 3\nEDGE_WEIGHT_TYPE : EXPLICIT\nEDGE_WEIGHT_FORMAT : FULL_MATRIX\nEDGE_WEIGHT_SECTION\n0 1 2\n1 0 3\n2 4 0\nEOF\n", `f:8: EDGE_WEIGHT_SECTION: found d\(3,2\) = 4 but d\(2,3\) = 3, want a symmetric`},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "f", c.text)
			args := []string{"solve", "f", "--actions", "10"}
			if c.name == "OSRM without the weight" {
				args = append(args, "--weight", "distances")
			}
			oneError(t, dir, 1, c.want, call{args: args})
			onlyFiles(t, dir, "f")
		})
	}
	dir := t.TempDir()
	write(t, dir, "a.csv", "x,y\n0,0\n0,9\n7,8\n")
	write(t, dir, "a.tsp", square)
	write(t, dir, "b.csv", "lat,lon\n0,0\n0,9\n7,8\n")
	for _, c := range []struct {
		code       int
		args, want string
	}{
		{1, "solve a.csv --out r.geojson", `a: GeoJSON is made of longitudes and latitudes, .*--format csv`},
		{1, "solve a.csv --metric haversine", `a\.csv:2: found coordinates x and y, want a metric of the plane; .*lat and lon`},
		{1, "solve b.csv --metric euclid", `b\.csv:2: found latitudes and longitudes, want --metric haversine`},
		{2, "solve b.csv --metric sphere", `--metric is "sphere", want haversine, geodesic, euclid`},
		{2, "solve b.csv --weight time", `--weight is "time", want one of durations, distances, costs`},
		{2, "solve b.csv --out r.gpx --format gpx", `--format is "gpx", want tsplib, csv, geojson, json`},
		{2, "solve b.csv --format csv", `--format is for --out FILE; - is stdout`},
		{2, "solve b.csv --out - --json -", `--out and --json are the same file -`},
		{2, "solve b.csv --plot - --open", `--open shows a file, but --plot is -`},
		{2, "solve a.csv b.csv --out -", `--out - is for one instance, but there are several; choose one`},
		{2, "solve a.tsp --metric geodesic", `a\.tsp: found a file of TSPLIB problem, which --metric, --weight and --decimal-comma are not for`},
		{2, "solve a.csv --lines 0:1", `a\.csv: found places or a matrix, but --lines is for data set files`},
	} {
		oneError(t, dir, c.code, c.want, call{args: strings.Fields(c.args)})
	}
	onlyFiles(t, dir, "a.csv", "a.tsp", "b.csv")
}

// bench and heatmap measure places as they are told to.
func TestMetricOfPlaces(t *testing.T) {
	dir := t.TempDir()
	var text strings.Builder
	text.WriteString("lat,lon\n")
	for i := range 30 {
		fmt.Fprintf(&text, "%d,%d\n", 10+i*i%50, 7*i*i%90)
	}
	write(t, dir, "c.csv", text.String())
	suite := func(metric string) string {
		return fmt.Sprintf(`{"sets":[{"file":"c.csv"%s}],"heatmaps":["gtprior"],"knobs":["default"],"budgets":["2000 actions"],"seeds":1}`, metric)
	}
	write(t, dir, "plain.json", suite(""))
	write(t, dir, "geodesic.json", suite(`,"metric":"geodesic"`))
	for name, args := range map[string]string{"plain": "", "haversine": "--metric haversine", "geodesic": "--metric geodesic", "suite": "plain.json", "other suite": "geodesic.json"} {
		file := strings.ReplaceAll(name, " ", "") + ".jsonl"
		if strings.HasSuffix(args, ".json") {
			must(t, dir, "bench", args, "--out", file)
		} else {
			must(t, dir, append(strings.Fields("bench --set c.csv --heatmaps gtprior --actions 2000 --out "+file), strings.Fields(args)...)...)
		}
		want := `"metric":"HAVERSINE"`
		if strings.Contains(args, "geodesic") {
			want = `"metric":"GEODESIC"`
		}
		if got := read(t, dir, file); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	must(t, dir, "heatmap", "build", "c.csv", "--metric", "haversine", "--heatmap", "softdist", "--out", "h.txt")
	must(t, dir, "heatmap", "build", "c.csv", "--metric", "geodesic", "--heatmap", "softdist", "--out", "g.txt")
	if read(t, dir, "h.txt") == read(t, dir, "g.txt") {
		t.Error("the heatmap does not depend on the metric")
	}
	for _, args := range []string{"bench --set c.csv --time 1s --out x --metric sphere", "heatmap build c.csv --out x --metric sphere", "bench plain.json --out x --metric geodesic"} {
		oneError(t, dir, 2, `--metric (is "sphere", want haversine|and a suite file do not go together)`, call{args: strings.Fields(args)})
	}
	write(t, dir, "odd.json", suite(`,"metric":"sphere"`))
	oneError(t, dir, 1, `odd\.json: c\.csv: metric is "sphere", want haversine`, call{args: strings.Fields("bench odd.json --out x")})
}

// What may be meant otherwise is told, and solved.
func TestOddPlaces(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ text, warns string }{
		{"lat,lon\n-74.0,40.7\n-71.06,42.4\n-80.2,25.8\n", `f:2: 3 of 3 latitudes lie beyond the polar circles.*swapped`},
		{"name,lat,lon\nA,1,2\nB,3,4\nA,5,6\n", `f:4: the name "A", line 4, stands at line 2 too`},
		{"0,1.5,2\n1.5,0,3\n2,3,0\n", `f:1: the entries are fractions: searched as whole numbers of 0\.1, the scale is 10`},
		{`{"code":"Ok","durations":[[0,1],[1,0]],"distances":[[0,9],[9,0]]}`, `f:1: durations and distances are there: durations are minimized; --weight chooses`},
	} {
		write(t, dir, "f", c.text)
		solvedWith(t, dir, c.warns, []string{"f " + map[bool]string{true: "2", false: "3"}[c.text[0] == '{']}, "f")
	}
	// Lengths are told in the unit of the file, fractions and all.
	write(t, dir, "t.json", `{"code":"Ok","durations":[[0,1.5,2.25],[1.5,0,3],[2.25,3,0]]}`)
	out, _, _ := call{args: []string{"solve", "t.json", "--json", "r.json"}}.run(t, dir)
	if rec := records(t, read(t, dir, "r.json"))[0]; !strings.Contains(out, " 6.75 s ") || rec["length"] != 6.75 || rec["unit"] != "s" {
		t.Errorf("%q, record %v %v", out, rec["length"], rec["unit"])
	}
}

// Matrices that differ from their transpose are solved as they are, and missing roads are not
// taken.
func TestDirectedMatrix(t *testing.T) {
	dir := t.TempDir()
	// A ring of n places with short ways in one direction only, hidden by a permutation: a tour
	// costs n, the way back 10n.
	const n = 40
	at := rand.New(rand.NewPCG(1, 1)).Perm(n)
	var table, osrm []string
	for i := range n {
		row := make([]string, n)
		for j := range n {
			d := 10
			if (at[i]+1)%n == at[j] {
				d = 1
			}
			if i == j {
				d = 0
			}
			row[j] = strconv.Itoa(d)
		}
		table = append(table, strings.Join(row, ","))
		osrm = append(osrm, "["+strings.ReplaceAll(strings.Join(row, ","), "10", "null")+"]")
	}
	write(t, dir, "ring.csv", strings.Join(table, "\n")+"\n")
	write(t, dir, "ring.json", `{"code":"Ok","distances":[`+strings.Join(osrm, ",")+`]}`)
	for name, unit := range map[string]string{"ring.csv": "", "ring.json": "_m"} {
		rows, err := csv.NewReader(strings.NewReader(must(t, dir, "solve", name, "--time", "1s", "--target", strconv.Itoa(n), "--out", "-", "--format", "csv"))).ReadAll()
		if err != nil || len(rows) != n+2 || rows[0][3] != "total"+unit || rows[n+1][3] != strconv.Itoa(n) {
			t.Fatalf("%s: %v, %v; %v", name, rows[0], rows[len(rows)-1], err)
		}
		for k, row := range rows[2:] {
			from, _ := strconv.Atoi(rows[k+1][1])
			to, _ := strconv.Atoi(row[1])
			if (at[from-1]+1)%n != at[to-1] || row[2] != "1" {
				t.Fatalf("%s: leg %d goes the wrong way: %v", name, k, row)
			}
		}
	}
	// No road leads from one half to the other.
	write(t, dir, "none.json", `{"code":"Ok","durations":[[0,1,null,null,null],[1,0,null,null,null],[null,null,0,1,1],[null,null,1,0,1],[null,null,1,1,0]]}`)
	oneError(t, dir, 1, `none.*no tour`, call{args: []string{"solve", "none.json", "--actions", "100"}})
}

// The ends of a path are named as the file names its places.
func TestNamedEnds(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "p.csv", "id,name,lat,lon\n3,Bonn,50.7,7.1\n1,Ulm,48.4,10\n2,Kiel,54.3,10.1\n4,Ulm,48.5,11\n")
	warned := func(want string, args ...string) {
		t.Helper()
		out, errs, code := call{args: append([]string{"solve", "p.csv", "--out", "-", "--format", "csv"}, args...)}.run(t, dir)
		var order []string
		for line := range strings.Lines(out) {
			order = append(order, strings.Split(line, ",")[2])
		}
		if code != 0 || strings.Count(errs, "\n") != 1 || strings.Join(order, " ") != want {
			t.Errorf("%v: %v, want %q; stderr %q", args, order, want, errs)
		}
	}
	warned("id 2 3 1 4", "--start", "Kiel")
	warned("id 3 2 1 4", "--start", "3", "--end", "4") // ids, not numbers
	write(t, dir, "gone.txt", "2,3 # Kiel and Bonn, by their ids\n")
	warned("id 2 4 1 3", "--start", "Kiel", "--forbid", "gone.txt")
	write(t, dir, "gone.txt", "Kiel 3\n1 4\n")
	warned("id 2 4 3 1", "--start", "Kiel", "--forbid", "gone.txt")
	write(t, dir, "bad.txt", "1 2\nKiel Rom\n")
	_, errs, code := call{args: []string{"solve", "p.csv", "--forbid", "bad.txt"}}.run(t, dir)
	if code != 1 || !strings.Contains(errs, `bad.txt:2: found "Kiel Rom", want two cities: "Rom" is none of the cities of p`) {
		t.Errorf("exit code %d, stderr %q", code, errs)
	}
	for args, want := range map[string]string{"--start Ulm": `--start is "Ulm", the name of the cities 2 and 4; give the id of one`, "--end Rom": `--end is "Rom", none of the cities of p`} {
		_, errs, code := call{args: append([]string{"solve", "p.csv"}, strings.Fields(args)...)}.run(t, dir)
		if code != 2 || !strings.Contains(errs, want) {
			t.Errorf("%s: exit code %d, stderr %q, want %q", args, code, errs, want)
		}
	}
}
