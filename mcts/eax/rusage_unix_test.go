//go:build unix

package eax

import "syscall"

// processorTime returns the seconds of processor time that the process has used.
func processorTime() float64 {
	var ru syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &ru)
	return float64(ru.Utime.Nano()) / 1e9
}
