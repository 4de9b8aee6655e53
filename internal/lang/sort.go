package lang

import (
	"bytes"
	"slices"

	"golang.org/x/text/collate"
)

// Sort orders items as the printer's language orders the texts that key
// returns. Items with equal texts keep their order.
func Sort[T any](p *Printer, items []T, key func(T) string) {
	type keyed struct {
		item T
		key  []byte
	}
	col := collate.New(p.tag.text())
	var buf collate.Buffer
	all := make([]keyed, len(items))
	for i, it := range items {
		all[i] = keyed{it, bytes.Clone(col.KeyFromString(&buf, key(it)))}
		buf.Reset()
	}
	slices.SortStableFunc(all, func(a, b keyed) int { return bytes.Compare(a.key, b.key) })
	for i := range all {
		items[i] = all[i].item
	}
}

// SortStrings orders texts as the printer's language orders them.
func (p *Printer) SortStrings(s []string) {
	Sort(p, s, func(s string) string { return s })
}

// CollationKey returns bytes that, compared as bytes, order texts as the
// language does. Keys of different languages, and of different versions of
// the collation tables, cannot be compared.
func CollationKey(t Tag, s string) []byte {
	var buf collate.Buffer
	return bytes.Clone(collate.New(t.text()).KeyFromString(&buf, s))
}
