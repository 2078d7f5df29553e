//go:build unix

package main

import (
	"bytes"
	"context"
	"syscall"
	"testing"
	"time"
)

// A million cities end within their 3 s on a machine ten times as slow: the program is
// stopped for 45 of every 50 ms, as load does to a process of low priority. One of three
// runs must do it, since other load comes on top. It took 2.3 to 2.6 s.
func TestTimeUnderLoad(t *testing.T) {
	if raceEnabled {
		t.Skip("some ten times as slow")
	}
	dir := t.TempDir()
	must(t, dir, "generate", "--cities", "1000000", "--out", "a.tsp")
	var took []float64
	for range 3 {
		took = append(took, slowed(t, dir, "solve", "a.tsp", "--time", "3s", "--json", "-")["seconds"].(float64))
		if took[len(took)-1] < 3.6 {
			return
		}
	}
	t.Errorf("3 s took %.2f s", took)
}

// slowed runs the program a twentieth of a second at a time, a tenth of which it has, and
// returns its record.
func slowed(t *testing.T, dir string, args ...string) map[string]any {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := call{args: args}.command(ctx, dir)
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			if err != nil {
				t.Fatal(err)
			}
			return records(t, out.String())[0]
		case <-time.After(5 * time.Millisecond):
			cmd.Process.Signal(syscall.SIGSTOP)
			time.Sleep(45 * time.Millisecond)
			cmd.Process.Signal(syscall.SIGCONT)
		}
	}
}
