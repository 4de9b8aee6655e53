package site

import (
	"context"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"karvan/announcements"
	"karvan/commitments"
	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/record"
)

// BoardItem is the page "board/item".
type BoardItem struct {
	RecordView
	Item    *announcements.Item
	Draft   bool // the revision shown is not public
	Waits   bool // a newer one waits, and the reader may see it
	Edit    bool // the reader may change it
	Title   record.Reading
	Summary record.Reading
	Text    template.HTML
	TextIn  record.Reading // the text's language and provenance
	Lacks   bool           // there are no words in the reader's language
	Stale   bool           // the translation shown is older than the source
	Away    bool           // the original stands elsewhere
	Party   Named
	Owner   Named
	About   Named      // the event
	Out     *Day       // published by its party
	Here    *Day       // published on this board, when that is another day
	Event   *Day       // happened
	End     *Day       // last day of what happened
	Fixed   *NoteView  // the newest correction
	Notice  *NoteView  // the newest note, or why it was taken back
	Due     *ItemDue   // when it will be published
	Files   []FileView // attachments
	Feeds   []Feed
	Came    CameOf
	Data    any // JSON-LD
}

// ItemDue is when a scheduled item will be published.
type ItemDue struct {
	At      time.Time
	Zone    string
	Embargo bool
}

// followRels are the relations by which a record says that it came of an item.
var followRels = []string{"announcement", "follows", "source", "cites", "basis", "result"}

func (s *Site) boardItem(w http.ResponseWriter, r *http.Request) error {
	var page BoardItem
	err := s.read(r, func(ctx context.Context, tx *db.Tx) error {
		shown, err := s.load(ctx, tx, r, "announcement")
		if err != nil {
			return err
		}
		page, err = s.itemPage(ctx, tx, r, shown)
		return err
	})
	if err != nil {
		return err
	}
	return s.Web.Page(w, r, http.StatusOK, "board/item", page)
}

func (s *Site) itemPage(ctx context.Context, tx *db.Tx, r *http.Request, shown Shown) (page BoardItem, err error) {
	rec, a := shown.Record, web.Actor(r)
	page = BoardItem{Draft: shown.Draft, Waits: shown.Waits && !shown.Draft, Item: rec.Body.(*announcements.Item)}
	if page.RecordView, err = s.recordView(ctx, tx, r, rec); err != nil {
		return page, err
	}
	page.Edit = s.Book.Kind(rec.Kind).Policy.Allows(a, "edit", rec.Object())
	s.itemNotes(r, rec, &page)
	s.itemWords(r, rec, &page)
	s.itemDays(r, rec, &page)
	if err := s.itemNames(ctx, tx, r, rec, &page); err != nil {
		return page, err
	}
	page.Files = s.attachments(a, rec, page.Read, shown.Draft)
	page.Feeds = feeds(r, "/board")
	if err := s.itemCame(ctx, tx, r, rec, &page); err != nil {
		return page, err
	}
	page.Data = s.itemData(r, rec, page)
	return page, nil
}

// itemCame gathers what came of an item: the commitments that quote it, else those
// made at the event it is about. Their words are marked in its text.
func (s *Site) itemCame(ctx context.Context, tx *db.Tx, r *http.Request, rec *record.Record, page *BoardItem) (err error) {
	p := s.Web.Printer(r)
	if page.Text, err = s.markPromises(ctx, tx, rec, "body", page.TextIn, page.Text); err != nil {
		return err
	}
	if page.Came, err = s.cameOf(ctx, tx, p, "quoted", rec.ID, page.Out); err != nil {
		return err
	}
	if event := rec.Target("event"); page.Came.Total == 0 && event != "" {
		if page.Came, err = s.cameOf(ctx, tx, p, "event", event, page.Out); err != nil {
			return err
		}
	}
	if rec.Public() && commitments.Policy.Could(web.Actor(r), "create") {
		page.Came.New = "/commitments/new?of=" + rec.ID.ULID()
	}
	return nil
}

// itemNotes puts the newest note at the top, and finds the newest correction.
func (s *Site) itemNotes(r *http.Request, rec *record.Record, page *BoardItem) {
	notes := rec.Notes
	page.Notes = nil
	for i := len(notes) - 1; i >= 0; i-- { // the newest first
		page.Notes = append(page.Notes, noteView(notes[i], web.Lang(r)))
	}
	if len(page.Notes) > 0 {
		page.Notice = &page.Notes[0]
	}
	if n := corrected(rec); n != nil {
		v := noteView(*n, web.Lang(r))
		page.Fixed = &v
	}
}

// itemWords chooses the language version to show: the one asked for, else the
// reader's, else the original.
func (s *Site) itemWords(r *http.Request, rec *record.Record, page *BoardItem) {
	reader := web.Lang(r)
	asked, err := lang.Parse(r.URL.Query().Get("read"))
	has := func(t lang.Tag) bool { return len(rec.Texts[string(t)].Fields) > 0 }
	page.Away = rec.OriginURL != "" && !has(rec.Source)
	switch {
	case err == nil && has(asked):
		page.Read = asked
	case has(reader):
		page.Read = reader
	case has(rec.Source):
		page.Read = rec.Source
	default:
		page.Read = lang.Fallback(reader, rec.Languages(), rec.Source)
	}
	page.Lacks = !has(reader) && page.Read != reader
	page.Stale = rec.Stale(page.Read)
	page.Versions = versions(r, rec, page.Read)
	if page.Draft {
		for i := range page.Versions {
			page.Versions[i].URL += "&draft=1"
		}
	}
	page.Title, page.Summary, page.TextIn = rec.Read(page.Read, "title"), rec.Read(page.Read, "summary"), rec.Read(page.Read, "body")
	page.Text = s.ownMarkdown(rec, page.TextIn.Text, page.Draft)
}

// ownMarkdown renders a text of a record. Only images attached to it are shown;
// those of a draft are fetched as its attachments, since nobody else may.
func (s *Site) ownMarkdown(rec *record.Record, text string, draft bool) template.HTML {
	var attached []string
	for _, f := range rec.Files {
		attached = append(attached, f.SHA256)
	}
	out := string(s.Web.Markdown(ownImages(text, attached)))
	if draft {
		for _, f := range rec.Files {
			out = strings.ReplaceAll(out, `src="`+fileURL(f)+`"`, `src="`+fileURL(f)+`?of=`+url.QueryEscape(string(rec.ID))+`"`)
		}
	}
	return template.HTML(out)
}

// itemDays keeps the days apart: when it happened, when the party said so, when
// it came to this board, when it was corrected.
func (s *Site) itemDays(r *http.Request, rec *record.Record, page *BoardItem) {
	p := s.Web.Printer(r)
	out := announcements.Out(rec)
	page.Out, page.Event = dayOf(p, out), dayOf(p, page.Item.EventDate)
	if page.Item.EventEnd != page.Item.EventDate {
		page.End = dayOf(p, page.Item.EventEnd)
	}
	if !rec.Published.IsZero() && dayIn(rec.Published) != out {
		page.Here = dayOf(p, dayIn(rec.Published))
	}
	if rec.State == record.Scheduled {
		page.Due = &ItemDue{At: rec.PublishAt, Zone: rec.Zone, Embargo: rec.Embargo}
	}
}

func (s *Site) itemNames(ctx context.Context, tx *db.Tx, r *http.Request, rec *record.Record, page *BoardItem) error {
	day := tx.Now
	if d := announcements.Out(rec); d != "" {
		day = d.First()
	}
	var came []id.ID
	for _, rel := range followRels {
		sources, err := s.Book.Sources(ctx, tx, rec.ID, rel)
		if err != nil {
			return err
		}
		came = append(came, sources...)
	}
	// A party is called as it was on the day of the text, what came of it as it
	// is now.
	then, err := s.names(ctx, tx, web.Lang(r), day, rec.Party, rec.Owner)
	if err != nil {
		return err
	}
	now, err := s.names(ctx, tx, web.Lang(r), tx.Now, append(came, rec.Target("event"))...)
	if err != nil {
		return err
	}
	page.Party, page.Owner, page.About = then[rec.Party], then[rec.Owner], now[rec.Target("event")]
	for i, c := range came {
		if named := now[c]; named.Text != "" && !slices.Contains(came[:i], c) {
			page.CameOf = append(page.CameOf, named)
		}
	}
	return nil
}

// itemData describes the item for search engines in the words of schema.org.
func (s *Site) itemData(r *http.Request, rec *record.Record, page BoardItem) any {
	if page.Draft || rec.State != record.Published {
		return nil
	}
	at := s.Node.BaseURL + web.URL(r, page.Path)
	d := map[string]any{
		"@context": "https://schema.org", "@type": "NewsArticle", "@id": page.Permanent, "url": at, "mainEntityOfPage": at,
		"headline": page.Title.Text, "description": page.Summary.Text, "inLanguage": string(page.TextIn.Lang),
		"datePublished": string(announcements.Out(rec)), "dateModified": rec.Updated.Format("2006-01-02T15:04:05Z"),
		"author":    map[string]any{"@type": "Organization", "name": page.Party.Text},
		"publisher": map[string]any{"@type": "Organization", "name": s.Node.Name, "url": s.Node.BaseURL},
	}
	if page.TextIn.Provenance != record.Original {
		original := map[string]any{"@type": "NewsArticle", "@id": page.Permanent, "inLanguage": string(rec.Source)}
		if page.Away {
			original["@id"] = rec.OriginURL
		}
		d["translationOfWork"] = original
	}
	if based := page.Item.SourceURL; based != "" {
		d["isBasedOn"] = based
	}
	if page.About.Text != "" {
		d["about"] = map[string]any{"@type": "Event", "name": page.About.Text, "url": s.Node.BaseURL + web.URL(r, page.About.Path)}
	}
	for _, f := range page.Files {
		if f.Image && f.Tier == record.Public {
			d["image"] = s.Node.BaseURL + f.URL
			break
		}
	}
	return d
}
