package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// mayImport is the import order: each package, and those of ours that it may
// import. A package below one that is not listed itself follows the one above.
var mayImport = map[string]string{
	"tsp":               "",
	"tsp/onetree":       "tsp",
	"tsp/npy":           "",
	"tsp/tsptest":       "tsp",
	"tsplib":            "tsp",
	"tsplib/places":     "tsp tsp/npy tsplib",
	"heatmap":           "tsp tsp/onetree",
	"heatmap/learned":   "tsp tsp/onetree heatmap",
	"heatmap/mapfile":   "tsp tsp/npy heatmap",
	"twoopt":            "tsp",
	"mcts/eax":          "tsp",
	"mcts/meter":        "",
	"mcts/tree":         "tsp heatmap twoopt mcts/meter",
	"mcts/kick":         "tsp twoopt mcts/meter mcts/tree",
	"mcts/region":       "tsp twoopt mcts/eax mcts/kick",
	"mcts/breed":        "tsp mcts/eax mcts/meter mcts/kick mcts/region",
	"mcts/stage":        "tsp tsp/onetree heatmap twoopt mcts/eax mcts/meter mcts/tree mcts/kick mcts/region mcts/breed",
	"mcts/prepare":      "tsp tsp/onetree heatmap twoopt mcts/meter mcts/kick mcts/stage",
	"mcts":              "tsp tsp/onetree heatmap mcts/eax mcts/meter mcts/tree mcts/kick mcts/stage mcts/prepare",
	"bench":             "tsp tsplib tsplib/places heatmap heatmap/learned heatmap/mapfile mcts mcts/kick",
	"bench/generate":    "",
	"bench/stat":        "",
	"bench/draw":        "tsp heatmap",
	"bench/forest":      "",
	"bench/report":      "tsp mcts bench bench/stat bench/forest bench/draw",
	"bench/tune":        "tsp mcts bench bench/stat bench/forest",
	"bench/farm":        "tsp heatmap mcts mcts/meter mcts/region bench",
	"cmd":               "tsp tsp/onetree tsplib tsplib/places heatmap heatmap/learned heatmap/mapfile mcts bench bench/draw bench/generate bench/report bench/tune bench/farm cmd/tspmcts/serve",
	"cmd/tspmcts/serve": "tsp tsplib tsplib/places heatmap mcts bench bench/draw bench/generate",
}

// violations returns what in the tree breaks the order, or uses cgo, and "rule package" of what
// packages of ours import. Tests may import anything of ours.
func violations(tree fs.FS) (bad []string, used map[string]bool, err error) {
	used = map[string]bool{}
	err = fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if base := path.Base(name); d.IsDir() && name != "." && (strings.HasPrefix(base, ".") || base == "testdata") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		dir := path.Dir(name)
		rule := dir
		for rule != "." && !has(mayImport, rule) {
			rule = path.Dir(rule)
		}
		if rule == "." {
			bad = append(bad, fmt.Sprintf("%s: package %s has no place in the order", name, dir))
			return nil
		}
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, i := range file.Imports {
			imported, _ := strconv.Unquote(i.Path.Value)
			ours, ok := strings.CutPrefix(imported, "tspmcts/")
			used[rule+" "+ours] = true
			if imported == "C" || ok && !slices.Contains(strings.Fields(mayImport[rule]), ours) {
				bad = append(bad, fmt.Sprintf("%s imports %s", name, imported))
			}
		}
		return nil
	})
	return bad, used, err
}

func has(m map[string]string, key string) bool {
	_, ok := m[key]
	return ok
}

// Packages import only those above them in the order, all that it lets them, and there is no cgo.
func TestImportOrder(t *testing.T) {
	bad, used, err := violations(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range bad {
		t.Error(b)
	}
	for rule, allowed := range mayImport {
		for ours := range strings.FieldsSeq(allowed) {
			if !used[rule+" "+ours] {
				t.Errorf("%s may import %s and does not", rule, ours)
			}
		}
	}
}

// The rows about packages in ARCHITECTURE.md stand in that order: nobody imports a row below.
func TestImportOrderOfRows(t *testing.T) {
	page, err := os.ReadFile("../../.github/ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]int{}
	for i, line := range strings.Split(string(page), "\n") {
		if cells := strings.Split(line, "|"); len(cells) > 3 {
			for _, name := range strings.FieldsFunc(cells[1], func(r rune) bool { return r == '`' || r == ' ' }) {
				if !has(mayImport, name) && has(mayImport, "mcts/"+name) {
					name = "mcts/" + name
				}
				rows[name] = i
			}
		}
	}
	for rule, allowed := range mayImport {
		if strings.HasPrefix(rule, "mcts") && rows[rule] == 0 {
			t.Errorf("no row has %s", rule)
		}
		for ours := range strings.FieldsSeq(allowed) {
			if rows[rule] != 0 && rows[ours] > rows[rule] {
				t.Errorf("%s imports %s, of a row below", rule, ours)
			}
		}
	}
}

// The order test finds what it is for.
func TestImportOrderFindsViolations(t *testing.T) {
	file := func(imports string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("package x\n\nimport (\n" + imports + "\n)\n")}
	}
	bad, used, err := violations(fstest.MapFS{
		"tsp/a.go":           file(`"fmt"; "tspmcts/tsplib"`),
		"tsplib/a.go":        file(`"tspmcts/tsp"`),
		"twoopt/a.go":        file(`"tspmcts/heatmap"`),
		"mcts/a.go":          file(`"tspmcts/heatmap"`),
		"mcts/eax/a.go":      file(`"tspmcts/mcts"`),
		"mcts/eax/b_test.go": file(`"tspmcts/mcts"`),
		"cmd/tspmcts/a.go":   file(`"C"`),
		"extra/a.go":         file(`"fmt"`),
	})
	want := []string{"cmd/tspmcts/a.go imports C", "extra/a.go: package extra has no place in the order",
		"mcts/eax/a.go imports tspmcts/mcts", "tsp/a.go imports tspmcts/tsplib", "twoopt/a.go imports tspmcts/heatmap"}
	if err != nil || !slices.Equal(bad, want) || !used["tsplib tsp"] || used["tsp heatmap"] {
		t.Errorf("found %q, want %q (%v), imports %v", bad, want, err, used)
	}
}

// longest is the number of lines that a function may have, without its comment. One
// that needs more has a part with a name of its own.
const longest = 80

// long lists the functions of a tree, tests aside, that are longer.
func long(tree fs.FS) (bad []string, err error) {
	err = fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if lines := fset.Position(f.End()).Line - fset.Position(f.Type.Pos()).Line + 1; lines > longest {
				bad = append(bad, fmt.Sprintf("%s: %s has %d lines, want %d at most", name, f.Name.Name, lines, longest))
			}
		}
		return nil
	})
	return bad, err
}

// No function is long, and one that is would be found.
func TestFunctionsAreShort(t *testing.T) {
	bad, err := long(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range bad {
		t.Error(b)
	}
	function := func(lines int) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("package x\n\nfunc f() {\n" + strings.Repeat("\tf()\n", lines-2) + "}\n")}
	}
	bad, err = long(fstest.MapFS{"a.go": function(longest), "b.go": function(longest + 1), "b_test.go": function(longest + 1)})
	if want := []string{"b.go: f has 81 lines, want 80 at most"}; err != nil || !slices.Equal(bad, want) {
		t.Errorf("found %q, want %q (%v)", bad, want, err)
	}
}

// The top level holds what the design names and nothing else.
func TestTopLevel(t *testing.T) {
	out, err := exec.Command("git", "-C", "../..", "ls-tree", "--name-only", "HEAD").Output()
	if err != nil {
		t.Skip("no git here")
	}
	allowed := strings.Fields("cmd tsp heatmap mcts twoopt tsplib bench go.mod go.sum README.md LICENSE CHANGELOG.md")
	for name := range strings.FieldsSeq(string(out)) {
		if !strings.HasPrefix(name, ".") && !slices.Contains(allowed, name) {
			t.Errorf("%s does not belong at the top level", name)
		}
	}
}

// A program that imports the solver pulls neither an optimiser nor a reader of NumPy files.
func TestSolverIsLight(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "tspmcts/mcts").Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(out), "tspmcts/heatmap\n") {
		t.Fatalf("mcts imports %s", out)
	}
	for name := range strings.FieldsSeq(string(out)) {
		if strings.Contains(name, "gonum/optimize") || strings.Contains(name, "npyio") || strings.HasPrefix(name, "tspmcts/heatmap/") {
			t.Errorf("mcts imports %s", name)
		}
	}
}
