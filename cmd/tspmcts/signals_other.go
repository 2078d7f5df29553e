//go:build !unix && !windows

package main

import "os"

var endSignals = []os.Signal{os.Interrupt}

var brokenPipe []os.Signal
