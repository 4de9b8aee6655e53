package site

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/record"
)

// RevisionRow is a line of the page "record/history".
type RevisionRow struct {
	Rev    int
	Verb   string
	State  record.State
	At     time.Time
	Digest string
	Public bool       // it was public
	Now    bool       // it is the public one
	Notes  []NoteView // said with this revision
	Remark string     // said between colleagues, for those who may read drafts
	URL    string     // "" when the content was erased
}

// RecordHistory is the page "record/history".
type RecordHistory struct {
	Title  Named
	Path   string
	Kind   string
	Rows   []RevisionRow
	Drafts bool // it lists also what was never public
	Erased bool
}

// RecordRevision is the page "record/revision".
type RecordRevision struct {
	RevisionRow
	Title    Named
	Path     string
	Kind     string
	Texts    []TextView
	Before   int // the revision it is compared with, 0 for the first
	Changes  []ChangeView
	Earlier  string // URLs of its neighbours
	Later    string
	Verified bool // its content still has its digest
}

// TextView is one language version of a record with all its texts.
type TextView struct {
	Lang       lang.Tag
	Provenance record.Provenance
	Fields     []FieldView
}

// FieldView is one text of a version.
type FieldView struct {
	Name, Label, Text string
	Markdown          bool
}

// chronicle is a record's history as far as a reader may see it.
type chronicle struct {
	head    record.Head
	newest  *record.Record
	history []record.Revision // newest first
	seen    []record.Revision // those the reader may see
	drafts  bool
}

func (s *Site) chronicle(ctx context.Context, tx *db.Tx, r *http.Request, kinds ...string) (c chronicle, err error) {
	found, err := s.find(ctx, tx, r, kinds...)
	if err != nil {
		return c, err
	}
	if c.head, err = s.Book.HeadOf(ctx, tx, found); err != nil {
		return c, err
	}
	if c.newest, err = s.Book.At(ctx, tx, found, c.head.Rev); err != nil {
		return c, err
	}
	if c.history, err = s.Book.History(ctx, tx, found); err != nil {
		return c, err
	}
	a := web.Actor(r)
	for _, rev := range c.history {
		if s.visible(a, c.newest, c.head, rev) {
			c.seen = append(c.seen, rev)
			c.drafts = c.drafts || !rev.State.Public()
		}
	}
	if len(c.seen) == 0 {
		return c, fault.New(fault.NotFound, "record.not-found")
	}
	return c, nil
}

// title is what the record is called in the newest revision that the reader may
// see and that still has words.
func (s *Site) title(ctx context.Context, tx *db.Tx, r *http.Request, c chronicle) (Named, error) {
	for _, rev := range c.seen {
		rec, err := s.Book.At(ctx, tx, c.head.ID, rev.Rev)
		if fault.Is(err, fault.Gone) {
			continue
		}
		if err != nil {
			return Named{}, err
		}
		if n := s.named(rec, web.Lang(r), s.Now()); n.Text != "" {
			return n, nil
		}
	}
	return Named{ID: c.head.ID, Text: c.head.ID.ULID(), Path: Path(c.newest)}, nil
}

func (s *Site) row(r *http.Request, c chronicle, rev record.Revision) RevisionRow {
	row := RevisionRow{Rev: rev.Rev, Verb: rev.Verb, State: rev.State, At: rev.At, Digest: rev.Digest,
		Public: rev.State.Public() && rev.Rev <= c.head.PublicRev, Now: rev.Rev == c.head.PublicRev}
	if rev.Verb == "publish" && rev.Rev == c.firstPublic() {
		row.Verb = "first"
	}
	if c.drafts {
		row.Remark = rev.Remark
	}
	for _, n := range c.newest.Notes {
		if n.Rev == rev.Rev || !c.drafts && c.firstSeen(n.Rev) == rev.Rev {
			row.Notes = append(row.Notes, noteView(n, web.Lang(r)))
		}
	}
	if c.newest.State != record.Erased {
		row.URL = web.URL(r, Path(c.newest), "history", strconv.Itoa(rev.Rev))
	}
	return row
}

// firstPublic is the revision in which the record was first published, whatever
// languages it had then.
func (c *chronicle) firstPublic() int {
	first := 0
	for _, v := range c.history {
		if v.State == record.Published && v.Rev <= c.head.PublicRev {
			first = v.Rev
		}
	}
	return first
}

// firstSeen gives the first revision a visitor can see that carries a note which
// was written in a draft.
func (c *chronicle) firstSeen(rev int) int {
	first := 0
	for _, v := range c.seen {
		if v.Rev >= rev {
			first = v.Rev
		}
	}
	return first
}

// history lists the revisions of a record: the public ones, and all of them for
// those who may read drafts.
func (s *Site) history(kinds ...string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		var page RecordHistory
		err := s.read(r, func(ctx context.Context, tx *db.Tx) error {
			c, err := s.chronicle(ctx, tx, r, kinds...)
			if err != nil {
				return err
			}
			page = RecordHistory{Path: Path(c.newest), Kind: c.head.Kind, Drafts: c.drafts, Erased: c.newest.State == record.Erased}
			for _, rev := range c.seen {
				page.Rows = append(page.Rows, s.row(r, c, rev))
			}
			page.Title, err = s.title(ctx, tx, r, c)
			return err
		})
		if err != nil {
			return err
		}
		return s.Web.Page(w, r, http.StatusOK, "record/history", page)
	}
}

// revision shows a record as it was, and what changed since the revision before
// that the reader may see.
func (s *Site) revision(kinds ...string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		n, err := strconv.Atoi(r.PathValue("rev"))
		if err != nil {
			return fault.New(fault.NotFound, "record.not-found")
		}
		var page RecordRevision
		err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
			c, err := s.chronicle(ctx, tx, r, kinds...)
			if err != nil {
				return err
			}
			page, err = s.revisionPage(ctx, tx, r, c, n)
			return err
		})
		if err != nil {
			return err
		}
		return s.Web.Page(w, r, http.StatusOK, "record/revision", page)
	}
}

func (s *Site) revisionPage(ctx context.Context, tx *db.Tx, r *http.Request, c chronicle, n int) (page RecordRevision, err error) {
	i := slices.IndexFunc(c.seen, func(v record.Revision) bool { return v.Rev == n })
	if i < 0 {
		return page, fault.New(fault.NotFound, "record.not-found")
	}
	rec, err := s.Book.At(ctx, tx, c.head.ID, n)
	if err != nil {
		return page, err
	}
	if rec.State == record.Erased {
		return page, fault.New(fault.Gone, "record.erased")
	}
	page = RecordRevision{RevisionRow: s.row(r, c, c.seen[i]), Path: Path(rec), Kind: rec.Kind}
	page.Title = s.named(rec, web.Lang(r), s.Now())
	page.Texts = s.texts(r, rec)
	if page.Verified, err = record.Verify(rec); err != nil {
		return page, err
	}
	if i > 0 {
		page.Later = web.URL(r, page.Path, "history", strconv.Itoa(c.seen[i-1].Rev))
	}
	if i+1 == len(c.seen) {
		return page, nil
	}
	page.Before = c.seen[i+1].Rev
	page.Earlier = web.URL(r, page.Path, "history", strconv.Itoa(page.Before))
	before, err := s.Book.At(ctx, tx, c.head.ID, page.Before)
	if err != nil {
		return page, err
	}
	page.Changes, err = s.changes(ctx, tx, r, before, rec)
	return page, err
}

// texts gives all words of a record, by language.
func (s *Site) texts(r *http.Request, rec *record.Record) []TextView {
	p := s.Web.Printer(r)
	var all []TextView
	for _, t := range rec.Languages() {
		v := TextView{Lang: t, Provenance: rec.Provenance(t)}
		for _, f := range s.Book.Kind(rec.Kind).Texts {
			if text := rec.Text(t, f.Name); text != "" {
				v.Fields = append(v.Fields, FieldView{f.Name, fieldLabel(p, f.Name), text, f.Markdown})
			}
		}
		if len(v.Fields) > 0 {
			all = append(all, v)
		}
	}
	return all
}
