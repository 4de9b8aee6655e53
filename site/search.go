package site

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/lexicon"
	"karvan/matching"
	"karvan/parties"
	"karvan/record"
)

// searchKinds are the kinds of records that the search looks through, in the
// order of its tabs. Posts have no page of their own.
var searchKinds = []string{"offer", "need", "announcement", "event", "commitment", "report", "organisation", "body", "state", "person"}

// SearchPage is the page "home/search".
type SearchPage struct {
	List
	Tabs   []FacetValue // all kinds, then each with how many of it were found
	Rows   []SearchRow
	States []Named // whom to ask when nothing is found
	Create bool    // whether the reader might make a record
	Save   string  // address under which the search becomes a need
	Follow string  // feed of this very search
	Keep   Keeping
	Meant  []Meant // when nothing is found
}

// SearchRow is a record that was found.
type SearchRow struct {
	Path    string
	Kind    string
	Title   record.Reading
	Marked  []Words // the title, with the words asked for marked
	Excerpt []Words
	In      lang.Tag // language of the excerpt
	Party   Named
	Day     *Day
	Sample  bool
}

// Words are a stretch of a text; Hit says that it was asked for.
type Words struct {
	Text string
	Hit  bool
}

// searchQuery reads the address of a search; kind is the tab chosen, "" for all.
func (s *Site) searchQuery(r *http.Request) (q matching.Query, kind string, err error) {
	if q, err = listQuery(r, searchKinds, []string{"state", "lang"}); err != nil {
		return q, "", err
	}
	if kind = r.URL.Query().Get("kind"); slices.Contains(searchKinds, kind) {
		q.Kinds = []string{kind}
	} else {
		kind = ""
	}
	q.Lang = web.Lang(r)
	q.Fixed = map[string][]string{"status": {string(record.Published)}}
	return q, kind, nil
}

func (s *Site) search(w http.ResponseWriter, r *http.Request) error {
	q, kind, err := s.searchQuery(r)
	if err != nil {
		return err
	}
	page := SearchPage{Create: mayCreate(web.Actor(r))}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		found, records, err := s.Index.Records(ctx, tx, q)
		if err != nil {
			return err
		}
		label, err := s.catalogueLabels(ctx, tx, r, q, found)
		if err != nil {
			return err
		}
		page.List = s.list(r, q, found, label, nil)
		if page.Rows, err = s.searchRows(ctx, tx, s.Web.Printer(r), records, s.Index.Lexicon().Query(q.Words, string(q.Lang))); err != nil || !page.Empty {
			return err
		}
		page.States, err = s.statesOnRecord(ctx, tx, web.Lang(r))
		return err
	})
	if err != nil {
		return err
	}
	page.Tabs = s.searchTabs(r, q, kind)
	page.Save = web.URL(r, "/catalogue/new") + "?" + url.Values{"kind": {"need"}, "title": {q.Words}}.Encode()
	page.Feeds = feeds(r, "/search")
	page.Follow = page.Feeds[0].URL
	page.Keep = s.keeping(r, page.List)
	if page.Empty {
		page.Meant = s.meant(r, q)
	}
	return s.Web.Page(w, r, http.StatusOK, "home/search", page)
}

// searchTabs counts what each kind has.
func (s *Site) searchTabs(r *http.Request, q matching.Query, chosen string) []FacetValue {
	p := s.Web.Printer(r)
	at := func(kind string) string {
		return withQuery(r, func(v url.Values) {
			v.Del("cursor")
			if v.Del("kind"); kind != "" {
				v.Set("kind", kind)
			}
		})
	}
	one := q
	one.Limit, one.Facets, one.Cursor, one.Sort = 0, nil, nil, nil
	tabs := []FacetValue{{Label: p.T("home.all-kinds"), Chosen: chosen == "", URL: at("")}}
	for _, kind := range searchKinds {
		one.Kinds = []string{kind}
		n := s.Index.Search(one).Total
		tabs[0].Count += n
		if n > 0 || kind == chosen {
			tabs = append(tabs, FacetValue{Value: kind, Label: p.T("kinds." + kind), Count: n, Chosen: kind == chosen, URL: at(kind)})
		}
	}
	return tabs
}

// surely is how sure an alternative of a word asked for must be, to be marked:
// what a reader cannot see the sense of is not worth their eye.
const surely = 0.35

func (s *Site) searchRows(ctx context.Context, tx *db.Tx, p *lang.Printer, records []*record.Record, asked []lexicon.Group) ([]SearchRow, error) {
	reader, now := p.Tag(), s.Now()
	var ids []id.ID
	for _, rec := range records {
		ids = append(ids, rec.Party)
	}
	names, err := s.names(ctx, tx, reader, now, ids...)
	if err != nil {
		return nil, err
	}
	terms := map[string]bool{}
	for _, g := range asked {
		for _, t := range g.Terms {
			terms[t.Term] = terms[t.Term] || t.Weight >= surely
		}
	}
	var rows []SearchRow
	for _, rec := range records {
		n := s.named(rec, reader, now)
		row := SearchRow{Path: n.Path, Kind: rec.Kind, Title: record.Reading{Text: n.Text, Lang: n.Lang}, Party: names[rec.Party], Sample: rec.Sample}
		row.Marked = s.markWords(n.Text, n.Lang, terms)
		if parties.NamesOf(rec) == nil {
			row.Excerpt, row.In = s.excerptOf(rec, reader, terms)
			if !rec.Published.IsZero() {
				row.Day = dayOf(p, dayIn(rec.Published))
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// excerptTexts are the texts an excerpt may be taken of, the best first.
var excerptTexts = []string{"summary", "description", "body", "problem", "advantages", "about", "note"}

// excerptOf gives the place of rec where a word asked for stands: in the
// reader's language when it stands there, else in any, else the beginning of the
// summary.
func (s *Site) excerptOf(rec *record.Record, reader lang.Tag, terms map[string]bool) ([]Words, lang.Tag) {
	first := rec.Read(reader, "summary")
	if len(terms) > 0 {
		for _, t := range append([]lang.Tag{first.Lang}, rec.Languages()...) {
			for _, name := range excerptTexts {
				if cut, ok := s.excerptAround(rec.Text(t, name), t, terms); ok {
					return cut, t
				}
			}
		}
	}
	cut, _ := s.excerptAround(first.Text, first.Lang, nil)
	return cut, first.Lang
}

// How much of a text an excerpt shows, in characters.
const (
	excerptBefore = 60
	excerptLength = 240
)

// excerptAround cuts a text about the first word asked for. ok says that there is one.
func (s *Site) excerptAround(text string, t lang.Tag, terms map[string]bool) (cut []Words, ok bool) {
	start := 0
	for _, token := range s.Index.Lexicon().Tokens(text, string(t)) {
		if terms[token.Term] {
			start, ok = token.Start, true
			break
		}
	}
	from := start
	for n := 0; from > 0 && n < excerptBefore; n++ {
		_, size := utf8.DecodeLastRuneInString(text[:from])
		from -= size
	}
	if blank := strings.IndexByte(text[from:start], ' '); from > 0 && blank >= 0 {
		from += blank + 1 // begin with a word
	}
	to := from
	for n := 0; to < len(text) && n < excerptLength; n++ {
		_, size := utf8.DecodeRuneInString(text[to:])
		to += size
	}
	if from > 0 {
		cut = append(cut, Words{Text: "… "})
	}
	cut = append(cut, s.markWords(text[from:to], t, terms)...)
	if to < len(text) {
		cut = append(cut, Words{Text: "…"})
	}
	return cut, ok
}

// markWords cuts a text where words asked for stand. Pairs of Chinese characters
// overlap and are marked as one stretch.
func (s *Site) markWords(text string, t lang.Tag, terms map[string]bool) []Words {
	var pieces []Words
	done := 0
	if len(terms) > 0 {
		for _, token := range s.Index.Lexicon().Tokens(text, string(t)) {
			if !terms[token.Term] || token.End <= done {
				continue
			}
			from := max(token.Start, done)
			if n := len(pieces); n > 0 && from == done && pieces[n-1].Hit {
				pieces[n-1].Text += text[from:token.End]
			} else {
				if from > done {
					pieces = append(pieces, Words{Text: text[done:from]})
				}
				pieces = append(pieces, Words{Text: text[from:token.End], Hit: true})
			}
			done = token.End
		}
	}
	if done < len(text) {
		pieces = append(pieces, Words{Text: text[done:]})
	}
	return pieces
}
