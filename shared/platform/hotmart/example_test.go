package hotmart_test

import (
	"fmt"
	"time"

	"github.com/carimbo/carimbo/events/payloads"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/hotmart"
)

// A webhook is proven over its raw bytes, and then read: which order, and is it paid?
func ExamplePlatform() {
	body, err := payloads.FS.ReadFile("hotmart/purchase_approved.json")
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Date(2026, 11, 21, 15, 30, 0, 0, time.UTC)
	p := hotmart.Platform{}
	request := p.Sign(body, "the-hottok-of-the-store", now)

	fmt.Println("guessed:", p.Verify(request, []string{"a guess"}, now))
	fmt.Println("genuine:", p.Verify(request, []string{"the-hottok-of-the-store"}, now))
	notice, err := p.Read(request, platform.Settings{Connection: "cursos"})
	fmt.Println(notice.Status, notice.OrderID, notice.Topic, err)
	o, err := p.Order(notice.Payload, platform.Settings{Connection: "cursos"})
	fmt.Println(o.Lines[0].SKUs, o.Total, o.Currency, err)
	// Output:
	// guessed: signature missing or wrong
	// genuine: <nil>
	// paid HP2640917385 PURCHASE_APPROVED <nil>
	// [CURSO-GO 5128734] 497.00 BRL <nil>
}
