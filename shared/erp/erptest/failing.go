package erptest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/erp/wire/wiretest"
)

// failingCreates: whatever comes of a create is one of two things, and a look-up tells
// later what was done.
func (c Case) failingCreates(t *testing.T) {
	for _, now := range troubles() {
		t.Run(now.name, c.in(func(w *world) {
			w.settled()
			doc := w.ready("1")
			began := time.Now()
			w.way.begin(now, 0)
			got := w.Create(w.t.Context(), doc)
			if got.Kind != now.want || got.ID != "" || got.Text.IsZero() || got.AccountFault {
				w.t.Errorf("Create: %+v, want %s", got, now.want)
			}
			if n := len(w.way.calls()); n != 1 {
				w.t.Errorf("%d calls: a create is never repeated, nor redirected", n)
			}
			if took := time.Since(began); took > w.CallLimit()+time.Minute {
				w.t.Errorf("it took %s", took)
			}
			w.way.end()
			written := 1
			if now.unread || now.dial != nil {
				written = 0
			}
			w.holds(doc.Reference, written)
			w.wait()
			found := w.LookUp(w.t.Context(), doc.Reference)
			if written == 1 && found.Kind != erp.Present || written == 0 && found.Kind != erp.Absent && found.Kind != erp.Unprovable {
				w.t.Errorf("LookUp: %+v, of %d documents", found, written)
			}
		}))
	}
}

// failingCustomers: what goes wrong about the customer is nothing of the document's.
func (c Case) failingCustomers(t *testing.T) {
	for _, now := range troubles() {
		t.Run(now.name, c.in(func(w *world) {
			doc := w.mapped("1")
			w.way.begin(now, 0)
			doc, got := w.Customer(w.t.Context(), doc)
			asked := len(w.way.calls())
			switch got.Kind {
			case erp.CustomerKnown:
				if asked > 0 {
					w.t.Errorf("Customer: %+v after %d calls", got, asked)
				}
			case erp.NotSent, erp.Lost, erp.AccountRests, erp.Redundant, erp.Early, erp.Unknown:
				if doc.CustomerID != "" || got.Text.IsZero() {
					w.t.Errorf("Customer: %q, %+v", doc.CustomerID, got)
				}
			default:
				w.t.Errorf("Customer: %+v", got)
			}
			if n := w.sim.Documents(); n > 0 {
				w.t.Errorf("the ERP holds %d documents", n)
			}
		}))
	}
}

// failingLookUps: neither presence nor absence comes of trouble, whichever of a
// look-up's calls it befalls; nor is it for a person to look, since it passes.
func (c Case) failingLookUps(t *testing.T) {
	others := []trouble{
		{name: "another's 404", unread: true, answer: says(http.StatusNotFound, "application/json", `{"message": "no Route matched with those values"}`)},
		{name: "another's 400", unread: true, answer: says(http.StatusBadRequest, "application/json", `{"message": "bad request"}`)},
	}
	for _, now := range append(troubles(), others...) {
		t.Run(now.name, c.in(func(w *world) {
			w.settled()
			w.way.end()
			w.LookUp(w.t.Context(), w.reference("none"))
			calls := len(w.way.calls())
			for at := range calls {
				w.wait()
				w.way.begin(now, at+1)
				got := w.LookUp(w.t.Context(), w.reference("none"))
				w.provesNothing(got)
				if now.want != "" && got.Kind != now.want {
					w.t.Errorf("LookUp, call %d: %+v, want %s", at+1, got, now.want)
				}
			}
			if calls == 0 {
				w.t.Error("no call was made")
			}
		}))
	}
}

// refused says that an answer is a rest for the account's own fault.
func (w *world) refused(what string, got erp.Answer) {
	w.t.Helper()
	if got.Kind != erp.AccountRests || !got.AccountFault || got.RetryAfter <= 0 || got.RetryAfter > w.LongestRest() || got.Text.IsZero() {
		w.t.Errorf("%s: %+v", what, got)
	}
}

func refusedKey(w *world) {
	w.settled()
	doc := w.ready("1")
	w.fault("key-refused")
	w.refused("Create", w.Create(w.t.Context(), doc))
	w.holds(doc.Reference, 0)
	w.refused("LookUp", w.LookUp(w.t.Context(), doc.Reference))
	w.wait()
	w.way.end()
	if _, got := w.Customer(w.t.Context(), w.mapped("2")); got.Kind != erp.CustomerKnown && got.Kind != erp.Early {
		w.refused("Customer", got)
	}
}

// withoutSecret: it is mended where secrets are kept, so its name is told.
func withoutSecret(w *world) {
	w.settled()
	doc := w.ready("1")
	gone := w.open(func(o *erp.Options) {
		o.Credentials = func(context.Context) (string, string, error) { return "", "", errors.New("secrets are away") }
	})
	empty := w.open(func(o *erp.Options) { o.Credentials = (&wiretest.Keys{}).Credentials })
	w.way.end()
	for what, e := range map[string]erp.Client{"a secret that can't be read": gone, "an empty secret": empty} {
		for call, got := range map[string]erp.Answer{"Create": e.Create(w.t.Context(), doc), "LookUp": e.LookUp(w.t.Context(), doc.Reference)} {
			// That the key is no longer the document's may be seen first.
			if call == "Create" && got.Kind == erp.NotSent {
				continue
			}
			w.refused(call+" with "+what, got)
			if !strings.Contains(got.Text.String(), w.c.Kind.SecretName(account)) {
				w.t.Errorf("%s with %s doesn't name the secret: %s", call, what, got.Text)
			}
		}
	}
	if n := len(w.way.calls()); n > 0 {
		w.t.Errorf("%d calls were made", n)
	}
}

// resting: whatever an ERP says, an account comes back.
func resting(w *world) {
	w.settled()
	rests := func(when string, got erp.Answer, least, most time.Duration) {
		w.t.Helper()
		if got.Kind != erp.AccountRests || got.AccountFault || got.RetryAfter < least || got.RetryAfter > most || got.Text.IsZero() {
			w.t.Errorf("%s: %+v, want a rest between %s and %s", when, got, least, most)
		}
	}
	for header, bounds := range map[string][2]time.Duration{
		"7": {7 * time.Second, 7 * time.Second}, "999999999": {time.Hour, w.LongestRest()},
		"": {time.Second, time.Hour}, "soon": {time.Second, time.Hour}, "-5": {time.Second, time.Hour}, "0": {time.Second, time.Hour},
	} {
		doc := w.ready("after " + header) // equal calls wait by themselves
		w.way.begin(trouble{name: "429", unread: true, answer: func(out http.ResponseWriter, _ *http.Request, _ *httptest.ResponseRecorder) {
			out.Header().Set("Retry-After", header)
			out.WriteHeader(http.StatusTooManyRequests)
		}}, 0)
		rests(fmt.Sprintf("Create, Retry-After %q", header), w.Create(w.t.Context(), doc), bounds[0], bounds[1])
		rests(fmt.Sprintf("LookUp, Retry-After %q", header), w.LookUp(w.t.Context(), doc.Reference), bounds[0], bounds[1])
		w.way.end()
	}
	doc := w.ready("1")
	w.fault("rate")
	rests("Create", w.Create(w.t.Context(), doc), time.Second, w.LongestRest())
	rests("LookUp", w.LookUp(w.t.Context(), doc.Reference), time.Second, w.LongestRest())
	w.holds(doc.Reference, 0)
}

// sentKeys are those of the account's keys that its calls carry: an ERP can repeat no
// other.
func (w *world) sentKeys(ref erp.Reference) (keys []string) {
	w.way.end()
	w.LookUp(w.t.Context(), ref)
	w.wait()
	carried := ""
	for _, call := range w.way.calls() {
		carried += fmt.Sprintf("%v %s", call.header, call.body)
	}
	for _, key := range []string{appKey, secret} {
		if strings.Contains(carried, key) {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		w.t.Error("no key was sent")
	}
	return keys
}

// echoed has the ERP repeat everything that it was sent, in every field in which an API
// may say why.
func echoed(w *world) {
	doc := w.ready("1")
	customer := w.mapped("2")
	keys := w.sentKeys(doc.Reference)
	private := append(slices.DeleteFunc(doc.Customer.Private(), func(v string) bool { return len(v) < 4 }), keys...)
	said, err := json.Marshal(strings.Join(private, ", "))
	if err != nil {
		w.t.Fatal(err)
	}
	shows := func(what string, got erp.Answer, hidden []string) {
		w.t.Helper()
		if len(got.Text.String()) > wire.MaxText {
			w.t.Errorf("%s: its text has %d bytes", what, len(got.Text.String()))
		}
		for _, value := range hidden {
			if strings.Contains(got.Text.String(), value) {
				w.t.Errorf("%s shows %q: %s", what, value, got.Text)
			}
		}
	}
	for _, status := range []int{200, 201, 400, 401, 403, 404, 409, 422, 429, 500, 503} {
		var fields []string
		for _, name := range []string{"message", "mensagem", "error", "erro", "errors", "faultstring", "faultcode", "detail", "descricao"} {
			fields = append(fields, fmt.Sprintf("%q: %s", name, said))
		}
		body := `{"success": false, ` + strings.Join(fields, ", ") + `}`
		w.way.begin(trouble{name: "echo", unread: true, answer: says(status, "application/json", body)}, 0)
		shows(fmt.Sprintf("Create, HTTP %d", status), w.Create(w.t.Context(), doc), private)
		_, got := w.Customer(w.t.Context(), customer)
		shows(fmt.Sprintf("Customer, HTTP %d", status), got, private)
		// A look-up knows nobody's name.
		known := append([]string{doc.Customer.Email, string(doc.Customer.TaxID), doc.Customer.TaxID.Formatted()}, keys...)
		shows(fmt.Sprintf("LookUp, HTTP %d", status), w.LookUp(w.t.Context(), doc.Reference), slices.DeleteFunc(known, func(v string) bool { return v == "" }))
		w.wait()
	}
	if shown, _, err := w.c.Kind.Request(doc); err != nil || strings.Contains(string(shown), secret) || strings.Contains(string(shown), appKey) {
		w.t.Errorf("the preview shows a secret: %s, %v", shown, err)
	}
}
