package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"tspmcts/bench"
	"tspmcts/mcts"
)

// saveEvery is the time between two checkpoints where none is given.
const saveEvery = 5 * time.Second

// resumed adds to an error about a checkpoint of another search what to do.
func resumed(err error) error {
	if err == nil {
		return nil
	}
	_, found, ok := strings.Cut(err.Error(), "the checkpoint is of ")
	var n uint64
	switch {
	case !ok:
		return err
	case scans(found, "%d workers", &n):
		return fmt.Errorf("%w; add --workers %d", err, n)
	case scans(found, "seed %d", &n):
		return fmt.Errorf("%w; add --seed %d", err, n)
	case strings.HasPrefix(found, "other knobs"):
		return fmt.Errorf("%w; give the preset and knobs of the search that wrote it", err)
	}
	return fmt.Errorf("%w; give the files and sources of the search that wrote it", err)
}

func scans(text, format string, n *uint64) bool {
	_, err := fmt.Sscanf(text, format, n)
	return err == nil
}

// prepare gives run what --initial-tour, --resume and --checkpoint say.
func (s *solver) prepare(run *bench.Run) error {
	in := run.Item.Instance
	for _, file := range s.initial {
		tours, name, err := readTours(file)
		if err != nil {
			return err
		}
		for i, t := range tours {
			if err := in.Check(t); err != nil {
				return fmt.Errorf("%s: tour %d does not fit %s: %w", name, i+1, run.Item.Name, err)
			}
		}
		run.Initial = append(run.Initial, tours...)
	}
	if s.resume != "" {
		f, err := bench.OpenFile(s.resume)
		if err != nil {
			return err
		}
		defer f.Close()
		if run.Resume, err = mcts.DecodeCheckpoint(f); err != nil {
			return fmt.Errorf("%s: %w", s.resume, err)
		}
	}
	if s.checkpoint != "" {
		every := s.every.Of(in.N())
		if every == 0 {
			every = saveEvery
		}
		next := time.Now().Add(every)
		run.SaveDue = func() bool { return !time.Now().Before(next) }
		run.Save = func(c *mcts.Checkpoint) {
			if err := writeFile(s.checkpoint, func(w io.Writer) error { return c.Encode(w) }); err != nil && s.saveErr == nil {
				s.saveErr = err
				warn("no checkpoint: %v", err)
			}
			next = time.Now().Add(every)
		}
	}
	return nil
}
