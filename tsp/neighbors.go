package tsp

// Neighbors holds the k nearest other cities of each city in the instance's
// own metric, ascending by distance, ties by id. k may be below what was asked
// for when the instance has fewer cities.
type Neighbors struct {
	K    int
	Flat []int32 // n*K
}

// Of returns the neighbours of city i. It must not be changed.
func (nb *Neighbors) Of(i int32) []int32 {
	return nb.Flat[int(i)*nb.K : int(i)*nb.K+nb.K : int(i)*nb.K+nb.K]
}
