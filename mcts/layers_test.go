package mcts

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tspmcts/tsp/tsptest"
)

// layers are the files of a package from the bottom up. Here: what is asked for, the front
// door. In package stage: what is asked for, what work brings, the search and its stages,
// which stage follows which.
var layers = map[string][]string{
	".": {"names", "config", "published", "tuned", "preset", "options",
		"bound", "solve", "onward", "improvements"},
	"prepare": {"curve", "soon", "problem", "known", "places"},
	"stage": {"task", "work", "first", "bridges", "search", "checkpoint", "visiting",
		"rounds", "simulating", "coarse", "descending", "kicking", "joining", "choosing", "regions", "mending", "whole", "improving",
		"plan", "renewing", "learnt"},
}

// TestLayers pins that no file calls one that stands above it.
func TestLayers(t *testing.T) {
	turned := 0
	for dir, layers := range layers {
		sources := map[string]string{}
		for _, file := range tsptest.Must(filepath.Glob(filepath.Join(dir, "*.go"))) {
			name := strings.TrimSuffix(filepath.Base(file), ".go")
			if strings.HasSuffix(name, "_test") || name == "doc" {
				continue
			}
			if !slices.Contains(layers, name) {
				t.Errorf("%s stands in no layer", file)
			}
			sources[name] = string(tsptest.Must(os.ReadFile(file)))
		}
		if len(sources) != len(layers) {
			t.Errorf("%s: %d files, %d layers", dir, len(sources), len(layers))
		}
		for _, call := range upward(t, sources, layers) {
			t.Errorf("%s: %s", dir, call)
		}
		upside := slices.Clone(layers)
		slices.Reverse(upside)
		turned += len(upward(t, sources, upside))
	}
	// The gate itself: the same files upside down break the order.
	if turned == 0 {
		t.Error("no call is seen to run up where all do")
	}
}

// upward lists the calls between files of one package from a lower layer to a higher
// one. What the files import is not looked at: names of the package are resolved
// without it.
func upward(t *testing.T, sources map[string]string, layers []string) (calls []string) {
	fset := token.NewFileSet()
	var files []*ast.File
	for name, text := range sources {
		file, err := parser.ParseFile(fset, name, text, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	cfg := types.Config{Importer: nothing{}, Error: func(error) {}}
	info := types.Info{Uses: map[*ast.Ident]types.Object{}}
	cfg.Check("mcts", fset, files, &info) // its errors are of what is not imported
	file := func(p token.Pos) string { return fset.Position(p).Filename }
	for id, object := range info.Uses {
		if f, ok := object.(*types.Func); ok && f.Pkg() != nil && f.Pkg().Path() == "mcts" {
			from, to := file(id.Pos()), file(f.Pos())
			if slices.Index(layers, from) < slices.Index(layers, to) {
				calls = append(calls, from+" calls "+f.Name()+" of "+to)
			}
		}
	}
	return calls
}

// nothing imports no package.
type nothing struct{}

func (nothing) Import(string) (*types.Package, error) { return nil, errors.New("not imported") }
