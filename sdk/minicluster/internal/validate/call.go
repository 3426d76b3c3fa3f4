package validate

import (
	"errors"
	"fmt"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

func missing(field string) error { return fmt.Errorf("Expecting '%s' to be present", field) }

// Call judges a scheduler's call before anything is done about it (semantics 1.3). principal is the
// authenticated one; nil: nobody was asked.
func Call(c *schedulerpb.Call, principal *string) error {
	if c.Type == nil {
		return missing("type")
	}
	if *c.Type == schedulerpb.Call_SUBSCRIBE {
		return subscribe(c, principal)
	}
	if c.FrameworkID == nil {
		return missing("framework_id")
	}
	if name, present := member(c); !present {
		return missing(name)
	}
	switch *c.Type {
	case schedulerpb.Call_ACKNOWLEDGE:
		return uuid(c.Acknowledge.UUID)
	case schedulerpb.Call_ACKNOWLEDGE_OPERATION_STATUS:
		if err := uuid(c.AcknowledgeOperationStatus.UUID); err != nil {
			return err
		}
		if c.AcknowledgeOperationStatus.AgentID == nil {
			return missing("agent_id")
		}
	case schedulerpb.Call_UPDATE_FRAMEWORK:
		if !sameID(c.FrameworkID, c.UpdateFramework.FrameworkInfo.ID) {
			return errors.New("'framework_id' differs from 'update_framework.framework_info.id'")
		}
	}
	return nil
}

func subscribe(c *schedulerpb.Call, principal *string) error {
	if c.Subscribe == nil {
		return missing("subscribe")
	}
	info := &c.Subscribe.FrameworkInfo
	if !sameID(c.FrameworkID, info.ID) {
		return errors.New("'framework_id' differs from 'subscribe.framework_info.id'")
	}
	if principal != nil && info.Principal != nil && *principal != *info.Principal {
		return fmt.Errorf("Authenticated principal '%s' does not match principal '%s' set in `FrameworkInfo`", *principal, *info.Principal)
	}
	return nil
}

// sameID compares ids of which an empty one is as good as none.
func sameID(a, b *mesos.FrameworkID) bool { return a.GetValue() == b.GetValue() }

// member names the field that a type of call needs, and tells whether it is there.
func member(c *schedulerpb.Call) (string, bool) {
	switch *c.Type {
	case schedulerpb.Call_ACCEPT:
		return "accept", c.Accept != nil
	case schedulerpb.Call_DECLINE:
		return "decline", c.Decline != nil
	case schedulerpb.Call_ACCEPT_INVERSE_OFFERS:
		return "accept_inverse_offers", c.AcceptInverseOffers != nil
	case schedulerpb.Call_DECLINE_INVERSE_OFFERS:
		return "decline_inverse_offers", c.DeclineInverseOffers != nil
	case schedulerpb.Call_KILL:
		return "kill", c.Kill != nil
	case schedulerpb.Call_SHUTDOWN:
		return "shutdown", c.Shutdown != nil
	case schedulerpb.Call_ACKNOWLEDGE:
		return "acknowledge", c.Acknowledge != nil
	case schedulerpb.Call_ACKNOWLEDGE_OPERATION_STATUS:
		return "acknowledge_operation_status", c.AcknowledgeOperationStatus != nil
	case schedulerpb.Call_RECONCILE:
		return "reconcile", c.Reconcile != nil
	case schedulerpb.Call_RECONCILE_OPERATIONS:
		return "reconcile_operations", c.ReconcileOperations != nil
	case schedulerpb.Call_MESSAGE:
		return "message", c.Message != nil
	case schedulerpb.Call_REQUEST:
		return "request", c.Request != nil
	case schedulerpb.Call_UPDATE_FRAMEWORK:
		return "update_framework", c.UpdateFramework != nil
	}
	return "", true
}

// uuid checks the length, and the version, which is in the upper half of byte 6: 1 to 5.
func uuid(b []byte) error {
	if len(b) != 16 || b[6]>>4 < 1 || b[6]>>4 > 5 {
		return errors.New("Not a valid UUID")
	}
	return nil
}
