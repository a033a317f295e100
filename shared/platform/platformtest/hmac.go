package platformtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/platform"
)

// hmac checks the header that is the base64 of the HMAC of the raw body, to the
// letter.
func (c Case) hmac(t *testing.T) {
	if c.HMAC == "" {
		return
	}
	signed := c.Platform.Sign(c.Paid, c.Secret, now)
	right := signed.Header[c.HMAC]
	for what, given := range map[string]string{"hex": "545c", "without padding": strings.TrimRight(right, "="), "in lower case": strings.ToLower(right),
		"with a space": right + " ", "twice": right + "," + right} {
		r := signed
		r.Header = maps.Clone(signed.Header)
		r.Header[c.HMAC] = given
		c.verify(t, what, r, []string{c.Secret}, now, platform.ErrSignature)
	}
	unkeyed := hmac.New(sha256.New, nil)
	unkeyed.Write(c.Paid)
	r := platform.Request{Body: c.Paid, Header: map[string]string{c.HMAC: base64.StdEncoding.EncodeToString(unkeyed.Sum(nil))}}
	c.verify(t, "signed with an empty key", r, []string{"", c.Secret}, now, platform.ErrSignature)
}
