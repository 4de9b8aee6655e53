package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"karvan/catalogue"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/matching"
	"karvan/parties"
	"karvan/record"
)

type matchesInput struct {
	RecordPath
	State       []string `query:"state,explode" maxItems:"40" pattern:"^[A-Z]{2}$" nullable:"false" doc:"State that the counterpart is from: ISO 3166-1 alpha-2. Several: any of them." example:"[\"CN\"]"`
	Stage       []string `query:"stage,explode" maxItems:"20" maxLength:"40" nullable:"false" doc:"Stage of development of the counterpart." example:"[\"on-market\"]"`
	Cooperation []string `query:"cooperation,explode" maxItems:"20" maxLength:"40" nullable:"false" doc:"Kind of cooperation that the counterpart would agree to." example:"[\"licence\"]"`
	Topic       []string `query:"topic,explode" maxItems:"60" maxLength:"40" nullable:"false" doc:"Topic of the counterpart." example:"[\"water\"]"`
	Zone        []string `query:"zone,explode" maxItems:"20" maxLength:"40" nullable:"false" doc:"Agro-ecological zone of the counterpart." example:"[\"arid\"]"`
	Limit       int      `query:"limit" minimum:"1" maximum:"50" default:"20" doc:"How many matches a page has at most." example:"20"`
	Cursor      string   `query:"cursor" maxLength:"12000" doc:"Where to go on: the next of the page before, with the same other parameters."`
}

// MatchConcept is a concept of a vocabulary.
type MatchConcept struct {
	Source string            `json:"source" doc:"The vocabulary that has it." example:"karvan"`
	ID     string            `json:"id" doc:"Its identifier there." example:"drip-irrigation"`
	Field  string            `json:"field,omitempty" doc:"Field of research (OECD FORD)." example:"4.1"`
	Names  map[string]string `json:"names" doc:"What it is called, by language."`
}

// MatchReason is something that both records speak of.
type MatchReason struct {
	Concept *MatchConcept `json:"concept,omitempty" doc:"What it is, when a vocabulary of the node knows; else the words are alike in form or sound."`
	Here    string        `json:"here" doc:"As the record says it." example:"капельное орошение"`
	There   string        `json:"there" doc:"As the counterpart says it." example:"滴灌"`
	Share   float64       `json:"share" doc:"Its share of the score, from 0 to 1." example:"0.4"`
}

// MatchFactor is something beside the texts that helps or hinders.
type MatchFactor struct {
	Name    string            `json:"name" doc:"What it is about." example:"stage"`
	Verdict catalogue.Verdict `json:"verdict" doc:"helps, hinders, or open: not said, or to be checked by a person." example:"hinders"`
	List    string            `json:"list" doc:"What need and offer are: a code list, state (ISO 3166-1), day (ISO 8601), level (ISO 16290), money or answer." example:"stage"`
	Need    []string          `json:"need" nullable:"false" doc:"What the need says."`
	Offer   []string          `json:"offer" nullable:"false" doc:"What the offer says."`
}

// MatchFit is what hinders or helps beside the texts. It does not change the order.
type MatchFit struct {
	Helps   int           `json:"helps" doc:"How many factors help." example:"2"`
	Hinders int           `json:"hinders" doc:"How many hinder." example:"1"`
	Open    int           `json:"open" doc:"How many are open." example:"0"`
	Factors []MatchFactor `json:"factors" nullable:"false" doc:"The factors."`
}

// MatchItem is a counterpart and why it is one.
type MatchItem struct {
	ID       id.ID             `json:"id" doc:"Identifier of the counterpart." example:"karvan.example/offer/01J9ZK3T5V8QW2X4Y6Z8A0B2C4"`
	Rev      int               `json:"rev" doc:"Number of its revision." example:"3"`
	URL      string            `json:"url" doc:"Where it is fetched." example:"https://karvan.example/api/v1/records/karvan.example/offer/01J9ZK3T5V8QW2X4Y6Z8A0B2C4"`
	Pages    []PageOf          `json:"pages" nullable:"false" doc:"Its pages for people, one in each interface language."`
	Titles   map[string]string `json:"titles" doc:"Its title, by language."`
	Likeness float64           `json:"likeness" doc:"The score by what the record's own texts would get: 1 is the same. What says the same in another language comes to a third or so." example:"0.31"`
	Near     bool              `json:"near,omitempty" doc:"Whether the embedding service of the node, if it has one, judges the meanings near."`
	Reasons  []MatchReason     `json:"reasons" nullable:"false" doc:"What both speak of, the strongest first."`
	Missing  []string          `json:"missing" nullable:"false" doc:"Telling words of the record that the counterpart says nothing of."`
	Fit      MatchFit          `json:"fit" doc:"What hinders or helps beside the texts."`
}

// MatchList is a page of matches.
type MatchList struct {
	ID    id.ID       `json:"id" doc:"Identifier of the record that was asked about." example:"karvan.example/need/01J9ZK3T5V8QW2X4Y6Z8A0B2C4"`
	Rev   int         `json:"rev" doc:"Number of its revision." example:"2"`
	Items []MatchItem `json:"items" nullable:"false" doc:"Its matches, the nearest first."`
	Next  string      `json:"next,omitempty" doc:"cursor of the next page; not there on the last."`
}

type matchesOutput struct {
	Link string `header:"Link" doc:"The next page, with rel=next."`
	Body MatchList
}

func (a *API) registerMatches(h huma.API) {
	op := huma.Operation{OperationID: "list-matches", Method: http.MethodGet, Path: "/api/v1/catalogue/{node}/{kind}/{ulid}/matches", Tags: []string{"matches"},
		Summary: "What may answer an offer or a need, and why",
		Description: "For a need the published offers of others that say most of what it says, in any language, for an offer the needs; with the words and concepts " +
			"that both share, which are shares of the very score, and apart from it what hinders or helps beside the texts. A record that is not in the lists has none."}
	problems(h, &op, "404", "410", "422")
	huma.Register(h, op, a.listMatches)
}

func (a *API) listMatches(ctx context.Context, in *matchesInput) (*matchesOutput, error) {
	out := &matchesOutput{Body: MatchList{Items: []MatchItem{}}}
	err := a.DB.Read(ctx, func(tx *db.Tx) error {
		of, err := in.id()
		if err != nil {
			return err
		}
		if matching.Counterpart(of.Kind()) == "" {
			return fault.New(fault.NotFound, "record.not-found")
		}
		rec, err := a.Book.Public(ctx, tx, of)
		if err != nil {
			return err
		}
		if rec.State == record.Erased {
			return fault.New(fault.Gone, "record.erased")
		}
		out.Body.ID, out.Body.Rev = rec.ID, rec.Rev
		if !rec.Listed() {
			return nil
		}
		q := matching.Counterparts(rec)
		q.Limit = in.Limit
		q.Any = map[string][]string{"state": in.State, "stage": in.Stage, "cooperation": in.Cooperation, "topic": in.Topic, "zone": in.Zone}
		mark := q
		mark.Words = fmt.Sprint(rec.ID, " ", rec.Rev) // a place among the matches of one record means nothing for another
		if in.Cursor != "" {
			if q.Cursor, err = openCursor(mark, in.Cursor); err != nil {
				return fault.New(fault.Invalid, "api.bad-cursor", "name", "cursor").At("query.cursor").Because(err)
			}
		}
		next, err := a.fillMatches(ctx, tx, &out.Body, rec, q)
		if next != "" {
			out.Body.Next = bindCursor(mark, next)
			out.Link = fmt.Sprintf("<%s>; rel=\"next\"", a.Node.BaseURL+"/api/v1/catalogue/"+string(rec.ID)+"/matches?"+in.values(out.Body.Next).Encode())
		}
		return err
	})
	return out, failed(err)
}

// values are the parameters of the page that begins at a cursor.
func (in *matchesInput) values(cursor string) url.Values {
	v := url.Values{"limit": {strconv.Itoa(in.Limit)}, "cursor": {cursor}}
	for name, values := range map[string][]string{"state": in.State, "stage": in.Stage, "cooperation": in.Cooperation, "topic": in.Topic, "zone": in.Zone} {
		if len(values) > 0 {
			v[name] = values
		}
	}
	return v
}

// fillMatches puts a page of matches into the answer.
func (a *API) fillMatches(ctx context.Context, tx *db.Tx, list *MatchList, rec *record.Record, q matching.Query) (next string, err error) {
	found, matches, records, err := a.Index.Matches(ctx, tx, rec, q)
	if err != nil {
		return "", err
	}
	byID := map[id.ID]*record.Record{}
	for _, c := range records {
		byID[c.ID] = c
	}
	behind, err := a.behind(ctx, tx, append([]*record.Record{rec}, records...))
	if err != nil {
		return "", err
	}
	for _, m := range matches {
		if !m.Near && m.Likeness < matching.LeastLikeness {
			found.Next = "" // what follows is less like still
			continue
		}
		if c := byID[m.ID]; c != nil && c.Listed() {
			list.Items = append(list.Items, a.matchItem(rec, c, m, behind, tx))
		}
	}
	return found.Next, nil
}

func (a *API) matchItem(rec, c *record.Record, m matching.Match, behind map[id.ID]catalogue.Party, tx *db.Tx) MatchItem {
	item := MatchItem{ID: c.ID, Rev: c.Rev, URL: a.recordURL(c.ID), Pages: []PageOf{}, Titles: map[string]string{}, Likeness: m.Likeness, Near: m.Near, Reasons: []MatchReason{}, Missing: []string{}}
	for _, t := range lang.Interface {
		if u := a.pageURL(t, c); u != "" {
			item.Pages = append(item.Pages, PageOf{t, u})
		}
	}
	for t, v := range c.Texts {
		if title := v.Fields["title"]; title != "" {
			item.Titles[t] = title
		}
	}
	reasons := matching.Folded(m.Reasons)
	for _, r := range reasons {
		reason := MatchReason{Here: r.Here, There: r.There, Share: r.Share}
		if r.Known {
			reason.Concept = &MatchConcept{r.Concept.Source, r.Concept.ID, r.Concept.Field, r.Concept.Names()}
		}
		item.Reasons = append(item.Reasons, reason)
	}
	item.Missing = append(item.Missing, matching.Untold(m.Missing, reasons)...)
	need, offer := rec, c
	if rec.Kind == "offer" {
		need, offer = c, rec
	}
	factors := catalogue.Fit(need, offer, catalogue.Env{Now: tx.Now, Seeker: behind[need.ID], Offerer: behind[offer.ID]})
	sum := catalogue.Summary(factors)
	item.Fit = MatchFit{Helps: sum.Helps, Hinders: sum.Hinders, Open: sum.Open, Factors: []MatchFactor{}}
	for _, f := range factors {
		item.Fit.Factors = append(item.Fit.Factors, MatchFactor{f.Name, f.Verdict, f.List, slices.Concat([]string{}, f.Need), slices.Concat([]string{}, f.Offer)})
	}
	return item
}

// behind says who stands behind offers and needs.
func (a *API) behind(ctx context.Context, tx *db.Tx, records []*record.Record) (map[id.ID]catalogue.Party, error) {
	var refs []record.Ref
	for _, r := range records {
		if r.Owner != "" {
			refs = append(refs, record.Ref{ID: r.Owner})
		}
	}
	owners, err := a.Book.Many(ctx, tx, refs)
	if err != nil {
		return nil, err
	}
	types := map[id.ID]string{}
	for _, o := range owners {
		if body, ok := o.Body.(*parties.Organisation); ok {
			types[o.ID] = body.Type
		}
	}
	behind := map[id.ID]catalogue.Party{}
	for _, r := range records {
		behind[r.ID] = catalogue.Party{State: a.Index.Code(r.Party), Actor: types[r.Owner]}
	}
	return behind, nil
}
