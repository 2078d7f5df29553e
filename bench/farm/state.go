package farm

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"tspmcts/mcts"
)

// state is what a solve has come to after a round, as the beginning of a blob; the tour follows.
type state struct {
	Rounds  int // done
	Elapsed time.Duration
	Actions int64
	Nonce   string // names the rounds' workflows
	Learnt  *mcts.Learnt
}

// keep writes the state, and removes the one before.
func (s *solving) keep(ctx context.Context) error {
	head, err := json.Marshal(state{s.round, s.clock(), s.used, s.nonce, s.learnt})
	if err != nil {
		return err
	}
	data := append(append(head, '\n'), tourBytes(s.tour)...)
	name := fmt.Sprintf("%s%05d-%s", s.folder, s.round, digest(data)[:32])
	if err := s.blobs.put(ctx, name, data); err != nil {
		return err
	}
	if s.last != "" && s.last != name {
		s.blobs.remove(ctx, s.last) // one that stays is never read: the later one is
	}
	s.last = name
	return nil
}

// resume goes on from the latest state that is whole, where there is one.
func (s *solving) resume(ctx context.Context) error {
	names, err := s.blobs.list(ctx, s.folder)
	if err != nil {
		return err
	}
	in := s.in
	for k := len(names) - 1; k >= 0; k-- {
		_, sum, _ := cutLast(names[k], "-")
		data, err := s.blobs.read(ctx, names[k], mostTour)
		if err != nil || len(sum) != 32 || !strings.HasPrefix(digest(data), sum) {
			continue
		}
		head, rest, _ := bytes.Cut(data, []byte("\n"))
		var st state
		if decode(head, &st) != nil {
			continue
		}
		tour, err := tourOf(rest)
		if err == nil {
			err = in.Check(tour)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", names[k], err)
		}
		s.warn("%s: goes on after round %d", s.run.Item.Name, st.Rounds)
		s.tour = tour
		s.round, s.before, s.used, s.nonce, s.learnt, s.last = st.Rounds, st.Elapsed, st.Actions, st.Nonce, st.Learnt, names[k]
		return nil
	}
	s.nonce = strings.ToLower(rand.Text())[:12]
	return nil
}
