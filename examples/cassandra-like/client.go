package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v4"

	"github.com/stateful-mesos/moor/examples/cassandra-like/node"
)

// client reads and writes keys through any of the nodes.
type client struct {
	http    *http.Client
	nodes   func() []string // addresses, as far as known now
	cluster func() string   // that they have to belong to
}

const workers = 32

func newClient(nodes func() []string, cluster func() string) *client {
	return &client{nodes: nodes, cluster: cluster, http: &http.Client{
		Timeout:   10 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: workers},
	}}
}

func (c *client) close() { c.http.CloseIdleConnections() }

var errNoKey = errors.New("no such key")

// once asks one node one thing.
func (c *client) once(ctx context.Context, method, address, path string, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, "http://"+address+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set(node.ClusterHeader, c.cluster())
	response, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	const enough = 1 << 20
	raw, err := io.ReadAll(io.LimitReader(response.Body, enough))
	switch {
	case err != nil:
		return nil, err
	case response.StatusCode == http.StatusNotFound:
		return nil, errNoKey
	case response.StatusCode/100 != 2:
		return nil, fmt.Errorf("%s: %s: %s", address, response.Status, bytes.TrimSpace(raw))
	}
	return raw, nil
}

// key does one thing with a key at QUORUM, through one node after the other until one can do it. To repeat a write is
// harmless: it writes the same.
func (c *client) key(ctx context.Context, method string, n int, body []byte) ([]byte, error) {
	pace := backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(20*time.Millisecond), backoff.WithMaxInterval(time.Second), backoff.WithMaxElapsedTime(0))
	for try := n; ; try++ {
		var value []byte
		err := errors.New("no node is known")
		if nodes := c.nodes(); len(nodes) > 0 {
			value, err = c.once(ctx, method, nodes[try%len(nodes)], "/keys/"+keyName(n)+"?consistency=QUORUM", body)
		}
		if err == nil || errors.Is(err, errNoKey) {
			return value, err
		}
		select {
		case <-time.After(pace.NextBackOff()):
		case <-ctx.Done():
			return nil, fmt.Errorf("%s %s: %w (%w)", method, keyName(n), err, context.Cause(ctx))
		}
	}
}

func (c *client) status(ctx context.Context, address string) (s node.Status, err error) {
	raw, err := c.once(ctx, http.MethodGet, address, "/status", nil)
	if err == nil {
		err = json.Unmarshal(raw, &s)
	}
	return s, err
}

// each does something for the keys from first up to but without last, several at a time, and returns the first error.
func each(ctx context.Context, first, last int, do func(ctx context.Context, n int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan int)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for n := range next {
				if err := do(ctx, n); err != nil {
					cancel(err)
				}
			}
		})
	}
	for n := first; n < last && ctx.Err() == nil; n++ {
		next <- n
	}
	close(next)
	group.Wait()
	return context.Cause(ctx)
}

func keyName(n int) string { return fmt.Sprintf("key-%05d", n) }
