package main

import (
	"crypto/rand"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"tspmcts/bench/draw"
)

// plotFormat returns the format that the name of a picture asks for.
func plotFormat(name string) (string, error) {
	if name == "-" {
		return "svg", nil
	}
	format := strings.ToLower(strings.TrimPrefix(filepath.Ext(name), "."))
	if !slices.Contains(draw.Formats, format) {
		return "", usagef("--plot is %s, want a name that ends in .svg or .png, or -", name)
	}
	return format, nil
}

// showing returns the command by which the desktop shows a file or a page.
func showing(target string) *exec.Cmd {
	switch runtime.GOOS {
	case "darwin":
		return exec.Command("open", target)
	case "windows":
		return exec.Command("rundll32", "url.dll,FileProtocolHandler", target)
	}
	return exec.Command("xdg-open", target)
}

// openPicture shows a file by the desktop's own means, and goes on.
func openPicture(name string) {
	cmd := showing(name)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		warn("%s cannot be shown: %v; open the file yourself", name, err)
	}
}

func openOption() cli.Flag {
	return toggle(catOutput, "open", "draw the tour and show the picture: that of --plot, or one among the temporary files")
}

// openedPlot returns the name of --plot, or with --open that of a temporary file, and whether to
// show the picture.
func openedPlot(c *cli.Context) (name string, open bool, err error) {
	name, open = c.String("plot"), c.Bool("open")
	if open && name == "-" {
		return "", false, usagef("--open shows a file, but --plot is -; leave one of them out")
	}
	if open && name == "" {
		// that nobody else has: the folder may be all users' of the machine
		name = filepath.Join(os.TempDir(), "tspmcts-"+perInstance+"-"+rand.Text()+".svg")
	}
	return name, open, nil
}
