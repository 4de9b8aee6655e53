package site

import (
	"net/http"
	"strings"

	"karvan/internal/fault"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/lexicon"
	"karvan/matching"
)

// ConceptPage is the page "vocabulary/concept".
type ConceptPage struct {
	ID        string
	Name      lexicon.Label // in the reader's language
	Place     int           // in the order of the files
	Field     string        // its code, "" for none
	FieldName string
	Names     []ConceptNames
	Alike     []string // names that are written alike in all languages
	Broader   []ConceptRow
	Narrower  []ConceptRow
	Related   []ConceptRow
	Spoken    []FacetValue // records that speak of it, by kind
	Permanent string       // address for ever, without a language
	Cite      string
}

// ConceptNames are the names of a concept in a language.
type ConceptNames struct {
	Lang      lang.Tag
	Preferred string
	Variants  []string
}

// conceptBase is what the addresses of concepts begin with.
func (s *Site) conceptBase() string { return s.Node.BaseURL + "/vocabulary/" }

func (s *Site) concept(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	if id == "scheme" { // the address of the whole in the files for programs
		return web.SeeOther(w, r, "/vocabulary")
	}
	if id, turtle := strings.CutSuffix(id, ".ttl"); turtle {
		return s.conceptTurtle(w, r, id)
	}
	e, ok := lexicon.ByID(id)
	if !ok {
		return fault.New(fault.NotFound, "vocabulary.not-found")
	}
	p := s.Web.Printer(r)
	page := ConceptPage{ID: e.ID, Name: e.Preferred(string(p.Tag())), Place: lexicon.Place(e.ID), Field: e.Field, Alike: e.In(lexicon.AnyLanguage),
		Permanent: s.conceptBase() + e.ID}
	if e.Field != "" {
		page.FieldName = fieldName(p, e.Field)
	}
	for _, tag := range lexicon.CoreLanguages {
		if names := e.In(tag); len(names) > 0 {
			page.Names = append(page.Names, ConceptNames{Lang: lang.Tag(tag), Preferred: names[0], Variants: names[1:]})
		}
	}
	page.Broader, page.Related = conceptRows(p, byIDs(e.Broader)), conceptRows(p, byIDs(e.Related))
	page.Narrower = conceptRows(p, lexicon.Narrower(e.ID))
	page.Spoken = s.spokenOf(r, p, page.Name)
	page.Cite = p.T("vocabulary.cite-as", "name", page.Name.Text, "id", e.ID, "url", page.Permanent)
	return s.Web.Page(w, r, http.StatusOK, "vocabulary/concept", page)
}

func byIDs(ids []string) []*lexicon.Entry {
	var all []*lexicon.Entry
	for _, id := range ids {
		if e, ok := lexicon.ByID(id); ok {
			all = append(all, e)
		}
	}
	return all
}

// conceptRows names concepts, in the order of the reader's language.
func conceptRows(p *lang.Printer, entries []*lexicon.Entry) []ConceptRow {
	var rows []ConceptRow
	for _, e := range entries {
		rows = append(rows, conceptRow(p, e))
	}
	lang.Sort(p, rows, func(row ConceptRow) string { return row.Name.Text })
	return rows
}

// spokenOf counts the records of the kinds that people look for by what they are
// about, as the search that they are linked to does.
func (s *Site) spokenOf(r *http.Request, p *lang.Printer, name lexicon.Label) []FacetValue {
	var all []FacetValue
	for _, kind := range []string{"offer", "need", "announcement", "event"} {
		q := matching.Query{Kinds: []string{kind}, Words: name.Text, Lang: p.Tag(), Fixed: inLists}
		if n := s.Index.Search(q).Total; n > 0 {
			all = append(all, FacetValue{Value: kind, Label: p.T("kinds." + kind), Count: n, URL: searchFor(r, kind, name.Text)})
		}
	}
	return all
}
