package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// cluster is nodes in this process that talk over real ports, each with a folder for a volume.
type cluster struct {
	t       *testing.T
	names   []string
	volumes map[string]string
	nodes   map[string]*Node
	stop    map[string]func()
}

func newCluster(t *testing.T, size int) *cluster {
	t.Helper()
	c := &cluster{t: t, volumes: map[string]string{}, nodes: map[string]*Node{}, stop: map[string]func(){}}
	for i := range size {
		name := fmt.Sprintf("node-%d", i)
		c.names = append(c.names, name)
		c.volumes[name] = t.TempDir()
	}
	for _, name := range c.names {
		c.start(name)
	}
	t.Cleanup(func() {
		for _, name := range c.names {
			c.end(name)
		}
	})
	c.wait()
	return c
}

// start opens a node on a port of the system's choice, with whoever runs as seeds.
func (c *cluster) start(name string) {
	c.t.Helper()
	var seeds []string
	for _, n := range c.nodes {
		seeds = append(seeds, n.Address())
	}
	n, err := Open(Config{
		Name: name, Service: "ring", Volume: "v-" + name, Dir: c.volumes[name], Listen: "127.0.0.1:0",
		Ring: c.names, Seeds: seeds, GossipEvery: 10 * time.Millisecond,
		CallTimeout: patience, DownAfter: patience, // a disk may stall; who is down refuses connections
	})
	if err != nil {
		c.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- n.Run(ctx) }()
	c.nodes[name] = n
	c.stop[name] = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			c.t.Errorf("%s ended with %v", name, err)
		}
	})
}

func (c *cluster) end(name string) {
	c.stop[name]()
	delete(c.nodes, name)
}

// wait waits until all nodes that run know each other's addresses.
func (c *cluster) wait() {
	c.t.Helper()
	eventually(c.t, "the nodes know each other", func() error {
		for _, n := range c.nodes {
			for _, other := range c.nodes {
				if address, up := n.members.address(other.cfg.Name); !up || address != other.Address() {
					return fmt.Errorf("%s takes %s to be at %q", n.cfg.Name, other.cfg.Name, address)
				}
			}
		}
		return nil
	})
}

func (c *cluster) put(by, key, value string, level Level) error {
	_, err := request(http.MethodPut, c.nodes[by].Address(), "/keys/"+key+"?consistency="+string(level), []byte(value))
	return err
}

func (c *cluster) get(by, key string, level Level) (string, error) {
	raw, err := request(http.MethodGet, c.nodes[by].Address(), "/keys/"+key+"?consistency="+string(level), nil)
	return string(raw), err
}

func (c *cluster) mustPut(by, key, value string, level Level) {
	c.t.Helper()
	if err := c.put(by, key, value, level); err != nil {
		c.t.Fatal(err)
	}
}

func (c *cluster) mustGet(by, key, want string, level Level) {
	c.t.Helper()
	if got, err := c.get(by, key, level); err != nil || got != want {
		c.t.Fatalf("%s of %s at %s is %q, %v, want %q", key, by, level, got, err, want)
	}
}

func TestEveryNodeSeesWhatAnyTook(t *testing.T) {
	c := newCluster(t, 3)
	for i := range 30 {
		key := fmt.Sprintf("key-%d", i)
		c.mustPut(c.names[i%3], key, "old", Quorum)
		c.mustPut(c.names[(i+1)%3], key, "new", Quorum)
		c.mustGet(c.names[(i+2)%3], key, "new", Quorum)
	}
	if _, err := c.get("node-0", "none", Quorum); err == nil || !strings.HasPrefix(err.Error(), "404") {
		t.Errorf("a key that isn't there: %v", err)
	}
}

func TestNotEveryNodeHoldsEveryKey(t *testing.T) {
	c := newCluster(t, 5)
	for i := range 20 {
		key := fmt.Sprintf("key-%d", i)
		c.mustPut("node-0", key, "value", All)
		c.mustGet("node-1", key, "value", All)
		holders := NewRing(c.names).Replicas(key, DefaultReplicas)
		for name, n := range c.nodes {
			_, err := n.storage.get(key)
			is := false
			for _, holder := range holders {
				is = is || holder == name
			}
			if is != (err == nil) {
				t.Errorf("%s is held by %v, but get on %s is %v", key, holders, name, err)
			}
		}
	}
}

func TestDownAndBack(t *testing.T) {
	c := newCluster(t, 3)
	c.mustPut("node-0", "before", "1", All)
	old := c.nodes["node-2"].Address()
	c.end("node-2")
	for i := range 50 {
		c.mustPut(c.names[i%2], fmt.Sprintf("key-%d", i), "value", Quorum)
	}
	c.mustPut("node-0", "before", "2", Quorum)
	if err := c.put("node-0", "all", "x", All); err == nil || !strings.HasPrefix(err.Error(), "503") || !strings.Contains(err.Error(), "node-2") {
		t.Errorf("a write at ALL with a node down: %v", err)
	}
	if _, err := c.get("node-0", "before", All); err == nil || !strings.HasPrefix(err.Error(), "503") {
		t.Errorf("a read at ALL with a node down: %v", err)
	}
	c.mustGet("node-1", "before", "2", Quorum)
	c.end("node-1")
	c.mustGet("node-0", "before", "2", One)
	if _, err := c.get("node-0", "before", Quorum); err == nil || !strings.HasPrefix(err.Error(), "503") {
		t.Errorf("a read at QUORUM with one node of three: %v", err)
	}

	c.start("node-1")
	c.start("node-2")
	if c.nodes["node-2"].Address() == old {
		t.Log("the system gave the same port again")
	}
	c.wait()
	eventually(t, "the node that was down has all it missed", func() error {
		for i := range 50 {
			if _, err := c.nodes["node-2"].storage.get(fmt.Sprintf("key-%d", i)); err != nil {
				return err
			}
		}
		r, err := c.nodes["node-2"].storage.get("before")
		if err == nil && string(r.Value) != "2" {
			err = fmt.Errorf("before is %q", r.Value)
		}
		return err
	})
	eventually(t, "no hints are left", func() error {
		for name, n := range c.nodes {
			if hints := n.storage.hints.Load(); hints != 0 {
				return fmt.Errorf("%s has %d", name, hints)
			}
		}
		return nil
	})
	c.mustGet("node-2", "before", "2", All)
}

// TestEmptyVolume: a node that comes back without its data, and without hints, is mended by reads.
func TestEmptyVolume(t *testing.T) {
	c := newCluster(t, 3)
	for i := range 20 {
		c.mustPut("node-0", fmt.Sprintf("key-%d", i), "value", All)
	}
	c.end("node-1")
	c.volumes["node-1"] = t.TempDir()
	c.start("node-1")
	c.wait()
	for i := range 20 {
		c.mustGet(c.names[i%3], fmt.Sprintf("key-%d", i), "value", Quorum)
	}
	eventually(t, "the reads have mended the node", func() error {
		if keys := c.nodes["node-1"].storage.keys.Load(); keys != 20 {
			return fmt.Errorf("it has %d keys of 20", keys)
		}
		return nil
	})
}

// TestAddressOfAnotherNode: an address that went to another node meanwhile takes nothing in that isn't its own.
func TestAddressOfAnotherNode(t *testing.T) {
	c := newCluster(t, 3)
	c.mustPut("node-0", "a", "1", All)
	// node-0 comes to believe that node-2 is where node-1 is, as when a port is given to another node.
	wrong := Member{Name: "node-2", Address: c.nodes["node-1"].Address(), Generation: 1 << 62}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	err := c.nodes["node-0"].peers.store(ctx, wrong.Address, wrong.Name, []Record{{Key: "b", Stamp: 1}})
	if err == nil || !strings.Contains(err.Error(), "this is node-1") {
		t.Errorf("node-1 took what was meant for node-2: %v", err)
	}
	if _, err := c.nodes["node-1"].storage.get("b"); !errors.Is(err, errAbsent) {
		t.Errorf("node-1 stored it: %v", err)
	}
	// A ring of the same names, whose node had the address before.
	other := newPeers("other", patience)
	defer other.close()
	news := Member{Name: "node-0", Address: "elsewhere:1", Generation: 1 << 62}
	if _, err := other.gossip(ctx, wrong.Address, []Member{news}); err == nil || !strings.Contains(err.Error(), "421") {
		t.Errorf("node-1 took gossip of another cluster: %v", err)
	}
	if err := other.store(ctx, wrong.Address, "node-1", []Record{{Key: "b", Stamp: 1}}); err == nil || !strings.Contains(err.Error(), "421") {
		t.Errorf("node-1 took records of another cluster: %v", err)
	}
	if _, err := other.read(ctx, wrong.Address, "node-1", "a"); err == nil || errors.Is(err, errAbsent) {
		t.Errorf("node-1 answered another cluster: %v", err)
	}
	if address, _ := c.nodes["node-1"].members.address("node-0"); address == news.Address {
		t.Error("node-1 believes another cluster")
	}
}

func TestGossipBelievesTheLaterNews(t *testing.T) {
	m := newMembers(Member{Name: "a", Address: "a:1", Generation: 5}, []string{"a", "b", "c"}, time.Minute)
	m.merge([]Member{
		{Name: "b", Address: "b:2", Generation: 2, Beat: 1},
		{Name: "b", Address: "b:1", Generation: 1, Beat: 9},
		{Name: "a", Address: "elsewhere", Generation: 99},
		{Name: "stranger", Address: "x:1", Generation: 1},
	})
	got := m.beat()
	want := []Member{{Name: "a", Address: "a:1", Generation: 5, Beat: 1}, {Name: "b", Address: "b:2", Generation: 2, Beat: 1}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("members, -want +got:\n%s", diff)
	}
	if _, up := m.address("c"); up {
		t.Error("a node that was never heard of counts as up")
	}
}

func TestBadRequests(t *testing.T) {
	c := newCluster(t, 1)
	address := c.nodes["node-0"].Address()
	future := fmt.Sprintf(`[{"key":"a","stamp":%d,"value":""}]`, time.Now().Add(time.Hour).UnixMicro())
	for _, r := range []struct {
		method, path, body string
		want               string
	}{
		{"PUT", "/keys/" + strings.Repeat("k", MaxKey+1), "", "400"},
		{"PUT", "/keys/a%2Fb", "", "400"},
		{"PUT", "/keys/.hidden", "", "400"},
		{"PUT", "/keys/a?consistency=MOST", "", "400"},
		{"PUT", "/keys/a", strings.Repeat("v", MaxValue+1), "413"},
		{"GET", "/keys/%00", "", "400"},
		{"DELETE", "/keys/a", "", "405"},
		{"GET", "/none", "", "404"},
		{"POST", pathRecords, "[]", "421"}, // not meant for this node
		{"POST", pathGossip, "[]", "421"},  // of nobody's cluster
	} {
		_, err := request(r.method, address, r.path, []byte(r.body))
		if err == nil || !strings.HasPrefix(err.Error(), r.want) {
			t.Errorf("%s %.40s: %v, want %s", r.method, r.path, err, r.want)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for body, want := range map[string]string{"{": "400", `[{"name":1}]`: "400", `["` + strings.Repeat("x", maxBody) + `"]`: "413"} {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+pathGossip, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set(ClusterHeader, "ring")
		response, err := testClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if !strings.HasPrefix(response.Status, want) {
			t.Errorf("gossip %.20s: %s, want %s", body, response.Status, want)
		}
	}
	for _, body := range []string{"null", "{}", future, `[{"key":"","stamp":1}]`, `[{"key":"a","stamp":-1}]`} {
		err := c.nodes["node-0"].peers.call(ctx, http.MethodPost, address, "node-0", pathRecords, json.RawMessage(body), nil)
		if bad := body != "null"; bad != (err != nil && strings.Contains(err.Error(), "400")) {
			t.Errorf("records %s: %v", body, err)
		}
	}
	if keys := c.nodes["node-0"].storage.keys.Load(); keys != 0 {
		t.Errorf("%d keys came of requests that were refused", keys)
	}
	if raw, err := request(http.MethodGet, address, "/healthz", nil); err != nil || string(raw) != "ok\n" {
		t.Errorf("after all that: %q, %v", raw, err)
	}
}

func TestBusy(t *testing.T) {
	c := newCluster(t, 1)
	n := c.nodes["node-0"]
	for range cap(n.slots) {
		n.slots <- struct{}{}
	}
	if _, err := request(http.MethodGet, n.Address(), "/healthz", nil); err == nil || !strings.HasPrefix(err.Error(), "503") {
		t.Errorf("with all slots taken: %v", err)
	}
	for range cap(n.slots) {
		<-n.slots
	}
	if _, err := request(http.MethodGet, n.Address(), "/healthz", nil); err != nil {
		t.Error(err)
	}
}

// TestThousandKeys is what the example does.
func TestThousandKeys(t *testing.T) {
	c := newCluster(t, 3)
	begin := time.Now()
	var group sync.WaitGroup
	const writers, each = 20, 50
	for w := range writers {
		group.Go(func() {
			for i := range each {
				if err := c.put(c.names[i%3], fmt.Sprintf("key-%d-%d", w, i), "value", Quorum); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	t.Logf("%d keys in %v", writers*each, time.Since(begin))
	eventually(t, "each node has all keys", func() error {
		for name, n := range c.nodes {
			if keys := n.storage.keys.Load(); keys != writers*each {
				return fmt.Errorf("%s has %d", name, keys)
			}
		}
		return nil
	})
}
