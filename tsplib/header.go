package tsplib

import (
	"fmt"
	"math"
	"strings"
)

// knownKey holds the keywords of TSPLIB95, read or ignored.
var knownKey = map[string]bool{
	"NAME": true, "TYPE": true, "COMMENT": true, "DIMENSION": true, "CAPACITY": true,
	"EDGE_WEIGHT_TYPE": true, "EDGE_WEIGHT_FORMAT": true, "EDGE_DATA_FORMAT": true,
	"NODE_COORD_TYPE": true, "DISPLAY_DATA_TYPE": true,
	"NODE_COORD_SECTION": true, "EDGE_WEIGHT_SECTION": true, "DISPLAY_DATA_SECTION": true,
	"FIXED_EDGES_SECTION": true, "TOUR_SECTION": true, "EDGE_DATA_SECTION": true,
	"DEPOT_SECTION": true, "DEMAND_SECTION": true, "EOF": true,
}

// maxWarnings keeps a file that is no TSPLIB file at all from being told line by line.
const maxWarnings = 20

// parser holds what problems and tours share: the header.
type parser struct {
	*scanner
	seen     map[string]int // the line of each keyword
	name     string
	comment  []string
	n        int // DIMENSION, 0 if there was none
	skipping bool
	warnings []Warning
	dropped  int // warnings over the limit
}

func newParser(r *scanner) *parser {
	return &parser{scanner: r, seen: map[string]int{}}
}

// keyword reads the keyword that begins at the current byte, the separator after it too.
func (s *scanner) keyword() string {
	tok := s.token()
	n := 0
	for n < len(tok) && tok[n] != ':' && tok[n] != '=' {
		n++
	}
	key := strings.ToUpper(string(tok[:n]))
	if n < len(tok) {
		s.pos -= len(tok) - n - 1 // the token is still in the buffer
		return key
	}
	if c, ok := s.skipBlanks(); ok && (c == ':' || c == '=') {
		s.pos++
	}
	return key
}

// next returns the next keyword and its line, false at the end of the file. It
// deals with those that problems and tours have in common.
func (p *parser) next() (string, int, bool, error) {
	for {
		c, ok := p.skipSpace()
		if !ok {
			return "", p.line, false, p.broken()
		}
		line := p.line
		if startsNumber(c) {
			if len(p.seen) == 0 && !p.skipping {
				p.warn(line, "numbers above the first keyword are ignored")
				p.skipping = true
			}
			if p.skipping {
				p.skipLine()
				continue
			}
			if tok := p.token(); string(tok) != "-1" { // ends sections that need no end
				return "", line, false, p.fail(line, "", quote(tok), "a keyword; no section is open here", nil)
			}
			continue
		}
		key := p.keyword()
		p.skipping = false
		if knownKey[key] && key != "COMMENT" {
			if first, ok := p.seen[key]; ok {
				return "", line, false, p.fail(line, key, "it a second time", fmt.Sprintf("it once, as on line %d", first), nil)
			}
			p.seen[key] = line
		}
		switch key {
		case "EOF":
			return "", line, false, nil
		case "NAME":
			p.name = clean(string(p.rest()))
		case "COMMENT":
			p.comment = append(p.comment, clean(string(p.rest())))
		case "DIMENSION":
			word, err := p.word(key, line)
			if err != nil {
				return "", line, false, err
			}
			n, ok := parseInt([]byte(word))
			if !ok || n < 1 || n > math.MaxInt32/2 {
				return "", line, false, p.fail(line, key, quote(word), fmt.Sprintf("the number of cities, 1 to %d", math.MaxInt32/2), nil)
			}
			p.n = int(n)
			p.skipLine()
		default:
			return key, line, true, nil
		}
	}
}

// word returns the value of a keyword that has one. What follows it may be what was meant.
func (p *parser) word(key string, line int) (string, error) {
	word := string(p.inLine())
	if more := p.inLine(); more != nil {
		return "", p.fail(line, key, quote(word)+" and "+quote(more), "one value; remarks have the keyword COMMENT", nil)
	}
	return word, nil
}

// stray returns the error about the next token if it is neither a number nor a
// keyword, so that a section does not just end there.
func (p *parser) stray(section, want string) error {
	c, ok := p.skipSpace()
	if !ok || startsNumber(c) {
		return nil
	}
	line := p.line
	tok := string(p.token())
	key, _, _ := strings.Cut(strings.ReplaceAll(strings.ToUpper(tok), "=", ":"), ":")
	if knownKey[key] || strings.HasSuffix(key, "_SECTION") {
		p.pos -= len(tok) // still in the buffer
		return nil
	}
	return p.fail(line, section, quote(tok), want, nil)
}

// ignore passes over a keyword, its value, and numbers that follow.
func (p *parser) ignore(key string, line int) {
	why := "is not used, ignored"
	if !knownKey[key] {
		why = "is unknown, ignored"
	}
	p.warn(line, quote(key)+" "+why)
	p.skipLine()
	p.skipping = true
}

func (p *parser) warn(line int, text string) {
	if len(p.warnings) == maxWarnings {
		p.dropped++
		return
	}
	p.warnings = append(p.warnings, Warning{p.scanner.name, line, text})
}

// clean returns s as it can stand in a header line: control characters become
// blanks, and blanks around it go.
func clean(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c < ' ' || c == 0x7f {
			b[i] = ' '
		}
	}
	return strings.Trim(string(b), " ")
}
