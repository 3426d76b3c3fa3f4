// Package session is the driver's state machine: what a scheduler does about what happens to it.
//
// A [Session] is told what happened by [Session.Step], one [Input] at a time with the time it happened at, and answers
// with what to do about it, a list of [Effect]s to carry out in order. It does no I/O, has no goroutine, no clock and no
// randomness: delays come from the [Backoff]s it is given, the time from its caller, who also has to come back with a
// [Tick] at [Session.Wake]. So every rule about subscriptions, offers, acknowledgements and reconciliation is a matter
// of one function, and is tested by text scenarios in testdata.
//
// What a caller has to keep to:
//
//   - Effects are carried out in order, and if one fails the ones behind it are not: [SaveID] and [Record] come before
//     what depends on them.
//   - After a [Deliver] the next word about it is [Done]. Inputs that arrived meanwhile are stepped before it, so that a
//     rescind which was under way while a decision was made is known when the decision is carried out.
//   - Inputs of a connection carry its number; those of connections that were given up are ignored.
package session
