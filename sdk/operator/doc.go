// Package operator is a client of the operator API of Mesos masters: it looks at agents, tasks and frameworks, and changes
// reservations, volumes, agents, maintenance and quota, on the authority of a person or of a program that acts for one.
//
//	client, err := operator.New(operator.Config{Masters: []string{"10.0.0.1:5050", "10.0.0.2:5050"}})
//	...
//	defer client.Close()
//	agents, err := client.Agents(ctx)
//
// # Done and accepted
//
// A master answers a change of resources (RESERVE_RESOURCES, CREATE_VOLUMES and so on) with 202: it has accepted it, shows it
// from then on, and has told the agent; it does not know yet whether the agent has done it (semantics 3.14, 7.1). Methods such as
// [Client.Reserve] return then, with a [Change], and [Change.Wait] waits until the agent has.
//
// # What is tried again
//
// A call goes to the masters of [Config].Masters in turn until one takes it; one that stands by redirects to the leader
// (semantics 1.9). A call that changes something is given to another master only if no master can have taken it. If it can't be
// known, the error is an [ErrUnknownOutcome]: look at what is there before repeating the call, or 10 GiB are reserved twice.
//
// # Credentials
//
// Principal and secret are sent to the masters named in the config, and to where these redirect, but never over another scheme: a
// redirect from https to http is an [ErrRedirect]. They appear in no error, log or printed [Config].
//
// # One API
//
// Masters also have older endpoints that take forms: /reserve, /unreserve, /create-volumes, /destroy-volumes. They are not used
// here: a master passes forms and calls to the same code, under the same principals and ACLs (semantics 7.1, 8.1), every master with
// these endpoints has the API too, and forms can't resize volumes. Only a proxy that lets forms alone through would need them.
//
// # Calls that do harm
//
// A call whose contents would kill a master or do silent damage is refused before it is sent, as an [ErrPoison].
package operator
