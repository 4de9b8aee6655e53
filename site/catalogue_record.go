package site

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"karvan/catalogue"
	"karvan/internal/db"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/record"
)

// ProfilePage is the page "catalogue/record".
type ProfilePage struct {
	RecordView
	Kind      string
	Type      string
	Stage     string
	Title     record.Reading
	Summary   record.Reading
	Owner     Named
	State     Named
	Groups    []ProfileGroup
	Files     []ProfileFile
	Confirmed time.Time
	Fresh     bool
	Aged      int  // days since the owner last vouched for it
	Draft     bool // not the public revision
	Waits     bool // a newer revision waits, and the reader may see it
	MayEdit   bool
	Hints     []ProfileHint
	Matches   []MatchView    // the nearest counterparts
	Matched   bool           // whether matches are looked for
	Linked    map[string]any // JSON-LD; nil for what is not public
}

// ProfileGroup is a group of what a profile says.
type ProfileGroup struct {
	Name  string
	Texts []ProfileText
	Lines []ProfileLine
}

// ProfileText is a text of a profile, by paragraphs.
type ProfileText struct {
	Label      string
	Lang       lang.Tag
	Provenance record.Provenance
	Paragraphs []string
}

// ProfileLine is a short statement of a profile.
type ProfileLine struct {
	Label string
	Items []ProfileItem
}

// ProfileItem is one value of a statement.
type ProfileItem struct {
	Text string
	Lang lang.Tag // "" when the text is in the reader's language, or in none
	Path string   // of the page of what it names, without the language prefix
	URL  string   // outside this node
	Code bool     // a number or a class that reads from left to right everywhere
}

// ProfileFile is an attachment; URL is "" when it is not for everybody.
type ProfileFile struct {
	record.File
	URL string
}

// ProfileHint says what would make a profile better, and where.
type ProfileHint struct {
	Text    string
	Field   string
	Section string
}

func (s *Site) profile(w http.ResponseWriter, r *http.Request) error {
	var page ProfilePage
	err := s.read(r, func(ctx context.Context, tx *db.Tx) error {
		shown, err := s.load(ctx, tx, r, profileKinds...)
		if err != nil {
			return err
		}
		page, err = s.profilePage(ctx, tx, r, shown)
		return err
	})
	if err != nil {
		return err
	}
	return s.Web.Page(w, r, http.StatusOK, "catalogue/record", page)
}

func (s *Site) profilePage(ctx context.Context, tx *db.Tx, r *http.Request, shown Shown) (ProfilePage, error) {
	rec := shown.Record
	view, err := s.recordView(ctx, tx, r, rec)
	if err != nil {
		return ProfilePage{}, err
	}
	p := catalogue.BodyOf(rec)
	if p == nil {
		return ProfilePage{}, fmt.Errorf("site.profilePage: %s is no profile", rec.ID)
	}
	d := describer{site: s, p: s.Web.Printer(r), rec: rec, body: p, read: view.Read}
	if err := d.learn(ctx, tx, web.Lang(r)); err != nil {
		return ProfilePage{}, err
	}
	page := ProfilePage{
		RecordView: view, Kind: rec.Kind, Type: p.Type, Stage: p.Stage,
		Title: rec.Read(view.Read, "title"), Summary: rec.Read(view.Read, "summary"),
		Owner: d.names[rec.Owner], State: d.names[rec.Party], Groups: d.groups(),
		Confirmed: catalogue.Vouched(rec), Fresh: catalogue.Fresh(rec, s.Now()), Draft: shown.Draft, Waits: shown.Waits,
		MayEdit: s.mayEdit(r, rec),
	}
	if !page.Confirmed.IsZero() {
		page.Aged = int(s.Now().Sub(page.Confirmed) / (24 * time.Hour))
	}
	inside := s.Book.Kind(rec.Kind).Policy.Allows(web.Actor(r), "read-draft", rec.Object())
	for _, f := range rec.Files {
		page.Files = append(page.Files, profileFile(rec, f, inside, shown.Draft))
	}
	if page.MayEdit {
		page.Hints = profileHintsOf(d.p, rec)
	}
	if page.Matched = rec.Listed() || shown.Draft; page.Matched {
		if page.Matches, err = s.bestMatches(ctx, tx, d.p, rec); err != nil {
			return ProfilePage{}, err
		}
	}
	if rec.State == record.Published {
		page.Linked = linkedProfile(page, p)
	}
	return page, nil
}

// profileFile names an attachment. Those that are not for everybody have an
// address only for those inside.
func profileFile(rec *record.Record, f record.File, inside, draft bool) ProfileFile {
	file := ProfileFile{File: f}
	switch public := f.Tier == record.Public && !draft; {
	case public:
		file.URL = fileURL(f)
	case inside:
		file.URL = fileURL(f) + "?of=" + url.QueryEscape(string(rec.ID))
	}
	return file
}

func (s *Site) mayEdit(r *http.Request, rec *record.Record) bool {
	return s.Book.Kind(rec.Kind).Policy.Allows(web.Actor(r), "edit", rec.Object())
}

// profileHintsOf gives the hints in the reader's language.
func profileHintsOf(p *lang.Printer, rec *record.Record) []ProfileHint {
	var all []ProfileHint
	for _, h := range catalogue.Hints(rec) {
		all = append(all, ProfileHint{
			Text: p.T(h.Key, h.Args...), Field: h.Field, Section: catalogue.SectionOf(rec.Kind, string(rec.Source), h.Field),
		})
	}
	return all
}

// linkedProfile describes a profile in the words of schema.org.
func linkedProfile(page ProfilePage, p *catalogue.Profile) map[string]any {
	about := "Product"
	if strings.HasPrefix(p.Type, "expertise") || strings.HasPrefix(p.Type, "funding") || p.Type == "research-request" {
		about = "Service"
	}
	thing := map[string]any{
		"@type": "Offer", "name": page.Title.Text, "description": page.Summary.Text, "url": page.Permanent,
		"itemOffered":        map[string]any{"@type": about, "name": page.Title.Text},
		"availabilityStarts": page.Record.Published.Format(time.DateOnly),
	}
	if !page.Record.ValidTo.IsZero() {
		thing["validThrough"] = page.Record.ValidTo.Format(time.DateOnly)
	}
	if len(p.PartnerCountries) > 0 {
		thing["eligibleRegion"] = p.PartnerCountries
	}
	if b := p.Budget; b != nil {
		price := map[string]any{"@type": "PriceSpecification", "priceCurrency": b.Currency}
		if b.From > 0 {
			price["minPrice"] = b.From
		}
		if b.To > 0 {
			price["maxPrice"] = b.To
		}
		thing["priceSpecification"] = price
	}
	owner := map[string]any{"@type": "Organization"}
	if page.Owner.Text != "" {
		owner["name"] = page.Owner.Text
	}
	if page.Kind == "need" {
		thing["@type"] = "Demand"
		owner["@context"], owner["seeks"] = "https://schema.org", thing
		return owner
	}
	thing["@context"], thing["offeredBy"] = "https://schema.org", owner
	return thing
}

// paragraphs cuts a text at its line breaks.
func paragraphs(s string) []string {
	return slices.DeleteFunc(strings.Split(s, "\n"), func(line string) bool { return strings.TrimSpace(line) == "" })
}
