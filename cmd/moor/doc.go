// Command moor runs and looks after Mesos clusters from a shell.
//
//	moor cluster         runs a minicluster: masters and agents in one process, for clients of any language
//	moor volumes         lists, shows, makes and destroys persistent volumes
//	moor reservations    lists what is reserved, reserves and unreserves
//	moor agents          lists and shows agents, drains, deactivates and reactivates them, marks them gone
//	moor tasks           lists tasks
//
// All but the first work on any cluster, over the operator API of its masters: docs/moor.md shows them at work.
//
// Long flags may be written with one dash or two. The exit status is 0 for success, 1 where what was asked for
// failed, 2 where the command line can't be carried out, and 3 where nothing was changed because --yes is missing: one line on
// standard error says which value and why.
//
// There is one file for each subcommand, named for it, with a struct whose fields are its flags.
package main
