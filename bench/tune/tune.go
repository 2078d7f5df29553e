package tune

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"tspmcts/bench"
	"tspmcts/bench/forest"
	"tspmcts/bench/stat"
)

// Methods lists the methods.
var Methods = []string{"random", "racing", "model"}

// Tuner is a search for knobs.
type Tuner struct {
	Method        string
	Space         Space
	Base          *bench.Knobs
	Train, Verify []bench.SetItem
	Source        bench.Source
	Budget        bench.Budget
	Trials        int
	Seed          uint64
	Store         *bench.Store
	Parallel      int
	Progress      func(done, of int, what string) // nil for nobody
	// Elsewhere, if not nil, runs jobs and stores their entries as Bench.Run does, on other
	// machines.
	Elsewhere func(ctx context.Context, store *bench.Store, jobs []*bench.Job, tell func(bench.Status)) (bench.Status, error)

	ctx    context.Context
	rng    *rand.Rand
	blocks []block
	known  map[runID]stat.Found
	spent  int
	all    []*configuration
	byName map[string]*configuration
	first  map[string]float64 // of each instance, where gaps are relative: what the base found
	// relative says that there is an instance without a known optimum: means of gaps over optima and
	// of others would mean nothing.
	relative bool
}

// block is an instance and a seed: what every configuration meets alike.
type block struct {
	item bench.SetItem
	seed uint64
}

type runID struct {
	label string
	block int
}

// ErrStopped says that the tuner was stopped; the same call goes on.
var ErrStopped = errors.New("stopped before the winner was found; the same command goes on")

// finalists is the number of configurations that meet the held-out instances, besides the base.
const finalists = 3

// verifySeed is the first seed on held-out instances: none of the training.
const verifySeed = 1001

// Result is what a tuner found.
type Result struct {
	Winner     *bench.Knobs
	IsBase     bool // nothing beat the base
	Runs       int  // on training instances
	Configs    int
	Finalists  []Finalist // best on the held-out instances first
	P          float64    // of the winner against the base there, Wilcoxon
	Difference float64    // of their mean gaps, winner minus base
	Lo, Hi     float64    // its 95 % interval
	Wins, Ties int        // of the winner
	Losses     int
	Beats      bool // the winner is not the base, P < 0.05, and the ranks are in the winner's favour
	Importance []forest.Share
	Relative   bool // gaps are over what the base found: not all optima are known
}

// Finalist is a configuration that was validated.
type Finalist struct {
	Label         string
	Train, Verify float64 // mean gaps
	IsBase        bool
}

// Run tunes. When ctx ends it returns ErrStopped; what was run is in the store.
func (t *Tuner) Run(ctx context.Context) (*Result, error) {
	if len(t.Train) < 2 || len(t.Verify) < 2 {
		return nil, fmt.Errorf("there are %d instances to train on and %d held out, want at least 2 of each", len(t.Train), len(t.Verify))
	}
	t.ctx, t.rng = ctx, rand.New(rand.NewPCG(t.Seed, 0x74756e65))
	t.known, t.byName, t.first, t.relative = map[runID]stat.Found{}, map[string]*configuration{}, map[string]float64{}, false
	for _, i := range t.rng.Perm(len(t.Train)) {
		t.blocks = append(t.blocks, block{t.Train[i], 1})
	}
	cfg, err := t.Base.Config(t.Train[0].N(), t.Source.Name)
	if err != nil {
		return nil, err
	}
	base := t.Space.baseAt(t.Base, cfg)
	if err := t.check(base); err != nil {
		return nil, err
	}
	t.add(base)
	if err := t.play([]*configuration{base}, t.everyBlock()); err != nil {
		return nil, err
	}
	switch t.Method {
	case "random":
		err = t.random()
	case "racing":
		err = t.racing(base)
	case "model":
		err = t.model(base)
	default:
		err = fmt.Errorf("unknown method %q, want one of %s", t.Method, strings.Join(Methods, ", "))
	}
	if err != nil {
		return nil, err
	}
	return t.verify(base)
}

// check looks at the jobs of the base: it returns an error about what would end the tuner late, or
// spoil the records, and decides what gaps are over.
func (t *Tuner) check(base *configuration) error {
	var jobs []*bench.Job
	for _, b := range slices.Concat(t.blocks, t.heldOut()) {
		j, err := t.job(base, b)
		if err != nil {
			return err
		}
		t.relative = t.relative || j.Optimum <= 0
		if err := t.Source.Check(b.item.Item); err != nil {
			return err
		}
		jobs = append(jobs, j)
	}
	if err := t.Store.Mixes(jobs); err != nil {
		return fmt.Errorf("%w; name another --log", err)
	}
	return nil
}

// heldOut returns the blocks that the best configurations meet.
func (t *Tuner) heldOut() (blocks []block) {
	for i, item := range t.Verify {
		blocks = append(blocks, block{item, verifySeed + uint64(i)})
	}
	return blocks
}

// limit is the number of runs that the method may spend.
func (t *Tuner) limit() int { return t.Trials * len(t.Train) }

// everyBlock returns the numbers of the first blocks, one an instance.
func (t *Tuner) everyBlock() []int {
	all := make([]int, len(t.Train))
	for i := range all {
		all[i] = i
	}
	return all
}

// add returns the configuration, or the one that is the same and was there before.
func (t *Tuner) add(c *configuration) *configuration {
	if old := t.byName[c.knobs.Label]; old != nil {
		return old
	}
	t.byName[c.knobs.Label] = c
	t.all = append(t.all, c)
	return c
}

// play runs configurations on blocks, what is known excepted, and counts the runs.
func (t *Tuner) play(configs []*configuration, blocks []int) error {
	type one struct {
		id  runID
		job *bench.Job
	}
	var todo []one
	for _, k := range blocks {
		for _, c := range configs {
			id := runID{c.knobs.Label, k}
			if _, ok := t.known[id]; ok {
				continue
			}
			job, err := t.job(c, t.blocks[k])
			if err != nil {
				return err
			}
			todo = append(todo, one{id, job})
		}
	}
	var jobs []*bench.Job
	for _, o := range todo {
		jobs = append(jobs, o.job)
	}
	err := t.runJobs(jobs, "training")
	if err != nil {
		return err
	}
	for _, o := range todo {
		if t.known[o.id], err = t.found(o.job); err != nil {
			return err
		}
		t.spent++
	}
	return nil
}

func (t *Tuner) job(c *configuration, b block) (*bench.Job, error) {
	return bench.NewJob(b.item, t.Source, c.knobs, t.Budget, b.seed, 1)
}

// runJobs runs what the store does not have.
func (t *Tuner) runJobs(jobs []*bench.Job, what string) error {
	if t.ctx.Err() != nil { // also where the store has all of them
		return ErrStopped
	}
	before := t.spent
	tell := func(s bench.Status) {
		if t.Progress != nil {
			t.Progress(before+s.Known+s.Done, t.limit()+(1+finalists)*len(t.Verify), what)
		}
	}
	var status bench.Status
	var err error
	if t.Elsewhere != nil {
		status, err = t.Elsewhere(t.ctx, t.Store, jobs, tell)
	} else {
		b := bench.Bench{Store: t.Store, Parallel: t.Parallel, Progress: tell}
		status, err = b.Run(t.ctx, jobs)
	}
	if err == nil && status.Failed > 0 {
		err = fmt.Errorf("%d of the runs could not be done: %s", status.Failed, status.Reason)
	}
	if err == nil && status.Known+status.Done < status.Jobs {
		err = ErrStopped
	}
	return err
}

// found returns what a job found; its gap is over the optimum, or, of all instances alike, over what
// the base found there first, which every tuner runs before anything else.
func (t *Tuner) found(j *bench.Job) (stat.Found, error) {
	e := t.Store.Done(j.Key())
	if e == nil {
		return stat.Found{}, ErrStopped
	}
	length, err := e.Length.Float64()
	if err != nil {
		return stat.Found{}, err
	}
	if !t.relative { // the record's gap may be over another, or none, of an earlier call
		return stat.Found{Gap: bench.GapOver(length, j.Optimum), Length: length}, nil
	}
	first, ok := t.first[e.Instance]
	if !ok {
		first = length
		t.first[e.Instance] = length
	}
	return stat.Found{Gap: bench.GapOver(length, first), Length: length}, nil
}

// mean returns the mean gap of a configuration on the first n blocks.
func (t *Tuner) mean(c *configuration, n int) float64 {
	sum := 0.0
	for k := range n {
		sum += t.known[runID{c.knobs.Label, k}].Gap
	}
	return sum / float64(n)
}

// met returns on how many blocks, from the first, a configuration has run.
func (t *Tuner) met(c *configuration) int {
	for k := 0; ; k++ {
		if _, ok := t.known[runID{c.knobs.Label, k}]; !ok {
			return k
		}
	}
}

// draw returns a point of the space, any one.
func (t *Tuner) draw() []float64 {
	x := make([]float64, len(t.Space))
	for i := range x {
		x[i] = t.rng.Float64()
	}
	return x
}

// random runs random configurations on all instances.
func (t *Tuner) random() error {
	for len(t.all) < t.Trials {
		c := t.fresh()
		if c == nil {
			break
		}
		if err := t.play([]*configuration{c}, t.everyBlock()); err != nil {
			return err
		}
	}
	return nil
}

// fresh returns a random configuration that was not there before, nil where a thousand draws
// found none: a space of values, or of numbers as they are written, has an end.
func (t *Tuner) fresh() *configuration {
	for range 1000 {
		if c := t.Space.at(t.draw(), t.Base); t.byName[c.knobs.Label] == nil {
			return t.add(c)
		}
	}
	return nil
}

// racing runs races until the budget is spent.
func (t *Tuner) racing(base *configuration) error {
	d := len(t.Space)
	rounds := 2 + int(math.Log2(float64(d)))
	keep := 2 + int(math.Log2(float64(d)))
	firstTest := min(4, len(t.Train))
	for rounds > 1 && (t.limit()-t.spent)/rounds < 4*(firstTest+2) {
		rounds-- // races need a field
	}
	elites := []*configuration{base}
	for round := 1; round <= rounds; round++ {
		budget := (t.limit() - t.spent) / (rounds - round + 1)
		fresh := max(2, budget/min(len(t.Train), firstTest+1+min(5, round))) // what survives meets no more
		// Each dimension is drawn around an elite's, nearer from race to race.
		width := 0.5 * math.Pow(1/float64(fresh), float64(round-1)/float64(d))
		field := slices.Clone(elites)
		for tries := 0; len(field) < len(elites)+fresh && tries < 20*fresh; tries++ {
			x := t.draw()
			if round > 1 {
				x = t.near(elites[t.pickElite(len(elites))].x, width)
			}
			if c := t.add(t.Space.at(x, t.Base)); !slices.Contains(field, c) {
				field = append(field, c)
			}
		}
		var err error
		if elites, err = t.race(field, keep, firstTest, t.spent+budget); err != nil {
			return err
		}
	}
	// What is left of the budget tells the last elites apart.
	for k := 0; k < len(t.Train); k++ {
		if t.missing(elites, k)+t.spent > t.limit() {
			break
		}
		if err := t.play(elites, []int{k}); err != nil {
			return err
		}
	}
	return nil
}

// missing returns how many of the configurations have not met block k.
func (t *Tuner) missing(configs []*configuration, k int) int {
	n := 0
	for _, c := range configs {
		if _, ok := t.known[runID{c.knobs.Label, k}]; !ok {
			n++
		}
	}
	return n
}

// pickElite returns the number of an elite, the better the likelier.
func (t *Tuner) pickElite(n int) int {
	at := t.rng.IntN(n * (n + 1) / 2)
	for i := range n {
		if at -= n - i; at < 0 {
			return i
		}
	}
	return 0
}

// near returns a point around x: normal in each dimension, again where it falls outside.
func (t *Tuner) near(x []float64, width float64) []float64 {
	y := make([]float64, len(x))
	for i, d := range t.Space {
		if d.Values != nil { // values have no order: another one now and then
			if y[i] = x[i]; t.rng.Float64() < width {
				y[i] = t.rng.Float64()
			}
			continue
		}
		for {
			y[i] = x[i] + width*t.rng.NormFloat64()
			if y[i] >= 0 && y[i] <= 1 {
				break
			}
		}
	}
	return y
}

// race plays block after block and drops the losers, until few are left or the
// budget is spent. It returns the best, at most keep.
func (t *Tuner) race(field []*configuration, keep, firstTest, budget int) ([]*configuration, error) {
	met := 0
	for k := 0; k < len(t.Train) && (len(field) > keep || k < firstTest); k++ {
		if t.missing(field, k)+t.spent > budget && k > 0 {
			break
		}
		if err := t.play(field, []int{k}); err != nil {
			return nil, err
		}
		if met = k + 1; met >= firstTest {
			field = t.drop(field, met)
		}
	}
	t.rank(field, met)
	return field[:min(keep, len(field))], nil
}

// rank sorts configurations by their mean rank on the first n blocks, then by their mean gap.
func (t *Tuner) rank(field []*configuration, n int) {
	ranks := map[*configuration]float64{}
	for k := range n {
		for i, r := range stat.Ranks(t.row(field, k)) {
			ranks[field[i]] += r
		}
	}
	slices.SortStableFunc(field, func(a, b *configuration) int {
		return cmp.Or(cmp.Compare(ranks[a], ranks[b]), cmp.Compare(t.mean(a, n), t.mean(b, n)))
	})
}

// row returns the lengths that configurations found on a block, which rank them as gaps do.
func (t *Tuner) row(field []*configuration, k int) []float64 {
	row := make([]float64, len(field))
	for i, c := range field {
		row[i] = t.known[runID{c.knobs.Label, k}].Length
	}
	return row
}

// drop returns the configurations that are not significantly worse than the best, in order.
func (t *Tuner) drop(field []*configuration, n int) []*configuration {
	if len(field) < 2 {
		return field
	}
	t.rank(field, n)
	if len(field) == 2 {
		d := make([]float64, n)
		for k := range d {
			d[k] = t.known[runID{field[0].knobs.Label, k}].Minus(t.known[runID{field[1].knobs.Label, k}])
		}
		if p, _ := stat.Wilcoxon(d); p < 0.05 {
			return field[:1]
		}
		return field
	}
	var blocks [][]float64
	for k := range n {
		blocks = append(blocks, t.row(field, k))
	}
	f, err := stat.Friedman(blocks)
	if err != nil || f.P >= 0.05 {
		return field
	}
	end := 1
	for end < len(field) && f.Ranks[end]-f.Ranks[0] <= f.Least {
		end++
	}
	return field[:end]
}

// challengers is the number of configurations that meet the incumbent at a time. It
// does not depend on how many runs there are side by side, so that neither does the result.
const challengers = 4

// model lets the surrogate choose challengers of the incumbent.
func (t *Tuner) model(base *configuration) error {
	incumbent := base
	n := len(t.Train)
	initial := max(challengers, t.Trials/4)
	latin := t.latin(initial)
	for t.limit()-t.spent >= 1 {
		var drawn, batch []*configuration
		if len(latin) > 0 {
			take := min(challengers, len(latin))
			for _, x := range latin[:take] {
				drawn = append(drawn, t.add(t.Space.at(x, t.Base)))
			}
			latin = latin[take:]
		} else {
			drawn = t.propose(incumbent)
		}
		for _, c := range drawn { // in a small space several points are one configuration
			if t.met(c) == 0 && !slices.Contains(batch, c) {
				batch = append(batch, c)
			}
		}
		if len(batch) == 0 {
			c := t.fresh()
			if c == nil {
				return nil
			}
			batch = []*configuration{c}
		}
		for met := min(2, n); ; met = min(2*met, n) {
			if left := t.limit() - t.spent; left < met {
				return nil // what cannot meet all blocks of a round stays out
			}
			most := 0
			for k := 0; k < len(batch) && most <= t.limit()-t.spent; k++ {
				most += met - t.met(batch[k])
				if most > t.limit()-t.spent {
					batch = batch[:k]
				}
			}
			if len(batch) == 0 {
				return nil
			}
			for k := range met {
				if err := t.play(batch, []int{k}); err != nil {
					return err
				}
			}
			bar := t.mean(incumbent, met)
			batch = slices.DeleteFunc(batch, func(c *configuration) bool { return t.mean(c, met) >= bar })
			if len(batch) == 0 {
				break
			}
			if met == n {
				incumbent = slices.MinFunc(batch, func(a, b *configuration) int { return cmp.Compare(t.mean(a, n), t.mean(b, n)) })
				break
			}
		}
	}
	return nil
}

// latin returns n points that fill every dimension evenly (a Latin hypercube).
func (t *Tuner) latin(n int) [][]float64 {
	points := make([][]float64, n)
	for i := range points {
		points[i] = make([]float64, len(t.Space))
	}
	for d := range t.Space {
		for i, k := range t.rng.Perm(n) {
			points[i][d] = (float64(k) + t.rng.Float64()) / float64(n)
		}
	}
	return points
}

// samples returns what the surrogate learns from: for each run the point, and how
// much the logarithm of the gap is above its mean over all runs on the block. With
// gaps as they are, a few hopeless configurations would be all that the forest sees.
func (t *Tuner) samples() (x [][]float64, y []float64) {
	scale := func(gap float64) float64 { return math.Log(max(gap, 1e-3)) }
	if t.relative { // gaps over what the base found may be negative
		scale = func(gap float64) float64 { return math.Log(max(1+gap/100, 1e-3)) }
	}
	for k := range t.blocks {
		var gaps []float64
		var points [][]float64
		for _, c := range t.all {
			if f, ok := t.known[runID{c.knobs.Label, k}]; ok {
				gaps, points = append(gaps, scale(min(f.Gap, 1e6))), append(points, c.x) // undefined is very bad
			}
		}
		m := stat.Mean(gaps)
		for i, gap := range gaps {
			x, y = append(x, points[i]), append(y, gap-m)
		}
	}
	return x, y
}

// propose returns the next challengers: the points of largest expected improvement
// among random ones and neighbours of the best, and one at random.
func (t *Tuner) propose(incumbent *configuration) []*configuration {
	x, y := t.samples()
	f := forest.Fit(x, y, t.rng.Uint64())
	best, _ := f.Predict(incumbent.x)
	type candidate struct {
		x     []float64
		value float64
	}
	var all []candidate
	consider := func(x []float64) { all = append(all, candidate{x, f.Improvement(t.Space.snap(x), best)}) }
	for range 1000 {
		consider(t.draw())
	}
	leaders := slices.Clone(t.all)
	predicted := map[*configuration]float64{}
	for _, c := range leaders {
		predicted[c], _ = f.Predict(c.x)
	}
	slices.SortStableFunc(leaders, func(a, b *configuration) int { return cmp.Compare(predicted[a], predicted[b]) })
	for _, c := range leaders[:min(5, len(leaders))] {
		for range 100 {
			consider(t.near(c.x, []float64{0.03, 0.1, 0.3}[t.rng.IntN(3)]))
		}
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(b.value, a.value) })
	var batch []*configuration
	for _, c := range all {
		if len(batch) == challengers-1 {
			break
		}
		if k := t.Space.at(c.x, t.Base); t.byName[k.knobs.Label] == nil {
			batch = append(batch, t.add(k))
		}
	}
	return append(batch, t.add(t.Space.at(t.draw(), t.Base)))
}

// verify lets the best configurations and the base meet the held-out instances.
func (t *Tuner) verify(base *configuration) (*Result, error) {
	r := &Result{Runs: t.spent, Relative: t.relative}
	var best []*configuration
	most := 0
	for _, c := range t.all {
		most = max(most, min(t.met(c), len(t.Train)))
		r.Configs += min(1, t.met(c)) // what the budget did not reach was never tried
	}
	for _, c := range t.all {
		if !c.isBase && t.met(c) >= most {
			best = append(best, c)
		}
	}
	slices.SortStableFunc(best, func(a, b *configuration) int { return cmp.Compare(t.mean(a, most), t.mean(b, most)) })
	best = append([]*configuration{base}, best[:min(finalists, len(best))]...)
	gaps, all := map[*configuration][]float64{}, map[*configuration][]stat.Found{}
	jobs := map[*configuration][]*bench.Job{}
	var todo []*bench.Job
	for _, b := range t.heldOut() {
		for _, c := range best {
			j, err := t.job(c, b)
			if err != nil {
				return nil, err
			}
			jobs[c] = append(jobs[c], j)
			todo = append(todo, j)
		}
	}
	if err := t.runJobs(todo, "held-out instances"); err != nil {
		return nil, err
	}
	for _, c := range best { // the base first: others are measured by it where there is no optimum
		for _, j := range jobs[c] {
			f, err := t.found(j)
			if err != nil {
				return nil, err
			}
			gaps[c], all[c] = append(gaps[c], f.Gap), append(all[c], f)
		}
		r.Finalists = append(r.Finalists, Finalist{Label: c.knobs.Label, Train: t.mean(c, most), Verify: stat.Mean(gaps[c]), IsBase: c.isBase})
	}
	winner := slices.MinFunc(best, func(a, b *configuration) int { return cmp.Compare(stat.Mean(gaps[a]), stat.Mean(gaps[b])) })
	slices.SortStableFunc(r.Finalists, func(a, b Finalist) int { return cmp.Compare(a.Verify, b.Verify) })
	r.Winner, r.IsBase = winner.knobs, winner.isBase
	var d []float64
	for i, f := range all[winner] {
		v := f.Minus(all[base][i])
		switch {
		case v < 0:
			r.Wins++
		case v > 0:
			r.Losses++
		default:
			r.Ties++
		}
		d = append(d, v)
	}
	p, behind := stat.Wilcoxon(d)
	n := float64(r.Wins + r.Losses)
	r.P = p
	r.Beats = p < 0.05 && behind < n*(n+1)/4 // one large gain outweighs many losses in the mean alone
	r.Difference = stat.Mean(d)
	r.Lo, r.Hi = stat.Interval(d)
	x, y := t.samples()
	var names []string
	for _, d := range t.Space {
		names = append(names, d.Knob.Name)
	}
	r.Importance = forest.Fit(x, y, t.Seed).Importance(names, t.Seed)
	return r, nil
}

// Params returns a parameter file with the knobs.
func Params(k *bench.Knobs) ([]byte, error) {
	values := map[string]string{}
	var names []string
	for _, s := range k.Settings {
		if _, ok := values[s.Knob.Name]; !ok {
			names = append(names, s.Knob.Name)
		}
		values[s.Knob.Name] = s.Value // the last counts
	}
	var b strings.Builder
	fmt.Fprintf(&b, "{\n  \"preset\": %q", k.Preset)
	for _, name := range names {
		text, err := json.Marshal(values[name])
		if err != nil {
			return nil, err
		}
		if json.Valid([]byte(values[name])) && !strings.Contains(values[name], ",") {
			text = []byte(values[name]) // a number
		}
		fmt.Fprintf(&b, ",\n  %q: %s", name, text)
	}
	b.WriteString("\n}\n")
	return []byte(b.String()), nil
}
