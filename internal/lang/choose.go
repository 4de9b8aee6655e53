package lang

import (
	"slices"

	"golang.org/x/text/language"
)

// maxAccept bounds the Accept-Language header that is read. Browsers send
// well under 200 bytes.
const maxAccept = 1024

// near names, for readers of the languages on the left, other languages
// most of them read with ease. It says nothing about kinship: Urdu and Hindi
// are near in speech, but their readers do not share a script.
var near = map[Tag][]Tag{
	"be": {"ru"},
	"kk": {"ru"},
	"ky": {"ru"},
	"tg": {"ru"},
	"uz": {"ru"},
}

// Negotiate picks the interface language: the one remembered in the cookie,
// else the best of those the browser asks for, else a language near to one of
// those, else the first of [Interface].
func Negotiate(acceptLanguage, cookie string) Tag {
	if t, err := Parse(cookie); err == nil && IsInterface(t.Base()) {
		return t.Base()
	}
	wanted := accepted(acceptLanguage)
	for _, t := range wanted {
		if IsInterface(t) {
			return t
		}
	}
	for _, t := range wanted {
		for _, c := range near[t] {
			if IsInterface(c) {
				return c
			}
		}
	}
	return Interface[0]
}

// accepted returns the languages of an Accept-Language header, most wanted
// first.
func accepted(header string) []Tag {
	if len(header) > maxAccept {
		return nil
	}
	tags, weights, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return nil
	}
	var out []Tag
	for i, t := range tags {
		if weights[i] > 0 {
			out = append(out, Tag(t.String()).Base())
		}
	}
	return out
}

// Fallback picks which of the available languages to show to a reader: the
// reader's own, else one most readers of that language read, else the source
// in which the text was written. Should the source be missing too, it is
// English or whatever comes first in the order of [Content]. It returns ""
// if nothing is available.
func Fallback(reader Tag, available []Tag, source Tag) Tag {
	if t, ok := find(reader, available); ok {
		return t
	}
	for _, c := range near[reader.Base()] {
		if t, ok := find(c, available); ok {
			return t
		}
	}
	for _, c := range append([]Tag{source, "en"}, Content...) {
		if t, ok := find(c, available); ok {
			return t
		}
	}
	if len(available) > 0 {
		return available[0]
	}
	return ""
}

// find looks for a tag, then for the same language with another script or region.
func find(want Tag, available []Tag) (Tag, bool) {
	if want == "" {
		return "", false
	}
	if slices.Contains(available, want) {
		return want, true
	}
	i := slices.IndexFunc(available, func(t Tag) bool { return t.Base() == want.Base() })
	if i < 0 {
		return "", false
	}
	return available[i], true
}
