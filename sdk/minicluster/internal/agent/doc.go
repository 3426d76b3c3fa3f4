// Package agent is the minicluster's agent: it keeps reservations and volumes on disk and runs tasks, as
// an Apache Mesos agent with the posix launcher and the filesystem/posix isolator does.
//
// An [Agent] is one folder and one goroutine. The folder has the layout of a Mesos work directory
// (semantics 4.1, 4.7, 6.11):
//
//	volumes/roles/<role, blanks for slashes>/<persistence id>     the volumes of the root disk
//	slaves/<agent>/frameworks/<framework>/executors/<executor>/runs/<container>   sandboxes; "latest" links the newest
//	meta/resources/resources_and_operations.state                 reservations, volumes, operations not acknowledged
//	meta/resources/resources_and_operations.target                the state to come, while directories are brought in line
//	meta/resources/resources.info                                 its resources for older agents; read where it is alone
//	meta/slaves/<agent>/slave.info, meta/slaves/latest            the agent's id and config
//	meta/slaves/<agent>/frameworks/...                            tasks and updates of frameworks that checkpoint
//	meta/boot_id                                                  of the machine
//
// Files that are damaged keep an agent from opening, with a [CorruptError] that says what to do; nothing is deleted.
//
// Every method of Agent queues work for the goroutine, which does it in order; what it has to tell goes to
// an [Upstream], whose methods must not block either. So neither side ever waits for the other.
//
// Processes are started by a [Runner]. The real one gives each task a process group of its own and sees to
// it that none outlives the hosting process, however that ends; the simulated one starts nothing, so that
// an agent fits in a testing/synctest bubble.
//
// What it does not do: container images, switching users (tasks run as the hosting
// process's user), disk quotas, fetching over a network, and task processes that go on while no agent runs:
// closing an agent ends them. A process that leaves its process group and detaches itself from its parent
// as well is followed only as far as a real agent with the posix launcher follows it.
package agent
