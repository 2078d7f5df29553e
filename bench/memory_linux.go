package bench

import (
	"fmt"
	"os"
	"strings"
	"syscall"
)

// memoryLeft returns how many bytes more the process can have: what the limit of
// its address space (ulimit -v) and the machine leave, whichever is less.
func memoryLeft() (left int64, ok bool) {
	meminfo, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(meminfo)) {
		if rest, found := strings.CutPrefix(line, "MemAvailable:"); found {
			_, err := fmt.Sscan(rest, &left)
			left, ok = left<<10, err == nil
		}
	}
	var limit syscall.Rlimit
	const addressSpace = 9 // RLIMIT_AS
	if syscall.Getrlimit(addressSpace, &limit) != nil || limit.Cur >= 1<<62 {
		return left, ok
	}
	statm, err := os.ReadFile("/proc/self/statm")
	var pages int64
	if err == nil {
		_, err = fmt.Sscan(string(statm), &pages)
	}
	if err != nil {
		return left, ok
	}
	if unused := int64(limit.Cur) - pages*int64(os.Getpagesize()); !ok || unused < left {
		return max(0, unused), true
	}
	return left, ok
}
