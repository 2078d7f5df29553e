package bench

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whatever a log or a CSV file holds, importing it ends with an error or with
// records that are read back.
func FuzzImport(f *testing.F) {
	for _, text := range []string{
		"instance,solver,seed,seconds,length\na,X,1,2,11.5\na,X,1,1,12\n",
		"PROBLEM_FILE = pr2392.tsp\nSEED = 7\nPreprocessing time = 0.50 sec.\n* 1: Cost = 378063, Gap = 0.0082%, Time = 0.21 sec.\nRun 1: Cost = 0_378032, Time = 0.90 sec. =\n",
		"Chained Lin-Kernighan with seed 99\nProblem Name: pr1002\n   0 Steps   Best: 268383   0.02 seconds\nFinal Cycle: 259045\nTotal Running Time: 1.02\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		i := Importer{Instance: "x"}
		entries, err := i.Import(bytes.NewReader(data), "log")
		if err != nil {
			return
		}
		for _, e := range entries {
			line, err := json.Marshal(e)
			if err != nil {
				t.Fatal(err)
			}
			back, err := parseEntry(line)
			if err != nil || back == nil || back.Key() != e.Key() {
				t.Errorf("%s is read back as %v (%v)", line, back, err)
			}
		}
	})
}

// A record that is read is written and read again as the same.
func FuzzRecords(f *testing.F) {
	f.Add([]byte(`{"version":1,"solver":"tspmcts","instance":"a","length":12,"optimum":10,"gap":20,"stop":"time","seed":1,"trace":[{"seconds":1,"length":13}]}`))
	f.Add([]byte(`{"instance":"a","length":"12","preset":"paper"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := parseEntry(data)
		if err != nil || e == nil {
			return
		}
		line, err := json.Marshal(e)
		if err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		back, err := parseEntry(line)
		if err != nil || back == nil || back.Key() != e.Key() {
			t.Errorf("%s is read back as %+v (%v)", line, back, err)
		}
	})
}

// A parameter file gives an error or knobs that settle to a valid configuration or an error.
func FuzzParams(f *testing.F) {
	f.Add([]byte(`{"preset":"paper","alpha":1,"breadth":"5,3,1"}`))
	f.Add([]byte(`{"depth":2.5e1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		k := Knobs{Preset: "paper"}
		if k.parse(data, "p") != nil {
			return
		}
		if cfg, err := k.Config(1000, "gtprior"); err == nil && cfg.Validate() != nil {
			t.Errorf("%s: %+v is not valid", data, cfg)
		}
	})
}

// A suite file gives an error or suites that are complete.
func FuzzSuite(f *testing.F) {
	dir := f.TempDir()
	f.Add([]byte(suiteExample))
	f.Add([]byte(`[{"sets":["a.txt"],"knobs":[{"label":"x","alpha":2}],"budgets":["10s","5 actions"],"seeds":[3,4]}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if bytes.Contains(data, []byte("/")) || len(data) > 1<<16 {
			return // no file but those of the folder
		}
		name := filepath.Join(dir, "suite.json")
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		suites, err := ReadSuite(name, "")
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("%q is more than a line", err)
			}
			return
		}
		for _, s := range suites {
			if len(s.Sets) == 0 || len(s.Budgets) == 0 || len(s.Seeds) == 0 || len(s.Knobs) == 0 || s.Workers < 1 {
				t.Errorf("%s: %+v", data, s)
			}
		}
	})
}

// A budget that is read prints and reads back to itself, and so do times and lines.
func FuzzBudget(f *testing.F) {
	for _, text := range []string{"10s", "1m30s", "0.1n", "5000 actions", "1e-3n", "0:8", ":", "100h0m1s"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if b, err := ParseBudget(text); err == nil {
			if back, err := ParseBudget(b.String()); err != nil || back != b {
				t.Errorf("%q is %+v, and %q is %+v (%v)", text, b, b.String(), back, err)
			}
			if d := b.Time.Of(1000); d < 0 || d > maxTime {
				t.Errorf("%q is %v for 1000 cities", text, d)
			}
		}
		if r, err := ParseLines(text); err == nil && !(r.From >= 0 && r.From < r.To) {
			t.Errorf("%q is %+v", text, r)
		}
	})
}
