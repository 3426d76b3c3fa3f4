// Package matcher says which offer is for whom, and why not.
//
// It is a pure function: needs, offers and what is placed already go in, matches and refusals come out. The
// same input gives the same result, whatever the order of the needs, the offers and the resources in them.
//
//	for _, m := range matcher.Assign(needs, offers, placed).Matches {
//		operations, err := m.Chain().Launch(task(m)).Build()
//		...
//		decisions = append(decisions, scheduler.Accept(m.Offers, operations))
//	}
//
// # Whose is what
//
// A volume belongs to the need that names its persistence id, in the need's role, under exactly the need's
// reservation (principal and labels), with its size and on its kind of disk. The agent's id has no part in
// this: an agent may come back under a new one with the same volumes (semantics 4.8). What has the same
// persistence id under other labels is somebody else's, and is never touched; what is ours but has another
// size or lies on another disk is refused with both figures.
//
//   - A need with a [Claim] is placed where its volumes are, all of them on one agent, or not at all. It is
//     never given new disk.
//   - A need without a Claim whose volumes turn up all the same, because an answer was lost, adopts them.
//   - What was made in part (some of several volumes, reserved disk without a volume, reserved cpus without
//     disk) is completed, not made a second time.
//   - Any other need gets disk of the wanted kind, a MOUNT disk whole and the smallest that suffices, which
//     is reserved and made into volumes in the same ACCEPT.
//   - If the volumes of a need are on two agents, it is not guessed which hold the data: see [AmbiguousError].
//
// cpus, mem and other scalars are reserved with the disk under the same labels, and found again with it: an
// agent on which only disk is left is not offered at all by default (semantics 1.12).
//
// Labels should tell the instances of a framework apart. Needs that share a reservation share what is
// reserved and not yet a volume as well.
//
// # What to store when
//
// Store [Match.Claim] before the ACCEPT is sent, and pass it with the need from then on. While it is an Intent, a
// crash, a lost call or a lost answer does no harm: what is missing is made where it was meant to be, once. Once the
// task runs or the volumes are offered, store it without Intent: now they are proven to exist, and if they are
// missing one day, that is told and nothing is made in their place. To give an instance's data up, drop the Claim,
// and give its new volumes other ids.
//
// Adoption without any claim is for what no record is left of. It sees only what is offered: an instance that is
// placed anew while the agent with its first volumes is hidden would own two sets.
//
// # Rounds
//
// [Assign] looks at every need. A framework with many instances keeps a [Matcher], which is told of changes
// with Put, Remove, Place and Displace: the cost of an offer then doesn't grow with the number of claimed
// needs. Neither is safe for use by several goroutines at once.
//
// An offer can be answered once only. By default one need is matched with one agent per round, so that
// each Match is an ACCEPT of its own; the others are refused with [ErrOfferUsed] and come next time. With
// [Config.PerAgent] several needs share an agent: then answer by [Result.Placements].
package matcher
