package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
)

// optima holds known best lengths, in the caller's unit.
type optima struct {
	file   string
	byName map[string]float64
	single float64 // for the only instance; 0 for none
}

// readBest reads a CSV file with the columns instance and best.
func (o *optima) readBest(name string) error {
	f, err := openFile(name)
	if err != nil {
		return err
	}
	defer f.Close()
	o.file, o.byName = name, map[string]float64{}
	r := csv.NewReader(f)
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
		if first && len(row) == 2 && row[0] == "instance" {
			continue
		}
		line, _ := r.FieldPos(0)
		v := 0.0
		if len(row) == 2 {
			v, err = strconv.ParseFloat(row[1], 64)
		}
		if len(row) != 2 || err != nil || !(v > 0 && v < 1e300) {
			return fmt.Errorf("%s:%d: found %q, want an instance and its best length, such as berlin52,7542", name, line, row)
		}
		o.byName[row[0]] = v
	}
}

// of returns the best known length for an instance, 0 where there is none.
func (o *optima) of(item *named) float64 {
	if o.single > 0 || o.byName == nil {
		return o.single
	}
	for _, name := range []string{item.name, item.alias} {
		if v, ok := o.byName[name]; ok {
			return v
		}
	}
	warn("%s has no line for %s, so its gap is unknown", o.file, item.name)
	return 0
}
