package operator

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/url"
	"slices"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/notify"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// mostCauses is how many causes of one kind, account and connection are told apart, the
// oldest ones: what is left is one more. Who maps none of 500 SKUs isn't told 500 times.
const mostCauses = 20

// spoken is what is said in a language that isn't known yet, where a text that depends on
// an order's values is a part of it.
type spoken func(words.Language) words.Text

// In is what is said in that language.
func (s spoken) In(l words.Language) string { return s(l).In(l) }

// Attention is what needs a person now, as people are told outside of this machine.
type Attention struct {
	Ledger ledger.Ledger
	Kinds  ERPKinds
	// Accounts are the configured accounts with their kinds of ERP.
	Accounts map[string]string
	// Console is the address of the console, which the links are of; empty for no links.
	Console string
}

// Causes are those of what needs a person, by connection. No text of a buyer's is in
// them: what an ERP said, which may repeat some, stays on this machine.
func (a Attention) Causes(ctx context.Context) ([]notify.Cause, error) {
	// Told apart in English, whatever the languages of those who are told.
	list, err := causesOf(ctx, a.Ledger, causes{kinds: a.Kinds, byConnection: true}, ledger.Filter{Mine: true})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(list, func(x, y causeWithOrder) int { return x.OldestAt.Compare(y.OldestAt) })
	var told []notify.Cause
	of := map[notify.Key]int{}
	for _, c := range list {
		cause := a.ofOrders(c)
		group := cause.Key
		group.Why = ""
		if of[group]++; of[group] <= mostCauses {
			told = append(told, cause)
			continue
		}
		i := slices.IndexFunc(told, func(t notify.Cause) bool { return t.Key == group })
		if i < 0 {
			i = len(told)
			told = append(told, notify.Cause{Key: group})
		}
		told[i] = a.others(group, told[i].Count+c.Count)
	}
	refused, err := a.refused(ctx)
	return append(told, refused...), err
}

// refused are the configured accounts whose keys are refused, or that lack a permission.
func (a Attention) refused(ctx context.Context) (causes []notify.Cause, err error) {
	for _, name := range slices.Sorted(maps.Keys(a.Accounts)) {
		lane, err := a.Ledger.Lane(ctx, name)
		if err != nil {
			return nil, err
		}
		if !lane.Refused() {
			continue
		}
		title := a.Kinds.of(a.Accounts[name]).Title()
		causes = append(causes, notify.Cause{Key: notify.Key{Kind: notify.Account, Account: name}, Count: 1,
			Message: words.Say("%s refuses the key of account %s, or a permission is missing, and its orders wait. Put the right app_key and app_secret into %s/%s of the file of secrets, or give the permission in %s.", title, name, a.Accounts[name], name, title),
			Gone:    words.Say("Resolved: %s takes the key of account %s again.", title, name),
			Command: "carimbo accounts resume " + name, Link: a.link(url.Values{"tab": {"health"}})})
	}
	return causes, nil
}

// ofOrders is a cause of orders.
func (a Attention) ofOrders(c causeWithOrder) notify.Cause {
	digest := sha256.Sum256([]byte(string(c.Kind) + "\n" + c.Message))
	key := notify.Key{Kind: notify.Kind(c.Needs), Account: c.Account, Connection: c.Connection, Why: hex.EncodeToString(digest[:8])}
	cause := notify.Cause{Key: key, Count: c.Count}
	orders := words.Count(c.Count, "%d order", "%d orders")
	switch c.Needs {
	case ledger.NeedsFinding:
		cause.Message = words.Say("Parked: %s of %s. Nothing can prove whether it is in the ERP: look there, then resolve each.", orders, c.Connection)
		cause.Gone = words.Say("Resolved: no order of %s waits any more for somebody who looks into the ERP.", c.Connection)
	case ledger.NeedsCancelling:
		cause.Message = words.Say("Refunded or cancelled in the store after the document was made: %s of %s. Cancel the document in the ERP yourself, then dismiss the order.", orders, c.Connection)
		cause.Gone = words.Say("Resolved: the orders of %s that were refunded or cancelled later are seen to.", c.Connection)
	case ledger.NeedsComparing:
		cause.Message = words.Say("Changed in the store after the document was made: %s of %s. Compare, mend the document in the ERP yourself, then dismiss the order.", orders, c.Connection)
		cause.Gone = words.Say("Resolved: the orders of %s that were changed later are seen to.", c.Connection)
	default:
		cause.Message = spoken(func(l words.Language) words.Text {
			return words.Sentences(words.Say("Rejected: %s of %s.", orders, c.Connection), a.whyRejected(c, l))
		})
		cause.Gone = spoken(func(l words.Language) words.Text {
			return words.Say("Resolved: no order of %s is rejected any more for this: %s", c.Connection, a.whyRejected(c, l))
		})
	}
	return a.withCommand(cause, c.Kind)
}

// others are the causes beyond those that are told apart.
func (a Attention) others(key notify.Key, count int) notify.Cause {
	return a.withCommand(notify.Cause{Key: key, Count: count,
		Message: words.Say("%s more of %s, for other reasons than the %d that were told.", words.Count(count, "%d order", "%d orders"), key.Connection, mostCauses),
		Gone:    words.Say("Resolved: the further reasons for which orders of %s needed somebody are gone.", key.Connection)}, "")
}

// whyRejected says why in Carimbo's own words: with the SKUs and amounts that are in them
// where these are all that is.
func (a Attention) whyRejected(c causeWithOrder, l words.Language) words.Text {
	switch c.Kind {
	case order.Mapping, order.TotalReason, order.CurrencyReason, order.QuantityReason, order.TooOld, order.Preflight, order.AccountGone:
		return words.Plain(common{}.message(a.Kinds, c.of, l))
	case order.TaxIDReason:
		return words.Say("The buyer's CPF or CNPJ is missing or wrong. Correct it in the store's order.")
	case order.RefusedByERP:
		return words.Say("The ERP refused it. Its words are in carimbo orders list.")
	case order.NotUnderstood:
		return words.Say("What the store sent can't be read as an order. Enter it in the ERP by hand, then dismiss it.")
	case order.Unsupported:
		return words.Say("It is no sale, or of a kind that is not supported. Enter it in the ERP by hand if it is one, then dismiss it.")
	case order.Reversed:
		return words.Say("The store refunded or cancelled it before it was sent. Dismiss it.")
	case order.GaveUp:
		return words.Say("It could not be sent for days. See why in carimbo orders list, then retry it.")
	}
	return words.Say("See why in carimbo orders list.")
}

// mendable are the reasons after whose mending orders are tried again.
var mendable = []order.ReasonKind{order.Mapping, order.TotalReason, order.Preflight, order.TaxIDReason, order.RefusedByERP, order.AccountGone, order.GaveUp, order.NotFound}

// withCommand adds the command that mends the orders, or lists them where each is to be
// looked at, and where the console shows them. Both are made of names and words that
// need no quoting anywhere.
func (a Attention) withCommand(c notify.Cause, reason order.ReasonKind) notify.Cause {
	state := map[notify.Kind]ledger.State{notify.Rejected: ledger.Rejected, notify.Parked: ledger.Uncertain, notify.Reversed: ledger.Created, notify.Changed: ledger.Created}[c.Kind]
	c.Link = a.link(url.Values{"connection": {c.Connection}, "state": {string(state)}})
	if slices.Contains(mendable, reason) {
		c.Command = "carimbo orders retry --connection " + c.Connection + " --kind " + string(reason)
		return c
	}
	c.Command = "carimbo orders list --mine --connection " + c.Connection + " --state " + string(state)
	return c
}

// link is where the console shows this; empty without a console.
func (a Attention) link(query url.Values) string {
	if a.Console == "" {
		return ""
	}
	return a.Console + "/?" + query.Encode()
}
