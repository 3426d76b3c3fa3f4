package master

// The pages /tasks, /state-summary and /metrics/snapshot: state added up, or flattened (semantics 7.3).

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strconv"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// defaultTasks is how many tasks /tasks shows unless asked for more.
const defaultTasks = 100

// tasksPage shows tasks of all frameworks, the newest first unless order is "asc".
func tasksPage(m *Master, query url.Values) any {
	var tasks []*task
	framework, id := query.Get("framework_id"), query.Get("task_id")
	for _, f := range slices.Concat(m.sortedFrameworks(), m.completed.all()) {
		if framework != "" && framework != f.id {
			continue
		}
		for _, t := range slices.Concat(f.sortedTasks(), f.unreachable.all(), f.done.all()) {
			if id == "" || id == t.TaskID.Value {
				tasks = append(tasks, t)
			}
		}
	}
	slices.SortStableFunc(tasks, func(a, b *task) int { return cmp.Compare(b.began(), a.began()) })
	if query.Get("order") == "asc" {
		slices.Reverse(tasks)
	}
	tasks = tasks[min(number(query, "offset", 0), len(tasks)):]
	return object{"tasks": taskPages(tasks[:min(number(query, "limit", defaultTasks), len(tasks))])}
}

// number reads a parameter that counts something; what is no such number is as if it weren't there.
func number(query url.Values, name string, otherwise int) int {
	if n, err := strconv.Atoi(query.Get(name)); err == nil && n >= 0 {
		return n
	}
	return otherwise
}

// began is when the first news of a task came.
func (t *task) began() float64 {
	if len(t.Statuses) == 0 {
		return 0
	}
	return t.Statuses[0].GetTimestamp()
}

// states are those that are counted, by framework and agent.
var states = []mesos.TaskState{
	mesos.TASK_STAGING, mesos.TASK_STARTING, mesos.TASK_RUNNING, mesos.TASK_KILLING, mesos.TASK_FINISHED, mesos.TASK_KILLED,
	mesos.TASK_FAILED, mesos.TASK_LOST, mesos.TASK_ERROR, mesos.TASK_UNREACHABLE,
}

// census counts tasks by state.
type census map[mesos.TaskState]int

func (c census) add(tasks ...*task) {
	for _, t := range tasks {
		c[t.State]++
	}
}

func (c census) into(o object) object {
	for _, s := range states {
		o[s.String()] = c[s]
	}
	return o
}

// summaryPage shows agents and frameworks without their tasks, but how many there are.
func summaryPage(m *Master, _ url.Values) any {
	onAgent := map[string]census{}
	frameworksOn := map[string]map[string]bool{}
	frameworks := []any{}
	for _, f := range m.sortedFrameworks() {
		count, agents := census{}, map[string]bool{}
		for _, t := range slices.Concat(f.sortedTasks(), f.unreachable.all(), f.done.all()) {
			count.add(t)
			at := t.AgentID.Value
			agents[at] = true
			if onAgent[at] == nil {
				onAgent[at], frameworksOn[at] = census{}, map[string]bool{}
			}
			onAgent[at].add(t)
			frameworksOn[at][f.id] = true
		}
		page := m.frameworkPage(f)
		for _, long := range []string{"tasks", "unreachable_tasks", "completed_tasks", "offers", "executors"} {
			delete(page, long)
		}
		page["slave_ids"] = slices.AppendSeq([]string{}, maps.Keys(agents))
		frameworks = append(frameworks, count.into(page))
	}
	slaves := []any{}
	for _, a := range m.sortedAgents() {
		page := m.slave(a, false)
		page["framework_ids"] = slices.AppendSeq([]string{}, maps.Keys(frameworksOn[a.id]))
		slaves = append(slaves, onAgent[a.id].into(page))
	}
	return object{"hostname": m.config.IP, "slaves": slaves, "frameworks": frameworks}
}

// metricsPage shows GET_METRICS as one object.
func metricsPage(m *Master, _ url.Values) any {
	out := object{}
	for _, metric := range m.metrics().Metrics {
		out[metric.Name] = metric.GetValue()
	}
	return out
}
