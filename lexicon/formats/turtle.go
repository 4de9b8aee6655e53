package formats

import (
	"bufio"
	"io"
	"strings"

	"karvan/internal/fault"
)

// maxPrefixes bounds the prefixes of a file.
const maxPrefixes = 1000

// turtle reads RDF 1.1 Turtle.
type turtle struct {
	termReader
	graph *graph
	depth int
}

func readTurtle(in io.Reader, g *graph) error {
	t := &turtle{graph: g}
	t.scanner, t.prefixes = *newScanner(in), map[string]string{}
	for {
		t.blanks()
		if t.done() {
			if t.err != io.EOF {
				return wrong(Turtle, t.line, t.problem())
			}
			return nil
		}
		if err := t.statement(); err != nil {
			return wrong(Turtle, t.line, err)
		}
	}
}

// statement reads a directive, or a subject with all that is said of it.
func (t *turtle) statement() error {
	switch c := t.peek(); {
	case c == '@':
		t.skip()
		if err := t.name(); err != nil {
			return err
		}
		if err := t.directive(string(t.buf)); err != nil {
			return err
		}
		return t.stop()
	case c == '[':
		o, err := t.nested()
		if err != nil {
			return err
		}
		if t.blanks(); t.peek() != '.' { // what is between the brackets may be all
			if err := t.properties(o); err != nil {
				return err
			}
		}
		return t.stop()
	case c == '<' || c == '_' || c == '(':
		s, err := t.resource()
		if err != nil {
			return err
		}
		return t.said(s)
	}
	if err := t.name(); err != nil {
		return err
	}
	if word := string(t.buf); strings.EqualFold(word, "prefix") || strings.EqualFold(word, "base") {
		return t.directive(strings.ToLower(word))
	}
	if err := t.prefixed(); err != nil {
		return err
	}
	return t.said(term{kind: iri, text: string(t.buf)})
}

func (t *turtle) said(s term) error {
	if err := t.properties(s); err != nil {
		return err
	}
	return t.stop()
}

// stop reads the full stop.
func (t *turtle) stop() error {
	if t.blanks(); t.peek() != '.' {
		return t.problem()
	}
	t.skip()
	return nil
}

func (t *turtle) directive(word string) error {
	prefix := ""
	switch word {
	case "base":
	case "prefix":
		t.blanks()
		if err := t.name(); err != nil {
			return err
		}
		var found bool
		if prefix, found = strings.CutSuffix(string(t.buf), ":"); !found || strings.Contains(prefix, ":") {
			return t.problem()
		}
	default:
		return t.problem()
	}
	if t.blanks(); t.peek() != '<' {
		return t.problem()
	}
	if err := t.address(); err != nil {
		return err
	}
	if len(t.buf) > MaxID || len(prefix) > MaxID {
		return long(t.line)
	}
	if word == "base" {
		t.base = string(t.buf)
		return nil
	}
	if len(t.prefixes) >= maxPrefixes {
		return fault.New(fault.TooLarge, "lexicon.too-many-prefixes", "line", t.line, "max", maxPrefixes)
	}
	t.prefixes[prefix] = string(t.buf)
	return nil
}

// properties reads predicates with their objects.
func (t *turtle) properties(subject term) error {
	for {
		p, err := t.predicate()
		if err != nil {
			return err
		}
		for more := true; more; {
			t.blanks()
			line := t.line
			o, err := t.object()
			if err != nil {
				return err
			}
			if err := t.graph.add(line, subject, p, o); err != nil {
				return err
			}
			if t.blanks(); t.peek() == ',' {
				t.skip()
				continue
			}
			more = false
		}
		if t.peek() != ';' {
			return nil
		}
		for t.peek() == ';' {
			t.skip()
			t.blanks()
		}
		if c := t.peek(); c == '.' || c == ']' {
			return nil
		}
	}
}

func (t *turtle) predicate() (property, error) {
	t.blanks()
	if t.peek() == '<' {
		err := t.address()
		return properties[string(t.buf)], err
	}
	if err := t.name(); err != nil {
		return none, err
	}
	if len(t.buf) == 1 && t.buf[0] == 'a' {
		return typed, nil
	}
	err := t.prefixed()
	return properties[string(t.buf)], err
}

func (t *turtle) object() (term, error) {
	switch c := t.peek(); {
	case c == '"' || c == '\'':
		return t.quotation()
	case c == '[':
		return t.nested()
	case c == '<' || c == '_' || c == '(':
		return t.resource()
	case '0' <= c && c <= '9' || c == '+' || c == '-' || c == '.':
		return t.number()
	}
	if err := t.name(); err != nil {
		return term{}, err
	}
	if word := string(t.buf); word == "true" || word == "false" {
		return term{kind: literal, text: word}, nil
	}
	err := t.prefixed()
	return term{kind: iri, text: string(t.buf)}, err
}

// resource reads an address, a blank node by name, or a collection.
func (t *turtle) resource() (term, error) {
	switch t.peek() {
	case '<':
		err := t.address()
		return term{kind: iri, text: string(t.buf)}, err
	case '_':
		return t.label()
	}
	return t.collection()
}

func (t *turtle) number() (term, error) {
	t.buf = t.buf[:0]
	digit := false
	for {
		c := t.peek()
		isDigit := '0' <= c && c <= '9'
		if c == '.' {
			if n := t.ahead(1); (n < '0' || n > '9') && n|0x20 != 'e' {
				break
			}
		} else if !isDigit && c != '+' && c != '-' && c|0x20 != 'e' {
			break
		}
		digit = digit || isDigit
		t.skip()
		if err := t.put(c); err != nil {
			return term{}, err
		}
	}
	if !digit {
		return term{}, t.problem()
	}
	return term{kind: literal, text: string(t.buf)}, nil
}

// nested reads what is said of a blank node between square brackets.
func (t *turtle) nested() (term, error) {
	if t.depth++; t.depth > MaxDepth {
		return term{}, deep(t.line)
	}
	defer func() { t.depth-- }()
	t.skip()
	b := t.graph.newBlank()
	if t.blanks(); t.peek() != ']' {
		if err := t.properties(b); err != nil {
			return term{}, err
		}
		t.blanks()
	}
	if t.peek() != ']' {
		return term{}, t.problem()
	}
	t.skip()
	return b, nil
}

// collection reads a list. Nothing we look for is said by lists, only within
// them.
func (t *turtle) collection() (term, error) {
	if t.depth++; t.depth > MaxDepth {
		return term{}, deep(t.line)
	}
	defer func() { t.depth-- }()
	t.skip()
	for t.blanks(); t.peek() != ')'; t.blanks() {
		if _, err := t.object(); err != nil {
			return term{}, err
		}
	}
	t.skip()
	return t.graph.newBlank(), nil
}

// readNTriples reads N-Triples, and of N-Quads the triples. A line that is
// damaged does not harm the others.
func readNTriples(in *bufio.Reader, g *graph) error {
	from := lines{in: in}
	t := &termReader{}
	for {
		line, tooLong, err := from.next()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return wrong(NTriples, from.line, err)
		case tooLong:
			g.sink.skip(from.line, fault.New(fault.TooLarge, "lexicon.line-too-long", "max", MaxLine))
			continue
		}
		t.set(line, from.line)
		if err := t.triple(g); err == errSyntax {
			g.sink.skip(from.line, fault.New(fault.Invalid, "lexicon.line", "line", from.line, "format", NTriples.title()))
		} else if fault.Is(err, fault.Invalid) {
			g.sink.skip(from.line, fault.Of(err))
		} else if err != nil {
			return err
		}
	}
}

func (t *termReader) triple(g *graph) error {
	if t.blanks(); t.done() {
		return nil
	}
	s, err := t.plain()
	if err != nil {
		return err
	}
	if t.blanks(); t.peek() != '<' {
		return errSyntax
	}
	if err := t.address(); err != nil {
		return err
	}
	p := properties[string(t.buf)]
	t.blanks()
	var o term
	if t.peek() == '"' {
		o, err = t.quotation()
	} else {
		o, err = t.plain()
	}
	if err != nil {
		return err
	}
	if t.blanks(); t.peek() != '.' { // the graph of N-Quads
		if _, err := t.plain(); err != nil {
			return err
		}
		t.blanks()
	}
	if t.peek() != '.' {
		return errSyntax
	}
	t.skip()
	if t.blanks(); !t.done() {
		return errSyntax
	}
	return g.add(t.line, s, p, o)
}

// plain reads an address or the name of a blank node.
func (t *termReader) plain() (term, error) {
	switch t.peek() {
	case '<':
		err := t.address()
		return term{kind: iri, text: string(t.buf)}, err
	case '_':
		return t.label()
	}
	return term{}, errSyntax
}
