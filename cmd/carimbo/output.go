package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/carimbo/carimbo/shared/ledger"
)

// terminal tells whether a person is at the other end.
func terminal(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// safe is a text on one line with nothing in it that steers a terminal: stores
// and ERPs write into what is shown here.
func safe(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			b.WriteByte(' ')
		case unicode.IsGraphic(r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// printJSON writes v indented. What JSON allows and a terminal obeys (C1 controls,
// direction marks) is escaped, which changes no value; texts are in the language of whoever
// gave the command.
func (c *console) printJSON(w io.Writer, v any) error {
	var plain bytes.Buffer
	enc := json.NewEncoder(&plain)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	var b strings.Builder
	for _, r := range string(c.language.InJSON(plain.Bytes())) {
		switch {
		case r == '\n' || unicode.IsGraphic(r):
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+(r-0x10000)>>10, 0xdc00+(r-0x10000)&0x3ff)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// colour is an SGR code; the empty one changes nothing.
type colour string

const (
	plain  colour = ""
	bold   colour = "1"
	red    colour = "31"
	green  colour = "32"
	yellow colour = "33"
)

// paint colours a text that safe let through.
func (c *console) paint(with colour, text string) string {
	if !c.colour || with == plain || text == "" {
		return text
	}
	return "\x1b[" + string(with) + "m" + text + "\x1b[0m"
}

// colourOf says at a glance whether anybody has to do anything.
func colourOf(e ledger.Entry) colour {
	switch {
	case e.WaitsForPerson():
		return red
	case e.State == ledger.Created:
		return green
	}
	return yellow
}

// cell is a text in a table.
type cell struct {
	text string
	with colour
}

// printTable writes rows below a heading, columns aligned. Nothing in a cell
// steers the terminal.
func (c *console) printTable(w io.Writer, heading []string, rows [][]cell) {
	all := make([][]cell, 0, len(rows)+1)
	var top []cell
	for _, name := range heading {
		top = append(top, cell{name, bold})
	}
	all = append(append(all, top), rows...)
	widths := make([]int, len(heading))
	for _, row := range all {
		for i := range row {
			row[i].text = safe(row[i].text)
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i].text))
		}
	}
	for _, row := range all {
		var line strings.Builder
		gap := 0
		for i, cell := range row {
			if cell.text != "" {
				line.WriteString(strings.Repeat(" ", gap))
				line.WriteString(c.paint(cell.with, cell.text))
				gap = 0
			}
			gap += widths[i] - utf8.RuneCountInString(cell.text) + 2
		}
		fmt.Fprintln(w, line.String())
	}
}

// local is a time as people read it; empty for none.
func (c *console) local(t time.Time) string { return c.site().Local(t) }

// inZone is a column's heading with the zone of its times.
func (c *console) inZone(heading string) string { return c.site().InZone(heading) }
