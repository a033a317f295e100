package secret

import (
	"context"
	"errors"

	"github.com/carimbo/carimbo/shared/words"
)

// Credentials returns what reads an ERP account's App Key and App Secret, as they
// are now, from the secret of that name.
func Credentials(s Store, name string) func(context.Context) (appKey, appSecret string, err error) {
	return func(ctx context.Context) (string, string, error) {
		found, err := s.Get(ctx, name)
		if errors.Is(err, ErrNotFound) {
			return "", "", words.Errorf("there is no secret %s", name)
		}
		if err != nil {
			return "", "", words.Errorf("the secret %s can't be read", name)
		}
		key, secret := found.Values["app_key"], found.Values["app_secret"]
		if key == "" || secret == "" {
			return "", "", words.Errorf("the secret %s lacks app_key or app_secret", name)
		}
		return key, secret, nil
	}
}
