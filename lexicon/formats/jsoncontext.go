package formats

import (
	"strings"

	"karvan/internal/fault"
)

// maxDefinitions bounds the names that a context may define.
const maxDefinitions = 5000

// jsonContext says what the names in a JSON-LD document stand for.
type jsonContext struct {
	given       bool // the document has one
	base, vocab string
	lang        string
	names       map[string]definition
	outer       *jsonContext // knows the names that this one does not
}

// definition is what a context says of a name.
type definition struct {
	id        string // as written
	kind      string // how plain strings are meant: "@id", "@vocab", or the type of a literal
	lang      string
	hasLang   bool
	container string
	reverse   bool
}

func newContext() *jsonContext { return &jsonContext{names: map[string]definition{}} }

// lookup gives what a name was defined to be. Contexts are nested no deeper than
// nodes.
func (c *jsonContext) lookup(name string) definition {
	for ; c != nil; c = c.outer {
		if d, ok := c.names[name]; ok {
			return d
		}
	}
	return definition{}
}

// with gives the context that holds where v is declared within c.
func (c *jsonContext) with(v any, s *sink, line int) (*jsonContext, error) {
	d := &jsonContext{given: true, base: c.base, vocab: c.vocab, lang: c.lang, names: map[string]definition{}, outer: c}
	all, ok := v.([]any)
	if !ok {
		all = []any{v}
	}
	for _, v := range all {
		switch v := v.(type) {
		case nil:
			*d = *newContext()
			d.given = true
		case string:
			s.skip(line, fault.New(fault.Unsupported, "lexicon.remote-context", "address", excerpt(v)))
		case map[string]any:
			if len(d.names)+len(v) > maxDefinitions {
				return nil, fault.New(fault.TooLarge, "lexicon.too-many-prefixes", "line", line, "max", maxDefinitions)
			}
			d.define(v)
		}
	}
	return d, nil
}

func (c *jsonContext) define(v map[string]any) {
	for name, v := range v {
		text, _ := v.(string)
		if len(text) > MaxID { // would be copied at each use
			continue
		}
		switch name {
		case "@base":
			c.base = text
			continue
		case "@vocab":
			c.vocab = text
			continue
		case "@language":
			c.lang = text
			continue
		}
		if strings.HasPrefix(name, "@") {
			continue
		}
		d := definition{id: text}
		if m, ok := v.(map[string]any); ok {
			d = readDefinition(m)
		}
		if len(d.id) > MaxID {
			continue
		}
		c.names[name] = d
	}
}

func readDefinition(m map[string]any) definition {
	d := definition{}
	d.id, _ = m["@id"].(string)
	d.kind, _ = m["@type"].(string)
	d.container, _ = m["@container"].(string)
	if list, ok := m["@container"].([]any); ok {
		for _, v := range list {
			if s, _ := v.(string); s != "@set" {
				d.container = s
			}
		}
	}
	if v, ok := m["@language"]; ok {
		d.lang, _ = v.(string)
		d.hasLang = true
	}
	if r, ok := m["@reverse"].(string); ok {
		d.id, d.reverse = r, true
	}
	return d
}

// keyword gives the keyword that a name stands for, "" if it stands for none.
func (c *jsonContext) keyword(name string) string {
	if strings.HasPrefix(name, "@") {
		return name
	}
	if d := c.lookup(name); strings.HasPrefix(d.id, "@") {
		return d.id
	}
	return ""
}

// property gives the address that a name stands for.
func (c *jsonContext) property(name string) string { return c.expand(name, 0) }

func (c *jsonContext) expand(name string, depth int) string {
	if depth > 8 || len(name) > MaxID { // definitions may go round in circles
		return name
	}
	if d := c.lookup(name); d.id != "" && d.id != name {
		return c.expand(d.id, depth+1)
	}
	prefix, local, found := strings.Cut(name, ":")
	if found && !strings.HasPrefix(local, "//") {
		if d := c.lookup(prefix); d.id != "" {
			return c.expand(d.id, depth+1) + local
		}
	}
	if found || c.vocab == "" {
		return name
	}
	if prefix, local, found = strings.Cut(c.vocab, ":"); found && !strings.HasPrefix(local, "//") && c.lookup(prefix).id != "" {
		return c.expand(prefix, depth+1) + local + name
	}
	return c.vocab + name
}

// resource gives the node that a string names.
func (c *jsonContext) resource(s string, vocab bool) term {
	if strings.HasPrefix(s, "_:") {
		return term{kind: blank, text: s}
	}
	if vocab {
		return term{kind: iri, text: c.expand(s, 0)}
	}
	prefix, local, found := strings.Cut(s, ":")
	if found && !strings.HasPrefix(local, "//") && c.lookup(prefix).id != "" {
		return term{kind: iri, text: c.expand(s, 0)}
	}
	return term{kind: iri, text: resolve(c.base, s)}
}
