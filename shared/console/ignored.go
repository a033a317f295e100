package console

import (
	"context"
	"net/http"
	"strconv"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
)

// callsPerPage is how many ignored calls a page has.
const callsPerPage = 100

// RefusedCalls are calls that were refused for the same reason since the start.
type RefusedCalls struct {
	Connection string
	// Why is the word of the log and the metric.
	Why string
	N   int
}

// ignoredPage is the ignored calls' own part of their page.
type ignoredPage struct {
	Selection   selection
	Connections []string
	// Known: the ledger lists them.
	Known        bool
	Calls        []operator.IgnoredView
	Older, Newer string
	Refused      []RefusedCalls
}

func (c *Console) ignored(w http.ResponseWriter, r *http.Request, s *session) {
	b := &ignoredPage{Selection: c.selectionOf(r.URL.Query()), Connections: c.opts.Connections()}
	if c.opts.Refused != nil {
		b.Refused = c.opts.Refused()
	}
	l, known := c.opts.Orders.Ledger.(interface {
		Ignored(context.Context) ([]ledger.Ignored, error)
	})
	if b.Known = known; known {
		n, err := strconv.Atoi(b.Selection.Page)
		if err != nil || n < 0 || n > ledger.MaxIgnored/callsPerPage {
			n = 0
		}
		from, f := n*callsPerPage, operator.IgnoredFilter{Connection: b.Selection.Connection}
		if b.Selection.Since != everything {
			f.Since, _ = operator.Since(b.Selection.Since, c.now())
		}
		f.Most = from + callsPerPage + 1
		calls, err := operator.ViewIgnored(r.Context(), l, c.in(r), f)
		if err != nil {
			c.broken(w, r, s, err)
			return
		}
		if n > 0 {
			b.Newer = strconv.Itoa(n - 1)
		}
		if len(calls) > from+callsPerPage {
			b.Older = strconv.Itoa(n + 1)
		}
		b.Calls = calls[min(from, len(calls)):min(from+callsPerPage, len(calls))]
	}
	p := c.pageOf(r, s, b)
	p.Tab = "ignored"
	c.live(r, s, &p)
	c.show(w, r, http.StatusOK, "ignored.html", p)
}
