package bench

import (
	"fmt"
	"strings"
	"testing"
)

// FuzzBest reads anything as best lengths: each is a positive number, and an error is of the file.
func FuzzBest(f *testing.F) {
	for _, text := range []string{"instance,best\nberlin52,7542\n", "Instance , Best\r\ninstance,1\r\n", "\xef\xbb\xbfa,1\rb,2\r", "\"a,b\",3\n", "instance,2\n", "a,1e400\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var o Optima
		if err := o.read(strings.NewReader(text), "f"); err != nil {
			if !strings.HasPrefix(err.Error(), "f:") {
				t.Fatalf("an error without its file: %v", err)
			}
			return
		}
		for name, v := range o.byName {
			if !(v > 0 && v < 1e300) || o.Named(name) != v {
				t.Fatalf("%q has the best length %v", name, v)
			}
		}
	})
}

// Best lengths of several files, with blanks around them: the name of an instance's file counts
// before the NAME in it. What is told for the only instance counts before all, and what is missing
// is told.
func TestBest(t *testing.T) {
	var o Optima
	for _, text := range []string{"INSTANCE,best\n a , 5 \n", "b,7\nalias,9\n"} {
		if err := o.read(strings.NewReader(text), "f"); err != nil {
			t.Fatal(err)
		}
	}
	warned := ""
	warn := func(format string, args ...any) { warned += fmt.Sprintf(format, args...) }
	for _, c := range []struct {
		item Item
		want float64
	}{{Item{Name: "a"}, 5}, {Item{Name: "b", Alias: "alias"}, 7}, {Item{Name: "c", Alias: "alias"}, 9}, {Item{Name: "d"}, 0}} {
		if got := o.Of(&c.item, warn); got != c.want {
			t.Errorf("%s: %v, want %v", c.item.Name, got, c.want)
		}
	}
	if o.Single = 3; o.Of(&Item{Name: "a"}, warn) != 3 || warned != "f has no line for d, so its gap is unknown" {
		t.Errorf("warned: %q", warned)
	}
	if err := o.read(strings.NewReader("a,0\n"), "f"); err == nil || !strings.Contains(err.Error(), "f:1: found [\"a\" \"0\"], want a length above 0") {
		t.Error(err)
	}
}
