package places

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tspmcts/tsp"
	"tspmcts/tsplib"
)

// columns are the names that a column of a table goes by, in lower case. Of several that would do
// as id or name the one that stands first here is taken: a shop has a name, and a city that it is
// in.
var columns = map[string][]string{
	"id":   {"id", "nr", "no", "key", "code"},
	"name": {"name", "city", "town", "place", "label", "title"},
	"lat":  {"lat", "latitude"},
	"lon":  {"lon", "lng", "long", "longitude"},
	"x":    {"x"},
	"y":    {"y"},
	"z":    {"z"},
}

// wantTable is what CSV should have been.
const wantTable = "a first line that names the columns lat and lon, or x and y (id and name may stand beside them), or a square matrix"

// rows reads the records of a CSV file.
type rows struct {
	f     *file
	csv   *csv.Reader
	comma bool     // decimal
	ahead []record // read, and not returned by next
}

// record is what next returns.
type record struct {
	fields []string
	line   int
	err    error
}

// next returns the next record that is not blank, each field without the blanks around it, and its
// line; io.EOF after the last.
func (r *rows) next() ([]string, int, error) {
	if len(r.ahead) > 0 {
		one := r.ahead[0]
		r.ahead = r.ahead[1:]
		return one.fields, one.line, one.err
	}
	return r.read()
}

func (r *rows) read() ([]string, int, error) {
	for {
		rec, err := r.csv.Read()
		if err == io.EOF {
			return nil, 0, err
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			return nil, 0, r.f.fail(broken.Line, "", broken.Err.Error(), `quotes around whole fields, and "" for a quote inside of one`, nil)
		}
		line, _ := r.csv.FieldPos(0)
		if err != nil {
			return nil, 0, &tsplib.ParseError{Name: r.f.name, Line: line, Err: err}
		}
		blank := true
		for i, field := range rec {
			rec[i] = strings.TrimSpace(field)
			blank = blank && rec[i] == ""
		}
		if !blank {
			return rec, line, nil
		}
	}
}

// repeats reports whether the lines below the first begin with its names, in order, and are no more
// than these: they are those of a matrix then, though a place may be called X or Lat. Few lines are
// looked at, for those of a table do not agree for long.
func (r *rows) repeats(first []string) bool {
	const few = 4
	for i := range few {
		fields, line, err := r.read()
		r.ahead = append(r.ahead, record{slices.Clone(fields), line, err})
		if err != nil {
			return err == io.EOF && i > 0 && len(r.ahead[0].fields) == i+1
		}
		names := first
		if len(fields) == len(first) {
			names = first[1:]
		}
		if len(fields) != len(names)+1 || i >= len(names) || fields[0] != names[i] {
			return false
		}
	}
	return true
}

// number returns the finite number that a field holds.
func (r *rows) number(s string) (float64, bool) {
	if r.comma {
		if strings.Contains(s, ".") {
			return 0, false
		}
		s = strings.Replace(s, ",", ".", 1)
	}
	return tsp.ParseDecimal(s)
}

// wantNumber says what should stand where a number does not.
func (r *rows) wantNumber(s string) string {
	want := "a number"
	if !r.comma && strings.Contains(s, ",") {
		if _, ok := (&rows{comma: true}).number(s); ok {
			want += "; where it has a decimal comma give --decimal-comma"
		}
	}
	if r.comma && strings.Contains(s, ".") {
		want += " with a decimal comma, as --decimal-comma says"
	}
	return want
}

// entry returns what a field of a matrix holds: a number, or infinity for no road.
func (r *rows) entry(s string) (float64, bool) {
	switch strings.ToLower(s) {
	case "inf", "infinity", "+inf", "null", "none":
		return math.Inf(1), true
	case "nan":
		return math.NaN(), true
	}
	return r.number(s)
}

// readCSV reads a table of places or a matrix; head is the beginning of what b holds.
func (f *file) readCSV(b *bufio.Reader, head []byte) (*tsp.Instance, error) {
	if bytes.HasPrefix(head, []byte(tsplib.BOM)) {
		b.Discard(len(tsplib.BOM)) // is in the buffer
		head = head[len(tsplib.BOM):]
	}
	var text io.Reader = b
	if i := bytes.IndexByte(head, '\r'); i >= 0 && bytes.IndexByte(head, '\n') < 0 {
		text = crLines{b}
	}
	r := &rows{f: f, csv: csv.NewReader(text), comma: f.opt.DecimalComma}
	comma, told := separator(head)
	r.csv.Comma = comma
	r.csv.FieldsPerRecord = -1
	r.csv.ReuseRecord = true
	r.csv.TrimLeadingSpace = r.csv.Comma != '\t'
	if told {
		r.csv.Read() // the line that tells
	}
	rec, line, err := r.next()
	if err == io.EOF {
		return nil, f.fail(1, "", "nothing", "places or a matrix", tsplib.ErrEmpty)
	}
	if err != nil {
		return nil, err
	}
	first := slices.Clone(rec)
	if r.repeats(first) {
		// without a field above the names of the rows, or with a blank one that is no entry of a
		// diagonal, on which the next is blank too
		second := r.ahead[0].fields
		labelled := len(second) > len(first) || first[0] == "" && second[1] != ""
		in, err := f.readSquare(r, first, line, labelled)
		switch {
		case err != nil || !leftOut(first[0]):
		case in.Names == nil && in.Directed:
			f.warn(line, "the first line is the first column too, and the rest is not symmetric: read as distances; if it names the places, write a word above the names of the lines")
		case leftOut(second[1]) && counts(first[1:]):
			f.warn(line, "the first line counts, and is the first column too: read as the names of %d places; if it holds distances, write 0 on the diagonal", in.N())
		}
		return in, err
	}
	at, err := f.header(first, line)
	if err != nil {
		return nil, err
	}
	if _, ok := at["lat"]; ok {
		return f.readTable(r, at, first, "lat", "lon")
	}
	if _, ok := at["x"]; ok {
		return f.readTable(r, at, first, "x", "y")
	}
	return f.readSquare(r, first, line, false)
}

// crLines is a reader of text whose lines end with CR alone.
type crLines struct{ r io.Reader }

func (c crLines) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	for i, v := range b[:n] {
		if v == '\r' {
			b[i] = '\n'
		}
	}
	return n, err
}

// separator returns what separates fields: what the first line tells, as Excel's sep=; does, or a
// semicolon or a tab if that has one outside of quotes, else a comma.
func separator(head []byte) (comma rune, told bool) {
	if c, ok := bytes.CutPrefix(bytes.ToLower(bytes.Trim(firstLine(head), `"`)), []byte("sep=")); ok && len(c) == 1 && strings.Contains(",;\t", string(c)) {
		return rune(c[0]), true
	}
	quoted, tab := false, false
	for _, c := range firstLine(head) {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == ';':
			return ';', false
		case c == '\t':
			tab = true
		}
	}
	if tab {
		return '\t', false
	}
	return ',', false
}

// firstLine returns the first line that is not blank.
func firstLine(head []byte) []byte {
	head = bytes.TrimLeft(head, "\r\n")
	if i := bytes.IndexAny(head, "\r\n"); i >= 0 {
		return head[:i]
	}
	return head
}

// header returns which columns the first line names, by their first names. Where it has lat and
// lon, x and y do not count.
func (f *file) header(first []string, line int) (map[string]int, error) {
	at := map[string]int{}
	for _, column := range slices.Sorted(maps.Keys(columns)) {
		for _, name := range columns[column] {
			for i, field := range first {
				if !strings.EqualFold(field, name) {
					continue
				}
				other, ok := at[column]
				switch label := column == "id" || column == "name"; {
				case !ok:
					at[column] = i
				case !label || strings.EqualFold(first[other], name):
					return nil, f.fail(line, "", fmt.Sprintf("the columns %q and %q", first[other], field), "one of them; rename the other", nil)
				}
			}
		}
	}
	for _, pair := range [][2]string{{"lat", "lon"}, {"x", "y"}} {
		_, a := at[pair[0]]
		_, b := at[pair[1]]
		if a && b {
			return at, nil
		}
		if a != b {
			have, lack := pair[0], pair[1]
			if b {
				have, lack = lack, have
			}
			// x alone may be the name of a place in a matrix
			if have == "lat" || have == "lon" || len(first) > 1 && len(at) > 1 {
				return nil, f.fail(line, "", fmt.Sprintf("a column %q without %s", first[at[have]], lack), wantTable, nil)
			}
		}
	}
	delete(at, "x")
	return at, nil
}

// readTable reads a place a line, whose coordinates stand in the columns a and b.
func (f *file) readTable(r *rows, at map[string]int, first []string, a, b string) (*tsp.Instance, error) {
	t := &table{degrees: a == "lat"}
	axes := []string{a, b}
	if _, ok := at["z"]; ok && !t.degrees {
		axes = append(axes, "z")
	}
	id, hasID := at["id"]
	called := first[id]
	name, hasName := at["name"]
	var lines []int32
	for {
		rec, line, err := r.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(rec) != len(first) {
			return nil, f.fail(line, "", fmt.Sprintf("%d fields", len(rec)), fmt.Sprintf("%d, as in the first line; a field that holds the separator %q stands in quotes", len(first), r.csv.Comma), nil)
		}
		if t.line == 0 {
			t.line = line
		}
		var v [3]float64
		for d, axis := range axes {
			field := rec[at[axis]]
			value, ok := r.number(field)
			if !ok {
				found := strconv.Quote(short(field))
				if field == "" {
					found = "nothing"
				}
				return nil, f.fail(line, axis, found, r.wantNumber(field), nil)
			}
			v[d] = value
		}
		if t.degrees {
			if err := f.offGlobe(line, "", v[0], v[1]); err != nil {
				return nil, err
			}
		}
		t.x, t.y = append(t.x, v[0]), append(t.y, v[1])
		if len(axes) == 3 {
			t.z = append(t.z, v[2])
		}
		lines = append(lines, int32(line))
		if hasID {
			t.ids = append(t.ids, strings.Clone(rec[id])) // not the whole line
		}
		if hasName {
			t.names = append(t.names, strings.Clone(rec[name]))
		}
	}
	if len(t.x) == 0 {
		return nil, f.fail(1, "", "a first line without any below it", "a place a line", nil)
	}
	t.ids, t.names = orNil(t.ids), orNil(t.names)
	if err := f.labels(called, t.ids, t.names, func(i int) (string, int) { return fmt.Sprintf("line %d", lines[i]), int(lines[i]) }); err != nil {
		return nil, err
	}
	return f.points(t)
}

// short returns the beginning of a long field, without half a character at its end.
func short(s string) string {
	cut := 40
	if len(s) <= cut {
		return s
	}
	for cut > 40-utf8.UTFMax && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "..."
}

// readSquare reads a matrix. The first line holds numbers, or names of the places, of which
// those that follow may begin with one too; labelled says that they do, though they be numbers.
func (f *file) readSquare(r *rows, first []string, line int, labelled bool) (*tsp.Instance, error) {
	head := line
	rec, names, labelled, line, err := f.squareHead(r, first, line, labelled)
	if err != nil {
		return nil, err
	}
	m := newMatrix()
	start, bare := line, names == nil
	// shape returns the error about numbers that are no square, or do not look like distances.
	shape := func(text string) error {
		if bare {
			return f.fail(start, "", text, wantTable, nil)
		}
		return f.fail(head, "", columnList(first)+" above "+text, wantTable, nil)
	}
	blank := 0 // entries of the diagonal that are left out
	width := len(rec)
	for i := 0; ; i++ {
		if i > 0 {
			var err error
			if rec, line, err = r.next(); err == io.EOF {
				if i != m.n {
					return nil, shape(fmt.Sprintf("%d lines of %d numbers", i, m.n))
				}
				break
			} else if err != nil {
				return nil, err
			}
			if i == m.n {
				return nil, f.fail(line, "", fmt.Sprintf("one more line after %d of %d numbers", i, m.n), wantTable, nil)
			}
		}
		if len(rec) != width {
			return nil, f.fail(line, "", fmt.Sprintf("%d fields", len(rec)), fmt.Sprintf("%d, as before", width), nil)
		}
		numbers := rec
		if labelled {
			numbers = rec[1:]
			if i < len(names) && rec[0] != names[i] {
				return nil, f.fail(line, "", fmt.Sprintf("the name %q before line %d of the matrix", short(rec[0]), i+1), wantName(names, i), nil)
			}
		}
		for j, field := range numbers {
			v, ok := r.entry(field)
			switch {
			case i == j && leftOut(field):
				blank += btoi(field == "")
			case i == j && !ok:
				return nil, f.fail(line, "", fmt.Sprintf("%q in row %d, column %d", short(field), i+1, j+1), r.wantNumber(field)+", - or nothing", nil)
			case field == "":
				return nil, f.fail(line, "", fmt.Sprintf("nothing in row %d, column %d", i+1, j+1), "a number, or inf where there is no road", nil)
			case !ok:
				return nil, f.fail(line, "", fmt.Sprintf("%q in row %d, column %d", short(field), i+1, j+1), r.wantNumber(field)+", or inf where there is no road", nil)
			}
			if want := m.add(i, v); want != "" {
				return nil, f.fail(line, "", fmt.Sprintf("%q in row %d, column %d", short(field), i+1, j+1), want, nil)
			}
		}
		if err := m.row(f, i); err != nil {
			return nil, err
		}
	}
	if bare && blank > 0 && blank < m.n {
		return nil, f.fail(start, "", fmt.Sprintf("%d of %d entries on the diagonal left out", blank, m.n), "all or none of them", nil)
	}
	if !labelled && m.coordinates() {
		return nil, shape(fmt.Sprintf("%d lines of %d numbers, none on the diagonal 0", m.n, m.n))
	}
	if !labelled {
		f.suspect(m, start)
	}
	in, err := f.instance(m, start, entries, "")
	if err == nil && names != nil {
		in.Names = slices.Clone(names)
		err = f.labels("", nil, in.Names, func(i int) (string, int) { return fmt.Sprintf("column %d", i+1), head })
	}
	return in, err
}

// wantName says what should stand before line i of a matrix. What has another name there from the
// first line on may be places whose columns have no names that are known.
func wantName(names []string, i int) string {
	want := fmt.Sprintf("%q, as above its column %d", short(names[i]), i+1)
	if i == 0 {
		want += "; or, for places, a first line that names the columns lat and lon, or x and y"
	}
	return want
}

// squareHead reads the names of the places, if the first line holds them. It returns the
// first line of numbers, whether those begin with a name, which may be known, and its number in the
// file.
func (f *file) squareHead(r *rows, first []string, line int, known bool) (rec, names []string, labelled bool, at int, err error) {
	rec = first
	head := line
	if known || slices.ContainsFunc(first, func(s string) bool { return s != "" && !isNumber(r, s) }) && !mostlyNumbers(r, first) || leftOut(first[0]) && counts(first[1:]) {
		names = first
		if rec, line, err = r.next(); err == io.EOF {
			return nil, nil, false, 0, f.fail(head, "", columnList(first), wantTable, nil)
		} else if err != nil {
			return nil, nil, false, 0, err
		}
		switch {
		case len(rec) == len(first)+1: // no field above the names of the lines
			labelled = true
		case len(rec) != len(first):
			return nil, nil, false, 0, f.fail(line, "", fmt.Sprintf("%d fields", len(rec)), fmt.Sprintf("%d, as in the first line", len(first)), nil)
		default:
			if labelled = known || first[0] == "" || !leftOut(rec[0]) && !isNumber(r, rec[0]) || len(first) > 1 && rec[0] == first[1]; labelled {
				names = first[1:]
			}
		}
		if labelled && len(names) > 0 && rec[0] == names[0] { // a matrix, whatever its entries are
			return rec, names, labelled, line, nil
		}
		numbers := rec[btoi(labelled):]
		for j, field := range numbers {
			if _, ok := r.entry(field); ok || field == "" || j == 0 && leftOut(field) {
				continue
			}
			// Behind a 0, that of the diagonal, the numbers are told of that stand there with
			// the other decimal sign.
			other := &rows{comma: !r.comma}
			if v, ok := other.number(numbers[0]); isNumber(r, field) && (ok && v == 0 || numbers[0] == "") {
				break
			}
			return nil, nil, false, 0, f.fail(head, "", columnList(first), wantTable, nil)
		}
	}
	return rec, names, labelled, line, nil
}

// leftOut reports whether s stands on a diagonal for no number.
func leftOut(s string) bool { return s == "" || s == "-" }

// mostlyNumbers reports whether the first line is that of a matrix rather than of names, though it
// has other text too: it begins with a 0, or a dash as the second has it, which stands on the
// diagonal, and half of it are numbers.
func mostlyNumbers(r *rows, first []string) bool {
	v, ok := r.number(first[0])
	numbers := 0
	for _, s := range first {
		numbers += btoi(isNumber(r, s))
	}
	second := r.ahead[0].fields
	dashes := first[0] == "-" && len(second) > 1 && second[1] == "-"
	return (ok && v == 0 || dashes) && 2*numbers >= len(first)
}

// counts reports whether the fields are 0, 1, 2 ... or 1, 2, 3 ..., as rows and columns are named
// that have no names.
func counts(fields []string) bool {
	if len(fields) == 0 || fields[0] != "0" && fields[0] != "1" {
		return false
	}
	for i, s := range fields {
		if s != strconv.Itoa(i+int(fields[0][0]-'0')) {
			return false
		}
	}
	return true
}

// isNumber reports whether s is an entry, or would be with the other decimal sign: that this is
// wrong is told when it is read.
func isNumber(r *rows, s string) bool {
	_, ok := r.entry(s)
	if !ok {
		_, ok = (&rows{comma: !r.comma}).number(s)
	}
	return ok
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// columnList names columns for an error.
func columnList(first []string) string {
	var b strings.Builder
	b.WriteString("the columns ")
	for i, field := range first {
		if i > 0 {
			b.WriteString(", ")
		}
		if i == 8 {
			b.WriteString("...")
			break
		}
		b.WriteString(strconv.Quote(short(field)))
	}
	if len(first) == 1 {
		return "the one column " + strconv.Quote(short(first[0]))
	}
	return b.String()
}
