package agent

import (
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// defaultPath is the PATH of executors, and so of tasks, whatever the agent's own is.
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// environment is what a task's process finds in its environment: what agent, containerizer and executor put
// there, then what the command wants, which wins over all but the role (semantics 6.10). Nothing of the
// hosting process's own environment is passed on.
func (a *Agent) environment(t *task) []string {
	endpoint := net.JoinHostPort(a.cfg.IP, strconv.Itoa(int(a.cfg.Port)))
	env := a.environmentOf(t.executor, t.sandbox, endpoint, t.info.Command)
	if len(t.info.Resources) > 0 {
		env["MESOS_ALLOCATION_ROLE"] = t.info.Resources[0].AllocationInfo.GetRole()
	}
	return variables(env)
}

// executorEnvironment is environment for a custom executor, which reaches the agent at endpoint.
func (a *Agent) executorEnvironment(e *executor, endpoint string) []string {
	env := a.environmentOf(e, e.sandbox, endpoint, e.info.Command)
	if p := e.info.ShutdownGracePeriod; p != nil {
		env["MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD"] = strconv.FormatFloat(time.Duration(p.Nanoseconds).Seconds(), 'f', -1, 64) + "secs"
	}
	return variables(env)
}

func (a *Agent) environmentOf(e *executor, sandbox, endpoint string, command *mesos.CommandInfo) map[string]string {
	f := e.framework
	env := map[string]string{
		"PATH":                                 defaultPath,
		"LIBPROCESS_PORT":                      "0",
		"MESOS_FRAMEWORK_ID":                   f.id(),
		"MESOS_EXECUTOR_ID":                    e.id,
		"MESOS_DIRECTORY":                      e.sandbox,
		"MESOS_SANDBOX":                        sandbox,
		"MESOS_SLAVE_ID":                       a.id.Value,
		"MESOS_SLAVE_PID":                      "slave(1)@" + endpoint,
		"MESOS_AGENT_ENDPOINT":                 endpoint,
		"MESOS_CHECKPOINT":                     "0",
		"MESOS_HTTP_COMMAND_EXECUTOR":          "0",
		"MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD": "5secs",
	}
	if f.info.GetCheckpoint() {
		env["MESOS_CHECKPOINT"] = "1"
		env["MESOS_RECOVERY_TIMEOUT"] = "15mins"
		env["MESOS_SUBSCRIPTION_BACKOFF_MAX"] = "2secs"
	}
	if e.info != nil && e.custom == nil {
		env["MESOS_CONTAINER_IP"] = a.cfg.IP
	}
	for _, v := range command.GetEnvironment().GetVariables() {
		if v.GetType() != mesos.Environment_Variable_SECRET {
			env[v.Name] = v.GetValue()
		}
	}
	return env
}

// variables are sorted, so that equal environments are equal.
func variables(env map[string]string) []string {
	list := make([]string, 0, len(env))
	for name, value := range env {
		list = append(list, name+"="+value)
	}
	slices.Sort(list)
	return list
}
