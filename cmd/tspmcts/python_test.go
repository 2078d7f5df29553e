package main

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"
)

// The Python file does what its own tests say, with the program under test.
func TestPython(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil || exec.Command(python, "-c", "import sys; sys.exit(sys.version_info < (3, 9))").Run() != nil {
		t.Skip("no Python 3.9 here")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, python, "-B", "-W", "error", "-m", "unittest")
	cmd.Dir = "python"
	cmd.Env = append(os.Environ(), "TSPMCTS="+binary)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
