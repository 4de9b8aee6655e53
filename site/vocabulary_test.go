package site_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"karvan/internal/access"
	"karvan/internal/lang"
	"karvan/lexicon"
)

// learn puts pairs of words on the shelf as if the node had learned them.
func (w *world) learn(pairs ...lexicon.Entry) {
	w.Helper()
	_, err := w.shelf().Add(context.Background(), access.Operator, lexicon.LearnedSource, func(emit func(lexicon.Entry) error) (bool, error) {
		for _, e := range pairs {
			if err := emit(e); err != nil {
				return true, err
			}
		}
		return true, nil
	})
	if err != nil {
		w.Fatal(err)
	}
}

func TestVocabularyInEveryLanguage(t *testing.T) {
	w := newWorld(t)
	source := lexicon.Source{ID: "thesaurus", Title: "A thesaurus of <water>", Licence: "CC-BY-4.0", Address: "https://thesaurus.example/", Format: "skos"}
	_, err := w.shelf().Add(context.Background(), access.Operator, source, func(emit func(lexicon.Entry) error) (bool, error) {
		return false, emit(lexicon.Entry{ID: "w", Labels: []lexicon.Label{{Lang: "en", Text: "water"}, {Lang: "ru", Text: "вода"}}})
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range lang.Interface {
		for _, path := range []string{"/vocabulary", "/vocabulary?q=water", "/vocabulary?field=4.1&page=2", "/vocabulary/drip-irrigation",
			"/vocabulary/review", "/vocabulary/review?lang=ur&field=4", "/vocabulary/learned", "/matching/quality"} {
			p := w.as("").get("/" + string(tag) + path).want(200)
			if got := p.attrs("html", "dir"); got[0] != tag.Dir() {
				t.Errorf("%s%s: dir is %v", tag, path, got)
			}
			if n := len(p.find("h1")); n != 1 {
				t.Errorf("%s%s: %d h1", tag, path, n)
			}
		}
	}
	p := w.as("").get("/en/vocabulary").want(200)
	p.has("tbody tr", "Core vocabulary of Karvan")
	p.has("tbody a[href='https://thesaurus.example/']", "A thesaurus of <water>")
	p.has("tbody", "CC-BY-4.0")
	p.has("tbody", "2 Mar 2026")
	p.has("#fields", "Concepts by field of science")
	if n := len(p.Body); n > 60_000 {
		t.Errorf("the page has %d bytes", n)
	}
}

func TestVocabularySearch(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ name, typed, shown string }{
		{"a Russian word on an English page", "капельное+орошение", "drip irrigation"},
		{"the beginning of a Chinese word", "滴", "drip irrigation"},
		{"a slip of the pen", "hydropnics", "hydroponics"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.TB = t
			w.as("").get("/en/vocabulary?q="+c.typed).want(200).has(".list a", c.shown)
		})
	}
	w.TB = t
	p := w.as("").get("/en/vocabulary?q=hydropnics").want(200)
	p.has(".list a[href='/en/vocabulary/hydroponics'] [lang=en]", "hydroponics")
	p = w.as("").get("/en/vocabulary?q=qqqqqq").want(200)
	p.has(".empty a[href='/en/search?q=qqqqqq']", "Search the records")
	w.as("").get("/en/vocabulary?q=" + strings.Repeat("a", 5000)).want(200)
}

func TestVocabularyByField(t *testing.T) {
	w := newWorld(t)
	seen := 0
	path := "/en/vocabulary?field=4.1"
	for n := 1; path != ""; n++ {
		p := w.as("").get(path).want(200)
		p.has("h1", "Agriculture, forestry and fisheries")
		on := len(p.find(".columns-list li"))
		if on == 0 || on > 100 {
			t.Fatalf("page %d has %d concepts", n, on)
		}
		seen += on
		path = ""
		if next := p.attrs("a[rel=next]", "href"); len(next) > 0 {
			path = next[0]
		}
	}
	if want := lexicon.FieldSizes()["4.1"]; seen != want {
		t.Errorf("%d concepts on all pages, want %d", seen, want)
	}
	w.as("").get("/en/vocabulary?field=4.1&page=9999").want(200)
	w.as("").get("/en/vocabulary?field=4.1&page=-1").want(200)
	w.as("").get("/en/vocabulary?field=0").want(200).has("h1", "Words of everyday life and work")
	for _, field := range []string{"9.9", "<script>", "ford"} {
		w.as("").get("/en/vocabulary?field=" + field).want(404)
	}
}

func TestConceptPage(t *testing.T) {
	w := newWorld(t)
	w.offer("滴灌技术")
	p := w.as("").get("/fa/vocabulary/drip-irrigation").want(200)
	for _, tag := range lexicon.CoreLanguages {
		p.has("tbody [lang="+tag+"][dir="+lang.Tag(tag).Dir()+"]", "")
	}
	p.has("h1 [lang=fa]", "")
	p = w.as("").get("/en/vocabulary/drip-irrigation").want(200)
	p.has("tbody [lang=zh]", "滴灌")
	p.has("#broader", "Broader")
	p.has(".pills a", "Offers: 1")
	for _, href := range p.attrs(".with-aside a", "href") {
		w.as("").get(href).want(200)
	}
	p.has(".record-foot a.address", baseURL+"/vocabulary/drip-irrigation")
	p.has(".record-foot", "“drip irrigation”. Karvan core vocabulary, concept drip-irrigation.")
	w.as("").get("/en/vocabulary/no-such-thing").want(404)
	w.as("").get("/en/vocabulary/scheme").want(303)
	if to := w.as("").get("/vocabulary/drip-irrigation").want(302).Header.Get("Location"); !strings.HasSuffix(to, "/vocabulary/drip-irrigation") {
		t.Errorf("the permanent address leads to %s", to)
	}
	p = w.as("").get("/en/vocabulary/drip-irrigation.ttl").want(200)
	if !strings.Contains(p.Body, `skos:prefLabel "drip irrigation"@en`) || strings.Contains(p.Body, "hydroponics> a skos:Concept") || !strings.HasPrefix(p.Body, "@prefix skos:") || !strings.HasSuffix(p.Body, "  .\n") {
		t.Errorf("as SKOS:\n%s", p.Body)
	}
	w.as("").get("/en/vocabulary/no-such-thing.ttl").want(404)
}

func TestVocabularyReview(t *testing.T) {
	w := newWorld(t)
	p := w.as("").get("/en/vocabulary/review?lang=kk&field=4.1").want(200)
	p.has("h1", "Kazakh")
	if n := len(p.find("tbody tr")); n != 100 {
		t.Errorf("%d rows", n)
	}
	p.has("tbody tr strong [lang=kk]", "")
	p.has("tbody tr strong [lang=en]", "")
	p.has("select#lang option[selected]", "Kazakh")
	p.has("select#field option[selected]", "Agriculture, forestry and fisheries")
	p = w.as("").get("/ru/vocabulary/review?lang=be&beside=ru&page=2").want(200)
	p.has("tbody tr strong [lang=be]", "")
	p.has("tbody tr strong [lang=ru]", "")
	first := lexicon.ByField("")[100]
	p.has("tbody th a", first.ID)
	for _, query := range []string{"?lang=xx", "?lang=en&beside=en", "?field=nothing", "?page=x"} {
		w.as("").get("/en/vocabulary/review" + query).want(200)
	}
}

func TestLearnedWords(t *testing.T) {
	w := newWorld(t)
	w.as("").get("/en/vocabulary/learned").want(200).has(".empty", "has learned nothing yet")
	var pairs []lexicon.Entry
	for i := range 230 {
		pairs = append(pairs, lexicon.Entry{ID: fmt.Sprint(i), Labels: []lexicon.Label{{Lang: "ru", Text: fmt.Sprintf("слово%d", i)}, {Lang: "ur", Text: fmt.Sprintf("لفظ%d", i)}}})
	}
	w.learn(pairs...)
	b := w.as("aigerim") // a visitor's page may be a minute old
	for page, want := range map[string]int{"": 100, "?page=3": 30, "?page=99": 30, "?page=0": 100} {
		p := b.get("/en/vocabulary/learned" + page).want(200)
		if n := len(p.find("tbody tr")); n != want {
			t.Errorf("%q has %d rows, want %d", page, n, want)
		}
	}
	p := b.get("/en/vocabulary/learned?page=3").want(200)
	p.has("tbody td [lang=ru]", "слово200")
	p.has("tbody td [lang=ur][dir=rtl]", "لفظ229")
	p.lacks("tbody", "слово199")
	b.get("/en/vocabulary").want(200).has("tbody a", "Learned by this node")
}

func TestVocabularyForPrograms(t *testing.T) {
	w := newWorld(t)
	send := func(path, have string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", baseURL+path, nil)
		r.Header.Set("If-None-Match", have)
		rec := httptest.NewRecorder()
		w.Handler.ServeHTTP(rec, r)
		return rec
	}
	for _, c := range []struct{ path, mediaType, has string }{
		{"/vocabulary.ttl", "text/turtle; charset=utf-8", "<" + baseURL + "/vocabulary/drip-irrigation> a skos:Concept"},
		{"/vocabulary.csv", "text/csv; charset=utf-8", "drip-irrigation,4.1,irrigation"},
	} {
		rec := send(c.path, "")
		if rec.Code != 200 || rec.Header().Get("Content-Type") != c.mediaType || !strings.Contains(rec.Body.String(), c.has) {
			t.Errorf("%s: %d, %s of %d bytes", c.path, rec.Code, rec.Header().Get("Content-Type"), rec.Body.Len())
		}
		if again := send(c.path, rec.Header().Get("Etag")); again.Code != 304 || again.Body.Len() > 0 {
			t.Errorf("%s again: %d with %d bytes", c.path, again.Code, again.Body.Len())
		}
	}
	body := strings.TrimPrefix(send("/vocabulary.csv", "").Body.String(), "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil || len(rows) != len(lexicon.ByField(""))+1 || len(rows[0]) != 5+len(lexicon.CoreLanguages) {
		t.Errorf("%d rows: %v", len(rows), err)
	}
}

func TestQualityPage(t *testing.T) {
	w := newWorld(t)
	p := w.as("").get("/en/matching/quality").want(200)
	p.has("h1", "How good is matching here?")
	p.has("code", "karvan eval DIR")
	for _, n := range p.find("td.heat") {
		if text := textOf(n); text != "0" && text != "1" && !strings.HasPrefix(text, "0.") {
			t.Errorf("a figure reads %q", text)
		}
	}
}
