package mcts

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
	"math/rand/v2"
	"slices"

	"tspmcts/mcts/eax"
	"tspmcts/tsp"
)

// Checkpoint is the whole state of a search between two of its steps. With a
// budget of actions, a search that is resumed from it ends with the same tour
// as one that was never interrupted.
type Checkpoint struct {
	Of      identity
	Best    tsp.Tour // checked on resuming; nil before the first tour
	Actions int64    // simulated

	Team    *teamState
	Workers []workerState
}

// identity is what a checkpoint belongs to.
type identity struct {
	Instance string // digest of cities or matrix, candidates' source, and metric
	Config   string // the knobs as JSON
	Seed     uint64
	Workers  int
}

type teamState struct {
	RNG        []byte
	Round      uint64
	Order      []int32
	Length     int64
	BestLength int64
	Used       int64
	Tried      []int64
	Heat0      float64
	Since      float64
	Phase      phase
	Epoch      uint64
	Goal       goal
	Tours      []tsp.Tour
	Elite      []tsp.Tour
	Own        []indexedTour
	Until      float64
	Base       indexedTour
	Other      indexedTour
	Barren     int
	Pop        *eax.Snapshot
	Mix        []byte
	Stats      []statsState
}

type statsState struct {
	Weight []float64
	Visits []int64
	Omega  []float64
	Sims   int64
}

type workerState struct {
	RNG                []byte
	Order              []int32
	Length, BestLength int64
	Best               tsp.Tour
	Pool, Actions      int64
	Begun              bool
	Stats              *statsState
}

// identify digests what a search of p depends on besides its own state.
func identify(p *Problem, cfg Config, seed uint64, workers int) identity {
	in := p.Instance
	h := sha256.New()
	write := func(data any) { binary.Write(h, binary.LittleEndian, data) }
	write(int64(in.N()))
	write(uint8(in.Metric))
	for _, axis := range [][]float64{in.X, in.Y, in.Z} {
		write(axis)
	}
	write(in.Matrix)
	for _, e := range in.Fixed {
		write(e)
	}
	if p.Heatmap != nil {
		io.WriteString(h, p.Heatmap.Source)
		write(p.Heatmap.City)
		write(p.Heatmap.P)
	}
	for _, t := range p.Initial {
		write([]int32(t))
	}
	knobs, _ := json.Marshal(cfg)
	return identity{Instance: hex.EncodeToString(h.Sum(nil)), Config: string(knobs), Seed: seed, Workers: workers}
}

// differs returns an error that says in what a checkpoint of other is foreign to id.
func (id identity) differs(other identity) error {
	switch {
	case id.Instance != other.Instance:
		return errors.New("the checkpoint is of another instance, heatmap or initial tour")
	case id.Config != other.Config:
		return fmt.Errorf("the checkpoint is of other knobs: %s, not %s", other.Config, id.Config)
	case id.Seed != other.Seed:
		return fmt.Errorf("the checkpoint is of seed %d, not %d", other.Seed, id.Seed)
	case id.Workers != other.Workers:
		return fmt.Errorf("the checkpoint is of %d workers, not %d", other.Workers, id.Workers)
	}
	return nil
}

// magic and version begin every checkpoint file; the version rises with every
// change of what stands behind it.
const (
	magic   = "tspmcts checkpoint\n"
	version = 3
)

// Encode writes c: the magic, the version, the length and SHA-256 of the state, the state.
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

func (r *rng) save() []byte {
	b, _ := r.pcg.MarshalBinary() // never fails
	return b
}

func (st *stats) save() *statsState {
	if st == nil {
		return nil
	}
	return &statsState{append([]float64(nil), st.weight...), append([]int64(nil), st.visits...), append([]float64(nil), st.omega...), st.sims}
}

func (st *stats) restore(s *statsState) error {
	if s == nil || len(s.Weight) != len(st.weight) || len(s.Visits) != len(st.visits) || len(s.Omega) != len(st.omega) {
		return errForeign
	}
	copy(st.weight, s.Weight)
	copy(st.visits, s.Visits)
	for i, o := range s.Omega {
		st.setOmega(int32(i), o)
	}
	st.sims = s.Sims
	return nil
}

var errForeign = errors.New("the checkpoint's parts do not fit the instance")

func (t *team) snapshot() *Checkpoint {
	s := &teamState{RNG: t.rng.save(), Round: t.round, Order: append([]int32(nil), t.order...), Length: t.length,
		BestLength: t.bestLength, Used: t.used, Heat0: t.heat0, Since: t.since, Phase: t.phase, Epoch: t.epoch,
		Goal: t.goal, Tours: t.tours, Elite: t.elite, Barren: t.barren, Own: slices.Clone(t.own), Until: t.until, Base: t.base, Other: t.other}
	for _, c := range t.climbers {
		s.Tried = append(s.Tried, c.chain.Tried)
		if c.guide != nil {
			s.Stats = append(s.Stats, *c.guide.save())
		}
	}
	if t.pop != nil {
		s.Pop = t.pop.Snapshot()
		s.Mix, _ = t.mix.MarshalBinary()
	}
	return &Checkpoint{Of: t.id, Best: append(tsp.Tour(nil), t.best...), Actions: t.run.actions.Load(), Team: s}
}

func (t *team) restore(c *Checkpoint) error {
	if err := t.id.differs(c.Of); err != nil {
		return err
	}
	s := c.Team
	if s == nil || len(s.Tried) != len(t.climbers) {
		return errForeign
	}
	for _, tour := range append(append([]tsp.Tour{s.Order, c.Best}, s.Tours...), s.Elite...) {
		if err := t.in.Check(tour); err != nil {
			return fmt.Errorf("%w: %w", errForeign, err)
		}
	}
	if err := t.rng.pcg.UnmarshalBinary(s.RNG); err != nil {
		return errForeign
	}
	copy(t.order, s.Order)
	t.index()
	copy(t.best, c.Best)
	t.length, t.bestLength = t.in.Length(s.Order), t.in.Length(c.Best)
	t.round, t.used, t.heat0, t.since = s.Round, s.Used, s.Heat0, s.Since
	t.phase, t.epoch, t.goal, t.tours, t.elite = s.Phase, s.Epoch, s.Goal, s.Tours, s.Elite
	t.barren, t.own, t.until = s.Barren, s.Own, s.Until
	if t.phase == warming {
		if t.in.Check(s.Base.Order) != nil {
			return errForeign
		}
		t.base = indexedTour{Order: s.Base.Order, Length: t.in.Length(s.Base.Order)}
	}
	for i, o := range t.own {
		if len(t.own) != len(t.climbers) || t.in.Check(o.Order) != nil {
			return errForeign
		}
		t.own[i] = newIndexedTour(t.in, o.Order)
	}
	if s.Other.Order != nil {
		if t.in.Check(s.Other.Order) != nil {
			return errForeign
		}
		t.other = newIndexedTour(t.in, s.Other.Order)
	}
	t.relearn()
	if t.run.budget.Actions == 0 { // a budget of time begins anew
		t.since, t.until = 0, t.patienceShare()
		t.goal.Until = 1
		if t.phase == warming {
			t.cool()
		}
	}
	for i, c := range t.climbers {
		c.chain.Tried, c.tried = s.Tried[i], s.Tried[i]
		if c.guide != nil {
			if i >= len(s.Stats) {
				return errForeign
			}
			if err := c.guide.restore(&s.Stats[i]); err != nil {
				return err
			}
		}
	}
	if s.Pop != nil {
		pop, err := eax.Restore(t.in, t.nb, s.Pop, t.eax(), len(t.climbers))
		if err != nil {
			return fmt.Errorf("%w: %w", errForeign, err)
		}
		t.pop, t.mix = pop, new(rand.PCG)
		if err := t.mix.UnmarshalBinary(s.Mix); err != nil {
			return errForeign
		}
	} else if t.phase == recombining || t.phase == crossing || t.phase == joined {
		return errForeign
	}
	t.run.actions.Store(c.Actions)
	t.run.offer(t.bestLength)
	return nil
}

func (c *crowd) snapshot() *Checkpoint {
	cp := &Checkpoint{Of: c.id, Actions: c.shared.actions.Load()}
	shortest := int64(noTour)
	for _, w := range c.workers {
		s := workerState{RNG: w.rng.save(), Order: append([]int32(nil), w.tour.Order...), Length: w.length,
			BestLength: w.bestLength, Pool: w.pool, Actions: w.actions, Begun: w.bestLength != noTour, Stats: w.stats.save()}
		if s.Begun {
			s.Best = append(tsp.Tour(nil), w.best...)
			if w.bestLength < shortest {
				shortest, cp.Best = w.bestLength, s.Best
			}
		}
		cp.Workers = append(cp.Workers, s)
	}
	return cp
}

func (c *crowd) restore(cp *Checkpoint) error {
	if err := c.id.differs(cp.Of); err != nil {
		return err
	}
	if len(cp.Workers) != len(c.workers) {
		return errForeign
	}
	for i, w := range c.workers {
		s := cp.Workers[i]
		if w.rng.pcg.UnmarshalBinary(s.RNG) != nil || w.in.Check(s.Order) != nil || s.Begun && w.in.Check(s.Best) != nil {
			return errForeign
		}
		if err := w.stats.restore(s.Stats); err != nil {
			return err
		}
		w.pool, w.actions, w.flushed = s.Pool, s.Actions, s.Actions
		if !s.Begun {
			continue
		}
		w.first = nil
		w.tour.Set(s.Order)
		w.length, w.bestLength = w.in.Length(s.Order), w.in.Length(s.Best)
		copy(w.best, s.Best)
		c.shared.offer(w.bestLength)
	}
	c.shared.actions.Store(cp.Actions)
	return nil
}
