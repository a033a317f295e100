package secret_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/secret"
)

func TestTheFormerSigningSecretIsAcceptedForTwentyFourHours(t *testing.T) {
	since := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	signing := func(text string) map[string]string { return map[string]string{secret.SigningKey: text, "other": "x"} }
	both := []string{"new", "old"}
	for _, row := range []struct {
		name string
		s    secret.Secret
		now  time.Time
		want []string
	}{
		{"at once", secret.Secret{Values: signing("new"), Previous: signing("old"), Since: since}, since, both},
		{"a moment before 24 h", secret.Secret{Values: signing("new"), Previous: signing("old"), Since: since}, since.Add(24*time.Hour - 1), both},
		{"at 24 h", secret.Secret{Values: signing("new"), Previous: signing("old"), Since: since}, since.Add(24 * time.Hour), []string{"new"}},
		{"by a clock that runs behind", secret.Secret{Values: signing("new"), Previous: signing("old"), Since: since}, since.Add(-time.Minute), both},
		{"a store that can't tell since when", secret.Secret{Values: signing("new"), Previous: signing("old")}, since.Add(1000 * time.Hour), both},
		{"the previous one only", secret.Secret{Previous: signing("old"), Since: since}, since.Add(time.Hour), []string{"old"}},
		{"the previous one only, too late", secret.Secret{Previous: signing("old"), Since: since}, since.Add(25 * time.Hour), nil},
		{"empty ones prove nothing", secret.Secret{Values: signing(""), Previous: signing("")}, since, nil},
		{"none", secret.Secret{}, since, nil},
	} {
		if diff := cmp.Diff(row.want, row.s.Signing(row.now)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.name, diff)
		}
	}
}
