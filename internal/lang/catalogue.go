package lang

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"sync"
)

// Catalogues hold the messages of every language. They are safe for
// concurrent use.
type Catalogues struct {
	messages map[Tag]map[string]forms
	printers map[Tag]*Printer
	missing  missing
}

// maxMissing bounds the memory of missing keys, since part of a key may come
// from stored data.
const maxMissing = 1000

// missing remembers which keys were asked for and not found.
type missing struct {
	mu   sync.Mutex
	keys map[string]bool
}

// Load reads the catalogues <tag>/<area>.json at the root of a file system.
// It fails on a key that stands twice within a language, on an unknown
// plural form and on a stray brace.
func Load(fsys fs.FS) (*Catalogues, error) {
	files, err := fs.Glob(fsys, "*/*.json")
	if err != nil {
		return nil, fmt.Errorf("lang.Load: %w", err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("lang.Load: no file matches <tag>/<area>.json")
	}
	c := &Catalogues{
		messages: map[Tag]map[string]forms{},
		printers: map[Tag]*Printer{},
		missing:  missing{keys: map[string]bool{}},
	}
	for _, name := range files {
		if err := c.add(fsys, name); err != nil {
			return nil, fmt.Errorf("lang.Load: %s: %w", name, err)
		}
	}
	for t := range c.messages {
		c.printers[t] = newPrinter(c, t)
	}
	return c, nil
}

// add merges one file into the language its folder names.
func (c *Catalogues) add(fsys fs.FS, name string) error {
	dir := path.Dir(name)
	t, err := Parse(dir)
	if err != nil || string(t) != dir {
		return fmt.Errorf("folder %q is not a language tag in canonical form", dir)
	}
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	entries, err := parseFile(data)
	if err != nil {
		return err
	}
	if c.messages[t] == nil {
		c.messages[t] = map[string]forms{}
	}
	for _, e := range entries {
		if _, twice := c.messages[t][e.key]; twice {
			return fmt.Errorf("key %q stands in another file too", e.key)
		}
		c.messages[t][e.key] = e.msg
	}
	return nil
}

// Tags returns the languages that have a catalogue, sorted.
func (c *Catalogues) Tags() []Tag { return slices.Sorted(maps.Keys(c.messages)) }

// Keys returns the keys of one language, sorted.
func (c *Catalogues) Keys(t Tag) []string { return slices.Sorted(maps.Keys(c.messages[t])) }

// Printer returns the printer for a language, or for the one [Fallback]
// names when that language has no catalogue.
func (c *Catalogues) Printer(t Tag) *Printer {
	if p, ok := c.printers[t]; ok {
		return p
	}
	return c.printers[Fallback(t, c.Tags(), Interface[0])]
}

// Name returns the name of a language in another one: "Chinese" for "zh" in
// "en". Without an entry lang.<tag> it is the [Autonym].
func (c *Catalogues) Name(t, in Tag) string { return c.Printer(in).Name(t) }

// Missing returns the keys that were asked for and not found, sorted. Tests
// expect none.
func (c *Catalogues) Missing() []string {
	c.missing.mu.Lock()
	defer c.missing.mu.Unlock()
	return slices.Sorted(maps.Keys(c.missing.keys))
}

func (m *missing) add(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.keys) < maxMissing {
		m.keys[key] = true
	}
}
