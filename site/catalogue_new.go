package site

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"karvan/catalogue"
	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/matching"
	"karvan/matching/engine"
	"karvan/parties"
	"karvan/record"
)

// ProfileNew is the page "catalogue/new".
type ProfileNew struct {
	Form   *web.FormView
	Paid   []ProfileType // who offers is paid
	Pays   []ProfileType // who asks pays
	Owner  Named         // a member's organisation, for which there is no choice
	Search bool          // the owner is looked for among the organisations of a state
	Words  string        // what was looked for
	More   bool          // there are more organisations than the list shows
}

// ProfileType is an answer to "which way does the money flow?".
type ProfileType struct{ Code, Label, Help string }

// ownersMost bounds the organisations to choose from at a time.
const ownersMost = 100

func (s *Site) profileNew(w http.ResponseWriter, r *http.Request) error {
	return s.newProfile(w, r, http.StatusOK, nil, nil)
}

// newProfile shows the form for a new record, perhaps again.
func (s *Site) newProfile(w http.ResponseWriter, r *http.Request, status int, sent url.Values, wrong error) error {
	p := s.Web.Printer(r)
	page := ProfileNew{Words: clip(r.URL.Query().Get("org"), 100)}
	kind := clip(r.URL.Query().Get("kind"), 10)
	if sent != nil {
		page.Words, kind = clip(sent.Get("org"), 100), ""
	}
	page.Paid, page.Pays = profileTypes(p, kind)
	var owners []web.Option
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		owners, err = s.owners(ctx, tx, r, &page)
		return err
	})
	if err != nil {
		return err
	}
	page.Form = s.Web.FormView(r, sent, wrong, newFields(p, r, page, owners)...)
	return s.Web.Page(w, r, status, "catalogue/new", page)
}

func profileTypes(p *lang.Printer, kind string) (paid, pays []ProfileType) {
	of := func(codes []string) (types []ProfileType) {
		for _, c := range codes {
			types = append(types, ProfileType{Code: c, Label: codeLabel(p, "type", c), Help: p.T("catalogue.type." + c)})
		}
		return types
	}
	if kind != "need" {
		paid = of(catalogue.OfferTypes)
	}
	if kind != "offer" {
		pays = of(catalogue.NeedTypes)
	}
	return paid, pays
}

func newFields(p *lang.Printer, r *http.Request, page ProfileNew, owners []web.Option) []web.Field {
	label := func(name string) string { return profileWord(p, name) }
	fields := []web.Field{{Name: "type", Type: "radio", Label: label("type"), Required: true}}
	if page.Search {
		fields = append(fields, web.Field{Name: "owner", Type: "select", Label: label("owner"), Options: owners, Required: true})
	}
	source := web.Field{Name: "source", Type: "select", Label: label("source"), Hint: p.T("catalogue.help.source"), Value: string(web.Lang(r)), Required: true}
	for _, t := range lang.Content {
		source.Options = append(source.Options, web.Option{Value: string(t), Text: lang.Autonym(t), Lang: t})
	}
	return append(fields, source,
		web.Field{Name: "texts.title", Type: "text", Label: label("title"), Hint: p.T("catalogue.help.title"), Value: clip(r.URL.Query().Get("title"), 400), Max: 120, Required: true},
		web.Field{Name: "texts.summary", Type: "textarea", Rows: 4, Label: label("summary"), Hint: p.T("catalogue.help.summary"), Max: 400, Required: true})
}

// owners finds for which organisations the reader may make a record: a member
// for its own, a focal point for those of the state.
func (s *Site) owners(ctx context.Context, tx *db.Tx, r *http.Request, page *ProfileNew) ([]web.Option, error) {
	a, reader := web.Actor(r), web.Lang(r)
	if own := a.Organisation(); own != "" && !a.Has(access.Focal) {
		names, err := s.names(ctx, tx, reader, s.Now(), own)
		page.Owner = names[own]
		return nil, err
	}
	page.Search = true
	q := matching.Query{Kinds: []string{"organisation"}, Words: page.Words, Lang: reader, Limit: ownersMost,
		Any: map[string][]string{"status": {string(record.Published)}}, Sort: []engine.Sort{{By: "name." + string(reader)}}}
	for _, g := range a.Grants {
		if g.Role == access.Focal {
			q.Any["state"] = append(q.Any["state"], s.Index.Code(g.Scope))
		}
	}
	found, records, err := s.Index.Records(ctx, tx, q)
	page.More = found.Total > len(records)
	var options []web.Option
	for _, rec := range records {
		n := s.named(rec, reader, s.Now())
		options = append(options, web.Option{Value: string(rec.ID), Text: n.Text, Lang: n.Lang})
	}
	return options, err
}

func (s *Site) profileCreate(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ParseForm(r, s.Limits.Form)
	if err != nil {
		return err
	}
	form.Need("type", "source", "texts.title", "texts.summary")
	profileType := form.Choice("type", slices.Concat(catalogue.OfferTypes, catalogue.NeedTypes)...)
	source := form.Lang("source")
	if source != "" && !lang.IsContent(source) {
		form.Invalid("source", "fault.not-a-choice")
	}
	a := web.Actor(r)
	owner := a.Organisation()
	if chosen := form.Text("owner"); chosen != "" {
		if owner, err = id.Parse(chosen); err != nil {
			form.Invalid("owner", "fault.not-a-choice")
		}
	}
	if owner == "" {
		form.Invalid("owner", "fault.required")
	}
	if err := form.Err(); err != nil {
		return s.newProfile(w, r, http.StatusUnprocessableEntity, form.Values, err)
	}
	rec := &record.Record{
		Kind: catalogue.KindOf(profileType), Owner: owner, Source: source, Body: &catalogue.Profile{Type: profileType},
		Texts: map[string]record.Version{string(source): {Provenance: record.Original, Fields: map[string]string{
			"title": form.Text("texts.title"), "summary": form.Lines("texts.summary"),
		}}},
	}
	err = s.write(r, func(ctx context.Context, tx *db.Tx) error {
		if rec.Party, err = s.stateOf(ctx, tx, owner); err != nil {
			return err
		}
		rec.ValidTo = endOfDay(tx.Now.Add(catalogue.ValidFor))
		rec.Confirmed = tx.Now
		return s.Book.Create(ctx, tx, rec)
	})
	if fault.Is(err, fault.Invalid) {
		return s.newProfile(w, r, http.StatusUnprocessableEntity, form.Values, shortFields(err, rec, ""))
	}
	if err != nil {
		return err
	}
	s.Web.Flash(w, r, "catalogue.created")
	return web.SeeOther(w, r, Path(rec)+"/edit")
}

// stateOf is the state of an organisation on record.
func (s *Site) stateOf(ctx context.Context, tx *db.Tx, organisation id.ID) (id.ID, error) {
	found, err := s.Book.Many(ctx, tx, []record.Ref{{ID: organisation}})
	if err != nil {
		return "", err
	}
	if len(found) == 1 {
		if o, ok := found[0].Body.(*parties.Organisation); ok {
			return o.State, nil
		}
	}
	return "", fault.New(fault.Invalid, "fault.not-a-choice").At("owner")
}
