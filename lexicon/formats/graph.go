package formats

import (
	"slices"
	"strings"

	"karvan/internal/fault"
)

// termKind is what a place in a triple holds.
type termKind uint8

const (
	iri termKind = iota
	blank
	literal
)

// term is a place in a triple of RDF.
type term struct {
	kind termKind
	text string // the address, the name of the blank node, or the literal's text
	lang string // of a literal
}

// property is what a predicate means to us.
type property uint8

const (
	none property = iota
	typed
	preferred
	alternative
	hidden
	labelPreferred // SKOS-XL: the label is a node, whose form is the text
	labelAlternative
	labelHidden
	form
	broader
	narrower
	related
	exact
	topOf
	hasTop
	deprecated
)

const (
	rdf    = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	skos   = "http://www.w3.org/2004/02/skos/core#"
	skosXL = "http://www.w3.org/2008/05/skos-xl#"
	isoTh  = "http://purl.org/iso25964/skos-thes#"
	owl    = "http://www.w3.org/2002/07/owl#"
)

// properties are the predicates that matter: of SKOS, of its extension for labels,
// and of ISO 25964 where it divides SKOS's broader.
var properties = map[string]property{
	rdf + "type":                 typed,
	skos + "prefLabel":           preferred,
	skos + "altLabel":            alternative,
	skos + "hiddenLabel":         hidden,
	skosXL + "prefLabel":         labelPreferred,
	skosXL + "altLabel":          labelAlternative,
	skosXL + "hiddenLabel":       labelHidden,
	skosXL + "literalForm":       form,
	skos + "broader":             broader,
	isoTh + "broaderGeneric":     broader,
	isoTh + "broaderInstantial":  broader,
	isoTh + "broaderPartitive":   broader,
	skos + "narrower":            narrower,
	isoTh + "narrowerGeneric":    narrower,
	isoTh + "narrowerInstantial": narrower,
	isoTh + "narrowerPartitive":  narrower,
	skos + "related":             related,
	skos + "exactMatch":          exact,
	skos + "closeMatch":          exact,
	skos + "topConceptOf":        topOf,
	skos + "hasTopConcept":       hasTop,
	owl + "deprecated":           deprecated,
}

// What a node is known to be.
const (
	isConcept = 1 << iota // said to be a concept
	seemsToBe             // stands where only concepts may
	isOther               // said to be a scheme or collection, which have labels too
	isGone                // no longer in use
)

// types are the classes that matter.
var types = map[string]uint8{
	skos + "Concept":           isConcept,
	skos + "ConceptScheme":     isOther,
	skos + "Collection":        isOther,
	skos + "OrderedCollection": isOther,
	isoTh + "ConceptGroup":     isOther,
	isoTh + "ThesaurusArray":   isOther,
	skosXL + "Label":           isOther,
}

// graph gathers what triples say of concepts. It keeps what matters and counts
// the memory that takes.
type graph struct {
	sink   *sink
	nodes  map[string]int32
	list   []node
	spent  int64
	blanks int
}

type node struct {
	name   string
	line   int32 // where it was first spoken of
	is     uint8
	labels []said // of a concept, or the forms of a label
	links  []link
}

// said is a literal in its role.
type said struct {
	role property
	tag  string // as we name the language
	text string
}

// link leads to another node.
type link struct {
	role property
	to   int32
}

// The memory that each takes, roughly: lists grow by doubling.
const (
	nodeCost  = 200
	labelCost = 100
	linkCost  = 16
)

// readGraph reads all triples, then hands on the concepts among their subjects.
func readGraph(s *sink, triples func(*graph) error) error {
	g := &graph{sink: s, nodes: map[string]int32{}}
	if err := triples(g); err != nil {
		return err
	}
	return g.emit()
}

func (g *graph) spend(n int) error {
	if g.spent += int64(n); g.spent > g.sink.bounds.graph {
		return fault.New(fault.TooLarge, "lexicon.graph-too-large")
	}
	return nil
}

// newBlank names a blank node that has no name of its own.
func (g *graph) newBlank() term {
	g.blanks++
	return term{kind: blank, text: "_:." + at(g.blanks)} // no name in a file begins with a full stop
}

func (g *graph) node(line int, t term) (int32, error) {
	if n, ok := g.nodes[t.text]; ok {
		return n, nil
	}
	if err := g.spend(nodeCost + len(t.text)); err != nil {
		return 0, err
	}
	n := int32(len(g.list))
	name := strings.Clone(t.text)
	g.nodes[name] = n
	g.list = append(g.list, node{name: name, line: int32(min(line, 1<<31-1))})
	return n, nil
}

// add takes a triple.
func (g *graph) add(line int, subject term, p property, object term) error {
	if p == none || subject.kind == literal {
		return nil
	}
	if p == typed {
		return g.addType(line, subject, object)
	}
	wantsText := p <= hidden || p == form || p == deprecated
	if wantsText != (object.kind == literal) {
		return nil
	}
	from, err := g.node(line, subject)
	if err != nil {
		return err
	}
	switch {
	case p == deprecated:
		if object.text == "true" || object.text == "1" {
			g.list[from].is |= isGone
		}
		return nil
	case p == topOf:
		g.list[from].is |= seemsToBe
		return nil
	case wantsText:
		return g.addLabel(line, from, p, object)
	}
	to, err := g.node(line, object)
	if err != nil {
		return err
	}
	return g.addLink(line, from, p, to)
}

func (g *graph) addType(line int, subject, object term) error {
	is := types[object.text]
	if is == 0 || object.kind != iri {
		return nil
	}
	n, err := g.node(line, subject)
	if err == nil {
		g.list[n].is |= is
	}
	return err
}

func (g *graph) addLabel(line int, n int32, p property, text term) error {
	tag := g.sink.language(text.lang)
	switch {
	case tag == "":
		g.sink.skip(line, fault.New(fault.Invalid, "lexicon.unknown-language", "tag", excerpt(text.lang)))
		return nil
	case len(text.text) > 2*MaxLabel: // cleaning may shorten it, though not that much
		g.sink.skip(line, fault.New(fault.TooLarge, "lexicon.label-too-long", "max", MaxLabel))
		return nil
	case len(g.list[n].labels) >= 2*MaxLabels: // the same may be said twice
		g.sink.skip(line, fault.New(fault.TooLarge, "lexicon.too-many-labels", "max", MaxLabels))
		return nil
	}
	g.list[n].labels = append(g.list[n].labels, said{p, tag, strings.Clone(text.text)})
	return g.spend(labelCost + len(text.text))
}

// addLink keeps a link where it is needed: with the narrower concept, and with
// both that are related.
func (g *graph) addLink(line int, from int32, p property, to int32) error {
	switch p {
	case hasTop:
		g.list[to].is |= seemsToBe
		return nil
	case narrower:
		from, p, to = to, broader, from
		fallthrough
	case broader:
		g.list[to].is |= seemsToBe
	case related:
		g.list[to].is |= seemsToBe
		g.list[to].links = append(g.list[to].links, link{related, from})
	}
	if p == broader || p == related || p == exact {
		g.list[from].is |= seemsToBe
	}
	g.list[from].links = append(g.list[from].links, link{p, to})
	return g.spend(2 * linkCost)
}

// emit hands on the concepts in the order in which they were first spoken of.
func (g *graph) emit() error {
	g.nodes = nil // only the list is needed from here on
	for i := range g.list {
		n := &g.list[i]
		concept := n.is&isConcept != 0 || n.is&seemsToBe != 0 && n.is&isOther == 0 && len(n.labels) > 0
		switch {
		case !concept:
			continue
		case n.is&isGone != 0:
			g.sink.skip(int(n.line), fault.New(fault.Gone, "lexicon.deprecated", "id", excerpt(n.name)))
			continue
		case strings.HasPrefix(n.name, "_:"):
			g.sink.skip(int(n.line), fault.New(fault.Invalid, "lexicon.no-id"))
			continue
		}
		if err := g.entry(n); err != nil {
			return err
		}
	}
	return nil
}

func (g *graph) entry(n *node) error {
	s := g.sink
	s.begin(int(n.line), n.name)
	left := maxForms
	for role := preferred; role <= hidden; role++ {
		for _, l := range n.labels {
			if l.role == role {
				s.keep(l.tag, l.text)
			}
		}
		for _, l := range n.links {
			if l.role == role+labelPreferred-preferred {
				left = g.forms(&g.list[l.to], left)
			}
		}
	}
	if left < 0 {
		s.skip(s.line, fault.New(fault.TooLarge, "lexicon.too-many-labels", "max", MaxLabels))
	}
	s.entry.Broader = g.targets(n, broader)
	s.entry.Related = g.targets(n, related)
	s.entry.Exact = g.targets(n, exact)
	n.labels, n.links = nil, nil
	return s.end(1)
}

// maxForms is how many forms of labels that are nodes are looked at for an entry.
// Concepts may share labels, so that a short file could ask for endless work.
const maxForms = 4 * MaxLabels

// forms adds the forms of a label, and gives how many more may be looked at.
func (g *graph) forms(label *node, left int) int {
	for _, f := range label.labels {
		if left < 0 {
			break
		}
		if f.role == form {
			left--
			g.sink.keep(f.tag, f.text)
		}
	}
	return left
}

// targets lists the names of the nodes that links of a role lead to, each once.
func (g *graph) targets(n *node, role property) []string {
	var to []int32
	for _, l := range n.links {
		if l.role == role && &g.list[l.to] != n && !strings.HasPrefix(g.list[l.to].name, "_:") {
			to = append(to, l.to)
		}
	}
	slices.Sort(to)
	to = slices.Compact(to)
	var names []string
	for _, t := range to {
		names = append(names, g.list[t].name)
	}
	return names
}
