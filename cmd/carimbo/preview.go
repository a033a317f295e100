package main

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/preflight"
	"github.com/carimbo/carimbo/shared/words"
)

func (c *console) previewCommand() *cobra.Command {
	var name, at string
	var asJSON, full bool
	cmd := &cobra.Command{
		Use:   "preview --connection C FILE",
		Short: "Show what the ERP would be asked to create of a payload",
		Long: `Show the exact request that the ERP would get for a payload of the store, as
JSON on stdout with the secrets masked. Nothing is sent and nobody is asked: a
customer who has to be looked up has no nCodCli yet.

Stderr tells whom and what it is about: who pays and by which rule, where the tax
id and the moment of payment were read, the customer as the ERP would be asked for
it, every part of the total, and what was left out with why. The customer is
masked there unless --full. --json has all of it in one object on stdout, with the
request under "request".

Pre-flight says what the fiscal rules of today, or of the day of --at, have against
the document: what refuses it, and what warns, each with its source.

With --data or --stack it tells, too, how the request differs from the one that
was sent last of this order, field by field, while the contents of that are kept:
so what newer contents or a changed account would change is seen before a retry.

FILE holds the body of a webhook; - is stdin. An order that would be rejected is
told on stderr, with what to do, and so is what of the account contradicts it.`,
		Example: "  carimbo preview --connection cursos events/payloads/hotmart/purchase_approved.json",
		Args:    takes("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := c.connect(cmd, name)
			if err != nil {
				return err
			}
			day, err := c.dayOf(cmd, at)
			if err != nil {
				return err
			}
			body, err := c.readPayload(cmd, args[0])
			if err != nil {
				return err
			}
			v := previewView{Connection: s.Name, Platform: s.Platform, Account: s.Account, ERP: s.account.Kind,
				Dropped: []order.Dropped{}, Warnings: []words.Text{}, Preflight: []preflight.Finding{}, day: day, full: full, mask: order.Masked}
			if full {
				v.mask = func(text string) string { return text }
			}
			err = c.preview(cmd, s, body, &v)
			return errors.Join(c.showPreview(v, asJSON), err)
		},
	}
	cmd.Flags().StringVar(&name, "connection", "", "the connection whose store sends the payload")
	cmd.Flags().BoolVar(&full, "full", false, "show the customer unmasked")
	cmd.Flags().StringVar(&at, "at", "", "the day, like 2027-01-02, whose fiscal rules are asked; today if absent")
	c.dataFlag(cmd)
	c.stackFlag(cmd)
	c.completeConnection(cmd, "connection")
	c.connectionsFlag(cmd)
	jsonFlag(cmd, &asJSON)
	return cmd
}

// showPreview shows what there is, before the error that may follow.
func (c *console) showPreview(v previewView, asJSON bool) error {
	if asJSON {
		for _, text := range v.Warnings {
			c.warnOf(text)
		}
		return c.printJSON(c.stdout, v)
	}
	var out bytes.Buffer
	c.writePreview(&out, v)
	_, err := c.stderr.Write(out.Bytes())
	for _, text := range v.Warnings {
		c.warnOf(text)
	}
	if len(v.Request) == 0 {
		return err
	}
	return errors.Join(err, c.printJSON(c.stdout, v.Request))
}

// preview fills in the view, as far as it gets.
func (c *console) preview(cmd *cobra.Command, s store, body []byte, v *previewView) error {
	n, err := c.read(s, body)
	if err != nil {
		return err
	}
	if n.Status != platform.Paid {
		return words.Errorf("the payload (%s) tells of no paid order: nothing would be created", n.Topic)
	}
	if err := c.findSent(cmd, s, n, v); err != nil {
		return err
	}
	err = c.previewOrder(s, n, v)
	if reason, rejected := order.AsRejection(err); rejected {
		v.Rejected = &reason
	}
	return err
}

func (c *console) previewOrder(s store, n platform.Notice, v *previewView) error {
	o, err := s.platform.Order(n.Payload, s.Settings())
	if err != nil {
		return err
	}
	if known := (order.Moment{At: v.kept.PaidAt, Rank: v.kept.PaidRank}); !known.At.IsZero() && !(order.Moment{At: o.PaidAt, Rank: o.PaidRank}).Replaces(known) {
		o.Paid(known)
	}
	v.see(o)
	s, ref, err := c.frozen(s, o, v)
	if err != nil {
		return err
	}
	kind, err := s.kind()
	if err != nil {
		return err
	}
	e, err := kind.Explain(s.account.Settings, o, ref)
	if err != nil {
		return words.Errorf("account %s: %s", s.Account, err)
	}
	v.explain(s.Account, e)
	if err := c.checkOrder(s, n, o, v); err != nil {
		return err
	}
	doc, body, open, err := c.document(s, kind, o, ref)
	if err != nil {
		return err
	}
	v.Request, v.Preflight = body, append(v.Preflight, doc.Preflight(v.day)...)
	if !open.IsZero() {
		v.Warnings = append(v.Warnings, open)
	}
	if err := c.compareSent(s, kind, o, v); err != nil {
		return err
	}
	return preflight.Refusal(v.Preflight)
}

// dayOf is noon of the day of --at in São Paulo, or now.
func (c *console) dayOf(cmd *cobra.Command, at string) (time.Time, error) {
	if at == "" {
		return c.now(), nil
	}
	day, err := time.ParseInLocation(time.DateOnly, at, order.SaoPaulo())
	if err != nil {
		return day, usage(cmd, "--at %s is no day: write it like 2027-01-02", at)
	}
	return day.Add(12 * time.Hour), nil
}

// checkOrder says what would become of the order before the ERP is asked. Its age is
// a warning: what it would look like can be seen all the same.
func (c *console) checkOrder(s store, n platform.Notice, o order.Order, v *previewView) error {
	if n.Test && s.TestOrders != "create" {
		v.warn("this is a test order, which is ignored unless the connection says test_orders: create")
	}
	if n.Zero && s.ZeroOrders != "create" {
		v.warn("this order costs nothing, and is ignored unless the connection says zero_orders: create")
	}
	if paid := o.PaidAt; !paid.IsZero() && paid.Before(s.Since.Time) {
		v.warn("paid on %s, before since: %s: it would be ignored", paid.In(order.SaoPaulo()).Format(time.DateOnly), s.Since.Format(time.DateOnly))
	}
	err := o.Check(c.now())
	if reason, _ := order.AsRejection(err); reason.Kind == order.TooOld {
		v.warn("too_old: %s", reason.Message)
		err = o.Check(o.PaidAt)
	}
	return err
}

// kind is the account's kind of ERP.
func (s store) kind() (erp.Kind, error) {
	kind, ok := kinds.All().Find(s.account.Kind)
	if !ok {
		return kind, words.Errorf("account %s: the kind %s is not built in", s.Account, s.account.Kind)
	}
	return kind, nil
}

// client is the account's, for what needs no call.
func (c *console) client(s store) (erp.Client, error) {
	kind, err := s.kind()
	if err != nil {
		return nil, err
	}
	client, err := kind.New(erp.Options{Account: s.Account, Settings: s.account.Settings, Now: c.now})
	if err != nil {
		return nil, words.Errorf("account %s: %s", s.Account, err)
	}
	return client, nil
}

// document is what the order becomes, with the body of the create call and what isn't known
// of it yet.
func (c *console) document(s store, kind erp.Kind, o order.Order, ref erp.Reference) (doc erp.Document, body []byte, open words.Text, err error) {
	client, err := c.client(s)
	if err != nil {
		return doc, nil, words.Text{}, err
	}
	if doc, err = client.Document(o, ref); err != nil {
		return doc, nil, words.Text{}, err
	}
	body, open, err = kind.Request(doc)
	return doc, body, open, err
}

func (v *previewView) warn(format string, args ...any) {
	v.Warnings = append(v.Warnings, words.Say(format, args...))
}

func (c *console) warn(format string, args ...any) {
	c.warnOf(words.Say(format, args...))
}

func (c *console) warnOf(text words.Text) {
	fmt.Fprintln(c.stderr, c.text(words.Say("carimbo: warning: %s", text)))
}
