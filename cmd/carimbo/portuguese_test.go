package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// ofEnglish finds words that no Portuguese sentence has.
var ofEnglish = regexp.MustCompile(`(?i)(^|[\s(\["'])(the|is|are|was|of|and|or|not|has|have|with|without|this|that|which|it|there|must|needs?|missing|unknown|flag|invalid|argument|none|at|by|to|from|when|what|who|flags|default|string|your|you|if)([\s.,;:)\]"'!?]|$)`)

// allLines are the program's commands that can be run, as they are typed.
func allLines(t *testing.T) (lines [][]string) {
	t.Helper()
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		lines = append(lines, append(strings.Fields(cmd.CommandPath())[1:], "--help"))
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	c := at(noon, "", nil, nil)
	walk(c.root())
	return lines
}

func TestNothingIsSaidInEnglishToWhoReadsPortuguese(t *testing.T) {
	t.Chdir(t.TempDir())
	b := book{data: tell(t)}
	b.rest(t)
	file := accountsFile(t)
	onLedger := func(args ...string) []string { return append(args, "--data", b.data, "--connections", file) }
	payload := write(t, "paid.json", hotmartOrder)
	good, bad := write(t, "good.yaml", goodConnections), write(t, "bad.yaml", strings.NewReplacer("hotmart", "hotmat", "2026-01-01", "yesterday", "nCodServico", "nCodServ").Replace(goodConnections))
	lines := slices.Concat(allLines(t), [][]string{
		{"check", "--connections", good}, {"check", "--connections", bad}, {"check", "--connections", "nowhere.yaml"},
		{"check", "--connections", write(t, "1.yaml", "erps: 1\n")}, {"check", "--connections", write(t, "torn.yaml", "erps: [1\n")},
		{"check", "--connections", good, "--secrets", write(t, "s.yaml", "omie/estudio: { app_kei: 1 }\n")},
		{"preview", "--connection", "cursos", "--connections", good, payload},
		{"preview", "--connection", "cursos", "--connections", good, "--json", payload}, {"preview", "--connection", "cursos", "--connections", good, "--json", "--full", "--data", b.data, payload},
		{"check", "--connections", bad, "--json"}, {"check", "--connections", good, "--json"}, onLedger("orders", "retry", "--mine", "--dry-run", "--json"), {"dlq", "list", "--data", b.data, "--json"},
		{"preview", "--connection", "curso", "--connections", good, payload},
		{"preview", "--connection", "cursos", "--connections", good, write(t, "p.json", "{}")},
		{"preview", "--connections", good, payload}, {"preview", "--at", "amanha", "--connections", good, payload},
		{"preview", "--connection", "cursos", "--connections", good, "nowhere.json"},
		{"preview", "--connection", "cursos", "--connections", good, "--data", b.data, payload},
		onLedger("orders", "list"), onLedger("orders", "list", "--mine"), onLedger("orders", "list", "--group"), onLedger("orders", "list", "--group", "--mine"),
		onLedger("orders", "list", "--ignored"), onLedger("orders", "list", "--kind", "quantity"), onLedger("orders", "list", "--find", "HP01"),
		onLedger("orders", "list", "--mine", "--json"), onLedger("orders", "list", "--group", "--json"), onLedger("orders", "show", "cursos#HP04", "--json"),
		onLedger("orders", "list", "--limit", "2"), onLedger("orders", "list", "--limit", "-1"), onLedger("orders", "list", "--limit", "x"),
		onLedger("orders", "list", "--since", "x"), onLedger("orders", "list", "--state", "parked"), onLedger("orders", "list", "--kind", "maping"),
		onLedger("orders", "list", "--connection", "x"), onLedger("orders", "list", "--find", ""), onLedger("orders", "list", "--group", "--ignored"),
		onLedger("orders", "retry", "--mine", "--dry-run"), onLedger("orders", "retry", "cursos#HP02", "--dry-run"), onLedger("orders", "retry", "cursos#HP04", "--dry-run"),
		onLedger("orders", "retry", "cursos#HP01"), onLedger("orders", "retry", "--mine"), onLedger("orders", "retry", "hp04"), onLedger("orders", "retry"),
		onLedger("orders", "retry", "a", "--mine"), onLedger("orders", "retry", "cursos#HP02", "--payload", payload, "--dry-run"),
		onLedger("orders", "resolve", "cursos#HP05", "--absent", "--note", "olhei", "--dry-run"), onLedger("orders", "resolve", "cursos#HP05", "--created", "1", "--dry-run"),
		onLedger("orders", "resolve", "cursos#HP05"), onLedger("orders", "resolve", "cursos#HP05", "--absent"), onLedger("orders", "resolve", "cursos#HP05", "--created", "a b"),
		onLedger("orders", "dismiss", "cursos#HP02"), onLedger("orders", "dismiss", "cursos#HP02", "--note", "feito", "--dry-run"),
		onLedger("orders", "retry", "cursos#HP02"), onLedger("orders", "show", "cursos#HP02"),
		onLedger("accounts"), onLedger("accounts", "--json"), onLedger("accounts", "resume", "estudo"), onLedger("accounts", "resume", "estudio"), onLedger("accounts", "resume", "livraria"), onLedger("accounts", "resume"),
		{"dlq", "list", "--data", b.data}, {"dlq", "redrive", "--data", b.data}, {"dlq"},
		{}, {"bogus"}, {"--bogus"}, {"-z"}, {"orders"}, {"orders", "lst"}, {"help", "bogus"}, {"completion"}, {"completion", "tcsh"},
		{"orders", "list", "--data"}, {"orders", "list", "--mine=perhaps"}, {"orders", "list", "surplus"}, {"orders", "list", "--data", "nowhere"}, {"orders", "list"},
		{"simulate", "--seeds", "0"}, {"simulate", "--seed", "x"}, {"simulate", "--seeds", "99999999999999999999"}, {"serve", "--spacing", "x"}, {"serve", "--connections", "nowhere.yaml"}, {"serve", "--connections", bad},
		{"send"}, {"send", "--connection", "cursos", "--to", "x", payload},
		{"orders", "list", "--stack", ""}, {"orders", "list", "--stack", "x", "--data", "y"},
	})
	for _, id := range []string{"HP01", "HP02", "HP03", "HP04", "HP05", "HP06", "HP07", "HP08", "!9f2b", "HP10", "HP21", "HP22", "HP77"} {
		lines = append(lines, onLedger("orders", "show", "cursos#"+id))
	}
	for _, line := range lines {
		got := typeIn(t, append(line, "--lang", "pt")...)
		for l := range strings.Lines(got.out + got.errors) {
			if ofEnglish.MatchString(member.ReplaceAllString(theirs.Replace(l), "")) {
				t.Errorf("carimbo %s: %s", strings.Join(line, " "), l)
			}
		}
		if kept.MatchString(got.out + got.errors) {
			t.Errorf("carimbo %s shows what is kept of a text: %q", strings.Join(line, " "), got.out+got.errors)
		}
	}
}

var (
	// theirs are words of the story's ERP, as the ledgers of the tests have them.
	theirs = strings.NewReplacer(`SKU "SEM-MAPA" is not mapped: add it under erps.estudio.services in connections.yaml`, "",
		`SKU \"SEM-MAPA\" is not mapped: add it under erps.estudio.services in connections.yaml`, "", "HTTP 429 without a message", "")
	// member is the name of a JSON object's member.
	member = regexp.MustCompile(`^ *"\w+":`)
	// kept is the form in which a text is kept.
	kept = regexp.MustCompile(`[\x1c-\x1f]|\\u001[c-f]`)
)
