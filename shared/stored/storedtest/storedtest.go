// Package storedtest reads what a release before this one stored.
package storedtest

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"
)

// Read reads a file that tells what it was. A field that this release doesn't know is
// an error.
func Read(t testing.TB, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		t.Fatal(err)
	}
}
