package places

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"tspmcts/tsp"
	"tspmcts/tsplib"
)

// wantJSON is what JSON should have been.
const wantJSON = "GeoJSON of points, a square array of rows, or an answer of OSRM, Valhalla, openrouteservice or VROOM with durations or distances"

// part is a value in a JSON document, and where it stands.
type part struct {
	f    *file
	all  []byte // the document
	from int    // offset of the value
	raw  json.RawMessage
}

// fail returns the error about what stands at an offset of the part.
func (p part) fail(offset int, key, found, want string) error {
	at := min(p.from+offset, len(p.all))
	return p.f.fail(1+bytes.Count(p.all[:at], []byte{'\n'}), key, found, want, nil)
}

// line returns where the part begins.
func (p part) line() int { return 1 + bytes.Count(p.all[:p.from], []byte{'\n'}) }

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

// each calls visit with the members of an object, in order, or the elements of an array, whose keys are empty.
func (p part) each(visit func(key string, value part) error) error {
	d := json.NewDecoder(bytes.NewReader(p.raw))
	open, err := d.Token()
	if err != nil {
		return p.broken(d, err)
	}
	for d.More() {
		key := ""
		if open == json.Delim('{') {
			token, err := d.Token()
			if err != nil {
				return p.broken(d, err)
			}
			key, _ = token.(string)
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return p.broken(d, err)
		}
		if err := visit(key, part{p.f, p.all, p.from + int(d.InputOffset()) - len(raw), raw}); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return p.broken(d, err)
	}
	return nil
}

// broken returns the error about text that is no JSON.
func (p part) broken(d *json.Decoder, err error) error {
	at := int(d.InputOffset())
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		at = max(at, int(syntax.Offset)-1)
		return p.fail(at, "", "JSON that is broken here: "+syntax.Error(), "JSON")
	}
	return p.fail(len(p.raw), "", "the end of the file", "the rest of the JSON")
}

// errFound ends member.
var errFound = errors.New("found")

// member returns the value of a key, false if there is none.
func (p part) member(key string) (value part, ok bool) {
	if p.first() != '{' {
		return part{}, false
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
	all, err := io.ReadAll(b)
	if err != nil {
		return nil, &tsplib.ParseError{Name: f.name, Line: 1, Err: err}
	}
	skip := 0
	if bytes.HasPrefix(all, []byte(bom)) {
		skip = len(bom)
	}
	skip += len(all[skip:]) - len(bytes.TrimLeft(all[skip:], " \t\r\n"))
	doc := part{f, all, skip, json.RawMessage(bytes.TrimRight(all[skip:], " \t\r\n"))}
	members := map[string]part{}
	if err := doc.each(func(key string, v part) error { members[key] = v; return nil }); err != nil {
		return nil, err
	}
	if !json.Valid(doc.raw) { // something follows the value
		return nil, doc.fail(len(doc.raw), "", "more than one JSON value", "one")
	}
	if doc.first() == '[' {
		return f.readMatrixJSON(doc, entries, "", nil, 1)
	}
	for _, key := range []string{"error", "error_message"} {
		if v, ok := members[key]; ok {
			text := string(v.raw)
			if m, ok := v.member("message"); ok {
				text = string(m.raw)
			}
			return nil, v.fail(0, key, "an answer that says "+short(text), "an answer with a matrix; ask the engine again")
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
			return nil, v.fail(0, "code", fmt.Sprintf("%q%s", code, message), "Ok: the engine found no matrix; ask it again")
		}
	}
	if v, ok := members["type"]; ok {
		return f.readGeoJSON(doc, v)
	}
	if v, ok := members["sources_to_targets"]; ok {
		return f.readValhalla(v, members)
	}
	if v, ok := members["matrices"]; ok {
		return f.readVROOM(v, members)
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
	return f.readEither(doc, members, members["sources"], meters)
}

const mile = 1609.344 // metres

// readEither reads the durations or the distances, of which one is to be given in meters, that are members of an object.
func (f *file) readEither(doc part, members map[string]part, sources part, meters float64) (*tsp.Instance, error) {
	var have []string
	for _, key := range Weights {
		if v, ok := members[key]; ok && v.first() == '[' {
			have = append(have, key)
		}
	}
	if len(have) == 0 {
		var keys []string
		for key := range members {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		found := "JSON with " + short(strings.Join(keys, ", "))
		if len(keys) == 0 {
			found = "an empty JSON object"
		}
		return nil, doc.fail(0, "", found, wantJSON)
	}
	key := have[0]
	if w := f.opt.Weight; w != "" {
		if key = w; !slices.Contains(have, w) {
			return nil, doc.fail(0, "", "only "+strings.Join(have, " and "), w+", which --weight names; ask the engine for it (OSRM: annotations=duration,distance)")
		}
	} else if len(have) > 1 {
		f.warn(members[key].line(), "%s are there: %s are minimized; --weight chooses", strings.Join(have, " and "), key)
	}
	unit, factor := "", 1.0
	switch key {
	case "durations":
		unit = "s"
	case "distances":
		unit, factor = "m", meters
	}
	return f.readMatrixJSON(members[key], key, unit, f.sources(sources), factor)
}

// entry is a number of a matrix; null is infinite.
type entry struct {
	v   float64
	bad string // what it is instead
}

func (e *entry) UnmarshalJSON(b []byte) error {
	e.bad = ""
	if string(b) == "null" {
		e.v = math.Inf(1)
		return nil
	}
	var err error
	if e.v, err = strconv.ParseFloat(string(b), 64); err != nil {
		e.bad = short(string(b))
	}
	return nil
}

// readMatrixJSON reads an array of rows; t says what is known of the places, nil for nothing.
func (f *file) readMatrixJSON(rows part, what, unit string, t *table, factor float64) (*tsp.Instance, error) {
	m := newMatrix()
	var row []entry
	i := 0
	err := rows.each(func(_ string, r part) error {
		if row = row[:0]; r.first() != '[' || !r.decode(&row) {
			return r.fail(0, what, r.kind(), fmt.Sprintf("an array of numbers, row %d", i+1))
		}
		if i > 0 && len(row) != m.n || len(row) == 0 {
			want := fmt.Sprintf("%d, as the first has", m.n)
			if len(row) == 0 {
				want = "numbers"
			}
			return r.fail(0, what, fmt.Sprintf("%d numbers in row %d", len(row), i+1), want)
		}
		if i > 0 && i == m.n {
			return r.fail(0, what, fmt.Sprintf("more than %d rows of %[1]d numbers", i), "a square matrix: from all places to all")
		}
		for j, e := range row {
			if e.bad != "" {
				return r.fail(0, what, fmt.Sprintf("%s in row %d, column %d", e.bad, i+1, j+1), "a number, or null where there is no road")
			}
			if factor != 1 {
				e.v = math.Round(e.v*factor*1000) / 1000
			}
			if want := m.add(i, e.v); want != "" {
				return r.fail(0, what, fmt.Sprintf("%v in row %d, column %d", e.v, i+1, j+1), want)
			}
		}
		m.row(i)
		i++
		return nil
	})
	if err != nil {
		return nil, err
	}
	if i != m.n || i == 0 {
		return nil, rows.fail(0, what, fmt.Sprintf("%d rows of %d numbers", i, m.n), "a square matrix: from all places to all")
	}
	in, err := f.instance(m, rows.line(), what, unit)
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

// sources returns what an engine says of the places that it was asked for, nil for nothing.
func (f *file) sources(p part) *table {
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
			Location []float64
			Lat, Lon *float64
		}
		v.decode(&s)
		lat, lon := s.Lat, s.Lon
		if len(s.Location) >= 2 {
			lon, lat = &s.Location[0], &s.Location[1]
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

// readValhalla reads sources_to_targets: an object with durations and distances, or verbose, an
// array of rows of objects. Distances are kilometres, or miles where units says so.
func (f *file) readValhalla(v part, members map[string]part) (*tsp.Instance, error) {
	meters := 1000.0
	if u, ok := members["units"]; ok {
		var unit string
		if u.decode(&unit); strings.HasPrefix(unit, "mi") {
			meters = mile
		}
	}
	if v.first() == '{' {
		inner := map[string]part{}
		v.each(func(key string, value part) error { inner[key] = value; return nil }) // was parsed before
		return f.readEither(v, inner, members["sources"], meters)
	}
	if v.first() != '[' {
		return nil, v.fail(0, "sources_to_targets", v.kind(), "an array of rows, or an object with durations and distances")
	}
	key, what, unit, factor := "time", "durations", "s", 1.0
	switch f.opt.Weight {
	case "distances":
		key, what, unit, factor = "distance", "distances", "m", meters
	case "costs":
		return nil, v.fail(0, "sources_to_targets", "durations and distances", "one of these for --weight")
	case "":
		f.warn(v.line(), "durations and distances are there: durations are minimized; --weight chooses")
	}
	// Made to rows of numbers, so that there is one reader of those. What is wrong is
	// told with the row and column; the line is that of the matrix.
	var plain bytes.Buffer
	plain.WriteByte('[')
	i := 0
	err := v.each(func(_ string, row part) error {
		if row.first() != '[' {
			return row.fail(0, "sources_to_targets", row.kind(), fmt.Sprintf("an array of objects, row %d", i+1))
		}
		if i++; i > 1 {
			plain.WriteByte(',')
		}
		plain.WriteByte('[')
		j := 0
		err := row.each(func(_ string, cell part) error {
			if j++; j > 1 {
				plain.WriteByte(',')
			}
			value, ok := cell.member(key)
			if !ok {
				return cell.fail(0, "sources_to_targets", fmt.Sprintf("%s without %s in row %d, column %d", cell.kind(), key, i, j), "an object with time and distance")
			}
			plain.Write(value.raw)
			return nil
		})
		plain.WriteByte(']')
		return err
	})
	if err != nil {
		return nil, err
	}
	plain.WriteByte(']')
	rows := part{f, v.all, v.from, plain.Bytes()}
	return f.readMatrixJSON(rows, what, unit, f.sources(members["sources"]), factor)
}

// readVROOM reads one of the matrices of a VROOM problem, that of the vehicles' profile. Jobs name the places.
func (f *file) readVROOM(v part, members map[string]part) (*tsp.Instance, error) {
	profiles := map[string]part{}
	var names []string
	if v.first() == '{' {
		v.each(func(key string, value part) error { // was parsed before
			profiles[key] = value
			names = append(names, key)
			return nil
		})
	}
	if len(names) == 0 {
		return nil, v.fail(0, "matrices", v.kind(), "an object with durations or distances for a profile, as car")
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
			return nil, v.fail(0, "matrices", strings.Join(names, ", "), fmt.Sprintf("%q, the first vehicle's profile", profile))
		}
		f.warn(v.line(), "of the profiles %s that of the first vehicle is taken: %s", strings.Join(names, ", "), profile)
	}
	chosen := profiles[profile]
	inner := map[string]part{}
	if chosen.first() == '{' {
		chosen.each(func(key string, value part) error { inner[key] = value; return nil }) // was parsed before
	}
	in, err := f.readEither(chosen, inner, part{}, 1)
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
