package main

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var updateNotices = flag.Bool("update-notices", false, "write NOTICES.txt anew, after a change of go.mod")

// legal matches the names of the files that a copy of a module must come with.
var legal = regexp.MustCompile(`(?i)^(un)?licen[sc]e|^copying|^notice|^patents`)

// NOTICES.txt, which every archive of the program carries, has the licences of
// all modules that are linked into it, on any system, and of Go.
func TestNotices(t *testing.T) {
	t.Parallel()
	modules := map[string]string{} // folder by name and version
	for _, goos := range []string{"linux", "darwin", "windows"} {
		cmd := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}|{{.Dir}}{{end}}{{end}}", ".")
		cmd.Env = append(os.Environ(), "GOOS="+goos, "CGO_ENABLED=0")
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(out)) {
			if name, dir, ok := strings.Cut(strings.TrimSpace(line), "|"); ok {
				modules[name] = dir
			}
		}
	}
	names := []string{}
	for name := range modules {
		names = append(names, name)
	}
	slices.Sort(names)
	var b bytes.Buffer
	fmt.Fprintf(&b, "tspmcts is linked with the modules below, whose licences follow, and with Go's own library.\n\n%s\n", strings.Join(names, "\n"))
	put := func(name, dir string) {
		before := b.Len()
		for _, file := range legalFiles(t, dir) {
			text, err := os.ReadFile(filepath.Join(dir, file))
			if err != nil {
				t.Fatal(err)
			}
			text = bytes.TrimSpace(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")))
			rule := strings.Repeat("-", 72)
			fmt.Fprintf(&b, "\n%s\n%s, %s\n%s\n\n%s\n", rule, name, filepath.ToSlash(file), rule, text)
		}
		if b.Len() == before {
			t.Errorf("%s has no licence in %s", name, dir)
		}
	}
	for _, name := range names {
		put(name, modules[name])
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	put("Go", strings.TrimSpace(string(root)))
	if *updateNotices {
		if err := os.WriteFile("NOTICES.txt", b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	was, err := os.ReadFile("NOTICES.txt")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(was, b.Bytes()) {
		t.Error("NOTICES.txt does not tell what is linked: go test ./cmd/tspmcts -run TestNotices -update-notices")
	}
}

// legalFiles returns the licences at the root of a module, and those in folders of licences there.
func legalFiles(t *testing.T, dir string) (files []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		switch name := e.Name(); {
		case !e.IsDir() && legal.MatchString(name):
			files = append(files, name)
		case e.IsDir() && strings.Contains(strings.ToLower(name), "licenses"):
			filepath.WalkDir(filepath.Join(dir, name), func(path string, e fs.DirEntry, err error) error {
				if err == nil && e.Type().IsRegular() {
					rel, _ := filepath.Rel(dir, path)
					files = append(files, rel)
				}
				return err
			})
		}
	}
	return files
}
