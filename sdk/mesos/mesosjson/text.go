package mesosjson

import (
	"strings"
	"unicode/utf8"
)

// text takes the rest of a string, whose opening quote has been read.
func (sc *scanner) text() error {
	n := node{kind: text, from: uint32(sc.pos)}
	for {
		switch c := sc.get(); {
		case c < ' ':
			sc.unget()
			return errSyntax
		case c == '"':
			n.to = uint32(sc.pos - 1)
			sc.add(n)
			return nil
		case c == '\\':
			n.escaped = true
			if !sc.escape() {
				return errSyntax
			}
		}
	}
}

// escape takes what follows a backslash.
func (sc *scanner) escape() bool {
	switch sc.get() {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return true
	case 'u':
	default:
		return false
	}
	first := sc.hex4()
	if first < 0xd800 || first > 0xdfff {
		return first >= 0
	}
	if first >= 0xdc00 {
		return false // the second half of a pair without the first
	}
	if sc.get() != '\\' || sc.get() != 'u' {
		sc.unget()
		return false
	}
	second := sc.hex4()
	return 0xdc00 <= second && second <= 0xdfff
}

// hex4 takes four hexadecimal digits; -1 if they aren't.
func (sc *scanner) hex4() int {
	value := 0
	for range 4 {
		c := sc.get()
		if c == -1 {
			return -1
		}
		digit := unhex(byte(c))
		if digit < 0 {
			sc.unget()
			return -1
		}
		value = value<<4 | digit
	}
	return value
}

func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// unescape resolves the escape sequences of s, which the scanner has found to be right. Bytes that aren't
// UTF-8 stay as they are: what came from an offer has to go back unchanged.
func unescape(s string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '\\')
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		c := s[i+1]
		s = s[i+2:]
		if c != 'u' {
			if at := strings.IndexByte("bfnrt", c); at >= 0 {
				c = "\b\f\n\r\t"[at]
			}
			b.WriteByte(c)
			continue
		}
		r := quad(s)
		s = s[4:]
		if 0xd800 <= r && r < 0xdc00 {
			r = 0x10000 + (r-0xd800)<<10 + (quad(s[2:]) - 0xdc00)
			s = s[6:]
		}
		b.Write(utf8.AppendRune(nil, r))
	}
}

func quad(s string) rune {
	return rune(unhex(s[0])<<12 | unhex(s[1])<<8 | unhex(s[2])<<4 | unhex(s[3]))
}

// appendText writes s as a JSON string. As in the master's writer only quotes, backslashes and control
// characters are escaped.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	done := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(append(b, s[done:i]...), '\\')
		done = i + 1
		if at := strings.IndexByte("\b\f\n\r\t\"\\", c); at >= 0 {
			b = append(b, "bfnrt\"\\"[at])
			continue
		}
		b = append(b, 'u', '0', '0', '0'+c>>4, "0123456789ABCDEF"[c&15])
	}
	return append(append(b, s[done:]...), '"')
}
