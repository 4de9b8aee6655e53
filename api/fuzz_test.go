package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
)

// request makes a request of a path and query as a server would read them.
func request(path, query string) (*http.Request, bool) {
	u, err := url.ParseRequestURI("/" + path)
	if err != nil || len(path) > 2000 {
		return nil, false
	}
	u.RawQuery = query
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.URL = u
	return r, true
}

func checkAnswer(t *testing.T, rec *httptest.ResponseRecorder) {
	t.Helper()
	switch {
	case rec.Code >= 500:
		t.Fatalf("%d %s", rec.Code, rec.Body)
	case rec.Code >= 400:
		var p problem
		if err := json.Unmarshal(rec.Body.Bytes(), &p); err != nil || p.Status != rec.Code || p.Title == "" {
			t.Fatalf("%d %v %s", rec.Code, err, rec.Body)
		}
	}
}

func FuzzQuery(f *testing.F) {
	w := newWorld(f)
	w.populate()
	for _, seed := range []string{"", "q=water&kind=offer&limit=3", "limit=-1", "cursor=abc.def", "lang=ru&party=KZ", "q=%zz", "kind=offer&kind=need&sort=-updated",
		"q=%D8%AE%D8%A7%DA%A9", "sort=score&q=\"", "rev=1", "date=2024-02-30", "limit", "&&=&;", "fresh=1&sort=deadline"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		if len(query) > 2000 {
			return
		}
		for _, path := range []string{"api/v1/records", "en/search.json", "fa/board.atom", "api/v1/bodies/sco/members", "api/v1/records/" + string(stateKZ)} {
			r, ok := request(path, query)
			if !ok {
				return
			}
			rec := httptest.NewRecorder()
			w.handler.ServeHTTP(rec, r)
			checkAnswer(t, rec)
		}
	})
}

func FuzzPath(f *testing.F) {
	w := newWorld(f)
	w.populate()
	for _, seed := range []string{"api/v1/records/" + string(stateKZ), "api/v1/records/n.example%2Fstate%2Fx", "api/v1/bodies/sco/members", "api/v1/bodies/%00/members",
		"api/v1/records/..%2f..", "sitemap-1.xml", "sitemap-99999999999999999999.xml", "en/board.atom", "api//v1/records", "api/v1/records/a/b/c/revisions", "robots.txt"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		r, ok := request(path, "")
		if !ok {
			return
		}
		rec := httptest.NewRecorder()
		w.handler.ServeHTTP(rec, r)
		checkAnswer(t, rec)
	})
}
