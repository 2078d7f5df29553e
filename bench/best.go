package bench

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"tspmcts/tsp"
	"tspmcts/tsplib"
)

// Optima holds known best lengths, in the caller's unit.
type Optima struct {
	Single float64 // for the only instance; 0 for none
	file   string
	byName map[string]float64
	told   map[string]string // the file and line of each with what it has, for messages
}

// ReadBest reads a CSV file with the columns instance and best, besides those read before. Two
// lengths of one instance are an error.
func (o *Optima) ReadBest(name string) error {
	f, err := OpenFile(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return o.read(f, name)
}

// Plain returns text without a byte order mark, with lines that end in LF where they ended in CRLF
// or CR.
func Plain(text []byte) []byte {
	text = bytes.TrimPrefix(text, []byte(tsplib.BOM))
	return bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
}

// read reads the file of that name. Its first line may name the columns, in any letter case;
// an instance called instance is told from that by its length. Lines end in LF, CRLF or CR.
func (o *Optima) read(f io.Reader, name string) error {
	text, err := io.ReadAll(f)
	if err != nil {
		return FileError(name, err)
	}
	text = Plain(text)
	if o.file = name; o.byName == nil {
		o.byName, o.told = map[string]float64{}, map[string]string{}
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	for first := true; ; first = false {
		row, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %v, want lines such as berlin52,7542", name, err)
		}
		for i := range row {
			row[i] = strings.TrimSpace(row[i])
		}
		if first && len(row) == 2 && head(row) {
			continue
		}
		line, _ := r.FieldPos(0)
		v, ok := 0.0, false
		if len(row) == 2 {
			v, ok = tsp.ParseDecimal(row[1])
		}
		if ok && v == 0 {
			return fmt.Errorf("%s:%d: found %q, want a length above 0; leave the line out: a tour of length 0 is told to be exact without it", name, line, row)
		}
		if !ok || !(v > 0 && v < 1e300) {
			return fmt.Errorf("%s:%d: found %q, want an instance and its best length, such as berlin52,7542", name, line, row)
		}
		if old, ok := o.byName[row[0]]; ok && old != v {
			return fmt.Errorf("%s:%d: found %q, but %s; leave one of them out", name, line, row, o.told[row[0]])
		}
		o.byName[row[0]], o.told[row[0]] = v, fmt.Sprintf("%s:%d has %s", name, line, row[1])
	}
}

// head reports whether a first row names the columns.
func head(row []string) bool {
	_, ok := tsp.ParseDecimal(row[1])
	return !ok && strings.EqualFold(row[0], "instance")
}

// Of returns the best known length for an instance, 0 where there is none.
func (o *Optima) Of(item *Item, warn func(format string, args ...any)) float64 {
	if o.Single > 0 || o.byName == nil {
		return o.Single
	}
	for _, name := range []string{item.Name, item.Alias} {
		if v, ok := o.byName[name]; ok {
			return v
		}
	}
	warn("%s has no line for %s, so its gap is unknown", o.file, item.Name)
	return 0
}

// Named returns the best known length for an instance of that name, 0 where there is none.
func (o *Optima) Named(name string) float64 { return o.byName[name] }
