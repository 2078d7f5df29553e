package main

import (
	"bufio"
	"bytes"
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// served is a server that runs as a process of its own.
type served struct {
	url    string
	cmd    *exec.Cmd
	errors *bytes.Buffer
}

// startServer starts one on a free port, and ends it with the test.
func startServer(t *testing.T, dir string, args ...string) *served {
	t.Helper()
	s := &served{errors: new(bytes.Buffer)}
	s.cmd = call{args: append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)}.command(context.Background(), dir)
	s.cmd.Stderr = s.errors
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.cmd.Process.Kill()
		s.cmd.Wait()
	})
	line := make(chan string, 1)
	go func() {
		text, _ := bufio.NewReader(out).ReadString('\n')
		line <- strings.TrimSpace(text)
	}()
	select {
	case s.url = <-line:
	case <-time.After(time.Minute):
	}
	if s.url == "" {
		t.Fatalf("the server does not begin: %s", s.errors)
	}
	return s
}
