package agent

// The executor API (semantics 6.9), below /api/v1/executor of an address that an agent opens when it starts its
// first custom executor. Calls: SUBSCRIBE, UPDATE, MESSAGE, HEARTBEAT. Events: SUBSCRIBED, LAUNCH, LAUNCH_GROUP,
// KILL, ACKNOWLEDGED, MESSAGE, SHUTDOWN, HEARTBEAT. Left out: authentication of executors, for which agents of
// this kind hand out no tokens; ERROR, which no agent sends.

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/executorpb"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/api"
)

// executorHeartbeat is the time between two HEARTBEAT events.
const executorHeartbeat = 30 * time.Minute

// serveExecutors returns the address of the executor API, which is opened the first time.
func (a *Agent) serveExecutors() (string, error) {
	if a.server != nil {
		return a.endpoint, nil
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("%w: %w", errNoExecutors, err)
	}
	a.endpoint = listener.Addr().String()
	a.server = &http.Server{Handler: http.HandlerFunc(a.executorAPI), ReadHeaderTimeout: 30 * time.Second}
	a.workers.Go(func() { _ = a.server.Serve(listener) }) // ends with ErrServerClosed
	return a.endpoint, nil
}

// closeServer ends the executor API once the loop has ended, and waits for those who are being answered.
func (a *Agent) closeServer() error {
	if a.server == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if a.server.Shutdown(ctx) == nil {
		return nil
	}
	return a.server.Close()
}

func (a *Agent) executorAPI(w http.ResponseWriter, r *http.Request) {
	answer := func(status int, text string) {
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(text)) // the executor may have gone
	}
	if r.URL.Path != "/api/v1/executor" && r.URL.Path != "/slave(1)/api/v1/executor" {
		answer(http.StatusNotFound, "404 Not Found.")
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		answer(http.StatusMethodNotAllowed, api.WrongMethod(r, http.MethodPost))
		return
	}
	call := &executorpb.Call{}
	if status, text := api.Decode(r, call); status != 0 {
		answer(status, text)
		return
	}
	if err := validateExecutorCall(call); err != nil {
		answer(http.StatusBadRequest, "Failed to validate Executor::Call: "+err.Error())
		return
	}
	kind := api.Accepted(r)
	if call.GetType() == executorpb.Call_SUBSCRIBE && kind == "" {
		answer(http.StatusNotAcceptable, api.NotAcceptable)
		return
	}
	var stream *events
	var e *executor
	status, text := http.StatusServiceUnavailable, "Agent has not finished recovery"
	a.ask(func() {
		if a.failure == nil && !a.away {
			e, status, text = a.addressed(call)
		}
		if status != http.StatusOK && status != http.StatusAccepted {
			return
		}
		switch call.GetType() {
		case executorpb.Call_SUBSCRIBE:
			stream = newEvents(kind)
			a.subscribed(e, stream, call.Subscribe)
		case executorpb.Call_UPDATE:
			a.executorUpdate(e, &call.Update.Status)
		case executorpb.Call_MESSAGE:
			a.up.ExecutorMessage(mesos.AgentID{Value: a.id.Value}, call.FrameworkID, call.ExecutorID, call.Message.Data)
		}
	})
	if stream == nil {
		answer(status, text)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	stream.serve(w, r)
	a.do(func() { a.disconnected(e, stream) })
}

// addressed finds the executor that a call is from, and how the call is to be answered.
func (a *Agent) addressed(call *executorpb.Call) (e *executor, status int, text string) {
	f := a.frameworks[call.FrameworkID.Value]
	if f == nil {
		return nil, http.StatusBadRequest, "Framework cannot be found"
	}
	e = f.executors[call.ExecutorID.Value]
	switch {
	case e == nil || !e.alive():
		return nil, http.StatusBadRequest, "Executor cannot be found"
	case call.GetType() == executorpb.Call_SUBSCRIBE:
		return e, http.StatusOK, ""
	case e.custom.stream == nil:
		return nil, http.StatusForbidden, "Executor is not subscribed"
	case call.GetType() == executorpb.Call_UNKNOWN:
		return nil, http.StatusNotImplemented, "501 Not Implemented."
	}
	return e, http.StatusAccepted, ""
}

// validateExecutorCall judges a call before anything is done about it (semantics 6.9).
func validateExecutorCall(c *executorpb.Call) error {
	if c.Type == nil {
		return errors.New("Expecting 'type' to be present")
	}
	if c.ExecutorID.Value == "" {
		return errors.New("Expecting 'executor_id' to be present")
	}
	if c.FrameworkID.Value == "" {
		return errors.New("Expecting 'framework_id' to be present")
	}
	switch c.GetType() {
	case executorpb.Call_SUBSCRIBE:
		if c.Subscribe == nil {
			return errors.New("Expecting 'subscribe' to be present")
		}
		for i := range c.Subscribe.UnacknowledgedUpdates {
			if err := validateExecutorStatus(c, &c.Subscribe.UnacknowledgedUpdates[i].Status); err != nil {
				return err
			}
		}
	case executorpb.Call_UPDATE:
		if c.Update == nil {
			return errors.New("Expecting 'update' to be present")
		}
		return validateExecutorStatus(c, &c.Update.Status)
	case executorpb.Call_MESSAGE:
		if c.Message == nil {
			return errors.New("Expecting 'message' to be present")
		}
	}
	return nil
}

func validateExecutorStatus(c *executorpb.Call, s *mesos.TaskStatus) error {
	from := "Received Call from executor " + c.ExecutorID.Value + " of framework " + c.FrameworkID.Value + " with invalid source"
	switch {
	case s.UUID == nil:
		return errors.New("Expecting 'uuid' to be present")
	case len(s.UUID) != 16:
		return errors.New("Not a valid UUID")
	case s.ExecutorID != nil && s.ExecutorID.Value != c.ExecutorID.Value:
		return fmt.Errorf("ExecutorID in Call: %s does not match ExecutorID in TaskStatus: %s", c.ExecutorID.Value, s.ExecutorID.Value)
	case s.GetSource() != mesos.SOURCE_EXECUTOR:
		return errors.New(from + ", expecting 'SOURCE_EXECUTOR'")
	case s.State == mesos.TASK_STAGING:
		return fmt.Errorf("Received TASK_STAGING from executor %s of framework %s which is not allowed", c.ExecutorID.Value, c.FrameworkID.Value)
	}
	return nil
}
