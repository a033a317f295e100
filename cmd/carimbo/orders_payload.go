package main

import (
	"context"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/platform"
)

// keptView is what is kept of a store's call, as --json shows it. Of a body that is no text
// it has the bytes, as base64.
type keptView struct {
	Headers map[string]string `json:"headers,omitempty"`
	Query   string            `json:"query,omitempty"`
	Body    string            `json:"body,omitempty"`
	Bytes   []byte            `json:"body_base64,omitempty"`
}

func viewKept(p platform.Payload) *keptView {
	v := &keptView{Headers: p.Headers, Query: p.Query}
	if utf8.Valid(p.Body) {
		v.Body = string(p.Body)
	} else {
		v.Bytes = p.Body
	}
	return v
}

// showPayload shows the contents of an order, once it is written down that it does.
func (c *console) showPayload(ctx context.Context, l ledger.Ledger, key string, asJSON bool) error {
	person, err := c.person(ctx, "")
	if err != nil {
		return err
	}
	r, err := c.orders(l).Reveal(ctx, key, person)
	if err != nil {
		return err
	}
	if asJSON {
		view := struct {
			Key     string    `json:"key"`
			Payload *keptView `json:"payload"`
			Newer   *keptView `json:"newer_payload,omitempty"`
		}{Key: key, Payload: viewKept(r.Payload)}
		if r.Newer != nil {
			view.Newer = viewKept(*r.Newer)
		}
		return c.printJSON(c.stdout, view)
	}
	if r.Newer != nil {
		c.warn("these are the contents that were sent to the ERP; --json has the newer ones that the store sent since, too")
	}
	if len(r.Payload.Body) == 0 {
		c.warn("the body is empty")
	}
	return c.writeBody(r.Payload.Body)
}

// writeBody writes a body as it came, unless a person reads it: nothing in it steers their
// terminal.
func (c *console) writeBody(body []byte) error {
	if !terminal(c.stdout) {
		_, err := c.stdout.Write(body)
		return err
	}
	_, err := io.WriteString(c.stdout, safeLines(string(body)))
	return err
}

// safeLines is safe, line by line.
func safeLines(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(safe(strings.TrimRight(line, "\r\n")) + "\n")
	}
	return b.String()
}
