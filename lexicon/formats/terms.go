package formats

import (
	"bytes"
	"net/url"
	"strings"
	"unicode/utf8"

	"karvan/internal/fault"
)

// termReader reads the terms that Turtle and N-Triples share. What the names of
// a file's prefixes are is known to Turtle only.
type termReader struct {
	scanner
	buf      []byte // the term being read
	spare    []byte
	base     string
	prefixes map[string]string
}

// put adds to the term being read.
func (t *termReader) put(c byte) error {
	if len(t.buf) >= MaxLine {
		return long(t.line)
	}
	t.buf = append(t.buf, c)
	return nil
}

// address reads an address between angle brackets into buf.
func (t *termReader) address() error {
	t.skip()
	t.buf = t.buf[:0]
	for {
		c := t.peek()
		switch {
		case c == '>':
			t.skip()
			return t.absolute()
		case c == '\\':
			if n := t.ahead(1); n != 'u' && n != 'U' {
				return t.problem()
			}
			if err := t.escape(); err != nil {
				return err
			}
			continue
		case c < 0x20 || c == '<' || c == '"':
			return t.problem()
		}
		t.skip()
		if err := t.put(c); err != nil {
			return err
		}
	}
}

// absolute makes the address in buf absolute.
func (t *termReader) absolute() error {
	if !utf8.Valid(t.buf) {
		return fault.New(fault.Invalid, "lexicon.not-utf8-line", "line", t.line)
	}
	if t.base == "" || hasScheme(string(t.buf)) {
		return nil
	}
	t.buf = append(t.buf[:0], resolve(t.base, string(t.buf))...)
	return nil
}

// hasScheme reports whether an address is absolute.
func hasScheme(s string) bool {
	for i := range len(s) {
		c := s[i]
		switch {
		case c == ':':
			return i > 0
		case 'a' <= c|0x20 && c|0x20 <= 'z':
		case i > 0 && ('0' <= c && c <= '9' || c == '+' || c == '-' || c == '.'):
		default:
			return false
		}
	}
	return false
}

// resolve makes an address absolute (RFC 3986, section 5).
func resolve(base, s string) string {
	if base == "" || hasScheme(s) {
		return s
	}
	if s == "" || s[0] == '#' {
		base, _, _ = strings.Cut(base, "#")
		return base + s
	}
	b, err := url.Parse(base)
	if err != nil {
		return s
	}
	r, err := b.Parse(s)
	if err != nil {
		return s
	}
	return r.String()
}

// escape reads an escape sequence into buf.
func (t *termReader) escape() error {
	t.skip()
	c := t.peek()
	if plain := strings.IndexByte(`tbnrf"'\`, c); plain >= 0 {
		t.skip()
		return t.put("\t\b\n\r\f\"'\\"[plain])
	}
	digits := map[byte]int{'u': 4, 'U': 8}[c]
	if digits == 0 {
		return t.problem()
	}
	t.skip()
	var r rune
	for range digits {
		d := strings.IndexByte("0123456789abcdefABCDEF", t.peek())
		if d < 0 {
			return t.problem()
		}
		if d > 0xF {
			d -= 6
		}
		t.skip()
		r = r<<4 | rune(d)
	}
	if !utf8.ValidRune(r) {
		return t.problem()
	}
	for _, c := range utf8.AppendRune(nil, r) {
		if err := t.put(c); err != nil {
			return err
		}
	}
	return nil
}

// nameByte reports whether a byte may stand in a name; letters beyond ASCII are
// not told apart.
func nameByte(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '_' || c == '-' || c >= utf8.RuneSelf
}

// name reads a name into buf: of a blank node, or of a prefix and what follows.
// A full stop at its end ends the sentence, not the name.
func (t *termReader) name() error {
	t.buf = t.buf[:0]
	for {
		c := t.peek()
		switch {
		case nameByte(c) || c == ':' || c == '%':
		case c == '.':
			if n := t.ahead(1); !nameByte(n) && n != ':' && n != '%' && n != '.' && n != '\\' {
				return t.valid()
			}
		case c == '\\':
			if strings.IndexByte("_~.-!$&'()*+,;=/?#@%", t.ahead(1)) < 0 {
				return t.problem()
			}
			t.skip()
			c = t.peek()
		default:
			return t.valid()
		}
		t.skip()
		if err := t.put(c); err != nil {
			return err
		}
	}
}

func (t *termReader) valid() error {
	if !utf8.Valid(t.buf) {
		return fault.New(fault.Invalid, "lexicon.not-utf8-line", "line", t.line)
	}
	return nil
}

// prefixed makes the name in buf the address that it stands for.
func (t *termReader) prefixed() error {
	prefix, local, found := bytes.Cut(t.buf, []byte{':'})
	space, known := t.prefixes[string(prefix)]
	if !found || !known {
		return t.problem()
	}
	t.spare = append(append(t.spare[:0], space...), local...)
	t.buf, t.spare = t.spare, t.buf
	return nil
}

// label reads the name of a blank node.
func (t *termReader) label() (term, error) {
	t.skip()
	if t.peek() != ':' {
		return term{}, t.problem()
	}
	t.skip()
	if err := t.name(); err != nil {
		return term{}, err
	}
	if len(t.buf) == 0 || t.buf[0] == '.' {
		return term{}, t.problem()
	}
	return term{kind: blank, text: "_:" + string(t.buf)}, nil
}

// quotation reads a text between quotation marks, with its language or type.
func (t *termReader) quotation() (term, error) {
	if err := t.quoted(); err != nil {
		return term{}, err
	}
	if err := t.valid(); err != nil {
		return term{}, err
	}
	o := term{kind: literal, text: string(t.buf)}
	switch t.peek() {
	case '@':
		t.skip()
		t.buf = t.buf[:0]
		for c := t.peek(); nameByte(c) && c < utf8.RuneSelf; c = t.peek() {
			t.skip()
			if err := t.put(c); err != nil {
				return term{}, err
			}
		}
		if o.lang = string(t.buf); o.lang == "" {
			return term{}, t.problem()
		}
	case '^':
		if t.ahead(1) != '^' {
			return term{}, t.problem()
		}
		t.skip()
		t.skip()
		if t.peek() == '<' {
			return o, t.address()
		}
		if err := t.name(); err != nil {
			return term{}, err
		}
		return o, t.prefixed()
	}
	return o, nil
}

func (t *termReader) quoted() error {
	t.buf = t.buf[:0]
	mark := t.peek()
	t.skip()
	marks := 1
	if t.peek() == mark {
		if t.ahead(1) != mark {
			t.skip()
			return nil
		}
		t.skip()
		t.skip()
		marks = 3
	}
	for {
		c := t.peek()
		switch {
		case c == mark && (marks == 1 || t.ahead(1) == mark && t.ahead(2) == mark):
			for range marks {
				t.skip()
			}
			return nil
		case c == '\\':
			if err := t.escape(); err != nil {
				return err
			}
			continue
		case c == 0, marks == 1 && (c == '\n' || c == '\r'):
			return t.problem()
		}
		t.skip()
		if err := t.put(c); err != nil {
			return err
		}
	}
}
