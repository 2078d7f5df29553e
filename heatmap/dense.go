package heatmap

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
)

// readDense reads n rows of n numbers, a row a line. Memory is that of the entries kept.
func readDense(t *tokens, n int, opt ReadOptions) (*Map, error) {
	if err := opt.wrongSize(n); err != nil {
		return nil, t.fail(err.Error(), "the number of cities")
	}
	if opt.Index > 0 {
		return nil, t.fail("one map", fmt.Sprintf("number %d of several, from 0", opt.Index))
	}
	g := newGather(opt.Keep)
	for g.rows() < n {
		tok, err := t.next()
		if err != nil {
			return nil, err
		}
		if tok == nil {
			return nil, t.fail(fmt.Sprintf("the end of the file after %d rows", g.rows()), fmt.Sprintf("%d", n))
		}
		column := 0
		for ; tok != nil; column++ {
			v, ok := parseEntry(tok)
			if column < n && (!ok || !g.add(int32(column), v)) {
				return nil, t.fail(fmt.Sprintf("%.40q", tok), fmt.Sprintf("a finite number, row %d, column %d", g.rows()+1, column+1))
			}
			if tok, err = t.inLine(); err != nil {
				return nil, err
			}
		}
		if column != n {
			return nil, t.fail(fmt.Sprintf("%d numbers", column), fmt.Sprintf("%d, row %d", n, g.rows()+1))
		}
		g.endRow()
	}
	tok, err := t.next()
	if err != nil {
		return nil, err
	}
	if tok != nil {
		return nil, t.fail(fmt.Sprintf("%.40q", tok), fmt.Sprintf("the end of the file after %d rows", n))
	}
	return g.finish(), nil
}

// WriteDense writes m as dense text: n, then n rows of n numbers.
func WriteDense(w io.Writer, m *Map) error {
	b := bufio.NewWriterSize(w, 1<<16)
	fmt.Fprintf(b, "%d\n", m.N())
	row := make([]float32, m.N())
	var text []byte
	for i := range int32(m.N()) {
		text = appendRow(text[:0], m.spread(row, i))
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

// spread writes city i's row of n numbers to row.
func (m *Map) spread(row []float32, i int32) []float32 {
	clear(row)
	cities, ps := m.Of(i)
	for k, j := range cities {
		row[j] = ps[k]
	}
	return row
}
