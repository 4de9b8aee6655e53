package site

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"sync"
	"time"

	"karvan/internal/access"
	"karvan/internal/blob"
	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/journal"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/lexicon/shelf"
	"karvan/matching"
	"karvan/parties"
	"karvan/record"
)

//go:embed layout.html partials pages static
var files embed.FS

// Templates are the layout, the partials and the pages.
var Templates fs.FS = files

// Static is the style sheet, scripts and pictures.
var Static = sub("static")

func sub(dir string) fs.FS {
	f, err := fs.Sub(files, dir)
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return f
}

// Site serves the pages of a node.
type Site struct {
	DB     *db.DB
	Book   *record.Book
	Index  *matching.Index
	Feed   *journal.Feed
	Files  *blob.Store
	Shelf  *shelf.Shelf
	Web    *web.Kit
	Node   Node
	Now    func() time.Time
	Limits Limits

	// signIns bounds guessing, from the first attempt on.
	signIns func() *signInLimits
	// wordFiles are the core vocabulary for programs.
	wordFiles *vocabularyFiles
}

// New makes a site of its parts.
func New(s Site) *Site {
	s.signIns = sync.OnceValue(newSignInLimits)
	s.wordFiles = newVocabularyFiles(s.conceptBase())
	return &s
}

// Node is what the pages say of the node itself.
type Node struct {
	Name    string // what the node is called, in its own words
	BaseURL string // https://karvan.example, without a slash at the end
	Demo    bool   // a demo world: every page says so
	Version string
}

// Limits bound what strangers may send.
type Limits struct {
	Upload int64 // bytes of an attachment
	Form   int64 // bytes of a form
}

// write runs a verb on behalf of who is signed in, and waits until the index has
// it, so that the page that follows shows it.
func (s *Site) write(r *http.Request, f func(ctx context.Context, tx *db.Tx) error) error {
	ctx := r.Context()
	if err := s.DB.Write(ctx, web.Actor(r), func(tx *db.Tx) error { return f(ctx, tx) }); err != nil {
		return err
	}
	return s.Feed.Flush(ctx)
}

// read runs f over one state of the database.
func (s *Site) read(r *http.Request, f func(ctx context.Context, tx *db.Tx) error) error {
	ctx := r.Context()
	return s.DB.Read(ctx, func(tx *db.Tx) error { return f(ctx, tx) })
}

// Named is a record as pages name it: its words in the reader's language and its
// path.
type Named struct {
	ID   id.ID
	Text string
	Lang lang.Tag
	Path string // without the language prefix; "" when there is no page
	Code string // a state's ISO code
}

// names gives what the pages call the records with these ids, on a day. Ids that
// are not on record are left out.
func (s *Site) names(ctx context.Context, tx *db.Tx, reader lang.Tag, day time.Time, ids ...id.ID) (map[id.ID]Named, error) {
	var refs []record.Ref
	seen := map[id.ID]bool{"": true}
	for _, i := range ids {
		if !seen[i] {
			seen[i] = true
			refs = append(refs, record.Ref{ID: i})
		}
	}
	for i, ref := range refs { // the index knows the public revision without asking the database
		if rev, ok := s.Index.PublicRev(ref.ID); ok {
			refs[i].Rev = rev
		}
	}
	records, err := s.Book.Many(ctx, tx, refs)
	if err != nil {
		return nil, err
	}
	named := make(map[id.ID]Named, len(records))
	for _, r := range records {
		named[r.ID] = s.named(r, reader, day)
	}
	return named, nil
}

// named gives what the pages call r on a day.
func (s *Site) named(r *record.Record, reader lang.Tag, day time.Time) Named {
	n := Named{ID: r.ID, Path: Path(r), Code: s.Index.Code(r.ID)}
	if names := parties.NamesOf(r); names != nil {
		name := names.On(reader, day)
		n.Text, n.Lang = name.Name, name.Lang
		return n
	}
	title := r.Read(reader, "title")
	n.Text, n.Lang = title.Text, title.Lang
	return n
}

// folders gives the first part of the path of each kind's page.
var folders = map[string]string{
	"announcement": "board", "event": "events", "offer": "catalogue", "need": "catalogue", "body": "bodies",
	"organisation": "organisations", "person": "persons", "commitment": "commitments", "report": "reports",
}

// Path gives the path of r's page without the language prefix, "" when it has
// none.
func Path(r *record.Record) string {
	if state, ok := r.Body.(*parties.State); ok {
		return "/states/" + state.Code
	}
	folder := folders[r.Kind]
	if folder == "" {
		return ""
	}
	return "/" + folder + "/" + r.ID.ULID()
}

// mayRead reports whether who is signed in may read what is not public of r.
func (s *Site) mayRead(a access.Actor, r *record.Record) bool {
	kind := s.Book.Kind(r.Kind)
	if kind.Policy.Allows(a, "read-draft", r.Object()) {
		return true
	}
	return r.State == record.Scheduled && r.Embargo && kind.Policy.Allows(a, "read-embargoed", r.Object())
}
