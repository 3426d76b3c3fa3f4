package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/stateful-mesos/moor/sdk/internal/recordio"
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/resource"
	"github.com/stateful-mesos/moor/sdk/scheduler"
)

// BenchmarkOffers is the whole way of an offer through the driver, over pipes: a record of 10 offers with 8 resources each is read
// and decoded, shown to OnOffer, and answered by one DECLINE, which the master has taken when the next record is sent.
func BenchmarkOffers(b *testing.B) {
	m := newBenchMaster(b)
	shown := 0
	d, err := scheduler.New(scheduler.Config{
		Masters: []string{"m"}, Dial: m.Dial, Framework: mesos.FrameworkInfo{Name: "f", User: "u", Roles: []string{"r"}},
	}, scheduler.Callbacks{OnOffer: func(_ context.Context, offers []mesos.Offer) ([]scheduler.Decision, error) {
		shown += len(offers)
		return nil, nil
	}})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	ran := make(chan error)
	go func() { ran <- d.Run(ctx) }()
	m.send(subscribedEvent("fw-1"))
	batch := benchOffers()
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		for i := range batch.Offers.Offers {
			n++
			batch.Offers.Offers[i].ID.Value = fmt.Sprintf("0f5a6d1e-aaaa-bbbb-cccc-1234567890ab-O%d", n)
		}
		m.send(batch)
		<-m.taken
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "offers/s")
	cancel()
	if err := <-ran; !errors.Is(err, context.Canceled) {
		b.Error(err)
	}
	m.stop()
	if shown != n {
		b.Errorf("%d offers were shown, %d sent", shown, n)
	}
}

// A benchMaster sends what it is told to one stream, and takes every call.
type benchMaster struct {
	*pipes
	b      *testing.B
	server *http.Server
	served chan error
	events chan []byte
	taken  chan struct{} // one for each call
}

func newBenchMaster(b *testing.B) *benchMaster {
	m := &benchMaster{pipes: newPipes(), b: b, served: make(chan error), events: make(chan []byte), taken: make(chan struct{})}
	m.server = &http.Server{Handler: m}
	go func() { m.served <- m.server.Serve(m) }()
	return m
}

func (m *benchMaster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		m.b.Error(err)
	}
	if r.Header.Get("Mesos-Stream-Id") != "" {
		w.WriteHeader(http.StatusAccepted)
		m.taken <- struct{}{}
		return
	}
	w.Header().Set("Mesos-Stream-Id", "stream")
	w.Header().Set("Content-Type", "application/x-protobuf")
	for {
		select {
		case e := <-m.events:
			if _, err := w.Write(e); err != nil {
				return
			}
			w.(http.Flusher).Flush()
		case <-r.Context().Done():
			return
		}
	}
}

func (m *benchMaster) send(e *schedulerpb.Event) {
	record, err := e.Marshal()
	if err != nil {
		m.b.Fatal(err)
	}
	m.events <- recordio.Append(nil, record)
}

func (m *benchMaster) stop() {
	if err := m.server.Close(); err != nil {
		m.b.Error(err)
	}
	if err := <-m.served; !errors.Is(err, http.ErrServerClosed) {
		m.b.Error(err)
	}
}

func benchOffers() *schedulerpb.Event {
	volume := resource.Push(resource.MustParse("disk:1024").Allocate("r")[0], resource.Reservation{Role: "r", Principal: "p", Labels: map[string]string{"instance": "node-0"}}.Info())
	volume.Disk = &mesos.Resource_DiskInfo{
		Persistence: &mesos.Resource_DiskInfo_Persistence{ID: "node-0-data", Principal: new("p")},
		Volume:      &mesos.Volume{ContainerPath: "data", Mode: mesos.RW.Enum()},
	}
	set := append(resource.MustParse("cpus:4;mem:4096;disk:10240;ports:[31000-32000];cpus(r):1;mem(r):512;disk(r):2048").Allocate("r"), volume)
	offers := make([]mesos.Offer, 10)
	for i := range offers {
		offers[i] = offer("", fmt.Sprintf("0f5a6d1e-aaaa-bbbb-cccc-1234567890ab-S%d", i))
		offers[i].Resources = set
	}
	return offersEvent(offers...)
}
