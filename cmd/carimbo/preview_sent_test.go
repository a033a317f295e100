package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/woocommerce"
)

// settingsOf are those of the account loja in a file of connections.
func settingsOf(t *testing.T, connections string) json.RawMessage {
	t.Helper()
	c := &console{connections: write(t, "c.yaml", connections)}
	settings, err := c.accountSettings("loja", "sensio")
	if err != nil {
		t.Fatal(err)
	}
	return settings
}

// sentOnce is the entry of an order that was sent and whose answer was lost.
func sentOnce(t *testing.T, connections, payload string) ledger.Entry {
	t.Helper()
	kept := platform.Payload{Body: []byte(payload)}
	o, err := woocommerce.Platform{}.Order(kept, platform.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	kind, _ := kinds.All().Find("sensio")
	client, err := kind.New(erp.Options{Account: "loja", Settings: settingsOf(t, connections)})
	if err != nil {
		t.Fatal(err)
	}
	ref := erp.Reference{Orig: "a loja de antes", OrigID: o.ID}
	doc, err := client.Document(o, ref)
	if err != nil {
		t.Fatal(err)
	}
	mark, err := placing.MarkOf(doc)
	if err != nil {
		t.Fatal(err)
	}
	packed, err := kept.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return ledger.Entry{Key: "loja-wp#" + o.ID, Token: "t", Connection: "loja-wp", Platform: "woocommerce", OrderID: o.ID, ERPKind: "sensio", Account: "loja",
		Reference: ref, State: ledger.Uncertain, Payload: packed, Document: mark, PaidAt: o.PaidAt, PaidRank: o.PaidRank, ReceivedAt: noon, UpdatedAt: noon}
}

// remembering is a ledger that has the entry, as flags name it.
func remembering(t *testing.T, b book, e ledger.Entry) []string {
	t.Helper()
	b.use(t, func(l ledger.Ledger) error {
		_, err := l.Write(t.Context(), ledger.Entry{}, e)
		return err
	})
	return b.flags()[:2]
}

var mended = strings.NewReplacer(`"quantity":2,"subtotal":"120.00","total":"110.00"`, `"quantity":3,"subtotal":"180.00","total":"165.00"`, "198.90", "253.90",
	`"company":"Padaria Sol","cnpj":"45.723.174/0001-10"`, `"company":"Padaria Mar","cnpj":"11.222.333/0001-81"`)

func TestAPreviewTellsWhatDiffersFromWhatWasSent(t *testing.T) {
	onBoth(t, func(t *testing.T, told func(*testing.T) book) {
		flags := remembering(t, told(t), sentOnce(t, whomConnections, whomOrder))
		got := previewWhom(t, whomConnections, mended.Replace(whomOrder), flags...)
		_, sent, _ := strings.Cut(got.errors, "Sent last\n")
		if got.code != exitDone || !strings.Contains(got.out, `"orig": "a loja de antes"`) {
			t.Fatalf("exit code %d: %s", got.code, got.out+got.errors)
		}
		golden(t, "preview-sent.txt", sent)
		asJSON := previewWhom(t, whomConnections, mended.Replace(whomOrder), append(flags, "--json")...)
		var v struct{ Sent json.RawMessage }
		if err := json.Unmarshal([]byte(asJSON.out), &v); err != nil {
			t.Fatal(err)
		}
		golden(t, "preview-sent.json", string(v.Sent)+"\n")
		full := previewWhom(t, whomConnections, mended.Replace(whomOrder), append(flags, "--full")...)
		if !strings.Contains(full.errors, `customer was "Padaria Sol", would be "Padaria Mar"`) {
			t.Errorf("--full masks: %s", full.errors)
		}
	})
}

func TestAPreviewSaysWhyNothingIsCompared(t *testing.T) {
	sent := sentOnce(t, whomConnections, whomOrder)
	never, gone, unread := sent, sent, sent
	never.Document = erp.Mark{}
	gone.Payload, gone.State = nil, ledger.Created
	unread.Payload = []byte("x")
	other := sent
	other.Key, other.OrderID = "loja-wp#1", "1"
	mapped := strings.Replace(whomConnections, "productId: b }", "productId: c }", 1)
	for what, c := range map[string]struct {
		entry                      ledger.Entry
		connections, payload, want string
		exact                      bool
	}{
		"the same":           {sent, whomConnections, whomOrder, "the same would be sent", true},
		"another account":    {sent, mapped, whomOrder, "made again, and not byte for byte", false},
		"never sent":         {never, whomConnections, whomOrder, "nothing of this order was sent", false},
		"not kept":           {gone, whomConnections, whomOrder, "its contents are not kept any more", false},
		"not known":          {other, whomConnections, whomOrder, "nothing is known of this order there", false},
		"not to be read":     {unread, whomConnections, whomOrder, "what was sent can't be made again", false},
		"no document of it":  {sent, whomConnections, strings.Replace(whomOrder, "198.90", "200.00", 1), "this payload becomes no document", false},
		"sent, not any more": {sent, strings.Replace(whomConnections, "      B: { productId: b }\n", "", 1), onlyA, "what was sent can't be made again with the account as it is now", false},
	} {
		t.Run(what, func(t *testing.T) {
			flags := remembering(t, book{data: tell(t)}, c.entry)
			got := previewWhom(t, c.connections, c.payload, flags...)
			_, words, _ := strings.Cut(got.errors, "Sent last\n")
			if !strings.Contains(words, c.want) {
				t.Errorf("%s", got.errors)
			}
			var v struct {
				Sent struct {
					Exact bool
					Diff  []any
				}
			}
			asJSON := previewWhom(t, c.connections, c.payload, append(flags, "--json")...)
			if err := json.Unmarshal([]byte(asJSON.out), &v); err != nil || v.Sent.Exact != c.exact || v.Sent.Diff == nil || len(v.Sent.Diff) > 0 {
				t.Errorf("%v: %s", err, asJSON.out)
			}
		})
	}
}

// onlyA is the order without its second line.
var onlyA = strings.NewReplacer(`,{"sku":"B","name":"Boné","quantity":1,"subtotal":"60.00","total":"60.00"}`, "", "198.90", "138.90").Replace(whomOrder)

func TestWhatWasSentHasTheMomentThatItsEntryKnows(t *testing.T) {
	e := sentOnce(t, whomConnections, whomOrder)
	e.PaidAt = e.PaidAt.AddDate(0, 0, -2)
	got := previewWhom(t, whomConnections, whomOrder, remembering(t, book{data: tell(t)}, e)...)
	if !strings.Contains(got.errors, `dateSold was "2026-11-18", would be "2026-11-20"`) {
		t.Error(got.errors)
	}
}

func TestAnOrderStaysWithTheAccountThatItWasTakenInFor(t *testing.T) {
	e := sentOnce(t, whomConnections, whomOrder)
	moved := strings.NewReplacer("connections:\n", strings.Replace(whomConnections[strings.Index(whomConnections, "  loja:"):strings.Index(whomConnections, "connections:")], "  loja:", "  outra:", 1)+"connections:\n",
		"erp: loja,", "erp: outra,").Replace(whomConnections)
	flags := remembering(t, book{data: tell(t)}, e)
	got := previewWhom(t, moved, whomOrder, append(slices.Clone(flags), "--json")...)
	if got.code != exitDone || !strings.Contains(got.out, `"account": "loja"`) || !strings.Contains(got.errors, "taken in for the account loja") {
		t.Errorf("%+v", got)
	}
	gone := strings.NewReplacer("  loja:", "  outra:", "erp: loja,", "erp: outra,").Replace(whomConnections)
	if got := previewWhom(t, gone, whomOrder, flags...); got.code != exitFailed || !strings.Contains(got.errors, "account loja (sensio) is not in") {
		t.Errorf("%+v", got)
	}
}
