package shopify

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/words"
)

// grant is a token and how long it lives.
type grant struct {
	token string
	life  time.Duration
}

// refusals are Shopify's words for why an app gets no token, and what to do.
var refusals = map[string]words.Text{
	"application_cannot_be_found": words.Say("Shopify knows no app with this client_id: copy it again from the app's settings in the developer dashboard"),
	"invalid_client":              words.Say("Shopify doesn't take this client_secret: it was rotated or revoked, or belongs to another app; copy it again from the app's settings in the developer dashboard"),
	"app_not_installed":           words.Say("the app is not installed in the store: release a version of it and install it from the developer dashboard; if it is installed, compare shop with the store's domain"),
	"shop_not_permitted":          words.Say("the app and the store are of two organizations: whoever owns the store has to make the app, in their own developer dashboard"),
}

// refusalCode finds such a word where Shopify says it: in JSON, or on a page of HTML.
var refusalCode = regexp.MustCompile(`(?:"error"\s*:\s*"|Oauth error )([a-z_]{1,40})\b`)

// grant asks for a token by the credentials of an app of the developer dashboard.
func (p Platform) grant(ctx context.Context, c credentials) (grant, error) {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {c.clientID}, "client_secret": {c.clientSecret}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base(c)+"/admin/oauth/access_token", strings.NewReader(form.Encode()))
	if err != nil {
		return grant{}, words.Errorf("the store's address makes no URL")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, text, err := p.do(req)
	if err != nil {
		return grant{}, err
	}
	if g, ok := granted(text); ok && status == http.StatusOK {
		return g, nil
	}
	return grant{}, refusal(status, text)
}

// usable is a token that a header can carry.
var usable = regexp.MustCompile(`^[!-~]{1,512}$`)

// granted reads the answer that has a token. A life that it doesn't say is none.
func granted(text []byte) (grant, bool) {
	var a struct {
		AccessToken string     `json:"access_token"`
		ExpiresIn   loose.Text `json:"expires_in"`
	}
	if json.Unmarshal(text, &a) != nil || !usable.MatchString(a.AccessToken) {
		return grant{}, false
	}
	g := grant{token: a.AccessToken}
	if seconds, err := strconv.ParseInt(string(a.ExpiresIn), 10, 32); err == nil {
		g.life = time.Duration(seconds) * time.Second
	}
	return g, true
}

// refusal judges an answer without a token. Nothing of its text is told but the words
// that are known: it may repeat what was sent.
func refusal(status int, text []byte) error {
	if status < http.StatusInternalServerError {
		if match := refusalCode.FindSubmatch(text); match != nil {
			if why, known := refusals[string(match[1])]; known {
				return &platform.Refusal{Why: why}
			}
		}
	}
	err := statusError(status)
	switch _, told := platform.AsRefusal(err); {
	case told:
		return err
	case status < http.StatusBadRequest:
		return words.Errorf("the answer of Shopify has no usable access_token")
	case status < http.StatusInternalServerError && status != http.StatusTooManyRequests && status != http.StatusRequestTimeout:
		return platform.Refuse("Shopify gives no token for this client_id and client_secret (HTTP %d): compare both with the app's settings in the developer dashboard, and see that the app is installed in the store", status)
	}
	return err
}

// statusError says what a status means whatever was asked: some only a person ends.
func statusError(status int) error {
	switch {
	case status >= 300 && status < 400:
		return platform.Refuse("Shopify points elsewhere (HTTP %d): shop has to be the domain of myshopify.com that the store has now", status)
	case status == http.StatusPaymentRequired, status == http.StatusLocked:
		return platform.Refuse("the store is closed (HTTP %d): its owner has to open it again, or to pay for its plan", status)
	case status == http.StatusForbidden:
		return platform.Refuse("Shopify keeps the app out (HTTP %d): see that it is installed in the store and may read orders", status)
	case status == http.StatusNotFound:
		return platform.Refuse("there is no store of that domain (HTTP %d): compare shop with the store's domain of myshopify.com", status)
	}
	return words.Errorf("ask Shopify: HTTP %d", status)
}
