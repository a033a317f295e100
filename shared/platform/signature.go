package platform

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
)

// Signature is the base64 of the HMAC-SHA256 over the raw body, as many platforms
// sign.
func Signature(key string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// signatureLength is that of every Signature.
var signatureLength = base64.StdEncoding.EncodedLen(sha256.Size)

// VerifySignature compares what was given with the Signature by each key, in
// constant time. An empty key proves nothing. What can't be a Signature costs none.
// The error is ErrSignature.
func VerifySignature(given string, keys []string, body []byte) error {
	if len(given) != signatureLength {
		return ErrSignature
	}
	right := 0
	for _, key := range keys {
		if key != "" {
			right |= subtle.ConstantTimeCompare([]byte(given), []byte(Signature(key, body)))
		}
	}
	if right != 1 {
		return ErrSignature
	}
	return nil
}
