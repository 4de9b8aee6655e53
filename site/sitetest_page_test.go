package site_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// browser is somebody who looks at pages and keeps cookies.
type browser struct {
	*world
	cookies map[string]*http.Cookie
}

// as opens a browser in which an account is signed in; "" is a visitor.
func (w *world) as(login string) *browser {
	w.Helper()
	b := &browser{world: w, cookies: map[string]*http.Cookie{}}
	if login != "" {
		b.keep(w.signIn(login))
	}
	return b
}

func (b *browser) keep(cookies []*http.Cookie) {
	for _, c := range cookies {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
			continue
		}
		b.cookies[c.Name] = c
	}
}

// page is an answer, and what is on it.
type page struct {
	testing.TB
	Status int
	Header http.Header
	Body   string
	root   *html.Node
}

// send asks for something and parses the answer.
func (b *browser) send(r *http.Request) *page {
	b.Helper()
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	rec := httptest.NewRecorder()
	b.Handler.ServeHTTP(rec, r)
	res := rec.Result()
	b.keep(res.Cookies())
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.Fatal(err)
	}
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	return &page{TB: b.TB, Status: res.StatusCode, Header: res.Header, Body: string(body), root: root}
}

// get opens a path such as "/en/board".
func (b *browser) get(path string) *page {
	b.Helper()
	return b.send(httptest.NewRequest(http.MethodGet, baseURL+path, nil))
}

// post sends a form and does not follow where the answer leads.
func (b *browser) post(path string, form url.Values) *page {
	b.Helper()
	r := httptest.NewRequest(http.MethodPost, baseURL+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.send(r)
}

// follow sends a form and opens the page the answer leads to.
func (b *browser) follow(path string, form url.Values) *page {
	b.Helper()
	p := b.post(path, form)
	if p.Status != http.StatusSeeOther {
		b.Fatalf("POST %s: %d, want 303\n%s", path, p.Status, p.text("main"))
	}
	return b.get(p.Header.Get("Location"))
}

// file is a file of an upload.
type file struct{ field, name, mediaType, content string }

// upload sends a form with files.
func (b *browser) upload(path string, form url.Values, files ...file) *page {
	b.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for name, values := range form {
		for _, v := range values {
			if err := m.WriteField(name, v); err != nil {
				b.Fatal(err)
			}
		}
	}
	for _, f := range files {
		h := textproto.MIMEHeader{}
		h.Set("Content-Disposition", `form-data; name="`+f.field+`"; filename="`+strings.ReplaceAll(f.name, `"`, `\"`)+`"`)
		h.Set("Content-Type", f.mediaType)
		part, err := m.CreatePart(h)
		if err == nil {
			_, err = io.WriteString(part, f.content)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		b.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, baseURL+path, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return b.send(r)
}

// want fails the test when the status is another.
func (p *page) want(status int) *page {
	p.Helper()
	if p.Status != status {
		p.Fatalf("status %d, want %d: %s %s", p.Status, status, p.Header.Get("Location"), p.text("main"))
	}
	return p
}

// find lists the elements that a selector chooses: compound selectors of tag,
// #id, .class, [attr] and [attr=value], joined by blanks for descent.
func (p *page) find(selector string) []*html.Node {
	p.Helper()
	found := []*html.Node{p.root}
	for _, part := range strings.Fields(selector) {
		match := compound(p.TB, part)
		seen := map[*html.Node]bool{}
		var next []*html.Node
		for _, n := range found {
			for d := range n.Descendants() {
				if d.Type == html.ElementNode && !seen[d] && match(d) {
					seen[d] = true
					next = append(next, d)
				}
			}
		}
		found = next
	}
	return found
}

var simple = regexp.MustCompile(`^(?:([a-z][a-z0-9-]*)|#([\w-]+)|\.([\w-]+)|\[([\w-]+)(?:=([^\]]*))?\])`)

func compound(t testing.TB, s string) func(*html.Node) bool {
	t.Helper()
	var all []func(*html.Node) bool
	for rest := s; rest != ""; {
		m := simple.FindStringSubmatch(rest)
		if m == nil {
			t.Fatalf("selector %q cannot be read at %q", s, rest)
		}
		rest = rest[len(m[0]):]
		switch {
		case m[1] != "":
			all = append(all, func(n *html.Node) bool { return n.Data == m[1] })
		case m[2] != "":
			all = append(all, func(n *html.Node) bool { return attr(n, "id") == m[2] })
		case m[3] != "":
			all = append(all, func(n *html.Node) bool { return strings.Contains(" "+attr(n, "class")+" ", " "+m[3]+" ") })
		default:
			value := strings.Trim(m[5], `"'`)
			exact := strings.Contains(m[0], "=")
			all = append(all, func(n *html.Node) bool { return hasAttr(n, m[4]) && (!exact || attr(n, m[4]) == value) })
		}
	}
	return func(n *html.Node) bool {
		for _, f := range all {
			if !f(n) {
				return false
			}
		}
		return true
	}
}

func hasAttr(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// text is what the elements of a selector say, one after the other.
func (p *page) text(selector string) string {
	p.Helper()
	var all []string
	for _, n := range p.find(selector) {
		all = append(all, textOf(n))
	}
	return strings.Join(all, " ")
}

// attrs lists an attribute of the elements of a selector.
func (p *page) attrs(selector, name string) []string {
	p.Helper()
	var all []string
	for _, n := range p.find(selector) {
		all = append(all, attr(n, name))
	}
	return all
}

// value is the value of an input, a text area or a select.
func (p *page) value(name string) string {
	p.Helper()
	for _, n := range p.find(`[name=` + name + `]`) {
		switch {
		case n.Data == "textarea":
			return strings.TrimPrefix(rawText(n), "\n")
		case n.Data == "select":
			for d := range n.Descendants() {
				if d.Data == "option" && hasAttr(d, "selected") {
					return attr(d, "value")
				}
			}
		case attr(n, "type") == "checkbox" || attr(n, "type") == "radio":
			if hasAttr(n, "checked") {
				return attr(n, "value")
			}
		default:
			return attr(n, "value")
		}
	}
	return ""
}

func rawText(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// has fails the test unless the elements of a selector say something.
func (p *page) has(selector, says string) *page {
	p.Helper()
	if got := p.text(selector); len(p.find(selector)) == 0 || !strings.Contains(got, says) {
		p.Errorf("%s says %q, want %q in it", selector, got, says)
	}
	return p
}

// lacks fails the test when the elements of a selector say something. Without
// words, there must be no such element.
func (p *page) lacks(selector, says string) *page {
	p.Helper()
	if got := p.text(selector); len(p.find(selector)) > 0 && strings.Contains(got, says) {
		p.Errorf("%s says %q, want no %q in it", selector, got, says)
	}
	return p
}

// form reads the first form that posts to an action which ends like this: the
// values a browser would send.
func (p *page) form(ending string) url.Values {
	p.Helper()
	for _, f := range p.find("form") {
		if !strings.HasSuffix(attr(f, "action"), ending) {
			continue
		}
		v := url.Values{}
		for n := range f.Descendants() {
			name := attr(n, "name")
			if n.Type != html.ElementNode || name == "" || hasAttr(n, "disabled") {
				continue
			}
			switch kind := attr(n, "type"); {
			case n.Data == "textarea":
				v.Add(name, strings.TrimPrefix(rawText(n), "\n"))
			case n.Data == "select":
				v.Add(name, chosen(n))
			case n.Data == "button" || kind == "submit" || kind == "file":
			case (kind == "checkbox" || kind == "radio") && !hasAttr(n, "checked"):
			case n.Data == "input":
				v.Add(name, attr(n, "value"))
			}
		}
		return v
	}
	p.Fatalf("no form posts to %q", ending)
	return nil
}

// chosen is the option of a select that a browser would send.
func chosen(n *html.Node) string {
	first := ""
	for d := range n.Descendants() {
		if d.Type != html.ElementNode || d.Data != "option" {
			continue
		}
		if hasAttr(d, "selected") {
			return attr(d, "value")
		}
		if first == "" {
			first = attr(d, "value")
		}
	}
	return first
}
