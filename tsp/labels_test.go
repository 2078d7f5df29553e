package tsp

import (
	"strings"
	"testing"
)

// A city is called by its id, else by its name, else by its number.
func TestLabels(t *testing.T) {
	in := uniform(5, 1)
	in.IDs = []string{"7", "b", "2", "", ""}
	in.Names = []string{"Ulm", "7", "Bonn", "5", "Ulm"}
	l := NewLabels(in)
	for text, want := range map[string]int32{"7": 0, "b": 1, "2": 2, "Bonn": 2, "5": 3, "4": 3, "1": 0} {
		if got, err := l.City(text); got != want || err != nil {
			t.Errorf("%s is %d, %v, want %d", text, got, err, want)
		}
		if got, err := in.City(text); got != want || err != nil {
			t.Errorf("%s is %d, %v, want %d", text, got, err, want)
		}
	}
	for text, want := range map[string]string{"Ulm": "the name of the cities 1 and 5; give the id of one", "6": "which are called by an id, a name or 1 to 5", "0": "none of the cities"} {
		if got, err := l.City(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is %d, %v, want %s", text, got, err, want)
		}
	}
}
