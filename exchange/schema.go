package exchange

import (
	"bytes"
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"karvan/record"
)

// shape is what kind of JSON value stands at a place of a record, as far as the
// Go type of the record and its kind's body tell.
type shape int

const (
	free    shape = iota // not known: what a newer peer wrote, or any JSON
	text                 // a string
	instant              // a string that is a time
	number
	boolean
	object
	list
)

var (
	timeType      = reflect.TypeFor[time.Time]()
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
	recordType    = reflect.TypeFor[record.Record]()
)

func shapeOf(t reflect.Type) shape {
	if t == nil {
		return free
	}
	if t.Kind() == reflect.Pointer {
		return shapeOf(t.Elem())
	}
	switch p := reflect.PointerTo(t); {
	case t == timeType:
		return instant
	case p.Implements(jsonMarshaler):
		return free
	case p.Implements(textMarshaler):
		return text
	}
	switch t.Kind() {
	case reflect.String:
		return text
	case reflect.Bool:
		return boolean
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
		reflect.Float32, reflect.Float64:
		return number
	case reflect.Struct:
		return object
	case reflect.Map:
		if t.Key().Kind() == reflect.String {
			return object
		}
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return text // encoding/json writes bytes in base 64
		}
		return list
	}
	return free
}

// child is the type of a member of an object, or of the elements of a list. It
// is nil where the type knows no such member.
func child(t reflect.Type, name string) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() == reflect.Struct {
		return membersOf(t)[name]
	}
	return t.Elem()
}

var memberTypes sync.Map // reflect.Type to map[string]reflect.Type

func membersOf(t reflect.Type) map[string]reflect.Type {
	if m, ok := memberTypes.Load(t); ok {
		return m.(map[string]reflect.Type)
	}
	m := map[string]reflect.Type{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "-" || f.Anonymous && name == "" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		m[name] = f.Type
	}
	memberTypes.Store(t, m)
	return m
}

// bodyType is the Go type of the bodies of a kind.
func bodyType(k *record.Kind) reflect.Type {
	if k == nil {
		return nil // stored by a node that knew more kinds
	}
	return reflect.TypeOf(k.New())
}

// listMost and mapMost bound how far a list or an object is spread over columns;
// a longer one stands in one cell, as JSON.
const (
	listMost = 40
	mapMost  = 200
)

// take takes the canonical form of a revision apart: the cell of each place, in
// no order. Empty lists and objects, null, and what the kind does not know stand
// in one cell as JSON.
func take(kind *record.Kind, canonical []byte, leaf func(path, cell string) error) error {
	dec := json.NewDecoder(bytes.NewReader(canonical))
	dec.UseNumber()
	var tree map[string]any
	if err := dec.Decode(&tree); err != nil {
		return err
	}
	for name, node := range tree {
		t := child(recordType, name)
		if name == "body" {
			t = bodyType(kind)
		}
		if err := takeNode(escapeName(name), node, t, leaf); err != nil {
			return err
		}
	}
	return nil
}

func takeNode(path string, node any, t reflect.Type, leaf func(path, cell string) error) error {
	s := shapeOf(t)
	switch v := node.(type) {
	case map[string]any:
		if s == object && 0 < len(v) && len(v) <= mapMost {
			for name, below := range v {
				if err := takeNode(path+"/"+escapeName(name), below, child(t, name), leaf); err != nil {
					return err
				}
			}
			return nil
		}
	case []any:
		if s == list && 0 < len(v) && len(v) <= listMost {
			for i, below := range v {
				if err := takeNode(path+"/"+strconv.Itoa(i), below, child(t, ""), leaf); err != nil {
					return err
				}
			}
			return nil
		}
	case string:
		if s == text || s == instant || s == free {
			return leaf(path, textCell(v))
		}
	case json.Number:
		if s == number {
			return leaf(path, v.String())
		}
	case bool:
		if s == boolean {
			return leaf(path, strconv.FormatBool(v))
		}
	}
	plain, err := json.Marshal(node)
	if err != nil {
		return err
	}
	return leaf(path, literal(plain))
}

var (
	escaper   = strings.NewReplacer("~", "~0", "/", "~1")
	unescaper = strings.NewReplacer("~1", "/", "~0", "~")
)

// escapeName writes a member's name as RFC 6901 (JSON Pointer) does.
func escapeName(name string) string { return escaper.Replace(name) }

func unescapeName(s string) string { return unescaper.Replace(s) }

// first are the columns that stand at the left of a table, in this order.
var first = []string{"id", "kind", "rev", "state", "source", "owner", "party", "prev", "created", "updated", "published"}

// comparePaths orders columns: the well-known first, then by name, the elements
// of a list by number.
func comparePaths(a, b string) int {
	if a == b {
		return 0
	}
	i, j := slices.Index(first, a), slices.Index(first, b)
	switch {
	case i >= 0 && j >= 0:
		return i - j
	case i >= 0:
		return -1
	case j >= 0:
		return 1
	}
	x, y := strings.Split(a, "/"), strings.Split(b, "/")
	for k := range min(len(x), len(y)) {
		if x[k] == y[k] {
			continue
		}
		m, errM := strconv.Atoi(x[k])
		n, errN := strconv.Atoi(y[k])
		if errM == nil && errN == nil && m != n {
			return m - n
		}
		return strings.Compare(x[k], y[k])
	}
	return len(x) - len(y)
}
