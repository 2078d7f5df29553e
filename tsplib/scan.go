package tsplib

import (
	"bytes"
	"io"
	"math"

	"tspmcts/tsp"
)

// binaryPrefix is how much of a file is looked at for bytes that no text has.
const binaryPrefix = 512

// scanner cuts a stream into tokens, with the line that each stands on. Every
// byte up to the blank separates tokens. It holds a buffer, not the file: its
// memory is 64 KB, or twice the longest token or header line.
type scanner struct {
	r        io.Reader
	buf      []byte
	pos, end int   // what is unread: buf[pos:end]
	line     int   // of buf[pos], from 1
	err      error // why there is no more to read; io.EOF mostly
	ends     ends  // how lines end
	name     string
}

// ends is how the lines of a text end, which its first line tells.
type ends uint8

const (
	unknownEnds ends = iota
	lfEnds           // LF, or CRLF, of which the CR is a blank
	crEnds           // CR alone, which becomes LF as it is read
)

func newScanner(r io.Reader, name string) *scanner {
	return &scanner{r: r, buf: make([]byte, 64<<10), line: 1, name: name}
}

// open steps over a byte order mark and refuses what is no text, or nothing.
func (s *scanner) open() error {
	for s.end < binaryPrefix && s.fill() {
	}
	head := s.buf[:min(s.end, binaryPrefix)]
	if isBinary(head) {
		return s.fail(1, "", binaryKind(head), "text: a TSPLIB file or data set lines", ErrBinary)
	}
	if bytes.HasPrefix(head, bom) {
		s.pos = len(bom)
	}
	if _, ok := s.skipSpace(); !ok {
		return s.fail(1, "", "nothing", "a TSPLIB file or data set lines", ErrEmpty)
	}
	return nil
}

// BOM is the byte order mark, which some editors begin a text with and readers pass over.
const BOM = "\xef\xbb\xbf"

var bom = []byte(BOM)

// isBinary reports whether b, the beginning of a file, holds bytes that text has
// not. What follows EOF does not count, nor does the end-of-file character of DOS.
func isBinary(b []byte) bool {
	if bytes.HasPrefix(b, []byte("\xff\xfe")) || bytes.HasPrefix(b, []byte("\xfe\xff")) {
		return true
	}
	if i := bytes.Index(b, []byte("\nEOF")); i >= 0 {
		b = b[:i]
	}
	for _, c := range b {
		if c < '\t' || c > '\r' && c < ' ' && c != 0x1a {
			return true
		}
	}
	return false
}

// binaryKind names what users hand over most.
func binaryKind(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("\x1f\x8b")):
		return "gzip data (unpack it first)"
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return "a zip archive (unpack it first)"
	case bytes.HasPrefix(b, []byte("\xff\xfe")), bytes.HasPrefix(b, []byte("\xfe\xff")):
		return "UTF-16 text (convert it to UTF-8 first)"
	}
	return "binary data"
}

// fill reads more behind buf[pos:end], which moves to the front of the buffer.
// It returns false when there is no more.
func (s *scanner) fill() bool {
	if s.err != nil {
		return false
	}
	if s.pos > 0 {
		s.end = copy(s.buf, s.buf[s.pos:s.end])
		s.pos = 0
	}
	from := s.end
	for range 100 {
		if s.end == len(s.buf) {
			s.buf = append(s.buf, make([]byte, len(s.buf))...)
		}
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		s.err = err
		if n > 0 && s.findEnds(s.buf[from:s.end]) || err != nil {
			return s.end > from
		}
	}
	s.err = io.ErrNoProgress
	return s.end > from
}

// findEnds tells how lines end from what was read new, b, and makes CR that end lines
// to LF. It reports false if b ends with a CR that only the next byte explains.
func (s *scanner) findEnds(b []byte) bool {
	if s.ends == unknownEnds {
		i := bytes.IndexAny(b, "\r\n")
		switch {
		case i < 0:
		case b[i] == '\n':
			s.ends = lfEnds
		case i+1 == len(b) && s.err == nil:
			return false
		case i+1 == len(b) || b[i+1] != '\n':
			s.ends = crEnds
		default:
			s.ends = lfEnds
		}
	}
	if s.ends == crEnds {
		for i, c := range b {
			if c == '\r' {
				b[i] = '\n'
			}
		}
	}
	return true
}

// skipSpace goes to the next token, over line ends, and returns its first byte.
func (s *scanner) skipSpace() (byte, bool) {
	for {
		for i, c := range s.buf[s.pos:s.end] {
			if c > ' ' {
				s.pos += i
				return c, true
			}
			if c == '\n' {
				s.line++
			}
		}
		s.pos = s.end
		if !s.fill() {
			return 0, false
		}
	}
}

// skipBlanks goes to the next token of the same line; false if there is none.
func (s *scanner) skipBlanks() (byte, bool) {
	for {
		for i, c := range s.buf[s.pos:s.end] {
			if c > ' ' || c == '\n' {
				s.pos += i
				return c, c != '\n'
			}
		}
		s.pos = s.end
		if !s.fill() {
			return 0, false
		}
	}
}

// token returns the token that begins at the current byte. It is valid until
// the scanner is used again.
func (s *scanner) token() []byte {
	n := 0
	for {
		for _, c := range s.buf[s.pos+n : s.end] {
			if c <= ' ' {
				tok := s.buf[s.pos : s.pos+n]
				s.pos += n
				return tok
			}
			n++
		}
		if !s.fill() {
			tok := s.buf[s.pos : s.pos+n]
			s.pos += n
			return tok
		}
	}
}

// inLine returns the next token of the same line, nil if there is none.
func (s *scanner) inLine() []byte {
	if _, ok := s.skipBlanks(); !ok {
		return nil
	}
	return s.token()
}

// rest returns what is left of the line, without its end, and goes to the next.
func (s *scanner) rest() []byte {
	n := 0
	for {
		if i := bytes.IndexByte(s.buf[s.pos+n:s.end], '\n'); i >= 0 {
			b := s.buf[s.pos : s.pos+n+i]
			s.pos += n + i + 1
			s.line++
			return b
		}
		n = s.end - s.pos
		if !s.fill() {
			b := s.buf[s.pos : s.pos+n]
			s.pos = s.end
			return b
		}
	}
}

// skipLine goes to the next line without keeping anything of this one.
func (s *scanner) skipLine() {
	for {
		if i := bytes.IndexByte(s.buf[s.pos:s.end], '\n'); i >= 0 {
			s.pos += i + 1
			s.line++
			return
		}
		s.pos = s.end
		if !s.fill() {
			return
		}
	}
}

// broken returns the reader's own error, nil at a plain end of file.
func (s *scanner) broken() error {
	if s.err == nil || s.err == io.EOF {
		return nil
	}
	return &ParseError{Name: s.name, Line: s.line, Err: s.err}
}

// fail returns the error about line; a file that could not be read to its end
// has that error instead, because what is missing may stand there.
func (s *scanner) fail(line int, keyword, found, want string, cause error) error {
	if err := s.broken(); err != nil && s.pos == s.end {
		return err
	}
	return &ParseError{Name: s.name, Line: line, Keyword: keyword, Found: found, Want: want, Err: cause}
}

// startsNumber tells a number from a keyword by its first byte.
func startsNumber(c byte) bool {
	return '0' <= c && c <= '9' || c == '-' || c == '+' || c == '.'
}

// parseInt returns the whole number that tok is, also if written like 6.0e+03.
func parseInt(tok []byte) (int64, bool) {
	digits := tok
	if len(tok) > 1 && tok[0] == '-' {
		digits = tok[1:]
	}
	var v int64
	if len(digits) == 0 || len(digits) > 18 {
		return parseIntegral(tok)
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return parseIntegral(tok)
		}
		v = 10*v + int64(c-'0')
	}
	if len(digits) < len(tok) {
		v = -v
	}
	return v, true
}

func parseIntegral(tok []byte) (int64, bool) {
	v, ok := tsp.ParseDecimal(tok)
	if !ok || v != math.Trunc(v) || math.Abs(v) > 1<<53 {
		return 0, false
	}
	return int64(v), true
}
