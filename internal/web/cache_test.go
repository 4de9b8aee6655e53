package web_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"karvan/internal/web"
)

// A counted handler says how often it was asked.
type counted struct {
	n    *node
	runs atomic.Int64
	do   func(w http.ResponseWriter, r *http.Request) error
}

func (c *counted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.n.Handle(func(w http.ResponseWriter, r *http.Request) error {
		c.runs.Add(1)
		return c.do(w, r)
	}).ServeHTTP(w, r)
}

func long(n *node) *counted {
	return &counted{n: n, do: func(w http.ResponseWriter, r *http.Request) error {
		return n.Page(w, r, 200, "board/list", []string{strings.Repeat("row ", 1000), r.URL.RawQuery})
	}}
}

func TestCachedAsksAgainOnlyWhenItMust(t *testing.T) {
	tests := []struct {
		name          string
		first, second []string // target and headers
		bump          bool
		runs          int64
	}{
		{"the same page", []string{"/en/board"}, []string{"/en/board"}, false, 1},
		{"the same filters in another order", []string{"/en/b?a=1&b=2"}, []string{"/en/b?b=2&a=1"}, false, 1},
		{"other filters", []string{"/en/b?a=1"}, []string{"/en/b?a=2"}, false, 2},
		{"another language", []string{"/en/b"}, []string{"/ru/b"}, false, 2},
		{"another host", []string{"http://a.example/en/b"}, []string{"http://b.example/en/b"}, false, 2},
		{"after something was written", []string{"/en/b"}, []string{"/en/b"}, true, 2},
		{"somebody with a session", []string{"/en/b"}, []string{"/en/b", "Cookie", "karvan=x"}, false, 2},
		{"somebody with a notice", []string{"/en/b"}, []string{"/en/b", "Cookie", "karvan-flash=x"}, false, 2},
		{"somebody with a token", []string{"/en/b"}, []string{"/en/b", "Authorization", "x"}, false, 2},
		{"somebody whose language is remembered", []string{"/en/b"}, []string{"/en/b", "Cookie", "karvan-lang=en"}, false, 1},
		{"a session first", []string{"/en/b", "Cookie", "karvan=x"}, []string{"/en/b"}, false, 2},
		{"a browser that had the page already", []string{"/en/b", "If-None-Match", "*"}, []string{"/en/b"}, false, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := open(t)
			h := long(n)
			var version atomic.Int64
			site := n.Wrap(n.Localised(n.Cached(version.Load, 32<<20, h)))
			call(site, "GET", tt.first[0], tt.first[1:]...)
			if tt.bump {
				version.Add(1)
			}
			w := call(site, "GET", tt.second[0], tt.second[1:]...)
			if got := h.runs.Load(); got != tt.runs || w.Code != 200 {
				t.Errorf("asked %d times, want %d; status %d", got, tt.runs, w.Code)
			}
			has(t, "page", w.Body.String(), "row row")
		})
	}
}

func TestCachedKeepsOnlyWhatIsTheSameForAll(t *testing.T) {
	tests := []struct {
		name string
		do   func(n *node, w http.ResponseWriter, r *http.Request) error
	}{
		{"an answer that sets a cookie", func(n *node, w http.ResponseWriter, r *http.Request) error {
			n.RememberLang(w, "ru")
			return n.Page(w, r, 200, "home", nil)
		}},
		{"an answer that is private", func(n *node, w http.ResponseWriter, r *http.Request) error {
			w.Header().Set("Cache-Control", "private")
			return n.Page(w, r, 200, "home", nil)
		}},
		{"an answer that depends on another header", func(n *node, w http.ResponseWriter, r *http.Request) error {
			w.Header().Set("Vary", "HX-Request")
			return n.Page(w, r, 200, "home", nil)
		}},
		{"an answer other than 200", func(n *node, w http.ResponseWriter, r *http.Request) error {
			return n.Page(w, r, 404, "home", nil)
		}},
		{"an answer too large to keep", func(n *node, w http.ResponseWriter, r *http.Request) error {
			for range 40 {
				if _, err := w.Write(make([]byte, 100_000)); err != nil {
					return err
				}
			}
			return nil
		}},
		{"an answer that is sent as it grows", func(n *node, w http.ResponseWriter, r *http.Request) error {
			io.WriteString(w, "a")
			w.(http.Flusher).Flush()
			_, err := io.WriteString(w, "b")
			return err
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := open(t)
			h := &counted{n: n, do: func(w http.ResponseWriter, r *http.Request) error { return tt.do(n, w, r) }}
			site := n.Wrap(n.Cached(func() int64 { return 1 }, 32<<20, h))
			first, second := call(site, "GET", "/x"), call(site, "GET", "/x")
			if h.runs.Load() != 2 || first.Code != second.Code || !bytes.Equal(first.Body.Bytes(), second.Body.Bytes()) || first.Body.Len() == 0 {
				t.Errorf("asked %d times; %d, %d", h.runs.Load(), first.Code, second.Code)
			}
		})
	}
}

func TestCachedAnswersLikeThePage(t *testing.T) {
	n := open(t)
	h := long(n)
	plain := n.Wrap(n.Localised(h))
	site := n.Wrap(n.Localised(n.Cached(func() int64 { return 1 }, 32<<20, h)))
	for _, accept := range []string{"", "gzip"} {
		want := call(plain, "GET", "/en/b", "Accept-Encoding", accept)
		for _, which := range []string{"first", "second"} {
			got := call(site, "GET", "/en/b", "Accept-Encoding", accept)
			if which == "second" && got.Header().Get("X-Request-Id") == want.Header().Get("X-Request-Id") {
				t.Error("the request identifier was kept")
			}
			if unzip(t, got) != unzip(t, want) {
				t.Errorf("%s %q: another body", which, accept)
			}
			for _, name := range []string{"Etag", "Content-Type", "Content-Language", "Cache-Control", "Content-Encoding", "Content-Security-Policy"} {
				if got.Header().Get(name) != want.Header().Get(name) {
					t.Errorf("%s %q: %s is %q, want %q", which, accept, name, got.Header().Get(name), want.Header().Get(name))
				}
			}
		}
		w := call(site, "GET", "/en/b", "If-None-Match", want.Header().Get("Etag"))
		if w.Code != 304 || w.Body.Len() != 0 {
			t.Errorf("%d with %d bytes", w.Code, w.Body.Len())
		}
		if w := call(site, "HEAD", "/en/b"); w.Code != 200 || w.Body.Len() != 0 {
			t.Errorf("HEAD: %d with %d bytes", w.Code, w.Body.Len())
		}
	}
	if len(n.seen) == 0 {
		t.Error("nothing was counted")
	}
}

func TestCachedIsBounded(t *testing.T) {
	n := open(t)
	h := long(n)
	site := n.Wrap(n.Localised(n.Cached(func() int64 { return 1 }, 64<<10, h)))
	for i := range 50 {
		call(site, "GET", fmt.Sprintf("/en/b?i=%d", i))
	}
	call(site, "GET", "/en/b?i=49") // still there
	call(site, "GET", "/en/b?i=0")  // gone
	if got := h.runs.Load(); got != 51 {
		t.Errorf("asked %d times, want 51", got)
	}
}

func TestCachedUnderLoad(t *testing.T) {
	n := open(t)
	var version atomic.Int64
	h := &counted{n: n, do: func(w http.ResponseWriter, r *http.Request) error {
		return n.Page(w, r, 200, "board/list#rows", []string{fmt.Sprint(version.Load())})
	}}
	site := n.Wrap(n.Localised(n.Cached(version.Load, 32<<20, h)))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 200 {
				low := version.Load()
				var got int64
				fmt.Sscanf(call(site, "GET", "/en/b").Body.String(), "<li>%d</li>", &got)
				if got < low {
					t.Errorf("a page of version %d after version %d", got, low)
				}
			}
		})
	}
	wg.Go(func() {
		for range 200 {
			version.Add(1)
		}
	})
	wg.Wait()
}

func unzip(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	if w.Header().Get("Content-Encoding") != "gzip" {
		return w.Body.String()
	}
	z, err := gzip.NewReader(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestCompression(t *testing.T) {
	n := open(t)
	tests := []struct {
		name, accept, kind string
		size               int
		want               bool
	}{
		{"long text", "gzip, br", "text/html; charset=utf-8", 5000, true},
		{"a feed", "GZIP;q=0.5", "application/atom+xml", 5000, true},
		{"short text", "gzip", "text/html", 10, false},
		{"a client that refuses", "gzip;q=0", "text/html", 5000, false},
		{"a client that does not say", "", "text/html", 5000, false},
		{"an image", "gzip", "image/png", 5000, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body := bytes.Repeat([]byte("x"), tt.size)
			w := call(n.Handle(func(w http.ResponseWriter, r *http.Request) error {
				w.Header().Set("Content-Type", tt.kind)
				return n.Bytes(w, r, 200, body)
			}), "GET", "/", "Accept-Encoding", tt.accept)
			if got := w.Header().Get("Content-Encoding") == "gzip"; got != tt.want || unzip(t, w) != string(body) {
				t.Errorf("compressed %v, want %v", got, tt.want)
			}
			if text := tt.kind != "image/png"; text != strings.Contains(strings.Join(w.Header().Values("Vary"), ","), "Accept-Encoding") {
				t.Errorf("Vary %q", w.Header().Values("Vary"))
			}
		})
	}
}

func TestCacheHeaders(t *testing.T) {
	site := routes(open(t))
	w := call(site, "GET", "/en/board")
	tag := w.Header().Get("Etag")
	if tag == "" || w.Header().Get("Cache-Control") != "public, max-age=0, must-revalidate" || w.Header().Get("Content-Language") != "en" {
		t.Errorf("%v", w.Header())
	}
	for _, have := range []string{tag, strings.TrimPrefix(tag, "W/"), `"x", ` + tag, "*"} {
		if w := call(site, "GET", "/en/board", "If-None-Match", have); w.Code != 304 || w.Body.Len() > 0 {
			t.Errorf("%s: %d", have, w.Code)
		}
	}
	w = call(site, "GET", "/en/board", "If-None-Match", tag, "Cookie", signIn(t, site))
	if w.Code != 200 || w.Header().Get("Cache-Control") != "private, no-store" || w.Header().Get("Etag") != "" {
		t.Errorf("signed in: %d %v", w.Code, w.Header())
	}
}

func TestStaticFiles(t *testing.T) {
	n := open(t)
	site := routes(n)
	path := n.Static("app.css")
	w := call(site, "GET", path, "Accept-Encoding", "gzip")
	if w.Code != 200 || w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" ||
		w.Header().Get("Content-Type") != "text/css; charset=utf-8" || !strings.HasPrefix(unzip(t, w), "p{color:red}") || w.Body.Len() > 200 {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w := call(site, "GET", path, "If-None-Match", w.Header().Get("Etag")); w.Code != 304 {
		t.Errorf("%d", w.Code)
	}
	if w := call(site, "GET", "/static/app.css"); w.Code != 200 || w.Header().Get("Cache-Control") != "public, max-age=3600" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	for _, missing := range []string{"/static/app.0000000000.css", "/static/", "/static/../kit.go"} {
		if w := call(n.StaticFiles(), "GET", missing); w.Code != 404 {
			t.Errorf("%s: %d", missing, w.Code)
		}
	}
	if w := call(n.StaticFiles("x.png"), "GET", "/favicon.ico"); w.Body.String() != "png" || w.Header().Get("Content-Type") != "image/png" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

func BenchmarkCachedHit(b *testing.B) {
	n := open(b, func(c *web.Config) { c.Log = nil })
	site := n.Localised(n.Cached(func() int64 { return 1 }, 32<<20, long(n)))
	var h http.Handler
	n.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { // within one request, to leave out the log
		h = http.HandlerFunc(func(w2 http.ResponseWriter, r2 *http.Request) { site.ServeHTTP(w2, r2.WithContext(r.Context())) })
	})).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	r := httptest.NewRequest("GET", "/en/board?q=x&page=2", nil)
	r.Header.Set("Accept-Encoding", "gzip, br")
	w := &discard{h: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		clear(w.h)
		h.ServeHTTP(w, r)
	}
}

type discard struct{ h http.Header }

func (d *discard) Header() http.Header         { return d.h }
func (d *discard) WriteHeader(int)             {}
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
