package simulation

import (
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp/erpsim"
)

// Who has a message for itself waits before it gives the lane up; whose message was given to
// another meanwhile can't, and nobody can tell that one of its call.
func TestPaceIsAPromiseUntilTheLastCallersMessageIsAnothers(t *testing.T) {
	t.Parallel()
	const apart = time.Second
	for name, test := range map[string]struct {
		// lastAlone and alone are for how long, since the last call began, nobody else can
		// have its caller's message, and that of whoever calls after it.
		lastAlone, after, alone time.Duration
		broken                  int
	}{
		"both have their messages for themselves": {time.Minute, apart - 1, time.Minute, 1},
		"the pace is kept":                        {time.Minute, apart, time.Minute, 0},
		"the last one's message was another's":    {0, apart - 1, time.Minute, 0},
		"it became another's before this call":    {apart / 2, apart - 1, time.Minute, 0},
		"it becomes another's with this call":     {apart / 2, apart / 2, time.Minute, 0},
		"it becomes another's after this call":    {apart, apart - 1, time.Minute, 1},
		"this one's message is another's":         {time.Minute, apart - 1, apart / 2, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &world{}
			w.now = epoch
			a := &account{stage: erpsim.Stage{Apart: apart}}
			calls := func(alone time.Duration) {
				a.checkPace(&call{task: &task{world: w, alone: epoch.Add(alone)}})
			}
			calls(test.lastAlone)
			w.now = epoch.Add(test.after)
			calls(test.alone)
			if len(w.problems) != test.broken {
				t.Errorf("%v, want %d", w.problems, test.broken)
			}
		})
	}
}
