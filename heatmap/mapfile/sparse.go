package mapfile

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"math"
	"slices"

	"tspmcts/heatmap"
)

const sparseMagic = "tspmcts heatmap 1\n"

// Write writes m in the sparse format: the magic line, the source and a line
// end, then n and for each city the number of its entries and the entries in
// their order. An entry is the other city less this one, zigzag, and where that is the
// higher one the probability, a little-endian float32: the other direction has
// the same. At the end comes the CRC-32 (IEEE) of all that. Integers are varints.
func Write(w io.Writer, m *heatmap.Map) error {
	sum := crc32.NewIEEE()
	b := bufio.NewWriterSize(io.MultiWriter(w, sum), 1<<16)
	b.WriteString(sparseMagic)
	for _, c := range m.Source {
		if c < ' ' {
			c = ' '
		}
		b.WriteRune(c)
	}
	raw := binary.AppendUvarint([]byte{'\n'}, uint64(m.N()))
	for i := range int32(m.N()) {
		cities, ps := m.Of(i)
		raw = binary.AppendUvarint(raw, uint64(len(cities)))
		for k, j := range cities {
			raw = binary.AppendVarint(raw, int64(j-i))
			if j > i {
				raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(ps[k]))
			}
		}
		if _, err := b.Write(raw); err != nil {
			return err
		}
		raw = raw[:0]
	}
	if err := b.Flush(); err != nil {
		return err
	}
	_, err := w.Write(binary.LittleEndian.AppendUint32(nil, sum.Sum32()))
	return err
}

// summed hashes what is read from it byte by byte.
type summed struct {
	r   *bufio.Reader
	sum hash.Hash32
	one [1]byte
}

func (s *summed) ReadByte() (byte, error) {
	c, err := s.r.ReadByte()
	if err == nil {
		s.one[0] = c
		s.sum.Write(s.one[:])
	}
	return c, err
}

// readSparse reads what Write wrote. Memory grows with what is there, not with what a broken file claims.
func readSparse(b *bufio.Reader, name string, opt ReadOptions) (*heatmap.Map, error) {
	s := &summed{r: b, sum: crc32.NewIEEE()}
	city := -1
	fail := func(format string, args ...any) error {
		place := "the head"
		if city >= 0 {
			place = fmt.Sprintf("city %d", city+1)
		}
		return fmt.Errorf("%s: %s: %s (%w)", name, place, fmt.Sprintf(format, args...), ErrFormat)
	}
	ended := func(err error) error {
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return fail("the file ends here")
		}
		return fail("%v", err)
	}
	if opt.Index > 0 {
		return nil, fail("found one map, want number %d of several, from 0%s", opt.Index, wantOwn)
	}
	for range sparseMagic {
		s.ReadByte()
	}
	m := &heatmap.Map{Start: []int32{0}}
	var source []byte
	for {
		c, err := s.ReadByte()
		if err != nil {
			return nil, ended(err)
		}
		if c == '\n' {
			break
		}
		if source = append(source, c); len(source) > 1<<16 {
			return nil, fail("the source has no end")
		}
	}
	m.Source = string(source)
	count, err := binary.ReadUvarint(s)
	if err != nil {
		return nil, ended(err)
	}
	n := int(min(count, math.MaxInt32))
	if err := opt.wrongSize(n); err != nil {
		return nil, fail("found %v", err)
	}
	var higher int // entries whose other direction is still to come
	for i := range int32(n) {
		city = int(i)
		entries, err := binary.ReadUvarint(s)
		if err != nil {
			return nil, ended(err)
		}
		if entries >= uint64(n) {
			return nil, fail("found %d entries, want fewer than %d", entries, n)
		}
		from := len(m.City)
		for range entries {
			delta, err := binary.ReadVarint(s)
			if err != nil {
				return nil, ended(err)
			}
			if delta == 0 || delta < -int64(i) || delta >= int64(n)-int64(i) {
				return nil, fail("found an entry %d cities on, which is no other city", delta)
			}
			j := i + int32(delta)
			var p float32
			if j > i {
				var raw [4]byte
				for k := range raw {
					if raw[k], err = s.ReadByte(); err != nil {
						return nil, ended(err)
					}
				}
				p = math.Float32frombits(binary.LittleEndian.Uint32(raw[:]))
				higher++
			} else {
				row := m.City[m.Start[j]:m.Start[j+1]]
				at := slices.Index(row, i)
				if at < 0 {
					return nil, fail("found city %d in its row, but not the other way", j+1)
				}
				p = m.P[int(m.Start[j])+at]
				higher--
			}
			if !(p >= 0 && p <= 1) {
				return nil, fail("found the probability %v, want 0 to 1", p)
			}
			if at := len(m.P); at > from && p > m.P[at-1] {
				return nil, fail("found %v after %v, want descending probabilities", p, m.P[at-1])
			}
			if slices.Contains(m.City[from:], j) {
				return nil, fail("found city %d twice", j+1)
			}
			if len(m.City) == math.MaxInt32 {
				return nil, fail("found more than %d entries", math.MaxInt32)
			}
			m.City = append(m.City, j)
			m.P = append(m.P, p)
		}
		m.Start = append(m.Start, int32(len(m.City)))
	}
	if higher != 0 {
		return nil, fail("%d entries lack the other direction", higher)
	}
	want := s.sum.Sum32()
	var raw [4]byte
	if _, err := io.ReadFull(b, raw[:]); err != nil {
		return nil, ended(err)
	}
	if got := binary.LittleEndian.Uint32(raw[:]); got != want {
		return nil, fail("the checksum does not fit: the file is damaged")
	}
	if _, err := b.ReadByte(); err != io.EOF {
		return nil, fail("found more after the end")
	}
	return m, nil
}
