package file

import (
	"encoding/base64"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/yaml"
)

// minSigning is how many bytes a signing secret needs so that nobody guesses it.
const minSigning = 16

// exampleMark is in every value of secrets.example.yaml, or in what its base64 says.
const exampleMark = "not-a-real"

// whsec begins the secrets of Standard Webhooks; base64 follows.
const whsec = "whsec_"

// signing warns of what strangers could sign with. The other secrets are as their
// ERP or store made them.
func (r *reader) signing(field yaml.Field, name, value string) {
	if kind := field.Value.Kind; kind != yaml.Text && kind != yaml.Number || strings.TrimSpace(value) == "" {
		return // told already
	}
	path := yaml.Join(name, field.Key)
	if len(value) < minSigning {
		r.warn(field.Line, field.Column, path, "has fewer than 16 bytes, and can be guessed: take a longer one, if the platform lets you choose it")
	}
	owner, taken := r.owners[value]
	if !taken {
		r.owners[value] = name
	} else if owner != name {
		r.warn(field.Line, field.Column, path, "is %s's too: who knows the secret of one store could sign for the other; give each its own", owner)
	}
}

// example refuses what everybody can read in this project's repository.
func (r *reader) example(field yaml.Field, path, value string) {
	if r.Real && isExample(value) {
		r.refuse(field.Line, field.Column, path, "is a value of secrets.example.yaml, which everybody knows: put your own there (with --simulate it will do)")
	}
}

func isExample(value string) bool {
	if strings.Contains(value, exampleMark) {
		return true
	}
	inner, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(value, whsec))
	return err == nil && strings.Contains(string(inner), exampleMark)
}

// since reads a day, which counts from its midnight in São Paulo as every day here
// does, or a moment.
func (r *reader) since(field yaml.Field, path, value string) time.Time {
	if value == "" {
		return time.Time{} // told already
	}
	if day, err := time.ParseInLocation(time.DateOnly, value, order.SaoPaulo()); err == nil {
		return day
	}
	moment, err := time.Parse(time.RFC3339, value)
	if err != nil {
		r.refuse(field.Line, field.Column, path, "is neither a day like 2026-11-30 nor a time like 2026-11-30T18:00:00-03:00")
	}
	return moment
}

// dated warns of a former secret that would be accepted for ever, and of a date of
// nothing.
func (r *reader) dated(f yaml.Field) {
	switch previous, since := f.Value.Get(previousKey), f.Value.Get(sinceKey); {
	case previous != nil && since == nil:
		r.warn(previous.Line, previous.Column, yaml.Join(f.Key, previousKey), "is accepted for as long as it stands there: add %s, the day or time of the change, and it is accepted for 24 h from then", sinceKey)
	case previous == nil && since != nil:
		r.warn(since.Line, since.Column, yaml.Join(f.Key, sinceKey), "dates nothing: there is no %s", previousKey)
	}
}
