// Package wire speaks HTTP with a Mesos master: it subscribes, reads the stream of events, sends calls, follows
// redirects to the leader, and says what each answer means.
//
// It is written for masters that misbehave: headers, error bodies, records and redirects are bounded, everything
// ends with its context, and nothing a master sends is executed, expanded or trusted with credentials for another scheme.
package wire
