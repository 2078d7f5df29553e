package main

import (
	"path/filepath"
	"slices"
	"strings"

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
