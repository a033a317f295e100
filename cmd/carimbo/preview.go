package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
)

func (c *console) previewCommand() *cobra.Command {
	var name string
	cmd := &cobra.Command{
		Use:   "preview --connection C FILE",
		Short: "Show what the ERP would be asked to create of a payload",
		Long: `Show the exact request that the ERP would get for a payload of the store, as
JSON on stdout with the secrets masked. Nothing is sent and nobody is asked: a
customer who has to be looked up has no nCodCli yet.

FILE holds the body of a webhook; - is stdin. An order that would be rejected is
told on stderr, with what to do.`,
		Example: "  carimbo preview --connection cursos events/payloads/hotmart/purchase_approved.json",
		Args:    takes("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := c.connect(cmd, name)
			if err != nil {
				return err
			}
			body, err := c.readPayload(cmd, args[0])
			if err != nil {
				return err
			}
			return c.preview(s, body)
		},
	}
	cmd.Flags().StringVar(&name, "connection", "", "the connection whose store sends the payload")
	c.completeConnection(cmd, "connection")
	c.connectionsFlag(cmd)
	return cmd
}

func (c *console) preview(s store, body []byte) error {
	n, err := c.read(s, body)
	if err != nil {
		return err
	}
	if n.Status != platform.Paid {
		return fmt.Errorf("the payload (%s) tells of no paid order: nothing would be created", n.Topic)
	}
	o, err := s.platform.Order(n.Payload, s.Settings())
	if err != nil {
		return err
	}
	if err := c.checkOrder(s, n, o); err != nil {
		return err
	}
	request, err := c.request(s, o, erp.NewReference(s.Name, s.Orig, n.OrderID))
	if err != nil {
		return err
	}
	return printJSON(c.stdout, json.RawMessage(request))
}

// checkOrder says what would become of the order before the ERP is asked. Its age is
// a warning: what it would look like can be seen all the same.
func (c *console) checkOrder(s store, n platform.Notice, o order.Order) error {
	if n.Test && s.TestOrders != "create" {
		c.warn("this is a test order, which is ignored unless the connection says test_orders: create")
	}
	if n.Zero && s.ZeroOrders != "create" {
		c.warn("this order costs nothing, and is ignored unless the connection says zero_orders: create")
	}
	if paid := o.PaidAt; !paid.IsZero() && paid.Before(s.Since.Time) {
		c.warn("paid on %s, before since: %s: it would be ignored", paid.In(order.SaoPaulo()).Format(time.DateOnly), s.Since.Format(time.DateOnly))
	}
	err := o.Check(c.now())
	if reason, _ := order.AsRejection(err); reason.Kind == order.TooOld {
		c.warn("too_old: %s", reason.Message)
		err = o.Check(o.PaidAt)
	}
	return err
}

// request is the body of the create call.
func (c *console) request(s store, o order.Order, ref erp.Reference) ([]byte, error) {
	kind, ok := kinds.All().Find(s.account.Kind)
	if !ok {
		return nil, fmt.Errorf("account %s: the kind %s is not built in", s.Account, s.account.Kind)
	}
	client, err := kind.New(erp.Options{Account: s.Account, Settings: s.account.Settings, Now: c.now})
	if err != nil {
		return nil, fmt.Errorf("account %s: %w", s.Account, err)
	}
	doc, err := client.Document(o, ref)
	if err != nil {
		return nil, err
	}
	body, open, err := kind.Request(doc)
	if open != "" {
		c.warn("%s", open)
	}
	return body, err
}

func (c *console) warn(format string, args ...any) {
	fmt.Fprintln(c.stderr, "carimbo: warning: "+safe(fmt.Sprintf(format, args...)))
}
