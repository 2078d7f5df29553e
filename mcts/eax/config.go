package eax

import (
	"errors"
	"fmt"
)

// Stage is the strategy by which E-sets are formed.
type Stage uint8

const (
	// Single takes one AB-cycle as the E-set: small, local changes.
	Single Stage = iota
	// Block takes an AB-cycle and those around it, such that the parts taken
	// from B and the parts kept of A meet in few cities: large changes for a
	// population that Single improves no more.
	Block
	// Done is the stage of a population that has nothing left to try.
	Done
)

// Near is how many nearest neighbours of a city a merge of two sub-tours looks at, where so many are
// given.
const Near = 5

// Config holds the knobs of the recombination.
type Config struct {
	// Children is the number of E-sets tried for a pair, 1 or more. Raising it
	// makes a generation slower and each replacement better.
	Children int
	// Harvest is how many children of a pair may replace A one on top of the other, 1
	// or more: 1 is the paper. Large instances have room for many and need fewer
	// generations with more.
	Harvest int
}

// slack is by how much an E-set's own exchange may lengthen the tour, in mean edges of the best
// tour. Longer ones are dropped before their sub-tours are merged and do not count as children.
// Merges bring edges that no parent has, so raising it keeps the population diverse, at twice the
// time.
const slack = 1

// patience is the number of generations without a better best tour after which a stage may end.
const patience = 15

// MostChildren is the number of children above which no more are tried for a pair.
const MostChildren = 1000

// ForCities returns the settings for n cities. A pair has so many children up to 3000 cities. From
// there on it has children in proportion, and one in a thousand cities takes its place: a
// population has converged in half of the time of one in 3300, and a larger one follows.
func ForCities(n, children int) Config {
	return Config{
		Children: min(children*max(3000, n)/3000, MostChildren),
		Harvest:  max(1, n/1000),
	}
}

// DefaultConfig returns the settings that measured best for n cities.
func DefaultConfig(n int) Config { return ForCities(n, 30) }

// Validate reports every knob that is out of its range.
func (c Config) Validate() error {
	var errs []error
	positive := func(name string, v int) {
		if v < 1 {
			errs = append(errs, fmt.Errorf("%s is %d, want 1 or more", name, v))
		}
	}
	positive("Children", c.Children)
	positive("Harvest", c.Harvest)
	return errors.Join(errs...)
}
