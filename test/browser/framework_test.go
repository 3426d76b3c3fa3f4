package browser

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// framework is a framework that takes offers and makes calls, and acknowledges what it is told.
type framework struct {
	t         testing.TB
	url       string
	role      string
	principal string
	id        *mesos.FrameworkID
	stream    string
	offers    chan mesos.Offer
	updates   chan mesos.TaskStatus
}

// subscribe registers a framework that lives as long as the test.
func subscribe(t testing.TB, c *minicluster.Cluster, name, role string) *framework {
	t.Helper()
	f := &framework{
		t: t, url: "http://" + c.Masters()[0] + "/api/v1/scheduler", role: role, principal: "op",
		offers: make(chan mesos.Offer, 10_000), updates: make(chan mesos.TaskStatus, 10_000),
	}
	info := mesos.FrameworkInfo{User: "nobody", Name: name, Roles: []string{role}, Principal: &f.principal, FailoverTimeout: new(60.0)}
	for _, c := range []mesos.FrameworkInfo_Capability_Type{mesos.FrameworkInfo_Capability_MULTI_ROLE, mesos.FrameworkInfo_Capability_RESERVATION_REFINEMENT} {
		info.Capabilities = append(info.Capabilities, mesos.FrameworkInfo_Capability{Type: c.Enum()})
	}
	ctx, cancel := context.WithCancel(t.Context())
	res := f.post(ctx, &schedulerpb.Call{Type: schedulerpb.Call_SUBSCRIBE.Enum(), Subscribe: &schedulerpb.Call_Subscribe{FrameworkInfo: info}})
	if res.StatusCode != http.StatusOK {
		t.Fatalf("SUBSCRIBE: %s", res.Status)
	}
	f.stream = res.Header.Get("Mesos-Stream-Id")
	in := bufio.NewReader(res.Body)
	first := read(in)
	if first == nil || first.Subscribed == nil {
		t.Fatalf("first event: %v", first)
	}
	f.id = &first.Subscribed.FrameworkID
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for e := read(in); e != nil; e = read(in) {
			f.take(e)
		}
	}()
	t.Cleanup(func() {
		cancel()
		_ = res.Body.Close() // the stream is broken off on purpose
		<-ended
	})
	return f
}

// read returns the next event of a stream in RecordIO, nil at its end.
func read(in *bufio.Reader) *schedulerpb.Event {
	line, err := in.ReadString('\n')
	if err != nil {
		return nil
	}
	n, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || n > 64<<20 {
		return nil
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(in, b); err != nil {
		return nil
	}
	e := &schedulerpb.Event{}
	if e.Unmarshal(b) != nil {
		return nil
	}
	return e
}

func (f *framework) take(e *schedulerpb.Event) {
	for i := range e.Offers.GetOffers() {
		f.offers <- e.Offers.Offers[i]
	}
	if e.Update != nil {
		f.updates <- e.Update.Status
	}
}

func (f *framework) post(ctx context.Context, call *schedulerpb.Call) *http.Response {
	f.t.Helper()
	call.FrameworkID = f.id
	b, err := call.Marshal()
	if err != nil {
		f.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, f.url, bytes.NewReader(b))
	if err != nil {
		f.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-protobuf")
	req.Header.Set("Accept", "application/x-protobuf")
	if f.stream != "" {
		req.Header.Set("Mesos-Stream-Id", f.stream)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		f.t.Fatal(err)
	}
	return res
}

// offer returns the next offer that fits.
func (f *framework) offer(fits func(*mesos.Offer) bool) mesos.Offer {
	f.t.Helper()
	for {
		select {
		case o := <-f.offers:
			if fits == nil || fits(&o) {
				return o
			}
			f.accept(o) // nothing: it comes back
		case <-time.After(patience):
			f.t.Fatal("no offer came that fits")
		}
	}
}

func (f *framework) accept(o mesos.Offer, ops ...mesos.Offer_Operation) {
	f.t.Helper()
	res := f.post(f.t.Context(), &schedulerpb.Call{Type: schedulerpb.Call_ACCEPT.Enum(), Accept: &schedulerpb.Call_Accept{
		OfferIDs: []mesos.OfferID{o.ID}, Operations: ops, Filters: &mesos.Filters{RefuseSeconds: new(0.0)},
	}})
	defer res.Body.Close()
	if res.StatusCode != http.StatusAccepted {
		f.t.Fatalf("ACCEPT: %s", res.Status)
	}
}

// await waits for a task's state and acknowledges all on the way.
func (f *framework) await(task string, state mesos.TaskState) {
	f.t.Helper()
	for {
		select {
		case s := <-f.updates:
			if len(s.UUID) > 0 {
				res := f.post(f.t.Context(), &schedulerpb.Call{Type: schedulerpb.Call_ACKNOWLEDGE.Enum(), Acknowledge: &schedulerpb.Call_Acknowledge{
					AgentID: *s.AgentID, TaskID: s.TaskID, UUID: s.UUID,
				}})
				_ = res.Body.Close() // it is empty
			}
			if s.TaskID.Value == task && s.State == state {
				return
			}
		case <-time.After(patience):
			f.t.Fatalf("task %s doesn't become %s", task, state)
		}
	}
}

func (f *framework) reserved(text string) []mesos.Resource {
	var out []mesos.Resource
	for _, r := range resource.MustParse(text) {
		out = append(out, resource.Push(r, resource.Reservation{Role: f.role, Principal: f.principal}.Info()))
	}
	return out
}

// volume is one on the root disk.
func (f *framework) volume(id string, mib float64) mesos.Resource {
	disk := f.reserved("disk:1")[0]
	disk.Scalar.Value = mib
	return resource.Volume{ID: id, Path: "data", MiB: mib}.On(disk, f.principal)
}

func reserve(s ...mesos.Resource) mesos.Offer_Operation {
	return mesos.Offer_Operation{Type: mesos.Offer_Operation_RESERVE.Enum(), Reserve: &mesos.Offer_Operation_Reserve{Resources: s}}
}

func create(v ...mesos.Resource) mesos.Offer_Operation {
	return mesos.Offer_Operation{Type: mesos.Offer_Operation_CREATE.Enum(), Create: &mesos.Offer_Operation_Create{Volumes: v}}
}

func destroy(v ...mesos.Resource) mesos.Offer_Operation {
	return mesos.Offer_Operation{Type: mesos.Offer_Operation_DESTROY.Enum(), Destroy: &mesos.Offer_Operation_Destroy{Volumes: v}}
}

func launch(o *mesos.Offer, id string, s ...mesos.Resource) mesos.Offer_Operation {
	return mesos.Offer_Operation{Type: mesos.Offer_Operation_LAUNCH.Enum(), Launch: &mesos.Offer_Operation_Launch{TaskInfos: []mesos.TaskInfo{{
		Name: id, TaskID: mesos.TaskID{Value: id}, AgentID: o.AgentID, Resources: s, Command: &mesos.CommandInfo{Value: new("true")},
	}}}}
}

// holds fits offers with a volume.
func holds(id string) func(*mesos.Offer) bool {
	return func(o *mesos.Offer) bool {
		for i := range o.Resources {
			if resource.IsVolume(&o.Resources[i]) && o.Resources[i].Disk.Persistence.GetID() == id {
				return true
			}
		}
		return false
	}
}
