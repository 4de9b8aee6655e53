package record

import (
	"bytes"
	"encoding/json"
	"sort"
	"strconv"
	"strings"
)

// Change is one difference between two revisions. Path names the place, such as
// "texts/en/title" or "body/stage"; Old or New is "" when the place is new or gone.
type Change struct {
	Path string
	Old  string
	New  string
}

// bookkeeping lists the members that change with every revision and tell a
// reader nothing.
var bookkeeping = map[string]bool{"rev": true, "prev": true, "updated": true}

// Diff lists what changed from a to b, ordered by place.
func Diff(a, b *Record) ([]Change, error) {
	before, err := Flatten(a)
	if err != nil {
		return nil, err
	}
	after, err := Flatten(b)
	if err != nil {
		return nil, err
	}
	paths := map[string]bool{}
	for p := range before {
		paths[p] = true
	}
	for p := range after {
		paths[p] = true
	}
	var changes []Change
	for p := range paths {
		top, _, _ := strings.Cut(p, "/")
		if !bookkeeping[top] && before[p] != after[p] {
			changes = append(changes, Change{Path: p, Old: before[p], New: after[p]})
		}
	}
	sort.Slice(changes, func(i, j int) bool { return changes[i].Path < changes[j].Path })
	return changes, nil
}

// Flatten gives the leaves of r's canonical form by path, in which members and
// list places are joined by "/" and a "/" or "~" inside a name is written as in
// RFC 6901 (JSON Pointer).
func Flatten(r *Record) (map[string]string, error) {
	canonical, err := r.Canonical()
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(canonical))
	dec.UseNumber()
	var tree any
	if err := dec.Decode(&tree); err != nil {
		return nil, err
	}
	leaves := map[string]string{}
	flatten("", tree, leaves)
	return leaves, nil
}

var pointer = strings.NewReplacer("~", "~0", "/", "~1")

func flatten(path string, node any, leaves map[string]string) {
	join := func(name string) string {
		if path == "" {
			return name
		}
		return path + "/" + name
	}
	switch v := node.(type) {
	case map[string]any:
		for name, child := range v {
			flatten(join(pointer.Replace(name)), child, leaves)
		}
	case []any:
		for i, child := range v {
			flatten(join(strconv.Itoa(i)), child, leaves)
		}
	case string:
		leaves[path] = v
	case json.Number:
		leaves[path] = v.String()
	case bool:
		leaves[path] = "false"
		if v {
			leaves[path] = "true"
		}
	}
}
