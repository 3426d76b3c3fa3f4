package operator

import (
	"context"
	"fmt"
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// A Change is one that the master has accepted. It shows in what [Client.Agents] tells; that the agent has carried it out is what
// [Change.Wait] waits for.
type Change struct {
	client  *Client
	call    string
	agent   mesos.AgentID
	present resource.Set // is on the agent afterwards, whatever volumes are made on it meanwhile
	absent  resource.Set // volumes that aren't
}

// Reserve reserves resources, given as they are to be: with the whole stack of reservations, un-allocated (semantics 3.4).
// With authentication the last reservation must name the client's principal. [resource.Push] makes them from
// unreserved ones. What is offered to frameworks is taken back from them; what tasks use can't be taken.
func (c *Client) Reserve(ctx context.Context, agent mesos.AgentID, resources resource.Set) (*Change, error) {
	return c.ReserveFrom(ctx, agent, nil, resources)
}

// ReserveFrom turns reserved resources, the source, into ones that are reserved otherwise, of the same quantities, in one
// step (semantics 7.1; Mesos 1.10 and later). Without a source it is Reserve.
func (c *Client) ReserveFrom(ctx context.Context, agent mesos.AgentID, source, resources resource.Set) (*Change, error) {
	return c.change(ctx, agent, &masterpb.Call{
		Type:             masterpb.Call_RESERVE_RESOURCES.Enum(),
		ReserveResources: &masterpb.Call_ReserveResources{AgentID: agent, Source: source, Resources: resources},
	}, resources, nil)
}

// Unreserve takes the last reservation off resources (semantics 3.5). Volumes on them have to be destroyed first.
func (c *Client) Unreserve(ctx context.Context, agent mesos.AgentID, resources resource.Set) (*Change, error) {
	return c.change(ctx, agent, &masterpb.Call{
		Type:               masterpb.Call_UNRESERVE_RESOURCES.Enum(),
		UnreserveResources: &masterpb.Call_UnreserveResources{AgentID: agent, Resources: resources},
	}, nil, nil)
}

// CreateVolumes makes volumes on reserved disk, given as [resource.Volume.On] makes them (semantics 3.6).
func (c *Client) CreateVolumes(ctx context.Context, agent mesos.AgentID, volumes resource.Set) (*Change, error) {
	return c.change(ctx, agent, &masterpb.Call{
		Type:          masterpb.Call_CREATE_VOLUMES.Enum(),
		CreateVolumes: &masterpb.Call_CreateVolumes{AgentID: agent, Volumes: volumes},
	}, volumes, nil)
}

// DestroyVolumes destroys volumes, given exactly as the agent has them, and the data in them (semantics 3.7). They are not
// destroyed while tasks use them. There is no way back.
func (c *Client) DestroyVolumes(ctx context.Context, agent mesos.AgentID, volumes resource.Set) (*Change, error) {
	return c.change(ctx, agent, &masterpb.Call{
		Type:           masterpb.Call_DESTROY_VOLUMES.Enum(),
		DestroyVolumes: &masterpb.Call_DestroyVolumes{AgentID: agent, Volumes: volumes},
	}, nil, volumes)
}

// GrowVolume makes a volume larger by disk of the same reservations and source (semantics 3.8).
func (c *Client) GrowVolume(ctx context.Context, agent mesos.AgentID, volume, addition mesos.Resource) (*Change, error) {
	grown := resource.Set{volume}.Clone()[0]
	if grown.Scalar != nil {
		grown.Scalar.Value = resource.Float(resource.Fixed(grown.Scalar.Value) + resource.Fixed(addition.Scalar.GetValue()))
	}
	return c.change(ctx, agent, &masterpb.Call{
		Type:       masterpb.Call_GROW_VOLUME.Enum(),
		GrowVolume: &masterpb.Call_GrowVolume{AgentID: &agent, Volume: volume, Addition: addition},
	}, resource.Set{grown}, nil)
}

// ShrinkVolume makes a volume smaller by some MiB, which become reserved disk again (semantics 3.8). The data is
// not touched: what doesn't fit any more is the task's trouble.
func (c *Client) ShrinkVolume(ctx context.Context, agent mesos.AgentID, volume mesos.Resource, mib float64) (*Change, error) {
	shrunk := resource.Set{volume}.Clone()[0]
	if shrunk.Scalar != nil {
		shrunk.Scalar.Value = resource.Float(resource.Fixed(shrunk.Scalar.Value) - resource.Fixed(mib))
	}
	return c.change(ctx, agent, &masterpb.Call{
		Type:         masterpb.Call_SHRINK_VOLUME.Enum(),
		ShrinkVolume: &masterpb.Call_ShrinkVolume{AgentID: &agent, Volume: volume, Subtract: mesos.Value_Scalar{Value: mib}},
	}, resource.Set{shrunk}, nil)
}

func (c *Client) change(ctx context.Context, agent mesos.AgentID, call *masterpb.Call, present, absent resource.Set) (*Change, error) {
	if _, err := c.Do(ctx, call); err != nil {
		return nil, err
	}
	return &Change{
		client: c, call: call.GetType().String(), agent: agent,
		present: present.Clone().Upgrade(), absent: absent.Clone().Upgrade(),
	}, nil
}

// Wait waits until the change is done: the agent is connected or deactivated, has answered every operation of operators that the master has
// told it, and has what was reserved, made or resized, and not what was destroyed; what was unreserved may have been reserved again,
// so it isn't looked for. Masters lack a better sign, since
// operators' operations have no ids (semantics 7.1). It looks every two seconds at the most, and goes on while
// masters can't be reached. When ctx ends the error is an [ErrNotDone] that says what is missing, and ctx's own.
func (ch *Change) Wait(ctx context.Context) error {
	return ch.client.until(ctx, ch.call, ch.agent, func() (string, error) {
		agent, err := ch.client.Agent(ctx, ch.agent)
		if err != nil {
			return "", err
		}
		if missing := ch.missing(agent); missing != "" {
			return missing, nil
		}
		operations, err := ch.client.Operations(ctx)
		if err != nil {
			return "", err
		}
		if n := pending(operations, ch.agent); n > 0 {
			return fmt.Sprintf("the agent has not answered %d operations of operators", n), nil
		}
		return "", nil
	})
}

// missing says what an agent shows that it shouldn't any more, or not yet; empty: nothing.
func (ch *Change) missing(agent *Agent) string {
	// Masters don't tell whether a deactivated agent is connected; one that isn't has not answered.
	if !agent.Active && !agent.GetDeactivated() {
		return "the agent is not connected"
	}
	total := resource.Set(agent.TotalResources)
	for i := range ch.absent {
		if _, there := volumeOf(total, &ch.absent[i]); there {
			return "the agent still has " + resource.String(&ch.absent[i])
		}
	}
	beneath := without(total)
	for i := range ch.present {
		r := &ch.present[i]
		if !total.ContainsOne(r) && (resource.IsVolume(r) || !beneath.ContainsOne(r)) {
			return "the agent does not have " + resource.String(r)
		}
	}
	return ""
}

// without returns resources with the volumes taken off.
func without(s resource.Set) resource.Set {
	var out resource.Set
	for _, r := range s {
		if resource.IsVolume(&r) {
			r = resource.Unvolume(r)
		}
		out = out.Plus(resource.Set{r})
	}
	return out
}

// pending counts the operators' operations that an agent has not answered. Those of frameworks name these.
func pending(operations []mesos.Operation, agent mesos.AgentID) int {
	n := 0
	for i := range operations {
		o := &operations[i]
		if o.AgentID.GetValue() == agent.Value && o.FrameworkID == nil && !o.LatestStatus.State.Terminal() {
			n++
		}
	}
	return n
}

// volumeOf finds a volume by role and id, which are unique on an agent (semantics 3.6).
func volumeOf(s resource.Set, volume *mesos.Resource) (mesos.Resource, bool) {
	i := slices.IndexFunc(s, func(r mesos.Resource) bool { return sameVolume(&r, volume) })
	if i < 0 {
		return mesos.Resource{}, false
	}
	return s[i], true
}

func sameVolume(a, b *mesos.Resource) bool {
	return resource.IsVolume(a) && resource.IsVolume(b) && a.Disk.Persistence.ID == b.Disk.Persistence.ID &&
		resource.ReservationRole(a) == resource.ReservationRole(b)
}
