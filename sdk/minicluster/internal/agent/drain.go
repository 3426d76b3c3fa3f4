package agent

import (
	"maps"
	"slices"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// What a master tells an agent on an operator's behalf: to drain, and to shut down (semantics 4.5, 4.8, 6.3). Left
// out: a drain is not checkpointed, because the master repeats it to an agent that registers again, and no process
// outlives the agent's.

// Drain kills all tasks, with grace periods that config may shorten. Until all that the agent knows of is settled,
// their updates tell of the draining, and new tasks are refused. An agent that has nothing has drained already.
func (a *Agent) Drain(config mesos.DrainConfig) {
	c := clone(&config)
	a.line.hear(func() { a.drain(c) })
}

func (a *Agent) drain(config *mesos.DrainConfig) {
	if a.away || a.idleAgent() {
		return
	}
	a.drained = config
	for _, frameworkID := range slices.Sorted(maps.Keys(a.frameworks)) {
		f := a.frameworks[frameworkID]
		for _, id := range slices.Sorted(maps.Keys(f.tasks)) {
			if t := f.tasks[id]; t != nil {
				a.kill(frameworkID, id, drainGrace(config, t))
			}
		}
	}
}

// drainGrace is the grace period that draining puts in place of a task's own; nil: the task's own holds.
func drainGrace(config *mesos.DrainConfig, t *task) *time.Duration {
	if config.MaxGracePeriod == nil {
		return nil
	}
	most := time.Duration(config.MaxGracePeriod.Nanoseconds)
	if p := t.info.KillPolicy; p != nil && p.GracePeriod != nil && time.Duration(p.GracePeriod.Nanoseconds) <= most {
		return nil
	}
	return &most
}

// idleAgent tells whether the agent knows of nothing that isn't settled.
func (a *Agent) idleAgent() bool {
	return len(a.frameworks) == 0 && len(a.ending) == 0 && len(a.operations) == 0
}

// draining returns the config of a drain that goes on, nil if there is none.
func (a *Agent) draining() *mesos.DrainConfig {
	if a.drained != nil && a.idleAgent() {
		a.drained = nil
	}
	return a.drained
}

const launchedWhileDraining = "Task was received while agent was already draining"

// tellOfDraining changes an update of a task that is killed while the agent drains.
func (a *Agent) tellOfDraining(f *framework, s *mesos.TaskStatus) {
	if a.drained == nil || s.State != mesos.TASK_KILLING && s.State != mesos.TASK_KILLED {
		return
	}
	s.Reason = mesos.REASON_AGENT_DRAINING.Enum()
	if a.drained.GetMarkGone() && f.can(mesos.FrameworkInfo_Capability_PARTITION_AWARE) {
		s.State = mesos.TASK_GONE_BY_OPERATOR
	}
}

// Shutdown ends all tasks, with their executors' grace period and without a word to anybody, and then the agent,
// as [Config.Exited] tells. An agent that is suspended doesn't hear it.
func (a *Agent) Shutdown(message string) {
	a.line.hear(func() {
		if a.away || a.leaving {
			return
		}
		a.log.Info("agent asked to shut down", "agent", a.id.GetValue(), "reason", message)
		for _, id := range slices.Sorted(maps.Keys(a.frameworks)) {
			a.shutdownFramework(id)
		}
		a.leaving = true
		a.leave()
	})
}

// leave ends an agent that was asked to shut down, once nothing runs any more.
func (a *Agent) leave() {
	if !a.leaving || a.left || a.failure != nil || len(a.ending) > 0 {
		return
	}
	a.left = true
	a.stopEverything()
	a.inbox.close(func() {})
	if a.cfg.Exited != nil {
		a.cfg.Exited(nil)
	}
}
