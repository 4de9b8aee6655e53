package site

import (
	"context"
	"slices"

	"karvan/catalogue"
	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/parties"
	"karvan/record"
)

// FactorView is something beside the texts that helps or hinders.
type FactorView struct {
	Name    string // "match.factor.<name>" says what it is
	Verdict catalogue.Verdict
	Word    string       // "match.verdict.<word>" says the verdict
	Sides   []FactorSide // the record first, then the counterpart
}

// FactorSide is what one side says to a factor.
type FactorSide struct {
	Kind  string        // "offer" or "need"
	Items []ProfileItem // empty when it says nothing
}

// ofStates are the factors that the rules of states decide: what is open there is
// to be checked with them.
var ofStates = []string{"export-control", "genetic-resources"}

// ofOffer are the factors that ask something of the offer alone.
var ofOffer = []string{"ipr", "export-control"}

// fitter weighs what stands beside the texts of a record and its counterparts.
type fitter struct {
	site    *Site
	p       *lang.Printer
	read    lang.Tag          // language of the version of the record that the reader sees
	words   map[string]Phrase // by which it names concepts
	names   map[id.ID]Named   // owners and states
	parties map[id.ID]catalogue.Party
}

func (s *Site) fitter(ctx context.Context, tx *db.Tx, p *lang.Printer, rec *record.Record, others []*record.Record) (*fitter, error) {
	f := &fitter{site: s, p: p, read: rec.Read(p.Tag(), "title").Lang, parties: map[id.ID]catalogue.Party{}}
	f.words = s.wordsOf(rec, f.read)
	all := append([]*record.Record{rec}, others...)
	var ids []id.ID
	var owners []record.Ref
	for _, r := range all {
		ids = append(ids, r.Owner, r.Party)
		if r.Owner != "" {
			owners = append(owners, record.Ref{ID: r.Owner})
		}
		if b := catalogue.BodyOf(r); b != nil {
			for _, code := range slices.Concat(b.Territories, b.PartnerCountries, b.Dissemination) {
				ids = append(ids, s.Index.State(code))
			}
		}
	}
	var err error
	if f.names, err = s.names(ctx, tx, p.Tag(), s.Now(), ids...); err != nil {
		return nil, err
	}
	found, err := s.Book.Many(ctx, tx, owners)
	if err != nil {
		return nil, err
	}
	types := map[id.ID]string{}
	for _, o := range found {
		if body, ok := o.Body.(*parties.Organisation); ok {
			types[o.ID] = body.Type
		}
	}
	for _, r := range all {
		f.parties[r.ID] = catalogue.Party{State: s.Index.Code(r.Party), Actor: types[r.Owner]}
	}
	return f, nil
}

// verdictOrder is the order in which factors are shown: what hinders first, since
// it must not be overlooked.
var verdictOrder = []catalogue.Verdict{catalogue.Hinders, catalogue.Open, catalogue.Helps}

// factors weighs rec and its counterpart, whichever of the two is the need.
func (f *fitter) factors(rec, c *record.Record) []FactorView {
	need, offer := rec, c
	if rec.Kind == "offer" {
		need, offer = c, rec
	}
	env := catalogue.Env{Now: f.site.Now(), Seeker: f.parties[need.ID], Offerer: f.parties[offer.ID]}
	var views []FactorView
	for _, factor := range catalogue.Fit(need, offer, env) {
		v := FactorView{Name: factor.Name, Verdict: factor.Verdict, Word: string(factor.Verdict), Sides: []FactorSide{{"offer", f.items(factor, factor.Offer, offer)}}}
		if v.Verdict == catalogue.Open && slices.Contains(ofStates, v.Name) {
			v.Word = "check"
		}
		if !slices.Contains(ofOffer, factor.Name) {
			v.Sides = append(v.Sides, FactorSide{"need", f.items(factor, factor.Need, need)})
		}
		if rec.Kind == "need" {
			slices.Reverse(v.Sides)
		}
		views = append(views, v)
	}
	slices.SortStableFunc(views, func(a, b FactorView) int {
		return slices.Index(verdictOrder, a.Verdict) - slices.Index(verdictOrder, b.Verdict)
	})
	return views
}

// items writes what one side says to a factor in the reader's language.
func (f *fitter) items(factor catalogue.Factor, values []string, side *record.Record) []ProfileItem {
	var items []ProfileItem
	for _, v := range values {
		items = append(items, f.item(factor.List, v, side))
	}
	return items
}

func (f *fitter) item(list, value string, side *record.Record) ProfileItem {
	switch list {
	case "state":
		if n := f.names[f.site.Index.State(value)]; n.Text != "" {
			return ProfileItem{Text: n.Text, Lang: n.Lang}
		}
		return ProfileItem{Text: value, Code: true}
	case "day":
		if d := parties.Date(value); d.Precise() {
			return ProfileItem{Text: f.p.Date(d.First())}
		}
		return ProfileItem{Text: value, Code: true}
	case "money":
		if b := catalogue.BodyOf(side).Budget; b != nil {
			return ProfileItem{Text: budget(f.p, *b)}
		}
	case "level":
		return ProfileItem{Text: f.p.T("match.level", "level", figures(f.p, value))}
	case "answer":
		return ProfileItem{Text: f.p.T("catalogue.answer.yes")}
	}
	return ProfileItem{Text: codeLabel(f.p, list, value)}
}

// figures writes the figures of a short code with the digits of the reader's
// language.
func figures(p *lang.Printer, code string) string {
	out := ""
	for _, r := range code {
		if r >= '0' && r <= '9' {
			out += p.Plain(int64(r - '0'))
		} else {
			out += string(r)
		}
	}
	return out
}
