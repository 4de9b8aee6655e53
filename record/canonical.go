package record

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/gowebpki/jcs"

	"karvan/internal/fault"
)

// MaxSize bounds the canonical form of a revision, in bytes.
const MaxSize = 1 << 20

// Canonical gives r in the form of RFC 8785 (JSON Canonicalization Scheme): the
// bytes that are stored, hashed, exported and carried to other nodes.
func (r *Record) Canonical() ([]byte, error) {
	var canonical []byte
	ok := len(r.Extra) == 0 && len(r.BodyExtra) == 0
	if ok {
		canonical, ok = appendCanonical(make([]byte, 0, canonicalSize), reflect.ValueOf(r), 0)
	}
	if !ok {
		var err error
		if canonical, err = r.transformed(); err != nil {
			return nil, err
		}
	}
	if len(canonical) > MaxSize {
		return nil, fault.New(fault.TooLarge, "record.too-large", "max", MaxSize)
	}
	return canonical, nil
}

// canonicalSize is the room that most canonical forms find enough.
const canonicalSize = 2 << 10

// transformed gives the canonical form by way of the libraries. It is what
// [Record.Canonical] is held to, and what does whatever that leaves.
func (r *Record) transformed() ([]byte, error) {
	plain, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	if len(r.Extra) > 0 || len(r.BodyExtra) > 0 {
		if plain, err = r.merge(plain); err != nil {
			return nil, err
		}
	}
	canonical, err := jcs.Transform(plain)
	if err != nil {
		return nil, notJSON(err)
	}
	return canonical, nil
}

// merge adds the members that this node does not know to what it does know.
func (r *Record) merge(plain []byte) ([]byte, error) {
	var envelope map[string]json.RawMessage
	if err := json.Unmarshal(plain, &envelope); err != nil {
		return nil, err
	}
	for name, value := range r.Extra {
		envelope[name] = value
	}
	if len(r.BodyExtra) > 0 {
		var body map[string]json.RawMessage
		if err := json.Unmarshal(envelope["body"], &body); err != nil {
			return nil, err
		}
		for name, value := range r.BodyExtra {
			body[name] = value
		}
		merged, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		envelope["body"] = merged
	}
	return json.Marshal(envelope)
}

// Digest is the SHA-256 of canonical, in lower-case hex.
func Digest(canonical []byte) string {
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:])
}

// Decode reads a record in JSON, canonical or not. It refuses kinds it does not
// know and keeps members it does not know.
func (b *Book) Decode(data []byte) (*Record, error) {
	if len(data) > MaxSize {
		return nil, fault.New(fault.TooLarge, "record.too-large", "max", MaxSize)
	}
	if r := b.decodeUsual(data); r != nil {
		r.truncateTimes()
		return r, nil
	}
	return b.decodeAny(data)
}

// decodeAny decodes by way of encoding/json. It is what decodeUsual is held to.
func (b *Book) decodeAny(data []byte) (*Record, error) {
	var shell struct {
		Kind string          `json:"kind"`
		Body json.RawMessage `json:"body"`
	}
	if err := json.Unmarshal(data, &shell); err != nil {
		return nil, notJSON(err)
	}
	kind := b.kinds[shell.Kind]
	if kind == nil {
		return nil, fault.New(fault.Invalid, "record.unknown-kind", "kind", clip(shell.Kind)).At("kind")
	}
	r := &Record{Body: kind.New()}
	if err := json.Unmarshal(data, r); err != nil {
		return nil, notJSON(err)
	}
	if r.Body == nil || reflect.ValueOf(r.Body).IsNil() { // "body": null
		r.Body = kind.New()
	}
	var err error
	if r.Extra, err = unknown(data, knownMembers(reflect.TypeFor[Record]())); err != nil {
		return nil, notJSON(err)
	}
	if len(shell.Body) > 0 && shell.Body[0] == '{' {
		if r.BodyExtra, err = unknown(shell.Body, knownMembers(reflect.TypeOf(r.Body).Elem())); err != nil {
			return nil, notJSON(err)
		}
	}
	r.truncateTimes()
	return r, nil
}

// truncateTimes keeps microseconds in UTC, the finest the tables hold.
func (r *Record) truncateTimes() {
	for _, t := range []*time.Time{&r.Created, &r.Updated, &r.Published, &r.PublishAt, &r.ValidTo, &r.Confirmed} {
		*t = t.UTC().Truncate(time.Microsecond)
	}
	for i := range r.Notes {
		r.Notes[i].At = r.Notes[i].At.UTC().Truncate(time.Microsecond)
	}
}

func notJSON(err error) error {
	f := fault.New(fault.Invalid, "record.not-json").Because(err)
	if t, ok := err.(*json.UnmarshalTypeError); ok {
		f.Key = "record.wrong-type"
		f.Field = t.Field
	}
	return f
}

// unknown lists the members of a JSON object that are not in known.
func unknown(data []byte, known map[string]bool) (map[string]json.RawMessage, error) {
	// Most documents have none; a scan of the top-level names is cheaper than
	// building a map of them all.
	dec := json.NewDecoder(bytes.NewReader(data))
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	var extra map[string]json.RawMessage
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, err
		}
		if s, ok := name.(string); ok && !known[s] {
			if extra == nil {
				extra = map[string]json.RawMessage{}
			}
			extra[s] = value
		}
	}
	return extra, nil
}

var members sync.Map // reflect.Type to map[string]bool

func knownMembers(t reflect.Type) map[string]bool {
	if m, ok := members.Load(t); ok {
		return m.(map[string]bool)
	}
	m := map[string]bool{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != "" && name != "-" {
			m[name] = true
		}
	}
	members.Store(t, m)
	return m
}

// clip keeps what strangers sent short enough to be repeated in a message.
func clip(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
