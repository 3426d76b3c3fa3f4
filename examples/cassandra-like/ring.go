package main

import (
	"context"
	"fmt"
	"net"
	"os/user"
	"strconv"
	"strings"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
	"github.com/stateful-mesos/moor/sdk/scheduler"
	"github.com/stateful-mesos/moor/sdk/state"
)

// newRing makes the scheduler of what the store has, and the driver it runs on.
func newRing(ctx context.Context, o options, masters []string, binary string, store state.Store, line *timeline) (*ring, *scheduler.Driver, error) {
	r := &ring{options: o, line: line, store: store, binary: binary, changed: make(chan struct{}), heard: map[string]bool{}, retry: map[string]*retry{}}
	r.spread.mode = o.spreadMode
	var names []string
	for n := range o.nodes {
		names = append(names, fmt.Sprintf("node-%d", n))
	}
	var err error
	if r.instances, err = load(ctx, store, names); err != nil {
		return nil, nil, err
	}
	for _, name := range names {
		r.retry[name] = newRetry()
	}
	who, err := user.Current()
	if err != nil {
		return nil, nil, err
	}
	cfg := scheduler.Config{
		Masters:    masters,
		Framework:  mesos.FrameworkInfo{Name: service, User: who.Username, Roles: []string{o.role}},
		Store:      store,
		Tasks:      r.tasks,
		Operations: r.operations,
		SecretFile: o.secretFile,
		Refuse:     time.Second, // what is refused now, for a rule or a pause, may be fine soon
		Logger:     o.logger,
	}
	if o.principal != "" {
		cfg.Framework.Principal = new(o.principal)
	}
	if o.secretFile != "" {
		cfg.Principal = o.principal // which has requests carry it, with the secret
	}
	driver, err := scheduler.New(cfg, scheduler.Callbacks{
		OnSubscribed: r.onSubscribed, OnOffer: r.onOffer, OnStatus: r.onStatus, OnOperation: r.onOperation,
		OnDropped: r.onDropped, OnLost: r.onLost, OnReconciled: r.onReconciled,
	})
	r.calls = driver
	return r, driver, err
}

func (r *ring) onSubscribed(_ context.Context, s scheduler.Subscription) error {
	r.line.say("subscribed to the master at %s as framework %s", s.Address, s.FrameworkID.Value)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.framework, r.subscribed, r.lost = s.FrameworkID.Value, true, nil
	r.announce()
	return nil
}

func (r *ring) onLost(_ context.Context, cause error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lost == nil {
		r.line.say("no master: %v; trying again", cause)
	}
	r.subscribed, r.lost = false, cause
	return nil
}

func (r *ring) onReconciled(_ context.Context, done scheduler.Reconciliation) error {
	if done.Tasks > 0 {
		r.line.say("the master has answered for all %d known tasks", done.Tasks)
	}
	return nil
}

// tasks are those whose state the driver is to ask for until it knows: what is stored was stored before the ACCEPT, which
// may never have been sent.
func (r *ring) tasks(context.Context) (known []scheduler.KnownTask, _ error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, i := range r.instances {
		if i.Launches > 0 && !i.State.Terminal() {
			known = append(known, scheduler.KnownTask{ID: mesos.TaskID{Value: i.Task}, Agent: mesos.AgentID{Value: i.Agent}})
		}
	}
	return known, nil
}

// operations are those whose outcome isn't known, likewise.
func (r *ring) operations(context.Context) (known []scheduler.KnownOperation, _ error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, i := range r.instances {
		if i.Create != "" {
			known = append(known, scheduler.KnownOperation{ID: mesos.OperationID{Value: i.Create}, Agent: mesos.AgentID{Value: i.Agent}})
		}
	}
	return known, nil
}

// put stores an instance and shows it to whoever waits. It needs mu.
func (r *ring) put(ctx context.Context, next *instance) error {
	if err := save(ctx, r.store, next); err != nil {
		return err
	}
	*r.find(next.Name) = *next
	r.announce()
	return nil
}

func (r *ring) announce() {
	close(r.changed)
	r.changed = make(chan struct{})
}

func (r *ring) find(name string) *instance {
	for _, i := range r.instances {
		if i.Name == name {
			return i
		}
	}
	return nil
}

// created takes in the outcome of a CREATE: the claim is proven, or there is no volume, and so nothing to claim.
func (r *ring) created(ctx context.Context, id mesos.OperationID, failure error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, i := range r.instances {
		if i.Create != id.Value || id.Value == "" {
			continue
		}
		next := *i
		next.prove()
		if failure != nil {
			next.Claim = nil
			r.line.say("%s: its volume was not made: %v", i.Name, failure)
		}
		return r.put(ctx, &next)
	}
	return nil
}

// old looks at an update of a task that has been replaced: if it still runs it has to go.
func (r *ring) old(s mesos.TaskStatus) error {
	if s.State.Terminal() || s.State == mesos.TASK_UNKNOWN || s.State == mesos.TASK_UNREACHABLE || s.State == mesos.TASK_KILLING {
		return nil
	}
	r.line.say("%s is an old task that still runs: killing it", s.TaskID.Value)
	return r.calls.Kill(s.TaskID, mesos.AgentID{Value: s.GetAgentID().GetValue()}, 0)
}

// withoutUsedPorts takes those ports out of offers that another node has on the same address, and those that a node has
// failed on: agents on one machine may offer the same ports, and some of them may be taken by somebody else.
func (r *ring) withoutUsedPorts(offers []mesos.Offer) []mesos.Offer {
	var used []string
	for _, i := range r.instances {
		used = append(used, i.Address)
		used = append(used, r.retry[i.Name].addresses...)
	}
	free := make([]mesos.Offer, len(offers))
	for n, offer := range offers {
		free[n] = offer
		for _, address := range used {
			h, p, err := net.SplitHostPort(address)
			port, bad := strconv.ParseUint(p, 10, 16)
			if err != nil || bad != nil || h != host(offer) {
				continue
			}
			free[n].Resources = withoutPort(free[n].Resources, port)
		}
	}
	return free
}

func withoutPort(resources resource.Set, port uint64) resource.Set {
	for i := range resources {
		taken := resources[i]
		if taken.Name != "ports" || taken.Ranges == nil {
			continue
		}
		taken.Ranges = &mesos.Value_Ranges{Range: []mesos.Value_Range{{Begin: port, End: port}}}
		if left, ok := resources.Minus(resource.Set{taken}); ok {
			return left
		}
	}
	return resources
}

// host is where processes on the offer's agent are reached: its IP address, since its host name may be known to the
// cluster alone.
func host(offer mesos.Offer) string {
	if ip := offer.URL.GetAddress(); ip.GetIP() != "" && !net.ParseIP(ip.GetIP()).IsUnspecified() {
		return ip.GetIP()
	}
	return offer.Hostname
}

// quoted makes one word of a path for a shell.
func quoted(path string) string { return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'" }
