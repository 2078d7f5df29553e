package tsplib

import (
	"bufio"
	"bytes"
	"io"
	"strings"
)

// Kind is what a file holds.
type Kind uint8

// The kinds of files.
const (
	KindUnknown Kind = iota // text, but none of the others
	KindEmpty
	KindBinary
	KindProblem // for Read, which refuses the problems that are no symmetric TSP
	KindTour    // for ReadTours
	KindLines   // numbers without a header, for ReadNumbers
)

// String returns the kind as messages name it.
func (k Kind) String() string {
	switch k {
	case KindEmpty:
		return "empty file"
	case KindBinary:
		return "binary data"
	case KindProblem:
		return "TSPLIB problem"
	case KindTour:
		return "TSPLIB tour"
	case KindLines:
		return "data set lines"
	}
	return "unknown text"
}

// SniffLen is how much of a file Sniff should see.
const SniffLen = 4096

// Sniff tells what a file holds from its beginning. One with a TOUR_SECTION or TYPE TOUR is
// a tour, and one with any other keyword of TSPLIB is a problem; numbers may stand above it. Other
// files that begin with a number hold data set lines, or what else ReadNumbers reads.
func Sniff(prefix []byte) Kind {
	prefix = prefix[:min(len(prefix), SniffLen)]
	if isBinary(prefix[:min(len(prefix), binaryPrefix)]) {
		return KindBinary
	}
	s := newScanner(bytes.NewReader(bytes.TrimPrefix(prefix, bom)), "")
	c, ok := s.skipSpace()
	switch {
	case !ok:
		return KindEmpty
	}
	kind := KindUnknown
	for ; ok && startsNumber(c); c, ok = s.skipSpace() {
		kind = KindLines
		s.skipLine()
	}
	for ok {
		key := s.keyword()
		switch {
		case key == "TOUR_SECTION":
			return KindTour
		case key == "TYPE":
			if strings.EqualFold(string(s.inLine()), "TOUR") {
				return KindTour
			}
			return KindProblem
		case knownKey[key] && strings.HasSuffix(key, "_SECTION"):
			return KindProblem
		case knownKey[key] && key != "EOF":
			kind = KindProblem
		}
		s.skipLine()
		_, ok = s.skipSpace()
	}
	return kind
}

// Detect sniffs r and returns what to go on reading from: all of r, its beginning included.
func Detect(r io.Reader) (Kind, io.Reader, error) {
	b := bufio.NewReaderSize(r, SniffLen)
	prefix, err := b.Peek(SniffLen)
	if err != nil && err != io.EOF {
		return KindUnknown, b, err
	}
	return Sniff(prefix), b, nil
}
