package secret_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/secret"
)

// answers is a store that gives one answer for every name.
type answers struct {
	found secret.Secret
	err   error
}

func (a answers) Get(context.Context, string) (secret.Secret, error) { return a.found, a.err }
func (a answers) Refresh(context.Context, string, time.Time) (secret.Secret, error) {
	return a.found, a.err
}

func TestCredentialsAreBothOrNeither(t *testing.T) {
	keys := func(key, text string) answers {
		return answers{found: secret.Secret{Values: map[string]string{"app_key": key, "app_secret": text}}}
	}
	for _, row := range []struct {
		name  string
		store answers
		want  string
	}{
		{"both", keys("123", "s3cret"), ""},
		{"no key", keys("", "s3cret"), "the secret omie/estudio lacks app_key or app_secret"},
		{"no secret", keys("123", ""), "the secret omie/estudio lacks app_key or app_secret"},
		{"not there", answers{err: fmt.Errorf("omie/estudio: %w", secret.ErrNotFound)}, "there is no secret omie/estudio"},
		{"unreadable", answers{err: errors.New("s3cret path")}, "the secret omie/estudio can't be read"},
	} {
		key, text, err := secret.Credentials(row.store, "omie/estudio")(t.Context())
		switch {
		case row.want == "" && (err != nil || key != "123" || text != "s3cret"):
			t.Errorf("%s: %q, %q, %v", row.name, key, text, err)
		case row.want != "" && (err == nil || err.Error() != row.want || key != "" || text != ""):
			t.Errorf("%s: %q, %q, %v", row.name, key, text, err)
		case err != nil && strings.Contains(err.Error(), "s3cret"):
			t.Errorf("%s: the error shows a secret: %v", row.name, err)
		}
	}
}
