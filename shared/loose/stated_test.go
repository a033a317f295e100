package loose_test

import (
	"encoding/json"
	"testing"

	"github.com/carimbo/carimbo/shared/loose"
)

func TestWhatIsNotThereIsToldFromWhatIsEmpty(t *testing.T) {
	for in, want := range map[string]struct{ there, empty bool }{
		`{}`: {}, `{"at":null}`: {true, true}, `{"at":""}`: {true, true}, `{"at":" "}`: {true, true}, `{"at":0}`: {true, true}, `{"at":"0"}`: {true, true},
		`{"at":"0000-00-00T00:00:00"}`: {true, true}, `{"at":1}`: {true, false}, `{"at":"2026-11-21T10:00:00"}`: {true, false}, `{"at":"soon"}`: {true, false},
		`{"at":{}}`: {}, `{"at":[]}`: {}, `{"at":false}`: {}, `{"at":true}`: {},
	} {
		var got struct {
			At loose.Stated `json:"at"`
		}
		if err := json.Unmarshal([]byte(in), &got); err != nil || got.At.There != want.there || got.At.Empty() != want.empty {
			t.Errorf("%s: there %t, empty %t, %v", in, got.At.There, got.At.Empty(), err)
		}
	}
}
