package record

import (
	"encoding/hex"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
)

// Bounds on what one record may hold.
const (
	MaxLanguages = 40
	MaxLinks     = 200
	MaxFiles     = 30
	MaxNotes     = 500
	MaxNote      = 2000 // characters of a note
)

// Clean brings the words of r into the form in which they are kept: Unicode NFC,
// LF, no control characters, no bidi overrides, no blank ends. It reports whether
// anything had to be dropped that a person might miss.
func (r *Record) Clean() bool {
	dropped := false
	for tag, v := range r.Texts {
		for name, text := range v.Fields {
			clean, changed := lang.Clean(text)
			dropped = dropped || changed
			clean = strings.TrimSpace(clean)
			if clean == "" {
				delete(v.Fields, name)
			} else {
				v.Fields[name] = clean
			}
		}
		if len(v.Fields) == 0 && lang.Tag(tag) != r.Source {
			delete(r.Texts, tag)
		}
	}
	return dropped
}

// Validate checks r against its kind. A draft may lack what is required to
// publish, but nothing it says may be wrong. All faults are reported at once.
func (b *Book) Validate(r *Record, draft bool) error {
	kind := b.kinds[r.Kind]
	if kind == nil {
		return fault.New(fault.Invalid, "record.unknown-kind", "kind", clip(r.Kind)).At("kind")
	}
	var l fault.List
	if _, err := id.Parse(string(r.ID)); err != nil || r.ID.Kind() != r.Kind {
		l.Add("id", "id.invalid")
	}
	for field, ref := range map[string]id.ID{"owner": r.Owner, "party": r.Party} {
		if ref != "" {
			if _, err := id.Parse(string(ref)); err != nil {
				l.Add(field, "id.invalid")
			}
		}
	}
	if t, err := lang.Parse(string(r.Source)); err != nil || t != r.Source {
		l.Add("source", "lang.invalid")
	}
	validateTexts(&l, kind, r, draft)
	validateRest(&l, r)
	if r.State != Erased { // an erased record has an empty body
		l.Merge("", r.Body.Validate(r, draft))
	}
	return l.Err()
}

func validateTexts(l *fault.List, kind *Kind, r *Record, draft bool) {
	if len(r.Texts) > MaxLanguages {
		l.Add("texts", "record.too-many", "max", MaxLanguages)
		return
	}
	for tag, v := range r.Texts {
		at := "texts." + clip(tag) + "."
		if t, err := lang.Parse(tag); err != nil || string(t) != tag {
			l.Add(at+"lang", "lang.invalid")
		}
		switch v.Provenance {
		case Original, Human, Machine:
		default:
			l.Add(at+"provenance", "record.unknown-provenance")
		}
		for name, text := range v.Fields {
			f, ok := kind.Text(name)
			if !ok {
				l.Add(at+clip(name), "record.unknown-text")
				continue
			}
			if n := utf8.RuneCountInString(text); n > f.Max {
				l.Add(at+name, "text.too-long", "n", n, "max", f.Max)
			}
			if !f.Lines && !f.Markdown && strings.ContainsAny(text, "\n") {
				l.Add(at+name, "text.one-line")
			}
			if lang.CheckText(text) != nil {
				l.Add(at+name, "text.forbidden-characters")
			}
		}
	}
	if draft || r.State == Erased {
		return
	}
	words := r.Texts[string(r.Source)]
	in := r.Source
	if r.OriginURL != "" && len(words.Fields) == 0 {
		// A translation-only record: its original stands elsewhere, and the
		// translation must be whole instead.
		for _, t := range r.Languages() {
			words, in = r.Texts[string(t)], t
			break
		}
	}
	for _, f := range kind.Texts {
		if f.Required && words.Fields[f.Name] == "" {
			l.Add("texts."+string(in)+"."+f.Name, "text.missing")
		}
	}
}

func validateRest(l *fault.List, r *Record) {
	if len(r.Links) > MaxLinks {
		l.Add("links", "record.too-many", "max", MaxLinks)
	}
	for _, link := range r.Links {
		if link.Rel == "" || len(link.Rel) > 40 || len(link.To) == 0 || len(link.To) > 2000 || !oneLine(link.Rel) || !oneLine(link.To) {
			l.Add("links", "record.bad-link")
			break
		}
	}
	if len(r.Files) > MaxFiles {
		l.Add("files", "record.too-many", "max", MaxFiles)
	}
	for _, f := range r.Files {
		if err := f.Validate(); err != nil {
			l.Merge("files.", err)
			break
		}
	}
	if len(r.Notes) > MaxNotes {
		l.Add("notes", "record.too-many", "max", MaxNotes)
	}
	for _, n := range r.Notes {
		if outOfRange(n.At) {
			l.Add("notes", "date.out-of-range")
		}
		if !slices.Contains(NoteTypes, n.Type) || len(n.Text) == 0 {
			l.Add("notes", "record.bad-note")
		}
		for tag, text := range n.Text {
			if t, err := lang.Parse(tag); err != nil || string(t) != tag || strings.TrimSpace(text) == "" {
				l.Add("notes", "record.bad-note")
			}
			if lang.CheckText(text) != nil {
				l.Add("notes", "text.forbidden-characters")
			}
			if utf8.RuneCountInString(text) > MaxNote {
				l.Add("notes", "text.too-long", "n", utf8.RuneCountInString(text), "max", MaxNote)
			}
		}
	}
	if r.Zone != "" {
		if _, err := time.LoadLocation(r.Zone); err != nil || r.Zone == "Local" {
			l.Add("zone", "zone.invalid")
		}
	}
	if r.OriginURL != "" && !WebURL(r.OriginURL) {
		l.Add("origin_url", "url.invalid")
	}
	for field, t := range map[string]time.Time{"publish_at": r.PublishAt, "valid_to": r.ValidTo, "confirmed": r.Confirmed,
		"created": r.Created, "updated": r.Updated, "published": r.Published} {
		if outOfRange(t) {
			l.Add(field, "date.out-of-range")
		}
	}
}

func outOfRange(t time.Time) bool { return !t.IsZero() && (t.Year() < 1900 || t.Year() > 2200) }

// oneLine reports whether s is kept text without line ends.
func oneLine(s string) bool {
	return lang.CheckText(s) == nil && !strings.ContainsAny(s, "\n\t\r\u0085")
}

// WebURL reports whether s is the address of a page: http or https, a host, no
// password in it, not endless.
func WebURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && len(s) <= 2000 && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
}

// Validate checks that a file's name is a plain name, its digest a digest and
// its tier known.
func (f File) Validate() error {
	var l fault.List
	if f.Name == "" || len(f.Name) > 200 || f.Name != path.Base(f.Name) || strings.ContainsAny(f.Name, "/\\\x00") ||
		strings.HasPrefix(f.Name, ".") || !oneLine(f.Name) {
		l.Add("name", "file.bad-name")
	}
	if len(f.MediaType) > 100 || !oneLine(f.MediaType) {
		l.Add("media_type", "file.bad-name")
	}
	for tag, text := range f.Alt {
		if t, err := lang.Parse(tag); err != nil || string(t) != tag {
			l.Add("alt", "lang.invalid")
		}
		if n := utf8.RuneCountInString(text); n > MaxNote {
			l.Add("alt", "text.too-long", "n", n, "max", MaxNote)
		}
		if lang.CheckText(text) != nil {
			l.Add("alt", "text.forbidden-characters")
		}
	}
	if sum, err := hex.DecodeString(f.SHA256); err != nil || len(sum) != 32 || strings.ToLower(f.SHA256) != f.SHA256 {
		l.Add("sha256", "file.bad-digest")
	}
	if f.Size < 0 {
		l.Add("size", "file.bad-digest")
	}
	switch f.Tier {
	case Public, Interest, Confidential:
	default:
		l.Add("tier", "file.bad-tier")
	}
	return l.Err()
}
