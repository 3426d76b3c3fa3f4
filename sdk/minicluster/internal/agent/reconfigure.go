package agent

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// ErrReconfigured is wrapped by errors about an agent whose config isn't the one that it was registered with,
// where its policy doesn't allow that. Give it the old config or the additive policy; or remove
// meta/slaves/latest, and it is a new agent with the reservations and volumes of the old one (semantics 4.8).
var ErrReconfigured = errors.New("Incompatible agent info detected") //nolint:staticcheck // Mesos's own text

// Reconfigure gives an agent that is suspended another config, as if its process was started again with it;
// only what the policy allows may change. It looks at what is on disk as Open does, and changes nothing on an
// error. The new config is checkpointed when the agent is [Agent.Registered].
func (a *Agent) Reconfigure(resources resource.Set, hostname string, attributes []mesos.Attribute, additive bool) error {
	var err error
	a.ask(func() {
		next := a.cfg
		next.Resources, next.Hostname, next.Attributes, next.Additive = resources, hostname, attributes, additive
		var kept *ledger
		if kept, err = openLedger(a.cfg.WorkDir); err != nil {
			return
		}
		var total resource.Set
		if total, err = resource.ApplyCheckpointed(resources, kept.resources); err != nil {
			err = &IncompatibleError{Checkpointed: kept.resources, Resources: resources, Err: err}
			return
		}
		before, now := a.info(), (&Agent{cfg: next, id: a.id}).info()
		if err = permitted(&before, &now, additive); err == nil {
			a.renew = a.renew || len(changes(&before, &now)) > 0
			kept.reached = a.ledger.reached
			a.cfg, a.total, a.ledger = next, total, kept
		}
	})
	return err
}

// permitted tells why an agent may not go on with another config; nil if it may.
func permitted(before, now *mesos.AgentInfo, additive bool) error {
	if additive {
		return added(before, now)
	}
	if what := changes(before, now); len(what) > 0 {
		return fmt.Errorf("%w: %s: start it with what it had, or under the additive policy, or remove meta/slaves/latest to make it a new agent",
			ErrReconfigured, strings.Join(what, "; "))
	}
	return nil
}

// changes words what differs between two configs.
func changes(before, now *mesos.AgentInfo) []string {
	var out []string
	note := func(what string, was, is any) {
		out = append(out, fmt.Sprintf("%s changed from %v to %v", what, was, is))
	}
	if before.Hostname != now.Hostname {
		note("Hostname", before.Hostname, now.Hostname)
	}
	if before.GetPort() != now.GetPort() {
		note("Port", before.GetPort(), now.GetPort())
	}
	if was, is := resource.Set(before.Resources), resource.Set(now.Resources); !was.Equal(is) {
		note("Resources", was, is)
	}
	if was, is := attributeTexts(before.Attributes), attributeTexts(now.Attributes); !slices.Equal(was, is) {
		note("Attributes", was, is)
	}
	return out
}

func attributeTexts(all []mesos.Attribute) []string {
	out := make([]string, len(all))
	for i := range all {
		out[i] = proto.CompactTextString(&all[i])
	}
	slices.Sort(out)
	return out
}

// added checks that a config only adds to the one before, in Mesos's words.
func added(before, now *mesos.AgentInfo) error {
	refuse := func(format string, args ...any) error {
		return fmt.Errorf("%w: Configuration change not permitted under `additive` policy: %s", ErrReconfigured, fmt.Sprintf(format, args...))
	}
	if before.Hostname != now.Hostname {
		return refuse("Hostname changed from %s to %s", before.Hostname, now.Hostname)
	}
	if before.GetPort() != now.GetPort() {
		return refuse("Port changed from %d to %d", before.GetPort(), now.GetPort())
	}
	current := resource.Set(nil).Plus(now.Resources)
	for _, r := range resource.Set(nil).Plus(before.Resources) {
		i := slices.IndexFunc(current, func(c mesos.Resource) bool { return resource.SameMetadata(&c, &r) })
		switch {
		case i < 0:
			return refuse("Resource not found: %s", resource.String(&r))
		case !current.ContainsOne(&r) && r.Type == mesos.SCALAR:
			return refuse("Value of scalar resource '%s' decreased from %v to %v", r.Name, r.Scalar.GetValue(), current[i].Scalar.GetValue())
		case !current.ContainsOne(&r):
			return refuse("Previous value of resource '%s' (%s) not included in current %s", r.Name, resource.String(&r), resource.String(&current[i]))
		}
	}
	for i := range before.Attributes {
		was := &before.Attributes[i]
		j := slices.IndexFunc(now.Attributes, func(a mesos.Attribute) bool { return a.Name == was.Name })
		switch {
		case j < 0:
			return refuse("Couldn't find attribute %s", was.Name)
		case !proto.Equal(was, &now.Attributes[j]) && !widened(was, &now.Attributes[j]):
			return refuse("Value of attribute '%s' changed from %s to %s", was.Name, proto.CompactTextString(was), proto.CompactTextString(&now.Attributes[j]))
		}
	}
	return nil
}

// widened tells whether an attribute of ranges contains what it was before.
func widened(was, is *mesos.Attribute) bool {
	ranges := func(a *mesos.Attribute) resource.Set {
		return resource.Set(nil).Plus(resource.Set{{Name: "x", Type: mesos.RANGES, Ranges: a.Ranges}})
	}
	return was.Type == mesos.RANGES && is.Type == mesos.RANGES && ranges(is).Contains(ranges(was))
}
