// Package master plays a Mesos master: the v1 scheduler API, the v1 operator API and the older operator
// endpoints over HTTP, on agents in the same process.
//
// One goroutine owns all state. Requests, reports of agents and timers reach it as functions in a mailbox;
// nobody else reads or writes a framework, an agent or an offer. What is sent to a scheduler is encoded by
// that goroutine and written by the one that serves the scheduler's connection.
//
// There is one file for each call, named for it, which opens with what it leaves out.
package master
