package mapfile

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"tspmcts/heatmap"
)

// readDense reads n rows of n numbers, a row a line. Memory is that of the entries kept.
func readDense(t *tokens, n int, opt ReadOptions) (*heatmap.Map, error) {
	if found, want := opt.wrongSize(n); want != "" {
		return nil, t.fail(found, want)
	}
	if opt.Index > 0 {
		return nil, t.fail("one map", fmt.Sprintf("number %d of several, from 0%s", opt.Index, wantOwn))
	}
	g := heatmap.NewRows(opt.Keep)
	for g.Len() < n {
		tok, err := t.next()
		if err != nil {
			return nil, err
		}
		if tok == nil {
			return nil, t.fail(fmt.Sprintf("the end of the file after %d rows", g.Len()), fmt.Sprintf("%d", n))
		}
		column := 0
		for ; tok != nil; column++ {
			v, ok := parseEntry(tok)
			if column < n && (!ok || !g.Add(int32(column), v)) {
				want := "a finite number"
				if ok {
					want = badEntry(v)
				}
				return nil, t.fail(fmt.Sprintf("%.40q", tok), fmt.Sprintf("%s, row %d, column %d", want, g.Len()+1, column+1))
			}
			if tok, err = t.inLine(); err != nil {
				return nil, err
			}
		}
		if column != n {
			return nil, t.fail(fmt.Sprintf("%d numbers", column), fmt.Sprintf("%d, row %d", n, g.Len()+1))
		}
		g.End()
	}
	tok, err := t.next()
	if err != nil {
		return nil, err
	}
	if tok != nil && !isWord(tok) {
		return nil, t.fail(fmt.Sprintf("%.40q", tok), fmt.Sprintf("the end of the file after %d rows", n))
	}
	if tok != nil { // statistics of the paper's own program
		opt.warn("%s:%d: the text behind the %d rows, from %.40q on, is skipped", t.name, t.line, n, tok)
	}
	return opt.finish(g, t.name)
}

// readHeaded reads dense text below lines "KEYWORD: value", of which DIMENSION counts. n may
// stand again, alone on a line above the rows.
func readHeaded(t *tokens, opt ReadOptions) (*heatmap.Map, error) {
	n, from := 0, t.line
	var keys []string
	tok := t.buf
	for tok != nil && isWord(tok) && len(keys) < 100 {
		text, err := t.rest()
		if err != nil {
			return nil, err
		}
		key, value, ok := strings.Cut(text, ":")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if !ok && keys == nil {
			return nil, t.fail(fmt.Sprintf("%.40q", text), wantMap)
		}
		if strings.EqualFold(key, "DIMENSION") {
			if n, err = strconv.Atoi(value); err != nil || n < 1 {
				return nil, t.fail(fmt.Sprintf("%.40q", text), "DIMENSION: the number of cities")
			}
		}
		keys = append(keys, key)
		if tok = nil; t.nextLine() {
			if tok, err = t.next(); err != nil {
				return nil, err
			}
		}
	}
	if n == 0 || tok == nil {
		return nil, t.fail(fmt.Sprintf("%.100q", strings.Join(keys, ", ")), "a line DIMENSION: n among them, and n rows of n numbers below")
	}
	opt.warn("%s:%d: of the lines %.100q above the map only DIMENSION is used", t.name, from, strings.Join(keys, ", "))
	if k, err := strconv.Atoi(string(tok)); err != nil || k != n || n == 1 || !t.atEnd() {
		t.again = true
	}
	return readDense(t, n, opt)
}

// WriteDense writes m as dense text: n, then n rows of n numbers.
func WriteDense(w io.Writer, m *heatmap.Map) error {
	b := bufio.NewWriterSize(w, 1<<16)
	fmt.Fprintf(b, "%d\n", m.N())
	row := make([]float32, m.N())
	var text []byte
	for i := range int32(m.N()) {
		text = appendRow(text[:0], m.Spread(row, i))
		if _, err := b.Write(append(text[:len(text)-1], '\n')); err != nil {
			return err
		}
	}
	return b.Flush()
}

// appendRow appends numbers with a blank after each.
func appendRow(text []byte, row []float32) []byte {
	for _, p := range row {
		if p == 0 {
			text = append(text, '0', ' ')
			continue
		}
		text = append(strconv.AppendFloat(text, float64(p), 'g', -1, 32), ' ')
	}
	return text
}
