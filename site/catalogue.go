package site

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"karvan/catalogue"
	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/matching"
	"karvan/matching/engine"
	"karvan/record"
)

// profileKinds are the kinds of records of the catalogue.
var profileKinds = []string{"offer", "need"}

// profileAttrs are the attributes by which the catalogue is narrowed, beside the
// kind and freshness.
var profileAttrs = []string{"state", "field", "topic", "stage", "cooperation", "lang"}

// CatalogueList is the page "catalogue/list".
type CatalogueList struct {
	List
	Kind   string // "offer" or "need" when only one is shown
	Rows   []ProfileRow
	States []Named // whom to ask when nothing is found
	Save   string  // address under which the search becomes a need
	Create bool    // whether the reader might make a record
	Keep   Keeping
	Meant  []Meant // when nothing is found
}

// ProfileRow is an offer or a need in a list.
type ProfileRow struct {
	Path      string
	Kind      string
	Type      string
	Stage     string
	Title     record.Reading
	Summary   record.Reading
	State     Named
	Owner     Named
	Languages []lang.Tag
	Published time.Time
	Confirmed time.Time
	Fresh     bool
	Deadline  string
	Sample    bool
}

func (s *Site) catalogue(w http.ResponseWriter, r *http.Request) error {
	q, err := s.catalogueQuery(r)
	if err != nil {
		return err
	}
	page := CatalogueList{Create: mayCreate(web.Actor(r))}
	if len(q.Kinds) == 1 {
		page.Kind = q.Kinds[0]
	}
	reader := web.Lang(r)
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		found, records, err := s.Index.Records(ctx, tx, q)
		if err != nil {
			return err
		}
		label, err := s.catalogueLabels(ctx, tx, r, q, found)
		if err != nil {
			return err
		}
		page.List = s.list(r, q, found, label, map[string][]string{"stage": catalogue.Stages})
		page.Rows, err = s.profileRows(ctx, tx, reader, records)
		if err != nil || !page.Empty {
			return err
		}
		page.States, err = s.statesOnRecord(ctx, tx, reader)
		return err
	})
	if err != nil {
		return err
	}
	page.Facets = slices.Concat([]Facet{s.kindFacet(r, q)}, page.Facets, []Facet{s.freshFacet(r, q)})
	page.Sort, page.Sorts = s.catalogueSorts(r, q)
	page.Feeds = feeds(r, "/catalogue")
	page.Save = web.URL(r, "/catalogue/new") + "?" + url.Values{"kind": {"need"}, "title": {q.Words}}.Encode()
	page.Keep = s.keeping(r, page.List)
	if page.Empty {
		page.Meant = s.meant(r, q)
	}
	return s.Web.Page(w, r, http.StatusOK, "catalogue/list", page)
}

// catalogueQuery reads the address of the list.
func (s *Site) catalogueQuery(r *http.Request) (matching.Query, error) {
	v := r.URL.Query()
	q, err := listQuery(r, profileKinds, profileAttrs)
	if err != nil {
		return q, err
	}
	if one := v["kind"]; len(one) == 1 && slices.Contains(profileKinds, one[0]) {
		q.Kinds = one
	}
	q.Lang = web.Lang(r)
	q.Fixed = map[string][]string{"status": {string(record.Published)}}
	now := s.Now()
	q.After = map[string]time.Time{}
	if v.Get("fresh") == "1" {
		q.After["confirmed"] = now.Add(-catalogue.ConfirmEvery)
	}
	switch v.Get("sort") {
	case "newest":
		q.Sort = []engine.Sort{{By: "published", Desc: true}}
	case "confirmed":
		q.Sort = []engine.Sort{{By: "confirmed", Desc: true}}
	case "deadline":
		// Deadlines that have passed help nobody to plan, so they are left out.
		q.After["deadline"] = now.Truncate(24 * time.Hour)
		q.Sort = []engine.Sort{{By: "deadline"}}
	}
	return q, nil
}

// catalogueSorts lists the ways to sort, and which one holds.
func (s *Site) catalogueSorts(r *http.Request, q matching.Query) (sort string, ways []FacetValue) {
	all := []string{"newest", "confirmed", "deadline"}
	if q.Words != "" {
		all = append([]string{"relevance"}, all...)
	}
	sort = r.URL.Query().Get("sort")
	if !slices.Contains(all, sort) {
		sort = all[0]
	}
	p := s.Web.Printer(r)
	for _, way := range all {
		ways = append(ways, FacetValue{Value: way, Label: p.T("catalogue.sort." + way), Chosen: way == sort, URL: withQuery(r, func(v url.Values) {
			v.Del("cursor")
			v.Set("sort", way)
		})})
	}
	return sort, ways
}

// kindFacet counts offers and needs apart: the kind is where a record stands in
// the index, not an attribute of it.
func (s *Site) kindFacet(r *http.Request, q matching.Query) Facet {
	p := s.Web.Printer(r)
	f := Facet{Attr: "kind", Title: p.T("facet.kind")}
	for _, kind := range profileKinds {
		one := counting(q)
		one.Kinds = []string{kind}
		chosen := len(q.Kinds) == 1 && q.Kinds[0] == kind
		f.Values = append(f.Values, FacetValue{
			Value: kind, Label: p.T("kinds." + kind), Count: s.Index.Search(one).Total, Chosen: chosen,
			URL: only(r, "kind", kind, chosen),
		})
	}
	return f
}

// freshFacet counts what the owners vouched for lately.
func (s *Site) freshFacet(r *http.Request, q matching.Query) Facet {
	p := s.Web.Printer(r)
	days := int(catalogue.ConfirmEvery / (24 * time.Hour))
	chosen := r.URL.Query().Get("fresh") == "1"
	one := counting(q)
	one.After = map[string]time.Time{"confirmed": s.Now().Add(-catalogue.ConfirmEvery)}
	if t, ok := q.After["deadline"]; ok {
		one.After["deadline"] = t
	}
	return Facet{Attr: "fresh", Title: p.T("facet.fresh"), Values: []FacetValue{{
		Value: "1", Label: p.N("catalogue.fresh.within", days), Count: s.Index.Search(one).Total, Chosen: chosen, URL: only(r, "fresh", "1", chosen),
	}}}
}

// counting gives a query that only counts what q finds.
func counting(q matching.Query) matching.Query {
	q.Facets, q.Sort, q.Cursor, q.Limit = nil, nil, nil, 0
	return q
}

// only gives the address of this list with an attribute set to one value, or no
// longer set, from its first page.
func only(r *http.Request, attr, value string, chosen bool) string {
	return withQuery(r, func(v url.Values) {
		v.Del("cursor")
		if v.Del(attr); !chosen {
			v.Set(attr, value)
		}
	})
}

// catalogueLabels gives what the values of the list's facets are called.
func (s *Site) catalogueLabels(ctx context.Context, tx *db.Tx, r *http.Request, q matching.Query, found matching.Result) (func(attr, value string) string, error) {
	p, reader := s.Web.Printer(r), web.Lang(r)
	ids := map[string]id.ID{}
	for _, c := range found.Facets["state"] {
		ids[c.Value] = s.Index.State(c.Value)
	}
	for _, code := range q.Any["state"] {
		ids[code] = s.Index.State(code)
	}
	var all []id.ID
	for _, state := range ids {
		all = append(all, state)
	}
	names, err := s.names(ctx, tx, reader, s.Now(), all...)
	if err != nil {
		return nil, err
	}
	lists := map[string]string{"field": "ford", "topic": "topic", "stage": "stage", "cooperation": "cooperation", "zone": "zone"}
	return func(attr, value string) string {
		switch {
		case attr == "state" && names[ids[value]].Text != "":
			return names[ids[value]].Text
		case attr == "lang":
			return p.Name(lang.Tag(value))
		case lists[attr] != "":
			return codeLabel(p, lists[attr], value)
		}
		return value
	}, nil
}

// codeLabel names a code of a list. A code that nobody knows, from an address or
// a newer peer, stands for itself.
func codeLabel(p *lang.Printer, list, code string) string {
	if key := "code." + list + "." + code; p.Has(key) {
		return p.T(key)
	}
	return code
}

// profileWord names a member of a profile in the reader's language.
func profileWord(p *lang.Printer, name string) string {
	switch {
	case p.Has("text.label." + name):
		return p.T("text.label." + name)
	case p.Has("body.label." + name):
		return p.T("body.label." + name)
	case p.Has("record.label." + name):
		return p.T("record.label." + name)
	}
	return p.T("catalogue.field." + name)
}

func (s *Site) profileRows(ctx context.Context, tx *db.Tx, reader lang.Tag, records []*record.Record) ([]ProfileRow, error) {
	var ids []id.ID
	for _, rec := range records {
		ids = append(ids, rec.Owner, rec.Party)
	}
	now := s.Now()
	names, err := s.names(ctx, tx, reader, now, ids...)
	if err != nil {
		return nil, err
	}
	rows := make([]ProfileRow, 0, len(records))
	for _, rec := range records {
		p := catalogue.BodyOf(rec)
		if p == nil {
			return nil, fmt.Errorf("site.profileRows: %s is no profile", rec.ID)
		}
		rows = append(rows, ProfileRow{
			Path: Path(rec), Kind: rec.Kind, Type: p.Type, Stage: p.Stage,
			Title: rec.Read(reader, "title"), Summary: rec.Read(reader, "summary"),
			State: names[rec.Party], Owner: names[rec.Owner], Languages: rec.Languages(),
			Published: rec.Published, Confirmed: catalogue.Vouched(rec), Fresh: catalogue.Fresh(rec, now),
			Deadline: string(p.Deadline), Sample: rec.Sample,
		})
	}
	return rows, nil
}

// statesMost bounds the states that a form or a page lists.
const statesMost = 300

// statesOnRecord lists the states on record by their names in the reader's
// language.
func (s *Site) statesOnRecord(ctx context.Context, tx *db.Tx, reader lang.Tag) ([]Named, error) {
	_, records, err := s.Index.Records(ctx, tx, matching.Query{
		Kinds: []string{"state"}, Limit: statesMost, Sort: []engine.Sort{{By: "name." + string(reader)}},
	})
	if err != nil {
		return nil, err
	}
	var all []Named
	for _, rec := range records {
		n := s.named(rec, reader, s.Now())
		if n.Code != "" {
			all = append(all, n)
		}
	}
	return all, nil
}
