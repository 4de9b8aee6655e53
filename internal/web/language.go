package web

import (
	"net/http"
	"net/url"
	"strings"

	"karvan/internal/lang"
)

// splitLang takes the interface language off a path: "/zh/board" is "zh" and
// "/board". It reports false when the path does not begin with one.
func splitLang(path string) (t lang.Tag, rest string, ok bool) {
	if len(path) < 2 || path[0] != '/' {
		return "", path, false
	}
	head, tail, slash := strings.Cut(path[1:], "/")
	if !lang.IsInterface(lang.Tag(head)) {
		return "", path, false
	}
	if !slash {
		return lang.Tag(head), "", true
	}
	return lang.Tag(head), "/" + tail, true
}

// Localised takes the language off the path, so that next has one route for
// all languages. A path without a language is redirected to the language that
// the reader remembered or whose browser asks for.
func (k *Kit) Localised(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := stateOf(r)
		if s == nil || s.kit == nil {
			k.Wrap(k.Localised(next)).ServeHTTP(w, r)
			return
		}
		t, rest, ok := splitLang(r.URL.Path)
		if !ok && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			k.chooseLang(w, r, localURL(negotiate(s, r), r.URL.EscapedPath()))
			return
		}
		if ok && rest == "" { // "/zh" is "/zh/"
			k.redirect(w, r, "/"+string(t)+"/", http.StatusMovedPermanently)
			return
		}
		if !ok {
			t = negotiate(s, r)
		}
		s.lang, s.path, s.stripped = t, rest, true
		r2 := new(http.Request)
		*r2 = *r
		r2.URL = new(url.URL)
		*r2.URL = *r.URL
		r2.URL.Path = rest
		if _, raw, ok := splitLang(r.URL.RawPath); ok {
			r2.URL.RawPath = raw
		}
		next.ServeHTTP(w, r2)
		if s.route == "" {
			s.route = r2.Pattern
		}
	})
}

// chooseLang redirects to a path in a language that depends on the headers.
func (k *Kit) chooseLang(w http.ResponseWriter, r *http.Request, to string) {
	w.Header().Add("Vary", "Accept-Language, Cookie")
	w.Header().Set("Cache-Control", "no-cache")
	k.redirect(w, r, to, http.StatusFound)
}

func (k *Kit) redirect(w http.ResponseWriter, r *http.Request, to string, status int) {
	if strings.HasPrefix(to, "//") { // would name another host
		to = "/" + strings.TrimLeft(to, "/")
	}
	if r.URL.RawQuery != "" {
		to += "?" + r.URL.RawQuery
	}
	http.Redirect(w, r, to, status)
}

// RememberLang makes the node greet this browser in a language. It sets a
// cookie, so it belongs in the answer to a choice, not in a page.
func (k *Kit) RememberLang(w http.ResponseWriter, t lang.Tag) {
	const year = 365 * 24 * 60 * 60
	k.setCookie(w, k.cookies.lang, string(t), year)
}

// Alternate is the same page in another interface language.
type Alternate struct {
	Lang lang.Tag
	URL  string // path and query
}
