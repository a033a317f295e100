package sensio_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/sensio"
	"github.com/carimbo/carimbo/shared/erp/wire/wiretest"
	inmemory "github.com/carimbo/carimbo/shared/ledger/memory"
	"github.com/carimbo/carimbo/shared/words/wordstest"
)

// answer is a row of testdata/answers.json: what Sensio answers literally, and what each
// call that is named ends in.
type answer struct {
	// Source says in plain words where the answer is from.
	Source string            `json:"source"`
	Status int               `json:"status"`
	Header map[string]string `json:"header"`
	// Latin1: the body is sent in that writing.
	Latin1 bool   `json:"latin1"`
	Body   string `json:"body"`
	// None is lookup.none of the account that asks.
	None *sensio.None `json:"none"`
	// Says is what a person is told of it.
	Says string `json:"says"`

	Create   string `json:"create"`
	LookUp   string `json:"look_up"`
	Customer string `json:"customer"`
	// Introduce is what a customer ends in whom nobody finds, where their creation is
	// answered so.
	Introduce string `json:"introduce"`
}

func answers(t *testing.T) []answer {
	t.Helper()
	b, err := os.ReadFile("testdata/answers.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []answer
	if err := json.Unmarshal(b, &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

func (a answer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Query().Get("origId") == known.OrigID:
		wiretest.Answering(200, "application/json", knownAlone)(w, r)
		return
	case r.URL.Path == "/unlisted":
		wiretest.Answering(200, "application/json", `{"response": []}`)(w, r)
		return
	}
	for name, value := range a.Header {
		w.Header().Set(name, value)
	}
	media, body := "application/json", a.Body
	if strings.HasPrefix(body, "<") {
		media = "text/html"
	}
	if a.Latin1 {
		var b strings.Builder
		for _, r := range body {
			b.WriteByte(byte(r))
		}
		media, body = "application/json; charset=ISO-8859-1", b.String()
	}
	wiretest.Answering(a.Status, media, body)(w, r)
}

// ending is an answer in the words of the corpus.
func ending(a erp.Answer, id string) string {
	s := string(a.Kind)
	if id != "" {
		s += " " + id
	}
	if a.RetryAfter != 0 {
		s += " " + a.RetryAfter.String()
	}
	if a.AccountFault {
		s += " account"
	}
	if a.Reason != "" {
		s += " " + string(a.Reason)
	}
	return s
}

func TestEveryAnswerThatIsKnownEndsAsItShould(t *testing.T) {
	doc := ready(t)
	var a answer
	url := wiretest.Serve(t, func(w http.ResponseWriter, r *http.Request) { a.ServeHTTP(w, r) })
	for i, row := range answers(t) {
		t.Run(fmt.Sprintf("%d %.40s", i+1, row.Source), func(t *testing.T) {
			a = row
			m, ends := inmemory.New(), 0
			client := calling(t, url, func(o *options) {
				lookUp := *o.Config.LookUp
				lookUp.None = a.None
				o.Config.LookUp, o.Notes = &lookUp, m
			})
			check := func(call, want string, got erp.Answer, id string) {
				if want == "" {
					return
				}
				ends++
				wordstest.Translated(t, got.Text)
				if is := ending(got, id); is != want {
					t.Errorf("%s: HTTP %d %s\nof a %s is %s (%s), want %s", a.Source, a.Status, a.Body, call, is, got.Text, want)
				}
				if a.Says != "" && !strings.Contains(got.Text.String(), a.Says) {
					t.Errorf("%s: HTTP %d %s\nof a %s says %q, want %q", a.Source, a.Status, a.Body, call, got.Text, a.Says)
				}
			}
			if a.Create != "" {
				got := client.Create(t.Context(), doc)
				check("create", a.Create, got, got.ID)
			}
			if a.LookUp != "" {
				if got := client.LookUp(t.Context(), known); got.Kind != erp.Present {
					t.Fatalf("the known sale: %+v", got)
				}
				got := client.LookUp(t.Context(), doc.Reference)
				check("look-up", a.LookUp, got, got.ID)
			}
			if a.Customer != "" {
				with, got := client.Customer(t.Context(), doc)
				check("customer query", a.Customer, got, with.Body.(sensio.Sale).CustomerID)
			}
			if a.Introduce != "" {
				client := calling(t, url, func(o *options) {
					create := parse(t, introducing).Customer
					create.Query.Path = "/unlisted?q={customer.tax_id}"
					o.Config.Customer, o.Notes = create, m
				})
				with, got := client.Customer(t.Context(), doc)
				check("customer's creation", a.Introduce, got, with.Body.(sensio.Sale).CustomerID)
			}
			if ends == 0 || a.Source == "" {
				t.Errorf("row %d names no source or no outcome", i+1)
			}
		})
	}
}
