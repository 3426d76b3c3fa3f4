// Package validate judges what schedulers and operators send, with the rules and the exact texts of a Mesos
// master. It is written from what the master does and shares nothing with the builders that frameworks use, so
// that the two can't be wrong together.
//
// Everything in it is a pure function. Calls on which a real master aborts are refused with a text of our own.
//
// The texts begin with capitals and keep the master's slips (missing blanks, unbalanced quotes): clients
// compare them.
package validate
