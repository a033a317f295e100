package platform_test

import (
	"testing"

	"github.com/carimbo/carimbo/shared/platform"
)

func TestASignatureIsProvenByAnyKeyButAnEmptyOne(t *testing.T) {
	// printf hello | openssl dgst -sha256 -hmac key -binary | base64
	const byKey, byNothing = "kwezuRXvtRcf8U2MtV+8x5jGwO8UVtZt7RpqpyOli3s=", "Q1KybjP+DXaaiSKmuikAQQnwFojiasyebLNH5aWvxNo="
	for _, c := range []struct {
		given, body string
		keys        []string
		genuine     bool
	}{
		{byKey, "hello", []string{"key"}, true},
		{byKey, "hello", []string{"other", "key"}, true},
		{byKey, "hello", []string{"key", "other"}, true},
		{byKey, "hello", []string{"key", "key"}, true},
		{byKey, "hello ", []string{"key"}, false},
		{byKey, "hello", []string{"Key"}, false},
		{byKey, "hello", nil, false},
		{byKey + "\n", "hello", []string{"key"}, false},
		{"", "hello", []string{"key", ""}, false},
		{byNothing, "hello", []string{"key", ""}, false},
	} {
		if err := platform.VerifySignature(c.given, c.keys, []byte(c.body)); (err == nil) != c.genuine || err != nil && err != platform.ErrSignature {
			t.Errorf("%q by %q: %v", c.given, c.keys, err)
		}
	}
}
