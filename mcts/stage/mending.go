package stage

// Mending is the work on what is wrong at large, between regions: which cluster follows which. Local
// optima over the ends of the longest edges are recombined, in parts of mostRecombined edges each, which
// follow each other along the curve. A sweep is over all parts of so many of the edges that are longest
// by relative length; which number of edges is next is what brought most of late. After 6 s, two
// workers, four seeds, three boards of chips of several sizes (3000 to 15,000 cities) stand at .071 %
// over the best of these runs, and by length alone at .27; chips of one size and clusters of 1600 to
// 12,000 cities at .015 and .012.
type Mending struct {
	plain
	Sizes   []Mended
	Size    int     // which of them the sweep is of
	Part    int     // of the sweep, next
	PerPart float64 // what one costs
	Over    bool    // there is nothing to recombine, or not for the actions that are left
}

// Mended is what sweeps over so many edges bring.
type Mended struct {
	Edges int
	Tours int // of a population
	Gain  int64
	Cost  float64 // of this sweep, so far
	Rate  float64 // of the last one, length gained per cost
	Swept bool    // there was one
}

// Edges are a hundredth of all at least, or a ninth of that (leastEdges), and a tenth at most. More
// have shorter ones among them, which are mended within regions: of a million cities in clusters, where
// kicks brought 7 a millisecond, a hundredth brought 49, a thirtieth 24, a tenth 11; of a million uniform
// ones 0, 0.4 and 3.
const (
	leastMended = 100
	mostMended  = 10
)

// newMending begins the work.
func (s *Search) newMending() *Mending {
	m := new(Mending)
	n := s.In.N()
	least := leastEdges(n)
	var sizes []int
	if few := least / 3; len(s.bridges) > 0 && (len(s.bridges) <= few || s.nested()) {
		sizes = append(sizes, least/9, few)
	}
	for k := least; k <= n/mostMended; k *= 3 {
		sizes = append(sizes, k)
	}
	for _, k := range sizes {
		m.Sizes = append(m.Sizes, Mended{Edges: k, Tours: min(firstTours, s.Config.Population)})
	}
	return m
}

// leastEdges is the fewest edges of a sweep, but where bridges are few or join groups of groups.
func leastEdges(n int) int { return max(1, min(mostRecombined, n/mostMended), n/leastMended) }

// begin mends over fewer edges than leastEdges, if that is one of the sizes, before there is any other
// work: of groups of groups only the longest edges are between the largest, and bridges of few groups are
// all among them. 33,000 cities in clusters in clusters stand after 1.5, 2 and 3 s (three seeds, over the
// best of these runs) at 1.016 .796 .492 %, and at 2.58 1.78 1.21 without; five instances of outlines
// after .5, 1 and 2 s (four seeds) at .470 .264 .188, and at .727 .525 .332 with a third of the bridges.
func (m *Mending) begin(s *Search) {
	for k := range m.Sizes {
		for m.Sizes[k].Edges < leastEdges(s.In.N()) && !m.Sizes[k].Swept && !m.Over && !s.ended() {
			m.work(s)
		}
	}
}

func (*Mending) name() string { return "mending at large" }

// share is small, since mending brings next to nothing where cities are spread evenly.
func (m *Mending) share() float64 {
	if m.Over || len(m.Sizes) == 0 {
		return 0
	}
	return leastShare / 4
}

// work recombines edges of one part for each worker, of more unless that would take more than a
// small part of the time so far. It is judged when there was a sweep of each size.
func (m *Mending) work(s *Search) bool {
	d := &m.Sizes[m.Size]
	parts := (d.Edges + mostRecombined - 1) / mostRecombined
	most := s.Workers
	if m.PerPart > 0 {
		most = max(most, int(s.Cost()/32/m.PerPart))
	}
	to := min(parts, m.Part+most)
	start, length, used := s.Cost(), s.Tour.Length, s.Used
	s.recombineLongest(d.Edges, true, d.Tours, parts, m.Part, to)
	gain, cost := length-s.Tour.Length, s.Cost()-start
	s.did("recombine", 0, 1, gain, s.Used-used)
	m.Over = s.Used == used && !s.Meter.Check()
	m.PerPart = cost / float64(to-m.Part)
	d.Gain, d.Cost, m.Part = d.Gain+gain, d.Cost+cost, to
	if to == parts {
		m.next(s)
	}
	return m.swept() || s.Between == 0
}

// swept reports whether there was a sweep of each size.
func (m *Mending) swept() bool {
	for _, d := range m.Sizes {
		if !d.Swept {
			return false
		}
	}
	return true
}

// next ends a sweep. The next one is of the size that brought most per cost, one of which nothing is
// known first, and the one behind where none brought anything. Its populations are larger each time.
func (m *Mending) next(s *Search) {
	d := &m.Sizes[m.Size]
	d.Rate, d.Swept = float64(d.Gain)/max(d.Cost, 1e-9), true
	d.Gain, d.Cost, m.Part = 0, 0, 0
	d.Tours = max(d.Tours, min(d.Tours+d.Tours/2, s.Config.Population))
	m.Size = (m.Size + 1) % len(m.Sizes)
	for k := range m.Sizes {
		switch best := &m.Sizes[m.Size]; {
		case !best.Swept:
			return
		case !m.Sizes[k].Swept || m.Sizes[k].Rate > best.Rate:
			m.Size = k
		}
	}
}

func (m *Mending) resume(s *Search) error {
	if m.Size < 0 || m.Size > max(0, len(m.Sizes)-1) || m.Part < 0 {
		return errForeign
	}
	for i := range m.Sizes {
		d := &m.Sizes[i]
		if d.Edges < 1 || d.Edges > s.In.N() || d.Tours < 0 || d.Tours > 1<<16 || m.Part > d.Edges {
			return errForeign
		}
		if s.otherUnit {
			d.Cost, d.Rate = 0, 0
		}
	}
	if s.otherUnit {
		m.PerPart, m.Over = 0, false
	}
	return nil
}
