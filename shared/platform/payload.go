package platform

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// Payload is what is kept of a request until the order is in the ERP: the body,
// the query and the headers that tell the topic; never a signature or a token.
type Payload struct {
	Headers map[string]string
	Query   string
	Body    []byte
}

// Keep is the request's payload with no other headers than these. Nothing that
// changes from one delivery of the same contents to the next may be kept: it would
// make them newer.
func (r Request) Keep(headers ...string) Payload {
	p := Payload{Query: r.Query.Encode(), Body: r.Body}
	for _, name := range headers {
		if value := r.Header[name]; value != "" {
			if p.Headers == nil {
				p.Headers = map[string]string{}
			}
			p.Headers[name] = value
		}
	}
	return p
}

// packThreshold: below it gzip costs more than it saves (rule 17).
const packThreshold = 1 << 10

// MaxBody is the largest decoded body that is taken (rule 17).
const MaxBody = 1 << 20

// maxUnpacked bounds what a packed payload may unfold to: a body of MaxBody, its
// JSON escapes and the headers.
const maxUnpacked = 8 << 20

// packed is the travelling form: text travels as text, so that gzip sees it.
type packed struct {
	Headers map[string]string `json:"headers,omitempty"`
	Query   string            `json:"query,omitempty"`
	Text    string            `json:"text,omitempty"`
	Bytes   []byte            `json:"bytes,omitempty"`
}

// ErrPayload: bytes that Pack never made.
var ErrPayload = errors.New("not a packed payload")

// Pack is the payload as it travels and rests: JSON, gzipped from 1 KB on.
func (p Payload) Pack() ([]byte, error) {
	form := packed{Headers: p.Headers, Query: p.Query}
	if utf8.Valid(p.Body) {
		form.Text = string(p.Body)
	} else {
		form.Bytes = p.Body
	}
	plain, err := json.Marshal(form)
	if err != nil || len(plain) < packThreshold {
		return plain, err
	}
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	if _, err := w.Write(plain); err != nil {
		return nil, fmt.Errorf("pack payload: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("pack payload: %w", err)
	}
	return zipped.Bytes(), nil
}

// Digest tells one payload from another by its body alone, since nobody signs
// headers and query: 32 hexadecimal characters.
func (p Payload) Digest() string {
	h := sha256.New()
	// Entries of earlier releases have the digest of the query, a zero byte and the
	// body. Their query was empty, and the same body must keep its digest.
	h.Write([]byte{0})
	h.Write(p.Body)
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Unpack reads what Pack wrote. The error is ErrPayload, wrapped.
func Unpack(b []byte) (Payload, error) {
	plain := b
	if len(b) > 0 && b[0] != '{' {
		r, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			return Payload{}, fmt.Errorf("%w: %w", ErrPayload, err)
		}
		if plain, err = io.ReadAll(io.LimitReader(r, maxUnpacked+1)); err != nil {
			return Payload{}, fmt.Errorf("%w: %w", ErrPayload, err)
		}
		if len(plain) > maxUnpacked {
			return Payload{}, fmt.Errorf("%w: it unfolds to more than %d bytes", ErrPayload, maxUnpacked)
		}
	}
	var form packed
	if err := json.Unmarshal(plain, &form); err != nil {
		return Payload{}, fmt.Errorf("%w: %w", ErrPayload, err)
	}
	p := Payload{Headers: form.Headers, Query: form.Query, Body: form.Bytes}
	if form.Text != "" {
		p.Body = []byte(form.Text)
	}
	return p, nil
}
