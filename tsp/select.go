package tsp

// Select reorders s so that s[k] is where sorting by key would put it: nothing before it
// has a larger key, nothing after it a smaller one (Hoare's FIND, 1961). pivot picks
// the key that a part of s is split at, that of one of its elements. Cost: O(len(s))
// where the pivots are near the middle. The neighbour index has the same without calls
// (selectSite, selectKey), since it sorts every site of an instance many times.
func Select[T any](s []T, k int, key func(T) float64, pivot func(part []T) float64) {
	for len(s) > 1 {
		p := pivot(s)
		i, j := 0, len(s)-1
		for i <= j {
			for key(s[i]) < p {
				i++
			}
			for key(s[j]) > p {
				j--
			}
			if i <= j {
				s[i], s[j] = s[j], s[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			s = s[:j+1]
		case k >= i:
			s, k = s[i:], k-i
		default:
			return
		}
	}
}

// MedianOfThree returns the median key of the first, the middle and the last element: a pivot for
// Select.
func MedianOfThree[T any](key func(T) float64) func(part []T) float64 {
	return func(s []T) float64 {
		a, b, c := key(s[0]), key(s[(len(s)-1)/2]), key(s[len(s)-1])
		return max(min(a, b), min(max(a, b), c))
	}
}
