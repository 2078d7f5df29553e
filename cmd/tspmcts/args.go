package main

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// completionFlag is what the completion scripts put at the end of a command line.
const completionFlag = "--generate-bash-completion"

// intersperse moves a command's flags before its other arguments, because the
// library stops at the first argument that is no flag. "--" ends the flags; "-"
// is an argument. An unknown flag, or one without its value, is a usage error.
func intersperse(app *cli.App, args []string) ([]string, error) {
	if len(args) > 2 && args[1] == "help" { // of what follows the library reads one word
		switch rest := args[2:]; {
		case rest[0] == completionFlag:
			args = slices.Concat(args[:1], rest)
		case app.Command(rest[0]) != nil && rest[len(rest)-1] != completionFlag:
			args = slices.Concat(args[:1], rest, []string{"--help"})
		}
	}
	if last := len(args) - 1; args[last] == completionFlag {
		args = slices.Clone(args)
		for i, arg := range args[:last] {
			if arg == "--" { // behind which the library would take completionFlag for a file
				args[i] = "-"
			}
		}
		return args, nil
	}
	at := 1
	for at < len(args) && strings.HasPrefix(args[at], "-") {
		at++
	}
	if at >= len(args) {
		return args, nil
	}
	cmd := app.Command(args[at])
	if cmd == nil {
		return args, nil
	}
	for at+1 < len(args) {
		sub := findCommand(cmd, args[at+1])
		if sub == nil {
			break
		}
		cmd = sub
		at++
	}
	if len(cmd.Subcommands) > 0 && len(cmd.Flags) == 0 { // heatmap alone, which only lists what is below it
		return args, nil
	}
	path := slices.Clone(args[:at+1])
	var flags, rest []string
	for i := at + 1; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			rest = append(rest, args[i+1:]...)
			break
		}
		if sub := findCommand(cmd, arg); sub != nil && len(rest) == 0 { // behind the flags
			path, cmd = append(path, arg), sub
			continue
		}
		if len(arg) < 2 || arg[0] != '-' {
			rest = append(rest, arg)
			continue
		}
		flags = append(flags, arg)
		name, _, hasValue := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(arg, "-"), "-"), "=")
		flag := findFlag(cmd, name)
		if flag == nil {
			meant := cli.SuggestFlag(cmd.Flags, name, false)
			if meant != "" {
				meant = "did you mean " + meant + "? "
			}
			return nil, usagef("%s has no flag %s; %stspmcts %[1]s --help lists them", strings.Join(path[1:], " "), arg, meant)
		}
		if flag == cli.HelpFlag { // with arguments the library would take them for topics
			return append(path, "--help"), nil
		}
		if _, isBool := flag.(*cli.BoolFlag); isBool || hasValue {
			continue
		}
		if i+1 == len(args) || strings.HasPrefix(args[i+1], "--") {
			return nil, usagef("%s needs a value; tspmcts %s --help tells which", arg, strings.Join(path[1:], " "))
		}
		i++
		flags = append(flags, args[i])
	}
	return slices.Concat(path, flags, []string{"--"}, rest), nil
}

// findCommand returns the command of that name below cmd, or nil.
func findCommand(cmd *cli.Command, name string) *cli.Command {
	for _, sub := range cmd.Subcommands {
		if sub.HasName(name) {
			return sub
		}
	}
	return nil
}

func findFlag(cmd *cli.Command, name string) cli.Flag {
	for _, f := range append([]cli.Flag{cli.HelpFlag}, cmd.Flags...) {
		for _, n := range f.Names() {
			if n == name {
				return f
			}
		}
	}
	return nil
}
