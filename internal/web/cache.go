package web

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"karvan/internal/lang"
)

// pageKey is what an anonymous page depends on.
type pageKey struct {
	host, path, query string
	lang              lang.Tag
}

// page is an answer as it is sent.
type page struct {
	header   http.Header
	etag     string
	route    string
	body, gz []byte
	length   []string // of body and gz, as header values
	gzLength []string
}

// pageCache keeps answers for as long as nothing was written.
type pageCache struct {
	kit     *Kit
	version func() int64
	seen    atomic.Int64
	pages   *lru[pageKey, *page]
	next    http.Handler
}

const (
	maxQuery    = 1 << 10 // a longer query is nobody's favourite page
	maxCaptured = 2 << 20 // a larger answer is sent as it comes
)

// Cached keeps the answers of next that everybody sees alike, up to a number
// of bytes, for as long as version gives the same number. Only a GET without
// any cookie of ours is answered so, and only what went out with status 200,
// without a cookie, and depends on nothing but address and language is kept.
func (k *Kit) Cached(version func() int64, max int, next http.Handler) http.Handler {
	c := &pageCache{kit: k, version: version, pages: newLRU[pageKey, *page](max), next: next}
	c.seen.Store(version())
	return c
}

// ServeHTTP answers from what is kept, or asks next.
func (c *pageCache) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := stateOf(r)
	if s == nil || s.kit == nil {
		c.kit.Wrap(c).ServeHTTP(w, r)
		return
	}
	if !c.cacheable(r) {
		c.next.ServeHTTP(w, r)
		return
	}
	now := c.version()
	if old := c.seen.Load(); old != now && c.seen.CompareAndSwap(old, now) {
		c.pages.clear()
	}
	key := pageKey{host: r.Host, path: r.URL.EscapedPath(), query: normalQuery(r.URL.RawQuery), lang: Lang(r)}
	if p, ok := c.pages.get(key); ok {
		s.route = p.route
		p.serve(w, r)
		return
	}
	if r.Method == http.MethodHead {
		c.next.ServeHTTP(w, r)
		return
	}
	c.fill(w, r, s, key, now)
}

func (c *pageCache) cacheable(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || len(r.URL.RawQuery) > maxQuery ||
		c.kit.cfg.Dev || r.Header["Authorization"] != nil || r.Header["Range"] != nil {
		return false
	}
	if r.Header["Cookie"] == nil {
		return true
	}
	for _, name := range []string{c.kit.cookies.session, c.kit.cookies.flash} {
		if _, err := r.Cookie(name); err == nil {
			return false
		}
	}
	return true
}

// fill asks next for the whole answer, even if the client has it, and keeps it.
func (c *pageCache) fill(w http.ResponseWriter, r *http.Request, s *state, key pageKey, version int64) {
	whole := new(http.Request)
	*whole = *r
	whole.Header = r.Header.Clone()
	whole.Header.Del("If-None-Match")
	whole.Header.Del("If-Modified-Since")
	rec := &capture{w: w, status: http.StatusOK}
	c.next.ServeHTTP(rec, whole)
	if s.route == "" {
		s.route = whole.Pattern
	}
	if rec.spilt {
		return
	}
	if !rec.keep(s) {
		rec.spill()
		return
	}
	p := newPage(rec, s.route)
	if c.version() == version {
		c.pages.put(key, p, p.size(key))
		if c.seen.Load() != version {
			c.pages.clear() // it was put after somebody cleared for a newer version
		}
	}
	p.serve(w, r)
}

// normalQuery writes a query with its parameters in order, so that the same
// filters chosen in another order are the same page.
func normalQuery(raw string) string {
	if raw == "" || !strings.ContainsAny(raw, "&;%+") {
		return raw
	}
	v, err := url.ParseQuery(raw)
	if err != nil {
		return raw
	}
	return v.Encode()
}

// newPage takes over what was captured.
func newPage(rec *capture, route string) *page {
	h := rec.w.Header().Clone()
	for _, name := range []string{"X-Request-Id", "Content-Length", "Date"} {
		delete(h, name)
	}
	if h.Get("Etag") == "" {
		h.Set("Etag", etag(rec.buf.Bytes()))
	}
	p := &page{header: h, etag: h.Get("Etag"), route: route, body: slices.Clone(rec.buf.Bytes())}
	p.length = []string{strconv.Itoa(len(p.body))}
	if isText(h.Get("Content-Type")) {
		addVary(h, "Accept-Encoding")
		if len(p.body) >= minGzip && h.Get("Content-Encoding") == "" {
			var buf bytes.Buffer
			z := takeGzip(&buf)
			_, err := z.Write(p.body)
			if err == nil {
				err = z.Close()
			}
			giveGzip(z)
			if err == nil {
				p.gz = buf.Bytes()
				p.gzLength = []string{strconv.Itoa(len(p.gz))}
			}
		}
	}
	return p
}

func (p *page) size(key pageKey) int {
	const overhead = 1500 // headers and bookkeeping, roughly
	return len(p.body) + len(p.gz) + len(key.path) + len(key.query) + len(key.host) + overhead
}

var gzipEncoding = []string{"gzip"}

// serve sends the page. The header values are shared by all its readers; they
// are replaced, never changed.
func (p *page) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	for name, values := range p.header {
		h[name] = values
	}
	if matches(r, p.etag) {
		notModified(w)
		return
	}
	body := p.body
	if p.gz != nil && takesGzip(r) {
		body = p.gz
		h["Content-Encoding"] = gzipEncoding
		h["Content-Length"] = p.gzLength
	} else {
		h["Content-Length"] = p.length
	}
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		w.Write(body)
	}
}

// capture holds an answer back until it is whole or too large to keep.
type capture struct {
	w      http.ResponseWriter
	status int
	wrote  bool
	spilt  bool
	buf    bytes.Buffer
}

// Header is that of the answer itself.
func (c *capture) Header() http.Header { return c.w.Header() }

// WriteHeader notes the status.
func (c *capture) WriteHeader(status int) {
	if !c.wrote && status >= 200 {
		c.wrote, c.status = true, status
	}
}

// Write holds b back.
func (c *capture) Write(b []byte) (int, error) {
	c.wrote = true
	if !c.spilt && c.buf.Len()+len(b) > maxCaptured {
		if err := c.spill(); err != nil {
			return 0, err
		}
	}
	if c.spilt {
		return c.w.Write(b)
	}
	return c.buf.Write(b)
}

// Flush sends what was held back, since somebody is waiting for it.
func (c *capture) Flush() {
	if c.spill() == nil {
		http.NewResponseController(c.w).Flush()
	}
}

// spill sends what was held back and holds nothing back any more.
func (c *capture) spill() error {
	if c.spilt {
		return nil
	}
	c.spilt = true
	c.w.WriteHeader(c.status)
	_, err := c.w.Write(c.buf.Bytes())
	c.buf = bytes.Buffer{}
	return err
}

// keep reports whether the answer is the same for everybody.
func (c *capture) keep(s *state) bool {
	h := c.w.Header()
	if c.status != http.StatusOK || s.private || h["Set-Cookie"] != nil {
		return false
	}
	control := h.Get("Cache-Control")
	if strings.Contains(control, "no-store") || strings.Contains(control, "private") {
		return false
	}
	for _, v := range h["Vary"] {
		for name := range strings.SplitSeq(v, ",") {
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "cookie", "accept-encoding":
			default:
				return false
			}
		}
	}
	return true
}
