// Package ops builds the operations of one ACCEPT: reserve, make volumes, resize, launch. Each step is applied to
// what the steps before it left of the offers, and checked by the rules the master has for it, so that what a
// master would refuse is refused before it is sent, with an error that says which step, field and rule, and
// what to do.
//
//	operations, err := ops.On(offer).
//		Reserve(mine, resource.MustParse("cpus:1;mem:512;disk:1024")).
//		Create(mine, resource.Volume{ID: "node-0-data", Path: "data", MiB: 1024}).
//		Launch(task).
//		Build()
//
// The first error sticks: later steps do nothing, and [Chain.Build] returns it. Errors are [*Error]; errors.Is
// finds the rule, such as [ErrNotContained] or [ErrContainerPath].
//
// # What is filled in
//
// The role that the offers are allocated to, in every resource that has none; ids of operations, so that a master
// answers for each of them (semantics 3.3); the agent's id in tasks and the framework's id in executors that lack
// one; the type of a task group's executor, and of a health check that leaves no choice. Reservations in the old wire
// format are upgraded.
//
// # What can be chained
//
// RESERVE, CREATE, LAUNCH; DESTROY, UNRESERVE; UNRESERVE, LAUNCH and so on: what a step makes, later ones may
// use. The results of GROW_VOLUME, SHRINK_VOLUME, CREATE_DISK and DESTROY_DISK come with a later offer (semantics
// 3.8, 3.9). An ACCEPT is not atomic: the master goes on after a step that failed there all the same, because of
// authorization or because the agent is gone; what happened then, the operations' status updates and the next
// offers tell.
//
// # What can't be known here
//
// Ids of tasks, volumes and executors that are in use but not in the offers, capabilities of agent and framework,
// access control lists. Such refusals come from the master.
//
// The package is pure: no I/O, no clock, no randomness; the same steps on the same offers give the same operations.
// Arguments are never changed. A Chain is not safe for use from several goroutines.
package ops
