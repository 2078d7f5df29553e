package serve

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tspmcts/bench"
	"tspmcts/bench/draw"
	"tspmcts/tsp"
	"tspmcts/tsplib"
	"tspmcts/tsplib/places"
)

// format is a way to write a tour. Cities count from 0, but for TSPLIB.
type format struct {
	name, media string
	write       func(w io.Writer, j *job, b *shown) error
}

// formats lists the formats of tours; the first is the default.
var formats = []format{
	{"json", "application/json", func(w io.Writer, j *job, b *shown) error {
		return json.NewEncoder(w).Encode(map[string]any{"revision": b.revision, "length": json.Number(bench.LengthText(j.item.Instance, b.length)), "tour": b.tour})
	}},
	{"tsplib", "text/plain; charset=utf-8", func(w io.Writer, j *job, b *shown) error {
		return tsplib.WriteTour(w, j.item.Name, fmt.Sprintf("length %s, found by tspmcts", bench.LengthText(j.item.Instance, b.length)), b.tour)
	}},
	{"csv", "text/csv; charset=utf-8", writeCSV},
	{"geojson", "application/geo+json", writeGeoJSON},
	{"binary", "application/octet-stream", func(w io.Writer, _ *job, b *shown) error {
		return binary.Write(w, binary.LittleEndian, []int32(b.tour))
	}},
}

// tour answers with the best tour so far.
func (s *Server) tour(w http.ResponseWriter, r *http.Request, j *job) {
	f := formats[0]
	if name := r.URL.Query().Get("format"); name != "" {
		at := slices.IndexFunc(formats, func(f format) bool { return f.name == name })
		if at < 0 {
			var names []string
			for _, f := range formats {
				names = append(names, f.name)
			}
			problemf(http.StatusBadRequest, "format is %q, want one of %s", short(name), strings.Join(names, ", ")).write(w)
			return
		}
		f = formats[at]
	}
	s.mu.Lock()
	b := j.best
	s.mu.Unlock()
	if b == nil {
		problemf(http.StatusNotFound, "there is no tour yet; wait for an event with a revision above 0").write(w)
		return
	}
	if err := b.check(); err != nil {
		panic(err) // the search went wrong
	}
	if f.name == "geojson" {
		if _, _, err := draw.Places(j.item.Instance); err != nil {
			problemf(http.StatusUnprocessableEntity, "%v", err).write(w)
			return
		}
	}
	tag := strconv.Quote(strconv.FormatInt(b.revision, 10))
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "no-cache")
	if matches(r.Header.Values("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", f.media)
	out := bufio.NewWriterSize(w, 64<<10)
	if err := f.write(out, j, b); err == nil { // else the client is gone
		out.Flush()
	}
}

// matches reports whether a client that sends If-None-Match has what the tag is of: by weak
// comparison, for what lies between may have packed it.
func matches(header []string, tag string) bool {
	for has := range strings.SplitSeq(strings.Join(header, ","), ",") {
		if has = strings.TrimSpace(has); has == "*" || strings.TrimPrefix(has, "W/") == tag {
			return true
		}
	}
	return false
}

// writeCSV writes a line a city, in the order of the tour, with the coordinates that the instance
// has; of places that have ids or names, the route that the command line writes.
func writeCSV(w io.Writer, j *job, b *shown) error {
	in := j.item.Instance
	if in.IDs != nil || in.Names != nil {
		return places.WriteCSV(w, in, b.tour)
	}
	head, axes := "city", [][]float64{}
	for i, axis := range [][]float64{in.X, in.Y, in.Z} {
		if axis != nil {
			head, axes = head+","+string("xyz"[i]), append(axes, axis)
		}
	}
	if _, err := io.WriteString(w, head+"\n"); err != nil {
		return err
	}
	var line []byte
	for _, i := range b.tour {
		line = strconv.AppendInt(line[:0], int64(i), 10)
		for _, axis := range axes {
			line = strconv.AppendFloat(append(line, ','), axis[i], 'f', -1, 64)
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// writeGeoJSON writes the tour as a line, which is closed unless it is a path, in degrees where the
// instance has those; of places that have ids or names, the route that the command line writes.
func writeGeoJSON(w io.Writer, j *job, b *shown) error {
	in := j.item.Instance
	x, y, err := draw.Places(in)
	if err != nil {
		return err
	}
	if _, _, ok := in.LatLon(0); ok && (in.IDs != nil || in.Names != nil) {
		return places.WriteGeoJSON(w, in, b.tour)
	}
	at := func(i int32) [2]float64 {
		if lat, lon, ok := in.LatLon(i); ok {
			return [2]float64{lon, lat}
		}
		return [2]float64{x[i], y[i]}
	}
	line := make([][2]float64, 0, len(b.tour)+1)
	for _, i := range b.tour {
		line = append(line, at(i))
	}
	if in.Ends == nil {
		line = append(line, line[0])
	}
	type object = map[string]any
	return json.NewEncoder(w).Encode(object{"type": "FeatureCollection", "features": []object{{"type": "Feature",
		"geometry":   object{"type": "LineString", "coordinates": line},
		"properties": object{"name": j.item.Name, "length": json.Number(bench.LengthText(in, b.length)), "tour": b.tour}}}})
}

// frame is where cities lie in a picture: in a square from 0 to 1.
type frame struct {
	x, y       []float64
	minX, minY float64
	extent     float64
	err        error // there is nothing to draw
}

func newFrame(in *tsp.Instance) *frame {
	x, y, err := draw.Places(in)
	if err != nil {
		return &frame{err: err}
	}
	f := &frame{x: x, y: y, minX: slices.Min(x), minY: slices.Min(y)}
	if f.extent = max(slices.Max(x)-f.minX, slices.Max(y)-f.minY); f.extent == 0 {
		f.extent = 1
	}
	return f
}

func (f *frame) at(i int) (x, y float32) {
	return float32((f.x[i] - f.minX) / f.extent), float32((f.y[i] - f.minY) / f.extent)
}

// cities answers with where to draw the cities: x and y of each as 32-bit floats, little endian, in
// a square from 0 to 1. They never change.
func (s *Server) cities(w http.ResponseWriter, r *http.Request, j *job) {
	f := newFrame(j.item.Instance)
	if f.err != nil {
		problemf(http.StatusNotFound, "%v", f.err).write(w)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Cache-Control", "private, max-age=86400, immutable")
	out := bufio.NewWriterSize(w, 64<<10)
	var pair [8]byte
	for i := range f.x {
		x, y := f.at(i)
		binary.LittleEndian.PutUint32(pair[:], math.Float32bits(x))
		binary.LittleEndian.PutUint32(pair[4:], math.Float32bits(y))
		if _, err := out.Write(pair[:]); err != nil {
			return // the client is gone
		}
	}
	out.Flush()
}

// maxShownMap is the number of cities up to which the edges of a heatmap are told.
const maxShownMap = 200_000

// heatmapOf answers with the edges that the job's heatmap believes in: two cities and how probable
// the edge is for each, as 32-bit integers and float, little endian.
func (s *Server) heatmapOf(w http.ResponseWriter, r *http.Request, j *job) {
	s.mu.Lock()
	m := j.believed
	s.mu.Unlock()
	switch {
	case j.item.N() > maxShownMap:
		problemf(http.StatusNotFound, "the heatmap is shown of at most %d cities", maxShownMap).write(w)
		return
	case m == nil:
		problemf(http.StatusNotFound, "the job shows no heatmap: none was made, as it has not begun, ended before, is solved exactly or was taken up again; or that is not of the cities as they are, but of a path, of distances that differ both ways, of cities in one place, or of many").write(w)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	out := bufio.NewWriterSize(w, 64<<10)
	factor := m.Edge()
	var edge [12]byte
	for i := range int32(m.N()) {
		cities, ps := m.Of(i)
		for k, j := range cities {
			p := min(1, float64(ps[k])*factor)
			if j < i || p < 0.02 { // one that nobody sees
				continue
			}
			binary.LittleEndian.PutUint32(edge[:], uint32(i))
			binary.LittleEndian.PutUint32(edge[4:], uint32(j))
			binary.LittleEndian.PutUint32(edge[8:], math.Float32bits(float32(p)))
			if _, err := out.Write(edge[:]); err != nil {
				return // the client is gone
			}
		}
	}
	out.Flush()
}
