//go:build unix

package main

import (
	"errors"
	"os"
	"syscall"
)

// hold tells other processes, until f is closed or this one ends, that f is
// being written. The error is errHeld where another holds f, or removed it, and
// another where there are no such locks.
func hold(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errHeld
	}
	is, errIs := f.Stat()
	there, errThere := os.Lstat(f.Name())
	if errIs != nil || errThere != nil || !os.SameFile(is, there) {
		return errHeld
	}
	return err
}
