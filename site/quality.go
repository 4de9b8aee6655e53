package site

import (
	"net/http"
	"slices"

	"karvan/internal/lang"
	"karvan/lexicon"
	"karvan/matching/quality"
)

// QualityPage is the page "matching/quality".
type QualityPage struct{ Sets []QualitySet }

// QualitySet is a set with judgements and how well matching does on it.
type QualitySet struct {
	Name       string
	Title      string // in the reader's language, "" when it has only its name
	Told       string // what it is, in the reader's language, "" when only the note says so
	Note       string // in English
	MeasuredOn string
	Mean       quality.Row
	Docs       []lang.Tag // the columns
	Tables     []QualityTable
}

// QualityTable is one measure of a set by language of the query and of the
// document.
type QualityTable struct {
	Measure string // "r1" or "ndcg"
	Rows    []QualityRow
}

// QualityRow is a language of queries.
type QualityRow struct {
	Lang    lang.Tag
	Queries int
	Cells   []QualityCell // one a column
	All     QualityCell   // documents of every language
}

// QualityCell is a figure. Heat is from 0, for the worst, to 5.
type QualityCell struct {
	Known bool
	Value float64
	Heat  int
}

func (s *Site) matchingQuality(w http.ResponseWriter, r *http.Request) error {
	p := s.Web.Printer(r)
	var page QualityPage
	for _, f := range quality.Golden() {
		page.Sets = append(page.Sets, qualitySet(p, f))
	}
	return s.Web.Page(w, r, http.StatusOK, "matching/quality", page)
}

func qualitySet(p *lang.Printer, f quality.Figures) QualitySet {
	set := QualitySet{Name: f.Set, Note: f.Note, MeasuredOn: f.MeasuredOn}
	if p.Has("quality.set." + f.Set) {
		set.Title = p.T("quality.set." + f.Set)
	}
	if p.Has("quality.note." + f.Set) {
		set.Told = p.T("quality.note." + f.Set)
	}
	set.Mean, _ = f.Mean()
	queries, docs := f.Languages()
	inOrder(queries)
	inOrder(docs)
	for _, d := range docs {
		set.Docs = append(set.Docs, lang.Tag(d))
	}
	for _, m := range []struct {
		name string
		of   func(quality.Row) float64
	}{{"ndcg", func(r quality.Row) float64 { return r.NDCG10 }}, {"r1", func(r quality.Row) float64 { return r.R1 }}} {
		table := QualityTable{Measure: m.name}
		for _, q := range queries {
			row := QualityRow{Lang: lang.Tag(q)}
			cell := func(doc string) (c QualityCell) {
				found, ok := f.Row(q, doc)
				if !ok {
					return c
				}
				row.Queries = max(row.Queries, found.Queries)
				return QualityCell{true, m.of(found), heat(m.of(found))}
			}
			for _, d := range docs {
				row.Cells = append(row.Cells, cell(d))
			}
			row.All = cell(quality.All)
			table.Rows = append(table.Rows, row)
		}
		set.Tables = append(set.Tables, table)
	}
	return set
}

// inOrder puts languages in the order in which the vocabulary has them, which is
// that of its pages; others follow.
func inOrder(tags []string) {
	place := func(tag string) int {
		if i := slices.Index(lexicon.CoreLanguages, tag); i >= 0 {
			return i
		}
		return len(lexicon.CoreLanguages)
	}
	slices.SortStableFunc(tags, func(a, b string) int { return place(a) - place(b) })
}

// heat puts a share into one of six steps: below a half, then tenth by tenth.
func heat(v float64) int {
	return min(max(int(v*10+1e-9)-4, 0), 5)
}
