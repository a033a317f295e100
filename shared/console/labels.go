package console

import (
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// labels are what people call the states, the reasons and the steps that the product has
// one word for.
var labels = map[string]words.Text{
	"queued": words.Say("queued"), "accepted": words.Say("accepted"), "creating": words.Say("being created"), "created": words.Say("created"),
	"waiting": words.Say("waiting"), "uncertain": words.Say("uncertain"), "rejected": words.Say("rejected"),

	"open": words.Say("open"), "resting": words.Say("resting"), "refused": words.Say("refused"),

	string(order.NotUnderstood): words.Say("not understood"), string(order.Mapping): words.Say("product not mapped"), string(order.TaxIDReason): words.Say("CPF or CNPJ"),
	string(order.Preflight): words.Say("fiscal rule"), string(order.TotalReason): words.Say("total"), string(order.CurrencyReason): words.Say("currency"),
	string(order.QuantityReason): words.Say("quantity"), string(order.RefusedByERP): words.Say("refused by the ERP"), string(order.TooOld): words.Say("too old"),
	string(order.Reversed): words.Say("reversed"), string(order.NotFound): words.Say("not found in the store"), string(order.GaveUp): words.Say("given up"),
	string(order.AccountGone): words.Say("account removed"), string(order.Unsupported): words.Say("not supported"), string(order.Deleted): words.Say("document deleted"),
	string(order.NeedsPerson): words.Say("needs a person"),
	string(order.ERPDown):     words.Say("ERP down"), string(order.NotSent): words.Say("not sent"), string(order.Redundant): words.Say("too soon for the ERP"),
	string(order.AccountRests): words.Say("account rests"), string(order.Fetch): words.Say("store not reached"), string(order.NotPaidYet): words.Say("not paid yet"),
	string(order.Panic): words.Say("error of ours"), string(order.Mended): words.Say("mended"), string(order.Retried): words.Say("retried"), string(order.DayOpen): words.Say("day not known yet"),
	string(order.LostAnswer): words.Say("answer lost"), string(order.Lapsed): words.Say("interrupted"), string(order.RedundantWrite): words.Say("maybe sent before"),
	string(order.UnknownFault): words.Say("unknown answer"),
}

// steps are what people call what was done to an order.
var steps = map[string]words.Text{
	"notice": words.Say("notice of the store"), "newer_contents": words.Say("newer contents"), "reversal": words.Say("reversal"), "paid_again": words.Say("paid again"),
	"changed_back": words.Say("changed back"), "place": words.Say("taken up"), "fetch": words.Say("asked the store"), "customer": words.Say("asked for the customer"),
	"create": words.Say("asked to create"), "look_up": words.Say("looked up"), "put_off": words.Say("put off"), "retry": words.Say("retry"), "resolve": words.Say("resolved by a person"),
	"dismiss": words.Say("dismissed"), "reveal": words.Say("data shown"),
}

// refusals are why calls of stores are refused, in the words of the log and the metric.
var refusals = map[string]words.Text{
	"signature": words.Say("the signature or token is wrong: compare the connection's secret with the store's"),
	"unsigned":  words.Say("the signature or token is missing: somebody else, or the store isn't told the secret"),
	"secret":    words.Say("the connection's secret can't be read"),
	"too_large": words.Say("more than 1 MiB"), "busy": words.Say("too much at once; the store sends it again"), "slow": words.Say("it came too slowly"), "broken_off": words.Say("the caller hung up"),
	"queue": words.Say("it could not be stored; the store sends it again"), "platform_not_built_in": words.Say("this program doesn't know the platform"),
}

// labelOf is what people call it by these; a word that has no label is shown as it is.
func labelOf(labels map[string]words.Text, word string) words.Text {
	if t, ok := labels[word]; ok {
		return t
	}
	return words.Plain(word)
}
