package session

import (
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// send sends a call with the subscription that there is. Calls that do harm are refused here, whoever made them.
func (s *Session) send(call *schedulerpb.Call) bool {
	if err := s.cfg.Check(call); err != nil {
		s.discard(call, err)
		return false
	}
	s.transmit(call)
	return true
}

// transmit sends a call that has been checked.
func (s *Session) transmit(call *schedulerpb.Call) {
	call.FrameworkID = &mesos.FrameworkID{Value: s.id}
	s.lastSend++
	s.sending[s.lastSend] = call
	s.emit(Send{Conn: s.conn, ID: s.lastSend, Call: call})
}

// sent takes in what became of a call.
func (s *Session) sent(in Sent) {
	call, ok := s.sending[in.ID]
	if !ok {
		return // of a subscription that is over
	}
	delete(s.sending, in.ID)
	switch in.Outcome {
	case Taken:
		s.taken(call)
	case NotTaken:
		s.notTaken(call, in.Err)
	case Hopeless:
		s.end(in.Err)
	default:
		// What the master knows is not known, offers and all. A new subscription settles that.
		s.sending[in.ID] = call // for lose, which looks at what is unsettled
		s.lose(in.Err)
	}
}

func (s *Session) taken(call *schedulerpb.Call) {
	switch call.GetType() {
	case schedulerpb.Call_TEARDOWN:
		s.tornDown()
	case schedulerpb.Call_UPDATE_FRAMEWORK:
		u := call.UpdateFramework
		s.cfg.Framework, s.cfg.Constraints = u.FrameworkInfo, u.OfferConstraints
		s.roles = newRoles(u.FrameworkInfo.Roles, u.SuppressedRoles)
	}
}

// notTaken tells the framework, and takes back what was assumed of the call.
func (s *Session) notTaken(call *schedulerpb.Call, err error) {
	if call.GetType() == schedulerpb.Call_TEARDOWN {
		s.teardown, s.teardownSent = false, false
	}
	if call.GetType() == schedulerpb.Call_ACCEPT {
		s.unlaunch(call)
		// The offers are still out, and the framework thinks that they are used.
		s.sendDecline(call.Accept.OfferIDs, &s.cfg.Refuse)
	}
	s.discard(call, err)
}

// discard tells the framework of a call that came to nothing.
func (s *Session) discard(call *schedulerpb.Call, err error) {
	d := Discarded{Call: call.GetType().String(), Err: err}
	switch call.GetType() {
	case schedulerpb.Call_ACCEPT:
		d.Offers = call.Accept.OfferIDs
		d.Tasks, d.Operations = contents(call.Accept.Operations)
	case schedulerpb.Call_DECLINE:
		d.Offers = call.Decline.OfferIDs
	case schedulerpb.Call_KILL:
		d.Tasks = []mesos.TaskID{call.Kill.TaskID}
	case schedulerpb.Call_ACKNOWLEDGE:
		d.Tasks = []mesos.TaskID{call.Acknowledge.TaskID}
	case schedulerpb.Call_ACKNOWLEDGE_OPERATION_STATUS:
		d.Operations = []mesos.OperationID{call.AcknowledgeOperationStatus.OperationID}
	}
	s.push(d, Event{})
}

// raw sends a call that the framework made by hand. There is no keeping it for later: it may be out of date by then.
func (s *Session) raw(call *schedulerpb.Call) {
	if !s.ready {
		s.discard(call, ErrNotSubscribed)
		return
	}
	if u := call.UpdateFramework; u != nil {
		u.FrameworkInfo.ID = &mesos.FrameworkID{Value: s.id}
	}
	s.send(call)
}

// contents lists the tasks that operations launch, and the ids of those that have one.
func contents(operations []mesos.Offer_Operation) (tasks []mesos.TaskID, ids []mesos.OperationID) {
	for i := range operations {
		o := &operations[i]
		if o.ID != nil {
			ids = append(ids, *o.ID)
		}
		for _, t := range launched(o) {
			tasks = append(tasks, t.TaskID)
		}
	}
	return tasks, ids
}

// launched lists the tasks that an operation launches.
func launched(o *mesos.Offer_Operation) []mesos.TaskInfo {
	switch {
	case o.GetType() == mesos.Offer_Operation_LAUNCH && o.Launch != nil:
		return o.Launch.TaskInfos
	case o.GetType() == mesos.Offer_Operation_LAUNCH_GROUP && o.LaunchGroup != nil:
		return o.LaunchGroup.TaskGroup.Tasks
	}
	return nil
}
