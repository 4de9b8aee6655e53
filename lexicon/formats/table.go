package formats

import (
	"bufio"
	"io"
	"slices"
	"strings"

	"karvan/internal/fault"
)

// tableReader makes entries of the rows of a table.
type tableReader interface {
	// row takes a row, end comes after the last.
	row(r row) error
	end() error
}

func readTable(in *bufio.Reader, f Format, s *sink) error {
	var from rows = &tabbed{lines: lines{in: in}}
	if f == CSV {
		q, err := newQuoted(in)
		if err != nil {
			return err
		}
		from = q
	}
	head, err := from.next()
	if err == io.EOF {
		return fault.New(fault.Invalid, "lexicon.no-entries")
	}
	if err == nil && head.bad != nil {
		err = head.bad
	}
	if err != nil {
		return err
	}
	t, err := newTable(head.cells, f, s)
	if err != nil {
		return err
	}
	for {
		r, err := from.next()
		switch {
		case err == io.EOF:
			return t.end()
		case err != nil:
			return err
		case r.bad != nil:
			s.skip(r.line, r.bad)
		default:
			if err := t.row(r); err != nil {
				return err
			}
		}
	}
}

// newTable finds out from the line of column names what kind of table it is.
func newTable(head []string, f Format, s *sink) (tableReader, error) {
	for i, name := range head {
		head[i] = strings.ToLower(strings.TrimSpace(name))
	}
	var t tableReader
	switch {
	case f == CSV && isTerms(head):
		t = newTerms(head, s)
	case f == Pairs && len(head) >= 2 && languageColumn(head[0]) && languageColumn(head[1]), f == CSV && isPairs(head):
		t = newPairs(head, s)
	case f != Pairs && isWords(head):
		t = newWords(head, s)
	default:
		return nil, fault.New(fault.Invalid, "lexicon.no-languages", "format", f.title())
	}
	return t, nil
}

// notLanguages are names of columns that are also the code of some language, few
// of whose dictionaries are tables.
var notLanguages = []string{"cat", "def", "key", "nr", "num", "pos", "ref", "src", "tag"}

// languageColumn reports whether a column holds words of a language.
func languageColumn(name string) bool {
	if name == "" || slices.Contains(notLanguages, name) {
		return false
	}
	return tagOf(name) != ""
}

// isPairs reports whether a line of column names is that of a dictionary of
// pairs. "id" is the code of Indonesian too; first it is an identifier.
func isPairs(head []string) bool {
	if len(head) < 2 || head[0] == "id" || !languageColumn(head[0]) || !languageColumn(head[1]) {
		return false
	}
	for _, name := range head[2:] {
		if languageColumn(name) {
			return false
		}
	}
	return true
}

// isWords reports whether a line of column names is an identifier followed by
// languages.
func isWords(head []string) bool {
	return len(head) >= 2 && slices.ContainsFunc(head[1:], languageColumn)
}

// isTerms reports whether a line of column names is that of terms which name
// their languages in each row, as those of TICO-19.
func isTerms(head []string) bool {
	for _, name := range termColumns {
		if !slices.Contains(head, name) {
			return false
		}
	}
	return true
}

// termColumns are the columns of terms, in lower case.
var termColumns = [...]string{"sourcelang", "targetlang", "sourcestring", "targetstring"}

// words reads rows of an identifier and words in many languages.
type words struct {
	sink *sink
	tags []string // of the columns, "" for those that hold no words
}

func newWords(head []string, s *sink) *words {
	w := &words{sink: s, tags: make([]string, len(head))}
	for i, name := range head[1:] {
		if languageColumn(name) {
			w.tags[i+1] = tagOf(name)
		}
	}
	s.watch()
	return w
}

func (w *words) row(r row) error {
	if len(r.cells) > len(w.tags) {
		w.sink.skip(r.line, fault.New(fault.Invalid, "lexicon.too-many-cells", "cells", len(r.cells), "columns", len(w.tags)))
		return nil
	}
	w.sink.begin(r.line, strings.Clone(r.cells[0]))
	for i, cell := range r.cells {
		tag := w.tags[i]
		if tag == "" || cell == "" {
			continue
		}
		if strings.HasPrefix(tag, "zh") && strings.Contains(cell, "+") {
			cell = withoutBorders(cell)
		}
		for text := range strings.SplitSeq(cell, " | ") {
			w.sink.keep(tag, text)
		}
	}
	return w.sink.end(1)
}

func (w *words) end() error { return nil }

// pairs reads rows of a word and a translation. Rows one after another that tell
// of the same meaning of the same word make one entry.
type pairs struct {
	sink       *sink
	from, to   string
	pos, gloss int // columns, 0 if there is none
	columns    int
	current    [3]string // word, part of speech, gloss of the entry begun
	begun      bool
}

func newPairs(head []string, s *sink) *pairs {
	s.report.Pairs = true
	return &pairs{sink: s, from: tagOf(head[0]), to: tagOf(head[1]), columns: len(head),
		pos: max(0, slices.Index(head, "pos")), gloss: max(0, slices.Index(head, "gloss"))}
}

func (p *pairs) row(r row) error {
	if len(r.cells) > p.columns {
		p.sink.skip(r.line, fault.New(fault.Invalid, "lexicon.too-many-cells", "cells", len(r.cells), "columns", p.columns))
		return nil
	}
	if len(r.cells) < 2 || r.cells[0] == "" || r.cells[1] == "" {
		p.sink.skip(r.line, fault.New(fault.Invalid, "lexicon.no-label"))
		return nil
	}
	key := [3]string{r.cells[0], r.cell(p.pos), r.cell(p.gloss)}
	if !p.begun || key != p.current {
		if err := p.end(); err != nil {
			return err
		}
		p.begun, p.current = true, key
		p.sink.begin(r.line, at(r.line))
		p.sink.keep(p.from, r.cells[0])
	}
	p.sink.line = r.line
	p.sink.keep(p.to, withoutSound(r.cells[1]))
	return nil
}

// cell gives the cell of a column after the first, "" if the row has none.
func (r row) cell(column int) string {
	if column == 0 || column >= len(r.cells) {
		return ""
	}
	return r.cells[column]
}

func (p *pairs) end() error {
	if !p.begun {
		return nil
	}
	return p.sink.end(2)
}

// terms reads rows of a term and its translation that name their languages.
type terms struct {
	sink    *sink
	columns [len(termColumns)]int
}

func newTerms(head []string, s *sink) *terms {
	s.report.Pairs = true
	t := &terms{sink: s}
	for i, name := range termColumns {
		t.columns[i] = slices.Index(head, name)
	}
	return t
}

func (t *terms) row(r row) error {
	var cells [len(termColumns)]string
	for i, column := range t.columns {
		if column >= len(r.cells) || r.cells[column] == "" {
			t.sink.skip(r.line, fault.New(fault.Invalid, "lexicon.no-label"))
			return nil
		}
		cells[i] = r.cells[column]
	}
	t.sink.begin(r.line, at(r.line))
	t.sink.label(cells[0], cells[2])
	t.sink.label(cells[1], cells[3])
	return t.sink.end(2)
}

func (t *terms) end() error { return nil }
