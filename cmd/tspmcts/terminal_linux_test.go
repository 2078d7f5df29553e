package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"tspmcts/bench"
	"tspmcts/mcts"
	"tspmcts/tsp"
	"tspmcts/tsplib"
)

// terminal opens a new terminal of 24 lines: our end and its.
func terminal(t *testing.T) (ours, its *os.File) {
	t.Helper()
	ours, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { ours.Close() })
	ask := func(request uintptr, value unsafe.Pointer) {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, ours.Fd(), request, uintptr(value)); errno != 0 {
			t.Skip(errno)
		}
	}
	var number, locked uint32
	ask(syscall.TIOCGPTN, unsafe.Pointer(&number))
	ask(syscall.TIOCSPTLCK, unsafe.Pointer(&locked))
	size := [4]uint16{24, columns}
	ask(syscall.TIOCSWINSZ, unsafe.Pointer(&size))
	if its, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { its.Close() })
	return ours, its
}

// Ctrl-C on a terminal leaves the result, and nothing of the progress line or of
// the ^C that the terminal shows; a terminal that cannot move the cursor gets no
// line at all.
func TestTerminal(t *testing.T) {
	for _, term := range []string{"xterm", "dumb"} {
		ours, its := terminal(t)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		cmd := call{args: []string{"solve", "--time", "1h"}, env: []string{"TERM=" + term}}.command(ctx, t.TempDir())
		cmd.Stdin, cmd.Stdout, cmd.Stderr = its, its, its
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		its.Close()
		time.Sleep(1500 * time.Millisecond)
		ours.Write([]byte{3})
		var shown strings.Builder
		b := make([]byte, 4096)
		for {
			n, err := ours.Read(b)
			shown.Write(b[:n])
			if err != nil {
				break
			}
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v", term, err)
		}
		if term == "dumb" && (strings.Contains(shown.String(), "\x1b") || strings.Contains(shown.String(), "actions/s")) {
			t.Errorf("dumb: %q", shown.String())
		}
		if term != "dumb" && !strings.Contains(shown.String(), "actions/s") {
			t.Errorf("%s: no progress in %q", term, shown.String())
		}
		for frame := range strings.SplitSeq(shown.String(), "\x1b[J") {
			if line, _, _ := strings.Cut(frame, "\r\n"); term != "dumb" && len(line) > columns-len("^C") {
				t.Errorf("%s: a line that ^C pushes beyond the terminal: %q", term, line)
			}
		}
		if text := screen(shown.String()); term != "dumb" && (len(text) != 1 || !strings.HasPrefix(text[0], "sunflower1000        1000 cities") || !strings.HasSuffix(text[0], "interrupted")) {
			t.Errorf("%s: the screen shows %q of %q", term, text, shown.String())
		}
	}
}

// machines are others, which find one tour and go on for a while.
type machines struct{ elsewhere }

func (machines) Solve(ctx context.Context, r *bench.Run, clock func() time.Duration, rounds int, observe func(round, rounds int, length, seconds float64)) (*bench.Record, tsp.Tour, error) {
	time.Sleep(500 * time.Millisecond)
	observe(1, 2, 4321, 123)
	time.Sleep(500 * time.Millisecond)
	return &bench.Record{Instance: r.Item.Name, N: r.Item.N(), Length: "1234", Workers: r.Workers}, tsp.SpaceFillingCurve(ctx, r.Item.Instance), nil
}

// While other machines search, the line tells that and then what they have found, and the record
// does not say that workers of this process did.
func TestTerminalOfOthers(t *testing.T) {
	ours, its := terminal(t)
	t.Setenv("TERM", "xterm")
	defer func(f *os.File) { os.Stderr = f }(os.Stderr)
	os.Stderr = its
	var text strings.Builder
	s := &solver{far: machines{}, files: &outputs{}, knobs: &bench.Knobs{Preset: "default"}, workers: 2, asked: true, records: &jsonLines{w: &text}, json: "-"}
	in, _, err := tsplib.Read(strings.NewReader(square), "square")
	if err == nil {
		err = s.solve(t.Context(), &bench.Item{Instance: in, Name: "square", Single: true})
	}
	its.Close()
	if err != nil || !strings.Contains(text.String(), `"workers":0,`) {
		t.Errorf("%v, record %s", err, text.String())
	}
	shown, _ := io.ReadAll(ours) // ends with an error where the other side is closed
	for _, want := range []string{"other machines search", "square: round 1 of 2, length 4321, 123 s", " 4321  "} {
		if !strings.Contains(string(shown), want) {
			t.Errorf("the terminal shows no %q in %q", want, shown)
		}
	}
	if strings.Contains(string(shown), "setting up") || strings.Contains(string(shown), "actions/s") {
		t.Errorf("the terminal shows what is not so: %q", shown)
	}
}

// While a search has nothing but tours over edges that may not be used, the line tells that. The rate
// is of this search alone, not of that which it goes on from.
func TestTerminalWithoutTour(t *testing.T) {
	ours, its := terminal(t)
	t.Setenv("TERM", "xterm")
	defer func(f *os.File) { os.Stderr = f }(os.Stderr)
	os.Stderr = its
	in, _, err := tsplib.Read(strings.NewReader(square), "square")
	if err != nil {
		t.Fatal(err)
	}
	run := bench.Run{Item: &bench.Item{Instance: in, Name: "square"}, Optimum: 40, Resume: &mcts.Checkpoint{Actions: 70000}}
	live := newProgress(&run, "setting up", 0, func() time.Duration { return time.Second })
	live.tell(mcts.Progress{Length: math.Inf(1), Actions: 75000})
	time.Sleep(500 * time.Millisecond)
	live.end()
	its.Close()
	shown, _ := io.ReadAll(ours)
	if !strings.Contains(string(shown), "  no tour yet  5k actions/s  1 s") {
		t.Errorf("the terminal shows %q", shown)
	}
}

// columns is the width of the terminal.
const columns = 100

// screen returns the lines that a terminal shows of what is written to it. What is too long for a
// line goes on in the next: so ^C before a progress line as wide as the terminal garbled it.
func screen(s string) (lines []string) {
	row, column := 0, 0
	for len(s) > 0 {
		if column == columns && s[0] >= ' ' {
			row, column = row+1, 0
		}
		for row >= len(lines) {
			lines = append(lines, "")
		}
		switch {
		case s[0] == '\r':
			column = 0
		case s[0] == '\n':
			row++
		case strings.HasPrefix(s, "\x1b["):
			n := 1
			rest := strings.TrimLeft(s[2:], "0123456789")
			fmt.Sscan(s[2:len(s)-len(rest)], &n)
			switch rest[0] {
			case 'A':
				row = max(0, row-n)
			case 'J':
				lines = lines[:row+1]
				lines[row] = lines[row][:min(column, len(lines[row]))]
			}
			s = rest[1:]
			continue
		default:
			line := fmt.Sprintf("%-*s", column+1, lines[row])
			lines[row] = line[:column] + s[:1] + line[column+1:]
			column++
		}
		s = s[1:]
	}
	return lines
}
