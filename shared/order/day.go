package order

import (
	"sync"
	"time"
	_ "time/tzdata" // the merchant's day is São Paulo's, also where no zone files are
)

// SaoPaulo is the merchant's time zone: the day of an order is the day there.
func SaoPaulo() *time.Location { return saoPaulo() }

// saoPaulo is read once: an order asks for it a dozen times, and reading it costs as
// much as reading an order.
var saoPaulo = sync.OnceValue(func() *time.Location {
	loc, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		panic("time zone data is compiled in: " + err.Error())
	}
	return loc
})
