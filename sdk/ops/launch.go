package ops

import (
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Launch launches tasks, each with a command or an executor of type CUSTOM (semantics 3.10). A task's resources are entries, or parts of
// entries, of what is left; a volume is one of them as it was offered or made by [Chain.Create], with the container path (and mode) it shall
// have. Several tasks may use one shared volume. Resources of an executor are counted once, and not at all if the offers say that it
// is running.
func (c *Chain) Launch(t ...mesos.TaskInfo) *Chain {
	return c.Do(mesos.Offer_Operation{Type: mesos.Offer_Operation_LAUNCH.Enum(), Launch: &mesos.Offer_Operation_Launch{TaskInfos: t}})
}

func (c *Chain) launch(tasks []mesos.TaskInfo) *Error {
	if len(tasks) == 0 {
		return refuse(ErrNothing, "launch.task_infos", "the step launches no tasks; leave it out")
	}
	for i := range tasks {
		if e := c.launchOne(&tasks[i]); e != nil {
			return e.at("launch.task_infos", i)
		}
	}
	return nil
}

// launchOne checks a task in the order of the master and takes its resources.
func (c *Chain) launchOne(t *mesos.TaskInfo) *Error {
	if e := c.task(t); e != nil {
		return e
	}
	if (t.Executor == nil) == (t.Command == nil) {
		return refuse(ErrCommand, "command", "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present")
	}
	if e := c.customExecutor(t); e != nil {
		return e
	}
	if l := t.Container.GetLinuxInfo(); l != nil && l.ShareCgroups != nil && !*l.ShareCgroups {
		return refuse(ErrLimits, "container.linux_info.share_cgroups", "Only tasks in a task group may have 'share_cgroups' set to 'false'; leave it out")
	}
	if e := c.sandboxed(t); e != nil {
		return e
	}
	return c.takeTask(t)
}

// takeTask takes the resources of t, and those of its executor if that is new.
func (c *Chain) takeTask(t *mesos.TaskInfo) *Error {
	available := c.launchable()
	total := resource.Set(t.Resources)
	if e := c.holds(available, total, 0, "resources"); e != nil {
		return e
	}
	if t.Executor != nil && c.start(t.Executor) {
		total = append(total[:len(total):len(total)], t.Executor.Resources...)
		if e := c.holds(available, total, len(t.Resources), "executor.resources"); e != nil {
			return e
		}
	}
	c.use(total)
	return nil
}

// launchable is what a task may use: what is left, but of shared volumes all copies (semantics 3.10).
func (c *Chain) launchable() resource.Set {
	if len(c.shared) == 0 {
		return c.left
	}
	available := make(resource.Set, 0, len(c.left)+len(c.shared))
	for i := range c.left {
		if !resource.IsShared(&c.left[i]) {
			available = append(available, c.left[i])
		}
	}
	return append(available, c.shared...)
}

// holds checks that available contains wanted; the entries from the index on are those of field, the others were checked before.
func (c *Chain) holds(available, wanted resource.Set, from int, field string) *Error {
	if contains(available, wanted) {
		return nil
	}
	for i := from; i < len(wanted); i++ {
		if !contains(available, wanted[:i+1]) {
			return c.lack(available, wanted[:i+1]).at(field, i-from)
		}
	}
	return refuse(ErrNotContained, field, "not in what is left")
}

// use takes resources for tasks. A shared volume may have been used up already; nothing is left of it then.
func (c *Chain) use(s resource.Set) {
	c.left, _ = c.left.Minus(s)
	c.mark(s, used)
}
