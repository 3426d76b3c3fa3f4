package operator

import (
	"errors"
	"fmt"
	"strings"

	"github.com/stateful-mesos/moor/sdk/internal/callcheck"
	"github.com/stateful-mesos/moor/sdk/internal/wire"
)

// What is wrong, for errors.Is. All but ErrConfig, ErrClosed, ErrPoison and ErrNotDone come in an [*Error].
var (
	// ErrConfig: a field of [Config] is wrong. The error is a [*ConfigError].
	ErrConfig = errors.New("invalid configuration")
	// ErrClosed: the client was closed.
	ErrClosed = errors.New("operator: the client is closed")
	// ErrPoison: the call would kill a master or do silent damage, and was not sent. The error says which field is wrong.
	ErrPoison = callcheck.ErrPoison
	// ErrRefused: the master found the call itself wrong (400).
	ErrRefused = wire.ErrRefused
	// ErrPrincipal: a reservation or volume doesn't name the principal that the client has (400; semantics 8.2).
	ErrPrincipal = wire.ErrPrincipal
	// ErrUnauthorized: the master wants credentials, or other ones (401).
	ErrUnauthorized = wire.ErrUnauthorized
	// ErrForbidden: the credentials are right, but the master's ACLs say no (403).
	ErrForbidden = wire.ErrForbidden
	// ErrNoAgent: no agent of that id is registered (400 or 404).
	ErrNoAgent = errors.New("no such agent")
	// ErrNoFramework: no framework of that id is registered (400).
	ErrNoFramework = errors.New("no such framework")
	// ErrNoVolume: the agent has no such volume (400).
	ErrNoVolume = errors.New("no such volume")
	// ErrExists: the agent has a volume of this id under this role already (400).
	ErrExists = errors.New("there is such a volume already")
	// ErrInUse: tasks use the volume, or there is a volume on what was to be unreserved (400).
	ErrInUse = errors.New("in use")
	// ErrConflict: what the call needs isn't free on the agent: it is in use by tasks, reserved otherwise, a volume is
	// on it, or it was never there (409).
	ErrConflict = errors.New("not free on the agent")
	// ErrAgentState: the agent is in a state, or on its way to one, that the call doesn't go with (400, 409 or 503).
	ErrAgentState = errors.New("the agent's state does not allow it")
	// ErrUnsupported: the master doesn't know the call (501).
	ErrUnsupported = errors.New("not supported by the master")
	// ErrNotLeader: no master leads, or none that could be found (503, or a 307 to nowhere).
	ErrNotLeader = wire.ErrNotLeader
	// ErrRedirect: a redirect that isn't followed: too many in a row, to another scheme, or to nowhere (307).
	ErrRedirect = wire.ErrRedirect
	// ErrUnavailable: the master can't answer now (503 and others from 500 on).
	ErrUnavailable = wire.ErrUnavailable
	// ErrNotMaster: what answered isn't the operator API of a master (404, 405 and others).
	ErrNotMaster = wire.ErrNotMaster
	// ErrUnreachable: there was no connection, or it broke under a call that only looks.
	ErrUnreachable = errors.New("no answer")
	// ErrUnknownOutcome: the call was sent, and nobody knows whether the master has done it.
	ErrUnknownOutcome = errors.New("it is not known whether the master took the call")
	// ErrTooLarge: the answer is longer than [Config].MaxAnswer.
	ErrTooLarge = wire.ErrTooLarge
	// ErrAnswer: the master took the call, and what it answered can't be read.
	ErrAnswer = errors.New("unreadable answer")
	// ErrNotDone: [Change.Wait] or [Client.WaitForAgent] gave up.
	ErrNotDone = errors.New("not seen to be done")
)

// An Error is a call that failed: which one, what the master said, what that means, and what to do.
type Error struct {
	Call   string // "RESERVE_RESOURCES"
	Agent  string // id of the agent that the call is for, if it is for one
	Master string // who answered: "host:port"; empty: nobody did
	Code   int    // HTTP status; 0: there was none
	Text   string // what the master said
	Kind   error  // one of the Err values of this package
	Advice string // what to do about it
	Err    error  // what else failed below: the connection, the reading
}

// Error tells all of it.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Call)
	if e.Agent != "" {
		fmt.Fprintf(&b, " on agent %s", e.Agent)
	}
	if e.Code != 0 {
		fmt.Fprintf(&b, ": master %s answered %d", e.Master, e.Code)
	}
	if e.Text != "" {
		fmt.Fprintf(&b, " %q", e.Text)
	}
	fmt.Fprintf(&b, ": %v", e.Kind)
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	if e.Advice != "" {
		fmt.Fprintf(&b, "; %s", e.Advice)
	}
	return b.String()
}

// Unwrap is the kind, and what failed below.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}
