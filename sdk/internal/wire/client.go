package wire

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

const (
	// maxRedirects is how many hops lead from any master to the leader at the most. One is normal; during an election
	// two masters may point at each other for a while.
	maxRedirects = 4
	// maxHeader bounds the headers of an answer, bytes.
	maxHeader = 64 << 10
	// maxBody is how much of a refusal is read, bytes.
	maxBody = 4 << 10
	// idle is how long a connection for calls is kept unused. It is short, so that it is us who close it: a call
	// that meets a connection being closed by the other side can't tell whether it was taken.
	idle = 20 * time.Second
)

// streamIDHeader names the subscription that a call belongs to.
const streamIDHeader = "Mesos-Stream-Id"

var subscribeName = schedulerpb.Call_SUBSCRIBE.String()

// Config is what a [Client] is made of.
type Config struct {
	Dial      func(ctx context.Context, network, address string) (net.Conn, error) // nil: a net.Dialer
	TLS       *tls.Config                                                          // nil: defaults
	JSON      bool                                                                 // JSON in place of protobuf
	MaxRecord int                                                                  // bytes of one event
}

// A Client makes subscriptions. It is safe for concurrent use. Events come over one connection for each subscription, calls over
// another one, which keeps them in order (semantics 1.14).
type Client struct {
	encoding  encoding
	maxRecord int
	dialer    *dialer
	streams   *http.Client
	calls     *http.Client
}

// NewClient returns a client. [Client.Close] ends it.
func NewClient(cfg Config) *Client {
	dial := cfg.Dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: 10 * time.Second}).DialContext
	}
	d := newDialer(dial)
	transport := func() *http.Transport {
		return &http.Transport{
			DialContext:            d.DialContext,
			TLSClientConfig:        cfg.TLS.Clone(),
			TLSHandshakeTimeout:    10 * time.Second,
			MaxResponseHeaderBytes: maxHeader,
			DisableCompression:     true, // or a small body could grow without bound
			IdleConnTimeout:        idle,
			MaxIdleConnsPerHost:    1,
		}
	}
	streams, calls := transport(), transport()
	streams.DisableKeepAlives = true // a broken stream's connection is never used again
	noRedirects := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{
		encoding:  encodingFor(cfg.JSON),
		maxRecord: cfg.MaxRecord,
		dialer:    d,
		streams:   &http.Client{Transport: streams, CheckRedirect: noRedirects},
		calls:     &http.Client{Transport: calls, CheckRedirect: noRedirects},
	}
}

// Close ends all connections, those of streams included. The client is of no use afterwards.
func (c *Client) Close() {
	c.dialer.close()
	c.streams.CloseIdleConnections()
	c.calls.CloseIdleConnections()
}

// Subscribe sends a SUBSCRIBE to a master, follows its redirects to the leader and returns the stream once the leader
// has answered 200. ctx is that of the whole stream: it ends it, and bounds the waiting for headers.
func (c *Client) Subscribe(ctx context.Context, master *url.URL, who Credentials, call *schedulerpb.Call) (*Stream, error) {
	body, err := c.encoding.marshal(call)
	if err != nil {
		return nil, fmt.Errorf("encoding SUBSCRIBE: %w", err)
	}
	resp, leader, err := c.lead(ctx, c.streams, master, who, body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, readAnswer(resp, subscribeName, leader.Host)
	}
	return c.open(resp, leader, who)
}

// lead posts to a master, and again wherever that redirects to, until one answers: this one, and its answer. The caller closes
// the answer's body.
func (c *Client) lead(ctx context.Context, via *http.Client, master *url.URL, who Credentials, body []byte) (*http.Response, *url.URL, error) {
	for hop := 0; ; hop++ {
		resp, err := c.post(ctx, via, master, who, body, "")
		if err != nil {
			return nil, nil, err
		}
		if !redirects(resp.StatusCode) {
			return resp, master, nil
		}
		// Read for the connection's sake: what a redirect says is in its header.
		_, _ = io.CopyN(io.Discard, resp.Body, maxBody)
		_ = resp.Body.Close()
		if hop == maxRedirects {
			return nil, nil, fmt.Errorf("%w: %d in a row, the last one from %s; masters disagree on who leads", ErrRedirect, hop+1, master.Host)
		}
		if master, err = follow(master, resp.Header.Get("Location")); err != nil {
			return nil, nil, err
		}
	}
}

func redirects(code int) bool {
	return code == http.StatusTemporaryRedirect || code == http.StatusPermanentRedirect
}

// post sends one request. The caller closes the body of the response.
func (c *Client) post(ctx context.Context, via *http.Client, to *url.URL, who Credentials, body []byte, streamID string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("master %s: %w", to.Host, err)
	}
	// Exactly these two media types, without parameters (semantics 1.1, row 6).
	req.Header.Set("Content-Type", c.encoding.mediaType)
	req.Header.Set("Accept", c.encoding.mediaType)
	req.Header.Set("User-Agent", "moor")
	if streamID != "" {
		req.Header.Set(streamIDHeader, streamID)
	}
	if who.Principal != "" {
		req.SetBasicAuth(who.Principal, who.Secret)
	}
	resp, err := via.Do(req)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err // the rest of it says again which master it is
		}
		return nil, fmt.Errorf("master %s: %w", to.Host, err)
	}
	return resp, nil
}

// readAnswer turns a refusal into its error, and closes it.
func readAnswer(resp *http.Response, call, master string) *AnswerError {
	// What can't be read of a refusal's text is not worth another error: the code says enough.
	text, _ := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	_ = resp.Body.Close()
	return newAnswer(call, master, resp.StatusCode, string(text))
}
