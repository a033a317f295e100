// Package stored is about releases that meet what another one stored: messages and
// entries are JSON whose number `v` says in which form it is; absent is 0, the
// form of the releases before there were any. Two releases meet whenever a stack is
// deployed or rolled back. Whoever meets a form above its own leaves it as it is,
// since it would drop what it doesn't know.
package stored

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/carimbo/carimbo/shared/words"
)

// ErrNewer: the form is above those that this release knows.
var ErrNewer = words.Errorf("written by a newer carimbo: update this program")

// Check returns ErrNewer, wrapped, if v is above what is known.
func Check(v, known int) error {
	if v > known {
		return fmt.Errorf("%w (format %d, this one knows %d)", ErrNewer, v, known)
	}
	return nil
}

// Unmarshal reads b into a struct. Of a form above what is known it reads the
// fields that still fit and leaves the others zero, which is enough to show what it
// is about; for a form that is known an unfit field is an error.
func Unmarshal(b []byte, known int, into any) error {
	err := json.Unmarshal(b, into)
	if err == nil {
		return nil
	}
	var form struct {
		V int `json:"v"`
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(b, &form) != nil || form.V <= known || json.Unmarshal(b, &fields) != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if one, err := json.Marshal(map[string]json.RawMessage{name: fields[name]}); err == nil {
			_ = json.Unmarshal(one, into) // unfit: not shown
		}
	}
	return nil
}
