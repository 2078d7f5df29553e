package stage

import "encoding/gob"

// New returns the search before its first stage, nil when the budget ended already.
func New(t Task) *Search {
	s := &Search{Task: t}
	if !s.begin() || !s.makeFirst() {
		return nil
	}
	s.stage = s.plan()
	return s
}

// plan returns the stage that a search begins with. The package's documentation has
// the plans as a table.
func (s *Search) plan() Stage {
	if s.Config.Fresh {
		return new(Simulating)
	}
	if s.Onward != nil && s.Config.Population > 0 {
		return s.newImproving(0)
	}
	return new(Descending)
}

// next returns the stage that follows the one that is over, nil where none does.
func (s *Search) next() Stage {
	switch over := s.stage.(type) {
	case *Descending:
		if s.Config.Population == 0 {
			return s.newKicking()
		}
		return s.newImproving(s.Cost() - over.Begun)
	case *Kicking:
		return s.newJoining(over.Own)
	case *Joining:
		return s.kickJoined()
	}
	return nil
}

// Stages and operators, which checkpoints hold by the names of their types.
func init() {
	gob.Register(new(Simulating))
	gob.Register(new(Descending))
	gob.Register(new(Kicking))
	gob.Register(new(Joining))
	gob.Register(new(Improving))
	gob.Register(new(Kicks))
	gob.Register(new(Mending))
	gob.Register(new(Regions))
	gob.Register(new(Whole))
}

// Descend carries out the stage of that name, where the search is at it.
func (s *Search) Descend(save func()) {
	for going := true; going; {
		if _, going = s.stage.(*Descending); going {
			going = s.advance(save)
		}
	}
}

// Run carries out stage after stage until the budget ends. Between two steps the
// whole state may be saved. It is from here on that a search may stall: descending ends with the
// first tour that others can be held against.
func (s *Search) Run(save func()) {
	for !s.Meter.Stalled() && s.advance(save) {
	}
}

// advance carries out a step, and reports whether there may be another.
func (s *Search) advance(save func()) bool {
	if s.stage == nil || s.ended() {
		return false
	}
	save()
	s.Meter.Stage(s.stage.name())
	over := s.stage.step(s)
	if s.cut = s.Meter.Check(); over && !s.cut {
		s.stage = s.next()
	}
	return true
}

// Resumable reports whether a search that goes on from here is the same: not from the middle of a
// step, where actions are the budget. Of others no two are the same anyway.
func (s *Search) Resumable() bool { return !s.cut || s.Meter.Budget().Actions == 0 }
