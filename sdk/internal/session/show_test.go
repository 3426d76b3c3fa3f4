package session

import (
	"fmt"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// show writes an effect in a line.
func (w *world) show(e Effect) string {
	switch e := e.(type) {
	case Connect:
		id := ""
		if e.Call.FrameworkID != nil {
			id = " as " + e.Call.Subscribe.FrameworkInfo.ID.Value
		}
		if len(e.Call.Subscribe.SuppressedRoles) > 0 {
			id += fmt.Sprintf(" suppressing %v", e.Call.Subscribe.SuppressedRoles)
		}
		return fmt.Sprintf("connect %d to master %d%s, roles %v", e.Conn, e.Master, id, e.Call.Subscribe.FrameworkInfo.Roles)
	case Disconnect:
		return fmt.Sprintf("disconnect %d", e.Conn)
	case SaveID:
		return "save id " + e.FrameworkID
	case Record:
		return fmt.Sprintf("record tasks %v operations %v; drop tasks %v operations %v", e.Tasks, e.Operations, e.DropTasks, e.DropOperations)
	case Forget:
		return "forget"
	case AskKnown:
		return "ask for what is known"
	case Deliver:
		return "deliver " + delivery(e.What)
	case Send:
		return fmt.Sprintf("send #%d on %d: %s", e.ID, e.Conn, call(e.Call))
	case Note:
		return fmt.Sprintf("note: %s (%s)", e.What, e.Subject)
	case End:
		return fmt.Sprintf("end: %v", e.Err)
	}
	return fmt.Sprintf("unknown effect %T", e)
}

func delivery(d Delivery) string {
	switch d := d.(type) {
	case Subscribed:
		return fmt.Sprintf("subscribed as %s, heartbeat %v, first %v", d.FrameworkID, d.Heartbeat, d.First)
	case Offers:
		var ids []mesos.OfferID
		for _, o := range d.Offers {
			ids = append(ids, o.ID)
		}
		return "offers " + offerNames(ids)
	case Rescinded:
		return "rescinded " + d.ID.Value
	case InverseOffers:
		var ids []mesos.OfferID
		for _, o := range d.Offers {
			ids = append(ids, o.ID)
		}
		return "inverse offers " + offerNames(ids)
	case InverseRescinded:
		return "inverse rescinded " + d.ID.Value
	case Status:
		return fmt.Sprintf("status %s %s", d.Status.TaskID.Value, d.Status.State)
	case OperationStatus:
		return fmt.Sprintf("operation %s %s", d.Status.GetOperationID().GetValue(), d.Status.State)
	case Message:
		return "message"
	case Failure:
		return "failure of " + d.Failure.GetAgentID().GetValue()
	case Lost:
		return fmt.Sprintf("lost: %v", d.Err)
	case Reconciled:
		return fmt.Sprintf("reconciled %d tasks in %v", d.Tasks, d.Took)
	case Discarded:
		return fmt.Sprintf("discarded %s offers [%s] tasks %v operations %v: %v", d.Call, offerNames(d.Offers), taskNames(d.Tasks), operationNames(d.Operations), d.Err)
	}
	return fmt.Sprintf("unknown delivery %T", d)
}

func call(c *schedulerpb.Call) string {
	var b strings.Builder
	b.WriteString(c.GetType().String())
	if id := c.GetFrameworkID().GetValue(); id != "fw-1" {
		fmt.Fprintf(&b, " framework %q", id)
	}
	switch {
	case c.Accept != nil:
		tasks, operations := contents(c.Accept.Operations)
		fmt.Fprintf(&b, " %s tasks %v operations %v refuse %v", offerNames(c.Accept.OfferIDs), taskNames(tasks), operationNames(operations), c.Accept.Filters.GetRefuseSeconds())
	case c.Decline != nil:
		fmt.Fprintf(&b, " %s refuse %v", offerNames(c.Decline.OfferIDs), c.Decline.Filters.GetRefuseSeconds())
	case c.AcceptInverseOffers != nil:
		b.WriteString(" " + offerNames(c.AcceptInverseOffers.InverseOfferIDs))
	case c.DeclineInverseOffers != nil:
		b.WriteString(" " + offerNames(c.DeclineInverseOffers.InverseOfferIDs))
	case c.Acknowledge != nil:
		fmt.Fprintf(&b, " %s %s", c.Acknowledge.TaskID.Value, strings.TrimSpace(string(c.Acknowledge.UUID)))
	case c.AcknowledgeOperationStatus != nil:
		a := c.AcknowledgeOperationStatus
		fmt.Fprintf(&b, " %s %s at %s", a.OperationID.Value, strings.TrimSpace(string(a.UUID)), a.AgentID.GetValue())
	case c.Kill != nil:
		fmt.Fprintf(&b, " %s at %q grace %d", c.Kill.TaskID.Value, c.Kill.AgentID.GetValue(), c.Kill.KillPolicy.GetGracePeriod().GetNanoseconds())
	case c.Reconcile != nil:
		for _, t := range c.Reconcile.Tasks {
			fmt.Fprintf(&b, " %s@%s", t.TaskID.Value, t.AgentID.GetValue())
		}
	case c.ReconcileOperations != nil:
		for _, o := range c.ReconcileOperations.Operations {
			fmt.Fprintf(&b, " %s@%s", o.OperationID.Value, o.AgentID.GetValue())
		}
	case c.Revive != nil:
		fmt.Fprintf(&b, " %v", c.Revive.Roles)
	case c.Suppress != nil:
		fmt.Fprintf(&b, " %v", c.Suppress.Roles)
	case c.UpdateFramework != nil:
		fmt.Fprintf(&b, " %v of %q", c.UpdateFramework.FrameworkInfo.Roles, c.UpdateFramework.FrameworkInfo.ID.GetValue())
	}
	return b.String()
}

func offerNames(ids []mesos.OfferID) string {
	var names []string
	for _, id := range ids {
		names = append(names, id.Value)
	}
	return strings.Join(names, " ")
}

func taskNames(ids []mesos.TaskID) (names []string) {
	for _, id := range ids {
		names = append(names, id.Value)
	}
	return names
}

func operationNames(ids []mesos.OperationID) (names []string) {
	for _, id := range ids {
		names = append(names, id.Value)
	}
	return names
}
