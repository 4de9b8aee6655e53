package exchange

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/parties"
	"karvan/record"
)

// rorName is a name in a ROR record, schema 2.
type rorName struct {
	Value string   `json:"value"`
	Lang  string   `json:"lang"`
	Types []string `json:"types"`
}

// rorEntry is an organisation of ROR: schema 2, or the shortened form in which
// extracts of it are passed on (country, city, ext, links as plain strings).
type rorEntry struct {
	ID          string            `json:"id"`
	Names       []rorName         `json:"names"`
	Types       []string          `json:"types"`
	Established int               `json:"established"`
	Status      string            `json:"status"`
	Links       []json.RawMessage `json:"links"`
	Country     string            `json:"country"`
	City        string            `json:"city"`
	Ext         map[string]string `json:"ext"`
	Locations   []struct {
		Details struct {
			Country string `json:"country_code"`
			Name    string `json:"name"`
		} `json:"geonames_details"`
	} `json:"locations"`
	ExternalIDs []struct {
		Type      string   `json:"type"`
		Preferred string   `json:"preferred"`
		All       []string `json:"all"`
	} `json:"external_ids"`
}

// rorTypes says what the types of ROR are here, the most telling first. ROR does
// not know the size of a company, so a company is "other" until it says more.
var rorTypes = []struct{ ror, here string }{
	{"education", "university"}, {"facility", "research-institute"}, {"government", "ministry-agency"},
	{"nonprofit", "ngo"}, {"funder", "fund"}, {"company", "other"}, {"healthcare", "other"}, {"archive", "other"},
}

// organisation makes a row of ROR the record of an organisation.
func (p *preparer) organisation(data []byte) (ch change, err error) {
	var e rorEntry
	if err := json.Unmarshal(data, &e); err != nil {
		f := fault.New(fault.Invalid, "record.not-json").Because(err)
		if t, ok := err.(*json.UnmarshalTypeError); ok {
			f = fault.New(fault.Invalid, "record.wrong-type").Because(err).At(t.Field)
		}
		return ch, f
	}
	if e.ID == "" {
		return ch, fault.New(fault.Invalid, "exchange.no-ror").At("id")
	}
	if len(e.Locations) > 0 {
		e.Country, e.City = e.Locations[0].Details.Country, e.Locations[0].Details.Name
	}
	node := p.book.Node()
	body := &parties.Organisation{Type: e.kind(), ROR: e.ID, Place: cleaned(e.City), Website: e.website(), Status: strings.ToLower(e.Status), OtherIDs: e.others()}
	source := lang.Tag("")
	body.Names, source = e.names()
	if len(e.Country) == 2 {
		body.State = id.Derive(node, "state", strings.ToUpper(e.Country))
	}
	if e.Established >= 800 && e.Established <= 2200 {
		body.Since = e.Established
	}
	r := &record.Record{
		ID: id.Derive(node, "organisation", e.ID), Kind: "organisation", Rev: 1, State: record.Published,
		Party: body.State, Source: source, Texts: map[string]record.Version{}, Body: body,
		Created: p.now, Updated: p.now, Published: p.now,
	}
	r.Owner = r.ID
	if ch.in, err = seal(p.book, r); err != nil {
		return ch, err
	}
	ch.store = func(ctx context.Context, tx *db.Tx) (record.Outcome, error) { return p.merge(ctx, tx, ch.in) }
	return ch, nil
}

// merge brings what ROR says of an organisation into its record. What ROR does
// not say (texts, parent, national identifiers, languages) stays as it is.
func (p *preparer) merge(ctx context.Context, tx *db.Tx, in record.Incoming) (record.Outcome, error) {
	head, err := p.book.HeadOf(ctx, tx, in.Record.ID)
	if fault.Is(err, fault.NotFound) {
		return p.book.Import(ctx, tx, in)
	}
	if err != nil {
		return "", err
	}
	if head.State == record.Withdrawn || head.State == record.Erased {
		return record.Unchanged, nil
	}
	old, err := p.book.At(ctx, tx, in.Record.ID, head.Rev)
	if err != nil {
		return "", err
	}
	was, ok := old.Body.(*parties.Organisation)
	if !ok {
		return "", fault.New(fault.Conflict, "record.unknown-kind", "kind", old.Kind).At("kind")
	}
	now := *in.Record.Body.(*parties.Organisation)
	now.Parent, now.NationalID, now.NationalReg, now.Languages = was.Parent, was.NationalID, was.NationalReg, was.Languages
	same, err := equalJSON(was, &now)
	if err != nil || same {
		return record.Unchanged, err
	}
	if head.State != record.Published {
		return "", fault.New(fault.Conflict, "exchange.being-edited")
	}
	r, err := p.book.Copy(old)
	if err != nil {
		return "", err
	}
	r.Body, r.Rev, r.Prev, r.Updated = &now, old.Rev+1, old.Digest, p.now
	if !r.Updated.After(old.Updated) {
		r.Updated = old.Updated.Add(time.Microsecond)
	}
	r.Notes = append(r.Notes, record.Note{Type: "update", At: r.Updated, Rev: r.Rev,
		Text: map[string]string{"en": "Changed by an import of the ROR register."}})
	next, err := seal(p.book, r)
	if err != nil {
		return "", err
	}
	if p.opt.DryRun {
		return record.Advanced, nil
	}
	return p.book.Import(ctx, tx, next)
}

func equalJSON(a, b any) (bool, error) {
	x, err := json.Marshal(a)
	if err != nil {
		return false, err
	}
	y, err := json.Marshal(b)
	return bytes.Equal(x, y), err
}

func (e *rorEntry) kind() string {
	for _, t := range rorTypes {
		for _, has := range e.Types {
			if strings.EqualFold(has, t.ror) {
				return t.here
			}
		}
	}
	return "other"
}

// website is the first link to one.
func (e *rorEntry) website() string {
	for _, raw := range e.Links {
		var plain string
		var typed struct {
			Type  string `json:"type"`
			Value string `json:"value"`
		}
		if json.Unmarshal(raw, &plain) != nil {
			if json.Unmarshal(raw, &typed) != nil || typed.Type != "website" {
				continue
			}
			plain = typed.Value
		}
		if (strings.HasPrefix(plain, "https://") || strings.HasPrefix(plain, "http://")) && len(plain) <= 2000 && lang.CheckText(plain) == nil {
			return plain
		}
	}
	return ""
}

// others are the organisation's identifiers elsewhere, by scheme.
func (e *rorEntry) others() map[string]string {
	ids := map[string]string{}
	for scheme, v := range e.Ext {
		ids[strings.ToLower(scheme)] = v
	}
	for _, x := range e.ExternalIDs {
		v := x.Preferred
		if v == "" && len(x.All) > 0 {
			v = x.All[0]
		}
		ids[strings.ToLower(x.Type)] = v
	}
	maps.DeleteFunc(ids, func(scheme, v string) bool {
		return scheme == "" || v == "" || len(scheme) > 32 || len(v) > 64 || lang.CheckText(scheme+v) != nil
	})
	if len(ids) == 0 {
		return nil
	}
	return ids
}

// names sorts the names by what they are: first the one ROR displays, then the
// labels, then other names. An acronym stands with the first name of its
// language. It also gives the language of the first name.
func (e *rorEntry) names() (names parties.Names, source lang.Tag) {
	const most = 100
	taken := map[said]bool{}
	for _, want := range []string{"ror_display", "label", "alias", "acronym"} {
		for _, n := range e.Names {
			value := cleaned(n.Value)
			if value == "" || utf8.RuneCountInString(value) > 300 || !slices.Contains(n.Types, want) || len(names) >= most {
				continue
			}
			tag, err := lang.Parse(n.Lang)
			if err != nil {
				tag = guess(value, e.Country)
				if want == "acronym" && len(names) > 0 {
					tag = names[0].Lang
				}
			}
			if taken[said{tag, value}] {
				continue
			}
			taken[said{tag, value}] = true
			i := slices.IndexFunc(names, func(n parties.Name) bool { return n.Lang == tag })
			if want == "acronym" && i >= 0 && names[i].Short == "" {
				names[i].Short = value
				continue
			}
			names = append(names, parties.Name{Lang: tag, Name: value})
		}
	}
	if len(names) == 0 {
		return nil, "en"
	}
	return names, names[0].Lang
}

type said struct {
	lang lang.Tag
	name string
}

func cleaned(s string) string {
	s, _ = lang.Clean(s)
	return strings.Join(strings.Fields(s), " ")
}

// scripts tell the language of a name for which ROR gives none.
var scripts = []struct {
	table *unicode.RangeTable
	lang  lang.Tag
}{
	{unicode.Hiragana, "ja"}, {unicode.Katakana, "ja"}, {unicode.Hangul, "ko"}, {unicode.Han, "zh"}, {unicode.Cyrillic, "ru"},
	{unicode.Arabic, "ar"}, {unicode.Devanagari, "hi"}, {unicode.Thai, "th"}, {unicode.Greek, "el"}, {unicode.Hebrew, "he"},
	{unicode.Armenian, "hy"}, {unicode.Georgian, "ka"}, {unicode.Bengali, "bn"}, {unicode.Tamil, "ta"}, {unicode.Ethiopic, "am"},
}

// byCountry refines the guess where countries share a script.
var byCountry = map[string]lang.Tag{
	"JP zh": "ja", "IR ar": "fa", "AF ar": "fa", "PK ar": "ur", "NP hi": "ne", "MN ru": "mn", "BG ru": "bg", "UA ru": "uk", "RS ru": "sr",
}

// guess is the language in which a name is read, by its script: the Latin script
// counts as English, the language in which ROR displays names.
func guess(name, country string) lang.Tag {
	for _, s := range scripts {
		if strings.ContainsFunc(name, func(r rune) bool { return unicode.Is(s.table, r) }) {
			if t, ok := byCountry[strings.ToUpper(country)+" "+string(s.lang)]; ok {
				return t
			}
			return s.lang
		}
	}
	return "en"
}
