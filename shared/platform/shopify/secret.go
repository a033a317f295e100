package shopify

import (
	"regexp"
	"strings"

	"github.com/carimbo/carimbo/shared/platform"
)

// credentials are the secret store/<connection>, in one of its two forms: the lasting
// token of an app that was made in the admin, which can't be made any more, or the
// credentials of an app of the developer dashboard, which gets tokens for them.
type credentials struct {
	shop                   string
	accessToken            string
	clientID, clientSecret string
}

// isEmpty tells that nothing was given, so that nothing is asked.
func isEmpty(store map[string]string) bool {
	for _, value := range store {
		if value != "" {
			return false
		}
	}
	return true
}

var (
	shopDomain = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*\.myshopify\.com$`)
	// whole is what tokens, ids and secrets are: one word, longer than what an example
	// shows of it.
	whole = regexp.MustCompile(`^[!-~]{16,512}$`)
)

// CheckStore tells the form of the secret: {shop, client_id, client_secret}, or {shop,
// access_token}. The token goes to the shop, so that this has to be a domain of
// Shopify's.
func (Platform) CheckStore(store map[string]string) error {
	if isEmpty(store) {
		return nil
	}
	_, err := credentialsOf(store)
	return err
}

func credentialsOf(store map[string]string) (credentials, error) {
	c := credentials{store["shop"], store["access_token"], store["client_id"], store["client_secret"]}
	switch {
	case c.shop == "":
		return c, platform.Refuse("shop is missing: the store's domain, like loja.myshopify.com")
	case !shopDomain.MatchString(c.shop):
		return c, platform.Refuse("shop is no domain like loja.myshopify.com: give the one that Shopify made for the store, in small letters and without https://")
	case c.accessToken != "" && c.clientID+c.clientSecret != "":
		return c, platform.Refuse("access_token stands beside client_id and client_secret: keep one form; an app of the developer dashboard has client_id and client_secret")
	case c.accessToken != "":
		return c, wellFormed("access_token", c.accessToken)
	case c.clientID+c.clientSecret == "":
		return c, platform.Refuse("client_id and client_secret are missing: copy them from the app's settings in the developer dashboard")
	case c.clientID == "":
		return c, platform.Refuse("client_id is missing: it stands beside the client secret in the app's settings")
	case c.clientSecret == "":
		return c, platform.Refuse("client_secret is missing: it stands beside the client ID in the app's settings")
	}
	if err := wellFormed("client_id", c.clientID); err != nil {
		return c, err
	}
	return c, wellFormed("client_secret", c.clientSecret)
}

// wellFormed tells what has another field's value by how Shopify's begin.
func wellFormed(field, value string) error {
	switch {
	case field != "client_secret" && strings.HasPrefix(value, "shpss_"):
		return platform.Refuse("%s has a client secret (shpss_) in it: that belongs in client_secret, beside client_id", field)
	case field != "access_token" && strings.HasPrefix(value, "shpat_"):
		return platform.Refuse("%s has an access token (shpat_) in it: that belongs in access_token, alone beside shop", field)
	case !whole.MatchString(value):
		return platform.Refuse("%s was not pasted whole and alone: it is one word of 16 characters or more", field)
	}
	return nil
}
