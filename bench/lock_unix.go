//go:build unix

package bench

import (
	"os"
	"syscall"
)

// lock keeps other processes from writing f until it is closed.
func lock(f *os.File) error {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}
