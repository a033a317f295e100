package operator_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/queue"
)

func TestADeadLetterIsShownByWhatCanBeReadOfIt(t *testing.T) {
	paid := queue.Message{V: queue.Version, Type: queue.Paid, Key: "cursos#HP1", Account: "estudio", Connection: "cursos", ReceivedAt: noon, Payload: []byte("p")}
	split := queue.Message{V: queue.Version + 1, Type: "split", Key: "cursos#HP1", Account: "estudio"}
	for name, c := range map[string]struct {
		letter queue.DeadLetter
		want   operator.DeadLetterView
	}{
		"notice": {queue.DeadLetter{Message: paid, Receives: 4},
			operator.DeadLetterView{Type: queue.Paid, Key: "cursos#HP1", Connection: "cursos", Account: "estudio", ReceivedAt: noon.UTC(), Tries: 4}},
		"wake-up": {queue.DeadLetter{Message: queue.Message{Type: queue.Wake, Key: "cursos#HP1", Account: "estudio"}},
			operator.DeadLetterView{Type: queue.Wake, Key: "cursos#HP1", Connection: "cursos", Account: "estudio"}},
		"of a newer release": {queue.DeadLetter{Message: split},
			operator.DeadLetterView{Type: "newer", Key: "cursos#HP1", Connection: "cursos", Account: "estudio"}},
		"no message of ours": {queue.DeadLetter{Message: queue.Message{Account: "estudio"}, Unreadable: true, Receives: 1},
			operator.DeadLetterView{Type: "unreadable", Account: "estudio", Tries: 1}},
	} {
		if diff := cmp.Diff([]operator.DeadLetterView{c.want}, operator.ViewDeadLetters([]queue.DeadLetter{c.letter})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if none := operator.ViewDeadLetters(nil); none == nil || len(none) != 0 {
		t.Errorf("without any: %#v", none)
	}
}
