package formats

import (
	"bufio"
	"encoding/xml"
	"io"
	"strings"

	"karvan/internal/fault"
	"karvan/lexicon"
)

// tbx reads TermBase eXchange: martif documents of 2008, tbx documents of 2019
// in either style.
type tbx struct {
	*xmlReader
	sink  *sink
	langs []string // of the elements begun, outermost first
	// The concept being read.
	inside bool
	line   int
	id     string
	terms  []tbxTerm
	broad  []string
	others []string
	// The term being read, and how deep its section began.
	section int
	term    tbxTerm
}

// tbxTerm is a term with how much it is wanted, from 0.
type tbxTerm struct {
	lexicon.Label
	rank int
	line int
}

// maxTerms is how many terms of a concept are held until its end, of which the
// wanted ones come first.
const maxTerms = 2 * MaxLabels

// ranks say how much a term with an administrative status is wanted. One without
// is usual.
var ranks = map[string]int{
	"preferredterm-admn-sts": 0, "preferredterm": 0, "standardizedterm": 0,
	"admittedterm-admn-sts": 2, "admittedterm": 2,
	"supersededterm-admn-sts": 3, "supersededterm": 3, "deprecatedterm-admn-sts": 3, "deprecatedterm": 3,
}

func readTBX(in *bufio.Reader, s *sink) error {
	s.watch()
	t := &tbx{xmlReader: newXML(in, TBX), sink: s}
	for {
		token, err := t.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch e := token.(type) {
		case xml.StartElement:
			err = t.start(e)
		case xml.EndElement:
			err = t.close(e.Name.Local)
		}
		if err != nil {
			return err
		}
	}
}

func (t *tbx) start(e xml.StartElement) error {
	tag, ok := attribute(e, xmlSpace, "lang")
	if !ok && len(t.langs) > 0 {
		tag = t.langs[len(t.langs)-1]
	}
	t.langs = append(t.langs, tag)
	switch name := e.Name.Local; name {
	case "termEntry", "conceptEntry":
		id, _ := attribute(e, "", "id")
		t.inside, t.line, t.id = true, t.xmlReader.line(), id
		t.terms, t.broad, t.others = nil, nil, nil
	case "tig", "ntig", "termSec":
		t.section, t.term = t.depth, tbxTerm{rank: 1}
	case "term":
		line := t.xmlReader.line()
		text, err := t.inner()
		if err != nil || t.section == 0 {
			return err
		}
		t.term.Lang, t.term.Text, t.term.line = tag, text, line
	case "termNote", "administrativeStatus", "normativeAuthorization":
		return t.status(e)
	case "ref", "descrip", "crossReference", "superordinateConceptGeneric", "superordinateConceptPartitive":
		return t.reference(e)
	}
	return nil
}

// inner gives the text of the element begun, whose end it passes.
func (t *tbx) inner() (string, error) {
	text, err := t.text()
	t.langs = t.langs[:len(t.langs)-1]
	return text, err
}

// kind is what an element says: its name, or in the older style its type.
func kind(e xml.StartElement) string {
	if k, ok := attribute(e, "", "type"); ok {
		return k
	}
	return e.Name.Local
}

// status takes how much a term is wanted.
func (t *tbx) status(e xml.StartElement) error {
	text, err := t.inner()
	if k := kind(e); err != nil || k != "administrativeStatus" && k != "normativeAuthorization" {
		return err
	}
	if rank, ok := ranks[strings.ToLower(strings.TrimSpace(text))]; ok && t.section > 0 {
		t.term.rank = rank
	}
	return nil
}

// reference takes a link to another concept.
func (t *tbx) reference(e xml.StartElement) error {
	target, ok := attribute(e, "", "target")
	if _, err := t.inner(); err != nil || !ok || len(target) > MaxID {
		return err
	}
	switch target = strings.TrimPrefix(target, "#"); kind(e) {
	case "superordinateConceptGeneric", "superordinateConceptPartitive":
		if len(t.broad) < MaxLabels {
			t.broad = append(t.broad, target)
		}
	case "crossReference", "relatedConcept":
		if len(t.others) < MaxLabels {
			t.others = append(t.others, target)
		}
	}
	return nil
}

func (t *tbx) close(name string) error {
	if len(t.langs) > 0 {
		t.langs = t.langs[:len(t.langs)-1]
	}
	switch name {
	case "tig", "ntig", "termSec":
		t.section = 0
		switch {
		case !t.inside || t.term.Text == "":
		case len(t.terms) == maxTerms:
			t.sink.skip(t.term.line, fault.New(fault.TooLarge, "lexicon.too-many-labels", "max", MaxLabels))
		case len(t.term.Text) > 2*MaxLabel:
			t.sink.skip(t.term.line, fault.New(fault.TooLarge, "lexicon.label-too-long", "max", MaxLabel))
		default:
			t.terms = append(t.terms, t.term)
		}
	case "termEntry", "conceptEntry":
		t.inside = false
		return t.concept()
	}
	return nil
}

// concept hands on the concept that was read.
func (t *tbx) concept() error {
	s := t.sink
	if t.id == "" {
		t.id = at(t.line)
	}
	s.begin(t.line, t.id)
	for rank := range 4 {
		for _, term := range t.terms {
			if term.rank == rank {
				s.label(term.Lang, term.Text)
			}
		}
	}
	s.entry.Broader, s.entry.Related = t.broad, t.others
	return s.end(1)
}
