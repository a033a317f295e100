package sensio_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/sensio"
	"github.com/carimbo/carimbo/shared/erp/wire/wiretest"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/words/wordstest"
)

// memory is a ledger's memory of customers, on SQLite.
func memory(t *testing.T) erp.Notes {
	t.Helper()
	l, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// known is another sale of ours, by which an empty answer is judged.
var known = erp.Reference{Orig: "loja-online", OrigID: "1001"}

const (
	knownText  = `{"id":"64f0aa","orig":"loja-online","origId":"1001","netTotal":50}`
	knownAlone = `{"response":[` + knownText + `]}`
)

// list is a list of sales with an answer for each origId, and an empty one for all
// others.
type list struct {
	answers map[string]string
	status  int      // of reference's
	asked   []string // origIds
}

func (l *list) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	origID, status := r.URL.Query().Get("origId"), http.StatusOK
	l.asked = append(l.asked, origID)
	if origID == reference.OrigID && l.status != 0 {
		status = l.status
	}
	body, ok := l.answers[origID]
	if !ok {
		body = `{"response":[],"sales":[]}`
	}
	wiretest.Answering(status, "application/json", body)(w, r)
}

// found has the client find the known sale.
func (l *list) found(t *testing.T, c *sensio.Client) {
	t.Helper()
	before := l.answers
	l.answers = map[string]string{known.OrigID: knownAlone}
	if got := c.LookUp(t.Context(), known); got.Kind != erp.Present {
		t.Fatal(got)
	}
	l.answers, l.asked = before, nil
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
		"ours, with a float's total":    {body: `{"response":[{"id":"1","orig":"loja-online","origId":"820982911946154508","netTotal":187.10000000000002}]}`, want: erp.Answer{Kind: erp.Present, ID: "1", Found: erp.Found{Total: money(t, "187.10")}}},
		"ours, cancelled":               {body: `{"response":[{"id":"1","orig":"loja-online","origId":"820982911946154508","netTotal":"7","status":"Cancelado"}]}`, want: erp.Answer{Kind: erp.Present, ID: "1", Found: erp.Found{Total: money(t, "7"), Cancelled: true}}},
		"ours twice":                    {body: `{"response":[` + oursText + `,` + oursText + `]}`, proven: true, want: erp.Answer{Kind: erp.Unprovable, Text: words.Plain("Sensio has 2 sales with our orig and origId")}},
		"ours without an id":            {body: `{"response":[{"orig":"loja-online","origId":"820982911946154508"}]}`, want: erp.Answer{Kind: erp.Lost, Text: words.Plain(`the sale that the look-up found has no id at "id"`)}, unproven: true},
		"ours with a blank id":          {body: `{"response":[{"id":" ","orig":"loja-online","origId":"820982911946154508"}]}`, want: erp.Answer{Kind: erp.Lost, Text: words.Plain(`the sale that the look-up found has no id at "id"`)}, unproven: true},
		"none, by a filter that works":  {body: `{"response":[]}`, proven: true, want: erp.Answer{Kind: erp.Absent}},
		"none, for all that is known":   {body: `{"response":[]}`, want: erp.Answer{Kind: erp.Unprovable, Text: words.Plain("the look-up found nothing, which proves nothing until it has found a sale of ours for once")}, unproven: true},
		"others":                        {body: `{"response":[` + other + `,` + otherStore + `]}`, proven: true, want: erp.Answer{Kind: erp.Unprovable, Text: words.Plain("the look-up showed other sales (2) and not ours: Sensio doesn't honour its filter, so it proves nothing")}},
		"another store's":               {body: `{"response":[` + otherStore + `]}`, proven: true, want: erp.Answer{Kind: erp.Unprovable, Text: words.Plain("the look-up showed other sales (1) and not ours: Sensio doesn't honour its filter, so it proves nothing")}},
		"rows that are no objects":      {body: `{"response":["64f0c1"]}`, proven: true, want: erp.Answer{Kind: erp.Unprovable, Text: words.Plain("the look-up showed other sales (1) and not ours: Sensio doesn't honour its filter, so it proves nothing")}},
		"no list":                       {body: `{"success":true}`, proven: true, want: erp.Answer{Kind: erp.Lost, Text: words.Plain(`the answer of the look-up has no list at "response"`)}},
		"null for a list":               {body: `{"response":null}`, proven: true, want: erp.Answer{Kind: erp.Lost, Text: words.Plain(`the answer of the look-up has no list at "response"`)}},
		"an object for a list":          {body: `{"response":{}}`, proven: true, want: erp.Answer{Kind: erp.Lost, Text: words.Plain(`the answer of the look-up has no list at "response"`)}},
		"an empty list that is refused": {body: `{"success":false,"message":"Não","response":[]}`, proven: true, want: erp.Answer{Kind: erp.Lost, Text: words.Plain("Não")}},
		"an empty list with 404":        {status: 404, body: `{"message":"Não","response":[]}`, proven: true, want: erp.Answer{Kind: erp.Lost, Text: words.Plain("Não")}},
		"an empty list with 206":        {status: 206, body: `{"response":[]}`, proven: true, want: erp.Answer{Kind: erp.Lost, Text: words.Plain("HTTP 206 (application/json) and no answer that can be understood")}},
	} {
		t.Run(name, func(t *testing.T) {
			l := &list{answers: map[string]string{reference.OrigID: c.body, known.OrigID: knownAlone}, status: c.status}
			url, m := wiretest.Serve(t, l.ServeHTTP), memory(t)
			remembering := func(o *options) { o.Notes = m }
			client := calling(t, url, remembering)
			if c.proven {
				l.found(t, client)
			}
			c.want.Key = erp.KeyDigest(appKey)
			if diff := cmp.Diff(c.want, client.LookUp(t.Context(), reference), wordstest.InEnglish()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			// By what was found last the next empty answer is judged, in a client that
			// was made anew as well.
			want := []string{"7"}
			switch {
			case c.want.Kind == erp.Present && !c.unproven:
				want = append(want, reference.OrigID)
			case c.proven:
				want = append(want, known.OrigID)
			}
			l.asked = nil
			calling(t, url, remembering).LookUp(t.Context(), erp.Reference{Orig: "loja-online", OrigID: "7"})
			if diff := cmp.Diff(want, l.asked); diff != "" {
				t.Errorf("asked for (-want +got):\n%s", diff)
			}
		})
	}
}

// A filter that found sales of ours may stop to, and then finds none whatever is
// asked for: to believe it would make a second sale.
func TestAnEmptyAnswerIsAProofOnlyWhileAKnownSaleIsFound(t *testing.T) {
	nor := erp.Answer{Kind: erp.Unprovable, Text: words.Plain(`the look-up found nothing, nor the sale with orig "loja-online" and origId "1001" that it found before, so it proves nothing`)}
	for name, c := range map[string]struct {
		known string
		want  erp.Answer
	}{
		"found again":           {knownAlone, erp.Answer{Kind: erp.Absent}},
		"found twice":           {`{"response":[` + knownText + `,` + knownText + `]}`, erp.Answer{Kind: erp.Absent}},
		"found without its id":  {`{"response":[{"orig":"loja-online","origId":"1001"}]}`, erp.Answer{Kind: erp.Absent}},
		"gone, or a deaf list":  {`{"response":[]}`, nor},
		"found among others":    {`{"response":[` + knownText + `,{"id":"1","orig":"loja-online","origId":"7"}]}`, nor},
		"another sale":          {`{"response":[{"id":"1","orig":"loja-online","origId":"7"}]}`, nor},
		"another store's":       {`{"response":[{"id":"1","orig":"loja-wp","origId":"1001"}]}`, nor},
		"no list":               {`{"success":true}`, erp.Answer{Kind: erp.Lost, Text: words.Plain(`the answer of the look-up has no list at "response"`)}},
		"refused in words":      {`{"success":false,"message":"Não","response":[]}`, erp.Answer{Kind: erp.Lost, Text: words.Plain("Não")}},
		"an answer of no JSON ": {`<html>`, erp.Answer{Kind: erp.Lost, Text: words.Plain("HTTP 200 (application/json) and no answer that can be understood")}},
	} {
		t.Run(name, func(t *testing.T) {
			l, m := &list{answers: map[string]string{known.OrigID: c.known}}, memory(t)
			client := calling(t, wiretest.Serve(t, l.ServeHTTP), func(o *options) { o.Notes = m })
			l.found(t, client)
			c.want.Key = erp.KeyDigest(appKey)
			if diff := cmp.Diff(c.want, client.LookUp(t.Context(), reference), wordstest.InEnglish()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{reference.OrigID, known.OrigID}, l.asked); diff != "" {
				t.Errorf("asked for (-want +got):\n%s", diff)
			}
		})
	}
}

func TestASaleThatIsThereIsAskedForOnce(t *testing.T) {
	l, m := &list{answers: map[string]string{reference.OrigID: oursAlone}}, memory(t)
	client := calling(t, wiretest.Serve(t, l.ServeHTTP), func(o *options) { o.Notes = m })
	l.found(t, client)
	if got := client.LookUp(t.Context(), reference); got.Kind != erp.Present {
		t.Errorf("%+v", got)
	}
	if diff := cmp.Diff([]string{reference.OrigID}, l.asked); diff != "" {
		t.Errorf("asked for (-want +got):\n%s", diff)
	}
}

// A sale can't be the proof of its own absence.
func TestASaleThatWasFoundAndIsGoneIsAPersons(t *testing.T) {
	l, m := &list{}, memory(t)
	client := calling(t, wiretest.Serve(t, l.ServeHTTP), func(o *options) { o.Notes = m })
	l.found(t, client)
	want := erp.Answer{Kind: erp.Unprovable, Text: words.Plain("the look-up found this very sale before and doesn't now"), Key: erp.KeyDigest(appKey)}
	if diff := cmp.Diff(want, client.LookUp(t.Context(), known), wordstest.InEnglish()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{known.OrigID}, l.asked); diff != "" {
		t.Errorf("asked for (-want +got):\n%s", diff)
	}
	// The same order number of another store is another sale.
	l.answers = map[string]string{}
	if got := client.LookUp(t.Context(), erp.Reference{Orig: "loja-wp", OrigID: known.OrigID}); got.Kind != erp.Unprovable || len(l.asked) != 3 {
		t.Errorf("%+v, asked for %v", got, l.asked)
	}
}

// recalled is a memory of one text.
type recalled struct {
	erp.Notes
	text string
}

func (r recalled) Note(context.Context, string, string) (erp.Note, error) {
	return erp.Note{ID: r.text}, nil
}

// A former release only remembered that something was found.
func TestWhatAFormerReleaseRememberedProvesNothing(t *testing.T) {
	client := calling(t, wiretest.Serve(t, (&list{}).ServeHTTP), func(o *options) { o.Notes = recalled{text: "proven"} })
	if got := client.LookUp(t.Context(), reference); got.Kind != erp.Unprovable {
		t.Errorf("%+v", got)
	}
}

func TestTheTextOfTheKnownSaleIsBoundedAndShowsNoTaxID(t *testing.T) {
	for _, origID := range []string{"529.982.247-25", strings.Repeat("7", 600)} {
		m := recalled{text: `{"orig":"loja","orig_id":"` + origID + `"}`}
		got := calling(t, wiretest.Serve(t, (&list{}).ServeHTTP), func(o *options) { o.Notes = m }).LookUp(t.Context(), reference)
		if got.Kind != erp.Unprovable || len(got.Text.String()) > 500 || strings.Contains(got.Text.String(), "529.982") {
			t.Errorf("%+v", got)
		}
	}
}

// A reference of which the beginning came back may be another's that begins alike: its
// total has to tell it.
func TestAReferenceThatCameBackCutIsOursByItsTotalAlone(t *testing.T) {
	long := erp.Reference{Orig: "loja-online", OrigID: "0192f3a4-7b6c-7d8e-9fa0-b1c2d3e4f5a6"}
	row := func(origID, total string) string {
		return `{"id":"64f0c1","orig":"loja-online","origId":"` + origID + `"` + total + `}`
	}
	const total = `,"netTotal":100.5`
	for name, c := range map[string]struct {
		rows string
		want erp.AnswerKind
	}{
		"whole":                            {row(long.OrigID, ""), erp.Present},
		"cut, with its total":              {row(long.OrigID[:30], total), erp.Present},
		"cut, without a total":             {row(long.OrigID[:30], ""), erp.Unprovable},
		"cut to too little":                {row(long.OrigID[:19], total), erp.Unprovable},
		"cut, twice":                       {row(long.OrigID[:30], total) + "," + row(long.OrigID[:30], total), erp.Unprovable},
		"cut, beside the whole one":        {row(long.OrigID[:30], total) + "," + row(long.OrigID, total), erp.Present},
		"longer than ours":                 {row(long.OrigID+"7", total), erp.Unprovable},
		"a code that begins as ours ends":  {row(long.OrigID[1:], total), erp.Unprovable},
		"in capitals, with its total":      {row(strings.ToUpper(long.OrigID), total), erp.Present},
		"in capitals, without a total":     {row(strings.ToUpper(long.OrigID), ""), erp.Unprovable},
		"the store in capitals, its total": {strings.Replace(row(long.OrigID, total), "loja-online", " LOJA-ONLINE ", 1), erp.Present},
		"partly in capitals":               {row(strings.ToUpper(long.OrigID[:20])+long.OrigID[20:], total), erp.Unprovable},
	} {
		l := &list{answers: map[string]string{long.OrigID: `{"response":[` + c.rows + `]}`}}
		m := memory(t)
		client := calling(t, wiretest.Serve(t, l.ServeHTTP), func(o *options) { o.Notes = m })
		if got := client.LookUp(t.Context(), long); got.Kind != c.want {
			t.Errorf("%s: %+v, want %s", name, got, c.want)
		}
		// What came back cut proves no filter.
		l.answers = map[string]string{}
		l.asked = nil
		client.LookUp(t.Context(), reference)
		if proven := c.rows != "" && len(l.asked) == 2; proven != (name == "whole") {
			t.Errorf("%s: asked for %q", name, l.asked)
		}
	}
}

// A store that counts in capitals and small letters has two orders that differ by nothing
// else.
func TestCapitalsTellOrdersApartWhereAStoreUsesBoth(t *testing.T) {
	ours := erp.Reference{Orig: "Loja", OrigID: "order-1aB"}
	for origID, want := range map[string]erp.AnswerKind{"order-1aB": erp.Present, "order-1Ab": erp.Unprovable, "ORDER-1AB": erp.Unprovable, " order-1aB ": erp.Present} {
		l := &list{answers: map[string]string{ours.OrigID: `{"response":[{"id":"1","orig":"LOJA","origId":"` + origID + `","netTotal":1}]}`}}
		if got := calling(t, wiretest.Serve(t, l.ServeHTTP), func(*options) {}).LookUp(t.Context(), ours); got.Kind != want {
			t.Errorf("%q: %+v, want %s", origID, got, want)
		}
	}
}

func TestASaleThatIsAlmostOursIsCalledWhatItIs(t *testing.T) {
	long := erp.Reference{Orig: "loja-online", OrigID: "0192f3a4-7b6c-7d8e-9fa0-b1c2d3e4f5a6"}
	for origID, want := range map[string]string{
		long.OrigID[:15]:                       "begins like ours and ends after 15 of its 36 characters",
		strings.ToUpper(long.OrigID[:18]):      "begins like ours and ends after 18 of its 36 characters",
		"0192F3a4-7b6c-7d8e-9fa0-b1c2d3e4f5a6": "ours but for capitals",
		"0192":                                 "Sensio doesn't honour its filter",
		"0192f3a4-7b6c-7d8f":                   "Sensio doesn't honour its filter",
	} {
		l := &list{answers: map[string]string{long.OrigID: `{"response":[{"id":"1","orig":"loja-online","origId":"` + origID + `","netTotal":1}]}`}}
		got := calling(t, wiretest.Serve(t, l.ServeHTTP), func(*options) {}).LookUp(t.Context(), long)
		if got.Kind != erp.Unprovable || !strings.Contains(got.Text.String(), want) {
			t.Errorf("%q: %+v, want %q", origID, got, want)
		}
	}
}

func TestTheKnownSaleThatCameBackCutProvesNothing(t *testing.T) {
	long := erp.Reference{Orig: "loja-online", OrigID: "0192f3a4-7b6c-7d8e-9fa0-b1c2d3e4f5a6"}
	whole := `{"response":[{"id":"1","orig":"loja-online","origId":"` + long.OrigID + `"}]}`
	l, m := &list{answers: map[string]string{long.OrigID: whole}}, memory(t)
	client := calling(t, wiretest.Serve(t, l.ServeHTTP), func(o *options) { o.Notes = m })
	for origID, want := range map[string]erp.AnswerKind{long.OrigID: erp.Absent, long.OrigID[:30]: erp.Unprovable} {
		l.answers = map[string]string{long.OrigID: whole}
		if got := client.LookUp(t.Context(), long); got.Kind != erp.Present {
			t.Fatal(got)
		}
		l.answers = map[string]string{long.OrigID: strings.Replace(whole, long.OrigID, origID, 1)}
		if got := client.LookUp(t.Context(), reference); got.Kind != want {
			t.Errorf("%q: %+v, want %s", origID, got, want)
		}
	}
}

const oursAlone = `{"response":[` + oursText + `]}`

func TestAFilterProvesItselfForItsOwnAccountAndSettings(t *testing.T) {
	l := &list{answers: map[string]string{known.OrigID: knownAlone}}
	url := wiretest.Serve(t, l.ServeHTTP)
	m := memory(t)
	with := func(change func(*options)) *sensio.Client {
		return calling(t, url, func(o *options) {
			o.Notes = m
			l := *o.Config.LookUp
			o.Config.LookUp = &l
			change(o)
		})
	}
	l.found(t, with(func(*options) {}))
	for name, c := range map[string]struct {
		change func(*options)
		want   erp.AnswerKind
	}{
		"the same":     {func(*options) {}, erp.Absent},
		"another path": {func(o *options) { o.Config.LookUp.Path = "/vendas?origId={origId}" }, erp.Unprovable},
		"another base": {func(o *options) { o.Config.BaseURL += "/v2" }, erp.Unprovable},
		"another list": {func(o *options) { o.Config.LookUp.Rows = "sales" }, erp.Unprovable},
		"another none": {func(o *options) { o.Config.LookUp.None = new(sensio.None) }, erp.Unprovable},
		"a none of words": {func(o *options) {
			o.Config.LookUp.None = &sensio.None{Fields: map[string]any{"success": false}}
		}, erp.Unprovable},
		"another id":     {func(o *options) { o.Config.LookUp.ID = "_id" }, erp.Unprovable},
		"another":        {func(o *options) { o.Account = "matriz" }, erp.Unprovable},
		"without memory": {func(o *options) { o.Notes = nil }, erp.Unprovable},
		"broken memory":  {func(o *options) { o.Notes = broken{} }, erp.Lost},
	} {
		if got := with(c.change).LookUp(t.Context(), reference); got.Kind != c.want {
			t.Errorf("%s: %+v, want %s", name, got, c.want)
		}
	}
}

type broken struct{}

func (broken) Note(context.Context, string, string) (erp.Note, error) {
	return erp.Note{}, errors.New("the disk is full")
}

func (broken) WriteNote(context.Context, string, string, erp.Note, erp.Note) (bool, error) {
	return false, errors.New("the disk is full")
}

func TestAPresentSaleIsPresentThoughTheProofCouldntBeKept(t *testing.T) {
	url := wiretest.Serve(t, wiretest.Answering(200, "application/json", oursAlone))
	c := calling(t, url, func(o *options) { o.Notes = broken{} })
	if got := c.LookUp(t.Context(), reference); got.Kind != erp.Present {
		t.Errorf("%+v", got)
	}
}

func TestTheListMayBeTheAnswerItselfOrDeepInIt(t *testing.T) {
	for rows, body := range map[string]string{"": `[` + oursText + `]`, "data.sales": `{"data":{"sales":[` + oursText + `]}}`} {
		c := calling(t, wiretest.Serve(t, wiretest.Answering(200, "application/json", body)), func(o *options) { o.Config.LookUp.Rows = rows })
		if got := c.LookUp(t.Context(), reference); got.Kind != erp.Present || got.ID != "64f0c1" {
			t.Errorf("%q: %+v", rows, got)
		}
	}
}

func TestAReferenceCantBecomeAnotherQuestion(t *testing.T) {
	var asked []string
	url := wiretest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Query().Get("orig")+" / "+r.URL.Query().Get("origId"))
		wiretest.Answering(200, "application/json", `{"response":[]}`)(w, r)
	})
	ref := erp.Reference{Orig: "Loja & Cia / São Paulo", OrigID: "7&origId=8#?{orig}+%20"}
	calling(t, url+"/v1").LookUp(t.Context(), ref)
	if diff := cmp.Diff([]string{ref.Orig + " / " + ref.OrigID}, asked); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAReferenceMayBePartOfThePath(t *testing.T) {
	asked := ""
	url := wiretest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.Path
		wiretest.Answering(200, "application/json", `{"response":[]}`)(w, r)
	})
	c := calling(t, url, func(o *options) { o.Config.LookUp.Path = "/by-orig/{orig}/{origId}" })
	c.LookUp(t.Context(), erp.Reference{Orig: "Loja Um", OrigID: "7+8"})
	if asked != "/by-orig/Loja Um/7+8" {
		t.Errorf("asked for %q", asked)
	}
}

func TestWithoutALookUpNothingIsAsked(t *testing.T) {
	url := wiretest.Unasked(t)
	none := calling(t, url, func(o *options) { o.Config.LookUp = nil })
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

func TestAnotherKindOfDocumentIsNotLookedFor(t *testing.T) {
	l := &list{answers: map[string]string{reference.OrigID: oursAlone}}
	client, ref := calling(t, wiretest.Serve(t, l.ServeHTTP)), reference
	ref.DocumentKind = "quote"
	if got := client.LookUp(t.Context(), ref); got.Kind != erp.Unprovable || got.Text.IsZero() || len(l.asked) > 0 {
		t.Errorf("%+v, asked for %q", got, l.asked)
	}
	for _, kind := range []string{"", "sale"} {
		ref.DocumentKind = kind
		if got := client.LookUp(t.Context(), ref); got.Kind != erp.Present {
			t.Errorf("kind %q: %+v", kind, got)
		}
	}
}

// Of a token that is renewed for the same company nobody can tell whether it is.
func TestWithoutAnAppKeyALookUpDoesntTellOne(t *testing.T) {
	l := &list{answers: map[string]string{reference.OrigID: oursAlone}}
	client := calling(t, wiretest.Serve(t, l.ServeHTTP), func(o *options) { o.Config.Headers = map[string]string{"Authorization": "Bearer {app_secret}"} })
	if got := client.LookUp(t.Context(), reference); got.Kind != erp.Present || got.Key != "" {
		t.Errorf("%+v", got)
	}
}
