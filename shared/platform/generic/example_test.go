package generic_test

import (
	"fmt"
	"os"
	"time"

	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/generic"
)

// A checkout of one's own signs an order and posts it; Carimbo verifies, reads
// and decodes it.
func Example() {
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	body, err := os.ReadFile("testdata/order_paid.json")
	if err != nil {
		panic(err)
	}
	at := time.Date(2026, 11, 21, 15, 0, 1, 0, time.UTC)
	var p generic.Platform
	request := p.Sign(body, secret, at)
	fmt.Println("webhook-id:", request.Header["webhook-id"])
	fmt.Println("webhook-timestamp:", request.Header["webhook-timestamp"])

	fmt.Println("genuine:", p.Verify(request, []string{secret}, at) == nil)
	notice, err := p.Read(request, platform.Settings{})
	if err != nil {
		panic(err)
	}
	fmt.Println("order", notice.StoreNumber, "is", notice.Status)
	o, err := p.Order(notice.Payload, platform.Settings{})
	if err != nil {
		panic(err)
	}
	for _, l := range o.Lines {
		fmt.Println(l.Quantity, "x", l.UnitPrice, l.SKUs, "=", l.Total())
	}
	fmt.Println("total", o.Total, o.Currency, "adds up:", o.Check(at) == nil)
	// Output:
	// webhook-id: msg_BlhhG1bfZlCB4U9cCdUTxfRJ
	// webhook-timestamp: 1795273201
	// genuine: true
	// order 1001 is paid
	// 3 x 150.00 [MANUT-01] = 420.00
	// 1 x 90.00 [VISITA-BH VISITA] = 90.00
	// total 495.00 BRL adds up: true
}
