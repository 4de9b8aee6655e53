package site

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"karvan/catalogue"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/lexicon"
	"karvan/lexicon/shelf"
)

// How many concepts the pages of the vocabulary show at a time.
const (
	conceptsPerPage = 100
	conceptsFound   = 50
)

// VocabularyPage is the page "vocabulary/list".
type VocabularyPage struct {
	List
	Volumes  []VolumeRow
	Fields   []ScienceGroup
	Found    []ConceptRow // by the words searched for
	More     bool         // more was found than is shown
	Field    string       // the code chosen, "" for none
	Label    string       // what it is called
	Concepts []ConceptRow // of the field chosen
	Pager
}

// VolumeRow is a vocabulary that the node knows.
type VolumeRow struct {
	ID, Title, Licence, Address string
	Entries, Labels             int
	Added                       time.Time // zero for the one that comes with the program
}

// Core reports whether the vocabulary comes with the program.
func (v VolumeRow) Core() bool { return v.ID == lexicon.CoreSource.ID }

// Learned reports whether the node learned the vocabulary itself.
func (v VolumeRow) Learned() bool { return v.ID == lexicon.LearnedSource.ID }

// Linked reports whether the address is one to go to.
func (v VolumeRow) Linked() bool {
	return strings.HasPrefix(v.Address, "https://") || strings.HasPrefix(v.Address, "http://")
}

// ScienceGroup is a field of science with the fields that it is made of.
type ScienceGroup struct {
	ScienceRow
	Parts []ScienceRow
}

// ScienceRow is a field of science and how many concepts it has.
type ScienceRow struct {
	Code, Label string
	Count       int
}

// ConceptRow is a concept in a list.
type ConceptRow struct {
	ID      string
	Name    lexicon.Label
	Matched lexicon.Label // the label that was like what was typed, unless it is Name
	Field   string        // its label
}

// Pager says where in a list of numbered pages the reader is.
type Pager struct {
	Page, Pages int
	From, To    int // of the things shown, from 1
	Of          int
	Before      string // address of the page before, "" on the first
	After       string // address of the page after, "" on the last
}

// pager reads the number of the page from the address. A number beyond the last
// is the last.
func pager(r *http.Request, of, per int) Pager {
	p := Pager{Of: of, Pages: max(1, (of+per-1)/per)}
	n, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil {
		n = 1
	}
	p.Page = min(max(n, 1), p.Pages)
	p.From, p.To = min((p.Page-1)*per+1, of), min(p.Page*per, of)
	at := func(n int) string { return withQuery(r, func(v url.Values) { v.Set("page", strconv.Itoa(n)) }) }
	if p.Page > 1 {
		p.Before = at(p.Page - 1)
	}
	if p.Page < p.Pages {
		p.After = at(p.Page + 1)
	}
	return p
}

// cutPage gives what is on a page of a list.
func cutPage[T any](all []T, p Pager) []T {
	if p.Of == 0 {
		return nil
	}
	return all[p.From-1 : p.To]
}

func (s *Site) vocabulary(w http.ResponseWriter, r *http.Request) error {
	p := s.Web.Printer(r)
	page := VocabularyPage{Field: r.URL.Query().Get("field")}
	page.Words = clip(r.URL.Query().Get("q"), 200)
	switch {
	case page.Words != "":
		found := s.Index.Lexicon().Find(page.Words, string(p.Tag()), conceptsFound+1)
		page.More = len(found) > conceptsFound
		for _, f := range found[:min(len(found), conceptsFound)] {
			row := conceptRow(p, f.Entry)
			if f.Label != row.Name {
				row.Matched = f.Label
			}
			page.Found = append(page.Found, row)
		}
	case page.Field != "":
		if lexicon.FieldSizes()[page.Field] == 0 {
			return fault.New(fault.NotFound, "vocabulary.no-field")
		}
		entries := lexicon.ByField(page.Field)
		page.Label = fieldName(p, page.Field)
		page.Pager = pager(r, len(entries), conceptsPerPage)
		lang.Sort(p, entries, func(e *lexicon.Entry) string { return e.Preferred(string(p.Tag())).Text })
		for _, e := range cutPage(entries, page.Pager) {
			page.Concepts = append(page.Concepts, conceptRow(p, e))
		}
	default:
		volumes, err := s.volumes(r)
		if err != nil {
			return err
		}
		page.Volumes = volumeRows(volumes)
	}
	page.Fields = fieldGroups(p)
	return s.Web.Page(w, r, http.StatusOK, "vocabulary/list", page)
}

// volumes lists what the operator added and the node learned.
func (s *Site) volumes(r *http.Request) (all []shelf.Volume, err error) {
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = s.Shelf.List(ctx, tx)
		return err
	})
	return all, err
}

func volumeRows(volumes []shelf.Volume) []VolumeRow {
	core := VolumeRow{ID: lexicon.CoreSource.ID, Licence: lexicon.CoreSource.Licence, Entries: len(lexicon.Core())}
	for _, e := range lexicon.Core() {
		core.Labels += len(e.Labels)
	}
	rows := []VolumeRow{core}
	for _, v := range volumes {
		rows = append(rows, VolumeRow{ID: v.ID, Title: v.Title, Licence: v.Licence, Address: v.Address, Entries: v.Entries, Labels: v.Labels, Added: v.Added})
	}
	return rows
}

// fieldName is what a field of science is called, and what belongs to none.
func fieldName(p *lang.Printer, code string) string {
	if code == lexicon.NoField {
		return p.T("vocabulary.no-science")
	}
	return codeLabel(p, "ford", code)
}

// fieldGroups lists the fields of science that have concepts, and last what
// belongs to none.
func fieldGroups(p *lang.Printer) []ScienceGroup {
	sizes := lexicon.FieldSizes()
	var groups []ScienceGroup
	for _, code := range append(majorFields(), lexicon.NoField) {
		g := ScienceGroup{ScienceRow: ScienceRow{code, fieldName(p, code), sizes[code]}}
		for _, part := range catalogue.Fields {
			if strings.HasPrefix(part, code+".") && sizes[part] > 0 {
				g.Parts = append(g.Parts, ScienceRow{part, fieldName(p, part), sizes[part]})
			}
		}
		if g.Count > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

func conceptRow(p *lang.Printer, e *lexicon.Entry) ConceptRow {
	row := ConceptRow{ID: e.ID, Name: e.Preferred(string(p.Tag()))}
	if e.Field != "" {
		row.Field = fieldName(p, e.Field)
	}
	return row
}

// majorFields are the fields of science that are made of others.
func majorFields() []string {
	var all []string
	for n := 1; n <= 6; n++ {
		all = append(all, strconv.Itoa(n))
	}
	return all
}

// searchFor is the address of a search for words.
func searchFor(r *http.Request, kind, words string) string {
	return web.URL(r, "/search") + "?" + url.Values{"kind": {kind}, "q": {words}}.Encode()
}
