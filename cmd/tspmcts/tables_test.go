package main

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"unicode"

	"tspmcts/mcts"
)

var updateTables = flag.Bool("update-tables", false, "write the tables and curves of the READMEs anew, after a change of bench/results")

var (
	// tableMark encloses what a command of this program prints, run at the top level.
	tableMark = regexp.MustCompile(`(?s)<!-- table: (.*?) -->\n(.*?)<!-- end -->`)
	// figureMark stands before a picture that a report has: records, and the figure's name.
	figureMark = regexp.MustCompile(`<!-- figure: (.*?) (\S+\.svg) -->\n!\[[^\]]*\]\(([^)]*)\)`)
)

// Tables and curves of the READMEs say what the committed records say.
func TestTables(t *testing.T) {
	const top = "../.."
	const remedy = "is out of date: go test ./cmd/tspmcts -run TestTables -update-tables"
	tables, figures := 0, 0
	for _, manual := range manualsOf(t) {
		data, err := os.ReadFile(manual)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(data), "\r\n", "\n")
		fresh := tableMark.ReplaceAllStringFunc(text, func(old string) string {
			tables++
			m := tableMark.FindStringSubmatch(old)
			made := "<!-- table: " + m[1] + " -->\n" + must(t, top, strings.Fields(m[1])...) + "<!-- end -->"
			if old != made && !*updateTables {
				t.Errorf("%s: the table of %s %s", manual, m[1], remedy)
			}
			return made
		})
		if fresh != text && *updateTables {
			if err := os.WriteFile(manual, []byte(fresh), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		for _, m := range figureMark.FindAllStringSubmatch(text, -1) {
			figures++
			if runtime.GOARCH != "amd64" && !*updateTables {
				continue // others round products differently in the last digit of a place
			}
			dir := t.TempDir()
			must(t, top, append(strings.Fields("report "+m[1]), "--out", dir)...)
			made := read(t, dir, m[2])
			name := filepath.Join(filepath.Dir(manual), filepath.FromSlash(m[3]))
			if *updateTables {
				if err := os.WriteFile(name, []byte(made), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if was, err := os.ReadFile(name); err != nil || strings.ReplaceAll(string(was), "\r\n", "\n") != made {
				t.Errorf("%s: %s of %s %s (%v)", manual, m[3], m[1], remedy, err)
			}
		}
	}
	if tables == 0 || figures == 0 {
		t.Errorf("%d tables and %d figures are marked in the READMEs", tables, figures)
	}
}

// The page about the records says whose processor each of them is of.
func TestProcessors(t *testing.T) {
	text := read(t, "../../bench", "README.md")
	said := map[string]string{}
	for _, m := range regexp.MustCompile("((?:`\\w+\\.jsonl`(?:, | and )?)+) are of an (\\w+)").FindAllStringSubmatch(text, -1) {
		for _, file := range strings.FieldsFunc(m[1], func(r rune) bool { return strings.ContainsRune("`, ", r) }) {
			said[file] = m[2]
		}
	}
	files, err := filepath.Glob("../../bench/results/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	processor := regexp.MustCompile(`"cpu":"(\w+)`)
	for _, file := range files {
		for _, m := range processor.FindAllStringSubmatch(read(t, ".", file), -1) {
			if name := filepath.Base(file); m[1] != said[name] {
				t.Errorf("bench/README.md says that %s is of %q, a record of it that it is of %q", name, said[name], m[1])
				break
			}
		}
	}
}

// The page about the search names every knob, and nothing else as one.
func TestKnobTable(t *testing.T) {
	text := read(t, "../../mcts", "README.md")
	_, table, _ := strings.Cut(text, "## Knobs")
	table, _, _ = strings.Cut(table, "\n## ")
	named := map[string]bool{}
	for line := range strings.Lines(table) {
		if cells := strings.Split(line, "|"); len(cells) > 2 {
			for _, m := range regexp.MustCompile("`([a-z-]+)`").FindAllStringSubmatch(cells[1], -1) {
				named[m[1]] = true
			}
		}
	}
	for _, k := range mcts.Knobs {
		if !named[k.Name] {
			t.Errorf("mcts/README.md does not have the knob %s", k.Name)
		}
		delete(named, k.Name)
	}
	for name := range named {
		t.Errorf("mcts/README.md has %s, which is no knob", name)
	}
}

// The program of the first page is the first example, word for word.
func TestFirstProgram(t *testing.T) {
	_, program, _ := strings.Cut(read(t, "../..", "README.md"), "```go\n")
	program, _, ok := strings.Cut(program, "```")
	example := strings.ReplaceAll(read(t, "../../mcts", "example_test.go"), "\n\t", "\n")
	if !ok || strings.Count(program, "\n") != 3 || !strings.Contains(example, "func ExampleSolve() {\n"+program+"// Output:") {
		t.Errorf("README.md's program is not ExampleSolve:\n%s", program)
	}
}

// linkMark is a link or picture of Markdown.
var linkMark = regexp.MustCompile(`\]\(([^()\s]+)\)`)

// anchorOf returns the name that pages of Markdown give a heading.
func anchorOf(heading string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(strings.TrimSpace(heading)) {
		switch {
		case r == ' ':
			b.WriteByte('-')
		case r == '-' || unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		}
	}
	return b.String()
}

// What the pages link to is there: file, folder and heading.
func TestLinks(t *testing.T) {
	pages := append(manualsOf(t), "../../CHANGELOG.md")
	more, err := filepath.Glob("../../.github/*.md")
	if err != nil || len(more) < 2 {
		t.Fatal(more, err)
	}
	links := 0
	for _, page := range append(pages, more...) {
		for _, m := range linkMark.FindAllStringSubmatch(read(t, ".", page), -1) {
			file, heading, _ := strings.Cut(m[1], "#")
			if strings.Contains(file, "://") {
				continue
			}
			links++
			target := page
			if file != "" {
				target = filepath.Join(filepath.Dir(page), filepath.FromSlash(file))
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s: %v", page, m[1], err)
				continue
			}
			if heading == "" {
				continue
			}
			if info, err := os.Stat(target); err == nil && info.IsDir() {
				target = filepath.Join(target, "README.md")
			}
			found := false
			for line := range strings.Lines(read(t, ".", target)) {
				found = found || strings.HasPrefix(line, "#") && anchorOf(strings.TrimLeft(line, "#")) == heading
			}
			if !found {
				t.Errorf("%s links to %s, and there is no such heading", page, m[1])
			}
		}
	}
	if links < 20 {
		t.Errorf("only %d links were found", links)
	}
}
