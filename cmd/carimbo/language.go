package main

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/words/portuguese"
)

// languages are what --lang takes, and by what the languages of an environment begin.
const languages = "pt, en"

// languageOf is the language of a command line: that of its --lang, or else of the
// environment as POSIX has it. It is known before the flags are read: their help is in it.
func languageOf(args []string, environment func(string) string) (words.Language, error) {
	asked := ""
	for _, variable := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if asked = environment(variable); asked != "" {
			break
		}
	}
	for i, arg := range args {
		if arg == "--" {
			break
		}
		if value, given := strings.CutPrefix(arg, "--lang="); given {
			asked = value
		} else if arg == "--lang" && i+1 < len(args) {
			asked = args[i+1]
		}
	}
	return languageNamed(asked)
}

// languageNamed is the Portuguese where that is asked for, and English else.
func languageNamed(asked string) (words.Language, error) {
	if asked == "pt" || strings.HasPrefix(asked, "pt_") || strings.HasPrefix(asked, "pt-") {
		return portuguese.Language()
	}
	return words.Language{}, nil
}

// noticeLanguages are those that receivers of notices ask for by lang:, and the command
// line's for those who ask for none.
func (c *console) noticeLanguages() (map[string]words.Language, error) {
	languages := map[string]words.Language{"": c.language}
	for _, name := range []string{"pt", "en"} {
		var err error
		if languages[name], err = languageNamed(name); err != nil {
			return nil, err
		}
	}
	return languages, nil
}

// printf writes a sentence in the language of whoever gave the command.
func (c *console) printf(w io.Writer, format string, values ...any) {
	_, _ = fmt.Fprint(w, words.Say(format, values...).In(c.language))
}

// say is a text in the language of whoever gave the command.
func (c *console) say(format string, values ...any) string {
	return words.Say(format, values...).In(c.language)
}

// text is a text in the language of whoever gave the command, safe for their terminal.
func (c *console) text(t words.Text) string { return safe(t.In(c.language)) }

// translate puts what a command and those below it say of themselves into the language of
// whoever asks.
func (c *console) translate(cmd *cobra.Command) {
	cmd.InitDefaultHelpFlag()
	cmd.Flags().Lookup("help").Usage = c.say("help for %s", cmd.DisplayName())
	cmd.Use = capitals.ReplaceAllStringFunc(cmd.Use, func(name string) string { return placeholder(name).In(c.language) })
	cmd.Short, cmd.Long, cmd.Example = c.language.Of(cmd.Short), c.language.Of(cmd.Long), c.language.Of(cmd.Example)
	for _, flags := range []*pflag.FlagSet{cmd.Flags(), cmd.PersistentFlags()} {
		flags.VisitAll(func(f *pflag.Flag) { f.Usage = c.language.Of(f.Usage) })
	}
	for _, sub := range cmd.Commands() {
		c.translate(sub)
	}
}

// headings has cobra's own words in the language, too.
func (c *console) headings(root *cobra.Command) {
	root.SetUsageTemplate(strings.NewReplacer(
		"Usage:", c.say("Usage:"),
		"Aliases:", c.say("Aliases:"),
		"Examples:", c.say("Examples:"),
		"Available Commands:", c.say("Available Commands:"),
		"Global Flags:", c.say("Global Flags:"),
		"Flags:", c.say("Flags:"),
		`Use "{{.CommandPath}} [command] --help" for more information about a command.`, c.say(`Use "%s [command] --help" for more information about a command.`, "{{.CommandPath}}"),
	).Replace(root.UsageTemplate()))
	root.InitDefaultVersionFlag()
	root.Flags().Lookup("version").Usage = c.say("version for %s", root.DisplayName())
	usage := root.UsageFunc()
	root.SetUsageFunc(func(cmd *cobra.Command) error {
		var text bytes.Buffer
		out := cmd.OutOrStderr()
		cmd.SetOut(&text)
		err := usage(cmd)
		cmd.SetOut(out)
		_, _ = io.WriteString(out, c.ofFlags(text.String()))
		return err
	})
}

// flagType is what pflag writes behind the name of a flag that takes a value.
var flagType = regexp.MustCompile(`(?m)^ +(-\w, )?--[\w-]+ (string|int|uint|duration)  `)

// ofFlags has the words that cobra and pflag write into a usage in the language, in the same
// columns.
func (c *console) ofFlags(usage string) string {
	usage = strings.NewReplacer("[flags]", c.say("[flags]"), "[command]", c.say("[command]"), "(default ", c.say("(default ")).Replace(usage)
	return flagType.ReplaceAllStringFunc(usage, func(flag string) string {
		at := strings.LastIndexByte(strings.TrimRight(flag, " "), ' ') + 1
		name := map[string]string{"string": c.say("string"), "int": c.say("int"), "uint": c.say("uint"), "duration": c.say("duration")}[strings.TrimSpace(flag[at:])]
		return flag[:at] + fmt.Sprintf("%-*s", len(flag)-at, name)
	})
}

// capitals are names of what a command line takes.
var capitals = regexp.MustCompile(`\b[A-Z]{2,}\b`)

// placeholder is such a name as people read it.
func placeholder(name string) words.Text {
	switch name {
	case "KEY":
		return words.Say("KEY")
	case "FILE":
		return words.Say("FILE")
	case "NAME":
		return words.Say("NAME")
	case "TEXT":
		return words.Say("TEXT")
	case "COMMAND":
		return words.Say("COMMAND")
	}
	return words.Plain(name)
}

// langFlag is read by languageOf.
func (c *console) langFlag(root *cobra.Command) {
	lang := root.PersistentFlags().String("lang", "", "the language of what is said: "+languages+"; that of LANG if absent")
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if *lang != "" && *lang != "pt" && *lang != "en" {
			return usage(cmd, "--lang %s is none of %s", *lang, languages)
		}
		return nil
	}
}
