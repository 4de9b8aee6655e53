package site

import (
	"context"
	"net/http"
	"slices"
	"time"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/record"
)

// RecordView is what the pages of all records share. It is drawn by the partials
// "versions", "notes", "actions" and "record-foot".
type RecordView struct {
	Record    *record.Record
	Path      string    // of the page, without the language prefix
	Read      lang.Tag  // language of the version shown
	Versions  []Version // every language of content the record has, and what it lacks of the interface's
	Notes     []NoteView
	Actions   []Action // what the reader may do to it
	Base      int      // the newest revision, from which a change begins
	Pending   bool     // the newest revision is not the public one, and the reader may see it
	Draft     bool     // and it is the one on the page
	Permanent string   // address for ever, without a language
	Data      string   // address of the record as data
	Cite      string   // how to cite it, in the reader's language
	CameOf    []Named  // what came of it; filled in by the page
}

// Version is one language version of a record.
type Version struct {
	Lang       lang.Tag
	Provenance record.Provenance
	URL        string
	Shown      bool // this is the one on the page
	Stale      bool // the source changed since
}

// NoteView is a note in the language that serves the reader best.
type NoteView struct {
	Type string
	Text string
	Lang lang.Tag
	At   time.Time
	Rev  int
}

// Action is a verb that the reader may do to a record. The form of the partial
// "actions" posts verb, base, note, note_type and at to <path>/do.
type Action struct {
	Verb    string
	Note    bool   // a note may be written
	Needed  bool   // and must be
	Types   bool   // and its type chosen: it corrects what was published
	At      string // name of the instant to choose: "publish_at", "valid_to" or ""
	Danger  bool   // ask again before it is done
	Blocked string // message key: why it is shown and cannot be done by this person
}

// recordView gathers what the partials show of rec, which is a revision of a
// record that the reader may see.
func (s *Site) recordView(ctx context.Context, tx *db.Tx, r *http.Request, rec *record.Record) (RecordView, error) {
	v := RecordView{Record: rec, Path: Path(rec), Read: readLang(r, rec), Base: rec.Rev, Data: dataPath(rec)}
	v.Permanent = s.Node.BaseURL + v.Path
	v.Versions = versions(r, rec, v.Read)
	v.Cite = s.cite(r, rec, v)
	a := web.Actor(r)
	editor := a.SignedIn() && s.mayRead(a, rec)
	if !editor && len(rec.Notes) == 0 {
		return v, nil
	}
	history, err := s.Book.History(ctx, tx, rec.ID)
	if err != nil {
		return v, err
	}
	notes := rec.Notes
	if !editor {
		notes = publicNotes(notes, history)
	}
	for _, n := range notes {
		v.Notes = append(v.Notes, noteView(n, web.Lang(r)))
	}
	if !editor {
		return v, nil
	}
	head, err := s.Book.HeadOf(ctx, tx, rec.ID)
	if err != nil {
		return v, err
	}
	v.Base = head.Rev
	v.Pending = head.PublicRev > 0 && head.PublicRev != head.Rev
	v.Draft = v.Pending && rec.Rev == head.Rev
	v.Actions, err = s.actions(ctx, tx, a, rec, head, history)
	return v, err
}

// readLang is the language of the version to show: the one asked for by ?read=,
// else the one that serves the reader best.
func readLang(r *http.Request, rec *record.Record) lang.Tag {
	if t, err := lang.Parse(r.URL.Query().Get("read")); err == nil {
		if _, ok := rec.Texts[string(t)]; ok {
			return t
		}
	}
	return lang.Fallback(web.Lang(r), rec.Languages(), rec.Source)
}

func versions(r *http.Request, rec *record.Record, shown lang.Tag) []Version {
	var all []Version
	tags := rec.Languages()
	for _, t := range lang.Interface {
		if !slices.Contains(tags, t) {
			tags = append(tags, t)
		}
	}
	for _, t := range tags {
		all = append(all, Version{
			Lang: t, Provenance: rec.Provenance(t), Shown: t == shown, Stale: rec.Stale(t),
			URL: web.URL(r, Path(rec)) + "?read=" + string(t),
		})
	}
	return all
}

func noteView(n record.Note, reader lang.Tag) NoteView {
	var tags []lang.Tag
	for _, t := range append(slices.Clone(lang.Content), lang.Partner...) {
		if n.Text[string(t)] != "" {
			tags = append(tags, t)
		}
	}
	t := lang.Fallback(reader, tags, "en")
	return NoteView{Type: n.Type, Text: n.Text[string(t)], Lang: t, At: n.At, Rev: n.Rev}
}

// cite says how to cite rec: who, what, when, where, which revision.
func (s *Site) cite(r *http.Request, rec *record.Record, v RecordView) string {
	p := s.Web.Printer(r)
	at := rec.Published
	if at.IsZero() {
		at = rec.Updated
	}
	title := s.named(rec, v.Read, s.Now()).Text
	return p.T("site.cite-as", "title", title, "node", s.Node.Name, "date", p.Date(at), "rev", rec.Rev, "url", v.Permanent)
}

// dataPath is where programs read rec.
func dataPath(rec *record.Record) string { return "/api/v1/records/" + string(rec.ID) }

// wrote reports whether a wrote what is not yet public of a record, so that
// publishing it needs somebody else.
func (s *Site) wrote(a access.Actor, head record.Head, history []record.Revision) bool {
	if !s.Book.Kind(head.Kind).FourEyes {
		return false
	}
	return slices.ContainsFunc(history, func(rev record.Revision) bool {
		return rev.Rev > head.PublicRev && rev.Actor == a.Account && slices.Contains([]string{"create", "edit", "revise", "submit"}, rev.Verb)
	})
}

// actions lists what a may do to a record of which rec is a revision, the newest
// or the public one.
func (s *Site) actions(ctx context.Context, tx *db.Tx, a access.Actor, rec *record.Record, head record.Head, history []record.Revision) ([]Action, error) {
	verbs := record.Lifecycle.Verbs(head.State)
	if !s.Book.Kind(head.Kind).FourEyes && slices.Contains(verbs, "submit") {
		verbs = append([]string{"publish"}, verbs...) // do submits on the way
	}
	noteNeeded := false
	if head.PublicRev > 0 && head.PublicRev != head.Rev { // the public revision stays while a draft waits
		pair, err := s.Book.Many(ctx, tx, []record.Ref{{ID: head.ID, Rev: head.Rev}, {ID: head.ID, Rev: head.PublicRev}})
		if err != nil {
			return nil, err
		}
		if len(pair) == 2 {
			noteNeeded = !noted(pair[0], pair[1], history)
			for _, verb := range []string{"suspend", "withdraw", "erase"} {
				if _, err := record.Lifecycle.Next(pair[1].State, verb); err == nil {
					verbs = append(verbs, verb)
				}
			}
		}
	}
	policy := s.Book.Kind(rec.Kind).Policy
	var all []Action
	for _, verb := range verbs {
		if verb == "revise" || !policy.Allows(a, verb, rec.Object()) { // editing what is published begins the revision
			continue
		}
		act := Action{Verb: verb, Danger: slices.Contains([]string{"withdraw", "erase", "discard"}, verb)}
		switch verb {
		case "publish", "schedule":
			act.Types = head.PublicRev > 0
			act.Note, act.Needed = act.Types, noteNeeded
			if verb == "schedule" {
				act.At = "publish_at"
			}
			if s.wrote(a, head, history) {
				act.Blocked = "record.four-eyes"
			}
		case "suspend", "withdraw", "return":
			act.Note, act.Needed = true, true
		case "renew":
			act.At = "valid_to"
		}
		all = append(all, act)
	}
	return all, nil
}
