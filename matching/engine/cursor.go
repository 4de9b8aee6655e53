package engine

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
)

// maxCursor bounds the text of a cursor accepted from outside.
const maxCursor = 8192

// errCursor says that a text is not a cursor. People never see it: a caller
// answers with the first page or with a fault of its own.
var errCursor = errors.New("engine: malformed cursor")

const cursorVersion = 1

// sortValue is a document's value under one sort key.
type sortValue struct {
	kind keyKind
	ok   bool // the document has the value
	num  int64
	str  string
}

// Cursor marks the place of a hit in the order of a query.
type Cursor struct {
	values []sortValue
	key    string
}

// String writes the cursor in letters that are safe in a URL.
func (c Cursor) String() string {
	b := []byte{cursorVersion, byte(len(c.values))}
	for _, v := range c.values {
		tag := byte(v.kind) << 1
		if v.ok {
			tag |= 1
		}
		b = append(b, tag)
		if !v.ok {
			continue
		}
		if v.kind == byOrder {
			b = binary.AppendUvarint(b, uint64(len(v.str)))
			b = append(b, v.str...)
		} else {
			b = binary.AppendVarint(b, v.num)
		}
	}
	b = append(b, c.key...)
	return base64.RawURLEncoding.EncodeToString(b)
}

// ParseCursor reads what String wrote. The text may come from outside: it is
// bounded and every malformed one is an error.
func ParseCursor(s string) (Cursor, error) {
	if len(s) > maxCursor {
		return Cursor{}, errCursor
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) < 2 || b[0] != cursorVersion || b[1] > maxSorts {
		return Cursor{}, errCursor
	}
	c := Cursor{values: make([]sortValue, b[1])}
	b = b[2:]
	for i := range c.values {
		if b, err = c.values[i].parse(b); err != nil {
			return Cursor{}, err
		}
	}
	c.key = string(b)
	return c, nil
}

func (v *sortValue) parse(b []byte) ([]byte, error) {
	if len(b) == 0 || keyKind(b[0]>>1) > byNothing || b[0] == byte(byNothing)<<1|1 {
		return nil, errCursor
	}
	v.kind, v.ok = keyKind(b[0]>>1), b[0]&1 == 1
	b = b[1:]
	if !v.ok {
		return b, nil
	}
	if v.kind != byOrder {
		n, used := binary.Varint(b)
		if used <= 0 {
			return nil, errCursor
		}
		v.num = n
		return b[used:], nil
	}
	n, used := binary.Uvarint(b)
	if used <= 0 || n > maxOrderBytes || n > uint64(len(b)-used) {
		return nil, errCursor
	}
	v.str = string(b[used : used+int(n)])
	return b[used+int(n):], nil
}

// keyKind says what a sort key compares.
type keyKind uint8

const (
	byScore keyKind = iota
	byNumber
	byOrder
	byNothing // an attribute that no document has
)
