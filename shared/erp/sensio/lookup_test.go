package sensio_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/sensio"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
)

// memory is a ledger's memory of customers, on SQLite.
func memory(t *testing.T) sensio.Memory {
	t.Helper()
	l, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

const oursText = `{"id":"64f0c1","orig":"loja-online","origId":"820982911946154508","netTotal":100.5,"status":"Em aberto"}`

func TestWhatALookUpProves(t *testing.T) {
	const (
		other      = `{"id":"64f0c2","orig":"loja-online","origId":"7","netTotal":100.5}`
		otherStore = `{"id":"64f0c3","orig":"loja-wp","origId":"820982911946154508"}`
		bare       = `{"id":"64f0c1","orig":"loja-online","origId":820982911946154508}`
	)
	ours := erp.Answer{Kind: erp.Present, ID: "64f0c1", Found: erp.Found{Total: money(t, "100.5")}}
	for name, c := range map[string]struct {
		body     string
		status   int
		proven   bool // before
		want     erp.Answer
		unproven bool // after: the answer proved nothing about the filter
	}{
		"ours alone":                    {body: `{"response":[` + oursText + `]}`, want: ours},
		"ours among others":             {body: `{"response":[` + other + `,` + oursText + `]}`, want: ours, unproven: true},
		"ours without a total":          {body: `{"response":[` + bare + `]}`, want: erp.Answer{Kind: erp.Present, ID: "64f0c1", Found: erp.Found{TotalUnknown: true}}},
		"ours, cancelled":               {body: `{"response":[{"id":"1","orig":"loja-online","origId":"820982911946154508","netTotal":"7","status":"Cancelado"}]}`, want: erp.Answer{Kind: erp.Present, ID: "1", Found: erp.Found{Total: money(t, "7"), Cancelled: true}}},
		"ours twice":                    {body: `{"response":[` + oursText + `,` + oursText + `]}`, proven: true, want: erp.Answer{Kind: erp.Unprovable, Text: "Sensio has 2 sales with our orig and origId"}},
		"ours without an id":            {body: `{"response":[{"orig":"loja-online","origId":"820982911946154508"}]}`, want: erp.Answer{Kind: erp.Lost, Text: `the sale that the look-up found has no id at "id"`}, unproven: true},
		"none, by a filter that works":  {body: `{"response":[]}`, proven: true, want: erp.Answer{Kind: erp.Absent}},
		"none, for all that is known":   {body: `{"response":[]}`, want: erp.Answer{Kind: erp.Unprovable, Text: "the look-up found nothing, which proves nothing until it has found a sale of ours for once"}, unproven: true},
		"others":                        {body: `{"response":[` + other + `,` + otherStore + `]}`, proven: true, want: erp.Answer{Kind: erp.Unprovable, Text: "the look-up showed other sales (2) and not ours: Sensio doesn't honour its filter, so it proves nothing"}},
		"another store's":               {body: `{"response":[` + otherStore + `]}`, proven: true, want: erp.Answer{Kind: erp.Unprovable, Text: "the look-up showed other sales (1) and not ours: Sensio doesn't honour its filter, so it proves nothing"}},
		"rows that are no objects":      {body: `{"response":["64f0c1"]}`, proven: true, want: erp.Answer{Kind: erp.Unprovable, Text: "the look-up showed other sales (1) and not ours: Sensio doesn't honour its filter, so it proves nothing"}},
		"no list":                       {body: `{"success":true}`, proven: true, want: erp.Answer{Kind: erp.Lost, Text: `the answer of the look-up has no list at "response"`}},
		"null for a list":               {body: `{"response":null}`, proven: true, want: erp.Answer{Kind: erp.Lost, Text: `the answer of the look-up has no list at "response"`}},
		"an object for a list":          {body: `{"response":{}}`, proven: true, want: erp.Answer{Kind: erp.Lost, Text: `the answer of the look-up has no list at "response"`}},
		"an empty list that is refused": {body: `{"success":false,"message":"Não","response":[]}`, proven: true, want: erp.Answer{Kind: erp.Lost, Text: "Não"}},
		"an empty list with 404":        {status: 404, body: `{"message":"Não","response":[]}`, proven: true, want: erp.Answer{Kind: erp.Lost, Text: "Não"}},
		"an empty list with 206":        {status: 206, body: `{"response":[]}`, proven: true, want: erp.Answer{Kind: erp.Lost, Text: "HTTP 206 (application/json) and no answer that can be understood"}},
	} {
		t.Run(name, func(t *testing.T) {
			next, status := oursAlone, http.StatusOK
			url := serve(t, func(w http.ResponseWriter, r *http.Request) { answering(status, "application/json", next)(w, r) })
			m := memory(t)
			sensioClient := calling(t, url, func(o *sensio.Options) { o.Proofs = sensio.ProofsIn(m) })
			if c.proven {
				if got := sensioClient.LookUp(t.Context(), reference); got.Kind != erp.Present {
					t.Fatal(got)
				}
			}
			if next = c.body; c.status != 0 {
				status = c.status
			}
			if diff := cmp.Diff(c.want, sensioClient.LookUp(t.Context(), reference)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			// What was proven stays so, in a client that was made anew as well.
			next, status = `{"response":[]}`, http.StatusOK
			again := calling(t, url, func(o *sensio.Options) { o.Proofs = sensio.ProofsIn(m) })
			if got := again.LookUp(t.Context(), reference); (got.Kind == erp.Absent) == c.unproven {
				t.Errorf("the next empty answer is %s", got.Kind)
			}
		})
	}
}

const oursAlone = `{"response":[` + oursText + `]}`

func TestAFilterProvesItselfForItsOwnAccountAndSettings(t *testing.T) {
	next := oursAlone
	url := serve(t, func(w http.ResponseWriter, r *http.Request) { answering(200, "application/json", next)(w, r) })
	m := memory(t)
	with := func(change func(*sensio.Options)) *sensio.Client {
		return calling(t, url, func(o *sensio.Options) {
			o.Proofs = sensio.ProofsIn(m)
			l := *o.Config.LookUp
			o.Config.LookUp = &l
			change(o)
		})
	}
	with(func(*sensio.Options) {}).LookUp(t.Context(), reference)
	next = `{"response":[]}`
	for name, c := range map[string]struct {
		change func(*sensio.Options)
		want   erp.AnswerKind
	}{
		"the same":       {func(*sensio.Options) {}, erp.Absent},
		"another path":   {func(o *sensio.Options) { o.Config.LookUp.Path = "/vendas?origId={origId}" }, erp.Unprovable},
		"another base":   {func(o *sensio.Options) { o.Config.BaseURL += "/v2" }, erp.Unprovable},
		"another id":     {func(o *sensio.Options) { o.Config.LookUp.ID = "_id" }, erp.Unprovable},
		"another":        {func(o *sensio.Options) { o.Account = "matriz" }, erp.Unprovable},
		"without memory": {func(o *sensio.Options) { o.Proofs = nil }, erp.Unprovable},
		"broken memory":  {func(o *sensio.Options) { o.Proofs = sensio.ProofsIn(broken{}) }, erp.Lost},
	} {
		if got := with(c.change).LookUp(t.Context(), reference); got.Kind != c.want {
			t.Errorf("%s: %+v, want %s", name, got, c.want)
		}
	}
}

type broken struct{}

func (broken) CustomerID(context.Context, string, string) (string, error) {
	return "", errors.New("the disk is full")
}

func (broken) RememberCustomer(context.Context, string, string, string) error {
	return errors.New("the disk is full")
}

func TestAPresentSaleIsPresentThoughTheProofCouldntBeKept(t *testing.T) {
	url := serve(t, answering(200, "application/json", oursAlone))
	c := calling(t, url, func(o *sensio.Options) { o.Proofs = sensio.ProofsIn(broken{}) })
	if got := c.LookUp(t.Context(), reference); got.Kind != erp.Present {
		t.Errorf("%+v", got)
	}
}

func TestTheListMayBeTheAnswerItselfOrDeepInIt(t *testing.T) {
	for rows, body := range map[string]string{"": `[` + oursText + `]`, "data.sales": `{"data":{"sales":[` + oursText + `]}}`} {
		c := calling(t, serve(t, answering(200, "application/json", body)), func(o *sensio.Options) { o.Config.LookUp.Rows = rows })
		if got := c.LookUp(t.Context(), reference); got.Kind != erp.Present || got.ID != "64f0c1" {
			t.Errorf("%q: %+v", rows, got)
		}
	}
}

func TestAReferenceCantBecomeAnotherQuestion(t *testing.T) {
	var asked []string
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Query().Get("orig")+" / "+r.URL.Query().Get("origId"))
		answering(200, "application/json", `{"response":[]}`)(w, r)
	})
	ref := erp.Reference{Orig: "Loja & Cia / São Paulo", OrigID: "7&origId=8#?{orig}+%20"}
	calling(t, url+"/v1").LookUp(t.Context(), ref)
	if diff := cmp.Diff([]string{ref.Orig + " / " + ref.OrigID}, asked); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAReferenceMayBePartOfThePath(t *testing.T) {
	asked := ""
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.Path
		answering(200, "application/json", `{"response":[]}`)(w, r)
	})
	c := calling(t, url, func(o *sensio.Options) { o.Config.LookUp.Path = "/by-orig/{orig}/{origId}" })
	c.LookUp(t.Context(), erp.Reference{Orig: "Loja Um", OrigID: "7+8"})
	if asked != "/by-orig/Loja Um/7+8" {
		t.Errorf("asked for %q", asked)
	}
}

func TestWithoutALookUpNothingIsAsked(t *testing.T) {
	url := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a call went out") })
	none := calling(t, url, func(o *sensio.Options) { o.Config.LookUp = nil })
	if none.CanLookUp() || none.LookUp(t.Context(), reference).Kind != erp.Unprovable {
		t.Error("an account without a look-up looks up")
	}
	c := calling(t, url)
	if !c.CanLookUp() {
		t.Error("an account with a look-up can't look up")
	}
	for _, ref := range []erp.Reference{{Orig: "loja"}, {OrigID: "1"}} {
		if got := c.LookUp(t.Context(), ref); got.Kind != erp.Unprovable {
			t.Errorf("%+v: %+v", ref, got)
		}
	}
}
