package stored_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/stored"
)

type thing struct {
	V    int       `json:"v,omitempty"`
	Key  string    `json:"key"`
	Size int       `json:"size"`
	At   time.Time `json:"at,omitzero"`
	Last string    `json:"last"`
}

func TestWhatFitsIsReadOfAFormThatIsNotKnown(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       thing
		fails      bool
	}{
		{"no form", `{"key":"k","size":1,"last":"l"}`, thing{Key: "k", Size: 1, Last: "l"}, false},
		{"the known form", `{"v":1,"key":"k","size":1,"last":"l"}`, thing{V: 1, Key: "k", Size: 1, Last: "l"}, false},
		{"a newer form, all of which fits", `{"v":2,"key":"k","size":1,"last":"l","more":[1]}`, thing{V: 2, Key: "k", Size: 1, Last: "l"}, false},
		{"a newer form with a field of another type", `{"v":2,"key":"k","size":{"cm":1},"last":"l"}`, thing{V: 2, Key: "k", Last: "l"}, false},
		{"a newer form with a time that is none", `{"at":"soon","v":2,"key":"k","size":1,"last":"l"}`, thing{V: 2, Key: "k", Size: 1, Last: "l"}, false},
		{"the known form with a field of another type", `{"v":1,"key":"k","size":"big"}`, thing{}, true},
		{"no form and a time that is none", `{"at":"soon"}`, thing{}, true},
		{"a form that is no number", `{"v":"2","key":"k","size":"big"}`, thing{}, true},
		{"no JSON", `{"v":2,`, thing{}, true},
		{"no object", `[2]`, thing{}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got thing
			err := stored.Unmarshal([]byte(c.text), 1, &got)
			if (err != nil) != c.fails {
				t.Fatalf("got error %v", err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" && !c.fails {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestOnlyAFormAboveOursIsNewer(t *testing.T) {
	for v, newer := range map[int]bool{0: false, 1: false, 2: true} {
		if err := stored.Check(v, 1); errors.Is(err, stored.ErrNewer) != newer {
			t.Errorf("of form %d it says %v", v, err)
		}
	}
}
