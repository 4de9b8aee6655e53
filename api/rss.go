package api

import (
	"encoding/xml"
	"strings"
	"time"

	"karvan/internal/lang"
)

// Types of RSS 2.0, with the links of Atom and the language and creator of
// Dublin Core, for which RSS has no elements.
type (
	rssDocument struct {
		XMLName xml.Name   `xml:"rss"`
		Version string     `xml:"version,attr"`
		Atom    string     `xml:"xmlns:atom,attr"`
		DC      string     `xml:"xmlns:dc,attr"`
		Channel rssChannel `xml:"channel"`
	}
	rssChannel struct {
		Title       string     `xml:"title"`
		Link        string     `xml:"link"`
		Description string     `xml:"description"`
		Language    lang.Tag   `xml:"language"`
		Build       string     `xml:"lastBuildDate"`
		Generator   string     `xml:"generator"`
		Links       []atomLink `xml:"atom:link"`
		Items       []rssItem  `xml:"item"`
	}
	rssItem struct {
		Title       string        `xml:"title"`
		Link        string        `xml:"link,omitempty"`
		Description string        `xml:"description"`
		Categories  []rssCategory `xml:"category"`
		GUID        rssGUID       `xml:"guid"`
		Published   string        `xml:"pubDate"`
		Creator     string        `xml:"dc:creator"`
		Language    lang.Tag      `xml:"dc:language"`
		Updated     string        `xml:"atom:updated"`
	}
	rssCategory struct {
		Domain string `xml:"domain,attr"`
		Label  string `xml:",chardata"`
	}
	rssGUID struct {
		PermaLink bool   `xml:"isPermaLink,attr"`
		ID        string `xml:",chardata"`
	}
)

// rss writes the list as RSS 2.0.
func (f *feed) rss() []byte {
	c := rssChannel{Title: f.title(), Link: f.url(f.at.lang, "", ""), Description: f.p.T("api.feed.about", "node", f.api.Node.Name),
		Language: f.at.lang, Build: rfc822(f.modified()), Generator: strings.TrimSpace("Karvan " + f.api.Node.Version), Links: f.links()}
	for i := range f.entries {
		e := &f.entries[i]
		item := rssItem{Title: f.mark(e), Link: e.page, Description: e.content, GUID: rssGUID{false, e.tag}, Published: rfc822(e.published),
			Creator: e.author.text, Language: e.title.lang, Updated: rfc3339(e.updated)}
		for _, k := range e.categories {
			item.Categories = append(item.Categories, rssCategory{f.scheme(k.scheme), k.label})
		}
		c.Items = append(c.Items, item)
	}
	return xmlDocument(rssDocument{Version: "2.0", Atom: "http://www.w3.org/2005/Atom", DC: "http://purl.org/dc/elements/1.1/", Channel: c})
}

// rfc822 writes a time as RSS wants it: RFC 822 with four digits of the year.
func rfc822(t time.Time) string { return t.UTC().Format("Mon, 02 Jan 2006 15:04:05 +0000") }

// cutType takes the parameters off a media type.
func cutType(mediaType string) (plain, parameters string, found bool) {
	plain, parameters, found = strings.Cut(mediaType, ";")
	return strings.TrimSpace(plain), strings.TrimSpace(parameters), found
}

// Types of JSON Feed 1.1.
type (
	jsonFeed struct {
		Version  string       `json:"version"`
		Title    string       `json:"title"`
		HomePage string       `json:"home_page_url"`
		FeedURL  string       `json:"feed_url"`
		NextURL  string       `json:"next_url,omitempty"`
		About    string       `json:"description"`
		Language lang.Tag     `json:"language"`
		Authors  []jsonAuthor `json:"authors"`
		Items    []jsonItem   `json:"items"`
	}
	jsonAuthor struct {
		Name string `json:"name"`
		URL  string `json:"url,omitempty"`
	}
	jsonItem struct {
		ID        string       `json:"id"`
		URL       string       `json:"url,omitempty"`
		Title     string       `json:"title"`
		HTML      string       `json:"content_html"`
		Summary   string       `json:"summary,omitempty"`
		Published time.Time    `json:"date_published"`
		Modified  time.Time    `json:"date_modified"`
		Authors   []jsonAuthor `json:"authors"`
		Tags      []string     `json:"tags,omitempty"`
		Language  lang.Tag     `json:"language,omitempty"`
		Karvan    jsonRecord   `json:"_karvan"`
	}
	// jsonRecord is the extension: what makes the record checkable.
	jsonRecord struct {
		About  string     `json:"about"`
		ID     string     `json:"id"`
		Kind   string     `json:"kind"`
		Rev    int        `json:"rev"`
		Digest string     `json:"digest"`
		State  string     `json:"state"`
		URL    string     `json:"url"`
		Notes  []jsonNote `json:"notes"`
	}
	jsonNote struct {
		Type string            `json:"type"`
		At   time.Time         `json:"at"`
		Rev  int               `json:"rev"`
		Text map[string]string `json:"text"`
	}
)

// json writes the list as a JSON Feed 1.1.
func (f *feed) json() []byte {
	base := f.api.Node.BaseURL
	out := jsonFeed{Version: "https://jsonfeed.org/version/1.1", Title: f.title(), HomePage: f.url(f.at.lang, "", ""), FeedURL: f.self(), NextURL: f.next,
		About: f.p.T("api.feed.about", "node", f.api.Node.Name), Language: f.at.lang,
		Authors: []jsonAuthor{{f.api.Node.Name, base + "/"}}, Items: []jsonItem{}}
	for i := range f.entries {
		e := &f.entries[i]
		item := jsonItem{ID: e.tag, URL: e.page, Title: f.mark(e), HTML: e.content, Summary: e.summary.text, Published: e.published.UTC(), Modified: e.updated.UTC(),
			Authors: []jsonAuthor{{Name: e.author.text}}, Language: e.title.lang,
			Karvan: jsonRecord{About: base + "/openapi.json", ID: string(e.r.ID), Kind: e.r.Kind, Rev: e.r.Rev, Digest: e.r.Digest, State: string(e.r.State),
				URL: f.api.recordURL(e.r.ID), Notes: []jsonNote{}}}
		for _, c := range e.categories {
			item.Tags = append(item.Tags, c.label)
		}
		for _, n := range e.r.Notes {
			item.Karvan.Notes = append(item.Karvan.Notes, jsonNote{n.Type, n.At, n.Rev, n.Text})
		}
		out.Items = append(out.Items, item)
	}
	return encode(out)
}
