package platform_test

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
)

// checkout is a platform of one's own: it sends a token in a header, and an order with
// one line.
type checkout struct{}

var _ platform.Platform = checkout{}

const tokenHeader = "x-checkout-token"

func (checkout) Ping(platform.Request) bool { return false }

func (checkout) Provable(header map[string]string, _ url.Values) bool {
	return header[tokenHeader] != ""
}

func (checkout) Verify(r platform.Request, secrets []string, _ time.Time) error {
	for _, s := range secrets {
		if s != "" && subtle.ConstantTimeCompare([]byte(r.Header[tokenHeader]), []byte(s)) == 1 {
			return nil
		}
	}
	return platform.ErrSignature
}

func (c checkout) Read(r platform.Request, _ platform.Settings) (platform.Notice, error) {
	sale, err := c.sale(r.Body)
	n := platform.Notice{Status: platform.Neither, OrderID: sale.ID, StoreNumber: sale.ID, Topic: sale.Status, Payload: platform.Payload{Body: r.Body}}
	if sale.Status == "paid" {
		n.Status = platform.Paid
	}
	return n, err
}

func (c checkout) Order(p platform.Payload, _ platform.Settings) (order.Order, error) {
	sale, err := c.sale(p.Body)
	line := order.Line{SKUs: []string{sale.Product}, Name: sale.Product, Quantity: order.Pieces(1), UnitPrice: sale.Total}
	return order.Order{ID: sale.ID, Number: sale.ID, Currency: "BRL", Total: sale.Total, Lines: []order.Line{line}}, err
}

func (checkout) Sign(body []byte, secret string, _ time.Time) platform.Request {
	return platform.Request{Header: map[string]string{tokenHeader: secret}, Body: body}
}

type sale struct {
	ID, Status, Product string
	Total               order.Money
}

func (checkout) sale(body []byte) (sale, error) {
	var s sale
	if json.Unmarshal(body, &s) != nil || s.ID == "" {
		return sale{}, platform.ErrNotUnderstood
	}
	return s, nil
}

// A platform is a verifier, a reader and a decoder, all pure.
func ExamplePlatform() {
	var p platform.Platform = checkout{}
	request := p.Sign([]byte(`{"id": "7", "status": "paid", "product": "CURSO-GO", "total": 1497.00}`), "token", time.Time{})
	fmt.Println(p.Verify(request, []string{"token"}, time.Time{}))
	notice, err := p.Read(request, platform.Settings{})
	fmt.Println(notice.Status, notice.OrderID, err)
	o, err := p.Order(notice.Payload, platform.Settings{})
	fmt.Println(o.Lines[0].SKUs, o.Total, err)
	// Output:
	// <nil>
	// paid 7 <nil>
	// [CURSO-GO] 1497.00 <nil>
}
