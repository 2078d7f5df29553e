package mapfile

import (
	"bufio"
	"fmt"
	"io"
	"strconv"

	"tspmcts/heatmap"
	"tspmcts/tsp"
)

// utsp reads one line of a UTSP file.
type utsp struct {
	*tokens
	tok   []byte // the next, nil at the end of the line
	n     int    // cities
	index []int32
}

// readUTSP reads the line of one instance of a UTSP file: coordinates, the word output
// and a tour, the word indices and k cities for each city (from 1; -1 for none), the
// word value and a number for each of these.
func readUTSP(t *tokens, opt ReadOptions) (*heatmap.Map, error) {
	u := &utsp{tokens: t, tok: t.buf}
	if err := u.find(opt.Index); err != nil {
		return nil, err
	}
	any := func(int, float64) bool { return true }
	coordinates, word, err := u.part("coordinates", any)
	if err != nil {
		return nil, err
	}
	u.n = coordinates / 2
	if coordinates%2 != 0 || word == "" || opt.Index == 0 && coordinates == 0 {
		return nil, t.fail(fmt.Sprintf("%d numbers before %q", coordinates, word), wantMap)
	}
	if found, want := opt.wrongSize(u.n); want != "" {
		return nil, t.fail(found, want)
	}
	for {
		switch word {
		case "output":
			_, word, err = u.part("a tour", any)
		case "indices":
			word, err = u.indices()
		case "value", "values":
			return u.values(opt)
		case "":
			return nil, t.fail("the end of the line", "the word value and the map")
		default:
			return nil, t.fail(fmt.Sprintf("%.40q", word), "a number, or one of the words output, indices, value")
		}
		if err != nil {
			return nil, err
		}
	}
}

// find goes on to the line of an instance, from 0; the first is at hand.
func (u *utsp) find(instance int) error {
	for range instance {
		if err := u.skipLine(); err != nil {
			return err
		}
		tok, err := []byte(nil), error(nil)
		if u.nextLine() {
			tok, err = u.next()
		}
		if err != nil {
			return err
		}
		if tok == nil {
			return u.fail("the end of the file", fmt.Sprintf("the map of instance %d, from 0", instance))
		}
		u.tok = tok
	}
	return nil
}

// part reads what stands before the next word and passes each number to take. It
// returns how many there were, and the word, empty at the end of the line.
func (u *utsp) part(what string, take func(k int, v float64) bool) (count int, word string, err error) {
	for ; u.tok != nil; count++ {
		v, ok := parseEntry(u.tok)
		if !ok {
			word = string(u.tok)
			if u.tok, err = u.inLine(); err != nil {
				return 0, "", err
			}
			return count, word, nil
		}
		if !take(count, v) {
			return 0, "", u.fail(fmt.Sprintf("%.40q", u.tok), fmt.Sprintf("%s, number %d of them", what, count+1))
		}
		if u.tok, err = u.inLine(); err != nil {
			return 0, "", err
		}
	}
	return count, "", nil
}

// indices reads the cities that values belong to, and returns the word after them.
func (u *utsp) indices() (word string, err error) {
	u.index = []int32{}
	_, word, err = u.part(fmt.Sprintf("a city from 1 to %d, or -1", u.n), func(_ int, v float64) bool {
		if v != -1 && !(v >= 1 && v <= float64(u.n) && v == float64(int32(v))) {
			return false
		}
		u.index = append(u.index, int32(v)-1)
		return true
	})
	return word, err
}

// values reads the map: a number for each index, or of a square without.
func (u *utsp) values(opt ReadOptions) (*heatmap.Map, error) {
	n, index := u.n, u.index
	g := heatmap.NewRows(opt.Keep)
	wide := n
	if index != nil {
		if len(index) == 0 || len(index)%n != 0 {
			return nil, u.fail(fmt.Sprintf("%d indices", len(index)), fmt.Sprintf("a multiple of %d", n))
		}
		wide = len(index) / n
	}
	count, _, err := u.part("a finite number", func(k int, v float64) bool {
		if k >= wide*n {
			return true
		}
		j := int32(k % wide)
		if index != nil {
			j = index[k]
		}
		if j >= 0 && !g.Add(j, v) { // -2 is no city: the index was -1
			return false
		}
		if (k+1)%wide == 0 {
			g.End()
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	if count != wide*n {
		return nil, u.fail(fmt.Sprintf("%d values", count), fmt.Sprintf("%d for each of %d cities", wide, n))
	}
	return opt.finish(g, u.name)
}

// WriteUTSP writes m as a UTSP line for the instance in, dense as these files are. tour may be nil.
func WriteUTSP(w io.Writer, m *heatmap.Map, in *tsp.Instance, tour tsp.Tour) error {
	if in.X == nil {
		return fmt.Errorf("mapfile: a UTSP line needs coordinates, and %s has none", in.Name)
	}
	b := bufio.NewWriterSize(w, 1<<16)
	var text []byte
	for i := range in.N() {
		text = append(strconv.AppendFloat(text[:0], in.X[i], 'g', -1, 64), ' ')
		text = append(strconv.AppendFloat(text, in.Y[i], 'g', -1, 64), ' ')
		b.Write(text)
	}
	b.WriteString("output ")
	for k := range tour {
		b.Write(append(strconv.AppendInt(text[:0], int64(tour[k])+1, 10), ' '))
		if k+1 == len(tour) {
			b.Write(append(strconv.AppendInt(text[:0], int64(tour[0])+1, 10), ' '))
		}
	}
	b.WriteString("indices ")
	for i := range in.N() {
		for j := range in.N() {
			if i == j {
				b.WriteString("-1 ")
			} else {
				b.Write(append(strconv.AppendInt(text[:0], int64(j)+1, 10), ' '))
			}
		}
	}
	b.WriteString("value ")
	row := make([]float32, m.N())
	for i := range int32(m.N()) {
		text = appendRow(text[:0], m.Spread(row, i))
		if _, err := b.Write(text); err != nil {
			return err
		}
	}
	b.WriteByte('\n')
	return b.Flush()
}
