package main

import "strings"

// doubleDashes returns arguments with -flag written as --flag, up to a bare "--": the parser takes one dash for
// single letters only. Neither single letters nor negative numbers change.
func doubleDashes(args []string) []string {
	out := make([]string, len(args))
	for i, arg := range args {
		if arg == "--" {
			copy(out[i:], args[i:])
			break
		}
		out[i] = arg
		if name, _, _ := strings.Cut(arg, "="); len(name) > 2 && name[0] == '-' && isLetter(name[1]) {
			out[i] = "-" + arg
		}
	}
	return out
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

// oneLine joins the lines of a text.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
}
