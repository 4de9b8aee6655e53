package record

import (
	"encoding/json"
	"strings"
	"time"

	"karvan/internal/access"
	"karvan/internal/id"
	"karvan/internal/lang"
)

// Provenance says where the words of a version come from.
type Provenance string

// The provenances. Missing is never stored: it is what a language has that has
// no version.
const (
	Original Provenance = "original" // written in this language
	Human    Provenance = "human"    // translated by a person, or checked by one
	Machine  Provenance = "machine"  // translated by a machine, nobody looked
	Missing  Provenance = "missing"
)

// Version is a record's words in one language.
type Version struct {
	Provenance Provenance        `json:"provenance"`
	Of         int               `json:"of,omitempty"` // the revision it translates; 0 for an original
	Fields     map[string]string `json:"fields"`       // by name of the kind's texts
}

// Link points from a record to another, or to anything with a URL.
type Link struct {
	Rel string `json:"rel"`
	To  string `json:"to"`
}

// Tier says who may open an attachment.
type Tier string

// The tiers of disclosure.
const (
	Public       Tier = "public"       // everybody
	Interest     Tier = "interest"     // after an interest was accepted
	Confidential Tier = "confidential" // after a confidentiality agreement
)

// File is an attachment, kept by its content.
type File struct {
	Name      string            `json:"name"`
	MediaType string            `json:"media_type"`
	Size      int64             `json:"size"`
	SHA256    string            `json:"sha256"`
	Tier      Tier              `json:"tier"`
	Alt       map[string]string `json:"alt,omitempty"` // what an image shows, by language
}

// Note is a typed remark on what happened to a published record: a correction,
// a withdrawal, a translation. Notes are only ever appended.
type Note struct {
	Type string            `json:"type"`
	Text map[string]string `json:"text"` // by language
	At   time.Time         `json:"at"`
	Rev  int               `json:"rev"` // the revision that carries it first
}

// NoteTypes lists the types of notes.
var NoteTypes = []string{"fact", "wording", "attribution", "translation", "update", "suspension", "withdrawal", "erasure"}

// Record is one state of a document that crosses borders.
type Record struct {
	ID        id.ID              `json:"id"`
	Kind      string             `json:"kind"`
	Rev       int                `json:"rev"`
	Prev      string             `json:"prev,omitempty"` // digest of the revision before
	State     State              `json:"state"`
	Owner     id.ID              `json:"owner,omitempty"` // an organisation, a state or a body
	Party     id.ID              `json:"party,omitempty"` // the state or body on whose behalf
	Source    lang.Tag           `json:"source"`          // language it was written in
	Texts     map[string]Version `json:"texts"`           // by language tag
	Body      Body               `json:"body"`
	Links     []Link             `json:"links,omitempty"`
	Files     []File             `json:"files,omitempty"`
	Notes     []Note             `json:"notes,omitempty"`
	Created   time.Time          `json:"created"`
	Updated   time.Time          `json:"updated"`            // when this revision was made
	Published time.Time          `json:"published,omitzero"` // when it was first published
	PublishAt time.Time          `json:"publish_at,omitzero"`
	Zone      string             `json:"zone,omitempty"`    // IANA zone in which PublishAt was meant
	Embargo   bool               `json:"embargo,omitempty"` // readable before PublishAt by those who may
	ValidTo   time.Time          `json:"valid_to,omitzero"`
	Confirmed time.Time          `json:"confirmed,omitzero"` // when the owner last said it still holds
	Sample    bool               `json:"sample,omitempty"`   // invented, to show how Karvan works
	OriginURL string             `json:"origin_url,omitempty"`

	Extra     map[string]json.RawMessage `json:"-"` // members a newer peer wrote, kept
	BodyExtra map[string]json.RawMessage `json:"-"`
	Digest    string                     `json:"-"` // SHA-256 of the canonical form, hex

	remark string // said between colleagues with the verb; kept beside the revision
}

// text gives what the note says, in a language when it has it.
func (n *Note) text(t lang.Tag) string {
	if s := n.Text[string(t)]; s != "" {
		return s
	}
	for _, s := range n.Text {
		return s
	}
	return ""
}

// clean gives n with its words in the form in which they are kept.
func (n *Note) clean() *Note {
	c := *n
	c.Text = make(map[string]string, len(n.Text))
	for tag, text := range n.Text {
		text, _ = lang.Clean(text)
		c.Text[tag] = strings.TrimSpace(text)
	}
	return &c
}

// empty removes what r says; who, when and the notes stay.
func (r *Record) empty(kind *Kind) {
	r.Texts, r.Links, r.Files, r.OriginURL = map[string]Version{}, nil, nil, ""
	r.Body, r.Extra, r.BodyExtra = kind.New(), nil, nil
}

// Object is what the policy tables need to know of r.
func (r *Record) Object() access.Object { return access.Object{Owner: r.Owner, Party: r.Party} }

// Public reports whether visitors may read this revision.
func (r *Record) Public() bool { return r.State.Public() }

// Listed reports whether the revision stands in public lists and feeds.
func (r *Record) Listed() bool { return r.State == Published }

// Languages lists the languages r has words in, the source first, then in the
// order of lang.Content.
func (r *Record) Languages() []lang.Tag {
	var tags []lang.Tag
	if _, ok := r.Texts[string(r.Source)]; ok {
		tags = append(tags, r.Source)
	}
	for _, t := range lang.Content {
		if _, ok := r.Texts[string(t)]; ok && t != r.Source {
			tags = append(tags, t)
		}
	}
	return tags
}

// Provenance says what r has in a language.
func (r *Record) Provenance(t lang.Tag) Provenance {
	if v, ok := r.Texts[string(t)]; ok {
		return v.Provenance
	}
	return Missing
}

// Text gives the named text in a language, "" when there is none.
func (r *Record) Text(t lang.Tag, name string) string { return r.Texts[string(t)].Fields[name] }

// Reading is a text with the language it is in, ready to be shown.
type Reading struct {
	Text       string
	Lang       lang.Tag
	Provenance Provenance
}

// Read gives the named text for a reader: in their language when it is there,
// else in the language that serves them best, else in the source language.
func (r *Record) Read(reader lang.Tag, name string) Reading {
	best := Reading{Lang: r.Source, Provenance: Missing}
	t := lang.Fallback(reader, r.Languages(), r.Source)
	for _, tag := range append([]lang.Tag{reader, t, r.Source}, r.Languages()...) {
		if v, ok := r.Texts[string(tag)]; ok && v.Fields[name] != "" {
			return Reading{Text: v.Fields[name], Lang: tag, Provenance: v.Provenance}
		}
	}
	return best
}

// Stale reports whether the words in a language translate an older revision
// than the newest change of the source.
func (r *Record) Stale(t lang.Tag) bool {
	v, ok := r.Texts[string(t)]
	src, has := r.Texts[string(r.Source)]
	return ok && has && t != r.Source && v.Of > 0 && src.Of > v.Of
}

// Targets lists what r is linked to by rel.
func (r *Record) Targets(rel string) []id.ID {
	var ids []id.ID
	for _, l := range r.Links {
		if l.Rel == rel {
			ids = append(ids, id.ID(l.To))
		}
	}
	return ids
}

// Target is the first record r is linked to by rel, or "".
func (r *Record) Target(rel string) id.ID {
	if ids := r.Targets(rel); len(ids) > 0 {
		return ids[0]
	}
	return ""
}
