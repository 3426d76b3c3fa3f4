// Package minicluster is a Mesos cluster in one process: a master that speaks the v1 scheduler and operator
// APIs over HTTP, and agents that run tasks as real processes on real directories, or simulate them. Frameworks
// are developed and tested against it; what it answers, and in which words, is what a real master answers.
//
//	cluster := minicluster.New(t, minicluster.Config{Agents: []minicluster.Agent{
//		{Resources: "cpus:4;mem:4096;disk:10240;ports:[31000-32000]", Attributes: "rack:r1"},
//	}})
//	// cluster.Masters() are the addresses to subscribe at.
//
// # Time
//
// All time is package time's, and with [Pipes] the network is in memory. So a cluster with simulated tasks lives
// in a testing/synctest bubble, where a failover timeout of a week passes in an instant.
//
// # Faults
//
// Calls: [Cluster.Intercept] sees every call before the master does; [Cluster.DropCalls], [Cluster.DelayCalls],
// [Cluster.AnswerCalls] and [Cluster.LoseAnswers] are interceptors that are ready. Streams: [Cluster.BreakStreams],
// [Cluster.StallStreams]. Masters: [Cluster.FailoverMaster], [Cluster.KillMaster], [Cluster.FreezeMaster]. Agents:
// [Cluster.KillAgent] ends a process, [Cluster.StopAgent] a machine, [Cluster.LoseAgent] its disk too;
// [Cluster.StartAgent] and [Cluster.RestartAgent] bring it back, under a new id or without its meta folder if that is
// wanted; [Cluster.PartitionAgent] cuts it off; [Cluster.ChangeAgent] gives it another config. Tasks:
// [Cluster.KillExecutor], [Cluster.LoseTask], [Cluster.FillDisk]; of simulated ones [Cluster.FinishTask],
// [Cluster.FailTask] and [Cluster.CrashTask]. Operations: [Cluster.FailOperation]. Offers: [Cluster.RescindOffer].
//
// [Cluster.State] tells what is there, [Cluster.Events] what was sent to whom, [Cluster.Calls] what came from whom and
// how it was answered.
//
// # Several masters
//
// With Config.Masters one master leads and the others stand by, as in a real cluster: they answer with 307 and the leader's
// address, for a while that of a dead one, and with 503 while they know of none (semantics 1.9). The registry is
// shared, as Mesos's replicated log is. [Cluster.KillMaster], [Cluster.FreezeMaster] and [Cluster.StopElection] make
// what happens then happen. With Config.ZooKeeper they contend in a real one, where other programs see who leads.
//
// # Operators
//
// What operators do to agents and machines is done over the operator API: an agent marked gone, or whose machine is down,
// shuts down, and [Cluster.StartAgent] tells so ([ErrShutDown]) until it has a new id, or the machine is up; drained and
// deactivated agents are offered again when they are reactivated; machines in the maintenance schedule bring offers with
// an unavailability, and inverse offers (semantics 5.8, 5.10, 7.2).
//
// # Page
//
// A browser at the master's address ([Cluster.Masters]) shows agents with their disks, frameworks, tasks, offers and
// the last operations with what became of them, and follows what happens. It wants the same credentials as the rest.
//
// # Files
//
// Below the work dir: master/registry.json holds the agents that are admitted, unreachable or gone, and what operators
// have ordered; agents/0, agents/1, ... are the work
// dirs of the agents in the layout of a Mesos agent: checkpoints in meta/, volumes in volumes/, sandboxes in
// slaves/. A cluster that is started again on the same work dir is a new master with the same agents: ids,
// reservations and volumes are read back from them. Tasks don't outlive the cluster.
//
// # A slip that is kept
//
// Of the disk that a SHRINK_VOLUME in an ACCEPT frees, as much as the offers held of the same disk beside the volume
// is offered to nobody until the framework is removed. The conformance records of a real master show it.
//
// # What is left out
//
// Resource providers: CREATE_DISK and DESTROY_DISK are validated, and then find no disk. Files and log levels
// over the operator API: the calls are answered with 501. Of authorization, what of the older pages and the event stream
// may be seen. Fault domains. Metrics but for a few counts.
//
// # Calls that kill a real master
//
// They are refused with a text that has "a real master would have aborted" and the rule in it, from R1 to R6.
package minicluster
