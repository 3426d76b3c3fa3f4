// Command moor runs and looks after Mesos clusters from a shell.
//
//	moor cluster    runs a minicluster: masters and agents in one process, for clients of any language
//
// Long flags may be written with one dash or two. The exit status is 0 for success, 1 where what was asked for
// failed, and 2 where the command line can't be carried out: one line on standard error says which value and why.
//
// There is one file for each subcommand, named for it, with a struct whose fields are its flags.
package main
