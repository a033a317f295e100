package console

import (
	"errors"
	"net/http"
	"strings"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/words"
)

// maxNote is what is taken of a note; a timeline keeps less.
const maxNote = 1000

// act gives a command to the order, and goes back to it.
func (c *Console) act(do operator.Doing) inSession {
	return func(w http.ResponseWriter, r *http.Request, s *session) {
		key, id := r.URL.Query().Get("key"), strings.TrimSpace(r.PostForm.Get("id"))
		note := strings.TrimSpace(r.PostForm.Get("note"))
		switch {
		case len(note) > maxNote:
			s.say(words.Say("The note is too long: at most %d characters.", maxNote), true)
		case note == "" && (do == operator.DoDismiss || do == operator.DoResolveAbsent):
			s.say(words.Say("Nothing was done: say in the note what you saw or did, for whoever looks at the order later."), true)
		case do == operator.DoResolveCreated && !operator.ValidID(id):
			s.say(words.Say("Nothing was done: %s", notAnID), true)
		default:
			if err := c.carryOut(r, s, key, do.Event(placing.Person{By: c.opts.By, Note: note}, id)); err != nil {
				c.broken(w, r, s, err)
				return
			}
		}
		c.back(w, r, "/order", "key", key)
	}
}

// carryOut gives the command, and says what came of it.
func (c *Console) carryOut(r *http.Request, s *session, key string, ev placing.Event) error {
	o := c.opts.Orders
	plan, err := o.Plan(r.Context(), key, ev)
	refused := plan.Refused
	var result operator.Result
	if err == nil && refused == nil {
		result, err = o.Do(r.Context(), plan, ev)
	}
	if refused != nil || errors.As(err, &refused) {
		s.say(words.Say("Nothing was done: %s", refused.Why), true)
		return nil
	}
	if err != nil {
		return err
	}
	s.say(words.Say("Done. The order is now %s: %s", labelOf(labels, string(result.State)), result.Next), false)
	return nil
}

// reveal has it written down that the buyer's data are shown, and then shows them.
func (c *Console) reveal(w http.ResponseWriter, r *http.Request, s *session) {
	key := r.URL.Query().Get("key")
	_, err := c.opts.Orders.Reveal(r.Context(), key, placing.Person{By: c.opts.By})
	var refused *operator.Refusal
	switch {
	case errors.As(err, &refused):
		s.say(words.Say("Nothing was done: %s", refused.Why), true)
	case err != nil:
		c.broken(w, r, s, err)
		return
	default:
		s.reveal(key, c.now())
		s.say(words.Say("The buyer's data are shown for ten minutes. It is written into the order's timeline that you asked for them."), false)
	}
	c.back(w, r, "/order", "key", key)
}

// resume ends the rest of an account.
func (c *Console) resume(w http.ResponseWriter, r *http.Request, s *session) {
	name := r.URL.Query().Get("name")
	is, err := c.opts.Accounts().Resume(r.Context(), name)
	var refused *operator.Refusal
	switch {
	case errors.As(err, &refused):
		s.say(words.Say("Nothing was done: %s", refused.Why), true)
	case err != nil:
		c.broken(w, r, s, err)
		return
	case !is.Rested && is.Orders == 0:
		s.say(words.Say("Account %s does not rest, and no order waits for it: nothing to do.", name), false)
	case is.Orders == 0:
		s.say(words.Say("Account %s rests no more. No order waited for it.", name), false)
	default:
		soon := c.opts.Orders.Site.Soon(c.now(), ledger.Lane{})
		s.say(words.Say("Account %s rests no more. Orders that waited for it: %d; they go on %s, or a minute after the last call.", name, is.Orders, soon), false)
	}
	c.back(w, r, "/", "tab", "health")
}

// back has the browser ask for a page after a post, so that nothing is done again when it is
// loaded again.
func (c *Console) back(w http.ResponseWriter, r *http.Request, path string, namesAndValues ...string) {
	http.Redirect(w, r, c.pageOf(r, nil, nil).Link(path, namesAndValues...), http.StatusSeeOther)
}
