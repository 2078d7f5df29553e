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

	"tspmcts/tsplib"
)

// stream reads a JSON document value by value: of a matrix no more than a row is in memory as text,
// of GeoJSON no more than a feature, or a position of a MultiPoint that is the whole document.
type stream struct {
	f    *file
	d    *json.Decoder
	text counted
}

// counted passes on what it reads, and keeps it until its lines are counted.
type counted struct {
	r    io.Reader
	text []byte // what begins at from
	from int64
	done int // so much of it is counted
	line int // there
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.text = append(append(c.text[:0], c.text[c.done:]...), p[:n]...)
	c.from, c.done = c.from+int64(c.done), 0
	return n, err
}

// lineAt returns the line of an offset, which is not before the one of the last call.
func (c *counted) lineAt(offset int64) int {
	if k := int(min(offset-c.from, int64(len(c.text)))); k > c.done {
		c.line += bytes.Count(c.text[c.done:k], []byte{'\n'})
		c.done = k
	}
	return c.line
}

func newStream(f *file, b *bufio.Reader) *stream {
	s := &stream{f: f, text: counted{r: b, line: 1}}
	if head, _ := b.Peek(len(tsplib.BOM)); string(head) == tsplib.BOM {
		b.Discard(len(tsplib.BOM))
	}
	s.d = json.NewDecoder(&s.text)
	return s
}

// line returns where the stream is.
func (s *stream) line() int { return s.text.lineAt(s.d.InputOffset()) }

// broken returns the error about text that is no JSON, or cannot be read.
func (s *stream) broken(err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return s.f.fail(s.text.lineAt(max(s.d.InputOffset(), syntax.Offset-1)), "", "JSON that is broken here: "+syntax.Error(), "JSON", nil)
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		return s.f.fail(s.text.lineAt(math.MaxInt64), "", "the end of the file", "the rest of the JSON", nil)
	}
	return &tsplib.ParseError{Name: s.f.name, Line: s.line(), Err: err}
}

// token reads a delimiter, a key, or a value that is neither an array nor an object.
func (s *stream) token() (json.Token, error) {
	t, err := s.d.Token()
	if err != nil {
		return nil, s.broken(err)
	}
	return t, nil
}

// value reads a whole value. Its text is in raw, which is overwritten.
func (s *stream) value(raw *json.RawMessage) (part, error) {
	if err := s.d.Decode(raw); err != nil {
		return part{}, s.broken(err)
	}
	return part{f: s.f, line: s.text.lineAt(s.d.InputOffset() - int64(len(*raw))), raw: *raw}, nil
}

// end returns an error where something follows the document.
func (s *stream) end() error {
	if _, err := s.d.Token(); err != io.EOF {
		return s.f.fail(s.line(), "", "more than one JSON value", "one", nil)
	}
	return nil
}

// skip passes over the rest of an array or object whose begin was read.
func (s *stream) skip() error {
	for depth := 1; depth > 0; {
		t, err := s.token()
		if err != nil {
			return err
		}
		s.line() // what is counted is not kept
		switch t {
		case json.Delim('['), json.Delim('{'):
			depth++
		case json.Delim(']'), json.Delim('}'):
			depth--
		}
	}
	return nil
}

// object is what was read of one.
type object struct {
	part
	parts    map[string]part    // its members as text
	matrices map[string]*matrix // by Weights; nil where another one is wanted
	objects  map[string]*object // those that may hold matrices, and their members
	order    []string           // keys of objects
	points   map[string]*points // of the lists of GeoJSON, and its coordinates
	rows     *matrix            // of Valhalla's verbose form
}

// object reads the rest of an object, whose begin was read: the document, or one within it, in which
// matrices alone are looked for, so that what is nested deeply is read as text. Matrices are read as
// such, of several that which is wanted.
func (s *stream) object(document bool) (*object, error) {
	o := &object{parts: map[string]part{}, matrices: map[string]*matrix{}, objects: map[string]*object{}, points: map[string]*points{}}
	o.part = part{f: s.f, line: s.line(), raw: json.RawMessage("{"), members: o.parts}
	for s.d.More() {
		t, err := s.token()
		if err != nil {
			return nil, err
		}
		key, _ := t.(string)
		if key == "times" { // as GraphHopper calls them, in seconds, too
			key = "durations"
		}
		if err := s.member(o, key, document); err != nil {
			return nil, err
		}
	}
	_, err := s.token()
	return o, err
}

// member reads the value of a key of o, which is the document or within it.
func (s *stream) member(o *object, key string, document bool) error {
	weight := slices.Contains(Weights, key)
	list := lists[key]
	if !weight && !(document && (list != "" || key == "sources_to_targets" || key == "matrices" || key == "coordinates")) {
		var raw json.RawMessage
		p, err := s.value(&raw)
		o.parts[key] = p
		return err
	}
	t, err := s.token()
	if err != nil {
		return err
	}
	switch {
	case t == json.Delim('[') && weight:
		o.parts[key] = s.here("[")
		if !s.wants(o, key) {
			o.matrices[key] = nil
			return s.skip()
		}
		if o.matrices[key], err = s.matrix(key, numbers); err != nil {
			return err
		}
		for other := range o.matrices {
			if slices.Index(Weights, other) > slices.Index(Weights, key) {
				o.matrices[other] = nil
			}
		}
		return nil
	case t == json.Delim('[') && key == "sources_to_targets":
		o.parts[key] = s.here("[")
		o.rows, err = s.matrix(key, s.f.cells())
		return err
	case t == json.Delim('[') && list != "":
		o.parts[key] = s.here("[")
		o.points[key], err = s.points(list)
		return err
	case t == json.Delim('[') && key == "coordinates":
		o.points[key], o.parts[key], err = s.coordinates()
		return err
	case t == json.Delim('{') && !weight && list == "" && key != "coordinates":
		o.parts[key] = s.here("{")
		inner := &object{}
		if key == "matrices" {
			inner, err = s.profiles()
		} else {
			inner, err = s.object(false)
		}
		o.objects[key] = inner
		return err
	}
	kind := "null"
	switch t.(type) {
	case json.Delim:
		kind = fmt.Sprint(t)
	case string:
		kind = `""`
	case float64:
		kind = "0"
	case bool:
		kind = "true"
	}
	o.parts[key] = s.here(kind)
	if _, ok := t.(json.Delim); ok {
		return s.skip()
	}
	return nil
}

// here returns a value that begins at the stream's place, and of which no more than its kind is
// kept.
func (s *stream) here(kind string) part {
	return part{f: s.f, line: s.line(), raw: json.RawMessage(kind)}
}

// wants reports whether a matrix is the one to take, as far as is known before the rest of o is
// read.
func (s *stream) wants(o *object, key string) bool {
	if w := s.f.opt.Weight; w != "" {
		return key == w
	}
	for other, m := range o.matrices {
		if m != nil && slices.Index(Weights, other) < slices.Index(Weights, key) {
			return false
		}
	}
	return true
}

// profiles reads the rest of an object of objects.
func (s *stream) profiles() (*object, error) {
	o := &object{objects: map[string]*object{}}
	for s.d.More() {
		t, err := s.token()
		if err != nil {
			return nil, err
		}
		key, _ := t.(string)
		if t, err = s.token(); err != nil {
			return nil, err
		}
		inner := &object{part: s.here("{")}
		switch t {
		case json.Delim('{'):
			inner, err = s.object(false)
		case json.Delim('['):
			err = s.skip()
		}
		if err != nil {
			return nil, err
		}
		o.objects[key] = inner
		o.order = append(o.order, key)
	}
	_, err := s.token()
	return o, err
}

// matrix reads the rest of an array of rows, each by read.
func (s *stream) matrix(what string, read func(r part, what string, row []float64, i int) ([]float64, error)) (*matrix, error) {
	m := newMatrix()
	begin := s.here("[")
	var raw json.RawMessage
	var row []float64
	i := 0
	for ; s.d.More(); i++ {
		r, err := s.value(&raw)
		if err != nil {
			return nil, err
		}
		if row, err = read(r, what, row[:0], i); err != nil {
			return nil, err
		}
		if i > 0 && len(row) != m.n || len(row) == 0 {
			want := fmt.Sprintf("%d, as the first has", m.n)
			if len(row) == 0 {
				want = "numbers"
			}
			return nil, r.fail(what, fmt.Sprintf("%d numbers in row %d", len(row), i+1), want)
		}
		if i > 0 && i == m.n {
			return nil, r.fail(what, fmt.Sprintf("more than %d rows of %[1]d numbers", i), "a square matrix: from all places to all")
		}
		for j, v := range row {
			if want := m.add(i, v); want != "" {
				return nil, r.fail(what, fmt.Sprintf("%v in row %d, column %d", v, i+1, j+1), want)
			}
		}
		if err := m.row(s.f, i); err != nil {
			return nil, err
		}
	}
	if _, err := s.token(); err != nil {
		return nil, err
	}
	if i != m.n || i == 0 {
		return nil, begin.fail(what, fmt.Sprintf("%d rows of %d numbers", i, m.n), "a square matrix: from all places to all")
	}
	return m, nil
}

// numbers appends the numbers of row i; null is infinite.
func numbers(r part, what string, row []float64, i int) ([]float64, error) {
	if r.first() != '[' {
		return nil, r.fail(what, r.kind(), fmt.Sprintf("an array of numbers, row %d", i+1))
	}
	if row, ok := plainNumbers(r.raw, row); ok {
		return row, nil
	}
	row = row[:0]
	err := r.each(func(_ string, e part) error {
		v := math.Inf(1)
		if e.first() != 'n' {
			var err error
			if v, err = strconv.ParseFloat(string(e.raw), 64); err != nil {
				return e.fail(what, fmt.Sprintf("%s in row %d, column %d", short(string(e.raw)), i+1, len(row)+1), "a number, or null where there is no road")
			}
		}
		row = append(row, v)
		return nil
	})
	return row, err
}

// plainNumbers appends the numbers of a valid array, false where it holds something else.
func plainNumbers(raw []byte, row []float64) ([]float64, bool) {
	text := bytes.TrimSpace(raw[1 : len(raw)-1])
	for len(text) > 0 {
		next := bytes.IndexByte(text, ',')
		if next < 0 {
			next = len(text)
		}
		one := bytes.TrimSpace(text[:next])
		v, err := strconv.ParseFloat(string(one), 64)
		if err != nil {
			return row, false
		}
		row = append(row, v)
		text = text[min(next+1, len(text)):]
	}
	return row, true
}

// cell is an element of Valhalla's verbose form.
type cell struct{ Time, Distance entry }

// entry is a number; null is infinite.
type entry struct {
	v    float64
	text string // empty where there is none
}

func (e *entry) UnmarshalJSON(b []byte) error {
	if e.text = string(b); e.text == "null" {
		e.v = math.Inf(1)
		return nil
	}
	var err error
	if e.v, err = strconv.ParseFloat(e.text, 64); err != nil {
		e.v = math.NaN()
	}
	return nil
}

// cells returns what reads a row of those, as --weight wants them.
func (f *file) cells() func(r part, what string, row []float64, i int) ([]float64, error) {
	var all []cell
	return func(r part, what string, row []float64, i int) ([]float64, error) {
		if r.first() != '[' {
			return nil, r.fail(what, r.kind(), fmt.Sprintf("an array of objects, row %d", i+1))
		}
		clear(all[:cap(all)])
		all = all[:0]
		r.decode(&all) // what is not an object stays empty
		for j, c := range all {
			e, key := c.Time, "time"
			if f.opt.Weight == "distances" {
				e, key = c.Distance, "distance"
			}
			if e.text == "" || math.IsNaN(e.v) {
				k := 0
				return nil, r.each(func(_ string, one part) error {
					if k++; k <= j {
						return nil
					}
					if e.text == "" {
						return one.fail(what, fmt.Sprintf("%s without %s in row %d, column %d", one.kind(), key, i+1, k), "an object with time and distance")
					}
					return one.fail(what, fmt.Sprintf("%s in row %d, column %d", short(e.text), i+1, k), "a number, or null where there is no road")
				})
			}
			row = append(row, e.v)
		}
		return row, nil
	}
}
