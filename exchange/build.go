package exchange

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"karvan/internal/fault"
	"karvan/record"
)

// more separates a column's path from the number of its continuation. "~+" is no
// escape of RFC 6901, so no path ends like that.
const more = "~+"

// columns are the header of a table.
type columns struct {
	paths []string // of each column, "" for one that has no name
	part  []int    // 0 for a column of its own, else the number of a continuation
	named []bool
	plans sync.Map // kind's name to []step chains
}

// place is where a column's value belongs in a kind's records.
type place struct {
	steps []step
	shape shape
	err   *fault.Fault
}

type step struct {
	name  string
	index int
	list  bool
}

// readHeader understands the first row of a table.
func readHeader(cells []string) (*columns, error) {
	if len(cells) > MaxColumns {
		return nil, fault.New(fault.TooLarge, "exchange.too-many-columns", "max", MaxColumns)
	}
	c := &columns{paths: make([]string, len(cells)), part: make([]int, len(cells)), named: make([]bool, len(cells))}
	seen := map[string]bool{}
	for i, cell := range cells {
		cell = strings.TrimSpace(unprotect(cell))
		if cell == "" {
			continue
		}
		if seen[cell] {
			return nil, fault.New(fault.Invalid, "exchange.column-twice", "column", clip(cell)).At(clip(cell))
		}
		seen[cell] = true
		path, err := headerPath(cell)
		if err != nil {
			return nil, err
		}
		c.named[i] = true
		if at := strings.LastIndex(path, more); at >= 0 {
			if n, err := strconv.Atoi(path[at+len(more):]); err == nil && n >= 2 {
				if i == 0 || c.paths[i-1] != path[:at] || max(c.part[i-1], 1) != n-1 {
					return nil, fault.New(fault.Invalid, "exchange.column-twice", "column", clip(cell)).At(clip(cell))
				}
				path, c.part[i] = path[:at], n
			}
		}
		c.paths[i] = path
	}
	if !seen["kind"] {
		return nil, fault.New(fault.Invalid, "exchange.no-kind-column").At("kind")
	}
	return c, nil
}

func headerPath(cell string) (path string, err error) {
	plain, ok := strings.CutPrefix(cell, mark)
	if !ok {
		return cell, nil
	}
	if json.Unmarshal([]byte(plain), &path) != nil {
		return "", fault.New(fault.Invalid, "exchange.bad-json").At(clip(cell))
	}
	return path, nil
}

// plan finds where each column belongs in records of a kind.
func (c *columns) plan(kind *record.Kind) []place {
	if p, ok := c.plans.Load(kind.Name); ok {
		return p.([]place)
	}
	places := make([]place, len(c.paths))
	for i, path := range c.paths {
		if c.named[i] {
			places[i] = locate(kind, path)
		}
	}
	c.plans.Store(kind.Name, places)
	return places
}

// locate walks a path down the types of a kind's records. A member that nobody
// knows may stand where a record keeps such members: at the top, or at the top
// of the body.
func locate(kind *record.Kind, path string) (p place) {
	bad := fault.New(fault.Invalid, "exchange.unknown-column").At(clip(path))
	t := recordType
	for depth, seg := range strings.Split(path, "/") {
		name := unescapeName(seg)
		switch shapeOf(t) {
		case object:
			next := child(t, name)
			if next == nil {
				keeps := depth == 0 || depth == 1 && p.steps[0].name == "body"
				if !keeps || looksLikeMember(t, name) {
					p.err = bad
					return p
				}
			}
			if depth == 0 && name == "body" {
				next = bodyType(kind)
			}
			p.steps = append(p.steps, step{name: name})
			t = next
		case list:
			n, err := strconv.Atoi(seg)
			if err != nil || n < 0 || n >= listMost || strconv.Itoa(n) != seg {
				p.err = bad
				return p
			}
			p.steps = append(p.steps, step{index: n, list: true})
			t = child(t, "")
		default:
			p.err = bad
			return p
		}
	}
	p.shape = shapeOf(t)
	return p
}

// looksLikeMember reports whether a name differs from one of t's members by
// letter case only; encoding/json would take it for that member.
func looksLikeMember(t reflect.Type, name string) bool {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	for known := range membersOf(t) {
		if strings.EqualFold(known, name) {
			return true
		}
	}
	return false
}

// node is a place of a record that is being put together.
type node struct {
	raw     json.RawMessage
	members map[string]*node
	list    map[int]*node
}

// put puts value at the place that steps lead to. It reports false when
// something else stands in the way.
func (n *node) put(steps []step, value json.RawMessage) bool {
	for _, s := range steps {
		if n.raw != nil || s.list && n.members != nil || !s.list && n.list != nil {
			return false
		}
		var next *node
		if s.list {
			if n.list == nil {
				n.list = map[int]*node{}
			}
			if next = n.list[s.index]; next == nil {
				next = &node{}
				n.list[s.index] = next
			}
		} else {
			if n.members == nil {
				n.members = map[string]*node{}
			}
			if next = n.members[s.name]; next == nil {
				next = &node{}
				n.members[s.name] = next
			}
		}
		n = next
	}
	if n.raw != nil || n.members != nil || n.list != nil {
		return false
	}
	n.raw = value
	return true
}

// write writes n as JSON. The elements of a list keep their order; a gap, where
// somebody emptied the cells of one, closes.
func (n *node) write(b *bytes.Buffer) error {
	switch {
	case n.raw != nil:
		b.Write(n.raw)
	case n.list != nil:
		b.WriteByte('[')
		var order []int
		for i := range n.list {
			order = append(order, i)
		}
		slices.Sort(order)
		for k, i := range order {
			if k > 0 {
				b.WriteByte(',')
			}
			if err := n.list[i].write(b); err != nil {
				return err
			}
		}
		b.WriteByte(']')
	default:
		b.WriteByte('{')
		comma := false
		for name, below := range n.members {
			if comma {
				b.WriteByte(',')
			}
			comma = true
			plain, err := json.Marshal(name)
			if err != nil {
				return err
			}
			b.Write(plain)
			b.WriteByte(':')
			if err := below.write(b); err != nil {
				return err
			}
		}
		b.WriteByte('}')
	}
	return nil
}

// build puts a row together as JSON again. All its faults are reported at once.
// fresh tells that the row names no record: somebody wrote it.
func (c *columns) build(book *record.Book, cells []string) (data []byte, fresh bool, err error) {
	cells, err = c.join(cells)
	if err != nil {
		return nil, false, err
	}
	kind := book.Kind(c.cell(cells, "kind"))
	if kind == nil {
		return nil, false, fault.New(fault.Invalid, "record.unknown-kind", "kind", clip(c.cell(cells, "kind"))).At("kind")
	}
	var l fault.List
	root := &node{}
	for i, p := range c.plan(kind) {
		if i >= len(cells) || cells[i] == "" {
			continue
		}
		if !c.named[i] {
			l.Add("", "exchange.no-header", "column", i+1)
			continue
		}
		if p.err != nil {
			l.Merge("", p.err)
			continue
		}
		v, err := value(cells[i], p.shape)
		if err != nil {
			f := fault.Of(err)
			l.Merge("", f.At(clip(c.paths[i])))
			continue
		}
		if !root.put(p.steps, v) {
			l.Add(clip(c.paths[i]), "exchange.column-conflict")
		}
	}
	if err := l.Err(); err != nil {
		return nil, false, err
	}
	var b bytes.Buffer
	if err := root.write(&b); err != nil {
		return nil, false, err
	}
	return b.Bytes(), root.members["id"] == nil, nil
}

// join takes the quotes off and puts continued cells together.
func (c *columns) join(cells []string) ([]string, error) {
	whole := make([]string, len(c.paths))
	at := 0
	for i, cell := range cells {
		if i >= len(c.paths) {
			if cell != "" {
				return nil, fault.New(fault.Invalid, "exchange.no-header", "column", i+1)
			}
			continue
		}
		if c.part[i] < 2 {
			at = i
		}
		whole[at] += unprotect(cell)
		if len(whole[at]) > MaxCell {
			return nil, fault.New(fault.TooLarge, "exchange.cell-too-long", "max", MaxCell).At(clip(c.paths[at]))
		}
	}
	return whole, nil
}

// cell gives the cell of a top-level column.
func (c *columns) cell(cells []string, path string) string {
	for i, p := range c.paths {
		if p == path && c.part[i] < 2 && i < len(cells) {
			return cells[i]
		}
	}
	return ""
}

// clip keeps what strangers sent short enough to be repeated in a message.
func clip(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
