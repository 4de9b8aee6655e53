package site

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/web"
	"karvan/record"
)

// Shown is the revision of a record that a reader gets to see.
type Shown struct {
	*record.Record
	Head  record.Head
	Draft bool // it is not the public revision
	Waits bool // a newer revision waits, and the reader may see it by ?draft=1
}

// load finds the record that the path names, among kinds, and the revision of it
// that the reader sees: the public one; the newest for those who may read it,
// when there is no public one or they ask for it by ?draft=1. What a reader may
// not know of is not found. It fails with [fault.Gone] when it was erased.
func (s *Site) load(ctx context.Context, tx *db.Tx, r *http.Request, kinds ...string) (shown Shown, err error) {
	found, err := s.find(ctx, tx, r, kinds...)
	if err != nil {
		return shown, err
	}
	if shown.Head, err = s.Book.HeadOf(ctx, tx, found); err != nil {
		return shown, err
	}
	newest, err := s.Book.At(ctx, tx, found, shown.Head.Rev)
	if err != nil {
		return shown, err
	}
	may := s.mayRead(web.Actor(r), newest)
	if shown.Head.PublicRev == 0 && !may {
		return shown, fault.New(fault.NotFound, "record.not-found")
	}
	if newest.State == record.Erased && shown.Head.Rev == shown.Head.PublicRev || newest.State == record.Erased && shown.Head.PublicRev == 0 {
		return shown, fault.New(fault.Gone, "record.erased")
	}
	shown.Waits = may && shown.Head.PublicRev > 0 && shown.Head.PublicRev != shown.Head.Rev
	if may && (shown.Head.PublicRev == 0 || shown.Waits && r.URL.Query().Get("draft") != "") {
		shown.Record, shown.Draft = newest, true
		return shown, nil
	}
	shown.Record, err = s.Book.At(ctx, tx, found, shown.Head.PublicRev)
	return shown, err
}

// find gives the id of the record that the path names, of one of kinds.
func (s *Site) find(ctx context.Context, tx *db.Tx, r *http.Request, kinds ...string) (id.ID, error) {
	if code := r.PathValue("code"); code != "" { // a state's page is called by its code
		if state := s.Index.State(strings.ToUpper(code)); state != "" {
			return state, nil
		}
		return "", fault.New(fault.NotFound, "record.not-found")
	}
	for _, kind := range kinds {
		found, err := s.Book.Find(ctx, tx, kind, ref(r))
		if !fault.Is(err, fault.NotFound) {
			return found, err
		}
	}
	return "", fault.New(fault.NotFound, "record.not-found")
}

// editable gives the newest revision of the record that the path names, for
// those who may change it.
func (s *Site) editable(ctx context.Context, tx *db.Tx, r *http.Request, kinds ...string) (*record.Record, record.Head, error) {
	shown, err := s.load(ctx, tx, r, kinds...)
	if err != nil {
		return nil, shown.Head, err
	}
	if err := s.Book.Kind(shown.Kind).Policy.Check(web.Actor(r), "edit", shown.Object()); err != nil {
		return nil, shown.Head, err
	}
	newest, err := s.Book.At(ctx, tx, shown.ID, shown.Head.Rev)
	return newest, shown.Head, err
}

// visible reports whether a reader may see a revision, which may be an old one.
// An embargo opens the revision that waits for its instant, not its drafts.
func (s *Site) visible(a access.Actor, newest *record.Record, head record.Head, rev record.Revision) bool {
	if rev.State.Public() && rev.Rev <= head.PublicRev {
		return true
	}
	if s.Book.Kind(head.Kind).Policy.Allows(a, "read-draft", newest.Object()) {
		return true
	}
	return rev.Rev == head.Rev && s.mayRead(a, newest)
}

// returned lists the revisions whose note asks the author for a change. Such a
// note is between those who edit; visitors are not shown it.
func returned(history []record.Revision) (revs []int) {
	for _, v := range history {
		if v.Verb == "return" {
			revs = append(revs, v.Rev)
		}
	}
	return revs
}

// publicNotes leaves out of notes what was said between editors.
func publicNotes(notes []record.Note, history []record.Revision) []record.Note {
	internal := returned(history)
	return slices.DeleteFunc(slices.Clone(notes), func(n record.Note) bool { return slices.Contains(internal, n.Rev) })
}

// noted reports whether a change that waits says already what was changed.
func noted(newest, public *record.Record, history []record.Revision) bool {
	return public != nil && len(publicNotes(newest.Notes, history)) > len(publicNotes(public.Notes, history))
}

func (s *Site) doProfile(w http.ResponseWriter, r *http.Request) error {
	return s.do(profileKinds...)(w, r)
}

func (s *Site) uploadProfile(w http.ResponseWriter, r *http.Request) error {
	return s.upload(profileKinds...)(w, r)
}

func (s *Site) historyProfile(w http.ResponseWriter, r *http.Request) error {
	return s.history(profileKinds...)(w, r)
}

func (s *Site) revisionProfile(w http.ResponseWriter, r *http.Request) error {
	return s.revision(profileKinds...)(w, r)
}
