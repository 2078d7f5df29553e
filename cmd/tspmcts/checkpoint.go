package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"tspmcts/bench"
	"tspmcts/mcts"
)

// resumed adds to an error about a checkpoint of another search what to do.
func resumed(err error) error {
	if !errors.Is(err, mcts.ErrCheckpoint) {
		return err
	}
	_, found, _ := strings.Cut(err.Error(), mcts.ErrCheckpoint.Error()+": of ")
	var n uint64
	switch {
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
		run.Save = &mcts.Saver{Every: s.every.Of(in.N()), Save: func(c *mcts.Checkpoint) {
			s.saved = true
			if err := writeFile(s.checkpoint, func(w io.Writer) error { return c.Encode(w) }); err != nil && s.saveErr == nil {
				s.saveErr = err
				warn("no checkpoint: %v", err)
			}
		}}
	}
	return nil
}
