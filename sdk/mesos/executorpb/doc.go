// Package executorpb holds what an executor and its agent say to each other over /api/v1/executor: a Call goes
// to the agent, an Event comes from it.
//
// The types are generated; package mesos says what holds for all of them.
package executorpb
