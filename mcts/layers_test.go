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
)

// layers are the files of the package from the bottom up: what is asked for, what is
// prepared, the search and its stages, which stage follows which, the front door.
var layers = []string{"stop", "config", "published", "tuned", "preset", "options",
	"first", "bound", "work", "problem", "places",
	"search", "checkpoint", "rounds", "simulating", "coarse", "descending", "kicking", "joining", "choosing", "regions", "whole", "improving",
	"plan", "onward", "solve", "improvements"}

// TestLayers pins that no file calls one that stands above it.
func TestLayers(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string]string{}
	for _, file := range files {
		name := strings.TrimSuffix(file, ".go")
		if strings.HasSuffix(name, "_test") || name == "doc" {
			continue
		}
		if !slices.Contains(layers, name) {
			t.Errorf("%s stands in no layer", file)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sources[name] = string(text)
	}
	if len(sources) != len(layers) {
		t.Errorf("%d files, %d layers", len(sources), len(layers))
	}
	for _, call := range upward(t, sources, layers) {
		t.Error(call)
	}
	// The gate itself: the same files upside down break the order.
	upside := slices.Clone(layers)
	slices.Reverse(upside)
	if len(upward(t, sources, upside)) == 0 {
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
