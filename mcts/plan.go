package mcts

import "encoding/gob"

// plan returns the stage that a search begins with. The package's documentation has
// the plans as a table.
func (s *search) plan() stage {
	if s.cfg.Restart == "fresh" {
		return new(simulating)
	}
	if s.onward != nil && s.cfg.Population > 0 {
		return s.newImproving()
	}
	return new(descending)
}

// next returns the stage that follows the one that is over, nil where none does.
func (s *search) next() stage {
	switch over := s.stage.(type) {
	case *descending:
		if s.cfg.Population == 0 {
			return s.newKicking()
		}
		return s.newImproving()
	case *kicking:
		return s.newJoining(over.Own)
	case *joining:
		return s.kickJoined()
	}
	return nil
}

func init() {
	for _, part := range []any{&simulating{}, &descending{}, &kicking{}, &joining{}, &improving{}, &kicks{}, &regions{}, &whole{}} {
		gob.Register(part)
	}
}

// run carries out stage after stage until the budget ends. Between two steps the
// whole state may be saved.
func (s *search) run(save func()) {
	for s.stage != nil {
		save()
		if s.ended() {
			return
		}
		s.meter.Stage(s.stage.name())
		if s.stage.step(s) {
			s.stage = s.next()
		}
	}
}
