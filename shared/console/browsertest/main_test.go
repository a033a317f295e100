package browsertest

import (
	"testing"

	"github.com/carimbo/carimbo/shared/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }
