package api

import (
	"net/http"
	"strings"
	"sync"

	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/web"
	"karvan/matching"
	"karvan/record"
)

// API serves the open data of a node.
type API struct {
	DB    *db.DB
	Book  *record.Book
	Index *matching.Index
	Web   *web.Kit
	Node  Node
	// PathOf gives the path of a record's page without the language, "" when it
	// has none. The pages know it.
	PathOf func(*record.Record) string
	// MaxLag is how many lines of the journal the index may be behind while the
	// node still counts as ready; 0 means [DefaultLag].
	MaxLag int64

	sitemap struct {
		sync.Mutex
		version int64
		refs    []record.Ref
	}
}

// Node is what feeds and descriptions say of the node itself.
type Node struct {
	Name    string // what the node is called, in its own words
	BaseURL string // https://karvan.example, without a slash at the end
	Demo    bool   // a demo world, which search engines must not take for the real one
	Version string
}

// maxRawQuery bounds the query string, in bytes.
const maxRawQuery = 8 << 10

// Serves reports whether a path is one that [API.Handler] answers.
func (a *API) Serves(path string) bool {
	_, feed := parseFeedPath(path)
	_, _, suggestions := parseSuggestionsPath(path)
	_, _, todo := parseTodo(path)
	return feed || suggestions || todo || path == "/api" || strings.HasPrefix(path, "/api/") || path == "/openapi.json" ||
		path == "/robots.txt" || isSitemap(path)
}

// Handler serves everything of this package but the probes. The caller gives it
// the paths for which [API.Serves] is true.
func (a *API) Handler() http.Handler {
	json, document := a.operations()
	return a.Web.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		open(w.Header())
		switch r.Method {
		case http.MethodGet, http.MethodHead:
		case http.MethodOptions:
			preflight(w)
			return
		default:
			a.wrongMethod(w, r)
			return
		}
		if len(r.URL.RawQuery) > maxRawQuery {
			a.fail(w, r, fault.New(fault.TooLarge, "api.query-too-long", "max", maxRawQuery))
			return
		}
		path := r.URL.Path
		feed, isFeed := parseFeedPath(path)
		suggestions, ulid, isSuggestions := parseSuggestionsPath(path)
		todo, one, isTodo := parseTodo(path)
		switch {
		case isTodo:
			a.serveTodo(w, r, todo, one)
		case isSuggestions:
			a.serveSuggestions(w, r, suggestions, ulid)
		case isFeed:
			a.serveFeed(w, r, feed)
		case path == "/openapi.json":
			a.send(w, r, answer{mediaType: "application/vnd.oai.openapi+json;version=3.1", body: document, maxAge: 3600})
		case path == "/robots.txt":
			a.robots(w, r)
		case isSitemap(path):
			a.serveSitemap(w, r)
		default:
			a.serveJSON(w, r, json)
		}
	}))
}

// open lets the pages of every other site read the answer: there is nothing in
// it that depends on who asks.
func open(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "ETag, Link, Repr-Digest, Retry-After")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
}

const methods = "GET, HEAD, OPTIONS"

func preflight(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Allow", methods)
	h.Set("Access-Control-Allow-Methods", methods)
	h.Set("Access-Control-Allow-Headers", "Accept, Accept-Language, If-Modified-Since, If-None-Match")
	h.Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
}

// serveJSON lets the described operations answer into memory, so that the answer
// can have a validator, and puts problems in the place of what the router says.
func (a *API) serveJSON(w http.ResponseWriter, r *http.Request, operations http.Handler) {
	inner := new(http.Request)
	*inner = *r
	if (strings.HasPrefix(r.URL.Path, "/api/v1/records/") || strings.HasPrefix(r.URL.Path, "/api/v1/catalogue/")) && r.URL.RawPath != "" {
		// An id has slashes. Some clients escape them, some do not.
		u := *r.URL
		u.RawPath = ""
		inner.URL = &u
	}
	if strings.HasPrefix(r.URL.Path, "/api/v1/records/") {
		r.Header.Del("Accept-Encoding") // the digest is that of the bytes as they are sent
	}
	rec := &recorder{header: http.Header{}, status: http.StatusOK}
	operations.ServeHTTP(rec, inner)
	r.Pattern = inner.Pattern
	switch {
	case rec.status == http.StatusNotFound && !rec.problem():
		a.fail(w, r, fault.New(fault.NotFound, "fault.not-found"))
		return
	case rec.status >= 300 && rec.status < 400:
		http.Redirect(w, r, rec.header.Get("Location"), rec.status)
		return
	}
	for name, values := range rec.header {
		w.Header()[name] = values
	}
	if rec.status != http.StatusOK {
		w.Header().Set("Cache-Control", "no-store")
	}
	mediaType := "application/json" // whatever Accept asks for: there is nothing else
	if rec.problem() {
		mediaType = problemType
		w.Header().Set("Content-Language", string(web.Lang(r)))
		w.Header().Add("Vary", "Accept-Language")
	}
	a.send(w, r, answer{status: rec.status, mediaType: mediaType, body: rec.body.Bytes(), etag: rec.header.Get("Etag"), maxAge: 60})
}
