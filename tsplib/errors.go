package tsplib

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// What a [ParseError] wraps when the file as a whole is of no use.
var (
	ErrEmpty       = errors.New("empty file")
	ErrBinary      = errors.New("binary data")
	ErrUnsupported = errors.New("unsupported problem")
)

// ParseError tells what is wrong with a file, and where.
type ParseError struct {
	Name    string // the file, as the caller named it
	Line    int    // from 1
	Keyword string // the keyword or section at fault; empty in data set lines
	Found   string // what the file has
	Want    string // what it should have, and what to do about it
	Err     error  // the cause: one of the errors above, a reader's error or tsp's; often nil
}

// Error returns one line, "name:line: KEYWORD: found X, want Y".
func (e *ParseError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d: ", e.Name, e.Line)
	if e.Keyword != "" {
		b.WriteString(e.Keyword + ": ")
	}
	if e.Found == "" {
		fmt.Fprintf(&b, "%v", e.Err)
		return b.String()
	}
	fmt.Fprintf(&b, "found %s, want %s", e.Found, e.Want)
	return b.String()
}

// Unwrap returns the cause.
func (e *ParseError) Unwrap() error { return e.Err }

// Warning is something in a file that was ignored or looks like a mistake.
type Warning struct {
	Name string
	Line int
	Text string
}

// String returns "name:line: text".
func (w Warning) String() string { return fmt.Sprintf("%s:%d: %s", w.Name, w.Line, w.Text) }

// quote returns a token of the file for a message: on one line, and short.
func quote[T string | []byte](tok T) string {
	const most = 40
	if len(tok) > most {
		return strconv.Quote(string(tok[:most])) + "..."
	}
	return strconv.Quote(string(tok))
}
