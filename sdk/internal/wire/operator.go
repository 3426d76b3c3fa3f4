package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
)

var (
	// ErrNotSent: there was no connection, so the request has reached nobody.
	ErrNotSent = errors.New("not connected")
	// ErrTooLarge: an answer was longer than what is taken.
	ErrTooLarge = errors.New("the answer is too large")
)

// A Reply is an answer of a master, whatever it says.
type Reply struct {
	Master string // who answered, after redirects: "host:port"
	Code   int    // HTTP status
	Body   []byte
}

// Ask sends a request to a master, follows its redirects to the leader, and reads the answer, up to most bytes of it.
// An error that is neither [ErrNotSent] nor [ErrRedirect] leaves open whether a master has taken the request; ErrTooLarge
// and errors of reading come with the answer's code.
func (c *Client) Ask(ctx context.Context, master *url.URL, who Credentials, body []byte, most int) (Reply, error) {
	var connected atomic.Bool // so that a master may have got something of the last request
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { connected.Store(false) },
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	resp, leader, err := c.lead(ctx, c.calls, master, who, body)
	switch {
	case err != nil && !connected.Load():
		return Reply{}, fmt.Errorf("%w: %w", ErrNotSent, err)
	case err != nil:
		return Reply{}, err
	}
	defer func() { _ = resp.Body.Close() }() // all that is wanted of it was read
	reply := Reply{Master: leader.Host, Code: resp.StatusCode}
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusAccepted {
		most = min(most, maxBody)
		reply.Body, _ = io.ReadAll(io.LimitReader(resp.Body, int64(most))) // the code says enough without the text
		return reply, nil
	}
	reply.Body, err = io.ReadAll(io.LimitReader(resp.Body, int64(most)+1))
	switch {
	case err != nil:
		return reply, fmt.Errorf("master %s: reading the answer: %w", leader.Host, err)
	case len(reply.Body) > most:
		return Reply{Master: reply.Master, Code: reply.Code}, fmt.Errorf("%w: master %s sends more than %d bytes", ErrTooLarge, leader.Host, most)
	}
	return reply, nil
}
