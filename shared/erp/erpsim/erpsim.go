// Package erpsim says what others need of the simulator of an ERP, and has the frame that
// every one stands on. The simulators are beside the ERPs' packages; neither they nor the
// frame share any code with the clients.
package erpsim

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
)

// Kind is the simulator of a kind of ERP. Each has one line in package simulators, and
// no function links it.
type Kind struct {
	// Name is the erp.Kind's.
	Name string
	// Path leads from the simulator's address to its API: "/api/v1/".
	Path string
	// New makes one. What a real ERP holds against equal calls shrinks with the spacing
	// between them.
	New func(spacing time.Duration) Simulator
	// Stage is how the simulation of orders puts it on.
	Stage Stage
}

// Simulator stands for the ERP of all accounts of its kind. GET /documents lists what it
// holds.
type Simulator interface {
	http.Handler
	// Know tells it what the merchant's ERP knows: what the settings of an account name.
	// It may be told again.
	Know(settings json.RawMessage) error
	// LoseAnswers has it write the documents that lose picks, and break the connection
	// instead of answering. lose is asked at each create.
	LoseAnswers(lose func(erp.Reference) bool)
	// Count is how many documents have the reference, and Documents how many there are.
	Count(erp.Reference) int
	Documents() int
	// Violations are the limits that a caller broke, in words.
	Violations() []string
	// Close ends calls that hang.
	Close()
}
