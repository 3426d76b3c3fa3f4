// Package resource is the arithmetic of Mesos resources: parse, print, compare, contain, add, subtract, reserve, and
// turn disk into volumes and back, with the results that the master's own arithmetic has.
//
// A [Set] is a plain slice of wire messages, so an offer's resources are one: resource.Set(offer.Resources).
// Scalars count in thousandths (semantics 2.1): 0.1 + 0.2 is 0.3, and nothing drifts.
//
// # Identity
//
// Two entries are of one kind if their descriptions are equal: name, type, reservations, disk source, persistence id,
// and the presence of allocation, revocable and shared marks (semantics 2.4). Amounts of one kind are added up, with three
// exceptions that are only ever taken whole: a persistent volume, a MOUNT or BLOCK disk, a RAW disk with an id. Where a
// volume is mounted (container path and mode) and who made it is not part of its identity.
//
// # Formats
//
// Reservations come in two wire formats (semantics 2.6). Results are always in the newer one, a stack of reservations. Inputs may
// be in either; [Set.Upgrade], [Set.Downgrade] and [Set.Endpoint] convert.
//
// # Shared volumes
//
// A shared volume that is used n times is n equal entries of a Set. [Set.String] prints them once, with the count, and
// [Set.Scalar] counts their size once.
//
// # Hostile input
//
// Nothing here panics, overflows or takes time that grows with the square of its input. Amounts that Mesos can't represent (NaN,
// infinities, 9.3e15 and more) are invalid, as they are for the master.
//
// The package is pure: no I/O, no clock, no randomness. Functions don't change their arguments unless they say so, and
// what a caller does to their results has no effect on the arguments; [Set.Minus] says where it is otherwise. A Set may be read by
// several goroutines at once.
package resource
