package main

import (
	"fmt"
	"math"
	"os"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"tspmcts/bench"
	"tspmcts/mcts"
)

// progress is the line that shows a running search on a terminal: best length,
// gap where an optimum is known, actions a second, and the time left. Where
// stderr is no terminal it does nothing.
type progress struct {
	length, actions atomic.Int64 // the length as the bits of a float64
	before          int64        // actions of the search that this one goes on from
	bars            *mpb.Progress
	bar             *mpb.Bar
	stop, stopped   chan struct{}
}

// onTerminal reports whether stderr is a terminal where a line can be drawn anew.
func onTerminal() bool {
	info, err := os.Stderr.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}

// newProgress begins the line of a run, with what is done as long as there is no tour. limit is the
// time budget, 0 for none.
func newProgress(run *bench.Run, begins string, limit time.Duration, clock func() time.Duration) *progress {
	p, item := &progress{}, run.Item
	if run.Resume != nil {
		p.before = run.Resume.Actions
	}
	if !onTerminal() {
		return p
	}
	p.stop, p.stopped = make(chan struct{}), make(chan struct{})
	p.bars = mpb.New(mpb.WithOutput(os.Stderr), mpb.WithWidth(80), mpb.WithRefreshRate(120*time.Millisecond))
	text := decor.Any(func(decor.Statistics) string {
		length := p.length.Load()
		if length == 0 {
			return " " + begins
		}
		v, elapsed := math.Float64frombits(uint64(length)), clock()
		s := " no tour yet"
		if !math.IsInf(v, 1) {
			s = " " + bench.LengthShort(item.Instance, v)
			if gap := bench.GapOf(v, run.Optimum); gap != nil {
				s += fmt.Sprintf("  gap %.2f %%", *gap)
			}
		}
		if actions := p.actions.Load(); actions > 0 { // other machines tell none
			s += fmt.Sprintf("  %s actions/s", thousands(float64(actions)/max(elapsed.Seconds(), 1e-3)))
		}
		if limit > 0 {
			return s + fmt.Sprintf("  %.0f s left", max(0, (limit-elapsed).Seconds()))
		}
		return s + fmt.Sprintf("  %.0f s", elapsed.Seconds())
	})
	p.bar = p.bars.New(int64(limit)+1, mpb.BarStyle(), mpb.PrependDecorators(margin{}, decor.Name(item.Name+" ")), mpb.AppendDecorators(text))
	go func() {
		defer close(p.stopped)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-p.stop:
				return
			case <-tick.C:
				p.bar.SetCurrent(min(int64(clock()), int64(limit)))
			}
		}
	}()
	return p
}

// margin keeps the last columns of a line free. The ^C that a terminal shows of Ctrl-C may move the
// next line to the right, before the signal is heard; one as wide as the terminal would go on in a
// second, and the first would stay.
type margin struct{ decor.WC }

func (margin) Decor(decor.Statistics) (text string, width int) { return "", len("^C") }

// tell is what the search's observer hands on.
func (p *progress) tell(now mcts.Progress) {
	p.length.Store(int64(math.Float64bits(now.Length)))
	p.actions.Store(now.Actions - p.before)
}

// say prints to stderr, above the line where there is one.
func (p *progress) say(format string, args ...any) {
	if p.bars != nil {
		fmt.Fprintf(p.bars, format, args...)
		return
	}
	fmt.Fprintf(os.Stderr, format, args...)
}

// end removes the line.
func (p *progress) end() {
	if p.bars == nil {
		return
	}
	close(p.stop)
	<-p.stopped
	p.bar.Abort(true)
	p.bars.Wait()
}

// thousands writes a rate in thousands or millions.
func thousands(x float64) string {
	switch {
	case x >= 999.5e3:
		return fmt.Sprintf("%.1fM", x/1e6)
	case x >= 999.5:
		return fmt.Sprintf("%.0fk", x/1e3)
	}
	return fmt.Sprintf("%.0f", x)
}

// counter tells on stderr how far a bench is: on a terminal one line that
// changes, elsewhere a line now and then.
type counter struct {
	terminal bool
	last     time.Time
	shown    bool
}

// quiet is the time between two lines where stderr is no terminal.
const quiet = 30 * time.Second

func newCounter() *counter {
	return &counter{terminal: onTerminal(), last: time.Now()}
}

func (p *counter) tell(s bench.Status) {
	gap := ""
	if e := s.Entry; e != nil {
		gap = fmt.Sprintf("  %s %s %s %s", e.Instance, e.Heatmap, e.Knobs, bench.GapText(e.Gap))
	}
	p.show(fmt.Sprintf("%d of %d runs, %s left%s", s.Known+s.Done, s.Jobs, s.Left.Round(time.Second), gap))
}

func (p *counter) show(line string) {
	switch {
	case p.terminal:
		fmt.Fprintf(os.Stderr, "\r%-79.79s", line)
		p.shown = true
	case time.Since(p.last) >= quiet:
		fmt.Fprintf(os.Stderr, "tspmcts: %s\n", line)
		p.last = time.Now()
	}
}

// end removes the line.
func (p *counter) end() {
	if p.shown {
		fmt.Fprintf(os.Stderr, "\r%81s\r", "") // with ^C behind the line
	}
}
