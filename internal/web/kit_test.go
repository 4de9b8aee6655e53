package web_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/lang"
	"karvan/internal/testkit"
	"karvan/internal/web"
	"karvan/locales"
)

const layout = `<!doctype html><html lang="{{.Lang}}" dir="{{.Dir}}"><head><title>{{block "title" .}}Karvan{{end}}</title>
<link rel="stylesheet" href="{{static "app.css"}}"></head><body>{{with .Flash}}<p role="status">{{.Text}}</p>{{end}}
<nav>{{range .Alternates}}<a href="{{.URL}}" hreflang="{{.Lang}}">{{autonym .Lang}}</a>{{end}}</nav>{{template "main" .}}</body></html>`

func pages() fstest.MapFS {
	fs := fstest.MapFS{}
	for name, text := range map[string]string{
		"layout.html":       layout,
		"partials/row.html": `<li>{{.}}</li>`,
		"pages/home.html":   `<h1>{{t "web.title.not-found"}}</h1>{{.Actor.Name}}`,
		"pages/board/list.html": `{{define "title"}}Board {{len .Page}} {{index .Page 0}}{{end}}{{define "main"}}<ul>{{template "rows" .}}</ul>
<a id="next" href="{{.Query.Set "page" 2}}">2</a>{{end}}{{define "rows"}}{{range .Page}}{{template "row" .}}{{end}}{{end}}`,
		"pages/words.html":  `{{frag .Page "fa"}}|{{markdown "a *b*" "zh"}}|{{date "2022-02-18"}}|{{number 1234}}|{{default "x" ""}}|{{url "/o" "a/b"}}|{{jsonld (dict "k" "</script>")}}|{{n "web.errors" 2}}`,
		"pages/broken.html": `{{.Page.NoSuchField}}`,
		"pages/error.html":  `<h1>{{.Page.Title}}</h1><p>{{.Page.Message}}</p><p>{{.Page.Advice}}</p><code>{{.Page.RequestID}}</code>`,
	} {
		fs[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fs
}

// A node is a kit with its log, its database and its counters.
type node struct {
	*web.Kit
	db      *db.DB
	clock   *testkit.Clock
	mu      sync.Mutex
	log     bytes.Buffer
	seen    []string
	blocked bool // the account may no longer sign in
}

func (n *node) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.log.Write(p)
}

func (n *node) Observe(route string, status int, _ time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.seen = append(n.seen, route+" "+http.StatusText(status))
}

func open(t testing.TB, change ...func(*web.Config)) *node {
	t.Helper()
	cats, err := lang.Load(locales.Files)
	if err != nil {
		t.Fatal(err)
	}
	n := &node{db: testkit.SQLite(t), clock: testkit.NewClock(time.Date(2031, 5, 4, 10, 0, 0, 0, time.UTC))}
	n.db.SetClock(n.clock.Now)
	cfg := web.Config{
		Catalogues: cats, Templates: pages(), DB: n.db, Observer: n, BaseURL: "https://karvan.example",
		Static: fstest.MapFS{"app.css": {Data: []byte(strings.Repeat("p{color:red}\n", 200))}, "x.png": {Data: []byte("png")}},
		Log:    slog.New(slog.NewTextHandler(n, nil)),
		Actor: func(_ context.Context, account string) (access.Actor, web.Person, error) {
			if n.blocked {
				return access.Actor{}, web.Person{}, fault.New(fault.Forbidden, "fault.forbidden")
			}
			return access.Actor{Account: account, Name: "Aigul"}, web.Person{Lang: "ru", Zone: "Asia/Almaty"}, nil
		},
	}
	for _, f := range change {
		f(&cfg)
	}
	if n.Kit, err = web.New(cfg); err != nil {
		t.Fatal(err)
	}
	return n
}

// call sends one request; headers are name, value in turn.
func call(h http.Handler, method, target string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func show(n *node, name string, data any) http.Handler {
	return n.Handle(func(w http.ResponseWriter, r *http.Request) error {
		return n.Page(w, r, http.StatusOK, name, data)
	})
}

func fails(n *node, err error) http.Handler {
	return n.Handle(func(http.ResponseWriter, *http.Request) error { return err })
}

// routes is a site in small.
func routes(n *node) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", show(n, "home", nil))
	mux.Handle("GET /board", show(n, "board/list", []string{"<one>", "two"}))
	mux.Handle("GET /o/{id}", n.Handle(func(w http.ResponseWriter, r *http.Request) error {
		_, err := io.WriteString(w, r.PathValue("id")+" "+r.URL.EscapedPath())
		return err
	}))
	mux.Handle("GET /help/", show(n, "home", nil))
	mux.Handle("POST /in", n.Handle(func(w http.ResponseWriter, r *http.Request) error {
		if err := n.SignIn(w, r, "a1"); err != nil {
			return err
		}
		n.Flash(w, r, "web.errors", "n", 3)
		return web.SeeOther(w, r, "/board")
	}))
	mux.Handle("POST /out", n.Handle(func(w http.ResponseWriter, r *http.Request) error {
		if err := n.SignOut(w, r); err != nil {
			return err
		}
		return web.SeeOther(w, r, "/")
	}))
	mux.Handle("/", n.NotFound())
	root := http.NewServeMux()
	root.Handle("/static/", n.StaticFiles())
	root.Handle("/", n.Localised(mux))
	return n.Wrap(root)
}

func has(t *testing.T, what, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%s lacks %q:\n%s", what, p, text)
		}
	}
}

func TestPages(t *testing.T) {
	n := open(t)
	site := routes(n)
	tests := []struct {
		name, target string
		status       int
		want         []string
	}{
		{"a page stands in the layout with its own title", "/en/board?q=x", 200, []string{"<title>Board 2 &lt;one&gt;</title>", "<li>&lt;one&gt;</li><li>two</li>", `id="next" href="/en/board?page=2&amp;q=x"`}},
		{"a page without a title gets that of the layout", "/en/", 200, []string{"<title>Karvan</title>", `<html lang="en" dir="ltr">`}},
		{"every language has its own text and direction", "/fa/", 200, []string{`<html lang="fa" dir="rtl">`, "صفحه پیدا نشد"}},
		{"a page links to itself in other languages", "/ru/board?q=x", 200, []string{`href="/zh/board?q=x" hreflang="zh">中文`}},
		{"a path keeps what was escaped in it", "/zh/o/a%2Fb", 200, []string{"a/b /o/a%2Fb"}},
		{"an unknown path has a translated page", "/zh/nowhere", 404, []string{"未找到页面", `lang="zh"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := call(site, "GET", tt.target)
			if w.Code != tt.status {
				t.Errorf("status %d, want %d", w.Code, tt.status)
			}
			has(t, "page", w.Body.String(), tt.want...)
		})
	}
}

func TestFuncsWriteInTheLanguageOfThePage(t *testing.T) {
	n := open(t)
	got := call(n.Localised(show(n, "words", "<سلام>")), "GET", "/ru/x").Body.String()
	has(t, "page", got, `<span lang="fa" dir="rtl">&lt;سلام&gt;</span>`, `<div lang="zh" dir="ltr"><p>a <em>b</em></p>`,
		"18 февраля 2022", "1\u00a0234", "|x|", "|/ru/o/a%2Fb|", `{"k":"\u003c/script\u003e"}`, "Обнаружены 2 ошибки")
}

func TestPartOfAPage(t *testing.T) {
	n := open(t)
	if got := call(show(n, "board/list#rows", []string{"x"}), "GET", "/").Body.String(); got != "<li>x</li>" {
		t.Errorf("got %q", got)
	}
}

func TestNewRefusesBadTemplates(t *testing.T) {
	tests := []struct{ name, file, text, want string }{
		{"a syntax error", "pages/bad.html", `{{if}}`, "pages/bad.html"},
		{"an unknown function", "pages/bad.html", `{{nosuch 1}}`, "nosuch"},
		{"an unknown partial", "pages/bad.html", `{{template "nosuch" .}}`, "nosuch"},
		{"text beside the main part", "pages/bad.html", `x{{define "main"}}y{{end}}`, "beside"},
		{"a partial that is defined twice", "partials/other.html", `{{define "row"}}y{{end}}`, "twice"},
		{"an element that is not closed within its attribute", "pages/bad.html", `<a href="`, "ends in a non-text context"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := open(t)
			files := pages()
			files[tt.file] = &fstest.MapFile{Data: []byte(tt.text)}
			cats, err := lang.Load(locales.Files)
			if err != nil {
				t.Fatal(err)
			}
			_, err = web.New(web.Config{Catalogues: cats, Templates: files, DB: n.db,
				Actor: func(context.Context, string) (access.Actor, web.Person, error) {
					return access.Actor{}, web.Person{}, nil
				}})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestPagesAreExecutedAtOnceByMany(t *testing.T) {
	n := open(t)
	site := routes(n)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 20 {
				target := "/" + string(lang.Interface[i%4]) + "/board"
				if w := call(site, "GET", target); w.Code != 200 || !strings.Contains(w.Body.String(), `<html lang="`+target[1:3]) {
					t.Errorf("%s: %d", target, w.Code)
				}
			}
		})
	}
	wg.Wait()
}

func TestDevReadsTemplatesAnew(t *testing.T) {
	files := pages()
	n := open(t, func(c *web.Config) { c.Dev, c.Templates = true, files })
	h := show(n, "home", nil)
	call(h, "GET", "/")
	files["pages/home.html"] = &fstest.MapFile{Data: []byte("changed")}
	has(t, "page", call(h, "GET", "/").Body.String(), "changed")
}
