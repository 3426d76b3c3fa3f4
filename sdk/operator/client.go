package operator

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/stateful-mesos/moor/sdk/internal/callcheck"
	"github.com/stateful-mesos/moor/sdk/internal/wire"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
)

// A Client makes calls of the operator API. It is safe for concurrent use. [Client.Close] gives its connections up.
type Client struct {
	cfg     Config
	masters []*url.URL

	mu     sync.Mutex
	wire   *wire.Client // made by the first call
	closed bool
}

// New returns a client. It does no I/O: files are read, and masters connected to, by calls. The error is a [*ConfigError].
func New(cfg Config) (*Client, error) {
	cfg = cfg.withDefaults()
	masters, err := cfg.validate()
	if err != nil {
		return nil, err
	}
	return &Client{cfg: cfg, masters: masters}, nil
}

// Close ends all connections, those of calls under way included. The client is of no use afterwards.
func (c *Client) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	if c.wire != nil {
		c.wire.Close()
	}
}

// open returns the connections.
func (c *Client) open() (*wire.Client, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, ErrClosed
	}
	if c.wire == nil {
		tls, err := c.cfg.tls()
		if err != nil {
			return nil, err
		}
		c.wire = wire.NewClient(wire.Config{Dial: c.cfg.Dial, TLS: tls})
	}
	return c.wire, nil
}

// Do makes any call but SUBSCRIBE and returns the answer, an empty one to a call that is only done or accepted. The error of
// a call that was sent is an [*Error], or joins those of several masters.
func (c *Client) Do(ctx context.Context, call *masterpb.Call) (*masterpb.Response, error) {
	switch call.GetType() {
	case masterpb.Call_UNKNOWN:
		return nil, fmt.Errorf("operator: %w: the call has no type", ErrRefused)
	case masterpb.Call_SUBSCRIBE:
		return nil, fmt.Errorf("operator: %w: SUBSCRIBE answers with an endless stream; look again from time to time instead", ErrRefused)
	}
	name := call.GetType().String()
	if err := callcheck.Operator(call); err != nil {
		return nil, fmt.Errorf("operator: %s was not sent: %w", name, err)
	}
	body, err := call.Marshal()
	if err != nil {
		return nil, fmt.Errorf("operator: encoding %s: %w", name, err)
	}
	who, err := c.cfg.login().Credentials()
	if err != nil {
		return nil, configError(err)
	}
	masters, err := c.open()
	if err != nil {
		return nil, err
	}
	return c.ask(ctx, masters, attempt{call: name, agent: agentOf(call), body: body, who: who})
}

// An attempt is a call to be given to one master or another.
type attempt struct {
	call  string
	agent string
	body  []byte
	who   wire.Credentials
}

// looks says whether the call changes nothing, so that it may be repeated.
func (a *attempt) looks() bool {
	return strings.HasPrefix(a.call, "GET_") || strings.HasPrefix(a.call, "LIST_") || strings.HasPrefix(a.call, "READ_")
}

// ask tries the masters in turn.
func (c *Client) ask(ctx context.Context, via *wire.Client, a attempt) (*masterpb.Response, error) {
	var failed []error
	for _, master := range c.masters {
		response, err := c.askOne(ctx, via, master, a)
		if err == nil {
			c.cfg.Logger.Debug("call answered", slog.String("call", a.call), slog.String("master", master.Host))
			return response, nil
		}
		c.cfg.Logger.Info("call failed", slog.String("call", a.call), slog.String("master", master.Host), slog.Any("error", err))
		failed = append(failed, err)
		if ctx.Err() != nil || !elsewhere(err, a.looks()) {
			break
		}
	}
	if len(failed) == 1 {
		return nil, failed[0]
	}
	return nil, fmt.Errorf("no master took the call:\n%w", errors.Join(failed...))
}

// elsewhere says whether another master may be given a call that failed.
func elsewhere(err error, looks bool) bool {
	for _, kind := range []error{ErrUnreachable, ErrNotLeader, ErrRedirect, ErrNotMaster} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return looks && errors.Is(err, ErrUnavailable)
}

func (c *Client) askOne(ctx context.Context, via *wire.Client, master *url.URL, a attempt) (*masterpb.Response, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.cfg.Timeout, fmt.Errorf("no answer within Config.Timeout, %v", c.cfg.Timeout))
	defer cancel()
	reply, err := via.Ask(ctx, master, a.who, a.body, c.cfg.MaxAnswer)
	switch {
	case err != nil:
		return nil, a.broken(ctx, reply, err)
	case reply.Code != http.StatusOK && reply.Code != http.StatusAccepted:
		e := refusal(a.call, a.agent, reply)
		if unclear(reply.Code) && !a.looks() {
			e.Kind, e.Advice = ErrUnknownOutcome, lookFirst
		}
		return nil, e
	}
	response := new(masterpb.Response)
	if !a.looks() {
		return response, nil // a body would say nothing
	}
	if err := response.Unmarshal(reply.Body); err != nil || response.GetType().String() != a.call {
		return nil, &Error{Call: a.call, Agent: a.agent, Master: reply.Master, Code: reply.Code, Kind: ErrAnswer, Err: err, Advice: notOperator}
	}
	return response, nil
}

const lookFirst = "look at what is there before repeating it"

// broken makes the error of a call that got no whole answer.
func (a *attempt) broken(ctx context.Context, reply wire.Reply, err error) *Error {
	if cause := context.Cause(ctx); cause != nil && !errors.Is(err, cause) {
		err = fmt.Errorf("%w: %w", err, cause)
	}
	e := &Error{Call: a.call, Agent: a.agent, Master: reply.Master, Code: reply.Code, Kind: ErrUnreachable, Err: err}
	switch {
	case errors.Is(err, wire.ErrTooLarge):
		e.Kind, e.Advice = ErrTooLarge, "raise Config.MaxAnswer"
	case errors.Is(err, wire.ErrRedirect):
		e.Kind, e.Advice = ErrRedirect, laterOrOther
	case errors.Is(err, wire.ErrNotSent):
		e.Advice = "check Config.Masters, and that a master runs there"
	case a.looks():
		e.Advice = laterOrOther
	case reply.Code != 0:
		e.Kind = ErrAnswer // taken, all the same
	default:
		e.Kind, e.Advice = ErrUnknownOutcome, lookFirst
	}
	return e
}

// agentOf returns the id of the agent that a call is for.
func agentOf(call *masterpb.Call) string {
	switch call.GetType() {
	case masterpb.Call_RESERVE_RESOURCES:
		return call.ReserveResources.GetAgentID().Value
	case masterpb.Call_UNRESERVE_RESOURCES:
		return call.UnreserveResources.GetAgentID().Value
	case masterpb.Call_CREATE_VOLUMES:
		return call.CreateVolumes.GetAgentID().Value
	case masterpb.Call_DESTROY_VOLUMES:
		return call.DestroyVolumes.GetAgentID().Value
	case masterpb.Call_GROW_VOLUME:
		return call.GrowVolume.GetAgentID().GetValue()
	case masterpb.Call_SHRINK_VOLUME:
		return call.ShrinkVolume.GetAgentID().GetValue()
	case masterpb.Call_MARK_AGENT_GONE:
		return call.MarkAgentGone.GetAgentID().Value
	case masterpb.Call_DRAIN_AGENT:
		return call.DrainAgent.GetAgentID().Value
	case masterpb.Call_DEACTIVATE_AGENT:
		return call.DeactivateAgent.GetAgentID().Value
	case masterpb.Call_REACTIVATE_AGENT:
		return call.ReactivateAgent.GetAgentID().Value
	}
	return ""
}
