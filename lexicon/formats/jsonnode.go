package formats

import (
	"maps"
	"slices"
	"strconv"
)

// nodeReader makes triples of the nodes of JSON-LD.
type nodeReader struct {
	graph *graph
	line  int
}

// value reads whatever stands for an object, and gives the terms.
func (n *nodeReader) value(v any, c *jsonContext, d definition, depth int) ([]term, error) {
	if depth > MaxDepth {
		return nil, deep(n.line)
	}
	switch v := v.(type) {
	case []any:
		var all []term
		for _, v := range v {
			terms, err := n.value(v, c, d, depth+1)
			if err != nil {
				return nil, err
			}
			all = append(all, terms...)
		}
		return all, nil
	case map[string]any:
		return n.object(v, c, d, depth)
	case string:
		if d.kind == "@id" || d.kind == "@vocab" {
			return []term{c.resource(v, d.kind == "@vocab")}, nil
		}
		t := term{kind: literal, text: v, lang: c.lang}
		if d.hasLang {
			t.lang = d.lang
		}
		return []term{t}, nil
	case bool:
		return []term{{kind: literal, text: strconv.FormatBool(v)}}, nil
	}
	return nil, nil // null, and numbers, which name nothing
}

// object reads a literal, a list, a map of languages, or a node.
func (n *nodeReader) object(m map[string]any, c *jsonContext, d definition, depth int) ([]term, error) {
	switch d.container {
	case "@language":
		return n.languages(m, c)
	case "@index":
		var all []any
		for _, key := range slices.Sorted(maps.Keys(m)) {
			all = append(all, m[key])
		}
		d.container = ""
		return n.value(all, c, d, depth+1)
	}
	own, ok := m["@context"]
	if ok {
		var err error
		if c, err = c.with(own, n.graph.sink, n.line); err != nil {
			return nil, err
		}
	}
	keywords := map[string]any{}
	for name, v := range m {
		if k := c.keyword(name); k != "" {
			keywords[k] = v
		}
	}
	if v, ok := keywords["@value"]; ok {
		return literalOf(v, keywords), nil
	}
	for _, k := range []string{"@list", "@set"} {
		if v, ok := keywords[k]; ok {
			return n.value(v, c, d, depth+1)
		}
	}
	return n.node(m, keywords, c, depth)
}

// literalOf makes a literal of an object that holds its value.
func literalOf(v any, keywords map[string]any) []term {
	t := term{kind: literal}
	t.lang, _ = keywords["@language"].(string)
	switch v := v.(type) {
	case string:
		t.text = v
	case bool:
		t.text = strconv.FormatBool(v)
	default:
		return nil
	}
	return []term{t}
}

// languages reads a map from languages to texts.
func (n *nodeReader) languages(m map[string]any, c *jsonContext) ([]term, error) {
	var all []term
	for _, tag := range slices.Sorted(maps.Keys(m)) {
		lang := tag
		if c.keyword(tag) == "@none" {
			lang = ""
		}
		texts, ok := m[tag].([]any)
		if !ok {
			texts = []any{m[tag]}
		}
		for _, t := range texts {
			if s, ok := t.(string); ok {
				all = append(all, term{kind: literal, text: s, lang: lang})
			}
		}
	}
	return all, nil
}

// node reads a node: its name, its types, its properties, and the nodes within.
func (n *nodeReader) node(m, keywords map[string]any, c *jsonContext, depth int) ([]term, error) {
	var subject term
	if id, ok := keywords["@id"].(string); ok {
		subject = c.resource(id, false)
	} else {
		subject = n.graph.newBlank()
	}
	types, _ := keywords["@type"].([]any)
	if one, ok := keywords["@type"].(string); ok {
		types = []any{one}
	}
	for _, t := range types {
		if s, ok := t.(string); ok {
			if err := n.graph.add(n.line, subject, typed, c.resource(s, true)); err != nil {
				return nil, err
			}
		}
	}
	for _, k := range []string{"@graph", "@included"} {
		if _, err := n.value(keywords[k], c, definition{}, depth+1); err != nil {
			return nil, err
		}
	}
	if back, ok := keywords["@reverse"].(map[string]any); ok {
		if err := n.properties(subject, back, c, true, depth); err != nil {
			return nil, err
		}
	}
	return []term{subject}, n.properties(subject, m, c, false, depth)
}

// properties reads the properties of a node, or those of others that lead to it.
func (n *nodeReader) properties(subject term, m map[string]any, c *jsonContext, reverse bool, depth int) error {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if c.keyword(name) != "" {
			continue
		}
		d := c.lookup(name)
		objects, err := n.value(m[name], c, d, depth+1)
		if err != nil {
			return err
		}
		p := properties[c.property(name)]
		for _, o := range objects {
			from, to := subject, o
			if reverse != d.reverse {
				from, to = o, subject
			}
			if err := n.graph.add(n.line, from, p, to); err != nil {
				return err
			}
		}
	}
	return nil
}
