package generic

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/platform"
)

// The headers of Standard Webhooks.
const (
	idHeader        = "webhook-id"
	timestampHeader = "webhook-timestamp"
	signatureHeader = "webhook-signature"
)

// tolerance is how far the sender's clock may be off, in seconds, either way; an
// older request may have been recorded and sent again.
const tolerance = 5 * 60

// Provable wants all three headers.
func (Platform) Provable(header map[string]string, _ url.Values) bool {
	return header[idHeader] != "" && header[timestampHeader] != "" && header[signatureHeader] != ""
}

// Verify takes any right signature of any of the secrets.
func (Platform) Verify(r platform.Request, secrets []string, now time.Time) error {
	id, timestamp := r.Header[idHeader], r.Header[timestampHeader]
	sent, err := strconv.ParseInt(timestamp, 10, 64)
	if id == "" || err != nil || sent < now.Unix()-tolerance || sent > now.Unix()+tolerance {
		return platform.ErrSignature
	}
	given := signatures(r.Header[signatureHeader])
	if len(given) == 0 {
		return platform.ErrSignature
	}
	right := 0
	for _, secret := range secrets {
		key, ok := keyOf(secret)
		if !ok {
			continue
		}
		want := []byte(signature(key, id, timestamp, r.Body))
		for _, text := range given {
			right |= subtle.ConstantTimeCompare([]byte(text), want)
		}
	}
	if right != 1 {
		return platform.ErrSignature
	}
	return nil
}

// maxSignatures bounds the header of signatures, in bytes: some 85 of them, and
// senders give one for each of their keys.
const maxSignatures = 4 << 10

// signatures are what the header gives that may be one of ours: nothing is computed
// for anything else.
func signatures(header string) []string {
	if len(header) > maxSignatures {
		return nil
	}
	return slices.DeleteFunc(strings.Fields(header), func(text string) bool {
		return len(text) != len("v1,")+base64.StdEncoding.EncodedLen(sha256.Size)
	})
}

// keyOf is the key that a secret stands for. An empty key proves nothing.
func keyOf(secret string) ([]byte, bool) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	return key, err == nil && len(key) > 0
}

// signature is the one text that a signature by the key may have.
func signature(key []byte, id, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Sign signs the body as a sender would. The id is made of the body, so that the
// same contents keep it. A secret that isn't base64 leaves the request unsigned.
func (Platform) Sign(body []byte, secret string, now time.Time) platform.Request {
	digest := sha256.Sum256(body)
	id := "msg_" + base64.RawURLEncoding.EncodeToString(digest[:18])
	timestamp := strconv.FormatInt(now.Unix(), 10)
	r := platform.Request{
		Header: map[string]string{"content-type": "application/json", idHeader: id, timestampHeader: timestamp},
		Body:   body,
	}
	if key, ok := keyOf(secret); ok {
		r.Header[signatureHeader] = signature(key, id, timestamp, body)
	}
	return r
}
