package notify_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/carimbo/carimbo/shared/notify"
)

var noon = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

// The specification of what is told when. One receiver, one cause.
func TestWhatIsDueIsOneTable(t *testing.T) {
	t.Parallel()
	cause := notify.Cause{Key: notify.Key{Kind: notify.Rejected, Account: "estudio", Connection: "cursos", Why: "w"}, Count: 3}
	// told is a notice that was made so long ago.
	told := func(kind notify.Type, ago time.Duration, change ...func(*notify.Notice)) *notify.Notice {
		n := &notify.Notice{Receiver: "torre", Key: cause.Key, ID: "msg_1", Body: notify.Body{Type: kind}, MadeAt: noon.Add(-ago), Tries: 1}
		for _, c := range change {
			c(n)
		}
		return n
	}
	unheard := func(n *notify.Notice) { n.TryAt = noon.Add(time.Hour) }
	untried := func(n *notify.Notice) { n.Tries, n.TryAt = 0, noon }
	missing := func(ago time.Duration) func(*notify.Notice) {
		return func(n *notify.Notice) { n.GoneAt = noon.Add(-ago) }
	}
	const minute, day = time.Minute, 24 * time.Hour
	none := []notify.Kind{notify.Parked, notify.Account}
	for _, row := range []struct {
		name   string
		stands bool
		notice *notify.Notice
		kinds  []notify.Kind // all where nil
		want   string
	}{
		{"nothing is wrong", false, nil, nil, ""},
		{"an order needs somebody", true, nil, nil, "open"},
		{"an order needs somebody whom nobody wants to tell", true, nil, none, ""},
		{"it stands, and is told", true, told(notify.Attention, minute), nil, ""},
		{"it stands, and nobody has heard yet", true, told(notify.Attention, minute, unheard), nil, ""},
		{"it stands a moment less than a day later", true, told(notify.Attention, day-1), nil, ""},
		{"it stands a day later", true, told(notify.Attention, day), nil, "repeat"},
		{"it stands a day later, and nobody has heard yet", true, told(notify.Attention, day, unheard), nil, ""},
		{"it stands, and nobody heard for three days", true, told(notify.Attention, 3*day), nil, "repeat"},
		{"it is gone", false, told(notify.Attention, minute), nil, "missing"},
		{"it is gone for a moment, as an order that is tried again", false, told(notify.Attention, minute, missing(30*time.Second-1)), nil, ""},
		{"it is gone for good", false, told(notify.Attention, minute, missing(30*time.Second)), nil, "resolve"},
		{"it is gone for good, and may have been heard", false, told(notify.Attention, minute, unheard, missing(minute)), nil, "resolve"},
		{"it is gone before anybody was told", false, told(notify.Attention, minute, untried, missing(minute)), nil, "forget"},
		{"it is back before that was told", true, told(notify.Attention, minute, missing(10*time.Second)), nil, "back"},
		{"it is back a day later", true, told(notify.Attention, day, missing(10*time.Second)), nil, "repeat"},
		{"it is gone, and that isn't heard yet", false, told(notify.Resolved, minute, unheard), nil, ""},
		{"it is gone, and that is heard", false, told(notify.Resolved, minute), nil, "forget"},
		{"it is back before it was heard that it was gone", true, told(notify.Resolved, minute, unheard), nil, "open"},
		{"it is back once it was heard that it was gone", true, told(notify.Resolved, minute), nil, "open"},
		{"nobody wants to be told any more", true, told(notify.Attention, minute, unheard), none, "forget"},
		{"nobody wants to be told that it is gone", false, told(notify.Attention, minute, missing(minute)), none, "forget"},
	} {
		var standing []notify.Cause
		if row.stands {
			standing = []notify.Cause{cause}
		}
		var notices []notify.Notice
		if row.notice != nil {
			notices = []notify.Notice{*row.notice}
		}
		kinds := row.kinds
		if kinds == nil {
			kinds = notify.Kinds()
		}
		want := map[string]notify.Changes{
			"": {}, "open": {Open: standing}, "repeat": {Repeat: standing}, "resolve": {Resolve: notices},
			"missing": {Missing: notices}, "back": {Back: notices}, "forget": {Forget: notices},
		}[row.want]
		if diff := cmp.Diff(want, notify.Due(kinds, standing, notices, noon), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.name, diff)
		}
	}
}

func TestEachCauseIsToldByItself(t *testing.T) {
	t.Parallel()
	of := func(kind notify.Kind, account, connection, why string) notify.Cause {
		return notify.Cause{Key: notify.Key{Kind: kind, Account: account, Connection: connection, Why: why}}
	}
	known := of(notify.Rejected, "a", "c", "w")
	others := []notify.Cause{
		of(notify.Parked, "a", "c", "w"), of(notify.Rejected, "b", "c", "w"), of(notify.Rejected, "a", "d", "w"), of(notify.Rejected, "a", "c", "v"),
	}
	got := notify.Due(notify.Kinds(), append(others, known), []notify.Notice{{Key: known.Key, Body: notify.Body{Type: notify.Attention}, MadeAt: noon}}, noon)
	if diff := cmp.Diff(notify.Changes{Open: others}, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
