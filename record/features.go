package record

import (
	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/lang"
)

// Features is what the index sees of a revision: the words it searches, the
// values it filters and counts, the numbers it sorts and bounds, the names it
// puts in alphabetical order.
type Features struct {
	Words   []Words
	Values  map[string][]string
	Numbers map[string]int64
	Names   map[lang.Tag]string
}

// Words are a text in a language; Field decides their weight.
type Words struct {
	Field string // "title", "summary", "text" or "code"
	Lang  lang.Tag
	Text  string
}

// Add adds values to an attribute, empty ones left out.
func (f *Features) Add(attr string, values ...string) {
	for _, v := range values {
		if v != "" {
			f.Values[attr] = append(f.Values[attr], v)
		}
	}
}

// Say adds words.
func (f *Features) Say(field string, tag lang.Tag, text string) {
	if text != "" {
		f.Words = append(f.Words, Words{field, tag, text})
	}
}

// FeaturesOf gives the features every record has, and what its kind adds. code
// gives the short code of a state's id, "" for anything else.
func (b *Book) FeaturesOf(r *Record, code func(id.ID) string) Features {
	kind := b.kinds[r.Kind]
	f := Features{Values: map[string][]string{}, Numbers: map[string]int64{}, Names: map[lang.Tag]string{}}
	for tag, v := range r.Texts {
		f.Add("lang", tag)
		for _, t := range kind.Texts {
			field := "text"
			if t.Name == "title" || t.Name == "summary" {
				field = t.Name
			}
			f.Say(field, lang.Tag(tag), v.Fields[t.Name])
		}
		if title := v.Fields["title"]; title != "" {
			f.Names[lang.Tag(tag)] = title
		}
	}
	f.Add("source", string(r.Source))
	f.Add("owner", string(r.Owner))
	f.Add("party", string(r.Party))
	f.Add("party", code(r.Party))
	if c := code(r.Party); c != "" {
		f.Add("state", c)
	}
	f.Add("status", string(r.State))
	if r.Sample {
		f.Add("sample", "yes")
	}
	f.Numbers["created"] = db.Micros(r.Created)
	f.Numbers["updated"] = db.Micros(r.Updated)
	if !r.Published.IsZero() {
		f.Numbers["published"] = db.Micros(r.Published)
	}
	if !r.ValidTo.IsZero() {
		f.Numbers["valid_to"] = db.Micros(r.ValidTo)
	}
	if !r.Confirmed.IsZero() {
		f.Numbers["confirmed"] = db.Micros(r.Confirmed)
	}
	if kind.Features != nil {
		kind.Features(r, &f, code)
	}
	return f
}
