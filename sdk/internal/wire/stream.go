package wire

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"

	"github.com/stateful-mesos/moor/sdk/internal/recordio"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// maxStreamID bounds a stream id. Mesos's are 36 characters long (semantics 1.2).
const maxStreamID = 256

// A Stream is one subscription: the events that come, and the only way to send calls that belong to it.
// Next is for one goroutine, Send for another one.
type Stream struct {
	client  *Client
	master  *url.URL // the leader, after redirects
	who     Credentials
	id      string
	body    io.ReadCloser
	records *recordio.Reader
}

// open makes the stream out of a 200, if it is what a master sends.
func (c *Client) open(resp *http.Response, master *url.URL, who Credentials) (*Stream, error) {
	id := resp.Header.Get(streamIDHeader)
	media, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil || media != c.encoding.mediaType || id == "" || len(id) > maxStreamID {
		_ = resp.Body.Close()
		return nil, newAnswer(subscribeName, master.Host, resp.StatusCode,
			fmt.Sprintf("Content-Type %s, stream id %s", printable(resp.Header.Get("Content-Type")), printable(id)))
	}
	return &Stream{client: c, master: master, who: who, id: id, body: resp.Body, records: recordio.NewReader(resp.Body, c.maxRecord)}, nil
}

// Address is the master that the stream is from: "host:port".
func (s *Stream) Address() string { return s.master.Host }

// Next returns the next event and the length of its record in bytes. It blocks until there is one. After an error
// the stream is of no more use.
func (s *Stream) Next() (*schedulerpb.Event, int, error) {
	record, err := s.records.Next()
	if err != nil {
		return nil, 0, fmt.Errorf("master %s: event stream: %w", s.master.Host, err)
	}
	event := new(schedulerpb.Event)
	if err := s.client.encoding.unmarshal(record, event); err != nil {
		return nil, 0, fmt.Errorf("master %s: undecodable event of %d bytes: %w", s.master.Host, len(record), err)
	}
	return event, len(record), nil
}

// Send sends a call and waits for the answer: nil if the master took it, an [*AnswerError] if not. After any
// other error nobody knows whether it did.
func (s *Stream) Send(ctx context.Context, call *schedulerpb.Call) error {
	body, err := s.client.encoding.marshal(call)
	if err != nil {
		return fmt.Errorf("encoding %s: %w", call.GetType(), err)
	}
	resp, err := s.client.post(ctx, s.client.calls, s.master, s.who, body, s.id)
	if err != nil {
		return err
	}
	answer := readAnswer(resp, call.GetType().String(), s.master.Host)
	if resp.StatusCode == http.StatusAccepted || resp.StatusCode == http.StatusOK {
		return nil
	}
	return answer
}

// Close ends the stream.
func (s *Stream) Close() error { return s.body.Close() }
