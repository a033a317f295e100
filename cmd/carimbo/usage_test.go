package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

func TestExitCodes(t *testing.T) {
	t.Chdir(t.TempDir())
	dir := tell(t)
	good := write(t, "good.yaml", goodConnections)
	bad := write(t, "bad.yaml", "erps: 1\n")
	payload := write(t, "paid.json", hotmartOrder)
	for _, c := range []struct {
		want int
		line []string
	}{
		{exitDone, []string{"--help"}},
		{exitDone, []string{"--version"}},
		{exitDone, []string{"help", "orders", "list"}},
		{exitDone, []string{"completion", "bash"}},
		{exitDone, []string{"completion", "zsh"}},
		{exitDone, []string{"completion", "fish"}},
		{exitDone, []string{"orders", "list", "--data", dir}},
		{exitDone, []string{"orders", "show", "cursos#HP01", "--data", dir}},
		{exitDone, []string{"check", "--connections", good}},
		{exitDone, []string{"preview", "--connection", "cursos", "--connections", good, payload}},

		{exitFailed, []string{"check", "--connections", bad}},
		{exitFailed, []string{"preview", "--connection", "cursos", "--connections", bad, payload}},
		{exitFailed, []string{"preview", "--connection", "cursos", "--connections", good, write(t, "p.json", "{}")}},
		{exitFailed, []string{"orders", "show", "cursos#HP77", "--data", dir}},
		{exitFailed, []string{"orders", "retry", "cursos#HP01", "--data", dir}},

		{exitUsage, []string{}},
		{exitUsage, []string{"bogus"}},
		{exitUsage, []string{"--bogus"}},
		{exitUsage, []string{"help", "bogus"}},
		{exitUsage, []string{"completion"}},
		{exitUsage, []string{"completion", "tcsh"}},
		{exitUsage, []string{"orders"}},
		{exitUsage, []string{"orders", "lst"}},
		{exitUsage, []string{"orders", "list", "surplus", "--data", dir}},
		{exitUsage, []string{"orders", "list", "--state", "parked", "--data", dir}},
		{exitUsage, []string{"orders", "list", "--kind", "parked", "--data", dir}},
		{exitUsage, []string{"orders", "list", "--data", "nowhere"}},
		{exitUsage, []string{"orders", "list"}},
		{exitUsage, []string{"orders", "show", "--data", dir}},
		{exitUsage, []string{"orders", "show", "a", "b", "--data", dir}},
		{exitUsage, []string{"orders", "retry", "--data", dir}},
		{exitUsage, []string{"orders", "retry", "a", "--mine", "--data", dir}},
		{exitUsage, []string{"orders", "retry", "--kind", "parked", "--data", dir}},
		{exitUsage, []string{"orders", "retry", "a", "b", "--payload", payload, "--data", dir}},
		{exitUsage, []string{"orders", "retry", "--mine", "--payload", payload, "--data", dir}},
		{exitUsage, []string{"orders", "retry", "cursos#HP02", "--payload", "nowhere.json", "--data", dir}},
		{exitUsage, []string{"orders", "retry", "cursos#HP02", "--payload", payload, "--connections", "nowhere.yaml", "--data", dir}},
		{exitUsage, []string{"orders", "resolve", "cursos#HP05", "--data", dir}},
		{exitUsage, []string{"orders", "resolve", "cursos#HP05", "--created", "", "--data", dir}},
		{exitUsage, []string{"orders", "resolve", "cursos#HP05", "--created", "", "--absent", "--note", "n", "--data", dir}},
		{exitUsage, []string{"orders", "resolve", "cursos#HP05", "--created", "1", "--absent", "--note", "n", "--data", dir}},
		{exitUsage, []string{"orders", "resolve", "cursos#HP05", "--absent", "--data", dir}},
		{exitUsage, []string{"orders", "resolve", "cursos#HP05", "--created", "id\n7", "--data", dir}},
		{exitUsage, []string{"orders", "resolve", "cursos#HP05", "--created", "id 7", "--data", dir}},
		{exitUsage, []string{"orders", "resolve", "cursos#HP05", "--created", "id\u00a07", "--data", dir}},
		{exitUsage, []string{"orders", "resolve", "cursos#HP05", "--created", "id\u202e7", "--data", dir}},
		{exitUsage, []string{"orders", "resolve", "cursos#HP05", "--created", "id\xff7", "--data", dir}},
		{exitFailed, []string{"orders", "resolve", "cursos#HP05", "--created", "OS-16", "--data", dir}},
		{exitUsage, []string{"orders", "resolve", "cursos#HP05", "--created", strings.Repeat("7", 101), "--data", dir}},
		{exitDone, []string{"orders", "resolve", "cursos#HP05", "--created", strings.Repeat("7", 18), "--dry-run", "--data", dir}},
		{exitUsage, []string{"check"}},
		{exitUsage, []string{"check", "--connections", good, "--secrets", "nowhere.yaml"}},
		{exitUsage, []string{"preview", "--connections", good, payload}},
		{exitUsage, []string{"preview", "--connection", "cursos", "--connections", good}},
		{exitUsage, []string{"preview", "--connection", "nobody", "--connections", good, payload}},
		{exitUsage, []string{"preview", "--connection", "cursos", "--connections", good, "nowhere.json"}},
		{exitUsage, []string{"preview", "--connection", "cursos", payload}},
		{exitUsage, []string{"send", "--connection", "cursos", "--connections", good, payload}},
		{exitUsage, []string{"send", "--connection", "cursos", "--connections", good, "--to", "localhost:8787", payload}},
		{exitUsage, []string{"demo", "surplus"}},
		{exitUsage, []string{"serve", "surplus"}},
	} {
		got := typeIn(t, c.line...)
		if got.code != c.want {
			t.Errorf("carimbo %s: exit code %d, not %d: %s%s", strings.Join(c.line, " "), got.code, c.want, got.out, got.errors)
		}
		if said := strings.HasPrefix(got.errors, "carimbo: ") && strings.Count(got.errors, "\n") == 1; c.want != exitDone && !said {
			t.Errorf("carimbo %s: stderr is no one sentence: %q", strings.Join(c.line, " "), got.errors)
		}
		if c.want == exitUsage && (got.out != "" || !strings.Contains(got.errors, " --help)")) {
			t.Errorf("carimbo %s: wrong usage says %q and %q", strings.Join(c.line, " "), got.out, got.errors)
		}
	}
}

// goodConnections is a small file without problems.
const goodConnections = `erps:
  estudio:
    kind: omie
    os: { InformacoesAdicionais: { cCodCateg: "1.01.02", nCodCC: 3731356020 } }
    customer: { default: 3795260786 }
    services: { CURSO-GO: { nCodServico: 3846592864 } }
connections:
  cursos: { platform: hotmart, erp: estudio, since: 2026-01-01 }
`

func everyCommand(cmd *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{cmd}
	for _, sub := range cmd.Commands() {
		all = append(all, everyCommand(sub)...)
	}
	return all
}

func TestEveryCommandExplainsItselfWithExamplesThatParse(t *testing.T) {
	for _, cmd := range everyCommand(newConsole(nil, nil, nil).root()) {
		if cmd.Short == "" || strings.Contains(cmd.Short, "\n") || len(cmd.Long) <= len(cmd.Short) || cmd.Example == "" {
			t.Errorf("%s: Short %q, Long %q, Example %q", cmd.CommandPath(), cmd.Short, cmd.Long, cmd.Example)
		}
		for line := range strings.Lines(cmd.Example) {
			parse(t, strings.TrimSpace(line))
		}
		for line := range strings.Lines(cmd.Long) {
			if len([]rune(line)) > 84 {
				t.Errorf("%s: a line of the help is longer than 83 characters: %s", cmd.CommandPath(), line)
			}
		}
	}
}

// parse finds the example's command and reads its flags and arguments, without
// running it.
func parse(t *testing.T, line string) {
	t.Helper()
	words := wordsOf(line)
	if words[0] != "carimbo" {
		t.Errorf("%s: an example begins with carimbo", line)
		return
	}
	cmd, rest, err := newConsole(nil, nil, nil).root().Find(words[1:])
	if err != nil {
		t.Errorf("%s: %v", line, err)
		return
	}
	if err := cmd.ParseFlags(rest); err != nil {
		t.Errorf("%s: %v", line, err)
	}
	if err := cmd.ValidateArgs(cmd.Flags().Args()); err != nil {
		t.Errorf("%s: %v", line, err)
	}
}

// words splits like a shell that knows double quotes.
func wordsOf(line string) []string {
	var list []string
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			list = append(list, part)
		} else {
			list = append(list, strings.Fields(part)...)
		}
	}
	return list
}

func TestTheShellCompletesWhatIsKnown(t *testing.T) {
	t.Chdir(t.TempDir())
	dir := tell(t)
	good := write(t, "good.yaml", goodConnections)
	for _, c := range []struct {
		line []string
		want string
	}{
		{[]string{"orders", "show", "--data", dir, ""}, "cursos#HP01"},
		{[]string{"orders", "retry", "--data", dir, "cursos#HP02", "cursos#HP0"}, "cursos#HP03"},
		{[]string{"orders", "list", "--state", ""}, "uncertain"},
		{[]string{"orders", "list", "--kind", ""}, "tax_id"},
		{[]string{"orders", "retry", "--kind", ""}, "mapping"},
		{[]string{"preview", "--connections", good, "--connection", ""}, "cursos"},
		{[]string{"send", "--connections", good, "--connection", ""}, "cursos"},
		{[]string{"completion", ""}, "fish"},
		{[]string{"help", "orders", ""}, "resolve"},
		{[]string{"orders", "show", "--data", "nowhere", ""}, ":4"},
	} {
		got := typeIn(t, append([]string{"__complete"}, c.line...)...)
		if !strings.Contains(got.out, c.want) {
			t.Errorf("%s: %s", strings.Join(c.line, " "), got.out)
		}
	}
	got := typeIn(t, "__complete", "orders", "show", "--data", dir, "cursos#HP01", "")
	if strings.Contains(got.out, "HP") {
		t.Errorf("a second KEY is completed: %s", got.out)
	}
}

func TestCommandsAreListedInOneOrder(t *testing.T) {
	names := commandNames(newConsole(nil, nil, nil).root())
	if !slices.IsSorted(names) {
		t.Errorf("%v", names)
	}
}
