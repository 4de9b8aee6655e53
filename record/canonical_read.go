package record

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// decoder reads a record in one pass. It takes the usual way only: whatever is
// wrong or peculiar (escapes of surrogates, names in other letter case,
// members named twice, types that read themselves) makes it give up, and
// encoding/json, which takes several passes, has the verdict.
type decoder struct {
	data []byte
	at   int
}

// decodeUsual gives the record in data, nil when encoding/json has to be asked.
func (b *Book) decodeUsual(data []byte) *Record {
	d := &decoder{data: data}
	r := &Record{}
	var kind *Kind
	var body []byte
	seen := uint64(0)
	ok := d.object(func(name string) bool {
		switch name {
		case "kind":
			ok := r.Kind == "" && d.value(reflect.ValueOf(&r.Kind).Elem(), 1)
			kind = b.kinds[r.Kind]
			return ok && kind != nil
		case "body": // may stand before the kind, which says what is in it
			body = d.raw()
			return body != nil && d.once(&seen, 63)
		}
		return d.member(layoutOf(recordType), reflect.ValueOf(r).Elem(), &seen, name, 0, &r.Extra)
	})
	if !ok || kind == nil || d.space() != 0 || d.at != len(data) {
		return nil
	}
	r.Body = kind.New()
	v := reflect.ValueOf(r.Body)
	if body == nil {
		return r
	}
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct || peculiar(v.Type()) {
		return nil
	}
	d, seen = &decoder{data: body}, 0
	ok = d.object(func(name string) bool {
		return d.member(layoutOf(v.Elem().Type()), v.Elem(), &seen, name, 1, &r.BodyExtra)
	})
	if !ok || d.at != len(body) {
		return nil
	}
	return r
}

var recordType = reflect.TypeFor[Record]()

// once notes that member i was met and reports whether it was for the first time.
func (d *decoder) once(seen *uint64, i int) bool {
	bit := uint64(1) << i
	first := *seen&bit == 0
	*seen |= bit
	return first
}

// member reads the value of a named member into v, or keeps it in extra when v's
// type has none of that name.
func (d *decoder) member(l *layout, v reflect.Value, seen *uint64, name string, depth int, extra *map[string]json.RawMessage) bool {
	if l.odd || len(l.members) > 63 {
		return false
	}
	if i, known := l.byName[name]; known {
		return d.once(seen, i) && d.value(v.FieldByIndex(l.members[i].index), depth+1)
	}
	if extra == nil {
		return false
	}
	for _, m := range l.members {
		if strings.EqualFold(m.name, name) {
			return false
		}
	}
	raw := d.raw()
	if raw == nil || !json.Valid(raw) {
		return false
	}
	if *extra == nil {
		*extra = map[string]json.RawMessage{}
	}
	(*extra)[name] = append(json.RawMessage(nil), raw...)
	return true
}

// value reads the next value into v, which holds the zero value of its type.
func (d *decoder) value(v reflect.Value, depth int) bool {
	t := v.Type()
	if t == timeType {
		return d.time(v)
	}
	c := d.space()
	if depth > deepest || peculiar(t) {
		return false
	}
	switch v.Kind() {
	case reflect.String:
		s, ok := d.text()
		v.SetString(s)
		return ok
	case reflect.Bool:
		v.SetBool(c == 't')
		return d.word("true") || d.word("false")
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, ok := d.integer()
		if !ok || v.OverflowInt(n) {
			return false
		}
		v.SetInt(n)
		return true
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return v.IsNil() && (c == 'n' && d.word("null") || d.some(v, depth))
	case reflect.Struct:
		seen, l := uint64(0), layoutOf(t)
		return d.object(func(name string) bool { return d.member(l, v, &seen, name, depth, nil) })
	}
	return false
}

// some reads what is not null.
func (d *decoder) some(v reflect.Value, depth int) bool {
	t := v.Type()
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		return d.value(v.Elem(), depth+1)
	case reflect.Slice:
		return t.Elem().Kind() != reflect.Uint8 && d.list(v, depth)
	}
	return t.Key().Kind() == reflect.String && !peculiar(t.Key()) && d.pairs(v, depth)
}

func (d *decoder) time(v reflect.Value) bool {
	if d.space() != '"' {
		return false
	}
	from := d.at
	d.skipString()
	var t time.Time
	if d.at-from < 2 || t.UnmarshalText(d.data[from+1:d.at-1]) != nil {
		return false
	}
	v.Set(reflect.ValueOf(t))
	return true
}

func (d *decoder) list(v reflect.Value, depth int) bool {
	if !d.word("[") {
		return false
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	if d.word("]") {
		return true
	}
	for n := 0; ; n++ {
		v.Grow(1)
		v.SetLen(n + 1)
		if !d.value(v.Index(n), depth+1) {
			return false
		}
		if !d.word(",") {
			return d.word("]")
		}
	}
}

func (d *decoder) pairs(v reflect.Value, depth int) bool {
	t := v.Type()
	all := reflect.MakeMap(t)
	v.Set(all)
	plain, _ := all.Interface().(map[string]string)
	return d.object(func(name string) bool {
		if plain != nil {
			s, ok := d.text()
			plain[name] = s
			return ok
		}
		e := reflect.New(t.Elem()).Elem()
		ok := d.value(e, depth+1)
		all.SetMapIndex(reflect.ValueOf(name).Convert(t.Key()), e)
		return ok
	})
}

// object reads an object, whose values member takes.
func (d *decoder) object(member func(name string) bool) bool {
	if !d.word("{") {
		return false
	}
	if d.word("}") {
		return true
	}
	for {
		name, ok := d.text()
		if !ok || !d.word(":") || !member(name) {
			return false
		}
		if !d.word(",") {
			return d.word("}")
		}
	}
}

// space passes blanks and gives the byte after them, 0 at the end.
func (d *decoder) space() byte {
	for ; d.at < len(d.data); d.at++ {
		switch c := d.data[d.at]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

// word passes w if it comes next.
func (d *decoder) word(w string) bool {
	if d.space() != w[0] || len(d.data)-d.at < len(w) || string(d.data[d.at:d.at+len(w)]) != w {
		return false
	}
	d.at += len(w)
	return true
}

func (d *decoder) integer() (int64, bool) {
	d.space()
	from := d.at
	for d.at < len(d.data) && (d.data[d.at] == '-' || '0' <= d.data[d.at] && d.data[d.at] <= '9') {
		d.at++
	}
	digits := d.data[from:d.at]
	if len(digits) > 1 && digits[0] == '0' || len(digits) > 1 && digits[0] == '-' && digits[1] == '0' {
		return 0, false
	}
	n, err := strconv.ParseInt(string(digits), 10, 64)
	return n, err == nil
}

// text reads a string.
func (d *decoder) text() (string, bool) {
	if !d.word(`"`) {
		return "", false
	}
	from := d.at
	for ; d.at < len(d.data); d.at++ {
		switch c := d.data[d.at]; {
		case c == '"':
			s := d.data[from:d.at]
			d.at++
			return string(s), utf8.Valid(s)
		case c == '\\':
			return d.escaped(from)
		case c < ' ':
			return "", false
		}
	}
	return "", false
}

// escaped reads the rest of a string that began at from and has an escape here.
func (d *decoder) escaped(from int) (string, bool) {
	s := append(make([]byte, 0, 2*(d.at-from)+64), d.data[from:d.at]...)
	for d.at < len(d.data) {
		c := d.data[d.at]
		d.at++
		switch {
		case c == '"':
			return string(s), utf8.Valid(s)
		case c < ' ':
			return "", false
		case c != '\\':
			s = append(s, c)
			continue
		case d.at == len(d.data):
			return "", false
		}
		c = d.data[d.at]
		d.at++
		switch c {
		case '"', '\\', '/':
			s = append(s, c)
		case 'b':
			s = append(s, '\b')
		case 'f':
			s = append(s, '\f')
		case 'n':
			s = append(s, '\n')
		case 'r':
			s = append(s, '\r')
		case 't':
			s = append(s, '\t')
		case 'u':
			if len(d.data)-d.at < 4 {
				return "", false
			}
			n, err := strconv.ParseUint(string(d.data[d.at:d.at+4]), 16, 16)
			if err != nil || 0xD800 <= n && n < 0xE000 {
				return "", false
			}
			s = utf8.AppendRune(s, rune(n))
			d.at += 4
		default:
			return "", false
		}
	}
	return "", false
}

// skipString passes a string without a look at what is in it.
func (d *decoder) skipString() {
	for d.at++; d.at < len(d.data); d.at++ {
		switch d.data[d.at] {
		case '\\':
			d.at++
		case '"':
			d.at++
			return
		}
	}
}

// raw passes a value, whose form the caller checks, nil when it does not end.
func (d *decoder) raw() []byte {
	d.space()
	from, open := d.at, 0
	for d.at < len(d.data) {
		switch d.data[d.at] {
		case '"':
			d.skipString()
			if open == 0 {
				return d.data[from:min(d.at, len(d.data))]
			}
			continue
		case '{', '[':
			open++
		case '}', ']', ',', ' ', '\t', '\r', '\n':
			c := d.data[d.at]
			if open == 0 { // the end of a word or number
				return d.data[from:d.at]
			}
			if c == '}' || c == ']' {
				if open--; open == 0 {
					d.at++
					return d.data[from:d.at]
				}
			}
		}
		d.at++
	}
	return nil
}
