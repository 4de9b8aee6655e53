package api_test

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"karvan/internal/id"
)

type parameter struct {
	Name, In, Description string
	Required              bool
	Schema                map[string]any
	Example               any
}

type description struct {
	OpenAPI string
	Info    struct{ Title, Version, Description string }
	Servers []struct{ URL string }
	Paths   map[string]map[string]struct {
		OperationID, Summary, Description string
		Parameters                        []parameter
		Responses                         map[string]struct {
			Description string
			Content     map[string]struct{ Schema map[string]any }
		}
	}
	Components struct{ Schemas map[string]schema }
}

type schema struct {
	Type       any
	Properties map[string]struct{ Description string }
	Required   []string
}

func TestDescriptionIsWholeAndTrue(t *testing.T) {
	w := newWorld(t)
	w.populate()
	rec := w.ok("/openapi.json")
	d := decode[description](t, rec)
	if !strings.HasPrefix(d.OpenAPI, "3.1.") || d.Info.Version != "1.2.3" || d.Servers[0].URL != base || !strings.HasPrefix(rec.Header().Get("Content-Type"), "application/vnd.oai.openapi+json") {
		t.Errorf("%s %+v", d.OpenAPI, d.Info)
	}
	var paths []string
	for path := range d.Paths {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	want := []string{"/api/v1/bodies/{body}/members", "/api/v1/catalogue/{node}/{kind}/{ulid}/matches", "/api/v1/records", "/api/v1/records/{node}/{kind}/{ulid}", "/api/v1/records/{node}/{kind}/{ulid}/revisions", "/api/v1/vocabulary", "/api/v1/vocabulary/{id}", "/{lang}/commitments.ics", "/{lang}/commitments/{commitment}.ics", "/{lang}/{list}.{format}"}
	if !slices.Equal(paths, want) {
		t.Errorf("paths %v", paths)
	}
	for name := range d.Components.Schemas {
		if strings.Contains(name, "Error") {
			t.Errorf("%s is described, and never sent", name)
		}
	}
	// Every reference leads somewhere, and every member of our own types is explained.
	for _, m := range regexp.MustCompile(`"\$ref": *"#/components/schemas/([^"]+)"`).FindAllStringSubmatch(rec.Body.String(), -1) {
		if _, ok := d.Components.Schemas[m[1]]; !ok {
			t.Errorf("no schema %s", m[1])
		}
	}
	for _, name := range []string{"Record", "Item", "List", "Count", "PageOf", "History", "RevisionLine", "Members", "Membership", "CategoryOf",
		"VocabularyConcept", "VocabularyList", "VocabularySource", "MatchList", "MatchItem", "MatchReason", "MatchConcept", "MatchFit", "MatchFactor", "Problem", "ProblemField"} {
		s, ok := d.Components.Schemas[name]
		if !ok {
			t.Errorf("no schema %s", name)
		}
		for member, p := range s.Properties {
			if p.Description == "" && !(name == "Record" && member == "body") {
				t.Errorf("%s.%s is not explained", name, member)
			}
		}
	}
	for path, methods := range d.Paths {
		for method, op := range methods {
			if op.OperationID == "" || op.Summary == "" || op.Description == "" || op.Responses["200"].Description == "" || len(op.Responses["200"].Content) == 0 {
				t.Errorf("%s %s is not described: %+v", method, path, op.Responses)
			}
			for _, p := range op.Parameters {
				if p.Description == "" {
					t.Errorf("%s %s: %s is not explained", method, path, p.Name)
				}
			}
		}
	}
}

// Every documented route answers, with the values that its description names.
func TestDocumentedRoutesAnswer(t *testing.T) {
	w := newWorld(t)
	w.populate()
	d := decode[description](t, w.ok("/openapi.json"))
	values := map[string]string{"node": stateKZ.Node(), "kind": stateKZ.Kind(), "ulid": stateKZ.ULID(), "body": "sco", "id": "drip-irrigation", "commitment": promise.ULID()}
	need := id.ID(decode[page](t, w.ok("/api/v1/records?kind=need")).Items[0].ID)
	for path, methods := range d.Paths {
		for method, op := range methods {
			routes := []string{strings.ReplaceAll(path, "/catalogue/{node}/{kind}/{ulid}", "/catalogue/"+string(need))}
			for _, p := range op.Parameters {
				if p.In != "path" {
					continue
				}
				choices := []string{values[p.Name]}
				if enum, ok := p.Schema["enum"].([]any); ok {
					choices = nil
					for _, v := range enum {
						choices = append(choices, v.(string))
					}
				}
				var more []string
				for _, r := range routes {
					for _, c := range choices {
						more = append(more, strings.ReplaceAll(r, "{"+p.Name+"}", c))
					}
				}
				routes = more
			}
			for _, route := range routes {
				rec := w.ask(strings.ToUpper(method), route)
				mediaType, _, _ := strings.Cut(rec.Header().Get("Content-Type"), ";")
				if _, ok := op.Responses["200"].Content[mediaType]; rec.Code != http.StatusOK || !ok || !w.api.Serves(route) {
					t.Errorf("%s %s: %d %s", method, route, rec.Code, mediaType)
				}
			}
		}
	}
}

// The guide's examples are answered, those apart that need an id.
func TestTheGuideIsTrue(t *testing.T) {
	w := newWorld(t)
	w.populate()
	guide, err := os.ReadFile("../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile(`"\$node(/[^"$]*)"`).FindAllStringSubmatch(string(guide), -1)
	if len(examples) < 10 {
		t.Errorf("%d examples", len(examples))
	}
	for _, m := range examples {
		w.ok(m[1])
	}
}

// What the description says of an enumeration holds: each value is taken.
func TestDocumentedValuesAreTaken(t *testing.T) {
	w := newWorld(t)
	d := decode[description](t, w.ok("/openapi.json"))
	for _, p := range d.Paths["/api/v1/records"]["get"].Parameters {
		s := p.Schema
		if items, ok := s["items"].(map[string]any); ok {
			s = items
		}
		enum, ok := s["enum"].([]any)
		for _, v := range enum {
			w.ok("/api/v1/records?" + p.Name + "=" + v.(string))
		}
		if !ok && slices.Contains([]string{"kind", "topic", "field", "sort"}, p.Name) {
			t.Errorf("%s does not say which values there are", p.Name)
		}
	}
}

// The answer has the members that its schema names, and no others.
func TestAnswersFitTheirSchemas(t *testing.T) {
	w := newWorld(t)
	w.populate()
	d := decode[description](t, w.ok("/openapi.json"))
	for name, path := range map[string]string{"List": "/api/v1/records?limit=2&q=water", "Record": "/api/v1/records/" + string(stateKZ),
		"History": "/api/v1/records/" + string(stateKZ) + "/revisions", "Members": "/api/v1/bodies/sco/members", "VocabularyList": "/api/v1/vocabulary", "VocabularyConcept": "/api/v1/vocabulary/drip-irrigation", "Problem": "/api/v1/records?limit=0"} {
		members := decode[map[string]json.RawMessage](t, w.get(path))
		s := d.Components.Schemas[name]
		for member := range members {
			if _, ok := s.Properties[member]; !ok {
				t.Errorf("%s has %s, which its schema has not", name, member)
			}
		}
		for _, member := range s.Required {
			if _, ok := members[member]; !ok {
				t.Errorf("%s lacks %s", name, member)
			}
		}
	}
}
