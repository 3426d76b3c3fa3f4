// Package sdk is the guided tour of Moor, a Go SDK for stateful frameworks on Apache Mesos.
//
// A framework says what to run and what data it needs. Moor turns reserved disk in offers into persistent
// volumes, finds those volumes again in later offers, and relaunches tasks on the same data, whatever
// failed in between: task, agent, master, scheduler or network.
//
// # The way of an offer
//
//	master --Event--> scheduler --offers--> matcher --Match--> ops --operations--> scheduler --ACCEPT--> master
//
// An offer is a value that moves from left to right and is answered exactly once.
//
//   - [github.com/stateful-mesos/moor/sdk/scheduler] stays subscribed to the leading master, turns events
//     into callbacks one at a time, and decisions into calls. OnOffer returns decisions; it makes no calls.
//     Offers that no decision names are declined.
//   - [github.com/stateful-mesos/moor/sdk/matcher] says which offer is for whom, and why not: volumes are
//     found again by role, labels, persistence id, size and source, never by the agent's id.
//   - [github.com/stateful-mesos/moor/sdk/ops] builds the operations of one ACCEPT, each checked by the
//     master's own rules against what the ones before it left.
//   - [github.com/stateful-mesos/moor/sdk/resource] is the arithmetic beneath: fixed point, reservation
//     stacks, volumes, disk sources, shared counts.
//   - [github.com/stateful-mesos/moor/sdk/state] is the small durable map for what must be known again
//     after a crash; [github.com/stateful-mesos/moor/sdk/state/boltstate] keeps it in one file.
//   - [github.com/stateful-mesos/moor/sdk/mesos] holds the wire types.
//   - [github.com/stateful-mesos/moor/sdk/operator] is beside the way: the operators' client, to reserve, to make
//     and destroy volumes, to drain agents, and to see who holds what.
//   - [github.com/stateful-mesos/moor/sdk/minicluster] is a master and agents in one process, over the same
//     HTTP APIs, for tests and for a first run without a cluster.
//
// matcher, ops and resource are pure: no I/O, no clock, no randomness. Only scheduler talks to a master, and,
// on the authority of a person, operator.
//
// # The rule behind the rules
//
// Data is never lost, never given to the wrong task, never destroyed by surprise. So a fact is stored before
// the call that depends on it is sent, an update is acknowledged only after its callback returned nil, and
// silence proves nothing: neither TASK_LOST nor a restart nor a new agent id changes who owns a volume.
package sdk
