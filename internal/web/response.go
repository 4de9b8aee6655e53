package web

import (
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// response counts what is sent and compresses text on the way.
type response struct {
	http.ResponseWriter
	r      *http.Request
	s      *state
	wrote  bool
	status int
	bytes  int64 // before compression
	gz     *gzip.Writer
}

// minGzip is the size below which compression costs more than it saves.
const minGzip = 1000

func newResponse(w http.ResponseWriter, r *http.Request, s *state) *response {
	return &response{ResponseWriter: w, r: r, s: s}
}

// Unwrap gives http.ResponseController what lies underneath.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader sends the status, after deciding whether to compress.
func (w *response) WriteHeader(status int) {
	if w.wrote {
		return
	}
	if status >= 100 && status < 200 && status != http.StatusSwitchingProtocols {
		w.ResponseWriter.WriteHeader(status)
		return
	}
	w.wrote, w.status = true, status
	w.keepLang(status)
	if w.compresses(status) {
		h := w.Header()
		h.Del("Content-Length")
		h.Set("Content-Encoding", "gzip")
		w.gz = takeGzip(w.ResponseWriter)
	}
	w.ResponseWriter.WriteHeader(status)
}

// keepLang puts the language back into a redirect that the router made for
// itself, such as the one that adds a slash: it knows the path without one.
func (w *response) keepLang(status int) {
	if !w.s.stripped || w.s.route != "" || status != http.StatusMovedPermanently && status != http.StatusTemporaryRedirect && status != http.StatusPermanentRedirect {
		return
	}
	to := w.Header().Get("Location")
	if _, _, ok := splitLang(to); !ok && strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//") {
		w.Header().Set("Location", "/"+string(w.s.lang)+to)
	}
}

// compresses decides by type, size and what the client takes. Whatever it
// decides, caches must learn that it depends on the request.
func (w *response) compresses(status int) bool {
	h := w.Header()
	if h.Get("Content-Encoding") != "" || !isText(h.Get("Content-Type")) ||
		status < 200 || status == http.StatusNoContent || status == http.StatusPartialContent || status == http.StatusNotModified {
		return false
	}
	addVary(h, "Accept-Encoding")
	if n, err := strconv.Atoi(h.Get("Content-Length")); err == nil && n < minGzip {
		return false
	}
	return w.r.Method != http.MethodHead && takesGzip(w.r)
}

// Write sends b.
func (w *response) Write(b []byte) (int, error) {
	if !w.wrote {
		if w.Header().Get("Content-Type") == "" {
			w.Header().Set("Content-Type", http.DetectContentType(b))
		}
		w.WriteHeader(http.StatusOK)
	}
	w.bytes += int64(len(b))
	if w.gz != nil {
		return w.gz.Write(b)
	}
	return w.ResponseWriter.Write(b)
}

// FlushError sends what is held back, for answers that take long.
func (w *response) FlushError() error {
	if !w.wrote {
		w.WriteHeader(http.StatusOK)
	}
	if w.gz != nil {
		if err := w.gz.Flush(); err != nil {
			return err
		}
	}
	return http.NewResponseController(w.ResponseWriter).Flush()
}

// Flush is FlushError for those who ask for an http.Flusher.
func (w *response) Flush() { w.FlushError() }

func (w *response) close() {
	if w.gz != nil {
		w.gz.Close()
		giveGzip(w.gz)
		w.gz = nil
	}
}

// gzipLevel is where pages of this kind stop getting smaller for the time spent.
const gzipLevel = 5

var gzips = sync.Pool{New: func() any {
	z, err := gzip.NewWriterLevel(io.Discard, gzipLevel)
	if err != nil {
		panic(err) // the level is a constant of this file
	}
	return z
}}

func takeGzip(w io.Writer) *gzip.Writer {
	z := gzips.Get().(*gzip.Writer)
	z.Reset(w)
	return z
}

func giveGzip(z *gzip.Writer) {
	z.Reset(io.Discard)
	gzips.Put(z)
}

// takesGzip reads Accept-Encoding. A weight of nought is a refusal.
func takesGzip(r *http.Request) bool {
	for _, v := range r.Header["Accept-Encoding"] {
		for part := range strings.SplitSeq(v, ",") {
			name, weight, _ := strings.Cut(part, ";")
			if strings.EqualFold(strings.TrimSpace(name), "gzip") {
				weight = strings.ReplaceAll(weight, " ", "")
				return !strings.HasPrefix(weight, "q=0") || strings.Trim(weight, "q=0.") != ""
			}
		}
	}
	return false
}

func isText(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	kind = strings.TrimSpace(kind)
	return strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "json") || strings.HasSuffix(kind, "xml") ||
		kind == "application/javascript" || kind == "application/x-ndjson" || kind == "application/n-triples"
}

// addVary names a header the answer depends on, once.
func addVary(h http.Header, name string) {
	for _, v := range h["Vary"] {
		for have := range strings.SplitSeq(v, ",") {
			if strings.EqualFold(strings.TrimSpace(have), name) {
				return
			}
		}
	}
	h.Add("Vary", name)
}
