package bench

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// What control groups leave is the least of a group and those above it, with what files hold in
// memory.
func TestGroupLeft(t *testing.T) {
	root := t.TempDir()
	put := func(name, text string) {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("a/memory.max", "1000\n")
	put("a/memory.current", "700\n")
	put("a/memory.stat", "anon 500\ninactive_file 150\n")
	put("a/b/memory.max", "max\n")
	put("a/b/memory.current", "600\n")
	put("c/memory.max", "100\n")
	put("c/memory.current", "120\n")
	put("memory/x/y/memory.limit_in_bytes", "5000\n")
	put("memory/x/y/memory.usage_in_bytes", "1000\n")
	put("memory/x/memory.limit_in_bytes", "9223372036854771712\n")
	put("memory/x/memory.usage_in_bytes", "1000\n")
	for groups, want := range map[string]int64{
		"0::/a/b\n": 450, "0::/a\n": 450, "0::/c\n": 0, "0::/\n": -1, "": -1, "junk\n": -1,
		"4:memory:/x/y\n3:cpu:/\n0::/\n": 4000, "4:memory:/x\n": -1, "4:memory:/x/y\n0::/a/b\n": 450, "4:cpu:/x/y\n": -1,
	} {
		left, limited := groupLeft(root, groups)
		if limited != (want >= 0) || limited && left != want {
			t.Errorf("%q: %d, %v, want %d", groups, left, limited, want)
		}
	}
}

// Millions of cities need less memory each, since theirs is collected by what there is of it.
func TestSearchBytes(t *testing.T) {
	if some, many := searchBytes(Millions-1, 2, 5), searchBytes(Millions, 2, 5); many >= some || many != BytesOfMillions*Millions {
		t.Errorf("%d cities take %d bytes, one less %d", Millions, many, some)
	}
	if one, two := searchBytes(1000, 1, 5), searchBytes(1000, 2, 5); two <= one {
		t.Errorf("one worker takes %d bytes, two %d", one, two)
	}
	if few, many := searchBytes(1e6, 1, 7), searchBytes(1e6, 1, 1000); many < few+1e6*1000*4*2 {
		t.Errorf("7 candidates take %d bytes, 1000 only %d", few, many)
	}
	if all, more := searchBytes(500, 1, 499), searchBytes(500, 1, 1000); all != more {
		t.Errorf("all cities as candidates take %d bytes, more than there are %d", all, more)
	}
}

// A process of 32 bits has no more memory than it can name, whatever the machine has.
func TestMemoryOf32Bits(t *testing.T) {
	if left, ok := memoryLeft(); ok && strconv.IntSize == 32 && left > 3<<30 {
		t.Errorf("%d bytes are left", left)
	}
}
