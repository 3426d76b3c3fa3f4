// Package api is what the HTTP APIs of masters and agents have in common: the forms that a call may come in, and
// the words in which what isn't one is refused (semantics 1.1, 1.2).
package api
