package places

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tspmcts/tsp"
)

// wantJSON is what JSON should have been.
const wantJSON = "GeoJSON of points, a square array of rows, or an answer of OSRM, Valhalla, openrouteservice, GraphHopper or VROOM with durations or distances"

// part is a value in a JSON document, and where it stands.
type part struct {
	f       *file
	line    int // on which it begins
	raw     json.RawMessage
	members map[string]part // of an object of which raw is the begin alone
}

// fail returns the error about the part.
func (p part) fail(key, found, want string) error { return p.f.fail(p.line, key, found, want, nil) }

// first returns the first byte of the value, which tells what it is.
func (p part) first() byte {
	if len(p.raw) == 0 {
		return 0
	}
	return p.raw[0]
}

// kind names the value for people.
func (p part) kind() string {
	switch c := p.first(); c {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	case 0:
		return "nothing"
	}
	return "a number"
}

// decode unmarshals the value, false if it is something else.
func (p part) decode(v any) bool { return json.Unmarshal(p.raw, v) == nil }

// each calls visit with the members of an object, in order, or the elements of an array, whose keys
// are empty. That the text is JSON was seen when it was read; of a value of which the begin alone
// was kept there are none.
func (p part) each(visit func(key string, value part) error) error {
	raw, line, counted := p.raw, p.line, 0 // the line of raw[counted]
	for i := pass(raw, 1); i < len(raw) && raw[i] != '}' && raw[i] != ']'; {
		key := ""
		if p.first() == '{' {
			end := valueEnd(raw, i)
			json.Unmarshal(raw[i:end], &key)
			i = pass(raw, end)
		}
		end := valueEnd(raw, i)
		line += bytes.Count(raw[counted:i], []byte{'\n'})
		counted = i
		if err := visit(key, part{f: p.f, line: line, raw: raw[i:end]}); err != nil {
			return err
		}
		i = pass(raw, end)
	}
	return nil
}

// pass returns where the next value, key or closing bracket begins.
func pass(raw []byte, i int) int {
	for i < len(raw) && strings.IndexByte(between, raw[i]) >= 0 {
		i++
	}
	return i
}

// between are the bytes that stand between values.
const between = " \t\r\n,:"

// valueEnd returns where the value, or key, that begins at i ends.
func valueEnd(raw []byte, i int) int {
	depth := 0
	for {
		word := false // or number
		switch raw[i] {
		case '"':
			for i++; raw[i] != '"'; i++ {
				if raw[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		default:
			word = true
		}
		i++
		if depth == 0 && !(word && strings.IndexByte(between+"}]", raw[i]) < 0) {
			return i
		}
	}
}

// errFound ends member.
var errFound = errors.New("found")

// member returns the value of a key, false if there is none.
func (p part) member(key string) (value part, ok bool) {
	if p.first() != '{' {
		return part{}, false
	}
	if p.members != nil {
		value, ok = p.members[key]
		return value, ok
	}
	p.each(func(k string, v part) error { // was parsed before
		if k == key {
			value, ok = v, true
			return errFound
		}
		return nil
	})
	return value, ok
}

// readJSON reads a JSON document of any of the kinds that are known.
func (f *file) readJSON(b *bufio.Reader) (*tsp.Instance, error) {
	s := newStream(f, b)
	open, err := s.token()
	if err != nil {
		return nil, err
	}
	if open == json.Delim('[') {
		line := s.line()
		m, err := s.matrix(entries, numbers)
		if err == nil {
			err = s.end()
		}
		if err != nil {
			return nil, err
		}
		return f.unnamed(m, line)
	}
	doc, err := s.object(true)
	if err == nil {
		err = s.end()
	}
	if err != nil {
		return nil, err
	}
	members := doc.parts
	for _, key := range []string{"error", "error_message"} {
		if v, ok := members[key]; ok {
			text := string(v.raw)
			if m, ok := v.member("message"); ok {
				text = string(m.raw)
			}
			return nil, v.fail(key, "an answer that says "+short(text), "an answer with a matrix; ask the engine again")
		}
	}
	if v, ok := members["code"]; ok && v.first() == '"' {
		var code, message string
		v.decode(&code)
		if m, ok := members["message"]; ok {
			m.decode(&message)
		}
		if !strings.EqualFold(code, "Ok") {
			if message != "" {
				message = ", " + short(message)
			}
			return nil, v.fail("code", fmt.Sprintf("%q%s", code, message), "Ok: the engine found no matrix; ask it again")
		}
	}
	if v, ok := members["type"]; ok {
		return f.readGeoJSON(doc, v)
	}
	if v, ok := members["sources_to_targets"]; ok {
		return f.readValhalla(v, doc)
	}
	if v, ok := members["matrices"]; ok {
		return f.readVROOM(v, doc)
	}
	meters := 1.0
	if v, ok := members["metadata"]; ok { // of openrouteservice
		if q, ok := v.member("query"); ok {
			if u, ok := q.member("units"); ok {
				var unit string
				u.decode(&unit)
				switch unit {
				case "km":
					meters = 1000
				case "mi":
					meters = mile
				}
			}
		}
	}
	return f.readEither(doc, doc, "destinations", meters)
}

const mile = 1609.344 // metres

// readEither takes the durations or the distances, of which one is to be given in meters, that are
// members of an object. The document has what the engine says of the places: under sources, and
// under the name that it gives where the ways lead.
func (f *file) readEither(o, doc *object, targets string, meters float64) (*tsp.Instance, error) {
	var have []string
	for _, key := range Weights {
		if _, ok := o.matrices[key]; ok {
			have = append(have, key)
		}
	}
	if len(have) == 0 {
		keys := slices.Sorted(maps.Keys(o.parts))
		found := "JSON with " + short(strings.Join(keys, ", "))
		if len(keys) == 0 {
			found = "an empty JSON object"
		}
		return nil, o.fail("", found, wantJSON)
	}
	key := have[0]
	if w := f.opt.Weight; w != "" {
		if key = w; !slices.Contains(have, w) {
			return nil, o.fail("", "only "+strings.Join(have, " and "), w+", which --weight names; ask the engine for it (OSRM: annotations=duration,distance)")
		}
	} else if len(have) > 1 {
		f.warn(o.parts[key].line, "%s are there: %s are minimized; --weight chooses", strings.Join(have, " and "), key)
	}
	unit, factor := "", 1.0
	switch key {
	case "durations":
		unit = "s"
	case "distances":
		unit, factor = "m", meters
	}
	return f.placed(o.matrices[key], o.parts[key], key, unit, f.sources(doc, targets), factor)
}

// placed returns the instance of the matrix that begins at rows, times a factor; t says what is
// known of the places, nil for nothing.
func (f *file) placed(m *matrix, rows part, what, unit string, t *table, factor float64) (*tsp.Instance, error) {
	if i, j, want := m.times(factor); want != "" {
		return nil, rows.fail(what, fmt.Sprintf("row %d, column %d times %v", i+1, j+1, factor), want)
	}
	in, err := f.instance(m, rows.line, what, unit)
	if err != nil || t == nil {
		return in, err
	}
	n := in.N()
	if len(t.ids) == n {
		in.IDs = orNil(t.ids)
	}
	if len(t.names) == n {
		in.Names = orNil(t.names)
	}
	if len(t.x) == n && t.degrees {
		in.DisplayX, in.DisplayY, in.DisplayDegrees = t.y, t.x, true // east is right, north is up
	}
	return in, nil
}

// sources returns what an engine says of the places that it was asked for, nil for nothing. It
// warns where the places that the ways lead to are others: the matrix may be square nevertheless.
func (f *file) sources(doc *object, targets string) *table {
	to := doc.parts[targets]
	t, u := f.engineTable(doc.parts["sources"]), f.engineTable(to)
	if t == nil || u == nil {
		return t
	}
	for i := range min(len(t.x), len(u.x)) {
		if t.x[i] != u.x[i] || t.y[i] != u.y[i] {
			f.warn(to.line, "number %d of %s lies elsewhere than that of sources: taken for the same place; ask the engine for all places to all", i+1, targets)
			break
		}
	}
	return t
}

// engineTable returns the places of a list, nil where not all have a location.
func (f *file) engineTable(p part) *table {
	if p.first() != '[' {
		return nil
	}
	t := &table{degrees: true}
	all := true
	p.each(func(_ string, v part) error { // was parsed before
		if v.first() == '[' { // Valhalla has each in an array of its own
			v.each(func(_ string, inner part) error { v = inner; return nil })
		}
		var s struct {
			Name     string
			Location []*float64
			Lat, Lon *float64
		}
		v.decode(&s)
		lat, lon := s.Lat, s.Lon
		if len(s.Location) >= 2 {
			lon, lat = s.Location[0], s.Location[1]
		}
		if lat == nil || lon == nil || f.offGlobe(1, "", *lat, *lon) != nil {
			all = false
			return nil
		}
		t.x, t.y, t.names = append(t.x, *lat), append(t.y, *lon), append(t.names, s.Name)
		return nil
	})
	if !all {
		return nil
	}
	return t
}

// readValhalla takes sources_to_targets: an object with durations and distances, or verbose, an
// array of rows of objects. Distances are kilometres, or miles where units says so.
func (f *file) readValhalla(v part, doc *object) (*tsp.Instance, error) {
	meters := 1000.0
	if u, ok := doc.parts["units"]; ok {
		var unit string
		if u.decode(&unit); strings.HasPrefix(unit, "mi") {
			meters = mile
		}
	}
	if inner := doc.objects["sources_to_targets"]; inner != nil {
		return f.readEither(inner, doc, "targets", meters)
	}
	if doc.rows == nil {
		return nil, v.fail("sources_to_targets", v.kind(), "an array of rows, or an object with durations and distances")
	}
	what, unit, factor := "durations", "s", 1.0
	switch f.opt.Weight {
	case "distances":
		what, unit, factor = "distances", "m", meters
	case "costs":
		return nil, v.fail("sources_to_targets", "durations and distances", "one of these for --weight")
	case "":
		f.warn(v.line, "durations and distances are there: durations are minimized; --weight chooses")
	}
	return f.placed(doc.rows, v, what, unit, f.sources(doc, "targets"), factor)
}

// readVROOM takes one of the matrices of a VROOM problem, that of the vehicles' profile. Jobs name
// the places.
func (f *file) readVROOM(v part, doc *object) (*tsp.Instance, error) {
	members := doc.parts
	profiles := map[string]*object{}
	var names []string
	if o := doc.objects["matrices"]; o != nil {
		profiles, names = o.objects, o.order
	}
	if len(names) == 0 {
		return nil, v.fail("matrices", v.kind(), "an object with durations or distances for a profile, as car")
	}
	profile := names[0]
	if len(names) > 1 {
		var vehicles []struct{ Profile string }
		if p, ok := members["vehicles"]; ok {
			p.decode(&vehicles)
		}
		profile = "car"
		if len(vehicles) > 0 && vehicles[0].Profile != "" {
			profile = vehicles[0].Profile
		}
		if _, ok := profiles[profile]; !ok {
			return nil, v.fail("matrices", strings.Join(names, ", "), fmt.Sprintf("%q, the first vehicle's profile", profile))
		}
		f.warn(v.line, "of the profiles %s that of the first vehicle is taken: %s", strings.Join(names, ", "), profile)
	}
	in, err := f.readEither(profiles[profile], &object{}, "", 1)
	if err != nil {
		return nil, err
	}
	var jobs []struct {
		ID          json.Number
		Description string
		At          *int `json:"location_index"`
	}
	if p, ok := members["jobs"]; ok && p.decode(&jobs) {
		named := make([]string, in.N())
		for _, job := range jobs {
			if job.At == nil || *job.At < 0 || *job.At >= in.N() {
				continue
			}
			if named[*job.At] = job.Description; job.Description == "" {
				named[*job.At] = "job " + job.ID.String()
			}
		}
		in.Names = orNil(named)
	}
	return in, nil
}
