package site

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/lexicon"
	"karvan/lexicon/shelf"
)

// ReviewPage is the page "vocabulary/review": the vocabulary in two languages
// side by side, for those who check it, on paper if they like.
type ReviewPage struct {
	Lang      lang.Tag // language that is checked
	Beside    lang.Tag // language to compare with
	Langs     []lang.Tag
	Field     string
	FieldName string
	Mixed     bool // the rows are of several fields
	Fields    []ScienceGroup
	Rows      []ReviewRow
	Pager
}

// ReviewRow is a concept with its names in both languages, the preferred one first.
type ReviewRow struct {
	Place  int
	ID     string
	Field  string
	Known  []string // in the language to compare with
	Review []string
}

func (s *Site) vocabularyReview(w http.ResponseWriter, r *http.Request) error {
	p, v := s.Web.Printer(r), r.URL.Query()
	page := ReviewPage{Beside: coreLang(v.Get("beside"), "en"), Field: v.Get("field"), Fields: fieldGroups(p)}
	for _, tag := range lexicon.CoreLanguages {
		page.Langs = append(page.Langs, lang.Tag(tag))
	}
	page.Lang = coreLang(v.Get("lang"), web.Lang(r))
	if page.Lang == page.Beside && v.Get("lang") == "" {
		page.Lang = "kk"
	}
	if lexicon.FieldSizes()[page.Field] == 0 {
		page.Field = ""
	} else {
		page.FieldName = fieldName(p, page.Field)
	}
	page.Mixed = page.Field != lexicon.NoField && !strings.Contains(page.Field, ".")
	entries := lexicon.ByField(page.Field)
	page.Pager = pager(r, len(entries), conceptsPerPage)
	for _, e := range cutPage(entries, page.Pager) {
		row := ReviewRow{Place: lexicon.Place(e.ID), ID: e.ID, Known: e.In(string(page.Beside)), Review: e.In(string(page.Lang))}
		if e.Field != "" {
			row.Field = fieldName(p, e.Field)
		}
		page.Rows = append(page.Rows, row)
	}
	return s.Web.Page(w, r, http.StatusOK, "vocabulary/review", page)
}

// coreLang is the language that was asked for when the core vocabulary has it.
func coreLang(asked string, otherwise lang.Tag) lang.Tag {
	if slices.Contains(lexicon.CoreLanguages, asked) {
		return lang.Tag(asked)
	}
	return otherwise
}

// LearnedPage is the page "vocabulary/learned".
type LearnedPage struct {
	Volume VolumeRow // empty when nothing has been learned
	Rows   [][]lexicon.Label
	Pager
}

func (s *Site) vocabularyLearned(w http.ResponseWriter, r *http.Request) error {
	volumes, err := s.volumes(r)
	if err != nil {
		return err
	}
	var page LearnedPage
	i := slices.IndexFunc(volumes, func(v shelf.Volume) bool { return v.ID == lexicon.LearnedSource.ID })
	if i >= 0 {
		page.Volume = volumeRows(volumes[i : i+1])[1]
		page.Pager = pager(r, volumes[i].Entries, conceptsPerPage)
		page.Rows, err = s.entriesOf(volumes[i], page.Pager)
	}
	if err != nil {
		return err
	}
	return s.Web.Page(w, r, http.StatusOK, "vocabulary/learned", page)
}

// errEnough ends the reading of a volume.
var errEnough = errors.New("site: read enough")

// entriesOf reads the entries of a volume that are on a page.
func (s *Site) entriesOf(v shelf.Volume, p Pager) ([][]lexicon.Label, error) {
	var rows [][]lexicon.Label
	n := 0
	err := s.Shelf.Entries(v, func(e lexicon.Entry) error {
		switch n++; {
		case n > p.To:
			return errEnough
		case n >= p.From:
			rows = append(rows, e.Labels)
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return rows, err
}
