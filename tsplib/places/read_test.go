package places

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
	"tspmcts/tsplib"
)

// npyFile returns a NumPy file of n x n numbers.
func npyFile(dtype string, fortran bool, n int, numbers any) string {
	order := "False"
	if fortran {
		order = "True"
	}
	dict := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': (%d, %d), }", dtype, order, n, n)
	dict += strings.Repeat(" ", 117-len(dict)) + "\n"
	b := append([]byte("\x93NUMPY\x01\x00"), byte(len(dict)), 0)
	b, err := binary.Append(append(b, dict...), binary.LittleEndian, numbers)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func read(text string, o Options) (*tsp.Instance, []tsplib.Warning, error) {
	return Read(strings.NewReader(text), "f.csv", o)
}

// Tables of places in every dialect are the same three places.
func TestTables(t *testing.T) {
	const feature = `{"type":"Feature","id":%q,"geometry":{"type":"Point","coordinates":[%v,%v]},"properties":{"name":%q}}`
	features := fmt.Sprintf(feature, "a", 7.1, 50.7, "Bonn") + ",\n" + fmt.Sprintf(feature, "b", 6.95, 50.9, "Köln, am Rhein") + "," + fmt.Sprintf(feature, "c", 179.5, -17.0, "Levuka")
	for name, c := range map[string]struct {
		text   string
		o      Options
		labels bool
	}{
		"commas":        {"id,name,lat,lon\na,Bonn,50.7,7.1\nb,\"Köln, am Rhein\",50.9,6.95\nc,Levuka,-17,179.5\n", Options{}, true},
		"other order":   {"lng,latitude,extra,city,nr\n7.1,50.7,,Bonn,a\n6.95,5.09e1,x,\"Köln, am Rhein\",b\n179.5,-17,,Levuka,c", Options{}, true},
		"semicolons":    {"\xef\xbb\xbf\"ID\";\"Name\";\"Lat\";\"Lon\"\r\n\"a\";\"Bonn\";\"50,7\";\"7,1\"\r\nb;Köln, am Rhein;50,9;6,95\r\n\r\nc;Levuka;-17;179,5\r\n;;;\r\n", Options{DecimalComma: true}, true},
		"two of a kind": {"city,key,name,lat,lon,ID\nNowhere,9,Bonn,50.7,7.1,a\nElsewhere,9,\"Köln, am Rhein\",50.9,6.95,b\nElsewhere,9,Levuka,-17,179.5,c\n", Options{}, true},
		"tabs":          {"Name\tLAT\tlong\tid\nBonn\t50.7\t7.1\ta\nKöln, am Rhein\t50.9\t6.95\tb\nLevuka\t-17\t179.5\tc\n", Options{}, true},
		"CR alone":      {"id;name;lat;lon\ra;Bonn;50.7;7.1\rb;Köln, am Rhein;50.9;6.95\rc;Levuka;-17;179.5\r", Options{}, true},
		"CR, long line": {"id,name,lat,lon" + strings.Repeat(",more", 8000) + "\ra,Bonn,50.7,7.1" + strings.Repeat(",", 8000) + "\rb,\"Köln, am Rhein\",50.9,6.95" + strings.Repeat(",", 8000) + "\rc,Levuka,-17,179.5" + strings.Repeat(",", 8000), Options{}, true},
		"told":          {"\xef\xbb\xbfsep=;\r\nid;name;lat;lon\r\na;Bonn;50.7;7.1\r\nb;Köln, am Rhein;50.9;6.95\r\nc;Levuka;-17;179.5\r\n", Options{}, true},
		"told, quoted":  {"\"sep=,\"\nid,name,lat,lon\na,Bonn,50.7,7.1\nb,\"Köln, am Rhein\",50.9,6.95\nc,Levuka,-17,179.5\n", Options{}, true},
		"no labels":     {"lat, lon\n50.7, 7.1\n 50.9 ,6.95\n-17, 179.5\n", Options{}, false},
		"GeoJSON":       {`{"type":"FeatureCollection","features":[` + features + `]}`, Options{}, true},
		"features last": {"\xef\xbb\xbf{\"features\":[" + features + "],\n\"bbox\":[0,0,1,1],\"type\":\"FeatureCollection\"}\n", Options{}, true},
		"MultiPoint":    {`{"type":"MultiPoint","coordinates":[[7.1,50.7],[6.95,50.9,55],[179.5,-17]]}`, Options{}, false},
		"geometries":    {`{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[7.1,50.7]},{"type":"MultiPoint","coordinates":[[6.95,50.9],[179.5,-17]]}]}`, Options{}, false},
	} {
		in, warnings, err := Read(iotest.OneByteReader(strings.NewReader(c.text)), "dir/f.csv", c.o)
		if err != nil || len(warnings) > 0 {
			t.Errorf("%s: %v %v", name, warnings, err)
			continue
		}
		if in.Name != "f" || in.Metric != tsp.Haversine || in.Unit != "m" || !slices.Equal(in.X, []float64{50.7, 50.9, -17}) || !slices.Equal(in.Y, []float64{7.1, 6.95, 179.5}) {
			t.Errorf("%s: %s %v %v %v", name, in.Name, in.Metric, in.X, in.Y)
		}
		if c.labels != slices.Equal(in.IDs, []string{"a", "b", "c"}) || c.labels != slices.Equal(in.Names, []string{"Bonn", "Köln, am Rhein", "Levuka"}) || !c.labels && in.IDs != nil {
			t.Errorf("%s: ids %q, names %q", name, in.IDs, in.Names)
		}
	}
}

// What messages quote of a long field ends with a whole character.
func TestShort(t *testing.T) {
	for text, want := range map[string]string{
		strings.Repeat("x", 40):                 strings.Repeat("x", 40),
		strings.Repeat("x", 41):                 strings.Repeat("x", 40) + "...",
		strings.Repeat("x", 39) + "ünchen":      strings.Repeat("x", 39) + "...",
		strings.Repeat("x", 37) + "\U0001F600y": strings.Repeat("x", 37) + "...",
		strings.Repeat("\xff", 41):              strings.Repeat("\xff", 40) + "...",
	} {
		if got := short(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// Options choose the metric.
func TestMetrics(t *testing.T) {
	const degrees, plane, space = "lat,lon\n50,7\n51,8\n", "x,y\n0,0\n3,4.5\n", "x,y,z\n0,0,0\n1,2,2\n"
	for _, c := range []struct {
		text, metric string
		want         tsp.Metric // Explicit for an error
	}{
		{degrees, "", tsp.Haversine}, {degrees, "Geodesic", tsp.Geodesic}, {degrees, "geom", tsp.GeoM}, {degrees, "geo", 0}, {degrees, "euclid", 0}, {degrees, "euc_2d", 0},
		{plane, "", tsp.Exact2D}, {plane, "euclid", tsp.Exact2D}, {plane, "ceil_2d", tsp.Ceil2D}, {plane, "MAN_2D", tsp.Man2D}, {plane, "haversine", 0}, {plane, "euc_3d", 0},
		{space, "", tsp.Exact3D}, {space, "euclid", tsp.Exact3D}, {space, "max_3d", tsp.Max3D}, {space, "euc_2d", tsp.Euc2D},
		{"0,5\n5,0\n", "euclid", 0}, {"X,Y,Z\n0,3,4\n3,0,5\n4,5,0\n", "", tsp.Exact3D}, {",x,y\n0,3,4\n1,0,5\n", "", tsp.Exact2D},
		{"name,x,y\nx,0,1\ny,1,0\nz,1,1\n", "", tsp.Exact2D}, {"x,y,name\n1,2,x\n", "", tsp.Exact2D}, {"name,x,y\nx,0,1\n", "", tsp.Exact2D},
	} {
		in, _, err := read(c.text, Options{Metric: c.metric})
		if c.want == 0 {
			var p *tsplib.ParseError
			if !errors.As(err, &p) || !strings.Contains(err.Error(), "--metric") {
				t.Errorf("%q as %s: %v", c.text, c.metric, err)
			}
		} else if err != nil || in.Metric != c.want {
			t.Errorf("%q as %s: %v, %v", c.text, c.metric, in, err)
		}
	}
	const unit = "x,y\n0,0\n0.5,0\n0,0.5\n"
	for metric, want := range map[string]string{"euc_2d": "EUC_2D rounds distances to whole numbers, but neighbouring cities are only about 0.29 apart; give --metric EXACT_2D to keep",
		"man_2d": "0.29 apart; multiply the coordinates", "exact_2d": "", "": ""} {
		_, warnings, err := read(unit, Options{Metric: metric})
		if text := fmt.Sprint(warnings); err != nil || (want == "") != (len(warnings) == 0) || !strings.Contains(text, want) {
			t.Errorf("%q: %s, %v, want %q", metric, text, err, want)
		}
	}
	for _, s := range []string{"", "explicit", "sphere", "exact"} {
		if m, ok := ParseMetric(s); ok {
			t.Errorf("%q is %v", s, m)
		}
	}
}

const dir = `"durations":[[0,10.5,20],[10.5,0,30.25],[20,30.25,0]],"distances":[[0,1,2],[1,0,3],[2,3,0]]`

// Matrices in every form are told with their unit, scale and labels.
func TestMatrices(t *testing.T) {
	const locations = `[{"location":[13,52],"name":"A"},{"location":[14,52],"name":"B"},{"location":[13,53],"name":""}]`
	valhalla := func(units, cells string) string {
		return `{"sources_to_targets":` + cells + `,"units":"` + units + `","sources":[[{"lat":52,"lon":13}],[{"lat":52,"lon":14}],[{"lat":53,"lon":13}]]}`
	}
	cell := func(i, j int) string {
		if i == j {
			return `{"time":0,"distance":0,"to_index":0}`
		}
		return fmt.Sprintf(`{"distance":%v.001,"time":%d,"from_index":%d,"to_index":%d}`, i+j, 10*(i+j), i, j)
	}
	var cells []string
	for i := range 3 {
		cells = append(cells, "["+cell(i, 0)+","+cell(i, 1)+","+cell(i, 2)+"]")
	}
	verbose := "[" + strings.Join(cells, ",\n") + "]"
	for name, c := range map[string]struct {
		text        string
		o           Options
		w           []int32 // d(1,2), d(1,3), d(2,3)
		scale       float64
		unit, warns string
		names       []string
		placed      bool
	}{
		"CSV":             {"0,1,2\n1,0,3\n2,3,0\n", Options{}, []int32{1, 2, 3}, 1, "", "", nil, false},
		"CSV, told":       {"sep=;\n0;1;2\n1;0;3\n2;3;0\n", Options{}, []int32{1, 2, 3}, 1, "", "", nil, false},
		"CSV of junk":     {"9e9,1,2\n1,0,3\n2,3,nan\n", Options{}, []int32{1, 2, 3}, 1, "", "not all numbers on the diagonal are 0: read as distances", nil, false},
		"CSV, semicolons": {"0;1,5;2\n1,5;0;3\n2;3;0\n", Options{DecimalComma: true}, []int32{15, 20, 30}, 10, "", "fractions: searched as whole numbers of 0.1, the scale is 10", nil, false},
		"blank diagonal":  {",4,2\n4,,3\n2,3,\n", Options{}, []int32{4, 2, 3}, 1, "", "", nil, false},
		"named":           {",A,B,C\nA,0,1,2\nB,1,0,3\nC,2,3,0\n", Options{}, []int32{1, 2, 3}, 1, "", "", []string{"A", "B", "C"}, false},
		"corner":          {"from,1,2,3\n1,0,1,2\n2,1,0,3\n3,2,3,0\n", Options{}, []int32{1, 2, 3}, 1, "", "", []string{"1", "2", "3"}, false},
		"of pandas":       {",0,1,2\n0,0.0,1.0,2.0\n1,1.0,0.0,3.0\n2,2.0,3.0,0.0\n", Options{}, []int32{1, 2, 3}, 1, "", "", []string{"0", "1", "2"}, false},
		"named by tens":   {",10,20,30\n10,0,1,2\n20,1,0,3\n30,2,3,0\n", Options{}, []int32{1, 2, 3}, 1, "", "", []string{"10", "20", "30"}, false},
		"numbers, tabs":   {"\t7\t8\t9\n7\t0\t1\t2\n8\t1\t0\t3\n9\t2\t3\t0\n", Options{}, []int32{1, 2, 3}, 1, "", "", []string{"7", "8", "9"}, false},
		"numbers, short":  {"\"1\",\"2\",\"3\"\n\"1\",0,1,2\n\"2\",1,0,3\n\"3\",2,3,0\n", Options{}, []int32{1, 2, 3}, 1, "", "", []string{"1", "2", "3"}, false},
		"names or not":    {",10,20,30\n10,,3,4\n20,3,,9\n30,1,2,\n", Options{}, []int32{10, 20, 3}, 1, "", "read as distances; if it names the places", nil, false},
		"named X":         {",X,Y,Z\nX,0,1,2\nY,1,0,3\nZ,2,3,0\n", Options{}, []int32{1, 2, 3}, 1, "", "", []string{"X", "Y", "Z"}, false},
		"named Lat":       {"city,Lat,Ulm,Lon\nLat,9,1,2\nUlm,1,9,3\nLon,2,3,9\n", Options{}, []int32{1, 2, 3}, 1, "", "", []string{"Lat", "Ulm", "Lon"}, false},
		"named Long":      {"Long,x,A,B,C,D\nLong,0,1,2,9,9,9\nx,1,0,3,9,9,9\nA,2,3,0,9,9,9\nB,9,9,9,0,9,9\nC,9,9,9,9,0,9\nD,9,9,9,9,9,0\n", Options{}, []int32{1, 2, 3}, 1, "", "", []string{"Long", "x", "A", "B", "C", "D"}, false},
		"head alone":      {"A\tB\tC\n0\t1\t2\n1\t0\t3\n2\t3\t0\n", Options{}, []int32{1, 2, 3}, 1, "", "", []string{"A", "B", "C"}, false},
		"dashes":          {",A,B,C\nA,-,1,2\nB,1,-,3\nC,2,3,-\n", Options{}, []int32{1, 2, 3}, 1, "", "", []string{"A", "B", "C"}, false},
		"head, dashes":    {"A,B,C\n-,1,2\n1,-,3\n2,3,-\n", Options{}, []int32{1, 2, 3}, 1, "", "", []string{"A", "B", "C"}, false},
		"dashes, no head": {"-,4,2\n4,-,3\n2,3,-\n", Options{}, []int32{4, 2, 3}, 1, "", "", nil, false},
		"dash in corner":  {"-,7,8,9\n7,0,1,2\n8,1,0,3\n9,2,3,0\n", Options{}, []int32{1, 2, 3}, 1, "", "", []string{"7", "8", "9"}, false},
		"dash, counted":   {"-,1,2,3\n1,-,1,2\n2,1,-,3\n3,2,3,-\n", Options{}, []int32{1, 2, 3}, 1, "", "read as the names of 3 places; if it holds distances, write 0 on the diagonal", []string{"1", "2", "3"}, false},
		"head, blanks":    {"A,B,C\n,1,2\n1,,3\n2,3,\n", Options{}, []int32{1, 2, 3}, 1, "", "", []string{"A", "B", "C"}, false},
		"no corner":       {"A;B;C\nA;0;1;2\nB;1;0;3\nC;2;3;0\n", Options{}, []int32{1, 2, 3}, 1, "", "", []string{"A", "B", "C"}, false},
		"JSON":            {"[[0,0.125,2e0],\n[0.125,null,3],[2,3,0]]", Options{}, []int32{125, 2000, 3000}, 1000, "", "scale is 1000", nil, false},
		"thirds":          {"[[0,0.333333333,2],[0.333333333,0,3],[2,3,0]]", Options{}, []int32{3333333, 20000000, 30000000}, 1e7, "", "more digits than the search holds, rounded: .* 1e-07", nil, false},
		"noise":           {"[[0,0.30000000000000004,0.7999999999999999],[0.3,0,3],[0.8,3,0]]", Options{}, []int32{3000000, 8000000, 30000000}, 1e7, "", "more digits than the search holds, rounded: .* 1e-07", nil, false},
		"small":           {"[[0,1e-9,2e-9],[1e-9,0,3.25e-9],[2e-9,3.25e-9,0]]", Options{}, []int32{100, 200, 325}, 1e11, "", "fractions: searched as whole numbers of 1e-11", nil, false},
		"large, too late": {"[[0,0.123454999999,0.5],[0.123454999999,0,60000],[0.5,60000,0]]", Options{}, []int32{123, 500, 60000000}, 1000, "", "more digits than the search holds, rounded: .* 0.001", nil, false},
		"late once more":  {"[[0,0.6544999,0.5],[0.6544999,0,90000000],[0.5,90000000,0]]", Options{}, []int32{1, 1, 90000000}, 1, "", "more digits than the search holds, rounded: .* of 1", nil, false},
		"thirds of a km":  {`{"distances":[[0,0.3333333333,2],[0.3333333333,0,3],[2,3,0]],"metadata":{"query":{"units":"km"}}}`, Options{Weight: "distances"}, []int32{333333, 2000000, 3000000}, 1000, "m", "more digits than the search holds, rounded: .* 0.001", nil, false},
		"large and fine":  {"[[0,0.125,200000000],[0.125,0,3],[200000000,3,0]]", Options{}, []int32{1, 1000000000, 15}, 5, "", "", nil, false},
		"npy f8":          {npyFile("<f8", false, 3, []float64{0, 1.5, 2, 1.5, math.NaN(), 3, 2, 3, 0}), Options{}, []int32{15, 20, 30}, 10, "", "scale is 10", nil, false},
		"npy f4":          {npyFile("<f4", false, 3, []float32{0, 0.1, 2, 0.1, 0, 3, 2, 3, 0}), Options{}, []int32{1, 20, 30}, 10, "", "scale is 10", nil, false},
		"npy f4, refined": {npyFile("<f4", false, 3, []float32{0, 100.1, 2, 100.1, 0, 3.0625, 2, 3.0625, 0}), Options{}, []int32{1001000, 20000, 30625}, 10000, "", "scale is 10000", nil, false},
		"npy f4, tiny":    {npyFile("<f4", false, 3, []float32{0, 1e-20, 2e-20, 1e-20, 0, 3.25e-20, 2e-20, 3.25e-20, 0}), Options{}, []int32{100, 200, 325}, 1e22, "", "whole numbers of 1e-22", nil, false},
		"npy i8":          {npyFile("<i8", true, 3, []int64{0, 1, 2, 1, 0, 3, 2, 3, -7}), Options{}, []int32{1, 2, 3}, 1, "", "not all numbers on the diagonal are 0", nil, false},
		"OSRM":            {`{"code":"Ok",` + dir + `,"sources":` + locations + `,"destinations":` + locations + `}`, Options{}, []int32{1050, 2000, 3025}, 100, "s", "durations and distances are there: durations are minimized; --weight|whole numbers of 0.01 s", []string{"A", "B", ""}, true},
		"OSRM, distances": {`{"code":"Ok",` + dir + `,"sources":` + locations + `}`, Options{Weight: "distances"}, []int32{1, 2, 3}, 1, "m", "", []string{"A", "B", ""}, true},
		"OSRM, no place":  {`{` + dir + `,"sources":[{"location":[13,52]},{"location":[null,null]},{"location":[13,53]}]}`, Options{Weight: "distances"}, []int32{1, 2, 3}, 1, "m", "", nil, false},
		"GraphHopper":     {`{"distances":[[0,1,2],[1,0,3],[2,3,0]],"times":[[0,7,8],[7,0,9],[8,9,0]],"weights":[[0]],"hints":[],"info":{}}`, Options{}, []int32{7, 8, 9}, 1, "s", "distances are there: durations are minimized; --weight", nil, false},
		"GraphHopper, m":  {`{"times":[[0,7,8],[7,0,9],[8,9,0]],"distances":[[0,1,2],[1,0,3],[2,3,0]]}`, Options{Weight: "distances"}, []int32{1, 2, 3}, 1, "m", "", nil, false},
		"ORS in km":       {`{` + dir + `,"metadata":{"query":{"units":"km"}}}`, Options{Weight: "distances"}, []int32{1000, 2000, 3000}, 1, "m", "", nil, false},
		"Valhalla":        {valhalla("kilometers", verbose), Options{}, []int32{10, 20, 30}, 1, "s", "durations are minimized; --weight", nil, true},
		"ORS, miles":      {"{\"distances\":[[null,0.1,2],[0.1,0,null],[2,null,0]],\n\"durations\":[[0,1,2],[1,0,3],[2,3,0]],\"metadata\":{\"query\":{\"units\":\"mi\"}}}", Options{Weight: "distances"}, []int32{160934, 3218688, tsp.NoEdge}, 1000, "m", "scale is 1000", nil, false},
		"other order":     {`{"distances":[[0,1,2],[1,0,3],[2,3,0]],"durations":[[0,7,8],[7,0,9],[8,9,0]]}`, Options{}, []int32{7, 8, 9}, 1, "s", "durations are minimized; --weight", nil, false},
		"Valhalla, km":    {valhalla("kilometers", verbose), Options{Weight: "distances"}, []int32{1001, 2001, 3001}, 1, "m", "", nil, true},
		"Valhalla, miles": {valhalla("miles", `{"distances":[[0,1,2],[1,0,3],[2,3,0]]}`), Options{}, []int32{1609344, 3218688, 4828032}, 1000, "m", "scale is 1000", nil, true},
		"VROOM": {`{"vehicles":[{"id":1}],"jobs":[{"id":14,"location_index":1,"description":"shop"},{"id":15,"location_index":2}],"matrices":{"car":{` + dir + `}}}`,
			Options{Weight: "distances"}, []int32{1, 2, 3}, 1, "m", "", []string{"", "shop", "job 15"}, false},
		"VROOM, profiles": {`{"vehicles":[{"profile":"bike"}],"matrices":{"car":{"durations":[[0]]},"bike":{"costs":[[0,1,2],[1,0,3],[2,3,0]]}}}`,
			Options{}, []int32{1, 2, 3}, 1, "", "of the profiles car, bike that of the first vehicle is taken: bike", nil, false},
	} {
		in, warnings, err := read(c.text, c.o)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var told []string
		for _, w := range warnings {
			told = append(told, w.Text)
		}
		text := strings.Join(told, "|")
		if c.warns == "" && text != "" && name != "large and fine" {
			t.Errorf("%s: warns %q", name, text)
		}
		for want := range strings.SplitSeq(c.warns, "|") {
			if before, after, _ := strings.Cut(want, ".*"); !strings.Contains(text, before) || !strings.Contains(text, after) {
				t.Errorf("%s: warns %q, want %q", name, text, want)
			}
		}
		scale := c.scale
		if scale == 5 { // 200000000 leaves room for a factor of 5, of which only 1 is a power of ten
			scale, c.w = 1, []int32{0, 200000000, 3}
		}
		if got := []int32{in.Dist(0, 1), in.Dist(0, 2), in.Dist(1, 2)}; !slices.Equal(got, c.w) || in.Scale != scale || in.Unit != c.unit || in.Metric != tsp.Explicit {
			t.Errorf("%s: %v, scale %v, unit %q, want %v, %v, %q", name, got, in.Scale, in.Unit, c.w, scale, c.unit)
		}
		if !slices.Equal(in.Names, c.names) || in.DisplayDegrees != c.placed {
			t.Errorf("%s: names %q, placed %v", name, in.Names, in.DisplayDegrees)
		}
		if lat, lon, ok := in.LatLon(1); ok != c.placed || ok && (lat != 52 || lon != 14) {
			t.Errorf("%s: the second place is at %v, %v", name, lat, lon)
		}
	}
}

// Matrices have eight digits of their largest number, however small that is, and all where they are few.
func TestSmallMatrices(t *testing.T) {
	for exp := -290; exp <= 8; exp++ {
		for _, digits := range [][]string{{"1.2345678912345678", "2.3456789123456789", "9.8765432198765432"}, {"1.25", "2", "3.125"}} {
			var v []float64
			for _, d := range digits {
				v = append(v, tsptest.Must(strconv.ParseFloat(fmt.Sprintf("%se%d", d, exp), 64)))
			}
			text := fmt.Sprintf("[[0,%v,%v],[%[1]v,0,%[3]v],[%[2]v,%[3]v,0]]", v[0], v[1], v[2])
			in, warnings, err := read(text, Options{})
			if err != nil || in.Directed {
				t.Fatalf("%s: %v", text, err)
			}
			all := len(digits[0]) == 4
			if told := fmt.Sprint(warnings); strings.Contains(told, "rounded") == all {
				t.Errorf("%s: warns %s", text, told)
			}
			near := v[2] * 2e-8
			if all {
				near = v[2] * 1e-15
			}
			for k, got := range []float64{in.Leg(0, 1), in.Leg(0, 2), in.Leg(1, 2)} {
				if math.Abs(got-v[k]) > near {
					t.Errorf("%s: %v is %v", text, v[k], got)
				}
			}
		}
	}
}

// Rounded fractions are equal where the entries are, whatever is read between the two, and as near
// to them as their unit allows.
func TestRoundedAlike(t *testing.T) {
	const n = 100
	r := rand.New(rand.NewPCG(1, 1))
	wide, narrow := make([]float64, n*n), make([]float32, n*n)
	tiny := func(exp int) []float64 {
		to := make([]float64, n*n)
		for i := range n {
			for j := range i {
				to[i*n+j] = tsptest.Must(strconv.ParseFloat(fmt.Sprintf("%.0fe%d", wide[i*n+j]*1e4, exp), 64))
				to[j*n+i] = to[i*n+j]
			}
		}
		return to
	}
	for i := range n {
		for j := range i {
			d := r.Float64() * math.Pow(4, float64(i)/10) // larger ones come later
			wide[i*n+j], wide[j*n+i] = d, d
			narrow[i*n+j], narrow[j*n+i] = float32(d), float32(d)
		}
	}
	for _, exp := range []int{-284, -150, -40, -27} {
		in, _, err := read(npyFile("<f8", false, n, tiny(exp)), Options{})
		if err != nil || in.Directed {
			t.Errorf("%d: directed %v, scale %v, %v", exp, in.Directed, in.Scale, err)
		}
	}
	for kind, numbers := range map[string]any{"<f8": wide, "<f4": narrow} {
		in, _, err := read(npyFile(kind, false, n, numbers), Options{})
		if err != nil || in.Directed || in.Scale != 100 {
			t.Fatalf("%s: directed %v, scale %v, %v", kind, in.Directed, in.Scale, err)
		}
		for k, d := range wide {
			if got := float64(in.Matrix[k]) / in.Scale; math.Abs(got-d) > 0.50001/in.Scale && kind == "<f8" || math.Abs(got-d) > 0.06 {
				t.Fatalf("%s: %v is %v", kind, d, got)
			}
		}
	}
}

// What is wrong is one line with its place and what to do.
func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                                         "f.csv:1: found nothing, want places",
		"id,name\n1,Bonn\n":                        `f.csv:1: found the columns "id", "name", want a first line that names the columns lat and lon`,
		"id,pop\n1,2\n":                            "want a first line that names the columns lat and lon",
		"id,lat\n1,2\n":                            `f.csv:1: found a column "lat" without lon`,
		"1,Bonn,50,7\n2,Ulm,48,9\n":                "want a first line that names the columns lat and lon",
		"lat,lon,long\n1,2,3\n":                    `found the columns "lon" and "long", want one of them`,
		"name,lat,lon,Name\nA,1,2,B\n":             `found the columns "name" and "Name", want one of them`,
		"geo_lat,geo_lon\n1,2\n3,4\n":              `f.csv:1: found the columns "geo_lat", "geo_lon" above 2 lines of 2 numbers, none on the diagonal 0, want a first line that names the columns lat and lon`,
		"no,north,east\n1,2,5\n2,3,7\n":            `f.csv:1: found the columns "no", "north", "east" above 2 lines of 3 numbers, want a first line that names the columns lat and lon`,
		"0,x,2\n1,0,3\n2,3,0\n":                    `f.csv:1: found "x" in row 1, column 2, want a number, or inf where there is no road`,
		",A,B\nA,X,1\nB,1,X\n":                     `f.csv:2: found "X" in row 1, column 1, want a number, - or nothing`,
		"to,A,B\nA,0,#N/A\nB,1,0\n":                `f.csv:2: found "#N/A" in row 1, column 2, want a number, or inf`,
		",A,B\nA,0,-\nB,1,0\n":                     `f.csv:2: found "-" in row 1, column 2, want a number, or inf`,
		"sep=;\n0;1\n1;X\n":                        `f.csv:3: found "X" in row 2, column 2`,
		"sep=;\nid;pop\n1;2\n":                     `f.csv:2: found the columns "id", "pop"`,
		"sep=;\n":                                  "f.csv:1: found nothing, want places",
		"0,1\n1,X\n":                               `f.csv:2: found "X" in row 2, column 2, want a number, - or nothing`,
		",A,B\nA,0,1\nB,1,0\nC,1,1\n":              "f.csv:4: found one more line after 2 of 2 numbers",
		"lat,lon\n":                                "found a first line without any below it",
		"lat,lon\n1,2\n1\n":                        "f.csv:3: found 1 fields, want 2",
		"lat,lon\n1,2\n1,x\n":                      `f.csv:3: lon: found "x", want a number`,
		"lat,lon\n1,\n":                            "f.csv:2: lon: found nothing, want a number",
		"lat;lon\n1,5;2\n":                         `lat: found "1,5", want a number; where it has a decimal comma give --decimal-comma`,
		";A;B\nA;0;1,5\nB;1;0\n":                   `f.csv:2: found "1,5" in row 1, column 2, want a number; where it has a decimal comma give --decimal-comma`,
		"0;1,5;2,5\n1,5;0;3\n2,5;3;0\n":            `f.csv:1: found "1,5" in row 1, column 2, want a number; where it has a decimal comma give --decimal-comma`,
		";1,5;2,5\n1,5;;3\n2,5;3;\n":               `f.csv:1: found "1,5" in row 1, column 2, want a number; where it has a decimal comma give --decimal-comma`,
		"0,1 km\n1 km,0\n":                         `f.csv:1: found "1 km" in row 1, column 2, want a number`,
		"Ort;Breite\nUlm;48,4\nBonn;50,7\n":        `f.csv:1: found the columns "Ort", "Breite", want a first line that names the columns lat and lon`,
		"lat,lon\nnan,2\n":                         `lat: found "nan"`,
		"lat,lon\n1,2\n103.8,1.3\n":                "f.csv:3: found the latitude 103.8, want -90 to 90; latitude and longitude look swapped",
		"lat,lon\n5800000,380000\n":                "want -90 to 90 degrees; metres of a map projection",
		"lat,lon\n5,400\n":                         "found the longitude 400, want -180 to 180",
		"id,lat,lon\n7,1,2\n8,1,2\n7,3,4":          `f.csv:4: id: found "7", line 4, a second time, want each id once; it stands at line 2 too`,
		"Code,lat,lon\nDE,1,2\nDE,1,3\n":           `f.csv:3: Code: found "DE", line 3, a second time, want each id once; it stands at line 2 too`,
		"lat,lon\n\"1,2\n":                         "f.csv:2: found ",
		"0,1,NA\n1,0,1\n2,3,0\n":                   `f.csv:1: found "NA" in row 1, column 3, want a number, or inf where there is no road`,
		"0,1,2\n1,0\n":                             "f.csv:2: found 2 fields, want 3",
		"0,1,2\n1,0,3\n":                           "f.csv:1: found 2 lines of 3 numbers",
		"0,1\n1,0\n2,3\n":                          "f.csv:3: found one more line after 2 of 2 numbers",
		"50,7\n51,8\n":                             "found 2 lines of 2 numbers, none on the diagonal 0",
		"0,1,2\n1,0,3\n2,x,0\n":                    `f.csv:3: found "x" in row 3, column 2, want a number`,
		"0,1,2\n1,0,3\n2,,0\n":                     "f.csv:3: found nothing in row 3, column 2, want a number, or inf",
		"0,1,2\n1,0,3\n2,-3,0\n":                   `f.csv:3: found "-3" in row 3, column 2, want 0 or more`,
		"0,1,2\n1,0,3\n2,nan,0\n":                  `f.csv:3: found "nan" in row 3, column 2, want a number`,
		"0,1e-320\n2e-310,0\n":                     `f.csv:1: found 2e-310 as the largest of the entries, want 1e-290 or more; multiply all distances`,
		"0,1,2\n1,0,3\n2,5e9,0\n":                  `want 0 to 1073741824`,
		",A,B\nB,0,1\nA,1,0\n":                     `f.csv:2: found the name "B" before line 1 of the matrix, want "A"`,
		",A,B\nA,0,1\nC,1,0\n":                     `f.csv:3: found the name "C" before line 2 of the matrix, want "B", as above its column 2`,
		"A,52.1,13.1\nB,52.2,13.3\nC,52.5,13.2\n":  `want "52.1", as above its column 1; or, for places, a first line that names the columns lat and lon`,
		"Name,Breite,Länge\nA,52.1,13.1\nB,5,13\n": `want "Breite", as above its column 1; or, for places, a first line that names the columns lat and lon`,
		"[[0,1],[1,0],[2,3]]":                      "found more than 2 rows of 2 numbers, want a square matrix",
		"[[0,1,2],[1,0,3]]":                        "f.csv:1: entries: found 2 rows of 3 numbers, want a square matrix",
		"[[0,1],\n[1]]":                            "f.csv:2: entries: found 1 numbers in row 2, want 2",
		"[[0,\"1\"],[1,0]]":                        `found "1" in row 1, column 2, want a number, or null`,
		"[0,1]":                                    "found a number, want an array of numbers, row 1",
		"[[0,1],[-1,0]]":                           "found -1 in row 2, column 1, want 0 or more",
		"\n[[1,2],[3,4]]":                          "f.csv:2: found 2 rows of 2 numbers, none on the diagonal 0, want a square matrix with 0 there; coordinates are",
		"[]":                                       "found 0 rows",
		"{\"durations\":[\n[0,1],\n\n[1,true]]}":   "f.csv:4: durations: found true in row 2, column 2, want a number",
		"{\"durations\":[[0,1],\n[1,0]\n,}":        "f.csv:3: found JSON that is broken here",
		"{\"code\":\"Ok\",\n\"durations\":[[0,1],": "f.csv:2: found the end of the file",
		`{"distances":[[0,2e6],[1,0]],"metadata":{"query":{"units":"km"}}}`: "found row 1, column 2 times 1000, want 0 to 1073741824",
		"{}":                                    "found an empty JSON object, want GeoJSON",
		"{\"a\":1}":                             "found JSON with a, want GeoJSON",
		"{\"a\":\n1,}":                          "f.csv:2: found JSON that is broken here",
		"{\"a\":[1":                             "f.csv:1: found the end of the file",
		"[[0]] [[0]]":                           "found more than one JSON value",
		`{"code":"NoTable","message":"no way"}`: `f.csv:1: code: found "NoTable", no way, want Ok`,
		`{"error":{"code":6004,"message":"too many"}}`:                                                     `error: found an answer that says "too many"`,
		`{"durations":null,"code":"Ok"}`:                                                                   "want GeoJSON of points",
		`{"type":"FeatureCollection","features":[]}`:                                                       "found no points",
		`{"type":"FeatureCollection"}`:                                                                     "found FeatureCollection without features",
		`{"type":"LineString","coordinates":[[1,2]]}`:                                                      `the geometry: found "LineString", want a FeatureCollection of Points`,
		`{"type":"Point","coordinates":[1]}`:                                                               `found [1], want a position [longitude, latitude]`,
		`{"type":"MultiPoint","coordinates":[[8,50],[null,null]]}`:                                         `the geometry: found [null,null], want a position [longitude, latitude]`,
		`{"type":"Feature","geometry":{"type":"Point","coordinates":[null,0]}}`:                            `found [null,0], want a position`,
		`{"type":"Point","coordinates":["1","2"]}`:                                                         `want a position [longitude, latitude]`,
		`{"type":"Point","coordinates":[1.3,103.8]}`:                                                       "found the latitude 103.8, want -90 to 90; latitude and longitude look swapped",
		`{"type":"Feature","geometry":null}`:                                                               "found a Feature without a geometry",
		`{"type":"Point","coordinates":[1,2],"crs":{"properties":{"name":"urn:ogc:def:crs:EPSG::25832"}}}`: "want longitude and latitude of WGS84",
		"{\"type\":\"FeatureCollection\",\"features\":[\n{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[1,2]}},\n{\"type\":\"Feature\",\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[]}}]}": `f.csv:3: feature 2: found "Polygon", want a FeatureCollection of Points`,
		`{"sources_to_targets":[[{"time":0},{"distance":3}],[{"time":1},{"time":0}]]}`:                 "found an object without time in row 1, column 2",
		`{"sources_to_targets":[[null,null],[null,null]]}`:                                             "found null without time in row 1, column 1",
		`{"sources_to_targets":[5]}`:                                                                   "found a number, want an array of objects, row 1",
		`{"matrices":{}}`:                                                                              "matrices: found an object, want",
		`{"matrices":{"car":5}}`:                                                                       "want GeoJSON of points",
		`{"matrices":{"a":{"durations":[[0]]},"b":{"durations":[[0]]}}}`:                               `want "car", the first vehicle's profile`,
		npyFile("<f8", false, 2, []float64{1, 2, 3, 4}):                                                "f.csv:1: found 2 rows of 2 numbers, none on the diagonal 0",
		npyFile("<f8", false, 2, []float64{0, 1, 1}):                                                   "found the end of the file in row 2",
		npyFile("<f8", false, 2, []float64{0, 1, 1, 0, 5}):                                             "found more numbers",
		npyFile("<f8", false, 2, []float64{0, math.NaN(), 1, 0}):                                       "found NaN in row 1, column 2, want a number",
		npyFile("<f8", true, 2, []float64{0, -1, 1, 0}):                                                "found -1 in row 2, column 1, want 0 or more",
		npyFile("<c8", false, 1, []float64{0}):                                                         "found numbers of the type \"<c8\"",
		strings.Replace(npyFile("<f8", false, 2, []float64{0, 1}), "(2, 2)", "(2, 1)", 1):              "found numbers of the shape [2 1], want a square matrix",
		strings.Repeat(`{"matrices":{"car":`, 20000):                                                   "f.csv:1: found JSON that is broken here",
		strings.Repeat(`{"type":"GeometryCollection","geometries":[`, 100) + strings.Repeat("]}", 100): "f.csv:1: geometry 1: found more than 20 objects in each other",
		"\x93NUMPY\x01\x00":                                                                            "found a NumPy header that is cut off",
	} {
		in, _, err := read(text, Options{})
		var p *tsplib.ParseError
		if !errors.As(err, &p) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.60q: %v, %v, want %q", text, in, err, want)
		}
	}
	for text, o := range map[string]Options{"x,y\n1,2\n": {Weight: "costs"}, "0,1\n1,0\n": {Weight: "durations"}, "[[0]]": {Weight: "durations"},
		`{"type":"Point","coordinates":[1,2]}`: {Weight: "costs"}, `{"durations":[[0]]}`: {Weight: "distances"}, `{"distances":[[0]]}`: {Metric: "euclid"}} {
		if in, _, err := read(text, o); err == nil {
			t.Errorf("%q with %+v is %v", text, o, in)
		}
	}
	_, _, err := read(";A;B\nA;0;1.5\nB;1;0\n", Options{DecimalComma: true})
	if want := `f.csv:2: found "1.5" in row 1, column 2, want a number with a decimal comma, as --decimal-comma says`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}

// padded is JSON of n pieces, and how much memory was in use while it was read.
type padded struct {
	n    int
	text func(i int) string // of piece i; of piece n the end

	at   int
	left []byte
	most uint64
}

func (p *padded) Read(b []byte) (int, error) {
	if len(p.left) == 0 {
		if p.at > p.n {
			return 0, io.EOF
		}
		p.left = []byte(p.text(p.at))
		if p.at++; p.at%16 == 0 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			p.most = max(p.most, m.HeapAlloc)
		}
	}
	n := copy(b, p.left)
	p.left = p.left[n:]
	return n, nil
}

// JSON of 128 MB is read in the memory of a row, a feature or a position, and the matrix.
func TestStream(t *testing.T) {
	const n = 128
	space := strings.Repeat(" ", 1<<20)
	for name, text := range map[string]func(i int) string{
		"matrix": func(i int) string {
			switch i {
			case 0:
				return `{"distances":[[5,"x"]],"durations":[` + space + "[" + strings.Repeat("1,", n-1) + "1"
			case n:
				return `]],"code":"Ok"}`
			}
			return "]," + space + "[" + strings.Repeat("1,", n-1) + "1"
		},
		"skipped": func(i int) string {
			switch i {
			case 0:
				return `{"durations":[[0,1],[1,0]],"distances":[[0,1`
			case n:
				return `]],"code":"Ok"}`
			}
			return "]," + space + "[1"
		},
		"positions": func(i int) string {
			switch i {
			case 0:
				return `{"coordinates":[[0,0]`
			case n:
				return `],"type":"MultiPoint"}`
			}
			return fmt.Sprintf(`,[%s%d,0]`, space, i)
		},
		"features": func(i int) string {
			switch i {
			case 0:
				return `{"features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[0,0]}}`
			case n:
				return `],"type":"FeatureCollection"}`
			}
			return fmt.Sprintf(`,{"type":"Feature","properties":{"text":%q},"geometry":{"type":"Point","coordinates":[%d,0]}}`, space, i)
		},
	} {
		p := &padded{n: n, text: text}
		o := Options{}
		cities := n
		switch name {
		case "matrix":
			o.Weight = "durations"
		case "skipped":
			cities = 2
		}
		in, _, err := Read(p, "f.json", o)
		if err != nil || in.N() != cities {
			t.Fatal(name, in, err)
		}
		if p.most > 30<<20 {
			t.Errorf("%s: %d MB in use", name, p.most>>20)
		}
	}
}

// What stands before the positions of a feature costs no more than behind them: no position counts
// the lines above it.
func TestLines(t *testing.T) {
	const n, more = 20000, 5
	properties := `"properties":{` + strings.Repeat("\n", 4<<20) + "}"
	positions := `"geometry":{"type":"MultiPoint","coordinates":[` + strings.Repeat("[1,2],\n", n-1) + "[1,2]]}"
	once := func(members []string) time.Duration {
		start := time.Now()
		in, _, err := read(`{"type":"FeatureCollection","features":[{"type":"Feature",`+strings.Join(members, ",")+"}]}", Options{})
		if err != nil || in.N() != n {
			t.Fatal(in, err)
		}
		return time.Since(start)
	}
	took := func(members ...string) time.Duration { return min(once(members), once(members), once(members)) }
	behind, before := took(positions, properties), took(properties, positions)
	if before > more*behind {
		t.Errorf("%v behind the properties, %v before them", before, behind)
	}
	wrong := `{"type":"Feature",` + "\n" + `"geometry":{` + "\n\n" + `"type":"GeometryCollection","geometries":[{"type":"MultiPoint","coordinates":[[1,2],` + "\n" + `[3,4]]},` + "\n" + `{"type":"Point","coordinates":` + "\n" + `[1,200]}]}}`
	if _, _, err := read(wrong, Options{}); err == nil || !strings.HasPrefix(err.Error(), "f.csv:7: geometry 2: found the latitude 200") {
		t.Error(err)
	}
}

// An instance that will not fit is refused when its first row is read.
func TestFits(t *testing.T) {
	no := errors.New("no room")
	for _, text := range []string{"0,1\n1,junk\n", "[[0,1],[junk", `{"durations":[[0,1],[junk`, npyFile("<f8", false, 2, []float64{0, 1}),
		`{"sources_to_targets":[[{"time":0},{"time":1}],[junk`} {
		asked := 0
		_, _, err := read(text, Options{Fits: func(n int) error { asked = n; return no }})
		if err != no || asked != 2 {
			t.Errorf("%.30q: %v, asked for %d", text, err, asked)
		}
	}
}

// What may be right but looks wrong is told.
func TestWarnings(t *testing.T) {
	feature := func(coordinates, properties string) string {
		one := `{"type":"Feature","geometry":{"type":"Point","coordinates":` + coordinates + `},"properties":` + properties + `}`
		return `{"type":"FeatureCollection","features":[` + "\n" + one + ",\n" + one + "]}"
	}
	for text, want := range map[string]string{
		"lat,lon\n-74.0,40.7\n-71.06,42.4\n-80.2,25.8\n":                  "3 of 3 latitudes lie beyond the polar circles",
		`{"type":"MultiPoint","coordinates":[[40.7,-74],[42.4,-71.06]]}`:  "2 of 2 latitudes lie beyond the polar circles",
		"name,lat,lon\nA,1,2\nB,1,3\nA,3,4\n":                             `f.csv:4: the name "A", line 4, stands at line 2 too`,
		"name,x,y\nBonn,1,2\nK\xf6ln,3,4\n":                               `f.csv:3: "K\xf6ln", line 3, is not UTF-8`,
		"name,x,y\nBonn,1,2\nKöln,3,4\n":                                  "",
		"0,0,0\n1,10,0\n2,10,10\n":                                        "f.csv:1: not all numbers on the diagonal are 0: read as distances; coordinates are",
		",A,B\nA,9,1\nB,1,0\n":                                            "",
		"1,9,9,9,9\n9,0,9,9,9\n9,9,0,9,9\n9,9,9,0,9\n9,9,9,9,0\n":         "",
		"x,y,z\n1,2,3\n4,5,6\n":                                           "",
		"lat,lon\n78.2,15.6\n69.6,18.9\n":                                 "2 of 2 latitudes",
		"lat,lon\n64.8,-147.7\n71.3,-156.8\n70.2,-148.5\n":                "", // Alaska
		`{"type":"Point","coordinates":[1,2],"crs":{"name":"EPSG:4326"}}`: "",
		`{"durations":[[0,1],[1,0]],"sources":[{"location":[1,2]},{"location":[3,4]}],
"destinations":[{"location":[1,2]},{"location":[3,5]}]}`: "f.csv:2: number 2 of destinations lies elsewhere than that of sources",
		`{"durations":[[0,1],[1,0]],"sources":[{"location":[1,2]},{"location":[3,4]}],"destinations":[{"location":[1,2]},{"location":[3,4]}]}`:               "",
		`{"sources_to_targets":{"durations":[[0,1],[1,0]]},"sources":[{"lat":1,"lon":2},{"lat":3,"lon":4}],"targets":[{"lat":0,"lon":2},{"lat":3,"lon":4}]}`: "number 1 of targets",
		feature("[52.5,13.25]", `{"lon":13.25,"lat":52.5}`):            "f.csv:2: 2 of 2 positions have the latitude of their feature's properties first",
		feature("[13.25,52.5]", `{"longitude":13.25,"latitude":52.5}`): "",
		feature("[52.5,13.25]", `{"lon":13.25}`):                       "",
		feature("[52.5,13.25]", `null`):                                "",
		feature("[13,13]", `{"lon":13,"lat":13}`):                      "",
	} {
		_, warnings, err := read(text, Options{})
		if err != nil || (want == "") != (len(warnings) == 0) || want != "" && !strings.Contains(warnings[0].String(), want) {
			t.Errorf("%q: %v %v, want %q", text, warnings, err, want)
		}
	}
}

// fuzz reads whatever comes; what it accepts holds together.
func fuzz(f *testing.F, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s), false)
		f.Add([]byte(s), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, comma bool) {
		for _, weight := range []string{"", "distances"} {
			in, warnings, err := Read(bytes.NewReader(data), "f", Options{DecimalComma: comma, Weight: weight})
			for _, w := range warnings {
				if strings.ContainsAny(w.String(), "\n\r") {
					t.Errorf("warning %q", w)
				}
			}
			if err != nil {
				var p *tsplib.ParseError
				if !errors.As(err, &p) || p.Line < 1 || p.Line > bytes.Count(data, []byte{'\n'})+bytes.Count(data, []byte{'\r'})+1 {
					t.Errorf("%v", err)
				}
				continue
			}
			n := int32(in.N())
			if n < 1 || int64(n) > int64(len(data)) || in.IDs != nil && len(in.IDs) != int(n) || in.Names != nil && len(in.Names) != int(n) {
				t.Fatalf("%d cities of %d bytes", n, len(data))
			}
			for i := range min(n, 5) {
				if d := in.Dist(i, n-1); d < 0 || d > tsp.NoEdge {
					t.Errorf("d(%d,%d) = %d", i, n-1, d)
				}
			}
			order := make(tsp.Tour, n)
			for i := range order {
				order[i] = int32(i)
			}
			for _, format := range Formats {
				if err := Write(&bytes.Buffer{}, format, in, order); err != nil && format != "geojson" {
					t.Errorf("%s: %v", format, err)
				}
			}
		}
	})
}

func FuzzCSV(f *testing.F) {
	fuzz(f, "id,name,lat,lon\na,\"B, \"\"b\",1,2\nc,d,3,4\n", "\xef\xbb\xbfx;y;z\r1,5;2;3\r", ",A,B\nA,0,1.5\nB,1.5,0\n", "0,1\n1,0\n", "A\tB\n0\t1\n1\t0\n", "0;inf;1\n1;0;null\n;3;0\n")
}

func FuzzJSON(f *testing.F) {
	fuzz(f, `{"type":"FeatureCollection","features":[{"type":"Feature","id":5,"geometry":{"type":"Point","coordinates":[1,2]},"properties":{"name":"x"}}]}`,
		`{"type":"GeometryCollection","geometries":[{"type":"MultiPoint","coordinates":[[1,2,3],[4,5]]}]}`, `{"code":"Ok",`+dir+`,"sources":[{"location":[1,2]}]}`,
		`{"sources_to_targets":[[{"time":0,"distance":0},{"time":1,"distance":2.5}],[{"time":null,"distance":2.5},{"time":0,"distance":0}]],"units":"miles"}`,
		`{"sources_to_targets":{"durations":[[0,1],[1,0]]},"sources":[[{"lat":1,"lon":2}],{"lat":1,"lon":2}]}`,
		`{"matrices":{"car":{"costs":[[0,1],[1,0]]}},"jobs":[{"id":1,"location_index":1}]}`, "[[0,1],\n[1,0]]", `{"code":"No","message":"x"}`)
}

func FuzzNPY(f *testing.F) {
	fuzz(f, npyFile("<f8", false, 2, []float64{0, 1.5, 1.5, 0}), npyFile("<f4", true, 2, []float32{0, 1, 1, 0}), npyFile(">i2", false, 2, []int16{0, 1, 1, 0}))
}
