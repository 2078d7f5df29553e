//go:build !unix && !windows

package farm

import "os"

var endSignals = []os.Signal{os.Interrupt}
