package bench

import (
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
