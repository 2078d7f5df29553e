//go:build unix || windows

package farm

import (
	"os"
	"syscall"
)

// endSignals end a worker; they are not for the processes that do its work.
var endSignals = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}
