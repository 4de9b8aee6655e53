package api

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/matching"
	"karvan/matching/engine"
	"karvan/record"
)

// listInput is what the list of records takes.
type listInput struct {
	Kind   []string `query:"kind,explode" maxItems:"20" nullable:"false" doc:"Kinds of records. Several: any of them." example:"[\"offer\"]"`
	Q      string   `query:"q" maxLength:"400" doc:"Words to search for, in any language; every one must be found, in some form." example:"drip irrigation"`
	Lang   []string `query:"lang,explode" maxItems:"40" maxLength:"35" nullable:"false" doc:"Only records with words in this language (BCP 47). A single one is also taken for the language of q." example:"[\"ru\"]"`
	Party  []string `query:"party,explode" maxItems:"40" maxLength:"313" nullable:"false" doc:"On whose behalf: the id of a state or body, or a state's ISO 3166-1 alpha-2 code." example:"[\"KZ\"]"`
	Field  []string `query:"field,explode" maxItems:"60" nullable:"false" doc:"Field of research (OECD FORD, two digits)." example:"[\"4.1\"]"`
	Topic  []string `query:"topic,explode" maxItems:"60" nullable:"false" doc:"Topic." example:"[\"water\"]"`
	State  []string `query:"state,explode" maxItems:"40" pattern:"^[A-Z]{2}$" nullable:"false" doc:"State that the record is from: ISO 3166-1 alpha-2." example:"[\"CN\"]"`
	Sort   string   `query:"sort" enum:"published,-published,updated,-updated,score,name" doc:"Order; a minus sign turns it round. Without it: by score when q is given, else newest first. name follows the alphabet of lang when that is en, zh, ru or fa, else that of English." example:"-updated"`
	Limit  int      `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many records a page has at most." example:"20"`
	Cursor string   `query:"cursor" maxLength:"12000" doc:"Where to go on: the next of the page before, with the same other parameters."`
}

// Document is a revision as it is stored: canonical JSON.
type Document struct{ canonical []byte }

// MarshalJSON implements [json.Marshaler].
func (d Document) MarshalJSON() ([]byte, error) { return d.canonical, nil }

// Schema implements [huma.SchemaProvider].
func (Document) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[record.Record](), true, "Record")
}

// Item is a record in a list.
type Item struct {
	ID     id.ID        `json:"id" doc:"Identifier of the record." example:"karvan.example/offer/01J9ZK3T5V8QW2X4Y6Z8A0B2C4"`
	Kind   string       `json:"kind" doc:"Kind of record." example:"offer"`
	Rev    int          `json:"rev" doc:"Number of this revision." example:"3"`
	Digest string       `json:"digest" doc:"SHA-256 of the canonical JSON (RFC 8785) of record, in hex." example:"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`
	URL    string       `json:"url" doc:"Where this record can be fetched alone." example:"https://karvan.example/api/v1/records/karvan.example/offer/01J9ZK3T5V8QW2X4Y6Z8A0B2C4"`
	Pages  []PageOf     `json:"pages" nullable:"false" doc:"Its pages for people, one in each interface language; none for kinds without pages."`
	Score  float64      `json:"score,omitempty" doc:"How well it fits q, when q is given." example:"3.2"`
	Record Document     `json:"record" doc:"The record as it is stored."`
	State  record.State `json:"state" doc:"State of this revision; what is listed is published." example:"published"`
}

// PageOf is a page in a language.
type PageOf struct {
	Lang lang.Tag `json:"lang" doc:"Language of the page." example:"ru"`
	URL  string   `json:"url" doc:"Its address." example:"https://karvan.example/ru/catalogue/01J9ZK3T5V8QW2X4Y6Z8A0B2C4"`
}

// Count is a value and how many records of the answer have it.
type Count struct {
	Value string `json:"value" doc:"The value, a code." example:"water"`
	Count int    `json:"count" doc:"How many records would be left with it." example:"12"`
}

// List is a page of records.
type List struct {
	Items  []Item             `json:"items" nullable:"false" doc:"The records of this page."`
	Total  int                `json:"total" doc:"How many records there are on all pages." example:"138"`
	Facets map[string][]Count `json:"facets" doc:"How the records divide: by lang, state, topic, field, type and stage. The values of a parameter that is set are counted as if it were not."`
	Next   string             `json:"next,omitempty" doc:"cursor of the next page; not there on the last."`
}

type listOutput struct {
	Link string `header:"Link" doc:"The next page, with rel=next."`
	Body List
}

// facets are the attributes that the list of records counts.
var facets = []string{"lang", "state", "topic", "field", "type", "stage"}

// maxFacet bounds the values of a facet, the most frequent first.
const maxFacet = 200

func (a *API) registerRecords(h huma.API) {
	op := huma.Operation{OperationID: "list-records", Method: http.MethodGet, Path: "/api/v1/records", Tags: []string{"records"},
		Summary:     "Search and list records",
		Description: "Published records, a page at a time. Values of one parameter are alternatives, different parameters must all hold. Drafts, suspended, expired and withdrawn records are not listed."}
	problems(h, &op, "422")
	huma.Register(h, op, a.listRecords)
	a.registerRevisions(h)
}

func (a *API) listRecords(ctx context.Context, in *listInput) (*listOutput, error) {
	q, err := a.recordQuery(in)
	if err != nil {
		return nil, failed(err)
	}
	out := &listOutput{Body: List{Items: []Item{}, Facets: map[string][]Count{}}}
	err = a.DB.Read(ctx, func(tx *db.Tx) error {
		found, records, err := a.Index.Records(ctx, tx, q)
		if err != nil {
			return err
		}
		scores := map[id.ID]float64{}
		for _, h := range found.Hits {
			scores[h.ID] = h.Score
		}
		out.Body.Total = found.Total
		for _, r := range records {
			if !r.Listed() {
				continue
			}
			item, err := a.item(r)
			if err != nil {
				return err
			}
			item.Score = scores[r.ID]
			out.Body.Items = append(out.Body.Items, item)
		}
		for _, attr := range facets {
			out.Body.Facets[attr] = []Count{}
			for _, c := range found.Facets[attr][:min(maxFacet, len(found.Facets[attr]))] {
				out.Body.Facets[attr] = append(out.Body.Facets[attr], Count{c.Value, c.Count})
			}
		}
		if found.Next != "" {
			out.Body.Next = bindCursor(q, found.Next)
			out.Link = fmt.Sprintf("<%s>; rel=\"next\"", a.Node.BaseURL+"/api/v1/records?"+in.values(out.Body.Next).Encode())
		}
		return nil
	})
	return out, failed(err)
}

// item describes a record in a list.
func (a *API) item(r *record.Record) (Item, error) {
	canonical, err := r.Canonical()
	if err != nil {
		return Item{}, err
	}
	item := Item{ID: r.ID, Kind: r.Kind, Rev: r.Rev, State: r.State, Digest: r.Digest, URL: a.recordURL(r.ID), Pages: []PageOf{}, Record: Document{canonical}}
	for _, t := range lang.Interface {
		if u := a.pageURL(t, r); u != "" {
			item.Pages = append(item.Pages, PageOf{t, u})
		}
	}
	return item, nil
}

var countryCode = regexp.MustCompile(`^[A-Z]{2}$`)

// recordQuery reads the parameters, which the description has checked already as
// far as it can.
func (a *API) recordQuery(in *listInput) (matching.Query, error) {
	var l fault.List
	words, _ := lang.Clean(in.Q)
	q := matching.Query{Kinds: in.Kind, Words: strings.TrimSpace(words), Facets: facets, Limit: in.Limit,
		Fixed: map[string][]string{"status": {string(record.Published)}},
		Any:   map[string][]string{"lang": in.Lang, "party": in.Party, "field": in.Field, "topic": in.Topic, "state": in.State}}
	for _, t := range in.Lang {
		if parsed, err := lang.Parse(t); err != nil || string(parsed) != t {
			l.Add("query.lang", "api.bad-language", "name", "lang")
			break
		}
	}
	for _, p := range in.Party {
		if _, err := id.Parse(p); err != nil && !countryCode.MatchString(p) {
			l.Add("query.party", "api.bad-party", "name", "party")
			break
		}
	}
	if len(in.Lang) == 1 {
		q.Lang = lang.Tag(in.Lang[0])
	}
	switch by, desc := strings.TrimPrefix(in.Sort, "-"), strings.HasPrefix(in.Sort, "-"); by {
	case "":
	case "score":
		q.Sort = []engine.Sort{{By: engine.ScoreKey, Desc: true}, {By: "published", Desc: true}}
	case "name":
		t := q.Lang
		if !lang.IsInterface(t) {
			t = "en"
		}
		q.Sort = []engine.Sort{{By: "name." + string(t)}}
	default:
		q.Sort = []engine.Sort{{By: by, Desc: desc}}
	}
	if l.Len() == 0 && in.Cursor != "" {
		cursor, err := openCursor(q, in.Cursor)
		if err != nil {
			l.Add("query.cursor", "api.bad-cursor", "name", "cursor")
		}
		q.Cursor = cursor
	}
	return q, l.Err()
}

// bindCursor joins a cursor to the question it belongs to. A place in one order
// means nothing in another, and the index would begin again without a word.
func bindCursor(q matching.Query, next string) string { return fingerprint(q) + "." + next }

// openCursor takes a bound cursor apart. It fails when it is malformed or belongs
// to another question.
func openCursor(q matching.Query, text string) (*engine.Cursor, error) {
	mark, rest, _ := strings.Cut(text, ".")
	if mark != fingerprint(q) {
		return nil, fault.New(fault.Invalid, "api.bad-cursor", "name", "cursor")
	}
	cursor, err := engine.ParseCursor(rest)
	return &cursor, err
}

// fingerprint is short for what a query asks, wherever it stands in the answer.
func fingerprint(q matching.Query) string {
	filters := map[string][]string{}
	for attr, values := range q.Any {
		if len(values) > 0 {
			filters[attr] = slices.Sorted(slices.Values(values))
		}
	}
	plain, err := json.Marshal([]any{slices.Sorted(slices.Values(q.Kinds)), q.Words, q.Lang, filters, q.Fixed, q.Sort, len(q.After), len(q.Before)})
	if err != nil {
		panic(err) // strings and lists of them
	}
	sum := sha256.Sum256(plain)
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}

// recordURL is where a record is fetched.
func (a *API) recordURL(record id.ID) string {
	return a.Node.BaseURL + "/api/v1/records/" + string(record)
}

// pageURL is the page of a record in a language, "" when it has none.
func (a *API) pageURL(t lang.Tag, r *record.Record) string {
	if p := a.PathOf(r); p != "" {
		return a.Node.BaseURL + "/" + string(t) + p
	}
	return ""
}

// reprDigest writes a digest as RFC 9530 has it.
func reprDigest(digest string) string {
	sum, err := hex.DecodeString(digest)
	if err != nil {
		return ""
	}
	return "sha-256=:" + base64.StdEncoding.EncodeToString(sum) + ":"
}
