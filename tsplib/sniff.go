package tsplib

import (
	"bufio"
	"bytes"
	"io"
	"strings"

	"tspmcts/tsp"
)

// Kind is what a file holds.
type Kind uint8

// The kinds of files.
const (
	KindUnknown Kind = iota // text, but none of the others
	KindEmpty
	KindBinary
	KindProblem // for Read, which refuses those of other types
	KindTour    // for ReadTours
	KindLines   // numbers without a header, for ReadNumbers
	KindPlaces  // for package places: CSV, JSON, or a NumPy file
	KindXML     // KML, GPX, HTML and the like, which nothing reads
)

// String returns the kind as messages name it.
func (k Kind) String() string {
	switch k {
	case KindEmpty:
		return "empty file"
	case KindBinary:
		return "binary data"
	case KindProblem:
		return "TSPLIB problem"
	case KindTour:
		return "TSPLIB tour"
	case KindLines:
		return "data set lines"
	case KindPlaces:
		return "places or a matrix"
	case KindXML:
		return "XML"
	}
	return "unknown text"
}

// SniffLen is how much of a file Sniff should see.
const SniffLen = 4096

// maxHeader is how far Detect looks for what tells a tour from a problem: comments may stand above.
const maxHeader = 1 << 20

// Sniff tells what a file holds from its beginning. One with a TOUR_SECTION or TYPE TOUR is a tour,
// and one with any other keyword of TSPLIB is a problem, unless it is the name of a table's first
// column; numbers may stand above it. Other files that begin with a number hold data set lines, or
// what else ReadNumbers reads. JSON, NumPy files and text whose fields are separated by commas,
// semicolons or tabs are for package places; numbers between tabs only where they look like a
// matrix. Other text that begins with < is XML, whatever its separators.
func Sniff(prefix []byte) Kind {
	kind, _ := sniff(prefix)
	return kind
}

// sniff also reports whether that is told: a problem may turn out to be a tour when its type or a
// section is seen, and what begins with blank lines may be anything.
func sniff(all []byte) (kind Kind, told bool) {
	prefix := all[:min(len(all), SniffLen)]
	if bytes.HasPrefix(prefix, []byte("\x93NUMPY")) {
		return KindPlaces, true
	}
	if isBinary(prefix[:min(len(prefix), binaryPrefix)]) {
		return KindBinary, true
	}
	text := bytes.TrimPrefix(all, bom)
	at := bytes.IndexFunc(text, func(c rune) bool { return c > ' ' })
	if at < 0 {
		return KindEmpty, false
	}
	if at >= SniffLen-len(bom) { // blank lines stand above all, of which the last may be that of a table
		rest := text[max(at-SniffLen/2, bytes.LastIndexAny(text[:at], "\r\n")+1):]
		kind, told = sniff(rest)
		return kind, told && len(rest) >= SniffLen
	}
	s := newScanner(bytes.NewReader(text), "")
	c, ok := s.skipSpace()
	if isPlaces(prefix) || !startsNumber(c) && isTable(prefix) {
		return KindPlaces, true
	}
	if c == '<' {
		return KindXML, true
	}
	for ; ok && startsNumber(c); c, ok = s.skipSpace() {
		kind = KindLines
		s.skipLine()
	}
	for ok {
		key := s.keyword()
		switch {
		case key == "TOUR_SECTION":
			return KindTour, true
		case key == "TYPE":
			if strings.EqualFold(string(s.inLine()), "TOUR") {
				return KindTour, true
			}
			return KindProblem, s.pos < s.end // else its value may be cut
		case knownKey[key] && strings.HasSuffix(key, "_SECTION"):
			return KindProblem, true
		case knownKey[key] && key != "EOF":
			kind = KindProblem
		}
		s.skipLine()
		_, ok = s.skipSpace()
	}
	first, _, _ := bytes.Cut(bytes.TrimLeft(bytes.TrimPrefix(prefix, bom), " \r\n"), []byte{'\n'})
	if kind == KindLines && (isMatrix(prefix) || isLabelled(prefix)) || kind == KindUnknown && bytes.ContainsAny(first, ",;\t") || kind == KindLines && bytes.ContainsAny(first, ",;") && !bytes.Contains(first, []byte("output")) {
		return KindPlaces, true // which says what its columns lack
	}
	return kind, kind != KindProblem
}

// isPlaces reports whether text is JSON, a table whose first line names columns, or
// rows of numbers between commas or semicolons.
func isPlaces(text []byte) bool {
	text = bytes.TrimPrefix(text, bom)
	if t := bytes.TrimLeft(text, " \t\r\n"); t[0] == '{' || t[0] == '[' {
		return true
	}
	text = bytes.TrimLeft(text, "\r\n")
	whole := false
	if i := bytes.IndexAny(text, "\r\n"); i >= 0 {
		text, whole = text[:i], true
	}
	numbers, named := true, 0
	fields := bytes.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ';' || c == '\t' })
	for i, field := range fields {
		field = bytes.ToLower(bytes.Trim(bytes.TrimSpace(field), "\""))
		switch string(field) {
		case "lat", "latitude", "lon", "lng", "long", "longitude", "x", "y":
			named++
		case "inf", "null", "nan":
		default:
			_, ok := tsp.ParseDecimal(field)
			numbers = numbers && (ok || !whole && i == len(fields)-1) // which may be cut
		}
	}
	return named >= 2 || numbers && len(fields) > 1 && bytes.ContainsAny(text, ",;")
}

// isTable reports whether text is columns between tabs, the first of which may be called Name, Type
// or Comment, as keywords of TSPLIB are: the second line has as many, or one more where no field
// stands above the names of the lines. Either line may be longer than what is seen.
func isTable(text []byte) bool {
	lines := bytes.FieldsFunc(bytes.TrimPrefix(text, bom), func(c rune) bool { return c == '\r' || c == '\n' })
	tabs := bytes.Count(lines[0], []byte{'\t'})
	if tabs < 2 || bytes.ContainsAny(lines[0], ":=") || bytes.Contains(bytes.ToUpper(text), []byte("_SECTION")) {
		return false
	}
	cut := len(text) == SniffLen && len(lines) <= 2
	if len(lines) == 1 {
		return cut
	}
	more := bytes.Count(lines[1], []byte{'\t'}) - tabs
	return more == 0 || more == 1 || more < 0 && cut
}

// isMatrix reports whether text is what is seen of a square matrix between tabs with 0 on its
// diagonal. Coordinates and data set lines may stand between tabs, too, and three numbers a line
// may be the coordinates of numbered cities.
func isMatrix(text []byte) bool {
	whole := len(text) < SniffLen
	text = bytes.TrimPrefix(text, bom)
	if !whole {
		text = text[:bytes.LastIndexByte(text, '\n')+1] // the last line may be cut
	}
	lines := bytes.Split(bytes.Trim(text, "\r\n"), []byte{'\n'})
	width := 1 + bytes.Count(lines[0], []byte{'\t'})
	if width < 4 || len(lines) < 2 || len(lines) > width || whole && len(lines) != width {
		return false
	}
	for i, line := range lines {
		fields := bytes.Split(line, []byte{'\t'})
		if len(fields) != width {
			return false
		}
		if v, ok := tsp.ParseDecimal(bytes.TrimSpace(fields[i])); !ok || v != 0 {
			return false
		}
	}
	return true
}

// isLabelled reports whether text is what is seen of a matrix between tabs whose rows and columns
// have numbers as names, with no field above those of the rows: the second line begins with the
// first name. Of a line that is longer than what is seen the names have to count up.
func isLabelled(text []byte) bool {
	first, rest, whole := bytes.Cut(bytes.TrimLeft(bytes.TrimPrefix(text, bom), "\r\n"), []byte{'\n'})
	names, ok := bytes.CutPrefix(first, []byte{'\t'})
	if !whole {
		return ok && (bytes.HasPrefix(names, []byte("0\t1\t2\t")) || bytes.HasPrefix(names, []byte("1\t2\t3\t")))
	}
	name, _, _ := bytes.Cut(names, []byte{'\t'})
	return ok && bytes.HasPrefix(rest, append(bytes.TrimSpace(name), '\t'))
}

// Detect sniffs r and returns what to go on reading from: all of r, its beginning included. Where
// SniffLen does not tell, as of a header that is longer, it sees more.
func Detect(r io.Reader) (Kind, io.Reader, error) {
	b := bufio.NewReaderSize(r, SniffLen)
	for n := SniffLen; ; n *= 4 {
		b = bufio.NewReaderSize(b, n)
		prefix, err := b.Peek(n)
		if err != nil && err != io.EOF {
			return KindUnknown, b, err
		}
		if kind, told := sniff(prefix); told || len(prefix) < n || n >= maxHeader {
			return kind, b, nil
		}
	}
}
