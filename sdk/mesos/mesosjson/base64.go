package mesosjson

import (
	"encoding/base64"
	"strings"
)

// decodeBase64 reads base64 as leniently as the master: it ends at the first "=", whether padding is right
// doesn't matter, and white space doesn't count.
func decodeBase64(s string) ([]byte, error) {
	s, _, _ = strings.Cut(s, "=")
	clean := make([]byte, 0, len(s))
	for i := range len(s) {
		switch c := s[i]; {
		case strings.IndexByte(" \t\n\v\f\r", c) >= 0:
		case 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '+' || c == '/':
			clean = append(clean, c)
		default:
			return nil, words("Invalid character '" + s[i:i+1] + "'")
		}
	}
	if len(clean)%4 == 1 {
		clean = clean[:len(clean)-1] // six bits make no byte
	}
	return base64.RawStdEncoding.AppendDecode(make([]byte, 0, len(clean)), clean)
}
