package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/secret"
	"github.com/carimbo/carimbo/shared/words"
)

// The headers of Standard Webhooks.
const (
	idHeader        = "webhook-id"
	timestampHeader = "webhook-timestamp"
	signatureHeader = "webhook-signature"
)

// whsec begins the secrets of Standard Webhooks; base64 follows.
const whsec = "whsec_"

// How long a key may be, in bytes.
const minKey, maxKey = 24, 64

// ErrSigningSecret: the secret is none of Standard Webhooks.
var ErrSigningSecret = words.Errorf("signing_secret must be whsec_ and 24 to 64 random bytes in base64: make one with echo whsec_$(openssl rand -base64 32)")

// SigningKey is the key that a secret of Standard Webhooks stands for, or
// ErrSigningSecret.
func SigningKey(text string) ([]byte, error) {
	encoded, ok := strings.CutPrefix(text, whsec)
	key, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil || len(key) < minKey || len(key) > maxKey {
		return nil, ErrSigningSecret
	}
	return key, nil
}

// keysOf are the keys that calls are signed with at now: while a secret is changed,
// the former one too.
func keysOf(s secret.Secret, now time.Time) (keys [][]byte, err error) {
	for _, text := range s.Signing(now) {
		key, err := SigningKey(text)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, errors.New("it has no signing_secret")
	}
	return keys, nil
}

// signatures are of the body under its id at a moment, one of each key.
func signatures(keys [][]byte, id string, at time.Time, body []byte) string {
	var all []string
	for _, key := range keys {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "." + string(body)))
		all = append(all, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(all, " ")
}
