package places

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"tspmcts/tsp"
	"tspmcts/tsp/npy"
	"tspmcts/tsplib"
)

// Weights are the values of Options.Weight.
var Weights = []string{"durations", "distances", "costs"}

// Options tell what a file does not.
type Options struct {
	Metric       string // of coordinates, see ParseMetric; empty for the default (package doc)
	Weight       string // which of several matrices, one of Weights; empty for the only one, or durations
	DecimalComma bool   // numbers of CSV files have a comma before their fraction

	// Fits is asked, where it is not nil, when the first row of a matrix of n places was read; Read
	// returns its error as it is.
	Fits func(n int) error
}

// Validate returns an error about a metric or weight that is none.
func (o Options) Validate() error {
	if _, ok := ParseMetric(o.Metric); o.Metric != "" && !ok {
		return fmt.Errorf("metric is %q, want haversine, geodesic, euclid, or an EDGE_WEIGHT_TYPE of TSPLIB with coordinates, as CEIL_2D", o.Metric)
	}
	if o.Weight != "" && !slices.Contains(Weights, o.Weight) {
		return fmt.Errorf("weight is %q, want one of %s", o.Weight, strings.Join(Weights, ", "))
	}
	return nil
}

// Given reports whether something is told.
func (o Options) Given() bool { return o.Metric != "" || o.Weight != "" || o.DecimalComma }

// ParseMetric returns the metric that a user names: haversine, geodesic, euclid, or a TSPLIB
// EDGE_WEIGHT_TYPE of coordinates, in any letter case. euclid is EXACT_2D, or EXACT_3D in space.
func ParseMetric(s string) (tsp.Metric, bool) {
	if strings.EqualFold(s, "euclid") {
		return tsp.Exact2D, true
	}
	m, ok := tsp.ParseMetric(strings.ToUpper(s))
	return m, ok && m != tsp.Explicit
}

// Read reads an instance. It is named after the file. The warnings tell what was assumed, scaled or
// looks wrong. Every error about the file is a [*tsplib.ParseError].
func Read(r io.Reader, name string, opt Options) (*tsp.Instance, []tsplib.Warning, error) {
	f := &file{name: name, opt: opt}
	b := bufio.NewReaderSize(r, headSize)
	head, err := b.Peek(headSize)
	if err != nil && err != io.EOF {
		return nil, nil, &tsplib.ParseError{Name: name, Line: 1, Err: err}
	}
	var in *tsp.Instance
	switch start := strings.TrimLeft(strings.TrimPrefix(string(head), tsplib.BOM), " \t\r\n"); {
	case start == "":
		err = f.fail(1, "", "nothing", "places or a matrix", tsplib.ErrEmpty)
	case strings.HasPrefix(string(head), npy.Magic):
		in, err = f.readNPY(b)
	case start[0] == '{' || start[0] == '[':
		in, err = f.readJSON(b)
	default:
		in, err = f.readCSV(b, head)
	}
	if err != nil {
		return nil, f.warnings, err
	}
	return in, f.warnings, nil
}

// headSize is what the format is told from: the names of many places are a long line.
const headSize = 1 << 20

// file is a file being read.
type file struct {
	name     string
	opt      Options
	warnings []tsplib.Warning
}

func (f *file) fail(line int, keyword, found, want string, cause error) error {
	return &tsplib.ParseError{Name: f.name, Line: line, Keyword: keyword, Found: found, Want: want, Err: cause}
}

func (f *file) warn(line int, format string, args ...any) {
	f.warnings = append(f.warnings, tsplib.Warning{Name: f.name, Line: line, Text: fmt.Sprintf(format, args...)})
}

// table is what a file says of its places.
type table struct {
	degrees    bool // x is the latitude and y the longitude
	x, y, z    []float64
	ids, names []string
	line       int // where the coordinates begin
}

// points returns the instance of places that lie where the table says.
func (f *file) points(t *table) (*tsp.Instance, error) {
	if f.opt.Weight != "" {
		return nil, f.fail(t.line, "", "coordinates", "a matrix for --weight; leave it out", nil)
	}
	m := tsp.Exact2D
	if t.degrees {
		m = tsp.Haversine
	}
	if f.opt.Metric != "" {
		m, _ = ParseMetric(f.opt.Metric)
	}
	switch {
	case t.degrees && (!m.Degrees() || m == tsp.Geo):
		return nil, f.fail(t.line, "", "latitudes and longitudes", fmt.Sprintf("--metric haversine, geodesic or geom, not %s; plane coordinates are columns x and y", f.opt.Metric), nil)
	case !t.degrees && m.Degrees():
		return nil, f.fail(t.line, "", "coordinates x and y", fmt.Sprintf("a metric of the plane; for --metric %s name the columns lat and lon", f.opt.Metric), nil)
	case m == tsp.Exact2D && t.z != nil && (f.opt.Metric == "" || strings.EqualFold(f.opt.Metric, "euclid")):
		m = tsp.Exact3D
	case m.Dims() == 3 && t.z == nil:
		return nil, f.fail(t.line, "", "coordinates x and y", fmt.Sprintf("x, y and z for --metric %s", f.opt.Metric), nil)
	}
	if m.Dims() == 2 && t.z != nil {
		f.warn(t.line, "%v ignores the third coordinate", m)
		t.z = nil
	}
	if t.degrees {
		f.suspectSwap(t)
	}
	if text := tsplib.Rounding(m, t.x, t.y, t.z, "give --metric "); text != "" {
		f.warn(t.line, "%s", text)
	}
	in, err := tsp.NewPoints(tsplib.BaseName(f.name), m, t.x, t.y, t.z)
	if err != nil {
		return nil, &tsplib.ParseError{Name: f.name, Line: t.line, Err: err}
	}
	if m == tsp.GeoM {
		in.Unit = "m"
	}
	in.IDs, in.Names = t.ids, t.names
	return in, nil
}

// suspectSwap warns where most latitudes lie in the polar regions and no longitude does,
// as those of America do when they stand in each other's place.
func (f *file) suspectSwap(t *table) {
	const polar = 66.6
	far := 0
	for i, lat := range t.x {
		if lat > polar || lat < -polar {
			far++
		}
		if lon := t.y[i]; lon > polar || lon < -polar {
			return
		}
	}
	if 2*far > len(t.x) {
		f.warn(t.line, "%d of %d latitudes lie beyond the polar circles, and no longitude is as large: latitude and longitude may be swapped", far, len(t.x))
	}
}

// offGlobe returns the error about a latitude or longitude that no place has, or nil.
func (f *file) offGlobe(line int, where string, lat, lon float64) error {
	switch {
	case lat < -90 || lat > 90:
		want := "-90 to 90"
		if lon >= -90 && lon <= 90 && lat >= -180 && lat <= 180 {
			want += "; latitude and longitude look swapped"
		} else {
			want += " degrees; metres of a map projection are x and y, or must be converted"
		}
		return f.fail(line, where, fmt.Sprintf("the latitude %v", lat), want, nil)
	case lon < -360 || lon > 360:
		return f.fail(line, where, fmt.Sprintf("the longitude %v", lon), "-180 to 180 degrees; metres of a map projection are x and y, or must be converted", nil)
	}
	return nil
}

// labels checks the ids, called as the file calls them, each of which must be another, and warns about
// names that are not, and about a label that is no UTF-8; where tells where place i stands, and its
// line.
func (f *file) labels(called string, ids, names []string, where func(i int) (string, int)) error {
	seen := map[string]int{}
	for i, id := range ids {
		if first, ok := seen[id]; ok && id != "" {
			other, _ := where(first)
			place, line := where(i)
			return f.fail(line, called, fmt.Sprintf("%q, %s, a second time", id, place), "each id once; it stands at "+other+" too", nil)
		}
		seen[id] = i
	}
	clear(seen)
	for i, name := range names {
		if first, ok := seen[name]; ok && name != "" {
			other, _ := where(first)
			place, line := where(i)
			f.warn(line, "the name %q, %s, stands at %s too: it will not do to choose a place by", name, place, other)
			break
		}
		seen[name] = i
	}
	notUTF8 := func(s string) bool { return !utf8.ValidString(s) }
	for _, all := range [][]string{ids, names} {
		if i := slices.IndexFunc(all, notUTF8); i >= 0 {
			place, line := where(i)
			f.warn(line, "%q, %s, is not UTF-8, which routes are written in: save the file as UTF-8", all[i], place)
			break
		}
	}
	return nil
}

// orNil returns labels, or nil where all are empty.
func orNil(labels []string) []string {
	if slices.ContainsFunc(labels, func(s string) bool { return s != "" }) {
		return labels
	}
	return nil
}
