package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// shorter makes the commands of the manuals short; what they print is not compared.
var shorter = []struct {
	flag *regexp.Regexp
	by   string
}{
	{regexp.MustCompile(`--time \S+`), "--time 0.02s"},
	{regexp.MustCompile(`--trials \d+`), "--trials 2"},
}

// provided makes the files that the manuals speak of and do not make. (A tour in the order
// of the cities would be taken for none.)
var provided = []string{
	"tspmcts generate --cities 20 --count 24 --format lines --out tsp500.txt",
	"tspmcts generate --cities 20 --count 16 --seed 2 --format lines --out tsp1000.txt",
	"tspmcts generate --cities 20 --count 72 --seed 3 --format lines --out u500.txt",
	`tspmcts generate --cities 20 --count 4 --seed 4 --format lines --out plain && sed "s/\$/ output 1 $(seq -s " " 20 -1 2) 1/" plain > set.txt`,
	`tspmcts generate --cities 20 --count 4 --seed 5 --format lines --out plain && sed "s/\$/ output 1 $(seq -s " " 20 -1 2) 1/" plain > a.txt`,
	`tspmcts generate --cities 20 --count 4 --seed 6 --format lines --out plain && sed "s/\$/ output 1 $(seq -s " " 20 -1 2) 1/" plain > b.txt`,
	"tspmcts generate --cities 2000 --out city.tsp",
	`echo 'instance,best' > best.csv; for i in $(seq 0 23); do echo "tsp500_$i,3.5" >> best.csv; done`,
	`echo '{"sets": [{"file": "tsp500.txt", "lines": "0:2"}], "budgets": ["100 actions"]}' > suite.json`,
	`printf 'PROBLEM_FILE = a.tsp\nRun 1: Cost = 378032, Time = 0.90 sec.\n' > lkh.log`,
	`printf 'Chained Lin-Kernighan with seed 99\nProblem Name: pr1002\nFinal Cycle: 259045\n' > linkern.log`,
	`printf 'instance,solver,seed,seconds,length\na,X,1,2,11\n' > peers.csv`,
}

// refused are commands that are shown with the error that they end with.
var refused = regexp.MustCompile(`^tspmcts solve x\.tsp`)

// batch returns a NumPy file of count matrices of n x n.
func batch(count, n int) string {
	head := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d, %d), }", count, n, n)
	head += strings.Repeat(" ", (64-(10+len(head)+1)%64)%64) + "\n"
	text := "\x93NUMPY\x01\x00" + string([]byte{byte(len(head)), byte(len(head) >> 8)}) + head
	return text + strings.Repeat("\x00\x00\x00\x3f", count*n*n) // 0.5
}

// commands returns what the code blocks of a manual tell to type into a shell.
func commands(text string) (all []string) {
	for i, part := range strings.Split(text, "```") {
		if i%2 == 0 {
			continue
		}
		for line := range strings.Lines(part) {
			if c, ok := strings.CutPrefix(line, "$ "); ok {
				all = append(all, strings.TrimSpace(c))
			}
		}
	}
	return all
}

// manualsOf returns the names of every README.
func manualsOf(t *testing.T) (manuals []string) {
	t.Helper()
	err := filepath.WalkDir("../..", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && strings.HasPrefix(d.Name(), ".") && d.Name() != ".." {
			return fs.SkipDir
		}
		if err == nil && d.Name() == "README.md" {
			manuals = append(manuals, name)
		}
		return err
	})
	if err != nil || len(manuals) == 0 {
		t.Fatal(manuals, err)
	}
	return manuals
}

// Every command of every README does what it says: it succeeds, one after the other in one folder.
func TestManuals(t *testing.T) {
	t.Parallel()
	shell, err := exec.LookPath("sh")
	if err != nil || runtime.GOOS == "windows" {
		t.Skip("no shell here")
	}
	manuals := manualsOf(t)
	total := 0
	for _, manual := range manuals {
		t.Run(filepath.ToSlash(manual), func(t *testing.T) {
			dir := t.TempDir()
			run := func(line string) (string, error) {
				ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
				defer cancel()
				cmd := exec.CommandContext(ctx, shell, "-c", line)
				cmd.Dir = dir
				cmd.Env = []string{"PATH=" + filepath.Dir(binary) + string(os.PathListSeparator) + os.Getenv("PATH")}
				out, err := cmd.CombinedOutput()
				return string(out), err
			}
			text, err := os.ReadFile(manual)
			if err != nil {
				t.Fatal(err)
			}
			typed := commands(string(text))
			total += len(typed)
			if len(typed) == 0 {
				return
			}
			write(t, dir, "difusco.npy", batch(4, 5))
			write(t, dir, "x.tsp", strings.Replace(square, "2 0 10", "2 0 nan", 1))
			for _, line := range provided {
				if out, err := run(line); err != nil {
					t.Fatalf("%s: %v\n%s", line, err, out)
				}
			}
			var server *served
			for _, line := range typed {
				if args, ok := strings.CutPrefix(line, "tspmcts serve --listen 127.0.0.1:8080 "); ok { // on a port that is free, until the manual ends
					server = startServer(t, dir, strings.Fields(strings.TrimSuffix(args, " &"))...)
					continue
				}
				short := line
				if server != nil {
					short = strings.ReplaceAll(short, "http://127.0.0.1:8080", server.url)
				}
				if _, err := exec.LookPath("curl"); err != nil && strings.HasPrefix(line, "curl ") {
					t.Skip("no curl here")
				}
				for _, s := range shorter {
					short = s.flag.ReplaceAllString(short, s.by)
				}
				if strings.HasPrefix(line, "tspmcts solve ") && !strings.Contains(line, "--time ") {
					short = strings.Replace(short, "tspmcts solve", "tspmcts solve --time 0.02s", 1)
				}
				out, err := run(short)
				if bad := refused.MatchString(line); bad != (err != nil) || bad && !strings.HasPrefix(out, "tspmcts: x.tsp:") {
					t.Errorf("$ %s\n%s%v", line, out, err)
				}
			}
		})
	}
	if total == 0 {
		t.Error("no README holds a command that begins with $")
	}
}

var (
	calledMark = regexp.MustCompile("\\btspmcts ([a-z][^`\n|>]*)")
	wordMark   = regexp.MustCompile(`^[a-z]+$`)
)

// Every flag that a page gives to a command is one of it: also in the text, and in the blocks
// about other machines, which no test can run.
func TestManualsNameFlags(t *testing.T) {
	helps := map[string]string{}
	help := func(command []string) string {
		key := strings.Join(command, " ")
		if _, ok := helps[key]; !ok {
			out, _, code := call{args: append(command, "--help")}.run(t, t.TempDir())
			if code != 0 {
				out = ""
			}
			helps[key] = out
		}
		return helps[key]
	}
	checked := 0
	for _, page := range append(manualsOf(t), "../../.github/CONTRIBUTING.md") {
		for _, m := range calledMark.FindAllStringSubmatch(read(t, ".", page), -1) {
			typed, _, _ := strings.Cut(m[1], " #")
			fields := strings.Fields(typed)
			words := 1 // of the command
			if len(fields) > 1 && wordMark.MatchString(fields[1]) {
				words = 2
			}
			for _, f := range fields {
				flag, _, _ := strings.Cut(f, "=")
				if !strings.HasPrefix(flag, "--") || flag == "--" || flag == "--help" {
					continue
				}
				checked++
				if text := help(fields[:words:words]); !strings.Contains(text, " "+flag+" ") && !strings.Contains(text, " "+flag+",") {
					t.Errorf("%s: %s has no flag %s", page, strings.Join(fields[:words], " "), flag)
				}
			}
		}
	}
	if checked < 100 {
		t.Errorf("only %d flags were found", checked)
	}
}

// Where commands share a flag or a heading, their help says what each does with it.
func TestHelpFits(t *testing.T) {
	for _, c := range []struct{ command, want, wrong string }{
		{"solve", "the first that is reached ends the search", ""},
		{"solve", "find paths through all cities", ""},
		{"bench", "Budget of a run: each one given is tried", "the first that is reached"},
		{"tune", "Budget of a run: --time or --actions", "the first that is reached"},
		{"bound", "ascend for T", "the first that is reached"},
		{"bound", "bound paths through all cities", "find paths"},
		{"eval", "check paths through all cities", "find paths"},
		{"heatmap eval", "hold the map against the tour in FILE", ""},
		{"heatmap plot", "draw the tour in FILE", "hold it"},
		{"heatmap fit", "count in the tour in FILE", "hold it"},
		{"heatmap train", "learn from the tour in FILE", "hold it"},
		{"generate", "only atsp-closure holds", "no memory"},
	} {
		out := must(t, t.TempDir(), append(strings.Fields(c.command), "--help")...)
		if !strings.Contains(out, c.want) || c.wrong != "" && strings.Contains(out, c.wrong) {
			t.Errorf("%s --help lacks %q, or has %q:\n%s", c.command, c.want, c.wrong, out)
		}
	}
}

// The program's documentation lists its commands, and files that it has.
func TestDocNamesCommands(t *testing.T) {
	doc := read(t, ".", "doc.go")
	for _, c := range newApp().Commands {
		if !c.Hidden && !strings.Contains(doc, "//\ttspmcts "+c.Name+" ") {
			t.Errorf("doc.go does not name the command %s", c.Name)
		}
	}
	for _, file := range regexp.MustCompile(`\w+\.go`).FindAllString(doc, -1) {
		if _, err := os.Stat(file); err != nil {
			t.Errorf("doc.go: %v", err)
		}
	}
}
