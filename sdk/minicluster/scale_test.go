package minicluster_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stateful-mesos/moor/sdk/internal/recordio"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster"
	"github.com/stateful-mesos/moor/sdk/resource"
)

const (
	manyAgents, volumesEach = 1000, 10

	// promised is how long all offers may take to reach a framework, on two cores of which nobody else has need.
	promised = 2 * time.Second
	// noise is by how much a test may miss it: other packages' tests and the race detector, which alone makes this
	// path about five times as slow, run on the same cores.
	noise = 5
)

// crowd is a cluster of many agents, with static reservations and ten volumes on each.
func crowd(t testing.TB) *minicluster.Cluster {
	t.Helper()
	agents := make([]minicluster.Agent, manyAgents)
	for i := range agents {
		agents[i].Resources = "cpus:32;mem:131072;disk:1000000;ports:[31000-32000];cpus(db):4;mem(db):8192;disk(db):20000"
		agents[i].Attributes = fmt.Sprintf("rack:r%d;zone:z%d", i%40, i%3)
	}
	c := minicluster.New(t, minicluster.Config{WorkDir: memory(t), Agents: agents, Simulate: minicluster.Idle})
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	defer client.CloseIdleConnections()
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := worker; i < manyAgents; i += 8 {
				if err := furnish(client, c, i); err != nil {
					t.Errorf("agent %d: %v", i, err)
					return
				}
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
	return c
}

// memory returns a folder that is in memory, where there is such a file system: to make ten thousand volumes takes
// many times longer on a disk, and isn't what is measured.
func memory(t testing.TB) string {
	dir, err := os.MkdirTemp("/dev/shm", "minicluster")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// furnish makes an agent's volumes, as an operator.
func furnish(client *http.Client, c *minicluster.Cluster, agent int) error {
	call := &masterpb.Call{Type: masterpb.Call_CREATE_VOLUMES.Enum(), CreateVolumes: &masterpb.Call_CreateVolumes{AgentID: c.AgentID(agent)}}
	for i := range volumesEach {
		disk := resource.Push(resource.Scalar("disk", 1024), resource.Reservation{Role: role, Static: true}.Info())
		v := resource.Volume{ID: fmt.Sprintf("data-%d-%d", agent, i), Path: "data", MiB: 1024}.On(disk, principal)
		call.CreateVolumes.Volumes = append(call.CreateVolumes.Volumes, v)
	}
	b, err := call.Marshal()
	if err != nil {
		return err
	}
	res, err := client.Post("http://"+c.Masters()[0]+"/api/v1", "application/x-protobuf", bytes.NewReader(b))
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusAccepted {
		return fmt.Errorf("status %d", res.StatusCode)
	}
	return nil
}

// receive subscribes a new framework over the loopback and reads until it has been offered everything. It returns how
// long that took.
func receive(t testing.TB, c *minicluster.Cluster, kind string) time.Duration {
	t.Helper()
	f := info()
	call := &schedulerpb.Call{Type: schedulerpb.Call_SUBSCRIBE.Enum(), Subscribe: &schedulerpb.Call_Subscribe{FrameworkInfo: f}}
	body, err := call.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+c.Masters()[0]+"/api/v1/scheduler", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-protobuf")
	req.Header.Set("Accept", kind)
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	begin := time.Now()
	res, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	in := recordio.NewReader(res.Body, 256<<20)
	offers, volumes := 0, 0
	for offers < manyAgents || volumes < manyAgents*volumesEach {
		b, err := in.Next()
		if err != nil {
			t.Fatal(err)
		}
		e := &schedulerpb.Event{}
		if kind == "application/json" {
			err = mesosjson.Unmarshal(b, e)
		} else {
			err = e.Unmarshal(b)
		}
		if err != nil {
			t.Fatal(err)
		}
		if e.GetType() == schedulerpb.Event_ERROR || e.GetType() == schedulerpb.Event_RESCIND {
			t.Fatalf("event %v", e)
		}
		for _, o := range e.GetOffers().GetOffers() {
			offers++
			for i := range o.Resources {
				if resource.IsVolume(&o.Resources[i]) {
					volumes++
				}
			}
		}
	}
	return time.Since(begin)
}

// gone waits until the master has noticed that the last framework hung up.
func gone(t testing.TB, c *minicluster.Cluster) {
	t.Helper()
	eventually(t, "no framework is there", func() bool {
		for _, a := range c.State().Agents {
			if len(a.Offered) > 0 {
				return false
			}
		}
		return true
	})
}

// TestThousandAgents: a thousand agents with ten thousand volumes are all offered within two seconds.
func TestThousandAgents(t *testing.T) {
	if testing.Short() {
		t.Skip("makes ten thousand volumes")
	}
	begin := time.Now()
	c := crowd(t)
	t.Logf("%d agents with %d volumes made in %v", manyAgents, manyAgents*volumesEach, time.Since(begin))
	for _, kind := range []string{"application/x-protobuf", "application/json"} {
		took := receive(t, c, kind)
		heap, rss := footprint(t)
		t.Logf("%s: all offered in %v; heap %d MiB, resident %d MiB", kind, took, heap, rss)
		if took > promised*noise {
			t.Errorf("%s: all offered after %v, promised are %v", kind, took, promised)
		}
		gone(t, c)
	}
}

// BenchmarkThousandAgents is the same over and over.
func BenchmarkThousandAgents(b *testing.B) {
	c := crowd(b)
	for _, kind := range []string{"application/x-protobuf", "application/json"} {
		b.Run(kind, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				receive(b, c, kind)
				b.StopTimer()
				gone(b, c)
				b.StartTimer()
			}
			heap, rss := footprint(b)
			b.ReportMetric(float64(heap), "heap-MiB")
			b.ReportMetric(float64(rss), "resident-MiB")
		})
	}
}

// footprint returns what is in use on the heap after a collection, and what the process holds, 0 where that isn't
// known.
func footprint(t testing.TB) (heapMiB, residentMiB uint64) {
	t.Helper()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return m.HeapAlloc >> 20, 0
	}
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmRSS:" {
			kib, err := strconv.ParseUint(f[1], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return m.HeapAlloc >> 20, kib >> 10
		}
	}
	return m.HeapAlloc >> 20, 0
}
