//go:build unix || windows

package main

import (
	"os"
	"syscall"
)

// endSignals end a search with the best tour so far.
var endSignals = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}

// brokenPipe is the signal that writing to a closed stdout raises.
var brokenPipe = []os.Signal{syscall.SIGPIPE}
