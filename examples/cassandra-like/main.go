// Command cassandra-like is a replicated key-value store on Mesos: package node is the storage process, and this
// is its scheduler. Each node has a persistent volume, is relaunched on it whatever happens, and is found again on another
// port by the others. Run without arguments it shows all that on a cluster of its own; see -help.
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/stateful-mesos/moor/examples/cassandra-like/node"
	"github.com/stateful-mesos/moor/sdk/matcher"
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
	"github.com/stateful-mesos/moor/sdk/scheduler"
	"github.com/stateful-mesos/moor/sdk/state"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "node" {
		os.Exit(node.Main()) // this same program, launched as a task
	}
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

const service = "cassandra-like"

// What each node gets. The volume's size is a promise the agent keeps only if its operator enforces quotas (semantics 4.9).
var nodeResources = resource.MustParse("cpus:0.2;mem:64")

const volumeMiB = 64

// ring is the scheduler: it keeps one task per instance running on the instance's own volume.
type ring struct {
	options
	line   *timeline
	store  state.Store
	binary string // the program that nodes are launched from
	calls  scheduler.Calls

	mu         sync.Mutex // what is below is changed by callbacks and read by the story
	instances  []*instance
	changed    chan struct{}   // closed and replaced with each change
	heard      map[string]bool // tasks the master has told of since this scheduler started
	retry      map[string]*retry
	spread     spread
	refusals   []matcher.Refusal // of the last offers
	framework  string            // its id, which tells this ring from others of the same names
	subscribed bool
	lost       error // why, if not subscribed
	stopping   bool
}

// needs are the instances to be placed now: those that aren't running and have waited long enough after a failure.
func (r *ring) needs(now time.Time) (needs []matcher.Need, placed []matcher.Placed) {
	for _, i := range r.instances {
		if i.Launches > 0 && (i.Claim != nil || !i.vacant()) {
			placed = append(placed, matcher.Placed{ID: i.Name, Hostname: i.Hostname, AgentID: i.Agent})
		}
		if r.stopping || !i.vacant() || now.Before(r.retry[i.Name].due) {
			continue
		}
		needs = append(needs, matcher.Need{
			ID:          i.Name,
			Reservation: resource.Reservation{Role: r.role, Principal: r.principal, Labels: map[string]string{"service": service, "instance": i.Name}},
			Resources:   nodeResources,
			Volumes:     []resource.Volume{{ID: volumeID(i.Name), Path: "data", MiB: volumeMiB}},
			Ports:       []string{"http"},
			Claim:       i.Claim,
			Rules:       r.spread.rules(),
		})
	}
	return needs, placed
}

func volumeID(name string) string { return service + "." + name }

// onOffer matches what is to be placed with what is offered, and stores what it is about to do before it says so.
func (r *ring) onOffer(ctx context.Context, offers []mesos.Offer) ([]scheduler.Decision, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	needs, placed := r.needs(now)
	result := matcher.Assign(needs, r.withoutUsedPorts(offers), placed)
	r.refusals = result.Refusals
	r.spread.watch(result.Refusals, now, r.line)
	var decisions []scheduler.Decision
	for _, m := range result.Matches {
		next := *r.find(m.Need.ID)
		next.Claim = new(m.Claim())
		next.Launches++
		next.Create = ""
		next.Task, next.State = fmt.Sprintf("%s.%d", next.Name, next.Launches), mesos.TASK_STAGING
		next.Agent, next.Hostname = m.Agent.ID, m.Hostname()
		next.Address = net.JoinHostPort(host(m.Offers[0]), strconv.FormatUint(m.Ports["http"], 10))
		operations, err := m.Chain().Launch(r.task(m, next)).Build()
		if err != nil {
			r.line.say("%s: the offer of agent %s can't be used: %v", next.Name, short(next.Agent), err)
			continue
		}
		for _, op := range operations {
			if op.GetType() == mesos.Offer_Operation_CREATE {
				next.Create = op.ID.Value
			}
		}
		if err := r.put(ctx, &next); err != nil {
			return nil, err
		}
		r.line.placed(m, next)
		decisions = append(decisions, scheduler.Accept(m.Offers, operations).WithRefuse(0)) // the rest may do for another node
	}
	return decisions, nil
}

// task is what runs a node: this program from where the agent can reach it, told by its environment who it is.
func (r *ring) task(m matcher.Match, i instance) mesos.TaskInfo {
	var names, seeds []string
	for _, other := range r.instances {
		names = append(names, other.Name)
		if other.Name != i.Name && other.Address != "" {
			seeds = append(seeds, other.Address)
		}
	}
	environment := &mesos.Environment{}
	for _, v := range [][2]string{
		{node.EnvName, i.Name}, {node.EnvService, service}, {node.EnvVolume, volumeID(i.Name)}, {node.EnvDir, "data"},
		{node.EnvListen, i.Address}, {node.EnvCluster, r.framework}, {node.EnvRing, strings.Join(names, ",")}, {node.EnvSeeds, strings.Join(seeds, ",")},
	} {
		environment.Variables = append(environment.Variables, mesos.Environment_Variable{Name: v[0], Value: new(v[1])})
	}
	const grace = 10 * time.Second // more than a node takes to end cleanly
	return mesos.TaskInfo{
		Name: i.Name, TaskID: mesos.TaskID{Value: i.Task}, AgentID: m.AgentID(), Resources: m.Resources,
		Command:    &mesos.CommandInfo{Value: new("exec " + quoted(r.binary) + " node"), Environment: environment},
		KillPolicy: &mesos.KillPolicy{GracePeriod: &mesos.DurationInfo{Nanoseconds: grace.Nanoseconds()}},
	}
}

// onStatus stores what became of a task; the driver acknowledges it after that. An instance whose task has ended is a need
// again, with its claim, so it is launched where its volume is and nowhere else.
func (r *ring) onStatus(ctx context.Context, s mesos.TaskStatus) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := r.find(owner(s.TaskID.Value))
	if i == nil || i.Task != s.TaskID.Value {
		return r.old(s)
	}
	before, next := *i, *i
	next.State = s.State
	if s.State == mesos.TASK_RUNNING {
		next.prove() // it would not run without its volume
	}
	if err := r.put(ctx, &next); err != nil {
		return err
	}
	r.heard[next.Task] = true
	r.line.status(before, next, s)
	if !next.vacant() || r.stopping {
		return nil
	}
	r.retry[next.Name].failed(next.Address, time.Now())
	return r.calls.Revive() // so that offers which were declined for a while come at once
}

// onOperation learns whether the volume was made. An instance keeps its claim unless it is certain that it was not: a
// second volume beside the first would be two truths.
func (r *ring) onOperation(ctx context.Context, s mesos.OperationStatus) error {
	switch {
	case s.OperationID == nil || !s.State.Terminal():
		return nil
	case s.State == mesos.OPERATION_FINISHED:
		return r.created(ctx, *s.OperationID, nil)
	default:
		return r.created(ctx, *s.OperationID, fmt.Errorf("%v: %s", s.State, s.GetMessage()))
	}
}

// onDropped takes back what was stored for an ACCEPT that the master didn't get or didn't take.
func (r *ring) onDropped(ctx context.Context, d scheduler.Dropped) error {
	if d.Call != "ACCEPT" {
		return nil
	}
	for _, id := range d.Operations {
		if err := r.created(ctx, id, d.Err); err != nil {
			return err
		}
	}
	for _, id := range d.Tasks {
		if err := r.onStatus(ctx, mesos.TaskStatus{TaskID: id, State: mesos.TASK_DROPPED, Message: new(d.Err.Error())}); err != nil {
			return err
		}
	}
	return nil
}
