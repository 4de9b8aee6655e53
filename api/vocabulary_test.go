package api_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"karvan/lexicon"
)

type concepts struct {
	Items []struct {
		ID, URI, Field, Matched    string
		Labels                     map[string][]string
		Broader, Narrower, Related []string
		Pages                      []struct{ Lang, URL string }
	}
	Total        int
	Next         string
	Vocabularies []struct {
		ID, Licence     string
		Entries, Labels int
	}
}

func TestConceptsAreFoundByTheirNames(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ name, query, first, matched string }{
		{"in Russian", "q=" + url.QueryEscape("капельное орошение"), "drip-irrigation", "капельное орошение"},
		{"in Chinese, within a field", "field=4&q=" + url.QueryEscape("滴灌"), "drip-irrigation", "滴灌"},
		{"with a slip of the pen", "q=hydropnics&lang=en", "hydroponics", "hydroponics"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := decode[concepts](t, w.ok("/api/v1/vocabulary?"+c.query))
			if len(got.Items) == 0 || got.Items[0].ID != c.first || got.Items[0].Matched != c.matched || got.Total != len(got.Items) {
				t.Fatalf("%+v", got)
			}
		})
	}
	if got := decode[concepts](t, w.ok("/api/v1/vocabulary?q=irrigation&limit=2")); len(got.Items) != 2 {
		t.Errorf("%d of 2", len(got.Items))
	}
	if got := decode[concepts](t, w.ok("/api/v1/vocabulary?field=6.1&q=irrigation")); len(got.Items) != 0 {
		t.Errorf("history has %+v", got.Items)
	}
}

func TestConceptsAreListedPageByPage(t *testing.T) {
	w := newWorld(t)
	seen := map[string]bool{}
	next := ""
	for {
		path := "/api/v1/vocabulary?field=4.2&limit=30"
		if next != "" {
			path += "&cursor=" + next
		}
		rec := w.ok(path)
		got := decode[concepts](t, rec)
		for _, c := range got.Items {
			if seen[c.ID] || c.Field != "4.2" {
				t.Fatalf("%s of %s", c.ID, c.Field)
			}
			seen[c.ID] = true
		}
		if got.Total != lexicon.FieldSizes()["4.2"] {
			t.Errorf("total %d", got.Total)
		}
		if next = got.Next; next == "" {
			break
		}
		if link := rec.Header().Get("Link"); !strings.Contains(link, "cursor="+next) || !strings.Contains(link, "field=4.2") {
			t.Errorf("link %s", link)
		}
	}
	if len(seen) != lexicon.FieldSizes()["4.2"] {
		t.Errorf("%d concepts on all pages", len(seen))
	}
}

func TestAConceptHasNamesAndNeighbours(t *testing.T) {
	w := newWorld(t)
	got := decode[concepts](t, w.ok("/api/v1/vocabulary?q=drip+irrigation&limit=1"))
	c := got.Items[0]
	e, _ := lexicon.ByID("drip-irrigation")
	if c.URI != base+"/vocabulary/drip-irrigation" || len(c.Pages) != 4 || !slices.Equal(c.Broader, e.Broader) || !slices.Equal(c.Related, e.Related) {
		t.Errorf("%+v", c)
	}
	for _, tag := range lexicon.CoreLanguages {
		if !slices.Equal(c.Labels[tag], e.In(tag)) {
			t.Errorf("%s: %v", tag, c.Labels[tag])
		}
	}
	parent := decode[struct{ Narrower []string }](t, w.ok("/api/v1/vocabulary/"+e.Broader[0]))
	if !slices.Contains(parent.Narrower, e.ID) {
		t.Errorf("narrower: %v", parent.Narrower)
	}
	core := got.Vocabularies[0]
	if core.ID != "karvan" || core.Licence != "CC0-1.0" || core.Entries < 4000 || core.Labels < core.Entries {
		t.Errorf("vocabularies %+v", got.Vocabularies)
	}
}

func TestBadQuestionsAboutConceptsAreRefused(t *testing.T) {
	w := newWorld(t)
	for query, status := range map[string]int{
		"?field=7": 422, "?field=4.1.1": 422, "?limit=0": 422, "?limit=101": 422, "?cursor=no-such": 422, "?q=water&cursor=water": 422,
		"?q=" + strings.Repeat("a", 300): 422, "?words=a": 422, "/no-such": 404, "/" + strings.Repeat("a", 100): 422,
	} {
		rec := w.get("/api/v1/vocabulary" + query)
		if rec.Code != status || !strings.HasPrefix(rec.Header().Get("Content-Type"), "application/problem+json") {
			t.Errorf("%.40s: %d %s", query, rec.Code, rec.Body)
		}
	}
	if rec := w.ok("/api/v1/vocabulary?q=%00%ff"); rec.Code != http.StatusOK {
		t.Errorf("%d", rec.Code)
	}
}
