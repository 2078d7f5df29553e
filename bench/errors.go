package bench

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
)

// Misuse is an error of the call, as opposed to one of what it names.
type Misuse struct{ text string }

func (e *Misuse) Error() string { return e.text }

// Misusef returns a Misuse.
func Misusef(format string, args ...any) error { return &Misuse{fmt.Sprintf(format, args...)} }

// ErrInterrupted ends what comes before a search, as reading does, when the context ended.
var ErrInterrupted = errors.New("stopped before the search began")

// FileError tells what is wrong with a file, and what to do about it.
func FileError(name string, err error) error {
	var reason string
	switch {
	case errors.Is(err, fs.ErrNotExist):
		reason = "there is no such file or directory; check the name"
	case errors.Is(err, fs.ErrPermission):
		reason = "permission denied; check the access rights"
	case errors.Is(err, syscall.ENOSPC):
		reason = "the disk is full; make room or choose another place"
	case errors.Is(err, syscall.EROFS):
		reason = "the file system is read-only; choose another place"
	case errors.Is(err, syscall.ENOTDIR):
		reason = "a part of the path is no directory; check the name"
	default:
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		reason = err.Error()
	}
	return fmt.Errorf("%s: %s", name, reason)
}
