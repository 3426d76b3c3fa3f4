// Package allocator decides who is offered what: which framework gets which free resources of which agent,
// as the hierarchical allocator of a Mesos master does (semantics 5).
//
// It keeps the books of every agent (what there is, who holds how much of it) and of every framework (roles,
// suppression, refusals, offer constraints). It does no I/O and reads no clock: the time comes with each call.
// An [Allocator] belongs to one goroutine.
//
// Left out: revocable resources of an oversubscribed agent, regions, inverse offers.
package allocator
