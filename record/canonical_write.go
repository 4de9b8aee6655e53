package record

import (
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// layout is how the values of a struct are written as JSON: its members in the
// order of RFC 8785, whatever the order of the fields.
type layout struct {
	members []member
	byName  map[string]int
	odd     bool // has something that only encoding/json knows how to write
}

// member is a field of a struct with the rules of its tag.
type member struct {
	name      string
	index     []int
	omitEmpty bool
	omitZero  bool
}

var layouts sync.Map // reflect.Type to *layout

func layoutOf(t reflect.Type) *layout {
	if l, ok := layouts.Load(t); ok {
		return l.(*layout)
	}
	l := &layout{}
	l.add(t, nil)
	slices.SortFunc(l.members, func(a, b member) int { return compareNames(a.name, b.name) })
	l.byName = make(map[string]int, len(l.members))
	for i, m := range l.members {
		if _, twice := l.byName[m.name]; twice { // encoding/json has rules for which of them counts
			l.odd = true
		}
		l.byName[m.name] = i
	}
	layouts.Store(t, l)
	return l
}

func (l *layout) add(t reflect.Type, at []int) {
	for i := range t.NumField() {
		f := t.Field(i)
		index := append(slices.Clone(at), i)
		tag, tagged := f.Tag.Lookup("json")
		switch {
		case tag == "-":
			continue
		case f.Anonymous && !tagged && f.Type.Kind() == reflect.Struct && f.IsExported():
			l.add(f.Type, index)
			continue
		case f.Anonymous:
			l.odd = true
			continue
		case !f.IsExported():
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		m := member{name: name, index: index}
		for option := range strings.SplitSeq(options, ",") {
			switch option {
			case "":
			case "omitempty":
				m.omitEmpty = true
			case "omitzero":
				m.omitZero = true
			default:
				l.odd = true
			}
		}
		if name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_0123456789") != "" {
			l.odd = true
		}
		if m.omitZero && f.Type != timeType && reflect.PointerTo(f.Type).Implements(zeroerType) {
			l.odd = true
		}
		l.members = append(l.members, m)
	}
}

var (
	timeType     = reflect.TypeFor[time.Time]()
	zeroerType   = reflect.TypeFor[interface{ IsZero() bool }]()
	markedJSON   = reflect.TypeFor[json.Marshaler]()
	markedText   = reflect.TypeFor[encoding.TextMarshaler]()
	unmarkedJSON = reflect.TypeFor[json.Unmarshaler]()
	unmarkedText = reflect.TypeFor[encoding.TextUnmarshaler]()
)

var peculiars sync.Map // reflect.Type to bool

// peculiar reports whether values of t write or read themselves. Times do too,
// but are dealt with before anybody asks.
func peculiar(t reflect.Type) bool {
	if p, ok := peculiars.Load(t); ok {
		return p.(bool)
	}
	p := false
	for _, i := range []reflect.Type{markedJSON, markedText, unmarkedJSON, unmarkedText} {
		p = p || t.Implements(i) || reflect.PointerTo(t).Implements(i)
	}
	peculiars.Store(t, p)
	return p
}

// deepest is how far down canonical forms are written and read here; encoding/json
// goes on from there.
const deepest = 50

// exactInteger bounds the integers that a number of JSON, which is an IEEE 754
// double, holds exactly.
const exactInteger = 1 << 53

// appendCanonical appends v in the form of RFC 8785. It reports false when it
// meets something that it leaves to encoding/json and jcs, which take ten times
// as long: types that write themselves, fractions, invalid UTF-8.
func appendCanonical(b []byte, v reflect.Value, depth int) ([]byte, bool) {
	t := v.Type()
	if t == timeType {
		return appendTime(b, v)
	}
	if depth > deepest || v.Kind() != reflect.Interface && peculiar(t) {
		return b, false
	}
	switch v.Kind() {
	case reflect.String:
		return appendQuoted(b, v.String())
	case reflect.Bool:
		return strconv.AppendBool(b, v.Bool()), true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n := v.Int()
		return strconv.AppendInt(b, n, 10), -exactInteger <= n && n <= exactInteger
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return append(b, "null"...), true
		}
		return appendCanonical(b, v.Elem(), depth+1)
	case reflect.Slice:
		return appendList(b, v, depth)
	case reflect.Map:
		return appendMap(b, v, depth)
	case reflect.Struct:
		return appendStruct(b, v, depth)
	}
	return b, false
}

func appendTime(b []byte, v reflect.Value) ([]byte, bool) {
	t, ok := v.Interface().(time.Time)
	if !ok {
		return b, false
	}
	b = append(b, '"')
	b, err := t.AppendText(b)
	return append(b, '"'), err == nil
}

func appendList(b []byte, v reflect.Value, depth int) ([]byte, bool) {
	if v.IsNil() {
		return append(b, "null"...), true
	}
	if v.Type().Elem().Kind() == reflect.Uint8 {
		return b, false
	}
	b = append(b, '[')
	ok := true
	for i := range v.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		if b, ok = appendCanonical(b, v.Index(i), depth+1); !ok {
			return b, false
		}
	}
	return append(b, ']'), true
}

func appendMap(b []byte, v reflect.Value, depth int) ([]byte, bool) {
	if v.IsNil() {
		return append(b, "null"...), true
	}
	if v.Type().Key().Kind() != reflect.String || peculiar(v.Type().Key()) {
		return b, false
	}
	keys := v.MapKeys()
	slices.SortFunc(keys, func(x, y reflect.Value) int { return compareNames(x.String(), y.String()) })
	b = append(b, '{')
	ok := true
	for i, key := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		if b, ok = appendQuoted(b, key.String()); !ok {
			return b, false
		}
		b = append(b, ':')
		if b, ok = appendCanonical(b, v.MapIndex(key), depth+1); !ok {
			return b, false
		}
	}
	return append(b, '}'), true
}

func appendStruct(b []byte, v reflect.Value, depth int) ([]byte, bool) {
	l := layoutOf(v.Type())
	if l.odd {
		return b, false
	}
	b = append(b, '{')
	first, ok := true, true
	for i := range l.members {
		m := &l.members[i]
		f := v.FieldByIndex(m.index)
		if m.omitEmpty && isEmpty(f) || m.omitZero && isZero(f) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(b, '"')
		b = append(b, m.name...)
		b = append(b, '"', ':')
		if b, ok = appendCanonical(b, f, depth+1); !ok {
			return b, false
		}
	}
	return append(b, '}'), true
}

// isEmpty is what the option omitempty means by empty.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String, reflect.Slice, reflect.Map, reflect.Array:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

func isZero(v reflect.Value) bool {
	if t, ok := v.Interface().(time.Time); ok {
		return t.IsZero()
	}
	return v.IsZero()
}

// appendQuoted appends s as a string of JSON with no more escapes than are needed.
func appendQuoted(b []byte, s string) ([]byte, bool) {
	if !utf8.ValidString(s) {
		return b, false
	}
	const hex = "0123456789abcdef"
	b = append(b, '"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\b':
			b = append(b, '\\', 'b')
		case '\f':
			b = append(b, '\\', 'f')
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xF])
		}
	}
	b = append(b, s[from:]...)
	return append(b, '"'), true
}

// compareNames puts names in the order of their UTF-16 code units, as RFC 8785
// asks. It is the order of their bytes but for characters beyond U+FFFF, whose
// surrogates come before U+E000.
func compareNames(a, b string) int {
	for i := range min(len(a), len(b)) {
		x, y := a[i], b[i]
		if x == y {
			continue
		}
		if x >= 0xEE && y >= 0xEE && (x >= 0xF0) != (y >= 0xF0) {
			return int(y) - int(x)
		}
		return int(x) - int(y)
	}
	return len(a) - len(b)
}
