// Package scheduler keeps a framework subscribed to the leading master, turns its events into callbacks, one at a
// time, and the decisions they return into calls.
//
// A program fills a [Config] and a [Callbacks], makes a [Driver] with [New] and blocks in [Driver.Run], which ends
// when its context does or when a person has to decide something. Every other trouble - a master that dies, freezes,
// is voted out or answers nonsense - ends in another subscription, with back-off, for ever.
//
// # What the driver promises
//
//   - An offer is answered exactly once. Offers that OnOffer's decisions don't name are declined; [Hold] keeps one
//     until a deadline. A decision on an offer that was rescinded meanwhile is not sent, and told to OnDropped.
//   - An update is acknowledged after its callback returned nil, never before, and only if it carries a uuid
//     (semantics 6.2). The same update delivered again is acknowledged again, but not handled again.
//   - An error of a callback ends Run with that error; what it was about stays unacknowledged, so that it comes
//     again to the next Run.
//   - The framework id is in the [Config.Store] before anything else happens with it (semantics 9, rule 1), and so are
//     tasks and operations before the ACCEPT that launches them, unless [Config.Tasks] says that the framework keeps them.
//   - After each subscription, known tasks and unanswered operations are asked for until each was answered; every
//     15 minutes again. No answer proves nothing (semantics 6.4).
//   - Calls that are known to kill a master are refused, however they were made.
//   - A context that ends never tears a framework down. Only [Driver.Teardown] does.
//
// # Where things run
//
// Callbacks run on the goroutine that called Run. They may take their time: heartbeats are counted meanwhile, and a
// bounded queue pushes back on the master. A slow callback delays the events behind it, and nothing else.
//
// [Calls] can be made from any goroutine, callbacks included: they queue and return.
package scheduler
