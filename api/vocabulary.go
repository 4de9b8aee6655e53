package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"karvan/internal/fault"
	"karvan/internal/lang"
	"karvan/lexicon"
)

type conceptsInput struct {
	Q      string `query:"q" maxLength:"200" doc:"A word, or the beginning of one, in any language of the vocabulary. The concepts whose names are nearest come first." example:"капельное орошение"`
	Lang   string `query:"lang" maxLength:"35" doc:"Language (BCP 47) that comes first among names equally near." example:"ru"`
	Field  string `query:"field" maxLength:"4" pattern:"^(0|[1-6](\\.[0-9]{1,2})?)$" doc:"Field of research (OECD FORD), of one digit or two; 0 for concepts of none." example:"4.1"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many concepts a page has at most." example:"20"`
	Cursor string `query:"cursor" maxLength:"80" doc:"Where to go on: the next of the page before, with the same field. Not together with q, which gives the nearest only."`
}

// VocabularyConcept is a concept of the core vocabulary with its names.
type VocabularyConcept struct {
	ID       string              `json:"id" doc:"Its identifier in the core vocabulary." example:"drip-irrigation"`
	URI      string              `json:"uri" doc:"Its address for ever, as the SKOS file gives it." example:"https://karvan.example/vocabulary/drip-irrigation"`
	URL      string              `json:"url" doc:"Where it is fetched." example:"https://karvan.example/api/v1/vocabulary/drip-irrigation"`
	Pages    []PageOf            `json:"pages" nullable:"false" doc:"Its pages for people, one in each interface language."`
	Field    string              `json:"field,omitempty" doc:"Field of research (OECD FORD); not there for words of everyday life and work." example:"4.1"`
	Labels   map[string][]string `json:"labels" doc:"Its names by language (BCP 47), the preferred one first; mul has names that are written alike in all."`
	Broader  []string            `json:"broader" nullable:"false" doc:"Identifiers of broader concepts."`
	Narrower []string            `json:"narrower" nullable:"false" doc:"Identifiers of narrower concepts."`
	Related  []string            `json:"related" nullable:"false" doc:"Identifiers of related concepts."`
	Matched  string              `json:"matched,omitempty" doc:"The name that was near q, when q is given." example:"капельное орошение"`
}

// VocabularySource is a vocabulary that the node uses.
type VocabularySource struct {
	ID      string `json:"id" doc:"Its short name on this node; karvan is the core vocabulary, learned what the node learned itself." example:"karvan"`
	Title   string `json:"title" doc:"What it is called." example:"Karvan core vocabulary"`
	Licence string `json:"licence" doc:"Under which licence it is given." example:"CC0-1.0"`
	Address string `json:"address,omitempty" doc:"Where it comes from."`
	Entries int    `json:"entries" doc:"How many concepts or pairs of words it has." example:"4493"`
	Labels  int    `json:"labels" doc:"How many names of it can be found in texts." example:"118000"`
}

// VocabularyList is a page of concepts.
type VocabularyList struct {
	Items        []VocabularyConcept `json:"items" nullable:"false" doc:"The concepts of this page, in the order of the vocabulary, or the nearest first when q is given."`
	Total        int                 `json:"total" doc:"How many concepts there are on all pages; with q, on this one." example:"455"`
	Next         string              `json:"next,omitempty" doc:"cursor of the next page; not there on the last."`
	Vocabularies []VocabularySource  `json:"vocabularies" nullable:"false" doc:"The vocabularies that the node uses. Only concepts of the first are listed here."`
}

type conceptsOutput struct {
	Link string `header:"Link" doc:"The next page, with rel=next."`
	Body VocabularyList
}

type conceptInput struct {
	ID string `path:"id" maxLength:"80" doc:"Identifier of the concept." example:"drip-irrigation"`
}

type conceptOutput struct{ Body VocabularyConcept }

func (a *API) registerVocabulary(h huma.API) {
	op := huma.Operation{OperationID: "list-concepts", Method: http.MethodGet, Path: "/api/v1/vocabulary", Tags: []string{"vocabulary"},
		Summary:     "Look up concepts by their names or list them",
		Description: "The core vocabulary, a page at a time, all or those of a field; or the concepts whose names are near a word. The whole of it is at /vocabulary.ttl (SKOS) and /vocabulary.csv."}
	problems(h, &op, "422")
	huma.Register(h, op, a.listConcepts)
	op = huma.Operation{OperationID: "get-concept", Method: http.MethodGet, Path: "/api/v1/vocabulary/{id}", Tags: []string{"vocabulary"},
		Summary: "One concept", Description: "A concept of the core vocabulary with its names in all languages and its neighbours."}
	problems(h, &op, "404", "422")
	huma.Register(h, op, a.getConcept)
}

func (a *API) listConcepts(_ context.Context, in *conceptsInput) (*conceptsOutput, error) {
	out := &conceptsOutput{Body: VocabularyList{Items: []VocabularyConcept{}, Vocabularies: a.vocabularies()}}
	if in.Q != "" {
		if in.Cursor != "" {
			return nil, failed(fault.New(fault.Invalid, "api.bad-cursor", "name", "cursor").At("query.cursor"))
		}
		words, _ := lang.Clean(in.Q)
		for _, f := range a.Index.Lexicon().Find(words, in.Lang, maxConcepts) {
			if len(out.Body.Items) < in.Limit && lexicon.InField(f.Entry, in.Field) {
				c := a.vocabularyConcept(f.Entry)
				c.Matched = f.Label.Text
				out.Body.Items = append(out.Body.Items, c)
			}
		}
		out.Body.Total = len(out.Body.Items)
		return out, nil
	}
	entries := lexicon.ByField(in.Field)
	out.Body.Total = len(entries)
	from := 0
	if in.Cursor != "" {
		from = 1 + slices.IndexFunc(entries, func(e *lexicon.Entry) bool { return e.ID == in.Cursor })
		if from == 0 {
			return nil, failed(fault.New(fault.Invalid, "api.bad-cursor", "name", "cursor").At("query.cursor"))
		}
	}
	to := min(from+in.Limit, len(entries))
	for _, e := range entries[from:to] {
		out.Body.Items = append(out.Body.Items, a.vocabularyConcept(e))
	}
	if to < len(entries) {
		out.Body.Next = entries[to-1].ID
		out.Link = fmt.Sprintf("<%s>; rel=\"next\"", a.Node.BaseURL+"/api/v1/vocabulary?"+in.values(out.Body.Next).Encode())
	}
	return out, nil
}

// maxConcepts bounds the concepts near a word that are looked at.
const maxConcepts = 500

func (in *conceptsInput) values(cursor string) url.Values {
	v := url.Values{"limit": {strconv.Itoa(in.Limit)}, "cursor": {cursor}}
	if in.Field != "" {
		v.Set("field", in.Field)
	}
	return v
}

func (a *API) getConcept(_ context.Context, in *conceptInput) (*conceptOutput, error) {
	e, ok := lexicon.ByID(in.ID)
	if !ok {
		return nil, failed(fault.New(fault.NotFound, "vocabulary.not-found"))
	}
	return &conceptOutput{a.vocabularyConcept(e)}, nil
}

func (a *API) vocabularyConcept(e *lexicon.Entry) VocabularyConcept {
	c := VocabularyConcept{ID: e.ID, URI: a.Node.BaseURL + "/vocabulary/" + e.ID, URL: a.Node.BaseURL + "/api/v1/vocabulary/" + e.ID,
		Pages: []PageOf{}, Field: e.Field, Labels: map[string][]string{}, Narrower: []string{},
		Broader: append([]string{}, e.Broader...), Related: append([]string{}, e.Related...)}
	for _, t := range lang.Interface {
		c.Pages = append(c.Pages, PageOf{t, a.Node.BaseURL + "/" + string(t) + "/vocabulary/" + e.ID})
	}
	for _, l := range e.Labels {
		c.Labels[l.Lang] = append(c.Labels[l.Lang], l.Text)
	}
	for _, n := range lexicon.Narrower(e.ID) {
		c.Narrower = append(c.Narrower, n.ID)
	}
	return c
}

// vocabularies lists what the index knows of words, the core vocabulary first.
func (a *API) vocabularies() []VocabularySource {
	all := []VocabularySource{}
	for _, s := range a.Index.Lexicon().Sources() {
		all = append(all, VocabularySource{s.ID, s.Title, s.Licence, s.Address, s.Entries, s.Labels})
	}
	slices.SortStableFunc(all, func(a, b VocabularySource) int {
		if (a.ID == lexicon.CoreSource.ID) != (b.ID == lexicon.CoreSource.ID) {
			if a.ID == lexicon.CoreSource.ID {
				return -1
			}
			return 1
		}
		return strings.Compare(a.ID, b.ID)
	})
	return all
}
