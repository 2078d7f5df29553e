package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"tspmcts/bench/generate"
	"tspmcts/bench/report"
	"tspmcts/bench/tune"
	"tspmcts/heatmap"
	"tspmcts/mcts"
	"tspmcts/tsplib/places"
)

// The scripts ask the program itself, with completionFlag; names of files are completed where it
// has no answer, and behind bench, which takes a suite file or a command below it. Bash splits
// words at =, which begins a value as a blank does.
var completionScripts = map[string]string{
	"bash": `_tspmcts() {
  local cur="${COMP_WORDS[COMP_CWORD]}" words=() w IFS=$'\n'
  for w in "${COMP_WORDS[@]:0:COMP_CWORD}"; do [[ "$w" == = ]] || words+=("$w"); done
  [[ "$cur" == = ]] && cur=
  [[ "$cur" == -* ]] && words+=("$cur")
  COMPREPLY=($(compgen -W "$("${words[@]}" --generate-bash-completion 2>/dev/null)" -- "$cur"))
  if [[ "${COMP_WORDS[COMP_CWORD-1]}" == bench ]]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY+=($(compgen -f -- "$cur"))
  fi
}
complete -o bashdefault -o default -F _tspmcts tspmcts
`,
	"zsh": `#compdef tspmcts
_tspmcts() {
  local -a words_ opts
  words_=("${words[@]:0:$((CURRENT-1))}")
  [[ "${words[CURRENT]}" == -* ]] && words_+=("${words[CURRENT]}")
  opts=("${(@f)$("${words_[@]}" --generate-bash-completion 2>/dev/null)}")
  [[ -n "${opts[1]}" ]] && compadd -- "${opts[@]}"
  if [[ -z "${opts[1]}" || "${words_[-1]}" == bench ]]; then _files; fi
}
compdef _tspmcts tspmcts
`,
	"fish": `function __tspmcts
  set -l words (commandline -opc)
  set -l cur (commandline -ct)
  string match -q -- '-*' $cur; and set -a words $cur
  set -l opts ($words --generate-bash-completion 2>/dev/null)
  string join \n -- $opts
  if not set -q opts[1]; or test "$words[-1]" = bench
    __fish_complete_path $cur
  end
end
complete -c tspmcts -f -a '(__tspmcts)'
`,
	"pwsh": `Register-ArgumentCompleter -Native -CommandName tspmcts -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | ForEach-Object { $_.ToString() })
  if ($wordToComplete -ne '' -and -not $wordToComplete.StartsWith('-')) { $words = $words[0..($words.Count - 2)] }
  $rest = @($words | Select-Object -Skip 1)
  & $words[0] @rest --generate-bash-completion | Where-Object { $_ -like "$wordToComplete*" } |
    ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
}
`,
}

func completionCommand() *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "print a shell's completion script",
		ArgsUsage: "bash|zsh|fish|pwsh",
		Description: "For this session:\n" +
			"  bash: source <(tspmcts completion bash)\n" +
			"  zsh:  source <(tspmcts completion zsh)\n" +
			"  fish: tspmcts completion fish | source\n" +
			"  pwsh: tspmcts completion pwsh | Out-String | Invoke-Expression",
		Action: func(c *cli.Context) error {
			shell := c.Args().First()
			script := completionScripts[shell]
			if script == "" || c.NArg() != 1 {
				return usagef("completion takes the name of a shell: bash, zsh, fish or pwsh")
			}
			_, err := fmt.Fprint(stdout{}, script)
			return err
		},
	}
}

// choices returns the values of a command's flag, where they are few.
func choices(command, flag string) []string {
	switch flag {
	case "preset", "presets":
		return mcts.Presets
	case "heatmap", "heatmaps":
		if command == "fit" {
			return fitted
		}
		return append(heatmap.Names(), defaultHeatmap)
	case "kind":
		return generate.Kinds
	case "metric":
		return []string{"haversine", "geodesic", "euclid"}
	case "weight":
		return places.Weights
	case "method":
		return tune.Methods
	case "only":
		return report.Tables
	case "format":
		switch command {
		case "generate":
			return []string{"tsplib", "lines"}
		case "solve":
			return append([]string{"tsplib"}, places.Formats...)
		}
		return mapFormatNames()
	}
	k, _ := mcts.FindKnob(flag)
	return k.Choices
}

// completeValues completes the values of flags and, as the library does, the flags.
func completeValues(cmd *cli.Command) cli.BashCompleteFunc {
	flags := cli.DefaultCompleteWithFlags(cmd)
	return func(c *cli.Context) {
		if cmd.Name == "completion" {
			fmt.Fprintln(c.App.Writer, "bash\nzsh\nfish\npwsh")
			return
		}
		if k := len(os.Args) - 2; k > 1 { // the last is completionFlag
			if values := choices(cmd.Name, strings.TrimLeft(os.Args[k], "-")); strings.HasPrefix(os.Args[k], "--") && values != nil {
				fmt.Fprintln(c.App.Writer, strings.Join(values, "\n"))
				return
			}
			if os.Args[k] != cmd.Name && !strings.HasPrefix(os.Args[k], "-") {
				return // a file comes next: the commands below cmd stand right behind it
			}
		}
		flags(c)
	}
}
