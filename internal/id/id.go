// Package id makes and parses the identifiers that every record carries
// across borders.
//
// An [ID] is <node-domain>/<kind>/<ULID>. The node's domain says who may write
// the record; the ULID never changes and never repeats.
package id

import (
	"crypto/sha256"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"karvan/internal/fault"
)

// ID is the identifier of a record: "karvan.example/offer/01J…".
type ID string

// MaxLen bounds an identifier: a DNS name, a kind and a ULID.
const MaxLen = 253 + 1 + 32 + 1 + 26

// New makes an ID for a record of kind made at t on node.
func New(node, kind string, t time.Time) ID {
	u := ulid.MustNew(ulid.Timestamp(t), ulid.DefaultEntropy())
	return ID(node + "/" + kind + "/" + u.String())
}

// epoch is the time part of derived identifiers: the day the SCO agreement on
// scientific and technical co-operation was signed, so that they sort before
// everything made by people.
var epoch = time.Date(2013, 9, 13, 0, 0, 0, 0, time.UTC)

// Derive makes the same ID for the same node, kind and key every time. It is
// for things that have a name of their own outside Karvan: a state's ISO code,
// a ROR identifier, a key in a seed file; importing them twice changes nothing.
func Derive(node, kind, key string) ID {
	sum := sha256.Sum256([]byte(node + "\x00" + kind + "\x00" + key))
	var u ulid.ULID
	if err := u.SetTime(ulid.Timestamp(epoch)); err != nil {
		panic(err) // the epoch is a constant within ULID's range
	}
	if err := u.SetEntropy(sum[:10]); err != nil {
		panic(err) // the slice is ten bytes long
	}
	return ID(node + "/" + kind + "/" + u.String())
}

// Parse checks s and returns it as an ID.
func Parse(s string) (ID, error) {
	bad := fault.New(fault.Invalid, "id.invalid")
	if len(s) > MaxLen {
		return "", bad
	}
	parts := strings.Split(s, "/")
	if len(parts) != 3 || !validNode(parts[0]) || !validKind(parts[1]) || !ValidULID(parts[2]) {
		return "", bad
	}
	return ID(s), nil
}

// ValidULID reports whether s is a canonical ULID: 26 characters of upper-case
// Crockford base 32 that do not overflow 128 bits.
func ValidULID(s string) bool {
	if len(s) != ulid.EncodedSize || s[0] > '7' {
		return false
	}
	for i := 0; i < len(s); i++ {
		if !strings.ContainsRune(ulid.Encoding, rune(s[i])) {
			return false
		}
	}
	return true
}

// validNode accepts a lower-case DNS name, with an optional port for tests.
func validNode(s string) bool {
	if s == "" || len(s) > 253 || s[0] == '-' || s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	for _, r := range s {
		if !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '.' || r == ':') {
			return false
		}
	}
	return true
}

func validKind(s string) bool {
	if s == "" || len(s) > 32 {
		return false
	}
	for _, r := range s {
		if !(r >= 'a' && r <= 'z' || r == '-') {
			return false
		}
	}
	return true
}

func (i ID) part(n int) string {
	parts := strings.SplitN(string(i), "/", 3)
	if len(parts) != 3 {
		return ""
	}
	return parts[n]
}

// Node is the domain of the node that writes the record.
func (i ID) Node() string { return i.part(0) }

// Kind is the kind of the record.
func (i ID) Kind() string { return i.part(1) }

// ULID is the part that names the record in short paths.
func (i ID) ULID() string { return i.part(2) }
