package stage

// Mending is the work on what is wrong at large, between regions: which cluster follows which. Local
// optima over the ends of the longest edges are recombined, of mostRecombined edges together, which
// follow each other along the curve.
type Mending struct {
	plain
	Edges   int     // to recombine next; 0 before the first
	Tours   int     // of a population
	PerEdge float64 // what one costs
	Over    bool    // there is nothing to recombine, or not for the actions that are left
}

// Edges are a hundredth of all at least, and a tenth at most. More have shorter ones among them,
// which are mended within regions: of a million cities in clusters, where kicks brought 7 a
// millisecond, a hundredth brought 49, a thirtieth 24, a tenth 11; of a million uniform ones 0, 0.4
// and 3.
const (
	leastMended = 100
	mostMended  = 10
)

func (*Mending) name() string { return "mending at large" }

// share is small, since mending brings next to nothing where cities are spread evenly.
func (m *Mending) share() float64 {
	if m.Over {
		return 0
	}
	return leastShare / 4
}

// work recombines edges, three times as many as the last time unless that would take more than a
// small part of the time so far.
func (m *Mending) work(s *Search) bool {
	n := s.In.N()
	least := max(mostRecombined, n/leastMended)
	if m.Edges *= 3; m.Edges < least || m.Edges > n/mostMended || float64(m.Edges)*m.PerEdge > s.Cost()/32 {
		m.Edges = least
		m.Tours = max(firstTours, min(m.Tours+m.Tours/2, s.Config.Population))
	}
	start, length, used := s.Cost(), s.Tour.Length, s.Used
	s.recombineLongest(m.Edges, m.Tours, m.Edges/mostRecombined)
	s.did("recombine", 0, 1, length-s.Tour.Length, s.Used-used)
	m.Over = s.Used == used && !s.Meter.Check()
	m.PerEdge = (s.Cost() - start) / float64(m.Edges)
	return true
}

func (m *Mending) resume(s *Search) error {
	if m.Tours < 0 || m.Tours > 1<<16 {
		return errForeign
	}
	if s.otherUnit {
		m.PerEdge, m.Over = 0, false
	}
	return nil
}
