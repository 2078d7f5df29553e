package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tspmcts/bench"
	"tspmcts/bench/generate"
	"tspmcts/heatmap"
	"tspmcts/mcts"
	"tspmcts/tsp"
	"tspmcts/tsplib"
	"tspmcts/tsplib/places"
)

// given are settings as the client wrote them, by name.
type given map[string]string

// settings are what a request asks for, besides its instance.
type settings struct {
	name     string
	budget   bench.Budget
	seed     uint64
	workers  int
	heatmap  string // the spec of a source, or mcts.AutoHeatmap
	knobs    bench.Knobs
	optimum  float64
	bound    bool
	path     bool
	start    string // of a path: a city's id or name, or its number from 0
	end      string
	places   places.Options
	line     int // of a data set, from 0; -1 where none is named
	demo     string
	cities   int    // of the demo
	demoSeed uint64 // of the demo
	validate bool
	given    given
}

// maxName is how many characters the name of a job has at most.
const maxName = 200

// Setting describes one of the settings of a job.
type Setting struct {
	Name  string `json:"name"`
	Usage string `json:"usage"`
	apply func(s *settings, text string, l Limits) error
}

// Settings lists what the query of a request for a job may hold, or its JSON, besides the knobs.
var Settings = []Setting{
	{"name", "what to call the job", func(s *settings, text string, _ Limits) error {
		if utf8.RuneCountInString(text) > maxName || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' }) {
			return fmt.Errorf("want at most %d characters, on one line", maxName)
		}
		s.name = text
		return nil
	}},
	{"time", "search for so long: 10s, 1m30s, or 0.1n for 0.1 s a city (default: 10s, or the server's limit, where no other stop is given)", func(s *settings, text string, _ Limits) (err error) {
		s.budget.Time, err = bench.ParseSpan(text)
		return err
	}},
	{"actions", "stop after so many actions of all workers together", func(s *settings, text string, _ Limits) (err error) {
		s.budget.Actions, err = integer(text, 1, math.MaxInt64)
		return err
	}},
	{"target", "stop at a tour of this length or shorter", func(s *settings, text string, _ Limits) (err error) {
		s.budget.Target, err = length(text)
		return err
	}},
	{"stall", "stop when no better tour was found for so long", func(s *settings, text string, _ Limits) (err error) {
		s.budget.Stall, err = bench.ParseSpan(text)
		return err
	}},
	{"seed", "seed of the search (default: 1)", func(s *settings, text string, _ Limits) (err error) {
		s.seed, err = seed(text)
		return err
	}},
	{"workers", "how many search at once (default: the server's limit)", func(s *settings, text string, l Limits) error {
		v, err := integer(text, 1, int64(l.Workers))
		s.workers = int(v)
		return err
	}},
	{"preset", "name of the knobs to start from", func(s *settings, text string, _ Limits) error {
		if !slices.Contains(mcts.Presets, text) {
			return fmt.Errorf("want one of %s", strings.Join(mcts.Presets, ", "))
		}
		s.knobs.Preset = text
		return nil
	}},
	{"heatmap", "source of what is believed about edges at first", func(s *settings, text string, _ Limits) error {
		if text != mcts.AutoHeatmap {
			source, err := heatmap.Parse(text)
			if err != nil {
				return err
			}
			if files := source.Files(); len(files) > 0 {
				return fmt.Errorf("it names the file %s, but a request may name none", files[0])
			}
		}
		s.heatmap = text
		return nil
	}},
	{"optimum", "the optimal length, or the best known one, for the gap", func(s *settings, text string, _ Limits) (err error) {
		s.optimum, err = length(text)
		return err
	}},
	{"bound", "true: prove a lower bound first, in the first fifth of the time", func(s *settings, text string, _ Limits) (err error) {
		s.bound, err = boolean(text)
		return err
	}},
	{"path", "true: find a path through all cities instead of a tour, from any city to any other", func(s *settings, text string, _ Limits) (err error) {
		s.path, err = boolean(text)
		return err
	}},
	{"start", "find a path that begins with this city: its id or name, or its number from 0", func(s *settings, text string, _ Limits) error {
		return city(&s.start, text)
	}},
	{"end", "find a path that ends with this city; with start both ends are given", func(s *settings, text string, _ Limits) error {
		return city(&s.end, text)
	}},
	{"metric", "measure coordinates by this: haversine or geodesic where they are lat and lon, euclid, or an EDGE_WEIGHT_TYPE of TSPLIB such as EUC_2D", func(s *settings, text string, _ Limits) error {
		if _, ok := places.ParseMetric(text); !ok {
			return errors.New("want haversine, geodesic, euclid, or an EDGE_WEIGHT_TYPE of TSPLIB such as EUC_2D, or EXACT_2D for distances that are not rounded")
		}
		s.places.Metric = text
		return nil
	}},
	{"weight", "which matrix to take of an answer that holds several: " + strings.Join(places.Weights, ", "), func(s *settings, text string, _ Limits) error {
		if !slices.Contains(places.Weights, text) {
			return fmt.Errorf("want one of %s", strings.Join(places.Weights, ", "))
		}
		s.places.Weight = text
		return nil
	}},
	{"decimal-comma", "true: numbers in CSV have a comma before the fraction", func(s *settings, text string, _ Limits) (err error) {
		s.places.DecimalComma, err = boolean(text)
		return err
	}},
	{"line", "which instance of a data set to take, from 0", func(s *settings, text string, _ Limits) error {
		v, err := integer(text, 0, math.MaxInt32)
		s.line = int(v)
		return err
	}},
	{"demo", "make the instance instead of reading one: of this kind", func(s *settings, text string, _ Limits) error {
		if !slices.ContainsFunc(Demos, func(d Demo) bool { return d.Name == text }) {
			return fmt.Errorf("want one of %s", strings.Join(demoNames(), ", "))
		}
		s.demo = text
		return nil
	}},
	{"cities", "of the demo (default: 1000)", func(s *settings, text string, l Limits) error {
		v, err := integer(text, 1, int64(l.Cities))
		s.cities = int(v)
		return err
	}},
	{"demo-seed", "that the demo is drawn with (default: 1)", func(s *settings, text string, _ Limits) (err error) {
		s.demoSeed, err = seed(text)
		return err
	}},
	{"validate", "true: only tell whether the request is right", func(s *settings, text string, _ Limits) (err error) {
		s.validate, err = boolean(text)
		return err
	}},
}

func integer(text string, lo, hi int64) (int64, error) {
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil || v < lo || v > hi {
		return 0, fmt.Errorf("want an integer from %d to %d", lo, hi)
	}
	return v, nil
}

func seed(text string) (uint64, error) {
	v, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, errors.New("want an integer from 0 to 2^64-1")
	}
	return v, nil
}

func length(text string) (float64, error) {
	v, ok := tsp.ParseDecimal(text)
	if !ok || !(v > 0 && v < 1e300) {
		return 0, errors.New("want the length of a tour, a number above 0")
	}
	return v, nil
}

func city(into *string, text string) error {
	if text == "" {
		return errors.New("want a city")
	}
	*into = text
	return nil
}

func boolean(text string) (bool, error) {
	v, err := strconv.ParseBool(text)
	if err != nil {
		return false, errors.New("want true or false")
	}
	return v, nil
}

// maxSetting is the length that a setting may have, in bytes.
const maxSetting = 1000

// parse understands the settings. Every one that is unknown or wrong is an error.
func (g given) parse(l Limits) (*settings, error) {
	s := &settings{seed: 1, workers: l.Workers, heatmap: mcts.AutoHeatmap, line: -1, cities: 1000, demoSeed: 1, given: g}
	s.knobs.Preset = "default"
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(g)) {
		text := g[name]
		if len(text) > maxSetting { // a job keeps and tells it as it is written
			return nil, fmt.Errorf("%s is %q, %d bytes, want at most %d", short(name), short(text), len(text), maxSetting)
		}
		at := slices.IndexFunc(Settings, func(s Setting) bool { return s.Name == name })
		knob, isKnob := mcts.FindKnob(name)
		switch {
		case at >= 0:
			if err := Settings[at].apply(s, text, l); err != nil {
				errs = append(errs, fmt.Errorf("%s is %q: %w", name, short(text), err))
			}
		case isKnob:
			s.knobs.Settings = append(s.knobs.Settings, bench.Setting{Knob: knob, Value: text, Where: name})
		default:
			errs = append(errs, fmt.Errorf("unknown setting %q, want one of %s", short(name), strings.Join(settingNames(), ", ")))
		}
	}
	if _, err := s.knobs.Config(1000, s.heatmap); err != nil {
		errs = append(errs, err)
	}
	return s, errors.Join(errs...)
}

// short returns the beginning of a text of the client's for a message.
func short(text string) string {
	if len(text) > 100 {
		return strings.ToValidUTF8(text[:100], "") + "..." // a character may be cut
	}
	return text
}

func settingNames() []string {
	var names []string
	for _, s := range Settings {
		names = append(names, s.Name)
	}
	for _, k := range mcts.Knobs {
		names = append(names, k.Name)
	}
	return names
}

// order is a request for a job, understood.
type order struct {
	*settings
	item     *bench.Item
	edges    *heatmap.Map // the heatmap that the request brought, nil for none
	warnings []string

	inJSON     bool // the instance is coordinates or a matrix in JSON
	candidates int  // of a city
	weight     int  // cities that the job counts as
}

// decode understands a request for a job. Its query beats its JSON. The error is a
// Problem, or what the reader of the instance says.
func decode(body []byte, query string, l Limits) (*order, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, problemf(http.StatusBadRequest, "the query cannot be read: %v", err)
	}
	body = bytes.TrimPrefix(body, []byte(tsplib.BOM)) // as the readers of files do
	g := given{}
	doc := new(document)
	text := body
	if isObject(body) && !isPlaces(body) {
		if text, err = doc.read(body, g); err != nil {
			return nil, err
		}
	}
	for name, list := range values {
		if len(list) > 1 {
			return nil, problemf(http.StatusBadRequest, "%s is given %d times, want it once", short(name), len(list))
		}
		g[name] = list[0]
	}
	s, err := g.parse(l)
	if err != nil {
		return nil, err
	}
	o := &order{settings: s, inJSON: doc.given()}
	_, sized := g["cities"]
	_, seeded := g["demo-seed"]
	switch {
	case s.demo == "" && (sized || seeded):
		return nil, errors.New("cities and demo-seed are for a demo, and there is none; leave them out")
	case s.demo != "" && (len(text) > 0 || doc.given()):
		return nil, problemf(http.StatusUnprocessableEntity, "demo is %q, but the body holds an instance too; want one of them", s.demo)
	case s.demo != "":
		err = o.readDemo()
	case doc.given():
		if len(text) > 0 {
			return nil, problemf(http.StatusUnprocessableEntity, "there are coordinates or a matrix, and a problem; want one of them")
		}
		err = o.readDocument(doc, l)
	default:
		err = o.readText(text)
	}
	if err != nil {
		return nil, err
	}
	if o.item.Single && s.line >= 0 {
		return nil, fmt.Errorf("line is %d, but the instance is of no data set", s.line)
	}
	if s.name != "" {
		o.item.Name = s.name
	}
	name := []rune(o.item.Name)                          // with U+FFFD for what is not UTF-8, as JSON has it
	o.item.Name = string(name[:min(len(name), maxName)]) // every list of jobs has it
	if n := o.item.N(); n > l.Cities {
		return nil, tooMany(n, l)
	}
	if err := o.setEnds(); err != nil {
		return nil, err
	}
	if err := o.item.Impossible(); err != nil {
		return nil, err
	}
	if doc.edges != nil {
		if tsp.NewSymmetric(o.item.Instance) != nil {
			return nil, errors.New("edges are for tours with distances that are the same both ways; leave them out")
		}
		if o.settings.heatmap != mcts.AutoHeatmap {
			return nil, errors.New("there are heatmap and edges, want one of them")
		}
		if o.edges, err = doc.heatmap(o.item.N()); err != nil {
			return nil, err
		}
		o.settings.heatmap = o.edges.Source
	}
	return o, o.check(l)
}

func tooMany(n int, l Limits) error {
	return problemf(http.StatusRequestEntityTooLarge, "the instance has %d cities, want at most %d", n, l.Cities)
}

// setEnds makes the instance one of a path where that is wanted.
func (o *order) setEnds() error {
	if !o.path && o.start == "" && o.end == "" {
		return nil
	}
	ends := [2]int32{-1, -1}
	for k, text := range []string{o.start, o.end} {
		if text == "" {
			continue
		}
		n := slices.Index(o.item.IDs, text)
		if n < 0 && slices.Contains(o.item.Names, text) {
			c, err := o.item.City(text)
			if err != nil {
				return fmt.Errorf("%s is %q, %w", []string{"start", "end"}[k], short(text), err)
			}
			n = int(c)
		} else if n < 0 {
			v, err := integer(text, 0, int64(o.item.N()-1))
			if err != nil {
				return fmt.Errorf("%s is %q, want a city by id or name, or its number from 0 to %d", []string{"start", "end"}[k], short(text), o.item.N()-1)
			}
			n = int(v)
		}
		ends[k] = int32(n)
	}
	if ends[0] >= 0 && ends[0] == ends[1] && o.item.N() > 1 {
		return fmt.Errorf("start and end are both city %d, want two different ones, from 0", ends[0])
	}
	o.path = true
	return o.item.SetEnds(ends[0], ends[1])
}

// check tells what does not fit the instance, or is more than the limits allow.
func (o *order) check(l Limits) error {
	n := o.item.N()
	for _, span := range []struct {
		name string
		bench.Span
	}{{"time", o.budget.Time}, {"stall", o.budget.Stall}} {
		if t := span.Of(n); t > l.Time {
			return fmt.Errorf("%s is %v, want at most %v", span.name, t, l.Time)
		}
	}
	o.workers = min(o.workers, bench.UsefulWorkers(n))
	cfg, err := o.knobs.Config(n, o.heatmap)
	o.candidates = cfg.Candidates
	if o.weight = o.weigh(); o.weight > l.Held {
		return problemf(http.StatusRequestEntityTooLarge, "the distances of the instance count as %d cities, want at most %d", o.weight, l.Held)
	}
	return err
}

// bytesHeld is about what a city of a job takes that has ended: its place and name, a few edges of
// the heatmap, and its entry of the tour.
const bytesHeld = 100

// weigh returns how many cities a job counts as while it is held: its own, or as many as take what
// its matrix, graph and heatmap do, where they are of many edges.
func (o *order) weigh() int {
	bytes := 4*len(o.item.Matrix) + 8*len(o.item.GraphEdges())
	if o.edges != nil {
		bytes += 8 * len(o.edges.City)
	}
	return max(o.item.N(), bytes/bytesHeld)
}

// time returns how long the job may last.
func (o *order) time(l Limits) time.Duration {
	if t := o.budget.Time.Of(o.item.N()); t > 0 {
		return t
	}
	if o.budget == (bench.Budget{}) {
		return min(10*time.Second, l.Time)
	}
	return l.Time
}

// bodyName is what messages call a request's body.
const bodyName = "body"

// readText reads the instance of a body that is a file's content: what it holds, its content says.
func (o *order) readText(text []byte) error {
	kind, r, err := tsplib.Detect(bytes.NewReader(text))
	if err != nil {
		return err
	}
	var in *tsp.Instance
	var set *tsplib.Lines
	var warnings []tsplib.Warning
	switch kind {
	case tsplib.KindProblem:
		in, warnings, err = tsplib.Read(r, bodyName)
	case tsplib.KindLines:
		in, set, warnings, err = tsplib.ReadNumbers(r, bodyName)
	case tsplib.KindPlaces:
		in, warnings, err = places.Read(r, bodyName, o.places)
	default:
		status := http.StatusUnprocessableEntity
		if kind == tsplib.KindBinary || kind == tsplib.KindUnknown || kind == tsplib.KindXML {
			status = http.StatusUnsupportedMediaType
		}
		p := problemf(status, "%s:1: found %v, want TSPLIB problem, data set lines, coordinates, places as CSV or GeoJSON, a matrix, or JSON", bodyName, kind)
		p.Line = 1
		return p
	}
	o.warn(warnings)
	if err == nil && kind != tsplib.KindPlaces && o.places.Given() {
		err = fmt.Errorf("the body is read as %v, which metric, weight and decimal-comma are not for; leave them out", kind)
	}
	if err != nil {
		return err
	}
	o.item = &bench.Item{Instance: in, Single: set == nil}
	if set != nil {
		if err := o.readLine(set); err != nil {
			return err
		}
	}
	o.item.Name = o.item.Instance.Name
	return nil
}

// warn keeps what a reader says, for the job.
func (o *order) warn(warnings []tsplib.Warning) {
	for _, w := range warnings {
		o.warnings = append(o.warnings, w.String())
	}
}

// readDocument makes the instance of coordinates, or reads that of a matrix.
func (o *order) readDocument(d *document, l Limits) (err error) {
	var in *tsp.Instance
	if d.points != nil && d.matrix != nil {
		return errors.New("there are coordinates and a matrix, want one of them")
	}
	if d.matrix != nil {
		if o.places.Metric != "" {
			return fmt.Errorf("metric is %q, but there is a matrix of distances; leave it out", short(o.places.Metric))
		}
		if d.matrix[0] != '[' {
			return fmt.Errorf("matrix is %s, want a list of rows", short(string(d.matrix)))
		}
		var warnings []tsplib.Warning
		if in, warnings, err = places.Read(bytes.NewReader(d.matrix), "matrix", o.places); err == nil {
			o.warn(warnings)
		}
	} else {
		if o.places.Weight != "" || o.places.DecimalComma {
			return errors.New("there are coordinates, which weight and decimal-comma are not for; leave them out")
		}
		in, err = d.instance(o.places.Metric, l)
	}
	if err == nil {
		o.item = &bench.Item{Instance: in, Name: in.Name, Single: true}
	}
	return err
}

// readLine takes one instance of a data set: that of the setting line, or the only one.
func (o *order) readLine(set *tsplib.Lines) error {
	for i := range o.line {
		if err := set.Skip(); err == io.EOF {
			return fmt.Errorf("line is %d, from 0, but the data set has %d instances", o.line, i)
		} else if err != nil {
			return err
		}
	}
	in, tour, err := set.Next()
	if err == io.EOF {
		return fmt.Errorf("line is %d, from 0, but the data set ends before it", o.line)
	}
	if err != nil {
		return err
	}
	if o.line < 0 && set.Skip() == nil {
		return errors.New("the data set has several instances; say which with line=0 and so on")
	}
	o.item.Instance, o.item.Reference, o.item.Index = in, tour, max(0, o.line)
	return nil
}

// document is a body of JSON.
type document struct {
	points [][]float64
	matrix json.RawMessage
	edges  [][]float64 // that a heatmap believes in: two cities and a probability
}

func (d *document) given() bool { return d.points != nil || d.matrix != nil }

// isObject reports whether the text is a JSON object, or begins like one.
func isObject(text []byte) bool {
	text = bytes.TrimLeft(text, " \t\r\n")
	return len(text) > 0 && text[0] == '{'
}

// isPlaces reports whether an object is GeoJSON, or the answer of a routing engine.
func isPlaces(body []byte) bool {
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil {
		return false // which read tells
	}
	for _, name := range []string{"type", "durations", "distances", "sources_to_targets", "matrices"} {
		if members[name] != nil {
			return true
		}
	}
	return false
}

// read reads a JSON object: coordinates or a matrix, the text of a problem, which is
// returned, and settings.
func (d *document) read(body []byte, g given) (text []byte, err error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, jsonProblem(body, err)
	}
	take := func(name string, v any) {
		raw, ok := members[name]
		delete(members, name)
		if ok && err == nil {
			if string(raw) == "null" {
				err = problemf(http.StatusUnprocessableEntity, "%s: found null, leave it out or give it", name)
			} else if e := json.Unmarshal(raw, v); e != nil {
				err = problemf(http.StatusUnprocessableEntity, "%s: %s", name, wrongType(e))
			}
		}
	}
	takeRows := func(name string, rows *[][]float64) {
		raw := members[name]
		take(name, rows)
		if err == nil && *rows != nil && bytes.Contains(raw, []byte("null")) { // which became 0
			err = problemf(http.StatusUnprocessableEntity, "%s: found null, want a number", name)
		}
	}
	var problem string
	take("problem", &problem)
	take("matrix", &d.matrix)
	takeRows("coordinates", &d.points)
	takeRows("edges", &d.edges)
	if err != nil {
		return nil, err
	}
	for name, raw := range members {
		var value any
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.UseNumber()
		if err := dec.Decode(&value); err != nil {
			return nil, jsonProblem(body, err)
		}
		switch value := value.(type) {
		case json.Number:
			g[name] = plain(value)
		case string, bool:
			g[name] = fmt.Sprint(value)
		default:
			return nil, problemf(http.StatusUnprocessableEntity, "%s is %s, want a number, a text, true or false", short(name), short(string(raw)))
		}
	}
	return []byte(problem), nil
}

// plain writes a number as settings are read: 10.0 and 1e1 are the integer 10 in JSON. Larger ones
// stay as they are, for a float64 may not hold them.
func plain(number json.Number) string {
	if v, err := number.Float64(); err == nil && v == math.Trunc(v) && math.Abs(v) < 1<<53 {
		return strconv.FormatInt(int64(v), 10)
	}
	return number.String()
}

// wrongType says what a member of the JSON should be.
func wrongType(err error) string {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return fmt.Sprintf("found %s, want %s", wrong.Value, map[string]string{"string": "a text", "float64": "a number, not too large"}[wrong.Type.String()]+
			map[bool]string{true: "a list of lists of numbers"}[strings.HasPrefix(wrong.Type.String(), "[]")])
	}
	return err.Error()
}

// jsonProblem tells where JSON is broken.
func jsonProblem(body []byte, err error) *Problem {
	offset := int64(len(body))
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		offset = min(offset, syntax.Offset)
	}
	line := 1 + bytes.Count(body[:offset], []byte("\n"))
	p := problemf(http.StatusBadRequest, "%s:%d: no JSON (%v), want an object such as {\"coordinates\": [[0, 0], [3, 4]], \"time\": \"10s\"}", bodyName, line, err)
	p.Line = line
	return p
}

// instance returns the instance of coordinates.
func (d *document) instance(name string, l Limits) (*tsp.Instance, error) {
	n := len(d.points)
	if n > l.Cities {
		return nil, tooMany(n, l)
	}
	metric := tsp.Exact2D
	if name != "" {
		metric, _ = places.ParseMetric(name) // as its setting made sure
	}
	if strings.EqualFold(name, "euclid") && n > 0 && len(d.points[0]) == 3 {
		metric = tsp.Exact3D
	}
	axes := make([][]float64, metric.Dims())
	for i, p := range d.points {
		if len(p) != len(axes) {
			return nil, fmt.Errorf("coordinates: city %d of %d has %d numbers, want %d", i+1, n, len(p), len(axes))
		}
		for k, v := range p {
			axes[k] = append(axes[k], v)
		}
	}
	axes = append(axes, nil)
	if metric.Degrees() {
		for i, lat := range axes[0] {
			if lon := axes[1][i]; math.Abs(lat) > 90 || math.Abs(lon) > 360 {
				return nil, fmt.Errorf("coordinates: city %d of %d lies at latitude %v and longitude %v, want -90 to 90 and -180 to 180 degrees", i+1, n, lat, lon)
			}
		}
	}
	return tsp.NewPoints("coordinates", metric, axes[0], axes[1], axes[2])
}

// heatmap returns the map of n cities that believes in the edges.
func (d *document) heatmap(n int) (*heatmap.Map, error) {
	start := make([]int32, n+1) // of the cities' rows
	for k, e := range d.edges {
		if len(e) != 3 {
			return nil, fmt.Errorf("edges: edge %d of %d has %d numbers, want 3: two cities and a probability", k+1, len(d.edges), len(e))
		}
		for _, v := range e[:2] {
			if v != math.Trunc(v) || v < 0 || v >= float64(n) || e[0] == e[1] {
				return nil, fmt.Errorf("edges: edge %d of %d joins %v and %v, want two of the cities 0 to %d", k+1, len(d.edges), e[0], e[1], n-1)
			}
			start[int(v)+1]++
		}
	}
	for i := range n {
		start[i+1] += start[i]
	}
	city, p := make([]int32, start[n]), make([]float32, start[n])
	next := slices.Clone(start)
	for _, e := range d.edges {
		i, j := int32(e[0]), int32(e[1])
		city[next[i]], p[next[i]] = j, float32(e[2])
		city[next[j]], p[next[j]] = i, float32(e[2])
		next[i]++
		next[j]++
	}
	return heatmap.New("edges", n, func(i int32, add func(j int32, p float32)) {
		for k := start[i]; k < start[i+1]; k++ {
			add(city[k], p[k])
		}
	})
}

// readDemo makes the instance of a demo.
func (o *order) readDemo() error {
	if o.places.Given() {
		return fmt.Errorf("demo is %q, which says itself what metric, weight and decimal-comma are for; leave them out", o.demo)
	}
	spec := o.spec()
	if err := spec.Validate(); err != nil {
		return err
	}
	var text bytes.Buffer
	if err := spec.WriteTSPLIB(&text); err != nil {
		return err
	}
	in, _, err := tsplib.Read(&text, o.demo)
	if err == nil {
		o.item = &bench.Item{Instance: in, Name: in.Name, Single: true}
	}
	return err
}

// spec returns what the demo is generated from.
func (o *order) spec() generate.Spec {
	return generate.Spec{Kind: o.demo, Cities: o.cities, Clusters: max(1, o.cities/100), Seed: o.demoSeed}
}

// Demo is an instance that the server makes.
type Demo struct {
	Name  string `json:"name"`
	Title string `json:"title"`
}

// Demos lists the instances that the server makes.
var Demos = []Demo{
	{"uniform", "Cities anywhere"},
	{"clustered", "Clusters"},
	{"explosion", "After an explosion"},
	{"implosion", "After an implosion"},
	{"picture", "A picture"},
	{"board", "A circuit board"},
	{"grid", "A grid"},
}

func demoNames() []string {
	var names []string
	for _, d := range Demos {
		names = append(names, d.Name)
	}
	return names
}

// command returns the command line that does the same, with what was sent in problem.tsp, and edges
// in edges.heat; "" for coordinates and matrices in JSON, which no command reads.
func (o *order) command() string {
	if o.inJSON {
		return ""
	}
	quote := func(text string) string {
		if text != "" && !strings.ContainsFunc(text, func(r rune) bool {
			return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:=,+-/", r)
		}) {
			return text
		}
		return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
	}
	file, before := "problem.tsp", ""
	if o.demo != "" {
		spec := o.spec()
		file = fmt.Sprintf("%s%d.tsp", o.demo, o.cities)
		before = fmt.Sprintf("tspmcts generate --kind %s --cities %d --seed %d --out %s && ", spec.Kind, spec.Cities, spec.Seed, file)
	}
	words := []string{"tspmcts", "solve", file}
	for _, name := range slices.Sorted(maps.Keys(o.given)) {
		value := o.given[name]
		switch name {
		case "name", "demo", "cities", "demo-seed", "validate":
			continue
		case "bound", "path", "decimal-comma":
			if v, _ := strconv.ParseBool(value); v {
				words = append(words, "--"+name)
			}
			continue
		case "start", "end":
			at := map[string]int32{"start": o.item.Ends.Start, "end": o.item.Ends.End}[name]
			if o.item.IDs != nil && o.item.IDs[at] != "" { // which a number might be as well
				value = o.item.IDs[at]
			} else if !slices.Contains(o.item.Names, value) {
				value = strconv.Itoa(int(at) + 1) // the command line counts from 1
			}
		case "heatmap":
			if o.edges != nil { // auto
				continue
			}
		case "line":
			name, value = "lines", fmt.Sprintf("%d:%d", o.line, o.line+1)
		}
		if strings.HasPrefix(value, "-") { // which by itself would be a flag
			words = append(words, "--"+name+"="+quote(value))
			continue
		}
		words = append(words, "--"+name, quote(value))
	}
	if o.edges != nil {
		words = append(words, "--heatmap-file", "edges.heat")
	}
	if _, ok := o.given["workers"]; !ok {
		words = append(words, "--workers", strconv.Itoa(o.workers))
	}
	return before + strings.Join(words, " ")
}
