//go:build unix

package main

import (
	"os"
	"syscall"
)

// hold tells other processes, until f is closed or this one ends, that f is
// being written. It returns false where another holds f, or removed it.
func hold(f *os.File) bool {
	if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		return false
	}
	is, err := f.Stat()
	there, errThere := os.Lstat(f.Name())
	return err == nil && errThere == nil && os.SameFile(is, there)
}
