package placing

import (
	"bytes"
	"reflect"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
)

// unpacked is what was unpacked last: a message's contents are mostly its entry's.
type unpacked struct {
	packed  []byte
	payload platform.Payload
}

// unpack unpacks a message's or an entry's contents, once.
func (in *invocation) unpack(packed []byte) (platform.Payload, error) {
	if in.unpacked.packed == nil || !bytes.Equal(in.unpacked.packed, packed) {
		payload, err := platform.Unpack(packed)
		if err != nil {
			return platform.Payload{}, err
		}
		in.unpacked = unpacked{packed: packed, payload: payload}
	}
	return in.unpacked.payload, nil
}

// reading is what a payload says: an order is asked for on its arrival, for its document
// and for its parts, mostly of one body.
type reading struct {
	// of is what order and err come of.
	of    any
	order order.Order
	err   error
	// parts are the order's, once they were asked for: under is the connection, the kind of
	// document and the key.
	under string
	parts ledger.Parts
}

// read decodes a payload, once.
func (in *invocation) read(p platform.Platform, name string, payload platform.Payload, conn connection.Connection) *reading {
	of := []any{name, payload, conn}
	for _, r := range in.readings {
		if reflect.DeepEqual(r.of, of) {
			return r
		}
	}
	o, err := p.Order(payload, conn.Settings())
	r := &reading{of: of, order: o, err: err}
	in.readings = append(in.readings, r)
	return r
}
