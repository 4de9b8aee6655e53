package formats

import (
	"bufio"
	"encoding/xml"
	"io"
	"strings"
)

// rdfXML reads RDF 1.1 XML. Statements about statements are passed over: rdf:ID
// on a property names one.
type rdfXML struct {
	*xmlReader
	graph *graph
}

// scope is what elements inherit.
type scope struct{ base, lang string }

func (s scope) of(e xml.StartElement) scope {
	if base, ok := attribute(e, xmlSpace, "base"); ok && len(base) <= MaxID {
		s.base = resolve(s.base, base)
	}
	if lang, ok := attribute(e, xmlSpace, "lang"); ok {
		s.lang = lang
	}
	return s
}

func readRDFXML(in *bufio.Reader, g *graph) error {
	x := &rdfXML{newXML(in, RDFXML), g}
	for {
		t, err := x.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		e, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		if e.Name.Space != rdf || e.Name.Local != "RDF" {
			_, err = x.node(e, scope{})
		} else {
			_, err = x.nodes(scope{}.of(e))
		}
		if err != nil {
			return err
		}
	}
}

// nodes reads the nodes up to the end of the element begun and gives the last.
func (x *rdfXML) nodes(s scope) (last term, err error) {
	for {
		t, err := x.next()
		if err != nil {
			return last, wrong(RDFXML, x.line(), unexpected(err))
		}
		switch t := t.(type) {
		case xml.StartElement:
			if last, err = x.node(t, s); err != nil {
				return last, err
			}
		case xml.EndElement:
			return last, nil
		case xml.CharData:
			if strings.TrimSpace(string(t)) != "" {
				return last, wrong(RDFXML, x.line(), errSyntax)
			}
		}
	}
}

// node reads a node: its name, its type, its properties.
func (x *rdfXML) node(e xml.StartElement, s scope) (term, error) {
	s = s.of(e)
	subject := x.subject(e, s)
	if e.Name.Space != rdf || e.Name.Local != "Description" {
		if err := x.graph.add(x.line(), subject, typed, term{kind: iri, text: address(e.Name)}); err != nil {
			return subject, err
		}
	}
	if err := x.attributes(subject, e, s); err != nil {
		return subject, err
	}
	return subject, x.properties(subject, s)
}

// subject gives the name of a node.
func (x *rdfXML) subject(e xml.StartElement, s scope) term {
	if about, ok := attribute(e, rdf, "about"); ok {
		return term{kind: iri, text: resolve(s.base, about)}
	}
	if id, ok := attribute(e, rdf, "ID"); ok {
		return term{kind: iri, text: resolve(s.base, "#"+id)}
	}
	if id, ok := attribute(e, rdf, "nodeID"); ok {
		return term{kind: blank, text: "_:" + id}
	}
	return x.graph.newBlank()
}

// attributes takes the properties that are written as attributes.
func (x *rdfXML) attributes(subject term, e xml.StartElement, s scope) error {
	for _, a := range e.Attr {
		p := properties[address(a.Name)]
		o := term{kind: literal, text: a.Value, lang: s.lang}
		if p == typed {
			o = term{kind: iri, text: resolve(s.base, a.Value)}
		}
		if err := x.graph.add(x.line(), subject, p, o); err != nil {
			return err
		}
	}
	return nil
}

// properties reads properties up to the end of the element begun.
func (x *rdfXML) properties(subject term, s scope) error {
	for {
		t, err := x.next()
		if err != nil {
			return wrong(RDFXML, x.line(), unexpected(err))
		}
		switch t := t.(type) {
		case xml.StartElement:
			if err := x.property(subject, t, s); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		case xml.CharData:
			if strings.TrimSpace(string(t)) != "" {
				return wrong(RDFXML, x.line(), errSyntax)
			}
		}
	}
}

// property reads a property with its object.
func (x *rdfXML) property(subject term, e xml.StartElement, s scope) error {
	s = s.of(e)
	line, p := x.line(), properties[address(e.Name)]
	o, err := x.object(e, s)
	if err != nil {
		return err
	}
	return x.graph.add(line, subject, p, o)
}

func (x *rdfXML) object(e xml.StartElement, s scope) (term, error) {
	switch how, _ := attribute(e, rdf, "parseType"); how {
	case "Resource":
		b := x.graph.newBlank()
		return b, x.properties(b, s)
	case "Collection":
		_, err := x.nodes(s)
		return x.graph.newBlank(), err
	case "Literal":
		text, err := x.text()
		return term{kind: literal, text: text}, err
	}
	o := term{kind: blank}
	if target, ok := attribute(e, rdf, "resource"); ok {
		o = term{kind: iri, text: resolve(s.base, target)}
	} else if id, ok := attribute(e, rdf, "nodeID"); ok {
		o.text = "_:" + id
	} else {
		return x.content(e, s)
	}
	if err := x.attributes(o, e, s); err != nil {
		return o, err
	}
	return o, x.properties(o, s)
}

// content reads what a property holds: a text or a node.
func (x *rdfXML) content(e xml.StartElement, s scope) (term, error) {
	var text strings.Builder
	var node *term
	for {
		t, err := x.next()
		if err != nil {
			return term{}, wrong(RDFXML, x.line(), unexpected(err))
		}
		switch t := t.(type) {
		case xml.CharData:
			if text.Len()+len(t) > MaxLine {
				return term{}, long(x.line())
			}
			text.Write(t)
		case xml.StartElement:
			if node != nil {
				return term{}, wrong(RDFXML, x.line(), errSyntax)
			}
			o, err := x.node(t, s)
			if err != nil {
				return o, err
			}
			node = &o
		case xml.EndElement:
			if node != nil {
				return *node, nil
			}
			o := term{kind: literal, text: text.String(), lang: s.lang}
			if _, ok := attribute(e, rdf, "datatype"); ok {
				o.lang = ""
			}
			if o.text == "" && x.describes(e) {
				o = x.graph.newBlank()
				return o, x.attributes(o, e, s)
			}
			return o, nil
		}
	}
}

// describes reports whether an empty property stands for a node whose properties
// are its attributes.
func (x *rdfXML) describes(e xml.StartElement) bool {
	for _, a := range e.Attr {
		if properties[address(a.Name)] != none {
			return true
		}
	}
	return false
}
