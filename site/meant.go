package site

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"karvan/internal/lang"
	"karvan/lexicon"
	"karvan/matching"
)

// Meant is a search that may have been meant where another found nothing.
type Meant struct {
	Text  string
	Lang  lang.Tag
	Count int // records found
	URL   string
}

// Bounds on what is tried.
const (
	meantShown = 5
	meantTried = 24
	meantWords = 6
)

// meant gives searches for concepts whose names are near what was typed: the
// whole, or one word of it with the others as they are. Only those are offered that
// find something among what was asked for.
func (s *Site) meant(r *http.Request, q matching.Query) []Meant {
	if q.Words == "" {
		return nil
	}
	words := s.Index.Lexicon()
	type try struct {
		text string
		lang string
	}
	var tries []try
	typed := lexicon.Normalise(q.Words)
	add := func(text, tag string) {
		t := try{text, tag}
		if lexicon.Normalise(text) != typed && !slices.Contains(tries, t) && len(tries) < meantTried {
			tries = append(tries, t)
		}
	}
	for _, f := range words.Find(q.Words, string(q.Lang), 8) {
		add(f.Label.Text, f.Label.Lang)
	}
	if parts := strings.Fields(q.Words); len(parts) > 1 && len(parts) <= meantWords {
		for i, part := range parts {
			for _, f := range words.Find(part, string(q.Lang), 3) {
				if f.Likeness == lexicon.Same {
					break // the word is right as it is
				}
				other := slices.Clone(parts)
				other[i] = f.Label.Text
				add(strings.Join(other, " "), "") // of several languages, perhaps
			}
		}
	}
	var all []Meant
	for _, t := range tries {
		one := counting(q)
		one.Words = t.text
		if n := s.Index.Search(one).Total; n > 0 {
			all = append(all, Meant{Text: t.text, Lang: lang.Tag(t.lang), Count: n, URL: withQuery(r, func(v url.Values) {
				v.Del("cursor")
				v.Set("q", t.text)
			})})
		}
		if len(all) == meantShown {
			break
		}
	}
	return all
}
