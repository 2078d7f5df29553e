package heatmap

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
)

// ReadOptions say what a file must hold.
type ReadOptions struct {
	Cities int // how many cities the map must have; 0 for any number
	Index  int // which map to take, from 0, where the file holds several
	Keep   int // entries to keep of a city's row, the largest; 0 for DefaultKeep
	// Warn is told what of the file was passed over; nil for nobody.
	Warn func(format string, args ...any)
}

func (opt *ReadOptions) warn(format string, args ...any) {
	if opt.Warn != nil {
		opt.Warn(format, args...)
	}
}

// DefaultKeep is how many entries of a row of a matrix are kept.
const DefaultKeep = 50

// wantMap lists what Read reads.
const wantMap = "a heatmap: dense text (n, then n rows of n), UTSP lines (x y ... output ... indices ... value ...), .npy, or one that tspmcts wrote"

// wantOwn is what to do where a file holds fewer maps than there are instances.
const wantOwn = "; where each instance has a file of its own put {} or {i} in the name"

// ErrFormat is what a file that cannot be read as a map wraps.
var ErrFormat = errors.New("no heatmap")

// Read reads one map, in whichever format (package doc: Files). name is for errors, which tell the place.
func Read(r io.Reader, name string, opt ReadOptions) (*Map, error) {
	if opt.Keep <= 0 {
		opt.Keep = DefaultKeep
	}
	b := bufio.NewReaderSize(r, 1<<20)
	head, err := b.Peek(len(sparseMagic))
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	switch {
	case bytes.HasPrefix(head, []byte("\x93NUMPY")):
		return readNPY(b, name, opt)
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

// nextLine goes to the next line; the rest of this one must have been read. It reports false at the end of the file.
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

// parseEntry reads a number. Zeros, which fill dense files, are told without parsing.
func parseEntry(tok []byte) (float64, bool) {
	if len(tok) > 1 && tok[0] == '0' && tok[1] == '.' && len(bytes.TrimLeft(tok[2:], "0")) == 0 {
		return 0, true
	}
	v, err := strconv.ParseFloat(string(tok), 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, false
	}
	return v, true
}

// badEntry says what an entry should have been.
func badEntry(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "a finite number"
	}
	return fmt.Sprintf("a number from %v to %v", -maxEntry, maxEntry)
}

// maxEntry is the largest entry that is taken for a belief and not for a fault; what is
// below minEntry is 0: its halves could not be told apart.
const maxEntry, minEntry float64 = 1e30, 1e-30

// gather builds a map from the rows of a matrix, of each of which it keeps the largest entries.
type gather struct {
	keep  int
	start []int32
	city  []int32
	p     []float32
	row   []rowEntry // descending, of the running row
}

type rowEntry struct {
	p    float64
	city int32
}

func newGather(keep int) *gather { return &gather{keep: keep, start: []int32{0}} }

// rows returns how many rows are complete.
func (g *gather) rows() int { return len(g.start) - 1 }

// add takes the entry of column j of the running row: entries on the diagonal
// are nothing, negative ones count as 0. It reports false for a number that is none.
func (g *gather) add(j int32, p float64) bool {
	if int(j) == g.rows() || p < minEntry && p >= -maxEntry {
		return true
	}
	if !(p > 0 && p <= maxEntry) {
		return false
	}
	if len(g.row) == g.keep {
		if p <= g.row[len(g.row)-1].p {
			return true
		}
		g.row = g.row[:len(g.row)-1]
	}
	at := len(g.row)
	g.row = append(g.row, rowEntry{p, j})
	for ; at > 0 && g.row[at-1].p < p; at-- {
		g.row[at] = g.row[at-1]
	}
	g.row[at] = rowEntry{p, j}
	return true
}

func (g *gather) endRow() {
	for _, e := range g.row {
		g.city = append(g.city, e.city)
		g.p = append(g.p, float32(e.p))
	}
	g.row = g.row[:0]
	g.start = append(g.start, int32(len(g.city)))
}

// finish returns the map: the rows made symmetric and, where an entry is above
// 1, all divided by the mean sum of a row. What is above 1 even so becomes 1.
func (g *gather) finish() *Map {
	m := average("file", g.rows(), func(i int32, add func(int32, float32)) {
		for k := g.start[i]; k < g.start[i+1]; k++ {
			add(g.city[k], g.p[k])
		}
	})
	sum, top := 0.0, float32(0)
	for _, p := range m.P {
		sum += float64(p)
		top = max(top, p)
	}
	if top > 1 {
		factor := float64(m.N()) / sum
		for k := range m.P {
			m.P[k] = float32(min(1, float64(m.P[k])*factor))
			if float64(m.P[k]) < minEntry {
				m.P[k] = 0
			}
		}
	}
	return m
}

// wrongSize returns the error for a map of n cities where another number is wanted, or nil.
func (opt *ReadOptions) wrongSize(n int) error {
	if opt.Cities > 0 && n != opt.Cities {
		return fmt.Errorf("a map of %d cities, want %d", n, opt.Cities)
	}
	if n < 1 || n > math.MaxInt32/2 {
		return fmt.Errorf("a map of %d cities, want 1 to %d", n, math.MaxInt32/2)
	}
	return nil
}
