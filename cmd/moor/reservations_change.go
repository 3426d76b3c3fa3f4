package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/operator"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// reservationsReserve is moor reservations reserve.
type reservationsReserve struct {
	clientFlags
	waitFlags
	reservedFlags
	Agent     string `arg:"" help:"Agent, by id or host."`
	Resources string `arg:"" help:"What to reserve, in Mesos's text form (cpus:1;mem:512;disk:2048) or JSON, as if unreserved; or @file."`
}

// Run reserves.
func (c *reservationsReserve) Run(env *environment) error {
	wanted, err := unreserved(c.Resources)
	if err != nil {
		return err
	}
	if err := mesos.ValidateRole(c.Role); c.Role == "" || c.Role == resource.Unreserved || err != nil {
		return refusef("--role %q: name the role to reserve for", c.Role)
	}
	info := resource.Reservation{Role: c.Role, Principal: c.Principal, Labels: c.Label}.Info()
	return c.with(env, func(v *view) error {
		agent, err := v.agent(c.Agent)
		if err != nil {
			return err
		}
		as := reservedAs(wanted, []mesos.Resource_ReservationInfo{info})
		change, err := v.Reserve(env, *agent.AgentInfo.ID, as)
		if err != nil {
			return err
		}
		return c.report(env, &c.clientFlags, "reserve", change, agentID(agent), agent.AgentInfo.Hostname, as)
	})
}

// unreserved reads resources of a flag.
func unreserved(text string) (resource.Set, error) {
	text, err := textOrFile(text)
	if err != nil {
		return nil, usageError{err}
	}
	wanted, err := resource.Parse(text)
	switch {
	case err != nil:
		return nil, usageError{err}
	case len(wanted) == 0:
		return nil, refusef("no resources: write cpus:1;mem:512;disk:2048")
	case len(wanted.Reserved()) > 0 || len(wanted.Volumes()) > 0:
		return nil, refusef("%s: write them as if unreserved, and without volumes", text)
	}
	return wanted, nil
}

func reservedAs(s resource.Set, stack []mesos.Resource_ReservationInfo) resource.Set {
	out := s.Clone()
	for i := range out {
		for _, info := range stack {
			out[i] = resource.Push(out[i], info)
		}
	}
	return out
}

// reservationChange is what was done to reservations, or would be.
type reservationChange struct {
	Action       string        `json:"action"`
	Accepted     bool          `json:"accepted"` // by the master
	Done         bool          `json:"done"`     // by the agent, as far as the master shows
	AgentID      string        `json:"agent_id"`
	Hostname     string        `json:"hostname"`
	Reservations []reservation `json:"reservations"`
	Resources    string        `json:"resources"` // in Mesos's text form
}

// report waits for a change and prints what became of it.
func (w waitFlags) report(env *environment, f *clientFlags, action string, change *operator.Change, agent, host string, s resource.Set) error {
	done, err := w.done(env, change)
	if err != nil {
		return err
	}
	return f.print(env, changeOf(action, true, done, agent, host, s), func(out io.Writer) error {
		_, err := fmt.Fprintf(out, "%s %s, role %s, on %s (agent %s)\n", participle(action+"d", done), brief(s),
			resource.ReservationRole(&s[0]), printable(host), agent)
		return err
	})
}

func changeOf(action string, accepted, done bool, agent, host string, s resource.Set) reservationChange {
	return reservationChange{action, accepted, done, agent, host, reservationsOf(resource.Reservations(&s[0])), brief(s)}
}

// reservationsUnreserve is moor reservations unreserve.
type reservationsUnreserve struct {
	clientFlags
	waitFlags
	reservedFlags
	Agent     string `arg:"" help:"Agent, by id or host."`
	Resources string `arg:"" optional:"" help:"What to unreserve, in Mesos's text form, as if unreserved; or @file. Default: all that is free."`
	Yes       bool   `help:"Do it. Without this the command only says what it would unreserve."`
}

// Run unreserves.
func (c *reservationsUnreserve) Run(env *environment) error {
	return c.with(env, func(v *view) error {
		agent, err := v.agent(c.Agent)
		if err != nil {
			return err
		}
		r, err := c.one(v, agentID(agent))
		if err != nil {
			return err
		}
		free := r.Free()
		if c.Resources != "" {
			wanted, err := unreserved(c.Resources)
			if err != nil {
				return err
			}
			wanted = reservedAs(wanted, r.Stack)
			if !free.Contains(wanted) {
				return fmt.Errorf("%s is not free of what is reserved%s on %s: there is %s; tasks use the rest, or volumes are on it",
					brief(wanted), c.text(), r.Hostname, orNothing(brief(free)))
			}
			free = wanted
		}
		if len(free) == 0 {
			return fmt.Errorf("nothing reserved%s on %s is free: tasks use it, or volumes are on it", c.text(), r.Hostname)
		}
		if !c.Yes {
			return unconfirmed(c.print(env, changeOf("unreserve", false, false, r.AgentID.Value, r.Hostname, free), func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "would unreserve %s, role %s, on %s (agent %s)\n", brief(free), r.Role(), printable(r.Hostname), r.AgentID.Value)
				return err
			}))
		}
		change, err := v.Unreserve(env, r.AgentID, free)
		if err != nil {
			return err
		}
		return c.report(env, &c.clientFlags, "unreserve", change, r.AgentID.Value, r.Hostname, free)
	})
}

func orNothing(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}

// one returns the one dynamic reservation that the flags mean.
func (c *reservationsUnreserve) one(v *view, agent string) (*operator.Reservation, error) {
	var found []operator.Reservation
	var texts []string
	for _, r := range v.reservations(c.reservedFlags, agent) {
		if r.Dynamic() {
			found = append(found, r)
			last := &r.Stack[len(r.Stack)-1]
			texts = append(texts, fmt.Sprintf("role %s, labels %q, principal %q", r.Role(), labelText(labelsOf(last.Labels)), last.GetPrincipal()))
		}
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("agent %s has no reservation that can be undone%s: see moor reservations list", agent, c.text())
	case 1:
		return &found[0], nil
	}
	return nil, refusef("there are %d reservations on the agent: %s: say which with --role and --label", len(found), strings.Join(texts, "; "))
}
