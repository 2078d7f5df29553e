package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// memoryLeft returns how many bytes more the process can have: what the limit of its address space
// (ulimit -v), its control groups (containers) and the machine leave, whichever is least.
func memoryLeft() (left int64, ok bool) {
	left, ok = processLeft()
	groups, _ := os.ReadFile("/proc/self/cgroup")
	if group, limited := groupLeft("/sys/fs/cgroup", string(groups)); limited && (!ok || group < left) {
		return group, true
	}
	return left, ok
}

// groupLeft returns what the control groups of a process leave, of which root has the files and
// groups, in the form of /proc/self/cgroup, the names; false where none is limited. Pages of files
// that can be dropped count as left.
func groupLeft(root, groups string) (left int64, limited bool) {
	number := func(name, key string) (int64, bool) {
		data, err := os.ReadFile(name)
		if err != nil {
			return 0, false
		}
		for line := range strings.Lines(string(data)) {
			fields := strings.Fields(line)
			if key != "" && (len(fields) != 2 || fields[0] != key) || len(fields) == 0 {
				continue
			}
			v, err := strconv.ParseInt(fields[len(fields)-1], 10, 64)
			return v, err == nil
		}
		return 0, false
	}
	for line := range strings.Lines(groups) {
		part := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(part) != 3 {
			continue
		}
		top, limit, usage, file := root, "memory.max", "memory.current", "inactive_file"
		if part[1] != "" { // version 1
			if part[1] != "memory" {
				continue
			}
			top, limit, usage, file = filepath.Join(root, "memory"), "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"
		}
		for group := filepath.Join("/", part[2]); ; group = filepath.Dir(group) {
			dir := filepath.Join(top, group)
			most, ok := number(filepath.Join(dir, limit), "")
			used, known := number(filepath.Join(dir, usage), "")
			if ok && known && most < 1<<60 { // version 1 has a huge number for none, 2 a word
				cached, _ := number(filepath.Join(dir, "memory.stat"), file)
				if free := max(0, most-used+cached); !limited || free < left {
					left, limited = free, true
				}
			}
			if group == "/" {
				break
			}
		}
	}
	return left, limited
}

// processLeft returns what the limit of the address space and the machine leave.
func processLeft() (left int64, ok bool) {
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
	if err := syscall.Getrlimit(addressSpace, &limit); err != nil {
		return left, ok
	}
	if strconv.IntSize == 32 {
		limit.Cur = min(limit.Cur, 3<<30) // some systems keep the fourth GB
	}
	if limit.Cur >= 1<<62 {
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
