package api

import (
	"context"
	"html"
	"slices"
	"strings"
	"time"

	"karvan/announcements"
	"karvan/catalogue"
	"karvan/commitments"
	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/meetings"
	"karvan/parties"
	"karvan/record"
)

// entry is a record in a feed.
type entry struct {
	r          *record.Record
	tag        string // the same for ever, on every node
	title      words
	summary    words
	content    string // sanitised HTML
	page       string
	author     words
	categories []category
	published  time.Time
	updated    time.Time
}

// words are text with the language it is in.
type words struct {
	text string
	lang lang.Tag
}

// category is a code with what it is called in the language of the feed.
type category struct{ scheme, term, label string }

// entry describes a record.
func (f *feed) entry(r *record.Record, names map[id.ID]parties.Names, now time.Time) entry {
	e := entry{r: r, tag: tagURI(r), page: f.api.pageURL(f.at.lang, r), published: r.Published, updated: r.Updated}
	if e.published.IsZero() {
		e.published = r.Created
	}
	reader := f.at.lang
	e.title = reading(r.Read(reader, "title"))
	e.summary = reading(r.Read(reader, "summary"))
	if own := parties.NamesOf(r); own != nil {
		n := own.On(reader, now)
		e.title = words{n.Name, n.Lang}
		e.summary = words{n.Official, n.Lang}
	}
	if c, ok := r.Body.(*commitments.Commitment); ok && c.Quote != nil {
		e.summary = words{c.Quote.Text, c.Quote.Lang}
	}
	if e.title.text == "" {
		e.title = words{f.p.T("kind." + r.Kind), reader}
	}
	for _, who := range []id.ID{r.Party, r.Owner} {
		if own := names[who]; own != nil {
			n := own.On(reader, now)
			e.author = words{n.Name, n.Lang}
			break
		}
	}
	if e.author.text == "" {
		e.author = words{f.api.Node.Name, reader}
	}
	e.categories = f.categories(r)
	if !f.table() {
		e.content = f.content(r, e.summary)
	}
	return e
}

func reading(r record.Reading) words { return words{r.Text, r.Lang} }

// tagURI names a record for feeds (RFC 4151): the node that writes it, the day it
// was begun, its kind and ULID.
func tagURI(r *record.Record) string {
	host, _, _ := strings.Cut(r.ID.Node(), ":")
	return "tag:" + host + "," + r.Created.UTC().Format(time.DateOnly) + ":" + r.Kind + "/" + r.ID.ULID()
}

// authors gives the names of those on whose behalf records stand, and of their
// owners.
func (a *API) authors(ctx context.Context, tx *db.Tx, records []*record.Record) (map[id.ID]parties.Names, error) {
	names := map[id.ID]parties.Names{}
	var refs []record.Ref
	seen := map[id.ID]bool{"": true}
	for _, r := range records {
		for _, who := range []id.ID{r.Party, r.Owner} {
			if seen[who] {
				continue
			}
			seen[who] = true
			ref := record.Ref{ID: who}
			if rev, ok := a.Index.PublicRev(who); ok {
				ref.Rev = rev // spares the database a look
			}
			refs = append(refs, ref)
		}
	}
	found, err := a.Book.Many(ctx, tx, refs)
	for _, r := range found {
		if own := parties.NamesOf(r); len(own) > 0 && r.Public() {
			names[r.ID] = own
		}
	}
	return names, err
}

// categories are the kind of a record and the topics and fields it is about.
func (f *feed) categories(r *record.Record) []category {
	all := []category{{"kind", r.Kind, f.p.T("kind." + r.Kind)}}
	add := func(scheme, list string, codes []string) {
		for _, c := range codes {
			label := c
			if key := "code." + list + "." + c; f.p.Has(key) {
				label = f.p.T(key)
			}
			all = append(all, category{scheme, c, label})
		}
	}
	switch b := r.Body.(type) {
	case *announcements.Item:
		add("topic", "topic", b.Topics)
	case *catalogue.Profile:
		add("type", "type", nonEmpty(b.Type))
		add("topic", "topic", b.Topics)
		add("field", "ford", b.Fields)
	case *commitments.Commitment:
		add("progress", "progress", nonEmpty(string(b.Progress)))
		add("type", "promise", nonEmpty(b.Type))
		add("topic", "topic", b.Topics)
		add("field", "ford", b.Fields)
	case *parties.Organisation:
		add("actor", "actor", nonEmpty(b.Type))
	}
	return all
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// parts are the texts of a record that its content shows after the summary.
var parts = []string{"body", "description", "about", "note"}

// content is what a reader of a feed sees: first what happened to the record
// since it was published, then its words, each in an element that says its
// language.
func (f *feed) content(r *record.Record, summary words) string {
	var b strings.Builder
	f.remarks(&b, r)
	paragraphs(&b, summary)
	if e, ok := r.Body.(*meetings.Event); ok {
		f.whenAndWhere(&b, r, e)
	}
	kind := f.api.Book.Kind(r.Kind)
	for _, name := range parts {
		field, ok := kind.Text(name)
		text := reading(r.Read(f.at.lang, name))
		switch {
		case !ok || text.text == "":
		case field.Markdown:
			b.WriteString("<div" + attrs(text.lang) + ">" + f.absolute(string(f.api.Web.Markdown(text.text))) + "</div>\n")
		default:
			paragraphs(&b, text)
		}
	}
	return b.String()
}

// maxNotes bounds the notes in an entry, the newest first.
const maxNotes = 10

// remarks writes the state when it is not the usual one, the notes, and who
// translated.
func (f *feed) remarks(b *strings.Builder, r *record.Record) {
	if r.State == record.Withdrawn {
		b.WriteString("<p" + attrs(f.at.lang) + "><strong>" + html.EscapeString(f.p.T("api.feed.withdrawn")) + "</strong></p>\n")
	}
	for i := len(r.Notes) - 1; i >= 0 && i >= len(r.Notes)-maxNotes; i-- {
		n := r.Notes[i]
		label := f.p.T("note."+n.Type) + " · " + f.p.Date(n.At)
		text := noteText(n, f.at.lang, r.Source)
		b.WriteString("<p" + attrs(f.at.lang) + "><strong>" + html.EscapeString(label) + "</strong> <span" + attrs(text.lang) + ">" +
			lines(text.text) + "</span></p>\n")
	}
	shown := lang.Fallback(f.at.lang, r.Languages(), r.Source)
	if shown != "" && r.Provenance(shown) == record.Machine {
		b.WriteString("<p" + attrs(f.at.lang) + "><em>" + html.EscapeString(f.p.T("provenance.machine")) + "</em></p>\n")
	}
	if r.Sample {
		b.WriteString("<p" + attrs(f.at.lang) + "><em>" + html.EscapeString(f.p.T("api.feed.sample")) + "</em></p>\n")
	}
}

// noteText gives a note in the language that serves a reader best.
func noteText(n record.Note, reader, source lang.Tag) words {
	tags := make([]lang.Tag, 0, len(n.Text))
	for t := range n.Text {
		tags = append(tags, lang.Tag(t))
	}
	slices.Sort(tags)
	t := lang.Fallback(reader, tags, source)
	return words{n.Text[string(t)], t}
}

func (f *feed) whenAndWhere(b *strings.Builder, r *record.Record, e *meetings.Event) {
	when := string(e.From)
	if e.From.Precise() {
		when = f.p.Date(e.From.First())
	}
	if last := e.Last(); last != e.From && last.Precise() {
		when = f.p.T("date.span", "from", when, "to", f.p.Date(last.First()))
	}
	b.WriteString("<p" + attrs(f.at.lang) + ">" + html.EscapeString(when))
	if place := noteText(record.Note{Text: e.Place}, f.at.lang, r.Source); place.text != "" {
		b.WriteString(" · <span" + attrs(place.lang) + ">" + html.EscapeString(place.text) + "</span>")
	}
	b.WriteString("</p>\n")
}

// attrs are the attributes of an element in a language.
func attrs(t lang.Tag) string {
	if t == "" {
		return ""
	}
	return ` lang="` + html.EscapeString(string(t)) + `" dir="` + t.Dir() + `"`
}

// paragraphs writes plain text: an empty line begins a paragraph.
func paragraphs(b *strings.Builder, w words) {
	for part := range strings.SplitSeq(w.text, "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			b.WriteString("<p" + attrs(w.lang) + ">" + lines(part) + "</p>\n")
		}
	}
}

func lines(text string) string { return strings.ReplaceAll(html.EscapeString(text), "\n", "<br>\n") }

// absolute makes addresses within this node whole, since a feed is read
// elsewhere. The sanitiser writes attributes in one way only, and escapes quotes
// in text.
func (f *feed) absolute(s string) string {
	return strings.NewReplacer(` src="/`, ` src="`+f.api.Node.BaseURL+"/", ` href="/`, ` href="`+f.api.Node.BaseURL+"/").Replace(s)
}

// mark says of a withdrawn record in its title that it is.
func (f *feed) mark(e *entry) string {
	if e.r.State == record.Withdrawn {
		return f.p.T("api.feed.withdrawn-title", "title", e.title.text)
	}
	return e.title.text
}
