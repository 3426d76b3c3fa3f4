package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// The calls between nodes.
const (
	pathRecords = "/internal/records" // POST: store records; GET ?key=: read one
	pathGossip  = "/internal/gossip"  // POST: push and pull what is known of the members

	// toHeader names the node a call is meant for: an address that gossip or a seed knows may be another node's by now.
	toHeader = "X-Node"

	// ClusterHeader names the cluster a call is meant for, for the same reason: see [Config].Cluster. A node refuses calls
	// for another one with 421. Clients may leave it out; between nodes it has to be there.
	ClusterHeader = "X-Cluster"

	maxBody = 4 << 20 // of a call between nodes, with base64 and JSON around the bytes of a handover
)

// peers makes the calls to other nodes.
type peers struct {
	cluster   string
	client    *http.Client
	transport *http.Transport
}

func newPeers(cluster string, timeout time.Duration) *peers {
	transport := &http.Transport{
		DialContext:         (&net.Dialer{Timeout: timeout}).DialContext,
		MaxIdleConnsPerHost: 64,
		MaxConnsPerHost:     256,
		IdleConnTimeout:     time.Minute,
	}
	return &peers{cluster: cluster, transport: transport, client: &http.Client{Transport: transport, Timeout: timeout}}
}

func (p *peers) close() { p.transport.CloseIdleConnections() }

func (p *peers) store(ctx context.Context, address, to string, records []Record) error {
	return p.call(ctx, http.MethodPost, address, to, pathRecords, records, nil)
}

func (p *peers) read(ctx context.Context, address, to, key string) (r Record, err error) {
	err = p.call(ctx, http.MethodGet, address, to, pathRecords+"?key="+url.QueryEscape(key), nil, &r)
	return r, err
}

// gossip doesn't name whom it is meant for: a seed is an address alone.
func (p *peers) gossip(ctx context.Context, address string, mine []Member) (theirs []Member, err error) {
	err = p.call(ctx, http.MethodPost, address, "", pathGossip, mine, &theirs)
	return theirs, err
}

func (p *peers) call(ctx context.Context, method, address, to, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(raw)
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://"+address+path, body)
	if err != nil {
		return err
	}
	request.Header.Set(toHeader, to)
	request.Header.Set(ClusterHeader, p.cluster)
	response, err := p.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	switch {
	case err != nil:
		return err
	case response.StatusCode == http.StatusNotFound && out != nil:
		return errAbsent
	case response.StatusCode/100 != 2:
		return fmt.Errorf("%s answered %s: %.200s", address, response.Status, bytes.TrimSpace(raw))
	case out == nil:
		return nil
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return errors.Join(fmt.Errorf("%s answered with something else than JSON", address), err)
	}
	return nil
}
