package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"karvan/internal/lang"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// maxPooled keeps one huge page from holding its memory for ever.
const maxPooled = 1 << 20

// Page answers with pages/<name>.html inside layout.html. The page is executed
// as a whole before anything is sent, so an error in it can still become an
// error page. "board/list#rows" is the part of a page that it defines as rows,
// without the layout.
func (k *Kit) Page(w http.ResponseWriter, r *http.Request, status int, name string, data any) error {
	t := k.lookup(Lang(r), name)
	if t == nil {
		return fmt.Errorf("web.Page: no page %q", name)
	}
	v := k.view(r, status, name, data)
	v.Flash = k.takeFlash(w, r)
	buf := buffers.Get().(*bytes.Buffer)
	buf.Reset()
	defer func() {
		if buf.Cap() <= maxPooled {
			buffers.Put(buf)
		}
	}()
	if err := t.Execute(buf, v); err != nil {
		return fmt.Errorf("web.Page(%s): %w", name, err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(v.Lang))
	return k.send(w, r, status, buf.Bytes())
}

// Bytes answers with a body whose Content-Type is already set, such as a feed,
// with the same headers for caches as a page.
func (k *Kit) Bytes(w http.ResponseWriter, r *http.Request, status int, body []byte) error {
	return k.send(w, r, status, body)
}

func (k *Kit) send(w http.ResponseWriter, r *http.Request, status int, body []byte) error {
	h := w.Header()
	addVary(h, "Cookie")
	s := stateOf(r)
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch {
	case s != nil && s.private, !reads:
		h.Set("Cache-Control", "private, no-store")
	case status == http.StatusOK:
		if h.Get("Cache-Control") == "" {
			h.Set("Cache-Control", "public, max-age=0, must-revalidate")
		}
		if h.Get("Etag") == "" {
			h.Set("Etag", etag(body))
		}
		if matches(r, h.Get("Etag")) {
			notModified(w)
			return nil
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return nil
	}
	if _, err := w.Write(body); err != nil && r.Context().Err() == nil {
		k.log.Debug("not sent", "request", RequestID(r), "error", err.Error())
	}
	return nil
}

// etag names a content. It is weak, since the same content goes out plain and
// compressed.
func etag(body []byte) string {
	sum := sha256.Sum256(body)
	return `W/"` + hex.EncodeToString(sum[:12]) + `"`
}

// matches reports whether the client has this content already (RFC 9110,
// section 13.1.2, by weak comparison).
func matches(r *http.Request, tag string) bool {
	tag = strings.TrimPrefix(tag, "W/")
	for _, v := range r.Header["If-None-Match"] {
		for have := range strings.SplitSeq(v, ",") {
			have = strings.TrimSpace(have)
			if have == "*" || strings.TrimPrefix(have, "W/") == tag {
				return true
			}
		}
	}
	return false
}

func notModified(w http.ResponseWriter) {
	h := w.Header()
	for _, name := range []string{"Content-Type", "Content-Length", "Content-Encoding", "Content-Language"} {
		delete(h, name)
	}
	w.WriteHeader(http.StatusNotModified)
}

// lookup finds a page in a language, or nil.
func (k *Kit) lookup(t lang.Tag, name string) *template.Template {
	set := k.sets[t]
	if k.cfg.Dev {
		fresh, err := k.parse(k.cfg.Catalogues.Printer(t))
		if err != nil {
			k.log.Error("templates", "error", err.Error())
			return nil
		}
		set = fresh
	}
	if set == nil {
		return nil
	}
	return set.Lookup(name)
}
