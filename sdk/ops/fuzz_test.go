package ops_test

import (
	"testing"

	"github.com/stateful-mesos/moor/sdk/internal/callcheck"
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/ops"
)

// Whatever offers and operations are decoded from: no panic, and what is built would harm no master.
func FuzzDo(f *testing.F) {
	for _, a := range recorded(f) {
		offers, operations := a.decode(f)
		offer, err := offers[0].Marshal()
		if err != nil {
			f.Fatal(err)
		}
		for i := range operations {
			op, err := operations[i].Marshal()
			if err != nil {
				continue // made to be refused
			}
			f.Add(offer, op)
		}
	}
	f.Fuzz(func(t *testing.T, offer, op []byte) {
		var o mesos.Offer
		var x mesos.Offer_Operation
		if o.Unmarshal(offer) != nil || x.Unmarshal(op) != nil {
			return
		}
		operations, err := ops.On(o).As("p").Do(x).Do(x).Build()
		if err != nil {
			return
		}
		for i := range operations {
			if err := callcheck.Operation(&operations[i]); err != nil {
				t.Fatal(err)
			}
		}
	})
}
