// Package page is the page that people look at in a browser: its files, what it shows, and how it stays up to date.
//
// The master makes a [View] of all it knows, at most a few times a second and only while somebody watches
// ([Viewers]). Each viewer is sent the entries that changed, as server-sent events. All text from the cluster is
// data to the page and never markup, and the page asks no other host for anything: its Content-Security-Policy
// forbids both.
package page
