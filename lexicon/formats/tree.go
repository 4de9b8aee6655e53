package formats

import (
	"bufio"
	"encoding/json"
	"io"

	"karvan/internal/fault"
)

// treeConcept is a concept of a tree: thesauri are handed on as one JSON object,
// with a member for each concept, when only their hierarchy is wanted. The form
// does not say in which language its labels are; they are taken for English unless
// they are an object by language.
type treeConcept struct {
	Label   json.RawMessage `json:"label"`
	Parents []string        `json:"parents"`
}

func readTree(in *bufio.Reader, s *sink) error {
	s.watch()
	lines := &lineCounter{allowance: allowance{r: in, most: MaxObject, key: "lexicon.object-too-large"}, line: 1}
	dec := json.NewDecoder(lines)
	at := func() int { return lines.at(dec.InputOffset()) }
	fail := func(err error) error { return wrong(Tree, at(), unexpected(err)) }
	lines.grant(0)
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		if err == nil {
			err = errSyntax
		}
		return fail(err)
	}
	for dec.More() {
		lines.grant(dec.InputOffset())
		t, err := dec.Token()
		if err != nil {
			return fail(err)
		}
		line := at()
		lines.grant(dec.InputOffset())
		var c treeConcept
		if err := dec.Decode(&c); err != nil {
			return fail(err)
		}
		id, _ := t.(string)
		s.begin(line, id)
		if !treeLabels(s, c.Label) {
			s.skip(line, fault.New(fault.Invalid, "lexicon.no-label"))
			continue
		}
		s.entry.Broader = c.Parents[:min(len(c.Parents), MaxLabels)]
		if err := s.end(1); err != nil {
			return err
		}
	}
	lines.grant(dec.InputOffset())
	if _, err := dec.Token(); err != nil {
		return fail(err)
	}
	if _, err := dec.Token(); err != io.EOF { // nothing may follow
		if err == nil {
			err = errSyntax
		}
		return fail(err)
	}
	return nil
}

// treeLabels adds the labels of a concept: one text, or texts by language.
func treeLabels(s *sink, data json.RawMessage) bool {
	var text string
	if json.Unmarshal(data, &text) == nil {
		s.keep("en", text)
		return len(s.entry.Labels) > 0
	}
	var byLanguage map[string]string
	if json.Unmarshal(data, &byLanguage) != nil {
		return false
	}
	for tag, text := range byLanguage {
		s.label(tag, text)
	}
	return len(s.entry.Labels) > 0
}
