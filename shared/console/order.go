package console

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"unicode/utf8"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/words"
)

// orderPage is an order's own part of its page.
type orderPage struct {
	ledger.Entry
	Queued   bool
	Needs    bool
	Later    words.Text
	Reason   words.Text
	Code     words.Text
	Next     operator.EntryDetails
	Answer   *operator.AttemptView
	Actions  []action
	Changes  []words.Text
	Revealed bool
	// Masked: there are contents, and who looks hasn't asked for what is personal in them.
	Masked   bool
	Document *documentView
	Kept     []keptView
}

// action is a form on the page of an order.
type action struct {
	operator.Action
	// Form is its id, and the end of the path that it is sent to.
	Form string
	// ID is the id that the person gave, which Will is about; Refused says why it is none.
	ID      string
	Refused words.Text
}

// documentView is what the ERP is asked to create, as the page shows it.
type documentView struct {
	Request string
	Open    words.Text
	// Why says why there is none.
	Why  words.Text
	Diff []operator.Difference
}

// keptView is a call of the store's that is kept.
type keptView struct {
	// Newer: it came after what was sent to the ERP.
	Newer   bool
	Headers map[string]string
	Query   string
	Body    string
}

var forms = map[operator.Doing]string{operator.DoRetry: "retry", operator.DoResolveCreated: "created", operator.DoResolveAbsent: "absent", operator.DoDismiss: "dismiss"}

func (c *Console) order(w http.ResponseWriter, r *http.Request, s *session) {
	key := r.URL.Query().Get("key")
	body, err := c.ordered(r.Context(), c.in(r), s, key, r.URL.Query().Get("id"))
	var refused *operator.Refusal
	switch {
	case errors.As(err, &refused):
		c.fail(w, r, s, http.StatusNotFound, refused.Words())
		return
	case err != nil:
		c.broken(w, r, s, err)
		return
	}
	p := c.pageOf(r, s, body)
	c.live(r, s, &p)
	c.show(w, r, http.StatusOK, "order.html", p)
}

// ordered reads all that is shown of an order.
func (c *Console) ordered(ctx context.Context, in words.Language, s *session, key, id string) (*orderPage, error) {
	o := c.opts.Orders
	e, err := operator.Look(ctx, o.Ledger, key)
	if err != nil {
		return nil, err
	}
	b := &orderPage{Entry: e, Queued: e.State == operator.Queued, Needs: operator.LeftToPerson(e), Later: operator.LaterChange(e),
		Reason: operator.InWords(o.Kinds, e), Code: operator.CodeInFull(o.Kinds, e), Next: operator.ViewDetails(o.Kinds, in, e)}
	if b.Actions, err = c.actions(ctx, key, id); err != nil {
		return nil, err
	}
	for _, a := range slices.Backward(b.Next.Timeline) {
		if a.Asked != "" && cmp.Or(a.Answer, a.Text) != "" {
			b.Answer = &a
			break
		}
	}
	if e.Newer != nil && !e.Newer.Changed.IsZero() {
		b.Changes = append(b.Changes, e.Newer.Changed)
	}
	for _, a := range e.Timeline {
		if a.Did == "newer_contents" && !a.Text.IsZero() && !slices.Contains(b.Changes, a.Text) {
			b.Changes = append(b.Changes, a.Text)
		}
	}
	if len(e.Payload) == 0 {
		return b, nil
	}
	b.Revealed = s.reveals(key, c.now())
	b.Masked = !b.Revealed
	b.Document = c.document(ctx, e, b.Masked)
	if b.Revealed {
		b.Kept = kept(e)
	}
	return b, nil
}

// actions are those that are possible now; what the id that a person gave would make of
// the order is said of that one.
func (c *Console) actions(ctx context.Context, key, id string) ([]action, error) {
	o := c.opts.Orders
	possible, err := o.Actions(ctx, key)
	if err != nil {
		return nil, err
	}
	var list []action
	for _, is := range possible {
		a := action{Action: is, Form: forms[is.Do]}
		switch {
		case !is.NeedsID || id == "":
		case !operator.ValidID(id):
			a.Refused = notAnID
		default:
			p, err := o.Plan(ctx, key, is.Do.Event(placing.Person{By: c.opts.By}, id))
			if err != nil {
				return nil, err
			}
			if p.Refused != nil {
				a.Refused = p.Refused.Why
			} else {
				a.ID, a.Will = id, p.Will
			}
		}
		list = append(list, a)
	}
	return list, nil
}

var notAnID = words.Say("this is no id of a document: those of an ERP have no spaces, and at most 100 characters")

// document is what the ERP is asked to create of the order.
func (c *Console) document(ctx context.Context, e ledger.Entry, masked bool) *documentView {
	if c.opts.Document == nil {
		return nil
	}
	d, err := c.opts.Document(ctx, e)
	if err != nil {
		why := words.Of(err)
		if masked {
			why = why.Each(order.Masked)
		}
		return &documentView{Why: why}
	}
	v := &documentView{Request: pretty(d.Request), Open: d.Open, Diff: d.Diff}
	if masked {
		v.Request = maskJSON(v.Request, d.Private)
		v.Diff = nil
		for _, is := range d.Diff {
			is.Was, is.WouldBe = json.RawMessage(maskJSON(string(is.Was), d.Private)), json.RawMessage(maskJSON(string(is.WouldBe), d.Private))
			v.Diff = append(v.Diff, is)
		}
	}
	return v
}

// kept are the store's calls that are kept of the order.
func kept(e ledger.Entry) (list []keptView) {
	add := func(packed []byte, newer bool) {
		if p, err := platform.Unpack(packed); err == nil {
			list = append(list, keptView{newer, p.Headers, p.Query, pretty(p.Body)})
		}
	}
	add(e.Payload, false)
	if e.Newer != nil && len(e.Newer.Payload) > 0 {
		add(e.Newer.Payload, true)
	}
	return list
}

// pretty is JSON on lines of its own; anything else is left alone, but for bytes that are
// no text.
func pretty(body []byte) string {
	var b bytes.Buffer
	if json.Indent(&b, body, "", "  ") != nil {
		return string(bytes.ToValidUTF8(body, []byte(string(utf8.RuneError))))
	}
	return b.String()
}
