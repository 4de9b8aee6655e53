package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"karvan/internal/access"
	"karvan/internal/fault"
	"karvan/internal/web"
)

func TestErrors(t *testing.T) {
	n := open(t)
	secret := errors.New("secret detail")
	tests := []struct {
		name   string
		err    error
		status int
		want   string
	}{
		{"a fault has its status and text", fault.New(fault.Gone, "fault.not-found"), 410, "No longer here"},
		{"an error that is no fault is ours", secret, 500, "Something went wrong on our side."},
		{"a deadline means busy", context.DeadlineExceeded, 503, "The node is busy"},
		{"a body over its bound is too large", &http.MaxBytesError{Limit: 3}, 413, "too large"},
		{"a message nobody wrote says the class", fault.New(fault.Conflict, "no.such-key"), 409, "<p>Changed in the meantime</p>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := call(n.Localised(fails(n, tt.err)), "GET", "/en/x")
			if w.Code != tt.status {
				t.Errorf("status %d, want %d", w.Code, tt.status)
			}
			body := w.Body.String()
			has(t, "page", body, tt.want, w.Header().Get("X-Request-Id"))
			if strings.Contains(body, "secret") {
				t.Error("the cause was shown")
			}
			if got := w.Header().Get("Cache-Control"); got != "no-store" {
				t.Errorf("Cache-Control %q", got)
			}
		})
	}
	has(t, "log", n.log.String(), "secret detail")
}

func TestProblem(t *testing.T) {
	n := open(t)
	var l fault.List
	l.Add("title", "fault.required")
	l.Add("due", "fault.not-a-date")
	w := call(fails(n, l.Err()), "POST", "/api/x", "Accept", "application/json", "Accept-Language", "ru")
	if w.Code != 422 || w.Header().Get("Content-Type") != "application/problem+json" || w.Header().Get("Content-Language") != "ru" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	var p web.Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	if p.Title != "Проверьте введённые данные" || p.Status != 422 || p.Code != fault.Invalid || len(p.Errors) != 2 ||
		p.Errors[1] != (web.ProblemField{Field: "due", Detail: "Введите существующую дату."}) {
		t.Errorf("%+v", p)
	}
}

func TestBrokenErrorPageFallsBackToPlainText(t *testing.T) {
	files := pages()
	files["pages/error.html"].Data = []byte(`{{.Page.NoSuchField}}`)
	n := open(t, func(c *web.Config) { c.Templates = files })
	w := call(show(n, "broken", 1), "GET", "/")
	if w.Code != 500 || w.Header().Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	has(t, "answer", w.Body.String(), "An error on our side")
}

func TestPanicIsAnsweredAndLogged(t *testing.T) {
	n := open(t)
	w := call(n.Handle(func(http.ResponseWriter, *http.Request) error { panic("boom") }), "GET", "/")
	if w.Code != 500 {
		t.Errorf("status %d", w.Code)
	}
	has(t, "log", n.log.String(), "panic=boom", "status=500")
}

func TestFailureAfterTheFirstByteBreaksTheConnection(t *testing.T) {
	n := open(t)
	srv := httptest.NewServer(n.Handle(func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Content-Length", "100")
		io.WriteString(w, "half")
		w.(http.Flusher).Flush()
		return errors.New("disk")
	}))
	defer srv.Close()
	res, err := http.Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if _, err := io.ReadAll(res.Body); err == nil {
		t.Error("half an answer passed for a whole one")
	}
}

func TestVisitorIsSentToSignIn(t *testing.T) {
	n := open(t, func(c *web.Config) { c.SignIn = "/sign-in" })
	h := n.Localised(fails(n, fault.New(fault.Unauthenticated, "fault.sign-in-first")))
	w := call(h, "GET", "/fa/desk?tab=1")
	if got := w.Header().Get("Location"); w.Code != 303 || got != "/fa/sign-in?next=%2Ffa%2Fdesk%3Ftab%3D1" {
		t.Errorf("%d %q", w.Code, got)
	}
	if w := call(h, "POST", "/fa/desk"); w.Code != 401 {
		t.Errorf("a form is not redirected: %d", w.Code)
	}
}

func TestCrossOrigin(t *testing.T) {
	n := open(t)
	h := n.Handle(func(w http.ResponseWriter, r *http.Request) error { return web.SeeOther(w, r, "/") })
	tests := []struct {
		name, method string
		headers      []string
		status       int
	}{
		{"a form of our own", "POST", []string{"Sec-Fetch-Site", "same-origin"}, 303},
		{"a program without a browser", "POST", nil, 303},
		{"our own address behind a proxy", "POST", []string{"Origin", "https://karvan.example"}, 303},
		{"a form of another site", "POST", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, 403},
		{"a form of a neighbouring host", "POST", []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"a form of another site in an old browser", "POST", []string{"Origin", "https://evil.example"}, 403},
		{"deletion by another site", "DELETE", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"a link from another site", "GET", []string{"Sec-Fetch-Site", "cross-site"}, 303},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if w := call(h, tt.method, "http://node.example/x", tt.headers...); w.Code != tt.status {
				t.Errorf("status %d, want %d", w.Code, tt.status)
			}
		})
	}
}

func TestSecurityHeaders(t *testing.T) {
	for _, secure := range []bool{false, true} {
		n := open(t, func(c *web.Config) { c.Secure = secure })
		h := call(routes(n), "GET", "/en/nowhere").Header()
		if csp := h.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("policy %q", csp)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "same-origin" || h.Get("Permissions-Policy") == "" {
			t.Errorf("headers %v", h)
		}
		if got := h.Get("Strict-Transport-Security") != ""; got != secure {
			t.Errorf("secure %v: Strict-Transport-Security %v", secure, got)
		}
	}
}

func TestLogNamesNobody(t *testing.T) {
	n := open(t)
	call(routes(n), "GET", "/en/o/aigul-person?mail=a@b.example", "Cookie", "karvan=token123")
	line := n.log.String()
	has(t, "log", line, `route="GET /o/{id}"`, "method=GET", "status=200", "bytes=28", "took=")
	for _, private := range []string{"aigul", "a@b", "token123", "192.0.2"} {
		if strings.Contains(line, private) {
			t.Errorf("the log has %q: %s", private, line)
		}
	}
	if len(n.seen) != 1 || n.seen[0] != "GET /o/{id} OK" {
		t.Errorf("observed %q", n.seen)
	}
}

func TestClient(t *testing.T) {
	n := open(t, func(c *web.Config) { c.Proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")} })
	tests := []struct{ name, remote, forwarded, want string }{
		{"a direct client", "203.0.113.9:1", "", "203.0.113.9"},
		{"a direct client who claims to be another", "203.0.113.9:1", "198.51.100.1", "203.0.113.9"},
		{"a client of our proxy", "10.0.0.1:1", "198.51.100.1", "198.51.100.1"},
		{"a client of two proxies who claims to be another", "10.0.0.1:1", "1.1.1.1, 198.51.100.1, 10.0.0.2", "198.51.100.1"},
		{"rubbish from a proxy", "10.0.0.1:1", "rubbish", "10.0.0.1"},
		{"an IPv6 household", "[2001:db8:1:2:3::4]:1", "", "2001:db8:1:2::/64"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = tt.remote
			if tt.forwarded != "" {
				r.Header.Set("X-Forwarded-For", tt.forwarded)
			}
			if got := n.Client(r); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestAsGivesARequestAnActor(t *testing.T) {
	n := open(t)
	r := web.As(httptest.NewRequest("GET", "/", nil), access.Actor{Account: "t", Name: "Token"}, web.Person{Zone: "Asia/Tashkent"})
	w := httptest.NewRecorder()
	n.Handle(func(w http.ResponseWriter, r *http.Request) error {
		if web.Actor(r).Account != "t" || web.Zone(r).String() != "Asia/Tashkent" {
			t.Errorf("%+v in %v", web.Actor(r), web.Zone(r))
		}
		return n.Page(w, r, 200, "home", nil)
	}).ServeHTTP(w, r)
	if got := w.Header().Get("Cache-Control"); got != "private, no-store" {
		t.Errorf("Cache-Control %q", got)
	}
}
