package tsp

import "strconv"

// ParseDecimal returns the finite number that text is, written as decimals are in files of every
// program: a sign, digits with or without a point, an exponent. strconv.ParseFloat also takes what
// Go calls numbers, as 0x1p4, 1_000 and inf, of which other programs read something else or nothing.
func ParseDecimal[T string | []byte](text T) (float64, bool) {
	for i := range len(text) {
		switch c := text[i]; {
		case '0' <= c && c <= '9', c == '+', c == '-', c == '.', c == 'e', c == 'E':
		default:
			return 0, false
		}
	}
	v, err := strconv.ParseFloat(string(text), 64)
	return v, err == nil
}
