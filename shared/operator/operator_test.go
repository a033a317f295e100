package operator_test

import (
	"time"

	"github.com/carimbo/carimbo/shared/order"
)

// noon is when the tests' commands are given.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, order.SaoPaulo())
