package places

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// A route is cut where it crosses the antimeridian, also between places that lie on it.
func TestAntimeridian(t *testing.T) {
	for text, want := range map[string]string{
		"lat,lon\n0,180\n10,-180\n":            "[[180,0],[180,0]],[[-180,0],[-180,10],[-180,10]],[[180,10],[180,0]]",
		"lat,lon\n0,170\n10,-170\n":            "[[170,0],[180,5]],[[-180,5],[-170,10],[-180,5]],[[180,5],[170,0]]",
		"lat,lon\n0,170\n10,190\n":             "[[170,0],[180,5]],[[-180,5],[-170,10],[-180,5]],[[180,5],[170,0]]",
		"lat,lon\n0,179\n10,180\n10,-179\n":    "[[179,0],[180,10],[180,10]],[[-180,10],[-179,10],[-180,5]],[[180,5],[179,0]]",
		"lat,lon\n1,-100\n1,0\n1,100\n1,0.5\n": "[-100,1],[0,1],[100,1],[0.5,1],[-100,1]", // 0 lies between, not 180
	} {
		in, _, err := read(text, Options{})
		if err != nil {
			t.Fatal(err)
		}
		tour := make(tsp.Tour, in.N())
		for i := range tour {
			tour[i] = int32(i)
		}
		var b strings.Builder
		if err := WriteGeoJSON(&b, in, tour); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if _, after, _ := strings.Cut(b.String(), `"coordinates":[`); !strings.HasPrefix(after, want+"]") {
			t.Errorf("%q: %.200s, want %s", text, after, want)
		}
	}
}

// The legs of a route sum up to the value of its tour or path, in every format, whatever the
// instance is.
func TestLegs(t *testing.T) {
	scaled, _, err := read("0,1.5,2,9\n2,0,3.25,1\n4,5,0,2\n1,1,1,0\n", Options{})
	if err != nil {
		t.Fatal(err)
	}
	degrees, _, err := read("lat,lon\n50,7\n51,8\n49,9\n48,7\n", Options{})
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]*tsp.Instance{"scaled": scaled, "degrees": degrees, "exact": tsptest.Random(tsp.Exact2D, 4, 1), "rounded": tsptest.Random(tsp.Euc2D, 4, 2),
		"graph": tsptest.Must(tsp.NewGraph("g", 4, [][2]int32{{0, 2}, {2, 1}, {1, 3}}))}
	for name, in := range kinds {
		for _, path := range []bool{false, true} {
			stops := 5 // and the way back
			if path {
				stops--
				if err := in.SetEnds(-1, -1); err != nil {
					t.Fatal(err)
				}
			}
			tour := tsp.Tour{0, 2, 1, 3}
			if name == "graph" && in.Value(tour) != map[bool]float64{false: 1, true: 0}[path] {
				t.Fatalf("the graph's tour is worth %v", in.Value(tour))
			}
			var b bytes.Buffer
			if err := WriteCSV(&b, in, tour); err != nil {
				t.Fatal(err)
			}
			rows, err := csv.NewReader(&b).ReadAll()
			if err != nil || len(rows) != stops+1 {
				t.Fatalf("%s: %q, %v", name, rows, err)
			}
			sum := 0.0
			for _, row := range rows[1:] {
				leg, _ := strconv.ParseFloat(row[len(row)-2], 64)
				total, _ := strconv.ParseFloat(row[len(row)-1], 64)
				if sum += leg; leg < 0 || math.Abs(total-sum) > 1e-9*sum {
					t.Errorf("%s, path %v: %v after %v", name, path, row, sum)
				}
			}
			if want := in.Value(tour); math.Abs(sum-want) > 1e-9*want {
				t.Errorf("%s, path %v: legs of %v, the value is %v", name, path, sum, want)
			}
			if err := WriteJSON(&b, in, tour); err != nil {
				t.Fatal(err)
			}
			var j struct {
				Length  float64
				Closing *float64 `json:"closing_leg"`
				Stops   []struct{ Total float64 }
			}
			if err := json.Unmarshal(b.Bytes(), &j); err != nil || (j.Closing == nil) != path || j.Length != in.Value(tour) {
				t.Fatalf("%s, path %v: %+v, %v", name, path, j, err)
			}
			last := j.Stops[3].Total
			if !path {
				last += *j.Closing
			}
			if math.Abs(last-j.Length) > 1e-9*j.Length || slices.IndexFunc(j.Stops, func(s struct{ Total float64 }) bool { return s.Total < 0 }) >= 0 {
				t.Errorf("%s, path %v: %+v", name, path, j)
			}
		}
	}
}

// A path of one place is a line of two positions, as GeoJSON wants.
func TestGeoJSONOfOne(t *testing.T) {
	in, _, err := read("lat,lon\n50,7\n", Options{})
	if err == nil {
		err = in.SetEnds(-1, -1)
	}
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := WriteGeoJSON(&b, in, tsp.Tour{0}); err != nil || !strings.Contains(b.String(), `"LineString","coordinates":[[7,50],[7,50]]`) {
		t.Errorf("%s, %v", &b, err)
	}
}

// A place beyond the 180th meridian is where its end of the line is, which RFC 7946 wants within it.
func TestGeoJSONBeyond(t *testing.T) {
	in, err := tsp.NewPoints("b", tsp.Haversine, []float64{0, 1, 2}, []float64{190, 185, -200}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := WriteGeoJSON(&b, in, tsp.Tour{0, 1, 2}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"coordinates":[-170,0]`, `"coordinates":[-175,1]`, `"coordinates":[160,2]`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %s in %s", want, &b)
		}
	}
}
