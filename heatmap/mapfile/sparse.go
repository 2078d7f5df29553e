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

// sparse reads the sparse format.
type sparse struct {
	summed
	name   string
	m      *heatmap.Map
	city   int // that is being read, for messages; -1 in the head
	higher int // entries whose other direction is still to come
}

func (s *sparse) fail(format string, args ...any) error {
	place := "the head"
	if s.city >= 0 {
		place = fmt.Sprintf("city %d", s.city+1)
	}
	return fmt.Errorf("%s: %s: %s (%w)", s.name, place, fmt.Sprintf(format, args...), ErrFormat)
}

func (s *sparse) ended(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return s.fail("the file ends here")
	}
	return s.fail("%v", err)
}

// readSparse reads what Write wrote. Memory grows with what is there, not with what a broken file
// claims.
func readSparse(b *bufio.Reader, name string, opt ReadOptions) (*heatmap.Map, error) {
	s := &sparse{summed: summed{r: b, sum: crc32.NewIEEE()}, name: name, m: &heatmap.Map{Start: []int32{0}}, city: -1}
	n, err := s.head(opt)
	if err != nil {
		return nil, err
	}
	for i := range int32(n) {
		s.city = int(i)
		if err := s.row(i, int32(n)); err != nil {
			return nil, err
		}
	}
	if s.higher != 0 {
		return nil, s.fail("%d entries lack the other direction", s.higher)
	}
	want := s.sum.Sum32()
	var raw [4]byte
	if _, err := io.ReadFull(b, raw[:]); err != nil {
		return nil, s.ended(err)
	}
	if got := binary.LittleEndian.Uint32(raw[:]); got != want {
		return nil, s.fail("the checksum does not fit: the file is damaged")
	}
	if _, err := b.ReadByte(); err != io.EOF {
		return nil, s.fail("found more after the end")
	}
	return s.m, nil
}

// head reads what stands before the first row and returns the number of cities.
func (s *sparse) head(opt ReadOptions) (int, error) {
	if opt.Index > 0 {
		return 0, s.fail("found one map, want number %d of several, from 0%s", opt.Index, wantOwn)
	}
	for range sparseMagic {
		s.ReadByte()
	}
	var source []byte
	for {
		c, err := s.ReadByte()
		if err != nil {
			return 0, s.ended(err)
		}
		if c == '\n' {
			break
		}
		if source = append(source, c); len(source) > 1<<16 {
			return 0, s.fail("the source has no end")
		}
	}
	s.m.Source = string(source)
	count, err := binary.ReadUvarint(s)
	if err != nil {
		return 0, s.ended(err)
	}
	n := int(min(count, math.MaxInt32))
	if found, want := opt.wrongSize(n); want != "" {
		return 0, s.fail("found %s, want %s", found, want)
	}
	return n, nil
}

// row reads the entries of city i of n.
func (s *sparse) row(i, n int32) error {
	m := s.m
	entries, err := binary.ReadUvarint(s)
	if err != nil {
		return s.ended(err)
	}
	if entries >= uint64(n) {
		return s.fail("found %d entries, want fewer than %d", entries, n)
	}
	from := len(m.City)
	for range entries {
		j, p, err := s.entry(i, n)
		if err != nil {
			return err
		}
		if !(p >= 0 && p <= 1) {
			return s.fail("found the probability %v, want 0 to 1", p)
		}
		if at := len(m.P); at > from && p > m.P[at-1] {
			return s.fail("found %v after %v, want descending probabilities", p, m.P[at-1])
		}
		if slices.Contains(m.City[from:], j) {
			return s.fail("found city %d twice", j+1)
		}
		if len(m.City) == math.MaxInt32 {
			return s.fail("found more than %d entries", math.MaxInt32)
		}
		m.City = append(m.City, j)
		m.P = append(m.P, p)
	}
	m.Start = append(m.Start, int32(len(m.City)))
	return nil
}

// entry reads one entry of city i of n: the other city, and the probability, which
// stands with the lower city of the two.
func (s *sparse) entry(i, n int32) (j int32, p float32, err error) {
	delta, err := binary.ReadVarint(s)
	if err != nil {
		return 0, 0, s.ended(err)
	}
	if delta == 0 || delta < -int64(i) || delta >= int64(n)-int64(i) {
		return 0, 0, s.fail("found an entry %d cities on, which is no other city", delta)
	}
	j = i + int32(delta)
	if j > i {
		var raw [4]byte
		for k := range raw {
			if raw[k], err = s.ReadByte(); err != nil {
				return 0, 0, s.ended(err)
			}
		}
		s.higher++
		return j, math.Float32frombits(binary.LittleEndian.Uint32(raw[:])), nil
	}
	m := s.m
	at := slices.Index(m.City[m.Start[j]:m.Start[j+1]], i)
	if at < 0 {
		return 0, 0, s.fail("found city %d in its row, but not the other way", j+1)
	}
	s.higher--
	return j, m.P[int(m.Start[j])+at], nil
}
