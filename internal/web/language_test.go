package web_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"karvan/internal/lang"
	"karvan/internal/web"
)

func TestLanguageOfThePath(t *testing.T) {
	site := routes(open(t))
	tests := []struct {
		name, target string
		headers      []string
		status       int
		location     string
	}{
		{"the browser's language", "/", []string{"Accept-Language", "zh-CN,en;q=0.5"}, 302, "/zh/"},
		{"the remembered language goes before the browser's", "/", []string{"Accept-Language", "zh", "Cookie", "karvan-lang=fa"}, 302, "/fa/"},
		{"a cookie with rubbish is ignored", "/", []string{"Cookie", "karvan-lang=rubbish"}, 302, "/en/"},
		{"a path without a language keeps its query and escapes", "/o/a%2Fb?q=1&r=%26", nil, 302, "/en/o/a%2Fb?q=1&r=%26"},
		{"a language alone gets its slash", "/zh?q=1", nil, 301, "/zh/?q=1"},
		{"the slash the router adds keeps the language", "/fa/help", nil, 307, "/fa/help/"},
		{"a path that names a host does not lead there", "//evil.example/x", nil, 302, "/evil.example/x"},
		{"a language and a host do not lead there", "/zh//evil.example", nil, 307, "/zh/evil.example"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := call(site, "GET", "http://node.example"+tt.target, tt.headers...)
			got := w.Header().Get("Location")
			if w.Code/100 != 3 || got != tt.location && !(strings.HasPrefix(tt.target, "//") && !strings.HasPrefix(got, "//")) {
				t.Errorf("%d %q, want %q", w.Code, got, tt.location)
			}
			if w.Code == 302 && !strings.Contains(w.Header().Get("Vary"), "Accept-Language") {
				t.Errorf("Vary %q", w.Header().Values("Vary"))
			}
		})
	}
}

func TestFormWithoutLanguageIsServed(t *testing.T) {
	w := call(routes(open(t)), "POST", "/in", "Accept-Language", "ru")
	if w.Code != 303 || w.Header().Get("Location") != "/ru/board" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

func TestRememberLang(t *testing.T) {
	n := open(t)
	w := httptest.NewRecorder()
	n.RememberLang(w, "fa")
	if c := cookies(w)["karvan-lang"]; c == nil || c.Value != "fa" || c.MaxAge < 1e6 {
		t.Errorf("%+v", c)
	}
}

func TestURL(t *testing.T) {
	n := open(t)
	tests := []struct {
		path     string
		segments []string
		want     string
	}{
		{"/", nil, "/zh/"},
		{"/board", nil, "/zh/board"},
		{"/board?q=x", nil, "/zh/board?q=x"},
		{"/o", []string{"a/b", "历史"}, "/zh/o/a%2Fb/%E5%8E%86%E5%8F%B2"},
		{"https://other.example/", nil, "https://other.example/"},
		{"#main", nil, "#main"},
	}
	call(n.Localised(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		for _, tt := range tests {
			if got := web.URL(r, tt.path, tt.segments...); got != tt.want {
				t.Errorf("%s %q: %s, want %s", tt.path, tt.segments, got, tt.want)
			}
		}
		if web.Path(r) != "/x" || web.Lang(r) != "zh" {
			t.Errorf("%s in %s", web.Path(r), web.Lang(r))
		}
	})), "GET", "/zh/x")
}

func TestLocalPath(t *testing.T) {
	for s, want := range map[string]string{
		"/zh/desk?tab=1": "/zh/desk?tab=1", "": "/", "desk": "/", "//evil.example": "/", `/\evil.example`: "/",
		"https://evil.example/": "/", "javascript:alert(1)": "/", "/\t/evil.example": "/", "/x\n": "/",
	} {
		if got := web.LocalPath(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

// Whatever the path, a redirect stays on this node and a page has a language
// we speak.
func FuzzLanguagePrefix(f *testing.F) {
	for _, s := range []string{"/", "/zh", "/zh/", "/zh//x", "//evil.example", "/zh/../..//x", "/%2f%2fevil", "/zh%2Fboard", "/\\x", "/zhx/y", "/en/o/%E4%BD"} {
		f.Add(s)
	}
	n := open(f)
	site := n.Localised(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if t := web.Lang(r); !lang.IsInterface(t) {
			f.Errorf("language %q", t)
		}
		if !strings.HasPrefix(web.Path(r), "/") || !strings.HasPrefix(r.URL.EscapedPath(), "/") {
			f.Errorf("path %q %q", web.Path(r), r.URL.EscapedPath())
		}
	}))
	f.Fuzz(func(t *testing.T, path string) {
		r := httptest.NewRequest("GET", "/", nil)
		u, err := r.URL.Parse("http://node.example/")
		if err != nil || !strings.HasPrefix(path, "/") {
			t.Skip("it is no path of a request")
		}
		if u.Path = path; u.RawPath != "" {
			t.Skip("it is no path of a request")
		}
		r.URL = u
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r)
		if to := w.Header().Get("Location"); to != "" {
			_, rest, _ := strings.Cut(to[1:], "/")
			if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, `/\`) || len(rest)+1 > 4*len(path)+8 {
				t.Errorf("%q leads to %q", path, to)
			}
		}
	})
}

func FuzzQuery(f *testing.F) {
	f.Add("q=x&page=2&facet=a&facet=b", "facet", "a")
	f.Add("a=%zz;b=1&&=", "", "&=#")
	f.Add("page=3", "page", "4")
	n := open(f)
	f.Fuzz(func(t *testing.T, raw, name, value string) {
		call(n.Localised(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			r.URL.RawQuery = raw
			q := web.QueryOf(r)
			before := len(r.URL.Query()[name])
			again := func(s string) web.Query {
				to, err := r.URL.Parse(s)
				if err != nil || to.Path != "/zh/x" || to.Host != r.URL.Host {
					t.Fatalf("%q: %v", s, err)
				}
				r2 := r.Clone(r.Context())
				r2.URL = to
				return web.QueryOf(r2)
			}
			if set := again(q.Set(name, value)); len(set.All(name)) != 1 || set.All(name)[0] != value {
				t.Errorf("Set(%q, %q) on %q: %q", name, value, raw, set.All(name))
			}
			if !slices.Contains([]string{"page", "after", "before", "cursor"}, name) {
				if added := again(q.Add(name, value)); !added.Has(name, value) || len(added.All(name)) < before {
					t.Errorf("Add(%q, %q) on %q: %q", name, value, raw, added.All(name))
				}
			}
			if dropped := again(q.Drop(name, value)); dropped.Has(name, value) {
				t.Errorf("Drop(%q, %q) on %q: %q", name, value, raw, dropped.All(name))
			}
			if again(q.Set("other", 1)).Has("page", 2) {
				t.Errorf("a new filter keeps the page of %q", raw)
			}
		})), "GET", "/zh/x")
	})
}

func TestQueryLinks(t *testing.T) {
	n := open(t)
	call(n.Localised(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		q := web.QueryOf(r)
		for _, tt := range []struct{ name, got, want string }{
			{"the next page keeps the filters", q.Set("page", 3), "/ru/board?f=a&f=b&page=3&q=x"},
			{"a filter set goes back to the first page", q.Set("q", "y"), "/ru/board?f=a&f=b&q=y"},
			{"a value added", q.Add("f", "c"), "/ru/board?f=a&f=b&f=c&q=x"},
			{"a value dropped", q.Drop("f", "a"), "/ru/board?f=b&q=x"},
			{"a parameter dropped", q.Drop("f"), "/ru/board?q=x"},
			{"a value that is there is toggled off", q.Toggle("f", "b"), "/ru/board?f=a&q=x"},
			{"a feed of the same list", q.To("/board.atom"), "/ru/board.atom?f=a&f=b&q=x"},
			{"the list itself", q.Plain(), "/ru/board"},
		} {
			if tt.got != tt.want {
				t.Errorf("%s: %s, want %s", tt.name, tt.got, tt.want)
			}
		}
		if p := q.Params("q"); len(p) != 2 || p[1] != (web.Param{Name: "f", Value: "b"}) {
			t.Errorf("%v", p)
		}
	})), "GET", "/ru/board?q=x&f=a&f=b&page=2")
}
