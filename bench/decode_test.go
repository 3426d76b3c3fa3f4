package bench

import (
	"testing"

	peer "github.com/mesos/mesos-go/api/v1/lib/scheduler"

	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

const offers = 1000

func BenchmarkDecodeMoor(b *testing.B) {
	in := event(b)
	b.ReportAllocs()
	for b.Loop() {
		var e schedulerpb.Event
		if err := e.Unmarshal(in); err != nil || len(e.Offers.Offers) != offers {
			b.Fatal(err)
		}
	}
	b.ReportMetric(offers*float64(b.N)/b.Elapsed().Seconds(), "offers/s")
}

func BenchmarkDecodePeer(b *testing.B) {
	in := event(b)
	b.ReportAllocs()
	for b.Loop() {
		var e peer.Event
		if err := e.Unmarshal(in); err != nil || len(e.Offers.Offers) != offers {
			b.Fatal(err)
		}
	}
	b.ReportMetric(offers*float64(b.N)/b.Elapsed().Seconds(), "offers/s")
}

func event(tb testing.TB) []byte {
	tb.Helper()
	in, err := Event(offers)
	if err != nil {
		tb.Fatal(err)
	}
	return in
}
