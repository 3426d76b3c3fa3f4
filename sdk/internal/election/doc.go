// Package election is about who leads among several masters, as Mesos keeps it in ZooKeeper: each master that lives has an
// ephemeral sequential znode json.info_NNNNNNNNNN with its MasterInfo as JSON, and the lowest number leads
// (semantics 1.13).
//
// [Contend] is a master's side: it keeps a znode there for as long as the master wants to lead. [Watch] is everybody's: it
// yields who leads, again after each change. A master does both, over a session each, as Mesos's masters do.
//
// A session that ZooKeeper has ended, or that was without a server for Config.SessionTimeout, is lost: what was known by it
// doesn't hold any more. Nothing is logged above level debug but what a person has to do something about, and no
// secret ever.
package election
