package twoopt

import "tspmcts/tsp"

// Tour is a tour as an array with the inverse array beside it: a neighbour costs
// one load, and a k-opt move costs the cities that change position, at most
// n minus the longest stretch that stays together. What a move overwrote goes
// to a log, so that any number of moves is undone exactly.
type Tour struct {
	Order []int32 // city by position
	Pos   []int32 // position by city

	old     []int32 // what the logged writes overwrote, stacked
	writes  []write
	scratch []int32
	changed []write // of arrange
	logging bool
}

// write says that size positions from start on, cyclically, were overwritten.
type write struct{ start, size int32 }

// NewTour returns t as a Tour. It keeps no reference to t.
func NewTour(t tsp.Tour) *Tour {
	n := len(t)
	s := &Tour{Order: make([]int32, n), Pos: make([]int32, n), scratch: make([]int32, n)}
	s.Set(t)
	return s
}

// Set makes s the tour t, of the same number of cities, and forgets the log.
func (s *Tour) Set(t tsp.Tour) {
	copy(s.Order, t)
	for p, c := range s.Order {
		s.Pos[c] = int32(p)
	}
	s.Forget()
}

// Reset makes s the tour 0, 1, ..., n-1, keeping its memory where that suffices.
func (s *Tour) Reset(n int) {
	if cap(s.Order) < n {
		s.Order, s.Pos, s.scratch = make([]int32, n), make([]int32, n), make([]int32, n)
	}
	s.Order, s.Pos, s.scratch = s.Order[:n], s.Pos[:n], s.scratch[:n]
	for i := range s.Order {
		s.Order[i], s.Pos[i] = int32(i), int32(i)
	}
	s.Forget()
}

// Next returns the successor of city c.
func (s *Tour) Next(c int32) int32 {
	p := s.Pos[c] + 1
	if int(p) == len(s.Order) {
		p = 0
	}
	return s.Order[p]
}

// Prev returns the predecessor of city c.
func (s *Tour) Prev(c int32) int32 {
	p := s.Pos[c] - 1
	if p < 0 {
		p += int32(len(s.Order))
	}
	return s.Order[p]
}

// Log turns the undo log on or off. Turning it off forgets what it holds.
func (s *Tour) Log(on bool) {
	s.logging = on
	s.Forget()
}

// Forget empties the log: what was done is done.
func (s *Tour) Forget() {
	s.old = s.old[:0]
	s.writes = s.writes[:0]
}

// Mark returns the present height of the log, for Undo.
func (s *Tour) Mark() int { return len(s.writes) }

// Undo takes back every write since the mark.
func (s *Tour) Undo(mark int) {
	n := int32(len(s.Order))
	for w := len(s.writes) - 1; w >= mark; w-- {
		start, size := s.writes[w].start, s.writes[w].size
		old := s.old[len(s.old)-int(size):]
		s.old = s.old[:len(s.old)-len(old)]
		for len(old) > 0 {
			k := min(n-start, int32(len(old)))
			s.put(start, old[:k])
			old = old[k:]
			start = 0
		}
	}
	s.writes = s.writes[:mark]
}

// put writes cities from position p on; p+len(cities) <= n.
func (s *Tour) put(p int32, cities []int32) {
	order := s.Order[p:]
	order = order[:len(cities)]
	pos := s.Pos
	for i, c := range cities {
		order[i] = c
		pos[c] = p + int32(i)
	}
}

// save logs the contents of size positions from start on.
func (s *Tour) save(start, size int32) {
	n := int32(len(s.Order))
	s.writes = append(s.writes, write{start, size})
	head := min(n-start, size)
	s.old = append(s.old, s.Order[start:start+head]...)
	s.old = append(s.old, s.Order[:size-head]...)
}

// part is a stretch of positions, read upwards from first to last or, when
// back, downwards. size is its number of cities.
type part struct {
	first, size int32 // first is the lowest position (cyclically), whatever the direction
	back        bool
}

// arrange makes the tour read the given parts one after the other. Together
// they must hold every position once. The longest part stays where it is and
// only parts that end up elsewhere, or turned, are rewritten.
func (s *Tour) arrange(parts []part) {
	n := int32(len(s.Order))
	m := len(parts)
	long := 0
	for i := range parts {
		if parts[i].size > parts[long].size {
			long = i
		}
	}
	turn := parts[long].back // then read everything the other way round
	step := 1
	if turn {
		step = m - 1
	}
	at := parts[long].first + parts[long].size
	if at >= n {
		at -= n
	}
	// Gather the new contents of each row of changed parts, log the old.
	buf := s.scratch[:0]
	changed := s.changed[:0]
	open := false
	for i, k := 1, long; i < m; i++ {
		k += step
		if k >= m {
			k -= m
		}
		b := parts[k]
		back := b.back != turn
		if b.first == at && (!back || b.size == 1) {
			open = false
		} else {
			if !open {
				changed = append(changed, write{at, 0})
				open = true
			}
			changed[len(changed)-1].size += b.size
			buf = s.gather(buf, b.first, b.size, back)
		}
		at += b.size
		if at >= n {
			at -= n
		}
	}
	if s.logging {
		for _, r := range changed {
			s.save(r.start, r.size)
		}
	}
	for _, r := range changed {
		head := min(n-r.start, r.size)
		s.put(r.start, buf[:head])
		s.put(0, buf[head:r.size])
		buf = buf[r.size:]
	}
	s.changed = changed
}

// gather appends the contents of a stretch of positions to buf, whose capacity
// suffices.
func (s *Tour) gather(buf []int32, first, size int32, back bool) []int32 {
	n := int32(len(s.Order))
	from := len(buf)
	head := min(n-first, size)
	buf = append(buf, s.Order[first:first+head]...)
	buf = append(buf, s.Order[:size-head]...)
	if back {
		b := buf[from:]
		for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
			b[i], b[j] = b[j], b[i]
		}
	}
	return buf
}

// Reverse turns the path from city a forward to city b, or the rest of the
// tour where that is shorter: as cycles the results are the same.
func (s *Tour) Reverse(a, b int32) {
	n := int32(len(s.Order))
	i, size := s.Pos[a], s.Pos[b]-s.Pos[a]+1
	if size <= 0 {
		size += n
	}
	if 2*size > n {
		i += size
		if i >= n {
			i -= n
		}
		size = n - size
	}
	if s.logging {
		s.save(i, size)
	}
	j := i + size - 1
	if j >= n {
		j -= n
	}
	order, pos := s.Order, s.Pos
	for range size / 2 {
		ci, cj := order[i], order[j]
		order[i], pos[cj] = cj, i
		order[j], pos[ci] = ci, j
		if i++; i == n {
			i = 0
		}
		if j--; j < 0 {
			j += n
		}
	}
}

// Swap3 exchanges three consecutive stretches, of the given sizes, of which the first
// starts at position p, so that they read third, second, first: a double bridge, the
// shortest change of four edges that no sequence of reversals undoes cheaply (Martin,
// Otto, Felten 1991). The sizes are at least 1 and sum to less than n.
func (s *Tour) Swap3(p, size1, size2, size3 int32) {
	n := int32(len(s.Order))
	size := size1 + size2 + size3
	wrap := func(i int32) int32 {
		if i >= n {
			i -= n
		}
		return i
	}
	buf := s.gather(s.scratch[:0], wrap(p+size1+size2), size3, false)
	buf = s.gather(buf, wrap(p+size1), size2, false)
	buf = s.gather(buf, p, size1, false)
	if s.logging {
		s.save(p, size)
	}
	head := min(n-p, size)
	s.put(p, buf[:head])
	s.put(0, buf[head:])
}
