package mapfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"tspmcts/heatmap"
	"tspmcts/tsp"
	"tspmcts/tsp/npy"
)

// ReadOptions say what a file must hold.
type ReadOptions struct {
	Cities int // how many cities the map must have; 0 for any number
	Index  int // which map to take, from 0, where the file holds several
	Keep   int // entries to keep of a city's row, the largest; 0 for heatmap.DefaultKeep
	// Directed keeps the beliefs in both directions of an edge apart: the map is one of exits and
	// entries (heatmap.Rows). Formats that hold symmetric maps only are refused.
	Directed bool
	// Warn is told what of the file was passed over; nil for nobody.
	Warn func(format string, args ...any)
}

// finish makes the map of the rows that were read.
func (opt *ReadOptions) finish(g *heatmap.Rows, name string) (*heatmap.Map, error) {
	if err := g.Check(); err != nil {
		return nil, fmt.Errorf("%s: %w (%w)", name, err, ErrFormat)
	}
	if opt.Directed {
		return g.Directed("file"), nil
	}
	return g.Map("file"), nil
}

func (opt *ReadOptions) warn(format string, args ...any) {
	if opt.Warn != nil {
		opt.Warn(format, args...)
	}
}

// wantMap lists what Read reads.
const wantMap = "a heatmap: dense text (n, then n rows of n), UTSP lines (x y ... output ... indices ... value ...), .npy, or one that tspmcts wrote"

// wantOwn is what to do where a file holds fewer maps than there are instances.
const wantOwn = "; where each instance has a file of its own put {} or {i} in the name"

// ErrFormat is what a file that cannot be read as a map wraps.
var ErrFormat = errors.New("no heatmap")

// Read reads one map, in whichever format (package doc). name is for errors, which tell the place.
func Read(r io.Reader, name string, opt ReadOptions) (*heatmap.Map, error) {
	if opt.Keep <= 0 {
		opt.Keep = heatmap.DefaultKeep
	}
	b := bufio.NewReaderSize(r, 1<<20)
	if mark, _ := b.Peek(3); string(mark) == "\xef\xbb\xbf" { // a byte order mark
		b.Discard(3)
	}
	head, err := b.Peek(len(sparseMagic))
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	switch {
	case bytes.HasPrefix(head, []byte(npy.Magic)):
		return readNPY(b, name, opt)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte{0x80}):
		return nil, fmt.Errorf("%s: found an archive (.npz, .pt) or a pickle, want a .npy file: numpy.save of the matrix in it writes one (%w)", name, ErrFormat)
	case string(head) == sparseMagic && opt.Directed:
		return nil, fmt.Errorf("%s:1: found a map that believes the same in both directions, want a matrix: dense text, UTSP lines or .npy: %w", name, ErrFormat)
	case string(head) == sparseMagic:
		return readSparse(b, name, opt)
	}
	t := &tokens{r: b, name: name, line: 1}
	first, err := t.next()
	if err != nil {
		return nil, err
	}
	if first == nil {
		return nil, t.fail("the end of the file", "a heatmap")
	}
	if _, number := parseEntry(first); !number && isWord(first) {
		return readHeaded(t, opt)
	}
	if n, err := strconv.Atoi(string(first)); err == nil && t.atEnd() {
		return readDense(t, n, opt)
	}
	return readUTSP(t, opt)
}

// isWord reports whether a token begins with a letter, as text does.
func isWord(tok []byte) bool {
	c := tok[0] | 0x20
	return 'a' <= c && c <= 'z'
}

// tokens reads words and numbers, and knows where they stand.
type tokens struct {
	r      *bufio.Reader
	name   string
	line   int  // of the last token
	broken bool // the line was read to its end
	buf    []byte
	again  bool // the token is to be returned once more
}

const maxToken = 100 // characters

// next returns the next token of the file, nil at its end. It is valid until the next call.
func (t *tokens) next() ([]byte, error) {
	for {
		tok, err := t.inLine()
		if tok != nil || err != nil {
			return tok, err
		}
		if !t.nextLine() {
			return nil, nil
		}
	}
}

// inLine returns the next token of the line, nil at its end.
func (t *tokens) inLine() ([]byte, error) {
	if t.again {
		t.again = false
		return t.buf, nil
	}
	t.buf = t.buf[:0]
	if t.broken {
		return nil, nil
	}
	for {
		c, err := t.r.ReadByte()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", t.name, t.line, err)
		}
		if c == '\r' && t.lone() {
			c = '\n'
		}
		if c == '\n' {
			t.broken = true
			break
		}
		if c == ' ' || c == '\t' || c == '\r' || c == ',' {
			if len(t.buf) > 0 {
				break
			}
			continue
		}
		if len(t.buf) == maxToken {
			return nil, t.fail(fmt.Sprintf("%.20q...", t.buf), "numbers")
		}
		t.buf = append(t.buf, c)
	}
	if len(t.buf) == 0 {
		return nil, nil
	}
	return t.buf, nil
}

// rest returns the line from the last token on, of what is long the beginning.
func (t *tokens) rest() (string, error) {
	text := string(t.buf)
	for {
		tok, err := t.inLine()
		if err != nil || tok == nil {
			return text, err
		}
		if len(text) < 4*maxToken {
			text += " " + string(tok)
		}
	}
}

// lone reports whether the CR that was just read ends a line by itself: no line end follows.
func (t *tokens) lone() bool {
	next, _ := t.r.Peek(1)
	return len(next) == 1 && next[0] != '\n' && next[0] != '\r' && next[0] != ' ' && next[0] != '\t'
}

// nextLine goes to the next line; the rest of this one must have been read. It reports false at the
// end of the file.
func (t *tokens) nextLine() bool {
	if !t.broken {
		return false
	}
	t.broken = false
	t.line++
	return true
}

// skipLine passes over the rest of the line.
func (t *tokens) skipLine() error {
	for !t.broken {
		_, err := t.r.ReadSlice('\n')
		switch err {
		case nil:
			t.broken = true
			return nil
		case bufio.ErrBufferFull:
		case io.EOF:
			return nil
		default:
			return fmt.Errorf("%s:%d: %w", t.name, t.line, err)
		}
	}
	return nil
}

// atEnd reports whether nothing but blanks follows in the line.
func (t *tokens) atEnd() bool {
	if t.broken {
		return true
	}
	for {
		c, err := t.r.ReadByte()
		if err != nil {
			return err == io.EOF
		}
		if c == '\n' || c == '\r' && t.lone() {
			t.broken = true
			return true
		}
		if c != ' ' && c != '\t' && c != '\r' && c != ',' {
			t.r.UnreadByte()
			return false
		}
	}
}

func (t *tokens) fail(found, want string) error {
	return fmt.Errorf("%s:%d: found %s, want %s (%w)", t.name, t.line, found, want, ErrFormat)
}

// parseEntry reads a number, be it NaN or infinite, which is told as such. Zeros, which fill dense files, are told without parsing.
func parseEntry(tok []byte) (float64, bool) {
	if len(tok) > 1 && tok[0] == '0' && tok[1] == '.' && len(bytes.TrimLeft(tok[2:], "0")) == 0 {
		return 0, true
	}
	if v, ok := tsp.ParseDecimal(tok); ok {
		return v, true
	}
	v, _ := strconv.ParseFloat(string(tok), 64)
	return v, math.IsNaN(v) || math.IsInf(v, 0)
}

// badEntry says what an entry should have been.
func badEntry(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "a finite number"
	}
	return fmt.Sprintf("a number from %v to %v", -heatmap.MaxEntry, heatmap.MaxEntry)
}

// wrongSize returns what a map of n cities is and what is wanted, the latter "" where it is that.
func (opt *ReadOptions) wrongSize(n int) (found, want string) {
	if opt.Cities > 0 && n != opt.Cities {
		want = strconv.Itoa(opt.Cities)
	} else if n < 1 || n > math.MaxInt32/2 {
		want = fmt.Sprintf("1 to %d", math.MaxInt32/2)
	}
	return fmt.Sprintf("a map of %d cities", n), want
}
