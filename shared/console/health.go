package console

import (
	"net/http"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/words"
)

// healthPage is health's own part of its page.
type healthPage struct {
	operator.Health
	Chart    chart
	Accounts []accountRow
	Silent   []silentRow
	// Age is how long the oldest order has waited.
	Age string
}

// accountRow is an ERP account.
type accountRow struct {
	operator.AccountView
	// Task is what a person has to do; empty for nothing.
	Task words.Text
	// Soon is when what waits goes on, if the rest is ended; empty where there is none.
	Soon words.Text
}

// silentRow is a connection of which nothing came for unusually long.
type silentRow struct {
	operator.Silence
	For, Usually string
}

func (c *Console) health(w http.ResponseWriter, r *http.Request, s *session) {
	o, now := c.opts.Orders, c.now()
	h, err := c.accounts(c.in(r)).Health(r.Context(), o.Kinds)
	if err != nil {
		c.broken(w, r, s, err)
		return
	}
	b := &healthPage{Health: h, Chart: chartOf(h.Hours)}
	for _, a := range h.Accounts {
		row := accountRow{AccountView: a}
		for _, task := range operator.AccountTasks(o.Kinds, o.Site, []operator.AccountView{a}) {
			row.Task = task.Text
		}
		if a.State != operator.AccountOpen {
			row.Soon = o.Site.Soon(time.Time{}, ledger.Lane{})
		}
		b.Accounts = append(b.Accounts, row)
	}
	for _, is := range h.Silent {
		b.Silent = append(b.Silent, silentRow{is, ago(now.Sub(is.Last)), ago(is.Usual)})
	}
	if !h.Oldest.IsZero() {
		b.Age = ago(now.Sub(h.Oldest))
	}
	p := c.pageOf(r, s, b)
	p.Tab = "health"
	c.live(r, s, &p)
	p.Live = healthEvery
	c.show(w, r, http.StatusOK, "health.html", p)
}

// healthEvery is how often, in seconds, health is asked for again: it reads much.
const healthEvery = 60

// The chart's measures, in its own units.
const (
	chartHeight = 160
	chartTop    = 20
	hourWide    = 20
	barWide     = 8
	chartLeft   = 40
)

// chart is what happened in each hour, as bars.
type chart struct {
	Width, Height, Base int
	Left                int
	// Most is what the highest bar stands for.
	Most  int
	Hours []bars
	// Accepted and Created are the sums.
	Accepted, Created int
}

// bars are those of an hour.
type bars struct {
	operator.HourCount
	X, CreatedX, Middle       int
	AcceptedTop, AcceptedHigh int
	CreatedTop, CreatedHigh   int
	Wide                      int
	// Marked: its time is written below.
	Marked bool
}

func chartOf(hours []operator.HourCount) chart {
	c := chart{Width: chartLeft + hourWide*len(hours), Height: chartTop + chartHeight + 30, Base: chartTop + chartHeight, Left: chartLeft, Most: 1}
	for _, h := range hours {
		c.Most = max(c.Most, h.Accepted, h.Created)
		c.Accepted, c.Created = c.Accepted+h.Accepted, c.Created+h.Created
	}
	high := func(n int) int {
		if n == 0 {
			return 0
		}
		return max(2, n*chartHeight/c.Most)
	}
	for i, h := range hours {
		b := bars{HourCount: h, X: chartLeft + i*hourWide + 1, Wide: barWide, Marked: i%6 == 0, AcceptedHigh: high(h.Accepted), CreatedHigh: high(h.Created)}
		b.CreatedX, b.Middle = b.X+barWide+1, b.X+barWide
		b.AcceptedTop, b.CreatedTop = c.Base-b.AcceptedHigh, c.Base-b.CreatedHigh
		c.Hours = append(c.Hours, b)
	}
	return c
}
