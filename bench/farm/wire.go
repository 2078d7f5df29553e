package farm

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"tspmcts/bench"
	"tspmcts/heatmap"
	"tspmcts/mcts"
	"tspmcts/tsp"
)

// Wire is the version of what client and worker say to each other. It rises with every change of
// that.
const Wire = 7

// Limits of what is read from the wire, in bytes.
const (
	mostSpec     = 16 << 20
	mostInstance = 4 << 30
	mostTour     = 4 << 30
	mostRecord   = 1 << 30
	mostSaved    = 4 << 30 // checkpoints
)

// mostArms is how many runs a block may have.
const mostArms = 10000

// queueName returns the name of the task queue, which tells wire version, bucket and build: the commit
// where the program was built of nothing else, or else the digest of the program itself.
func queueName(mark string) (string, error) {
	build, err := build()
	return fmt.Sprintf("tspmcts-%d-%s-%s", Wire, build, mark), err
}

var build = sync.OnceValues(func() (string, error) {
	if info, ok := debug.ReadBuildInfo(); ok {
		said := map[string]string{}
		for _, s := range info.Settings {
			said[s.Key] = s.Value
		}
		if commit := said["vcs.revision"]; commit != "" && said["vcs.modified"] == "false" {
			sum := sha256.Sum256([]byte(runtime.Version() + said["-tags"]))
			return commit[:min(12, len(commit))] + "-" + hex.EncodeToString(sum[:2]), nil
		}
	}
	name, err := program()
	if err != nil {
		return "", err
	}
	f, err := os.Open(name)
	if err != nil {
		return "", bench.FileError(name, err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", bench.FileError(name, err)
	}
	return hex.EncodeToString(h.Sum(nil)[:6]), nil
})

// program returns what this process runs, so that it can be started again. On Linux that is the very
// same, though its file may be another's by now, or none's; elsewhere there is only the file's name,
// and workers are to be stopped before they are replaced.
func program() (string, error) {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe", nil
	}
	return os.Executable()
}

// digest returns the SHA-256 of data in hexadecimal digits.
func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// knobs is a configuration on the wire.
type knobs struct {
	Label    string
	Preset   string
	Settings []setting
}

type setting struct{ Knob, Value string }

func knobsOf(k *bench.Knobs) knobs {
	w := knobs{Label: k.Label, Preset: k.Preset}
	for _, s := range k.Settings {
		w.Settings = append(w.Settings, setting{s.Knob.Name, s.Value})
	}
	return w
}

func (w knobs) knobs() (*bench.Knobs, error) {
	k := &bench.Knobs{Label: w.Label, Preset: w.Preset}
	for _, s := range w.Settings {
		knob, ok := mcts.FindKnob(s.Knob)
		if !ok {
			return nil, fmt.Errorf("unknown knob %.40q", s.Knob)
		}
		k.Settings = append(k.Settings, bench.Setting{Knob: knob, Value: s.Value, Where: s.Knob})
	}
	return k, nil
}

// source returns the heatmap source of a spec, unless it reads files: law 5.
func source(spec string) (bench.Source, error) {
	if spec != mcts.AutoHeatmap {
		s, err := heatmap.Parse(spec)
		if err != nil {
			return bench.Source{}, err
		}
		if files := s.Files(); len(files) > 0 {
			return bench.Source{}, bench.Misusef("the heatmap %s reads %s, which other machines do not have; run it without --temporal", spec, strings.Join(files, ", "))
		}
	}
	return bench.HeatmapSource(spec)
}

// block is all arms of one instance and seed, as a blob. It has nothing that the runs do not depend on:
// the same ones are the same block, whatever the client knows of the instance besides.
type block struct {
	Wire     int
	Instance string // digest of its blob
	Name     string
	Seed     uint64
	Workers  int
	Tours    bool
	Arms     []arm
}

// arm is one run of a block.
type arm struct {
	Heatmap string
	Knobs   knobs
	Budget  string
	Key     string // that its record has to have
}

// blockOf returns the block of jobs of one instance and seed.
func blockOf(jobs []*bench.Job, instance string, tours bool) (*block, error) {
	first := jobs[0]
	b := &block{Wire: Wire, Instance: instance, Name: first.Item.Name, Seed: first.Seed, Workers: first.Workers, Tours: tours}
	for _, j := range jobs {
		if _, err := source(j.Source.Name); err != nil {
			return nil, err
		}
		b.Arms = append(b.Arms, arm{j.Source.Name, knobsOf(j.Knobs), j.Budget.String(), j.Key()})
	}
	return b, nil
}

// job returns the run of an arm on the block's instance.
func (b *block) job(k int, in *tsp.Instance) (*bench.Job, error) {
	a := b.Arms[k]
	src, err := source(a.Heatmap)
	if err != nil {
		return nil, err
	}
	kn, err := a.Knobs.knobs()
	if err != nil {
		return nil, err
	}
	budget, err := bench.ParseBudget(a.Budget)
	if err != nil {
		return nil, err
	}
	item := bench.NewSetItem(&bench.Item{Instance: in, Name: b.Name, Single: true}, "", 0)
	j, err := bench.NewJob(item, src, kn, budget, b.Seed, b.Workers)
	if err != nil {
		return nil, err
	}
	if key := j.Key(); key != a.Key {
		return nil, fmt.Errorf("the run is %s here, %s for who asked: they differ in more than their build tells", key, a.Key)
	}
	return j, nil
}

// check refuses what no client writes.
func (b *block) check() error {
	switch {
	case b.Wire != Wire:
		return fmt.Errorf("wire version %d, want %d", b.Wire, Wire)
	case len(b.Arms) == 0 || len(b.Arms) > mostArms:
		return fmt.Errorf("a block of %d runs, want 1 to %d", len(b.Arms), mostArms)
	case b.Workers < 1 || b.Workers > bench.MaxWorkers:
		return fmt.Errorf("%d workers, want 1 to %d", b.Workers, bench.MaxWorkers)
	}
	return nil
}

// limit returns how long the runs of a block may take: half as long again as their budgets,
// and ten minutes; a week where the budget is no time.
func (b *block) limit(n int, skip map[int]bool) time.Duration {
	sum := time.Duration(0)
	for k, a := range b.Arms {
		budget, err := bench.ParseBudget(a.Budget)
		if err != nil || !budget.Time.Given() {
			return 7 * 24 * time.Hour
		}
		if !skip[k] {
			sum += budget.Time.Of(n)
		}
	}
	return sum + sum/2 + 10*time.Minute
}

// decode reads JSON that this program wrote.
func decode(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

// record is what a run leaves: its entry and its tour.
type record struct {
	Entry *bench.Entry
	Tour  []byte // int32, little-endian
}

// check returns an error unless the record is that of the run with the key, and its tour
// one of in with the length that it tells.
func (r *record) check(key string, in *tsp.Instance) error {
	if r.Entry == nil || r.Entry.Config == nil {
		return fmt.Errorf("a record without an entry")
	}
	if found := r.Entry.Key(); found != key {
		return fmt.Errorf("the record is of %.200s, want %s", found, key)
	}
	tour, err := tourOf(r.Tour)
	if err != nil {
		return err
	}
	if err := in.Check(tour); err != nil {
		return err
	}
	if err := in.Keeps(tour); err != nil {
		return err
	}
	value := in.InUnit(in.Length(tour))
	if in.Metric.Exact() {
		value = in.Value(tour)
	}
	if length := bench.LengthText(in, value); length != r.Entry.Length.String() {
		return fmt.Errorf("the record tells the length %.40s, its tour has %s", r.Entry.Length, length)
	}
	return nil
}

// mapBytes returns what a heatmap says of the given cities, place being the inverse, -1 for all
// others: of edges that are among the first of either end, which is where candidates come from.
func mapBytes(m *heatmap.Map, cities, place []int32, first int) ([]byte, error) {
	listed := func(i, j int32) bool {
		to, _ := m.Of(i)
		return slices.Contains(to[:min(first, len(to))], j)
	}
	part := heatmap.Map{Source: m.Source, Start: make([]int32, 1, len(cities)+1)}
	for _, c := range cities {
		to, p := m.Of(c)
		for k, j := range to {
			if place[j] >= 0 && (k < first || listed(j, c)) {
				part.City = append(part.City, place[j])
				part.P = append(part.P, p[k])
			}
		}
		part.Start = append(part.Start, int32(len(part.City)))
	}
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(part)
	return b.Bytes(), err
}

// mapOf is the inverse of mapBytes; what it returns is not checked.
func mapOf(data []byte) (*heatmap.Map, error) {
	m := &heatmap.Map{}
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(m); err != nil {
		return nil, fmt.Errorf("no heatmap: %w", err)
	}
	return m, nil
}

// tourBytes returns a tour for the wire.
func tourBytes(t tsp.Tour) []byte {
	data, _ := binary.Append(nil, binary.LittleEndian, []int32(t)) // which has a size
	return data
}

// tourOf is the inverse of tourBytes; what it returns is not checked.
func tourOf(data []byte) (tsp.Tour, error) {
	if len(data)%4 != 0 {
		return nil, fmt.Errorf("a tour of %d bytes", len(data))
	}
	t := make(tsp.Tour, len(data)/4)
	_, err := binary.Decode(data, binary.LittleEndian, []int32(t))
	return t, err
}
