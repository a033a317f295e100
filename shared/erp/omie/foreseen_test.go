package omie_test

import (
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
)

// Omie judges data_previsao by the day on which a pedido arrives, and a create may stand still
// before its first byte for as long as its lease lasts, and a minute.
func TestAPedidoThatIsMadeBeforeMidnightMayArriveAfterIt(t *testing.T) {
	s := simulate(t, strings.Replace(goods, "+3d", "+0d", 1))
	s.pass(14*time.Hour + 58*time.Minute) // 23:58 in São Paulo
	doc := s.pedido(t, bought(t))
	s.pass(6 * time.Minute)
	if got := s.Create(t.Context(), doc); got.Kind != erp.Created {
		t.Errorf("%+v", got)
	}
	if made := s.sim.Pedidos(); len(made) != 1 || !strings.Contains(string(made[0].Body), `"data_previsao":"23/11/2026"`) {
		t.Errorf("%+v", made)
	}
}
