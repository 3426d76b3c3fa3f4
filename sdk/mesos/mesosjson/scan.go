package mesosjson

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// kind says what a node of a scanned text is.
type kind uint8

const (
	null kind = iota
	boolean
	integer  // fits an int64
	unsigned // fits a uint64 only: the master makes a double of it, we keep it exact
	floating
	text
	array
	object // its members alternate: key (a text), value
)

func (k kind) String() string {
	return [...]string{"null", "boolean", "number", "number", "number", "string", "array", "object"}[k]
}

// A node is one value of a scanned text. The nodes of a text lie in one slice, each container before what it
// contains: a tree without pointers, of bounded size for each byte of input.
type node struct {
	kind    kind
	escaped bool   // text with escape sequences
	end     uint32 // index of the first node behind this one and all that it contains
	from    uint32 // text: where it lies in the input, without the quotes
	to      uint32
	bits    uint64 // boolean, integer, unsigned; floating: math.Float64bits
}

// maxDepth is how deeply arrays and objects may nest, as in the master.
const maxDepth = 200

// errSyntax stops the scan; scan itself puts the place into words.
var errSyntax = errors.New("syntax error")

// errRange is how the master words a number beyond a double.
const errRange = words("Value out of range")

// A scanner reads JSON as the master's parser does. It is more lenient than the standard, for example with
// leading zeros and control characters, and its texts depend on how far it has read when it stops; so reading
// and un-reading a byte are done here exactly as there.
type scanner struct {
	in    string
	pos   int
	last  int // the byte last read; -1 at the end
	ungot bool
	line  int
	nodes []node
}

// scan turns s into nodes, the first of which is the whole value. The error is a *SyntaxError.
func scan(s string) ([]node, error) {
	sc := &scanner{in: s, last: -1, line: 1}
	switch err := sc.value(maxDepth); {
	case errors.Is(err, errRange):
		return nil, &SyntaxError{Text: err.Error()}
	case err != nil:
		return nil, &SyntaxError{Text: fmt.Sprintf("syntax error at line %d near: %s", sc.line, sc.rest())}
	}
	if end := len(strings.TrimRight(s, " \t\n\r")); sc.pos != end {
		if end < sc.pos { // a number is read one byte too far, so blanks behind it count as well
			end = len(s)
		}
		return nil, &SyntaxError{Text: "Parsed JSON included non-whitespace trailing characters: " + s[sc.pos:end]}
	}
	return sc.nodes, nil
}

func (sc *scanner) get() int {
	if sc.ungot {
		sc.ungot = false
		return sc.last
	}
	if sc.pos == len(sc.in) {
		sc.last = -1
		return -1
	}
	if sc.last == '\n' {
		sc.line++
	}
	sc.last = int(sc.in[sc.pos])
	sc.pos++
	return sc.last
}

func (sc *scanner) unget() { sc.ungot = sc.last != -1 }

// rest is the rest of the line, for an error's text.
func (sc *scanner) rest() string {
	var b strings.Builder
	for c := sc.get(); c != -1 && c != '\n'; c = sc.get() {
		if c >= ' ' {
			b.WriteByte(byte(c))
		}
	}
	return b.String()
}

func (sc *scanner) skipBlanks() {
	for {
		if c := sc.get(); c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			sc.unget()
			return
		}
	}
}

func (sc *scanner) expect(want int) bool {
	sc.skipBlanks()
	if sc.get() == want {
		return true
	}
	sc.unget()
	return false
}

func (sc *scanner) add(n node) {
	n.end = uint32(len(sc.nodes) + 1)
	sc.nodes = append(sc.nodes, n)
}

func (sc *scanner) value(depth int) error {
	sc.skipBlanks()
	switch c := sc.get(); {
	case c == 'n':
		return sc.word("ull", node{kind: null})
	case c == 'f':
		return sc.word("alse", node{kind: boolean})
	case c == 't':
		return sc.word("rue", node{kind: boolean, bits: 1})
	case c == '"':
		return sc.text()
	case c == '[':
		return sc.container(node{kind: array}, ']', depth)
	case c == '{':
		return sc.container(node{kind: object}, '}', depth)
	case '0' <= c && c <= '9' || c == '-':
		sc.unget()
		return sc.number()
	}
	sc.unget()
	return errSyntax
}

func (sc *scanner) word(rest string, n node) error {
	for i := range len(rest) {
		if sc.get() != int(rest[i]) {
			sc.unget()
			return errSyntax
		}
	}
	sc.add(n)
	return nil
}

func (sc *scanner) container(n node, closing, depth int) error {
	if depth == 0 {
		return errSyntax
	}
	at := len(sc.nodes)
	sc.add(n)
	for more := !sc.expect(closing); more; {
		if n.kind == object {
			if !sc.expect('"') || sc.text() != nil || !sc.expect(':') {
				return errSyntax
			}
		}
		if err := sc.value(depth - 1); err != nil {
			return err
		}
		if more = sc.expect(','); !more && !sc.expect(closing) {
			return errSyntax
		}
	}
	sc.nodes[at].end = uint32(len(sc.nodes))
	return nil
}

// number takes all the characters that a number can have and then asks whether they are one.
func (sc *scanner) number() error {
	var b []byte
	for {
		c := sc.get()
		if '0' <= c && c <= '9' || c == '+' || c == '-' || c == 'e' || c == 'E' || c == '.' {
			b = append(b, byte(c))
			continue
		}
		sc.unget()
		break
	}
	s := string(b)
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		sc.add(node{kind: integer, bits: uint64(i)})
		return nil
	}
	if u, err := strconv.ParseUint(s, 10, 64); err == nil {
		sc.add(node{kind: unsigned, bits: u})
		return nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if errors.Is(err, strconv.ErrRange) {
		return errRange
	}
	if err != nil {
		return errSyntax
	}
	sc.add(floatNode(f))
	return nil
}
