package api

import (
	"bytes"
	"encoding/xml"
	"time"

	"karvan/internal/lang"
)

// Types of the Atom Syndication Format (RFC 4287).
type (
	atomFeed struct {
		XMLName   xml.Name    `xml:"feed"`
		NS        string      `xml:"xmlns,attr"`
		Lang      lang.Tag    `xml:"xml:lang,attr"`
		ID        string      `xml:"id"`
		Title     string      `xml:"title"`
		Updated   string      `xml:"updated"`
		Author    atomPerson  `xml:"author"`
		Links     []atomLink  `xml:"link"`
		Generator atomTool    `xml:"generator"`
		Entries   []atomEntry `xml:"entry"`
	}
	atomTool struct {
		Version string `xml:"version,attr,omitempty"`
		Name    string `xml:",chardata"`
	}
	atomPerson struct {
		Lang lang.Tag `xml:"xml:lang,attr,omitempty"`
		Name string   `xml:"name"`
	}
	atomLink struct {
		Rel      string   `xml:"rel,attr"`
		Type     string   `xml:"type,attr,omitempty"`
		HrefLang lang.Tag `xml:"hreflang,attr,omitempty"`
		Href     string   `xml:"href,attr"`
	}
	atomText struct {
		Type string   `xml:"type,attr,omitempty"`
		Lang lang.Tag `xml:"xml:lang,attr,omitempty"`
		Text string   `xml:",chardata"`
	}
	atomCategory struct {
		Term   string `xml:"term,attr"`
		Scheme string `xml:"scheme,attr"`
		Label  string `xml:"label,attr"`
	}
	atomEntry struct {
		Lang       lang.Tag       `xml:"xml:lang,attr"`
		ID         string         `xml:"id"`
		Title      atomText       `xml:"title"`
		Published  string         `xml:"published"`
		Updated    string         `xml:"updated"`
		Author     atomPerson     `xml:"author"`
		Links      []atomLink     `xml:"link"`
		Categories []atomCategory `xml:"category"`
		Summary    *atomText      `xml:"summary"`
		Content    atomText       `xml:"content"`
	}
)

// atom writes the list as an Atom feed. Pages are linked as RFC 5005 has it.
func (f *feed) atom() []byte {
	out := atomFeed{NS: "http://www.w3.org/2005/Atom", Lang: f.at.lang, ID: f.url(f.at.lang, "atom", ""), Title: f.title(),
		Updated: rfc3339(f.modified()), Author: atomPerson{Name: f.api.Node.Name}, Links: f.links(), Generator: atomTool{f.api.Node.Version, "Karvan"}}
	for i := range f.entries {
		out.Entries = append(out.Entries, f.atomEntry(&f.entries[i]))
	}
	return xmlDocument(out)
}

// links are those of the feed: to itself, its pages, and what else it can be had
// as, each in every language.
func (f *feed) links() []atomLink {
	mediaType := func(format format) string { t, _, _ := cutType(format.mediaType); return t }
	all := []atomLink{{Rel: "self", Type: mediaType(f.at.format), HrefLang: f.at.lang, Href: f.self()}}
	if f.query.Get("cursor") != "" {
		all = append(all, atomLink{Rel: "first", Type: mediaType(f.at.format), Href: f.url(f.at.lang, f.at.format.ending, "")})
	}
	if f.next != "" {
		all = append(all, atomLink{Rel: "next", Type: mediaType(f.at.format), Href: f.next})
	}
	for _, t := range f.languages() {
		all = append(all, atomLink{Rel: "alternate", Type: "text/html", HrefLang: t, Href: f.url(t, "", "")})
	}
	for _, t := range f.languages()[1:] {
		all = append(all, atomLink{Rel: "alternate", Type: mediaType(f.at.format), HrefLang: t, Href: f.url(t, f.at.format.ending, "")})
	}
	return all
}

// languages are those of the pages, that of the feed first.
func (f *feed) languages() []lang.Tag {
	all := []lang.Tag{f.at.lang}
	for _, t := range lang.Interface {
		if t != f.at.lang {
			all = append(all, t)
		}
	}
	return all
}

func (f *feed) atomEntry(e *entry) atomEntry {
	out := atomEntry{Lang: e.title.lang, ID: e.tag, Title: atomText{"text", e.title.lang, f.mark(e)},
		Published: rfc3339(e.published), Updated: rfc3339(e.updated), Author: atomPerson{e.author.lang, e.author.text},
		Content: atomText{"html", e.title.lang, e.content}}
	if out.Lang == "" {
		out.Lang = f.at.lang
	}
	if e.summary.text != "" {
		out.Summary = &atomText{"text", e.summary.lang, e.summary.text}
	}
	for _, t := range f.languages() {
		// The page in the language of the feed, and those that show the record in
		// their own.
		if _, ok := e.r.Texts[string(t)]; e.page != "" && (ok || t == f.at.lang) {
			out.Links = append(out.Links, atomLink{Rel: "alternate", Type: "text/html", HrefLang: t, Href: f.api.pageURL(t, e.r)})
		}
	}
	out.Links = append(out.Links,
		atomLink{Rel: "via", Type: "application/json", Href: f.api.revisionURL(e.r.ID, e.r.Rev)},
		atomLink{Rel: "version-history", Type: "application/json", Href: f.api.recordURL(e.r.ID) + "/revisions"})
	for _, c := range e.categories {
		out.Categories = append(out.Categories, atomCategory{c.term, f.scheme(c.scheme), c.label})
	}
	return out
}

// scheme names a code list.
func (f *feed) scheme(list string) string { return f.api.Node.BaseURL + "/openapi.json#" + list }

func rfc3339(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }

// xmlDocument writes a document with its declaration.
func xmlDocument(v any) []byte {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	e := xml.NewEncoder(&b)
	e.Indent("", " ")
	if err := e.Encode(v); err != nil {
		panic(err) // the types above are all that is ever encoded
	}
	b.WriteByte('\n')
	return b.Bytes()
}
