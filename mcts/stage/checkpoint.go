package stage

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sync/atomic"

	"tspmcts/mcts/kick"
	"tspmcts/tsp"
)

// ErrCheckpoint is found by errors.Is in what Resume returns.
var ErrCheckpoint = errors.New("the checkpoint is of another search")

// Checkpoint is the whole state of a search between two of its steps. With a
// budget of actions, a search that is resumed from it ends with the same tour
// as one that was never interrupted. One search goes on from it, since that takes over what it holds.
type Checkpoint struct {
	Of      identity
	Actions int64 // simulated
	State   State
	Crew    []kick.State
	Stage   Stage
	// Shortest is the answer where that is a tour made before the search began; nil: State.Best is.
	// The search does not know it.
	Shortest tsp.Tour

	used uint32 // 1 once a search goes on from it; atomic
}

// identity is what a checkpoint belongs to.
type identity struct {
	Instance string // digest of cities or matrix, heatmap, initial tours, and metric
	Source   string // of the heatmap
	Config   string // the knobs as JSON
	Seed     uint64
	Workers  int
}

// identity digests, once, what the search depends on besides its own state.
func (s *Search) identity() identity {
	if s.id != nil {
		return *s.id
	}
	in := s.In
	h := sha256.New()
	write := func(data any) { binary.Write(h, binary.LittleEndian, data) }
	write(int64(in.N()))
	write(uint8(in.Metric))
	for _, axis := range [][]float64{in.X, in.Y, in.Z} {
		write(axis)
	}
	matrix := func(w []int32) { // writing all at once takes as much memory again
		for part := range slices.Chunk(w, 1<<16) {
			write(part)
		}
	}
	matrix(in.Matrix)
	if s.Symmetric != nil {
		of := s.Symmetric.Of()
		write(uint8(of.Metric))
		matrix(of.Matrix)
		for _, edges := range [][][2]int32{of.GraphEdges(), of.ForbiddenEdges()} {
			write(int64(len(edges)))
			write(edges)
		}
		write(of.Directed)
		for _, axis := range [][]float64{of.X, of.Y, of.Z} {
			write(axis)
		}
		if of.Ends != nil {
			write(of.Ends)
		}
	}
	for _, e := range in.GraphEdges() {
		write(e)
	}
	for _, e := range in.Fixed {
		write(e)
	}
	write(s.Heatmap.City)
	write(s.Heatmap.P)
	for _, t := range s.Initial {
		write([]int32(t))
	}
	if s.Onward != nil {
		learnt, _ := json.Marshal(s.Onward)
		h.Write(learnt)
	}
	s.id = &identity{Instance: hex.EncodeToString(h.Sum(nil)), Source: s.Heatmap.Source, Config: s.Knobs, Seed: s.Seed, Workers: s.Workers}
	return *s.id
}

// differs returns an error that says in what a checkpoint of other is foreign to id.
func (id identity) differs(other identity) error {
	switch {
	case id.Source != other.Source:
		return fmt.Errorf("%w: of heatmap %s, not %s", ErrCheckpoint, other.Source, id.Source)
	case id.Instance != other.Instance:
		return fmt.Errorf("%w: of another instance, heatmap or initial tour", ErrCheckpoint)
	case id.Config != other.Config:
		return fmt.Errorf("%w: of other knobs: %s, not %s", ErrCheckpoint, other.Config, id.Config)
	case id.Seed != other.Seed:
		return fmt.Errorf("%w: of seed %d, not %d", ErrCheckpoint, other.Seed, id.Seed)
	case id.Workers != other.Workers:
		return fmt.Errorf("%w: of %d workers, not %d", ErrCheckpoint, other.Workers, id.Workers)
	}
	return nil
}

// magic and version begin every checkpoint file; the version rises with every
// change of what stands behind it.
const (
	magic   = "tspmcts checkpoint\n"
	version = 23
)

// Encode writes c: the magic, the version, the length and SHA-256 of the state, the
// state.
func (c *Checkpoint) Encode(w io.Writer) error {
	var body bytes.Buffer
	if err := gob.NewEncoder(&body).Encode(c); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	head := []byte(magic)
	head = binary.LittleEndian.AppendUint32(head, version)
	head = binary.LittleEndian.AppendUint64(head, uint64(body.Len()))
	sum := sha256.Sum256(body.Bytes())
	if _, err := w.Write(append(head, sum[:]...)); err != nil {
		return err
	}
	_, err := w.Write(body.Bytes())
	return err
}

// DecodeCheckpoint reads what Encode wrote, and refuses anything else or damaged.
func DecodeCheckpoint(r io.Reader) (*Checkpoint, error) {
	head := make([]byte, len(magic)+4+8+sha256.Size)
	if _, err := io.ReadFull(r, head); err != nil || string(head[:len(magic)]) != magic {
		return nil, errors.New("not a checkpoint")
	}
	rest := head[len(magic):]
	if v := binary.LittleEndian.Uint32(rest); v != version {
		return nil, fmt.Errorf("a checkpoint of version %d, want %d", v, version)
	}
	size := binary.LittleEndian.Uint64(rest[4:])
	body, err := io.ReadAll(io.LimitReader(r, int64(min(size, math.MaxInt64-1))+1))
	if err != nil {
		return nil, err
	}
	if uint64(len(body)) != size {
		return nil, fmt.Errorf("the checkpoint is damaged: %d bytes of state, want %d", len(body), size)
	}
	if sum := sha256.Sum256(body); !bytes.Equal(sum[:], rest[12:]) {
		return nil, errors.New("the checkpoint is damaged: its checksum does not match")
	}
	c := new(Checkpoint)
	if err := gob.NewDecoder(bytes.NewReader(body)).Decode(c); err != nil {
		return nil, fmt.Errorf("the checkpoint is damaged: %w", err)
	}
	return c, nil
}

var errForeign = fmt.Errorf("%w: its parts do not fit the instance", ErrCheckpoint)

// checkTour checks a tour that was read from a checkpoint, and measures it.
func checkTour(s *Search, t *kick.Tour) error {
	if t == nil || s.In.Check(t.Order) != nil {
		return errForeign
	}
	t.Measure(s.In)
	return nil
}

// Checkpoint returns the search's state, which goes on changing with it.
func (s *Search) Checkpoint() *Checkpoint {
	if s.stage != nil {
		s.stage.freeze()
	}
	s.Seconds, s.Counted = s.seconds(), s.counts()
	return &Checkpoint{Of: s.identity(), Actions: s.Meter.Actions(), State: s.State, Crew: s.crew.States(), Stage: s.stage}
}

// Resume returns the search that c was taken of, nil when the budget ended already.
func Resume(t Task, c *Checkpoint) (*Search, error) {
	s := &Search{Task: t}
	if !s.begin() {
		return nil, nil
	}
	if err := s.restore(c); err != nil {
		return nil, err
	}
	return s, nil
}

// restore makes s the search that c was taken of.
func (s *Search) restore(c *Checkpoint) error {
	if err := s.identity().differs(c.Of); err != nil {
		return err
	}
	if c.Shortest != nil && s.In.Check(c.Shortest) != nil {
		return errForeign
	}
	if !atomic.CompareAndSwapUint32(&c.used, 0, 1) {
		return fmt.Errorf("%w: of one that has gone on from it already; decode it once more", ErrCheckpoint)
	}
	s.State, s.stage = c.State, c.Stage
	s.otherUnit = s.Counted != s.counts()
	s.start = s.Meter.Clock().Seconds() - s.Seconds
	s.Meter.Resume(c.Actions)
	if s.Best != nil {
		if s.In.Check(s.Best) != nil {
			return errForeign
		}
		s.BestLength = s.In.Length(s.Best)
		s.Meter.Offer(s.BestLength, s.Best)
	}
	if !s.Config.Fresh {
		if err := checkTour(s, s.Tour); err != nil {
			return err
		}
		if err := s.crew.Restore(c.Crew); err != nil {
			return fmt.Errorf("%w: %w", errForeign, err)
		}
	}
	if s.stage == nil {
		return nil // it was at its end
	}
	s.bridge()
	if err := s.stage.resume(s); err != nil {
		return fmt.Errorf("%w: %w", errForeign, err)
	}
	return nil
}
