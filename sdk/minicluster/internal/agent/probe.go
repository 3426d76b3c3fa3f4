package agent

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// prober asks a task again and again how it is: a health check or a check (semantics 6.12).
type prober struct {
	runner                   Runner
	kind                     mesos.CheckInfo_Type
	command                  Command
	scheme, path             string
	port                     uint32
	delay, interval, timeout time.Duration
	report                   func(mesos.CheckStatusInfo, error) // on the loop
}

// probe starts the checks that a task asks for.
func (a *Agent) probe(t *task) {
	if !a.cfg.Runner.Probes() || t.info.HealthCheck == nil && t.info.Check == nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.cancel = cancel
	if c := t.info.HealthCheck; c != nil {
		h := &health{agent: a, task: t, since: time.Now(), starting: true,
			grace: seconds(c.GetGracePeriodSeconds()), limit: c.GetConsecutiveFailures()}
		a.run(ctx, &prober{
			runner: a.cfg.Runner, kind: mesos.CheckInfo_Type(c.GetType()), command: a.checkCommand(t, c.Command), report: h.result,
			scheme: c.HTTP.GetScheme(), path: c.HTTP.GetPath(), port: max(c.HTTP.GetPort(), c.TCP.GetPort()),
			delay: seconds(c.GetDelaySeconds()), interval: seconds(c.GetIntervalSeconds()), timeout: seconds(c.GetTimeoutSeconds()),
		})
	}
	if c := t.info.Check; c != nil {
		p := &prober{
			runner: a.cfg.Runner, kind: c.GetType(), path: c.HTTP.GetPath(), port: max(c.HTTP.GetPort(), c.TCP.GetPort()),
			delay: seconds(c.GetDelaySeconds()), interval: seconds(c.GetIntervalSeconds()), timeout: seconds(c.GetTimeoutSeconds()),
		}
		if c.Command != nil {
			p.command = a.checkCommand(t, &c.Command.Command)
		}
		p.report = func(s mesos.CheckStatusInfo, err error) { a.checked(t, s, err) }
		a.run(ctx, p)
	}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// run probes until ctx ends.
func (a *Agent) run(ctx context.Context, p *prober) {
	a.workers.Go(func() {
		timer := time.NewTimer(p.delay)
		defer timer.Stop()
		for {
			select {
			case <-timer.C:
			case <-ctx.Done():
				return
			}
			status, err := p.once(ctx)
			a.do(func() {
				if ctx.Err() == nil {
					p.report(status, err)
				}
			})
			timer.Reset(max(p.interval, time.Millisecond))
		}
	})
}

// once probes one time. An error means that the probe itself failed, such as by its timeout.
func (p *prober) once(ctx context.Context) (mesos.CheckStatusInfo, error) {
	if p.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, p.timeout)
		defer cancel()
	}
	status := emptyCheckStatus(p.kind)
	switch p.kind {
	case mesos.CheckInfo_COMMAND:
		code, err := p.runCommand(ctx)
		status.Command.ExitCode = &code
		return *status, err
	case mesos.CheckInfo_HTTP:
		code, err := p.get(ctx)
		status.HTTP.StatusCode = &code
		return *status, err
	case mesos.CheckInfo_TCP:
		var dialer net.Dialer
		conn, err := dialer.DialContext(ctx, "tcp", p.address())
		status.TCP.Succeeded = new(err == nil)
		if err != nil {
			return *status, ctx.Err()
		}
		return *status, conn.Close()
	}
	return *status, fmt.Errorf("a check of type %s", p.kind)
}

// address is where tasks are probed: they share the machine's network, and nothing else is spoken to.
func (p *prober) address() string {
	return net.JoinHostPort("127.0.0.1", strconv.FormatUint(uint64(p.port), 10))
}

// checkCommand is a check's command: run with the task's environment and its own, in the task's sandbox.
func (a *Agent) checkCommand(t *task, c *mesos.CommandInfo) Command {
	if c == nil {
		return Command{}
	}
	info := *t.info
	info.Command = clone(c)
	info.Command.Environment = &mesos.Environment{Variables: slices.Concat(
		t.info.Command.GetEnvironment().GetVariables(), c.GetEnvironment().GetVariables())}
	command := a.command(&task{executor: t.executor, info: &info, sandbox: t.sandbox}, info.Command)
	command.Stdout = ""
	return command
}

// runCommand runs a check's command and returns its exit status, as a shell would give it.
func (p *prober) runCommand(ctx context.Context) (int32, error) {
	process, err := p.runner.Start(p.command)
	if err != nil {
		return 0, err
	}
	stop := context.AfterFunc(ctx, func() { process.Signal(sigKill) })
	defer stop()
	exit := process.Wait()
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if exit.Signal != 0 {
		return 128 + int32(exit.Signal), nil
	}
	return int32(exit.Status), nil
}

// get asks for a page and returns the HTTP status.
func (p *prober) get(ctx context.Context) (uint32, error) {
	scheme := p.scheme
	if scheme == "" {
		scheme = "http"
	}
	url := scheme + "://" + p.address() + "/" + strings.TrimPrefix(p.path, "/")
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	transport := &http.Transport{DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	res, err := transport.RoundTrip(req) // redirects are answers
	if err != nil {
		return 0, err
	}
	return uint32(res.StatusCode), res.Body.Close()
}

// emptyCheckStatus is the status of a check that has no result yet.
func emptyCheckStatus(kind mesos.CheckInfo_Type) *mesos.CheckStatusInfo {
	s := &mesos.CheckStatusInfo{Type: &kind}
	switch kind {
	case mesos.CheckInfo_COMMAND:
		s.Command = &mesos.CheckStatusInfo_Command{}
	case mesos.CheckInfo_HTTP:
		s.HTTP = &mesos.CheckStatusInfo_Http{}
	case mesos.CheckInfo_TCP:
		s.TCP = &mesos.CheckStatusInfo_Tcp{}
	}
	return s
}
