package shopify_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/shopify"
)

func TestBothFormsOfTheStoresSecretAreTaken(t *testing.T) {
	for name, secret := range map[string]map[string]string{"a lasting token": store, "an app's": app, "none": nil, "an empty one": {}} {
		if err := (shopify.Platform{}).CheckStore(secret); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAWrongStoreSecretIsNamedByItsField(t *testing.T) {
	for name, c := range map[string]struct {
		secret map[string]string
		want   string
	}{
		"no shop":                     {with(app, "shop", ""), "shop is missing"},
		"a domain of one's own":       {with(store, "shop", "loja.example"), "shop is no domain like loja.myshopify.com"},
		"the address of the admin":    {with(app, "shop", "https://loja.myshopify.com/admin"), "shop is no domain like loja.myshopify.com"},
		"the name alone":              {with(app, "shop", "loja"), "shop is no domain like loja.myshopify.com"},
		"capitals":                    {with(app, "shop", "Loja.myshopify.com"), "shop is no domain like loja.myshopify.com"},
		"neither form":                {map[string]string{"shop": "loja.myshopify.com"}, "client_id and client_secret are missing"},
		"other names":                 {map[string]string{"shop": "loja.myshopify.com", "api_key": "x", "api_secret": "y"}, "client_id and client_secret are missing"},
		"nothing that is known":       {map[string]string{"token": accessToken}, "shop is missing"},
		"no secret":                   {with(app, "client_secret", ""), "client_secret is missing"},
		"no id":                       {with(app, "client_id", ""), "client_id is missing"},
		"both forms":                  {with(app, "access_token", accessToken), "access_token stands beside client_id and client_secret"},
		"a form and a half":           {with(store, "client_secret", clientSecret), "access_token stands beside client_id and client_secret"},
		"a secret for a token":        {with(store, "access_token", clientSecret), "access_token has a client secret (shpss_) in it"},
		"a token for a secret":        {with(app, "client_secret", accessToken), "client_secret has an access token (shpat_) in it"},
		"a token for an id":           {with(app, "client_id", accessToken), "client_id has an access token (shpat_) in it"},
		"id and secret exchanged":     {with(app, "client_id", clientSecret, "client_secret", clientID), "client_id has a client secret (shpss_) in it"},
		"a line too many":             {with(app, "client_secret", clientSecret+"\n"), "client_secret was not pasted whole and alone"},
		"a space in the token":        {with(store, "access_token", "shpat_ 1"), "access_token was not pasted whole and alone"},
		"an id with what stood by it": {with(app, "client_id", "ID: "+clientID), "client_id was not pasted whole and alone"},
		"the example's dots":          {with(app, "client_id", "..."), "client_id was not pasted whole and alone"},
		"the example's dots, too":     {with(store, "access_token", "shpat_..."), "access_token was not pasted whole and alone"},
	} {
		err := (shopify.Platform{}).CheckStore(c.secret)
		why, ok := platform.AsRefusal(err)
		if !ok || !strings.HasPrefix(why.String(), c.want) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, value := range c.secret {
			if len(value) > 6 && strings.Contains(why.String(), value) {
				t.Errorf("%s: shows what it must hide: %s", name, why)
			}
		}
		p := shopify.Platform{Transport: unreachable{t}}
		if _, err := p.Fetch(t.Context(), without(t), c.secret); !errors.Is(err, platform.ErrFetch) {
			t.Errorf("%s: %v", name, err)
		} else if again, _ := platform.AsRefusal(err); again != why {
			t.Errorf("%s: check says %q, and the fetch %q", name, why, again)
		}
	}
}

func TestThePageNamesTheVersionsThatTheCodeIsFor(t *testing.T) {
	page, err := os.ReadFile("../../../docs/platforms/shopify.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2026-10, 2026-07 and 2026-04", "asks the Admin API in version 2026-10"} {
		if n := strings.Count(strings.Join(strings.Fields(string(page)), " "), want); n != 1 {
			t.Errorf("%q stands there %d times", want, n)
		}
	}
}
