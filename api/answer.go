package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// answer is what is sent.
type answer struct {
	status    int // 0 means 200
	mediaType string
	body      []byte
	etag      string    // "" means one made of the body
	modified  time.Time // zero when not known
	maxAge    int       // seconds for which it need not be asked for again
}

// send sends an answer, or says that the client has it already.
func (a *API) send(w http.ResponseWriter, r *http.Request, ans answer) {
	h := w.Header()
	h.Set("Content-Type", ans.mediaType)
	if ans.status == 0 || ans.status == http.StatusOK {
		ans.status = http.StatusOK
		if ans.etag == "" {
			sum := sha256.Sum256(ans.body)
			// Weak, since the same content goes out plain and compressed.
			ans.etag = `W/"` + hex.EncodeToString(sum[:12]) + `"`
		}
		h.Set("Etag", ans.etag)
		if !ans.modified.IsZero() {
			h.Set("Last-Modified", ans.modified.UTC().Format(http.TimeFormat))
		}
		if h.Get("Cache-Control") == "" {
			h.Set("Cache-Control", "public, max-age="+strconv.Itoa(ans.maxAge))
		}
		if current(r, h) {
			for _, name := range []string{"Content-Type", "Content-Language", "Repr-Digest"} {
				h.Del(name)
			}
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(ans.body)))
	w.WriteHeader(ans.status)
	if r.Method != http.MethodHead {
		w.Write(ans.body)
	}
}

// current reports whether the client has what h describes (RFC 9110, section
// 13.2.2). A time counts only when it is exactly ours: what leaves a list makes
// its newest time older, and the list is then not the one the client has.
func current(r *http.Request, h http.Header) bool {
	if values := r.Header.Values("If-None-Match"); len(values) > 0 {
		tag := strings.TrimPrefix(h.Get("Etag"), "W/")
		for have := range strings.SplitSeq(strings.Join(values, ","), ",") {
			have = strings.TrimSpace(have)
			if have == "*" || strings.TrimPrefix(have, "W/") == tag {
				return true
			}
		}
		return false
	}
	since := r.Header.Get("If-Modified-Since")
	return since != "" && since == h.Get("Last-Modified")
}

// recorder holds an answer back until it is whole.
type recorder struct {
	header http.Header
	status int
	wrote  bool
	body   bytes.Buffer
}

// Header implements [http.ResponseWriter].
func (c *recorder) Header() http.Header { return c.header }

// WriteHeader implements [http.ResponseWriter].
func (c *recorder) WriteHeader(status int) {
	if !c.wrote {
		c.wrote, c.status = true, status
	}
}

// Write implements [http.ResponseWriter].
func (c *recorder) Write(b []byte) (int, error) {
	c.wrote = true
	return c.body.Write(b)
}

// problem reports whether the answer explains itself as a problem already.
func (c *recorder) problem() bool { return c.header.Get("Content-Type") == problemType }
