package woocommerce

import (
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/platform"
)

const signatureHeader = "x-wc-webhook-signature"

// Provable wants the signature's header.
func (Platform) Provable(header map[string]string, _ url.Values) bool {
	return header[signatureHeader] != ""
}

// Verify takes the signature of any secret, in the form in which it is the key.
func (Platform) Verify(r platform.Request, secrets []string, _ time.Time) error {
	keys := make([]string, len(secrets))
	for i, secret := range secrets {
		keys[i] = plain(secret)
	}
	return platform.VerifySignature(r.Header[signatureHeader], keys, r.Body)
}

// entity is what WordPress' wp_specialchars_decode knows with ENT_QUOTES, and no
// other: &apos; and &nbsp; stay as they are.
var entity = regexp.MustCompile(`&(?:amp|lt|gt|quot|#0*(?:38|60|62|34|39)|#[xX]0*(?:26|22|27));`)

var decoded = map[string]string{
	"amp": "&", "38": "&", "x26": "&", "lt": "<", "60": "<", "gt": ">", "62": ">",
	"quot": `"`, "34": `"`, "x22": `"`, "39": "'", "x27": "'",
}

// plain is the secret as WooCommerce keys with it: decoded once, since WordPress
// may have stored it encoded, so that either form may stand in our secret.
func plain(secret string) string {
	if !strings.Contains(secret, "&") {
		return secret // nearly every one, and every forged call asks
	}
	return entity.ReplaceAllStringFunc(secret, func(e string) string {
		name := strings.TrimPrefix(e[1:len(e)-1], "#")
		if hex, ok := strings.CutPrefix(strings.ToLower(name), "x"); ok {
			return decoded["x"+strings.TrimLeft(hex, "0")]
		}
		return decoded[strings.TrimLeft(name, "0")]
	})
}

// Sign makes the request that WooCommerce would send, with the topic that fits
// the body.
func (Platform) Sign(body []byte, secret string, _ time.Time) platform.Request {
	topic := "order.updated"
	if o, err := decode(body); err == nil && o.ID != "" && o.Status == "" {
		topic = "order.deleted"
	}
	r := platform.Request{
		Header: map[string]string{"content-type": "application/json", topicHeader: topic},
		Body:   body,
	}
	if key := plain(secret); key != "" {
		r.Header[signatureHeader] = platform.Signature(key, body)
	}
	return r
}
