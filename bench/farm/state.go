package farm

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"gocloud.dev/gcerrors"

	"tspmcts/mcts"
)

// state is what a solve has come to after a round, as the beginning of a blob; the tour follows.
type state struct {
	Rounds  int // done
	Elapsed time.Duration
	Actions int64
	Nonce   string // names the rounds' workflows
	Learnt  *mcts.Learnt
	Next    planned
}

// planned is a round as it was planned. It is written before the round begins: a client that comes
// back finds that round under way, however many slots and however much time there are by then, and
// can make something of its results only with the searches that it is of.
type planned struct {
	Slots   int           // 0 before anything is planned
	Rounds  int           // in all
	Time    time.Duration // of the round, where time is the budget
	Actions int64         // of the round, where actions are
}

// keep plans the next round, writes the state, and removes the one before.
func (s *solving) keep(ctx context.Context) error {
	if err := s.share(ctx); err != nil {
		return err
	}
	head, err := json.Marshal(state{s.round, s.clock(), s.used, s.nonce, s.learnt, s.planned})
	if err != nil {
		return err
	}
	data := append(append(head, '\n'), tourBytes(s.tour)...)
	name := fmt.Sprintf("%s%05d-%s", s.folder, s.round, digest(data)[:32])
	if err := s.blobs.put(ctx, name, data); err != nil {
		return err
	}
	if s.last != "" && s.last != name {
		s.blobs.remove(ctx, s.last) // one that stays is not read: the later one is, until forget removes both
	}
	s.last = name
	return nil
}

// forget removes the state and what is left of those before, the oldest first: whatever ends this,
// the latest is there as long as any is.
func (s *solving) forget(ctx context.Context) {
	if s.last == "" {
		return
	}
	ctx, cancel := answered(ctx)
	defer cancel()
	names, err := s.blobs.list(ctx, s.folder)
	if err != nil {
		return
	}
	for _, name := range names {
		if name > s.last { // of the same command, started twice
			return
		}
		if err := s.blobs.remove(ctx, name); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
			return
		}
	}
}

// resume goes on from the latest state that is whole, where there is one.
func (s *solving) resume(ctx context.Context) error {
	names, err := s.blobs.list(ctx, s.folder)
	if err != nil {
		return err
	}
	in := s.in
	for k := len(names) - 1; k >= 0; k-- {
		sum := sumOf(names[k])
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
		s.tour, s.planned = tour, st.Next
		s.round, s.before, s.used, s.nonce, s.learnt, s.last = st.Rounds, st.Elapsed, st.Actions, st.Nonce, st.Learnt, names[k]
		return nil
	}
	s.nonce = strings.ToLower(rand.Text())[:12]
	return nil
}
