package bench

import (
	"errors"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
)

// What a full disk took of a line goes, and the store goes on behind the last whole one. The disk
// is full where this process may write no larger files.
func TestFullDisk(t *testing.T) {
	name := put(t, t.TempDir(), "a.jsonl", `{"version":1,"instance":"o","length":1}`) // without its end of line
	s, err := OpenStore(name)
	if err != nil {
		t.Fatal(err)
	}
	entry := func(instance string) *Entry {
		return &Entry{Version: 1, Record: Record{Instance: instance, Length: "1"}}
	}
	if err := s.Add(entry("a")); err != nil {
		t.Fatal(err)
	}
	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	const part = 20 // of the next line
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: uint64(info.Size()) + part, Max: was.Max}); err != nil {
		t.Fatal(err)
	}
	failed := s.Add(entry("b"))
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	if failed == nil || s.Len() != 2 {
		t.Errorf("written whole: %v, %d done", failed, s.Len())
	}
	if text, err := os.ReadFile(name); err != nil || !strings.HasSuffix(string(text), "}\n") {
		t.Errorf("%v, the file ends with %q", err, text[max(0, len(text)-30):])
	}
	if err := errors.Join(s.Add(entry("c")), s.Close()); err != nil {
		t.Fatal(err)
	}
	if got := lines(t, name); len(got) != 3 {
		t.Errorf("%d records, want o, a and c: %v", len(got), got)
	}
}
